"""The calls of the contract beside Deliver. A call whose method the connector does not have answers UNIMPLEMENTED."""

import asyncio

import grpc

from . import deliver, wire
from .log import log
from .outcome import NotOffered, SettingsError, redactor


async def failed(context, call, error, secrets):
    """Ends a call with a status without secrets."""
    text = redactor(secrets)(str(error) or type(error).__name__)
    if isinstance(error, SettingsError):
        problems = [wire.problem_fields(p, redactor(secrets)) for p in error.problems]
        code = grpc.StatusCode.FAILED_PRECONDITION
        context.set_trailing_metadata((("grpc-status-details-bin", wire.problems_status(code.value[0], text, problems)),))
        await context.abort(code, text)
    if isinstance(error, NotOffered):
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, text)
    log.error("the connector raised %s in %s", type(error).__name__, call, extra={"fields": {"error": text}})
    await context.abort(grpc.StatusCode.UNKNOWN, text)


def _unary(call, run):
    async def handle(request, context):
        try:
            return await asyncio.to_thread(run, request, wire.integration_in(request.integration))
        except Exception as error:
            await failed(context, call, error, request.integration.secrets)

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
    """Writes the pages that the connector's generator yields, as fast as the hub reads them: one is made when the last has gone."""
    ending = set()

    async def handle(request, context):
        end, pages, step = object(), None, None
        try:
            ask = (wire.integration_in(request.integration), wire.query_in(request))
            pages = iter(await asyncio.to_thread(connector.query, *ask))
            while True:
                step = asyncio.ensure_future(asyncio.to_thread(next, pages, end))
                page = await asyncio.shield(step)
                if page is end:
                    return
                await context.write(wire.page_out(page))
        except Exception as error:
            await failed(context, "query", error, request.integration.secrets)
        finally:
            if hasattr(pages, "close"):
                last = asyncio.ensure_future(_close(pages, step, request.integration.secrets))
                ending.add(last)
                last.add_done_callback(ending.discard)

    return handle


async def _close(pages, step, secrets):
    """Ends a generator once it is out of the step that it may be in: nobody can end it before."""
    try:
        if step:
            await asyncio.wait([step])
            step.exception()  # it was told, or the query was cancelled and nobody wants it
        await asyncio.to_thread(pages.close)
    except Exception as error:
        log.warning("ending a query failed", extra={"fields": {"error": redactor(secrets)(str(error))}})


def _describe(described):
    async def handle(_, __):
        return described

    return handle


def handlers(c, in_flight, sending):
    """The handlers that this connector has, by the names of the contract."""
    described = wire.description_out(c, in_flight)
    all_ = {
        "Check": (("check", "check_action"), lambda: _check(c)),
        "Preview": (("preview",), lambda: _unary("preview", lambda r, i: wire.preview_out(c.preview(i, wire.delivery_in(r.delivery)), redactor(i.secrets)))),
        "Receive": (("receive",), lambda: _unary("receive", lambda r, i: wire.reception_out(c.receive(i, wire.callback_in(r.callback))))),
        "Lookup": (("lookup",), lambda: _unary("lookup", lambda r, i: wire.lookup_out(c.lookup(i, wire.items_in(r.items))))),
        "Query": (("query",), lambda: _query(c)),
        "Deliver": (("open",), lambda: deliver.handler(c, in_flight, sending, failed)),
    }
    found = {"Describe": _describe(described)}
    for name, (methods, make) in all_.items():
        if any(callable(getattr(c, method, None)) for method in methods):
            found[name] = make()
    return {name: _typed(name, handle) for name, handle in found.items()}


def _typed(name, handle):
    method = wire.SERVICE.methods_by_name[name]
    request, response = wire.message(method.input_type.name), wire.message(method.output_type.name)
    make = {"Deliver": grpc.stream_stream_rpc_method_handler, "Query": grpc.unary_stream_rpc_method_handler}.get(name, grpc.unary_unary_rpc_method_handler)
    return make(handle, request_deserializer=request.FromString, response_serializer=response.SerializeToString)
