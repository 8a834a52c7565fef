"""What a connector needs beside its own code: the process that the hub expects, and the contract of connector.proto in plain objects.

It is a part of this project like any other; `recado connector new` writes its newest state.
"""

import asyncio
import concurrent.futures
import os
import sys
import time

import grpc

from . import calls, process, wire
from .log import log, take_logging
from .outcome import NotOffered, SettingsError, accepted, misconfigured, rejected, retry, unknown

__all__ = ["serve", "words", "log", "SettingsError", "NotOffered", "accepted", "retry", "rejected", "misconfigured", "unknown"]

_LARGEST_MESSAGE = 16 << 20
_SHUTDOWN_GRACE = 1.5  # the hub gives a connector two seconds to end
_ORPHAN_GRACE = 10
_MOST_CALLS = 128  # at once, beside sends: each has a thread
_SERVING = b"\x08\x01"  # a grpc.health.v1.HealthCheckResponse that says SERVING


def words(pt_br, pt_pt, es, en, fr, it):
    """One text in the six languages in which everything that people see is labelled."""
    return {"pt-BR": pt_br, "pt-PT": pt_pt, "es": es, "en": en, "fr": fr, "it": it}


def serve(connector):
    """Runs a connector as this program, until the hub ends it.

    The connector is an object with name, version, title, settings and actions, and the methods that it offers: open, check, check_action,
    preview, receive, lookup, query. README.md shows them.
    """
    process.must_be_started_by_hub()
    process.outlive()
    handshake = sys.stdout
    take_logging()
    asyncio.run(_serve(connector, handshake))


async def _serve(connector, handshake):
    loop, over, sending = asyncio.get_running_loop(), asyncio.Event(), set()
    grace = _SHUTDOWN_GRACE
    loop.set_default_executor(concurrent.futures.ThreadPoolExecutor(_MOST_CALLS, thread_name_prefix="call"))

    def orphaned():
        nonlocal grace
        grace = _ORPHAN_GRACE
        loop.call_soon_threadsafe(over.set)

    process.watch_parent(orphaned)
    in_flight = min(max(getattr(connector, "in_flight", 32), 1), 1024)
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", _LARGEST_MESSAGE)])
    server.add_generic_rpc_handlers((
        grpc.method_handlers_generic_handler(wire.SERVICE.full_name, calls.handlers(connector, in_flight, sending)),
        grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": grpc.unary_unary_rpc_method_handler(_answering(_SERVING))}),
        grpc.method_handlers_generic_handler("plugin.GRPCController", {"Shutdown": grpc.unary_unary_rpc_method_handler(_answering(b"", over.set))}),
    ))
    key, pem, der = process.certificate()
    hub = os.environ["PLUGIN_CLIENT_CERT"].encode()
    credentials = grpc.ssl_server_credentials([(key, pem)], root_certificates=hub, require_client_auth=True)
    directory = process.socket_directory()
    path = directory and os.path.join(directory, "s")
    port = server.add_secure_port(f"unix:{path}" if path else "127.0.0.1:0", credentials)
    await server.start()
    process.handshake(handshake, *(("unix", path) if path else ("tcp", f"127.0.0.1:{port}")), der)
    await over.wait()
    until = time.monotonic() + grace
    while sending and time.monotonic() < until:
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.05)  # the answer to Shutdown goes out
    process.remove(directory)
    os._exit(0)  # a send that hangs in a thread would be waited for otherwise


def _answering(answer, then=lambda: None):
    async def handle(_, __):
        then()
        return answer

    return handle
