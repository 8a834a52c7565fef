"use strict";

// A connector that offers everything that the contract has, for the tests of the runtime: it posts messages to an HTTP endpoint, is called back
// by it, and counts rows. What a test wants to see of what came in, it gets back.
const { createHmac, timingSafeEqual } = require("node:crypto");
const { accepted, retry, rejected, misconfigured, unknown, NotOffered, SettingsError } = require("./recado");
const { request } = require("./recado/outbound");

const word = (text) => Object.fromEntries(["pt-BR", "pt-PT", "es", "en", "fr", "it"].map((tag) => [tag, text]));
const named = (name, schema) => ({ ...schema, title: word(name), help: word(name) });
const problem = (path, message) => ({ code: "WRONG", path, message, nextStep: "Put it right." });
const noAction = problem("action", "there is no such action");

function problemsOf({ settings, secrets }) {
  const missing = [];
  if (!settings.url) missing.push(problem("settings.url", "is missing"));
  for (const name of ["token", "hook"]) if (!secrets[name]) missing.push(problem(`secrets.${name}`, "is missing"));
  return missing;
}

function wrongWith({ action, recipient, values }) {
  if (action !== "post") return misconfigured({ scope: "FLOW", path: "action", message: noAction.message });
  if (recipient === "long") return accepted({ providerId: "p", message: "x".repeat(3 << 20) });
  if (recipient === "odd") return accepted({ providerId: "p", scope: "WORLD" });
  if (!recipient) return rejected({ path: "recipient", message: "is empty" });
  const long = values.findIndex((v) => v.text.length > 1000);
  if (long >= 0) return rejected({ path: `values[${long + 1}]`, message: "is too long" });
}

async function send({ settings, secrets }, delivery, signal) {
  const wrong = wrongWith(delivery);
  if (wrong) return wrong;
  const body = JSON.stringify({ id: delivery.id, to: delivery.recipient, values: delivery.values });
  let answer;
  try {
    answer = await request(settings.url, { method: "POST", headers: { Authorization: `Bearer ${secrets.token}` }, body, signal });
  } catch (error) {
    return error.sent ? unknown({ message: "no answer came" }) : retry({ scope: "INTEGRATION", path: "settings.url", message: "nobody listens" });
  }
  if (answer.status === 429) return retry({ limit: "rate", retryAfter: 1000 * Number(answer.headers["retry-after"]), message: "too fast" });
  if (answer.status >= 500) return unknown({ message: String(answer.status) });
  if (answer.status >= 400) return rejected({ message: String(answer.status) });
  return accepted({ providerId: JSON.parse(answer.text).id });
}

/** everything is all that a receipt and a notice can say. */
const everything = {
  receipts: [{
    providerId: "p", deliveryId: "d", status: "FAILED", at: new Date(1_790_000_000_123), code: "c", message: "m", scope: "RECIPIENT", recipient: "r",
    detail: { price: "1" }, kind: "RETRY", nextStep: "n", retryAfter: 1500.4, suppress: -1, limit: "rate", suppressCategory: "marketing", mostAttempts: 3,
  }],
  notices: [{
    kind: "ACTION_CHANGED", at: new Date(1_790_000_000_456), recipient: "r", category: "k", action: "post", parameters: { a: [1] }, settings: { url: "u" },
    problems: [{ ...problem("values[1]", "m"), severity: "WARNING" }], detail: { d: "x" },
  }],
};

async function receive({ secrets }, callback) {
  const wanted = createHmac("sha256", secrets.hook).update(callback.body).digest("hex");
  const given = callback.header("x-signature");
  if (!secrets.hook || given.length !== wanted.length || !timingSafeEqual(Buffer.from(given), Buffer.from(wanted))) return { verified: false };
  const said = JSON.parse(callback.body.toString("utf8"));
  if (said.wrong) return { verified: true, receipts: [{ deliveryId: "d", status: said.wrong }] };
  if (!said.echo) return { verified: true, receipts: [{ providerId: said.id, deliveryId: said.delivery, status: "DELIVERED", at: new Date(1_790_000_000_000) }] };
  const { method, url, headers, body, received } = callback;
  const seen = { method, url, headers, body: body.toString("utf8"), received: received.getTime() };
  return { verified: true, status: 202, header: { "X-Seen": "yes" }, body: JSON.stringify(seen), ...everything };
}

async function lookup({ settings }, items) {
  if (settings.url === "http://nobody-to-ask.example") throw new NotOffered();
  return items.map(({ deliveryId, providerId, recipient, sent }) => providerId === "echo"
    ? { deliveryId, state: "FOUND", providerId, message: `${recipient} ${sent.getTime()}`, receipts: everything.receipts }
    : { deliveryId, state: providerId ? "FOUND" : "UNDECIDED", providerId });
}

let open = 0; // queries that have begun and not ended
let made = 0; // pages with fill in them, in all queries

async function* query({ integration, action, parameters, fields, terms, cursor, pageSize, limit, since, until }, signal) {
  if (action !== "rows") throw new SettingsError(noAction);
  if (parameters.throws) throw new Error(`the source refused ${integration.secrets.token}`);
  const row = (n) => (parameters.echo
    ? { n, parameters, fields, terms, cursor, pageSize, limit, since: since?.getTime(), until: until?.getTime(), open, made }
    : { n, fill: "x".repeat(parameters.bytes ?? 0) });
  open++;
  try {
    let n = Number(cursor || 0);
    const most = Math.min(parameters.rows ?? 1, limit ? n + limit : Infinity);
    do {
      const rows = [];
      while (n < most && rows.length < (pageSize || 4)) rows.push(row(n++));
      made += parameters.bytes ? 1 : 0;
      yield { rows, next: n < most ? String(n) : "", total: parameters.rows };
      if (parameters.hangs) await new Promise((done) => signal.addEventListener("abort", done));
    } while (n < most);
  } finally {
    open--;
  }
}

module.exports = {
  name: "whole",
  version: "1.0.0",
  title: word("Whole"),
  settings: {
    required: ["url", "token", "hook"],
    properties: {
      url: named("URL", { type: "string", format: "uri", "x-recado-secret-destination": true }),
      token: named("Token", { type: "string", writeOnly: true, minLength: 10 }),
      hook: named("Hook", { type: "string", writeOnly: true, "x-recado-callback-secret": true }),
    },
  },
  limits: [{ key: "rate", scope: "INTEGRATION", perSecond: 10_000 }],
  actions: [
    { key: "post", title: word("Post"), values: { positional: true, min: 1, max: 3, maxLength: 1000 }, recipient: { format: "text", parameter: "to", title: word("To") } },
    {
      key: "rows", role: "SOURCE", title: word("Rows"),
      parameters: { properties: { rows: named("Rows", { type: "integer" }), bytes: named("Bytes", { type: "integer" }) } },
      rows: { required: ["n"], properties: { n: named("Number", { type: "integer" }) } },
    },
  ],
  check: async (integration) => problemsOf(integration),
  checkAction: async (_, { action }) => (["post", "rows"].includes(action) ? [] : [noAction]),
  preview: async (_, delivery) => ({ text: "text", recipient: delivery.recipient, request: { to: delivery.recipient }, problems: delivery.action === "post" ? [] : [noAction] }),
  open: async (integration) => {
    const problems = problemsOf(integration);
    if (problems.length > 0) throw new SettingsError(...problems);
    return { send: (delivery, signal) => send(integration, delivery, signal) };
  },
  receive, lookup, query,
};
