"use strict";

// Between the plain objects of an author and the messages of connector.proto. Field names are the same in camelCase; JSON fields
// are plain values here (settings and not settings_json), times are Dates, durations are milliseconds.
const loader = require("@grpc/proto-loader");
const protobuf = require("protobufjs");
const { proto } = require("./contract");

const options = { longs: Number, enums: String, defaults: true, oneofs: true };
const { root } = protobuf.parse(proto);
const contract = loader.fromJSON(root.toJSON(), options);

const service = contract["recado.connector.v1.Connector"];

const bytes = (value) => (value === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(value)));

function value(buffer, otherwise) {
  return buffer && buffer.length > 0 ? JSON.parse(Buffer.from(buffer).toString("utf8")) : otherwise;
}

/** parsed is the message with a field that holds JSON as its value, under another name. */
function parsed(message, field, name, otherwise) {
  const { [field]: text, ...rest } = message;
  return { ...rest, [name]: value(text, otherwise) };
}

const integrationIn = (message) => parsed(message ?? { secrets: {} }, "settingsJson", "settings", {});

/** deliveryIn gives parameters that are null if they are no JSON object. */
function deliveryIn(message) {
  const { deadlineUnixMs, parametersJson, ...rest } = message ?? {};
  return { ...rest, parameters: object(parametersJson), deadline: deadlineUnixMs ? new Date(deadlineUnixMs) : undefined };
}

function object(text) {
  try {
    const found = value(text, {});
    return found && typeof found === "object" && !Array.isArray(found) ? found : null;
  } catch {
    return null;
  }
}

/** callbackIn gives headers by their canonical names, each with the list of its values, and header: the first value of one, or "". */
function callbackIn({ receivedUnixMs, headers, ...rest }) {
  const all = Object.fromEntries(headers.map((h) => [h.name, h.values]));
  const first = new Map(headers.map((h) => [h.name.toLowerCase(), h.values[0] ?? ""]));
  return { ...rest, headers: all, header: (name) => first.get(name.toLowerCase()) ?? "", received: new Date(receivedUnixMs) };
}

const itemIn = ({ sentUnixMs, ...rest }) => ({ ...rest, sent: new Date(sentUnixMs) });

const useIn = (message) => parsed(message, "parametersJson", "parameters", {});

const labels = (text) => (text ? { text } : undefined);

function fieldLabels(all) {
  return Object.fromEntries(Object.entries(all ?? {}).map(([name, l]) => [name, { title: labels(l.title), help: labels(l.help) }]));
}

/** schema takes { properties: { name: { title, help, ...JSON Schema } }, required: [...] }; titles and helps are by language. */
function schema(s) {
  const plain = { type: "object", ...s, properties: {} };
  const words = {};
  for (const [name, { title, help, ...rest }] of Object.entries(s?.properties ?? {})) {
    plain.properties[name] = rest;
    words[name] = { title, help };
  }
  return { json: bytes(plain), labels: fieldLabels(words) };
}

const wordsBelow = (part) => [...Object.keys(part.values ?? {}), ...(part.nestedArray ?? []).flatMap(wordsBelow)];
const enumWords = new Set(wordsBelow(root));

/** enumOf is a word as the contract has it. One that it does not have would go as none at all. */
function enumOf(prefix, word) {
  if (!word) return undefined;
  if (!enumWords.has(`${prefix}_${word}`)) throw new TypeError(`the contract has no ${prefix} ${JSON.stringify(word)}`);
  return `${prefix}_${word}`;
}

function actionOut(a) {
  const role = a.role ?? "DESTINATION";
  return {
    ...a,
    role: enumOf("ROLE", role),
    title: labels(a.title),
    help: labels(a.help),
    parameters: schema(a.parameters),
    recipient: a.recipient && { ...a.recipient, title: labels(a.recipient.title), help: labels(a.recipient.help) },
    rows: a.rows && schema(a.rows),
  };
}

function descriptionOut(c, capabilities) {
  const roles = [c.open && "ROLE_DESTINATION", c.query && "ROLE_SOURCE"].filter(Boolean);
  return {
    name: c.name,
    version: c.version,
    title: labels(c.title),
    help: labels(c.help),
    roles,
    settings: schema(c.settings),
    actions: (c.actions ?? []).map(actionOut),
    limits: (c.limits ?? []).map((l) => ({ ...l, scope: enumOf("LIMIT_SCOPE", l.scope) })),
    capabilities,
  };
}

function problemOut(p) {
  return { ...p, severity: enumOf("SEVERITY", p.severity ?? "ERROR") };
}

const kinds = new Set(["ACCEPTED", "RETRY", "REJECTED", "MISCONFIGURED", "UNKNOWN"]);

function outcomeOut(o, delivery) {
  let { kind, message, scope, retryAfter, suppress, ...rest } = o ?? {};
  if (!kinds.has(kind)) {
    message = `the connector answered with the outcome kind ${JSON.stringify(kind)}, which does not exist`;
    kind = "UNKNOWN";
  }
  return {
    ...rest,
    deliveryId: delivery.id,
    attempt: delivery.attempt,
    kind: enumOf("OUTCOME_KIND", kind),
    scope: enumOf("SCOPE", scope ?? "DELIVERY"),
    message,
    retryAfterMs: whole(retryAfter),
    suppressMs: whole(suppress),
  };
}

const whole = (milliseconds) => milliseconds && Math.round(milliseconds);

function previewOut(p) {
  const { request, problems, ...rest } = p ?? {};
  return { ...rest, requestJson: bytes(request), problems: (problems ?? []).map(problemOut) };
}

const unixMs = (date) => (date ? new Date(date).getTime() : 0);

function receiptOut(r) {
  const { at, retryAfter, suppress, ...rest } = r;
  return {
    ...rest,
    atUnixMs: unixMs(at),
    status: enumOf("RECEIPT_STATUS", r.status),
    scope: enumOf("SCOPE", r.scope),
    kind: enumOf("OUTCOME_KIND", r.kind),
    retryAfterMs: whole(retryAfter),
    suppressMs: whole(suppress),
  };
}

function noticeOut(n) {
  const { at, parameters, settings, problems, ...rest } = n;
  return {
    ...rest,
    atUnixMs: unixMs(at),
    kind: enumOf("NOTICE_KIND", n.kind),
    parametersJson: bytes(parameters),
    settingsJson: bytes(settings),
    problems: (problems ?? []).map(problemOut),
  };
}

function receptionOut(r) {
  const { body, receipts, notices, ...rest } = r ?? {};
  return { status: rest.verified ? 200 : 401, ...rest, body: Buffer.from(body ?? ""), receipts: (receipts ?? []).map(receiptOut), notices: (notices ?? []).map(noticeOut) };
}

function lookupOut(answers) {
  return {
    answers: (answers ?? []).map((a) => ({ ...a, state: enumOf("LOOKUP_STATE", a.state), receipts: (a.receipts ?? []).map(receiptOut) })),
  };
}

function queryIn(request) {
  const { sinceUnixMs, untilUnixMs, terms, ...rest } = parsed(request, "parametersJson", "parameters", {});
  return {
    ...rest,
    integration: integrationIn(request.integration),
    terms: (terms ?? []).map((t) => parsed(t, "valueJson", "value")),
    since: sinceUnixMs ? new Date(sinceUnixMs) : undefined,
    until: untilUnixMs ? new Date(untilUnixMs) : undefined,
  };
}

function pageOut({ rows, next, total }) {
  return { page: { rowsJson: (rows ?? []).map(bytes), next, total: total ?? -1 } };
}

/** problemsStatus is the `grpc-status-details-bin` of FAILED_PRECONDITION: a google.rpc.Status with one Problems message in it. */
function problemsStatus(code, message, problems) {
  const detail = contract["recado.connector.v1.Problems"].serialize({ problems: problems.map(problemOut) });
  const any = [field(1, Buffer.from("type.googleapis.com/recado.connector.v1.Problems")), field(2, detail)];
  return Buffer.concat([Buffer.from([1 << 3, code]), field(2, Buffer.from(message)), field(3, Buffer.concat(any))]);
}

/** field writes one length-delimited field of a protocol buffer. */
function field(number, content) {
  const length = [];
  for (let n = content.length; ; n >>>= 7) {
    length.push(n > 127 ? (n & 127) | 128 : n);
    if (n <= 127) break;
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), content]);
}

module.exports = {
  service, integrationIn, deliveryIn, callbackIn, itemIn, useIn, queryIn,
  descriptionOut, problemOut, outcomeOut, previewOut, receptionOut, lookupOut, pageOut, problemsStatus,
};
