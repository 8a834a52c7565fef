import os
import socket
import ssl
import tempfile
import threading
import types
import unittest
import unittest.mock

os.environ["RECADO_OUTBOUND_ALLOW"] = "127.0.0.1,::1"

from connector import Connector
from recado import process


class Server:
    """A syslog server for one connection, which takes everything unless it is told to break off."""

    def __init__(self, break_off=False, tls=None):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.tls = tls
        self.port = self.listener.getsockname()[1]
        self.got = b""
        self.thread = threading.Thread(target=self.serve, args=(break_off,))
        self.thread.start()

    def serve(self, break_off):
        connection, _ = self.listener.accept()
        if self.tls:
            try:
                connection = self.tls.wrap_socket(connection, server_side=True)
            except ssl.SSLError:  # the other side did not trust us
                self.listener.close()
                return
        with connection, self.listener:
            if break_off:  # with a reset, as a process that dies leaves it
                connection.recv(1)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                return
            while piece := connection.recv(4096):
                self.got += piece


def delivery(*texts, **fields):
    values = [types.SimpleNamespace(position=i + 1, text=text) for i, text in enumerate(texts)]
    return types.SimpleNamespace(**{"id": "dlv_1", "action": "log", "parameters": {}, "recipient": "work shop", "values": values, "timeout": 5, **fields})


def send(port, one, **settings):
    integration = types.SimpleNamespace(settings={"host": "127.0.0.1", "port": port, "tls": False, **settings}, secrets={})
    return Connector().open(integration).send(one)


class ConnectorTest(unittest.TestCase):
    def test_a_message_is_one_frame_whatever_is_in_its_values(self):
        server = Server()
        outcome = send(server.port, delivery("WO-7", "Pump\n<1>1 forged 7", parameters={"severity": "alert"}))
        server.thread.join()
        self.assertEqual(outcome["kind"], "ACCEPTED")
        length, _, message = server.got.decode().partition(" ")
        self.assertEqual(int(length), len(message.encode()))
        self.assertRegex(message, r"^<129>1 \S+Z \S+ work_shop - dlv_1 - WO-7 Pump <1>1 forged 7$")

    def test_no_connection_is_tried_again_and_a_broken_one_is_not(self):
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            port = nobody.getsockname()[1]
        self.assertEqual(send(port, delivery("x"))["kind"], "RETRY")
        server = Server(break_off=True)
        self.assertEqual(send(server.port, delivery("x"))["kind"], "UNKNOWN")
        server.thread.join()

    def test_with_tls_only_a_server_that_is_trusted_gets_the_message(self):
        key, certificate, _ = process.certificate()
        with tempfile.TemporaryDirectory() as directory:
            file = os.path.join(directory, "server.pem")
            with open(file, "wb") as pem:
                pem.write(key + certificate)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(file)
            for trusted, kind in ((file, "ACCEPTED"), (os.devnull, "MISCONFIGURED")):
                server = Server(tls=context)
                with unittest.mock.patch.dict(os.environ, SSL_CERT_FILE=trusted, SSL_CERT_DIR=directory + "/none"):
                    outcome = send(server.port, delivery("Pump 7"), host="localhost", tls=True)
                server.thread.join()
                self.assertEqual(outcome["kind"], kind, outcome)
                self.assertEqual(b"Pump 7" in server.got, kind == "ACCEPTED")

    def test_what_only_the_hub_can_reach_is_not_asked_and_nothing_goes_unencrypted_to_the_world(self):
        for host, tls in (("169.254.169.254", True), ("::ffff:10.0.0.1", True), ("1.1.1.1", False)):
            outcome = send(6514, delivery("x"), host=host, tls=tls)
            self.assertEqual((outcome["kind"], outcome["path"]), ("MISCONFIGURED", "settings.host"))
            self.assertIn("--outbound-allow", outcome["next_step"])

    def test_what_can_never_be_sent_is_rejected_with_its_place(self):
        for wrong, path in ((delivery("x", action="shout"), "action"), (delivery("  "), "values[1]"),
                            (delivery("x", parameters={"severity": "loud"}), "parameters.severity"), (delivery("x" * 9000), "values")):
            outcome = send(1, wrong)
            self.assertEqual((outcome["kind"], outcome["path"]), ("REJECTED", path))
