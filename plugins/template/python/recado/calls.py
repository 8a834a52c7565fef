"""The calls of the contract beside Deliver. A call whose method the connector does not have answers UNIMPLEMENTED."""

import asyncio

import grpc

from . import deliver, wire
from .log import log
from .outcome import SettingsError, redactor


async def failed(context, call, error, secrets):
    """Ends a call with a status without secrets."""
    text = redactor(secrets)(str(error) or type(error).__name__)
    if isinstance(error, SettingsError):
        problems = [wire.problem_fields(p, redactor(secrets)) for p in error.problems]
        code = grpc.StatusCode.FAILED_PRECONDITION
        context.set_trailing_metadata((("grpc-status-details-bin", wire.problems_status(code.value[0], text, problems)),))
        await context.abort(code, text)
    log.error("the connector raised %s in %s", type(error).__name__, call, extra={"fields": {"error": text}})
    await context.abort(grpc.StatusCode.UNKNOWN, text)


def _unary(call, run):
    async def handle(request, context):
        integration = wire.integration_in(request.integration) if call != "describe" else None
        try:
            return await asyncio.to_thread(run, request, integration)
        except Exception as error:
            await failed(context, call, error, integration.secrets if integration else {})

    return handle


def _check(connector):
    async def handle(request, context):
        method = "check_action" if request.HasField("use") else "check"
        if not callable(getattr(connector, method, None)):
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, "the connector does not offer this")
        more = (wire.use_in(request.use),) if request.HasField("use") else ()

        def run(_, integration):
            return wire.check_out(getattr(connector, method)(integration, *more), redactor(integration.secrets))

        return await _unary(method, run)(request, context)

    return handle


def _query(connector):
    """Writes the pages that the connector's generator yields, as fast as the hub reads them."""

    async def handle(request, context):
        integration = wire.integration_in(request.integration)
        end = object()
        pages = iter(())
        try:
            pages = iter(connector.query(integration, wire.query_in(request)))
            while (page := await asyncio.to_thread(next, pages, end)) is not end:
                await context.write(wire.page_out(page))
        except Exception as error:
            await failed(context, "query", error, integration.secrets)
        finally:
            if hasattr(pages, "close"):
                await asyncio.to_thread(pages.close)

    return handle


def handlers(c, in_flight, sending):
    """The handlers that this connector has, by the names of the contract."""
    described = wire.description_out(c, in_flight)
    callback = lambda m: {"method": m.method, "url": m.url, "headers": {h.name: list(h.values) for h in m.headers}, "body": m.body,
                          "received": m.received_unix_ms / 1000}
    items = lambda m: [{"delivery_id": i.delivery_id, "provider_id": i.provider_id, "recipient": i.recipient,
                        "sent": i.sent_unix_ms / 1000} for i in m.items]
    all_ = {
        "Check": (("check", "check_action"), lambda: _check(c)),
        "Preview": (("preview",), lambda: _unary("preview", lambda r, i: wire.preview_out(c.preview(i, wire.delivery_in(r.delivery)), redactor(i.secrets)))),
        "Receive": (("receive",), lambda: _unary("receive", lambda r, i: wire.reception_out(c.receive(i, callback(r.callback))))),
        "Lookup": (("lookup",), lambda: _unary("lookup", lambda r, i: wire.lookup_out(c.lookup(i, items(r))))),
        "Query": (("query",), lambda: _query(c)),
        "Deliver": (("open",), lambda: deliver.handler(c, in_flight, sending, failed)),
    }
    found = {"Describe": _unary("describe", lambda *_: described)}
    for name, (methods, make) in all_.items():
        if any(callable(getattr(c, method, None)) for method in methods):
            found[name] = make()
    return {name: _typed(name, handle) for name, handle in found.items()}


def _typed(name, handle):
    method = wire.SERVICE.methods_by_name[name]
    request, response = wire.message(method.input_type.name), wire.message(method.output_type.name)
    make = {"Deliver": grpc.stream_stream_rpc_method_handler, "Query": grpc.unary_stream_rpc_method_handler}.get(name, grpc.unary_unary_rpc_method_handler)
    return make(handle, request_deserializer=request.FromString, response_serializer=response.SerializeToString)
