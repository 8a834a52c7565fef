"use strict";

// One Deliver stream: deliveries in, exactly one outcome for each out, at most inFlight of them at work.
const { log } = require("./log");
const { misconfigured, retry, unknown } = require("./outcome");
const { redact, statusOf } = require("./status");
const wire = require("./wire");

const defaultSendTimeout = 30_000;
/** overdueGrace is how long after its deadline a send may still return its own outcome. */
const overdueGrace = 1_000;

const notStarted = (message) => retry({ message, detail: { not_started: "true" } });

class Pool {
  constructor(call, sender, integration, inFlight, sending) {
    Object.assign(this, { call, sender, integration, inFlight, sending });
    this.queue = [];
    this.outcomes = [];
    this.unfinished = 0;
    this.working = 0;
    this.broken = false;
    this.closed = false;
  }

  add(delivery) {
    this.unfinished++;
    this.queue.push(delivery);
    this.pump();
  }

  pump() {
    while (this.working < this.inFlight && this.queue.length > 0) {
      this.work(this.queue.shift());
    }
  }

  handBack(reason) {
    for (const delivery of this.queue.splice(0)) {
      this.answer(delivery, notStarted(reason));
    }
  }

  async work(delivery) {
    const now = Date.now();
    const deadline = delivery.deadline?.getTime() ?? now + defaultSendTimeout;
    if (deadline <= now) {
      this.answer(delivery, notStarted("its deadline passed before it was started"));
      return;
    }
    if (!delivery.parameters) {
      this.answer(delivery, misconfigured({ scope: "FLOW", path: "parameters", message: "the parameters are no JSON object" }));
      return;
    }
    this.working++;
    let waiting = true;
    const settle = (outcome) => {
      if (!waiting) {
        log.warn("a send returned long after its deadline; it was taken as unknown", { delivery: delivery.id, outcome: outcome?.kind });
        return;
      }
      waiting = false;
      this.working--;
      this.answer(delivery, outcome);
      this.pump();
    };
    const abort = new AbortController();
    const timers = [
      setTimeout(() => abort.abort(new Error("the delivery's deadline passed")), deadline - now),
      setTimeout(() => settle(unknown({ message: "the connector did not answer by the deadline; the message may have been sent" })), deadline - now + overdueGrace),
    ];
    this.sending.add(delivery);
    try {
      settle(await this.sender.send({ ...delivery, deadline: new Date(deadline) }, abort.signal));
    } catch (error) {
      log.error("the connector threw in send", { delivery: delivery.id, stack: redact(String(error?.stack ?? error), this.integration.secrets) });
      settle(unknown({ message: "the connector failed in the middle of a send; see its log" }));
    } finally {
      this.sending.delete(delivery);
      timers.forEach(clearTimeout);
      this.finish();
    }
  }

  answer(delivery, outcome) {
    const message = this.told(outcome, delivery);
    if (message.kind !== "OUTCOME_KIND_ACCEPTED") {
      const clean = (text) => redact(text, this.integration.secrets);
      message.message = clean(message.message);
      message.nextStep = clean(message.nextStep);
      message.detail = message.detail && Object.fromEntries(Object.entries(message.detail).map(([k, v]) => [k, clean(v)]));
    }
    this.outcomes.push(message);
    this.unfinished--;
    // Outcomes of the same moment go in one message.
    if (this.outcomes.length === 1) setImmediate(() => this.flush());
  }

  told(outcome, delivery) {
    try {
      return wire.outcomeOut(outcome, delivery);
    } catch (error) {
      log.error("the connector's outcome cannot be told", { delivery: delivery.id, error: redact(error.message, this.integration.secrets) });
      return wire.outcomeOut(unknown({ message: "the connector's outcome cannot be told; see its log" }), delivery);
    }
  }

  flush() {
    for (const batch = this.outcomes.splice(0); batch.length > 0; ) {
      const outcomes = batch.splice(0, together(batch));
      if (!this.broken) this.call.write({ batch: { outcomes } });
    }
    this.finish();
  }

  /** end: the hub sends no more. What was given is finished. */
  end() {
    this.ended = true;
    this.finish();
  }

  /** breakOff: the stream is gone. Nothing more is started; what was begun is finished. */
  breakOff() {
    this.broken = this.ended = true;
    this.handBack("the stream to the hub broke before it was started");
    this.finish();
  }

  finish() {
    if (!this.ended || this.closed || this.unfinished > 0 || this.working > 0 || this.outcomes.length > 0) return;
    this.closed = true;
    Promise.resolve(this.sender.close?.())
      .catch((error) => log.warn("closing the sender failed", { error: redact(error.message, this.integration.secrets) }))
      .finally(() => this.broken || this.call.end());
  }
}

/** deliver makes the handler of Deliver. sending is the set of all sends that have begun, of all streams. */
function deliver(connector, inFlight, sending) {
  return (call) => {
    let pool;
    let secrets = {};
    let gone = false;
    const fail = (error) => call.emit("error", statusOf(error, secrets));

    async function open(message) {
      const integration = wire.integrationIn(message);
      secrets = integration.secrets;
      const sender = await connector.open(integration);
      if (gone) return sender.close?.();
      pool = new Pool(call, sender, integration, inFlight, sending);
      call.write({ opened: { inFlight } });
    }

    call.on("data", (request) => {
      if (!pool) {
        if (request.message !== "open") return fail(new Error("the first message of Deliver must be open"));
        call.pause();
        return open(request.open).then(() => call.resume(), fail);
      }
      if (request.message === "batch") request.batch.deliveries.map(wire.deliveryIn).forEach((d) => pool.add(d));
      if (request.message === "recall") pool.handBack("recalled before it was started");
    });
    call.on("end", () => (pool ? pool.end() : call.end()));
    call.on("cancelled", () => {
      gone = true;
      pool?.breakOff();
    });
    call.on("error", () => {});
  };
}

module.exports = { deliver };

/** together is how many of the first outcomes go in one message: the hub ends a stream whose messages are larger than 64 MiB. */
function together(outcomes) {
  let size = 0;
  const beyond = outcomes.findIndex((outcome, i) => i === 256 || (size += JSON.stringify(outcome).length) > 1 << 20);
  return beyond < 0 ? outcomes.length : Math.max(beyond, 1);
}
