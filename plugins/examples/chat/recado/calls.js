"use strict";

// The calls of the contract beside Deliver. A call whose method the connector does not have answers UNIMPLEMENTED.
const { log } = require("./log");
const { NotOffered } = require("./outcome");
const { redact, statusOf } = require("./status");
const wire = require("./wire");

function failed(name, error, secrets) {
  if (!error?.problems && !(error instanceof NotOffered)) log.error(`the connector threw in ${name}`, { stack: redact(String(error?.stack ?? error), secrets) });
  return statusOf(error, secrets);
}

function signalOf(call) {
  const abort = new AbortController();
  call.on("cancelled", () => abort.abort());
  return abort.signal;
}

/** unary makes a handler of a call with one answer. */
const unary = (name, run) => async (call, callback) => {
  try {
    callback(null, await run(call.request, wire.integrationIn(call.request.integration), signalOf(call)));
  } catch (error) {
    callback(failed(name, error, call.request.integration?.secrets));
  }
};

async function check(connector, request, integration, signal) {
  const problems = request.use
    ? await connector.checkAction(integration, wire.useIn(request.use), signal)
    : await connector.check(integration, signal);
  const clean = (text) => redact(text, integration.secrets);
  return { problems: (problems ?? []).map((p) => wire.problemOut({ ...p, message: clean(p.message), nextStep: clean(p.nextStep) })) };
}

/** query writes the pages that the connector's async generator yields, as fast as the hub reads them: one is made when the last has gone. */
function query(connector) {
  return async (call) => {
    const signal = signalOf(call);
    let goOn = () => {};
    signal.addEventListener("abort", () => goOn());
    try {
      for await (const page of connector.query(wire.queryIn(call.request), signal)) {
        if (signal.aborted) return;
        const message = wire.pageOut(page);
        await new Promise((done) => call.write(message, (goOn = done)));
        if (signal.aborted) return;
      }
      call.end();
    } catch (error) {
      if (!signal.aborted) call.emit("error", failed("query", error, call.request.integration?.secrets));
    }
  };
}

/** calls are the handlers that this connector has. */
function calls(connector, inFlight) {
  const c = connector;
  const description = wire.descriptionOut(c, {
    receipts: Boolean(c.receive), lookup: Boolean(c.lookup), preview: Boolean(c.preview), query: Boolean(c.query), check: Boolean(c.check),
    checkAction: Boolean(c.checkAction), idempotentSending: Boolean(c.idempotentSending), keyedReceipts: Boolean(c.keyedReceipts), inFlight,
  });
  const handlers = { describe: unary("describe", async () => ({ description })) };
  if (c.check || c.checkAction) {
    handlers.check = (call, callback) =>
      (call.request.use ? c.checkAction : c.check)
        ? unary("check", (request, integration, signal) => check(c, request, integration, signal))(call, callback)
        : callback({ code: 12, details: "the connector does not offer this" });
  }
  if (c.preview) {
    handlers.preview = unary("preview", async (request, integration, signal) =>
      wire.previewOut(await c.preview(integration, wire.deliveryIn(request.delivery), signal)));
  }
  if (c.receive) {
    handlers.receive = unary("receive", async (request, integration) => wire.receptionOut(await c.receive(integration, wire.callbackIn(request.callback))));
  }
  if (c.lookup) {
    handlers.lookup = unary("lookup", async (request, integration, signal) => wire.lookupOut(await c.lookup(integration, request.items.map(wire.itemIn), signal)));
  }
  if (c.query) handlers.query = query(c);
  return handlers;
}

module.exports = { calls };
