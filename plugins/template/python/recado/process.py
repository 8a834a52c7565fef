"""What the hub expects of a connector's process: it is started with a cookie, shows a certificate, ignores the signals that reach a whole
group, and ends when the hub does."""

import base64
import ctypes
import datetime
import os
import shutil
import signal
import sys
import tempfile
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from .log import log

COOKIE = ("RECADO_CONNECTOR", "b0f8c2a1-6e0f-4c59-9a35-d2a5b0a4d7e3")
PROTOCOL = "1"


def must_be_started_by_hub():
    versions = os.environ.get("PLUGIN_PROTOCOL_VERSIONS", PROTOCOL).split(",")
    if os.environ.get(COOKIE[0]) != COOKIE[1] or not os.environ.get("PLUGIN_CLIENT_CERT"):
        sys.exit("This is a Recado connector: the hub starts it. Put it into the plugins directory, or try it with "
                 "`recado connector inspect PATH`.")
    if PROTOCOL not in versions:
        sys.exit(f"This connector speaks version {PROTOCOL} of the contract, the hub {', '.join(versions)}: update the connector.")


def certificate():
    """A key pair for mutual TLS with the hub, which lives as long as the process: key and certificate in PEM, certificate in DER.

    It is for "localhost", the name by which the hub knows every connector.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.utcnow()
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5)).not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return (key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
            made.public_bytes(pem), made.public_bytes(serialization.Encoding.DER))


def handshake(to, network, at, der):
    """The one line on standard output."""
    to.write(f"1|{PROTOCOL}|{network}|{at}|grpc|{base64.b64encode(der).decode().rstrip('=')}\n")
    to.flush()


def socket_directory():
    """A directory that only this user reaches, or None where there are no sockets with a path."""
    if os.name == "nt":
        return None
    return tempfile.mkdtemp(prefix="rc-", dir=os.environ.get("PLUGIN_UNIX_SOCKET_DIR") or None)


def remove(directory):
    if directory:
        shutil.rmtree(directory, ignore_errors=True)


def outlive():
    """Ignores what a terminal or a service manager sends to the whole group: the hub still drains, and ends us when it is done."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if sys.platform == "linux":  # the hub has the kernel kill us when it dies; we end by ourselves, after what was begun (watch_parent)
        ctypes.CDLL(None).prctl(1, 0)  # PR_SET_PDEATHSIG


_parent_at_start = os.getppid()


def watch_parent(gone):
    """Calls gone once when the hub is gone without a word."""

    def watch():
        while os.getppid() == _parent_at_start:
            time.sleep(1)
        log.warning("the hub is gone; this connector ends")
        gone()

    threading.Thread(target=watch, daemon=True).start()
