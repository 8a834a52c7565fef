"use strict";

process.env.RECADO_OUTBOUND_ALLOW = "127.0.0.1";

const assert = require("node:assert/strict");
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
