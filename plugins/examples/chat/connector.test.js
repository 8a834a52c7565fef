"use strict";

process.env.RECADO_OUTBOUND_ALLOW = "127.0.0.1";

const assert = require("node:assert/strict");
const { createHmac } = require("node:crypto");
const http = require("node:http");
const test = require("node:test");
const connector = require("./connector");

/** chat is a local webhook that answers as it is told, and keeps what it got. */
async function chat(t, answer) {
  const got = [];
  const server = http.createServer((request, response) => {
    let text = "";
    request.on("data", (piece) => (text += piece));
    request.on("end", () => {
      got.push(JSON.parse(text));
      answer(response);
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => server.close());
  return { got, url: `http://127.0.0.1:${server.address().port}/hooks/a-secret` };
}

const delivery = (fields) => ({
  id: "dlv_1", action: "post", parameters: { text: "Work order {1}: {2}" }, recipient: "workshop",
  values: [{ position: 1, text: "WO-7" }, { position: 2, text: "<!channel> leaks" }], ...fields,
});

const send = async (url, one = delivery()) =>
  (await connector.open({ settings: {}, secrets: { webhook_url: url } })).send(one, AbortSignal.timeout(2000));

test("a message is posted, and its values cannot call the whole channel", async (t) => {
  const { got, url } = await chat(t, (r) => r.end("ok"));
  assert.equal((await send(url)).kind, "ACCEPTED");
  assert.deepEqual(got, [{ channel: "workshop", text: "Work order WO-7: &lt;!channel&gt; leaks" }]);
});

for (const [name, status, body, wanted] of [
  ["too many at once", 429, "rate_limited", { kind: "RETRY", retryAfter: 7000, limit: "rate" }],
  ["a channel that is not there", 404, "channel_not_found", { kind: "REJECTED", path: "recipient" }],
  ["a webhook that was taken back", 410, "no_service", { kind: "MISCONFIGURED", scope: "INTEGRATION" }],
  ["a chat in trouble", 500, "oops", { kind: "UNKNOWN" }],
  ["a payload that it does not take", 400, "invalid_payload", { kind: "REJECTED", path: "parameters.text" }],
  ["somewhere else", 302, "", { kind: "MISCONFIGURED" }],
]) {
  test(name, async (t) => {
    const { url } = await chat(t, (r) => r.writeHead(status, { "Retry-After": "7", Location: "http://127.0.0.1:1/" }).end(body));
    const outcome = await send(url);
    for (const [field, value] of Object.entries(wanted)) assert.equal(outcome[field], value, field);
    assert.ok(!JSON.stringify(outcome).includes("a-secret"));
  });
}

test("no connection is tried again, a lost answer is not", async (t) => {
  const nobody = http.createServer();
  await new Promise((done) => nobody.listen(0, "127.0.0.1", done));
  const { port } = nobody.address();
  await new Promise((done) => nobody.close(done));
  assert.equal((await send(`http://127.0.0.1:${port}/hooks/x`)).kind, "RETRY");
  const { got, url } = await chat(t, (r) => r.destroy());
  assert.equal((await send(url)).kind, "UNKNOWN");
  assert.equal(got.length, 1);
});

test("what only the hub can reach is not asked, and nothing goes unencrypted to the world", async () => {
  for (const url of ["https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/", "http://1.1.1.1/hooks/x"]) {
    const outcome = await send(url);
    assert.equal(outcome.kind, "MISCONFIGURED", url);
    assert.match(outcome.nextStep, /--outbound-allow/);
  }
});

test("a preview shows what would be posted, and what is wrong with it", async () => {
  const good = await connector.preview({}, delivery());
  assert.equal(good.text, "Work order WO-7: &lt;!channel&gt; leaks");
  const [problem] = (await connector.preview({}, delivery({ parameters: {} }))).problems;
  assert.equal(problem.path, "parameters.text");
});

const secrets = { bot_token: "xoxb-a-token", signing_secret: "a-signing-secret" };

/** slack is a local Web API that answers each method as it is told, and keeps what it got. */
async function slack(t, methods) {
  const got = [];
  const server = http.createServer((request, response) => {
    let text = "";
    request.on("data", (piece) => (text += piece));
    request.on("end", () => {
      const { pathname, searchParams } = new URL(request.url, "http://x");
      got.push({ method: pathname.slice(5), token: request.headers.authorization, query: Object.fromEntries(searchParams), body: text && JSON.parse(text) });
      response.end(JSON.stringify(methods[pathname.slice(5)]));
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => server.close());
  return { got, integration: { settings: { api_url: `http://127.0.0.1:${server.address().port}/api` }, secrets } };
}

test("a bot posts with its token, and gives the delivery's id along", async (t) => {
  const { got, integration } = await slack(t, { "chat.postMessage": { ok: true, channel: "C1", ts: "1790000000.000100" } });
  const sender = await connector.open(integration);
  assert.equal((await sender.send(delivery(), AbortSignal.timeout(2000))).providerId, "C1:1790000000.000100");
  assert.equal(got[0].token, "Bearer xoxb-a-token");
  assert.deepEqual([got[0].body.channel, got[0].body.metadata.event_payload], ["workshop", { delivery: "dlv_1" }]);
  assert.equal((await sender.send(delivery({ recipient: "" }))).path, "recipient");
});

for (const [error, wanted] of [
  ["not_in_channel", { kind: "REJECTED", path: "recipient" }],
  ["msg_too_long", { kind: "REJECTED", path: "parameters.text" }],
  ["token_revoked", { kind: "MISCONFIGURED", path: "secrets.bot_token" }],
  ["fatal_error", { kind: "UNKNOWN" }],
  ["ratelimited", { kind: "RETRY", limit: "rate" }],
]) {
  test(`a bot is told ${error}`, async (t) => {
    const { integration } = await slack(t, { "chat.postMessage": { ok: false, error } });
    const outcome = await (await connector.open(integration)).send(delivery(), AbortSignal.timeout(2000));
    for (const [field, value] of Object.entries(wanted)) assert.equal(outcome[field], value, field);
  });
}

/** signed is a callback as Slack makes it, received some seconds after it was signed. */
function signed(body, { late = 0, secret = secrets.signing_secret } = {}) {
  const text = Buffer.from(JSON.stringify(body));
  const headers = {
    "x-slack-request-timestamp": "1790000000",
    "x-slack-signature": `v0=${createHmac("sha256", secret).update("v0:1790000000:").update(text).digest("hex")}`,
  };
  return { body: text, header: (name) => headers[name.toLowerCase()] ?? "", received: new Date((1790000000 + late) * 1000) };
}

const reaction = {
  type: "event_callback",
  event: { type: "reaction_added", reaction: "eyes", event_ts: "1790000007.5", item: { type: "message", channel: "C1", ts: "1790000000.000100" } },
};

test("a reaction says that a message was read, if Slack signed it just now", async () => {
  const receive = (callback) => connector.receive({ settings: {}, secrets }, callback);
  assert.deepEqual((await receive(signed(reaction))).receipts, [{ providerId: "C1:1790000000.000100", status: "READ", at: new Date(1790000007500) }]);
  assert.equal((await receive(signed(reaction, { late: 301 }))).verified, false);
  assert.equal((await receive(signed(reaction, { secret: "another" }))).verified, false);
  assert.deepEqual(await receive(signed({ type: "url_verification", challenge: "abc" })), { verified: true, header: { "Content-Type": "text/plain" }, body: "abc" });
  assert.equal((await connector.receive({ settings: {}, secrets: { webhook_url: "https://chat.example" } }, signed(reaction))).verified, false);
});

test("a bot finds its message again, and does not say of another that it never was", async (t) => {
  const ts = "1790000000.000100";
  const { got, integration } = await slack(t, { "conversations.history": { ok: true, messages: [{ ts, reactions: [{ name: "eyes", count: 1 }] }] } });
  const items = [{ deliveryId: "d1", providerId: `C1:${ts}` }, { deliveryId: "d2", providerId: "C1:1790000000.000200" }, { deliveryId: "d3", providerId: "" }];
  const answers = await connector.lookup(integration, items, AbortSignal.timeout(2000));
  assert.deepEqual(answers.map((a) => a.state), ["FOUND", "UNDECIDED", "UNDECIDED"]);
  assert.equal(answers[0].receipts[0].status, "READ");
  assert.deepEqual(got.map((g) => g.query.channel), ["C1", "C1"]);
  await assert.rejects(connector.lookup({ settings: {}, secrets: {} }, items), /does not offer/);
});
