// Sends events to a hub with the official SDK of CloudEvents, which knows nothing of it, in all three content modes. Each check is one line
// of JSON on standard output: its name, and what went wrong. Run as: node clients.mjs URL, with the client in CLIENT_ID and CLIENT_SECRET.
import assert from "node:assert/strict";
import { setTimeout as after } from "node:timers/promises";
import { CloudEvent, HTTP, Mode, emitterFor } from "cloudevents";

const origin = process.argv[2];
const { CLIENT_ID: id, CLIENT_SECRET: secret } = process.env;

async function check(name, fn) {
  let error = null;
  try {
    await Promise.race([
      fn(),
      after(20_000).then(() => assert.fail("it took more than 20 s")),
    ]);
  } catch (e) {
    error = `${e.stack ?? JSON.stringify(e)} ${e.cause ? JSON.stringify(e.cause) : ""}`;
  }
  console.log(JSON.stringify({ name, error }));
}

const signedIn = await fetch(`${origin}/oauth/token`, {
  method: "POST",
  headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}`, "content-type": "application/x-www-form-urlencoded" },
  body: "grant_type=client_credentials",
});
const authorization = `Bearer ${(await signedIn.json()).access_token}`;

async function post({ headers, body }) {
  const r = await fetch(`${origin}/events`, { method: "POST", headers: { ...headers, authorization }, body });
  return { status: r.status, type: r.headers.get("content-type"), ...(await r.json()) };
}

// stored is what the hub has of an occurrence.
async function stored(occurrence) {
  const r = await fetch(`${origin}/graphql`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({
      query: "query($id: ID!) { occurrence(id: $id) { source name type subject time extensions records { type key data } } }",
      variables: { id: occurrence },
    }),
  });
  const { data, errors } = await r.json();
  assert.equal(errors, undefined);
  return data.occurrence;
}

const records = (text) => ({ records: [{ type: "work_order_task", key: "884213", data: { wo_folio: "OT-1496", description: text } }] });

// workOrder is an event; others are attributes that it has beside, or instead.
const workOrder = (id, others = {}) =>
  new CloudEvent(
    {
      id,
      source: "/clients/js",
      type: "work_management.work_orders.new",
      subject: "OT-1496",
      time: "2026-11-22T14:00:00.000Z",
      datacontenttype: "application/json",
      plant: "lisbon",
      data: records("Check the bearing"),
      ...others,
    },
    false, // the hub is to judge, not the SDK
  );

// bytes is the same event with its data as bytes, which the SDK writes in base 64.
const bytes = (id) => workOrder(id, { data: new Uint8Array(Buffer.from(JSON.stringify(records("Check the bearing")))) });

const sendAll = async (events) =>
  post({ headers: { "content-type": "application/cloudevents-batch+json" }, body: JSON.stringify(events) });

// In a batch an event is answered by its result.
const one = async (event) => {
  const answer = await sendAll([event]);
  assert.equal(answer.results.length, 1);
  assert.equal(answer.status, answer.results[0].status === 202 ? 200 : answer.results[0].status);
  return answer.results[0];
};

const modes = {
  structured: emitterFor(post, { binding: HTTP, mode: Mode.STRUCTURED }),
  binary: emitterFor(post, { binding: HTTP, mode: Mode.BINARY }),
  batch: one,
};

for (const [mode, send] of Object.entries(modes)) {
  await check(`${mode}: an event is taken and stored with all that it has`, async () => {
    const answer = await send(workOrder(`${mode} 1`));
    assert.equal(answer.status, 202);
    assert.equal(answer.repeat, false);
    const { time, ...rest } = await stored(answer.id);
    assert.equal(new Date(time).getTime(), Date.UTC(2026, 10, 22, 14));
    assert.deepEqual(rest, {
      source: "/clients/js",
      name: `${mode} 1`,
      type: "work_management.work_orders.new",
      subject: "OT-1496",
      extensions: { plant: "lisbon" },
      ...records("Check the bearing"),
    });
  });
  await check(`${mode}: a repeat has the same answer`, async () => {
    const first = await send(workOrder(`${mode} 2`));
    assert.equal(first.repeat, false);
    assert.deepEqual(await send(workOrder(`${mode} 2`)), { ...first, repeat: true });
  });
  await check(`${mode}: data as bytes is the same event`, async () => {
    const first = await send(workOrder(`${mode} 3`));
    const again = await send(bytes(`${mode} 3`));
    assert.deepEqual([again.status, again.id, again.repeat], [202, first.id, true]);
  });
  await check(`${mode}: an event without data is taken`, async () => {
    const answer = await send(workOrder(`${mode} 4`, { data: undefined }));
    assert.equal(answer.status, 202, JSON.stringify(answer));
    assert.deepEqual((await stored(answer.id)).records, []);
  });
  await check(`${mode}: another content under the same id is a conflict`, async () => {
    await send(workOrder(`${mode} 5`));
    const answer = await send(workOrder(`${mode} 5`, { data: records("Change the belt") }));
    assert.deepEqual([answer.status, answer.code, answer.path], [409, "CONFLICT", "id"]);
  });
  await check(`${mode}: another version is refused`, async () => {
    const answer = await send(workOrder(`${mode} 6`, { specversion: "0.3" }));
    assert.deepEqual([answer.status, answer.code, answer.path], [400, "INVALID", "specversion"]);
  });
  for (const name of ["source", "type"]) {
    await check(`${mode}: an event without ${name} is refused`, async () => {
      const answer = await send(workOrder(`${mode} 7`, { [name]: undefined }));
      assert.deepEqual([answer.status, answer.code, answer.path], [400, "INVALID", name]);
    });
  }
  await check(`${mode}: data that is no JSON is refused`, async () => {
    const answer = await send(workOrder(`${mode} 8`, { datacontenttype: "application/xml", data: "<a/>" }));
    if (mode === "binary") assert.deepEqual([answer.status, answer.code], [415, "UNSUPPORTED_MEDIA_TYPE"]);
    else assert.deepEqual([answer.status, answer.code, answer.path], [400, "INVALID", "datacontenttype"]);
  });
}

await check("the same event is a repeat in every mode", async () => {
  const first = await modes.structured(workOrder("in all"));
  for (const send of Object.values(modes)) {
    const again = await send(workOrder("in all"));
    assert.deepEqual([again.id, again.repeat], [first.id, true]);
  }
});

await check("binary: attributes that are percent-encoded are decoded", async () => {
  const subject = "Évora 50% € 😀";
  const answer = await modes.binary(workOrder("encoded", { subject: encodeURIComponent(subject), plant: encodeURIComponent("São Paulo") }));
  assert.equal(answer.status, 202, JSON.stringify(answer));
  const o = await stored(answer.id);
  assert.deepEqual([o.subject, o.extensions], [subject, { plant: "São Paulo" }]);
});

await check("batch: each event has a result of its own, in order", async () => {
  const answer = await sendAll([workOrder("batch a"), workOrder("batch b", { type: "nothing" }), workOrder("batch a"), workOrder("batch c")]);
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.results.map((r) => r.status), [202, 400, 202, 202]);
  assert.deepEqual(answer.results.map((r) => r.repeat), [false, undefined, true, false]);
  assert.equal(answer.results[2].id, answer.results[0].id);
});

await check("batch: an empty one is taken", async () => {
  const answer = await sendAll([]);
  assert.deepEqual([answer.status, answer.results], [200, []]);
});
