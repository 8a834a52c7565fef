// Asks a hub with GraphQL clients that know nothing of it. Run as: node clients.mjs URL, with the client in CLIENT_ID and CLIENT_SECRET.
import assert from "node:assert/strict";
import { setTimeout as after } from "node:timers/promises";
import { EventSource } from "eventsource";
import { serverAudits } from "graphql-http";
import * as sse from "graphql-sse";
import * as graphqlWS from "graphql-ws";
import WebSocket from "ws";
import { ask, authorization, check, freshToken, id, publish, take, url } from "./hub.mjs";

const RECEIVED = `subscription($after: Cursor) { occurrenceReceived(after: $after) { cursor occurrence { subject } } }`;
const QUERY = { query: "{ viewer { consumer { clientId } } }" };
const isViewer = (result) => {
  assert.equal(result.errors, undefined);
  assert.deepEqual(result.data, { viewer: { consumer: { clientId: id } } });
};
const subjectOf = (result) => {
  assert.equal(result.errors, undefined);
  return result.data.occurrenceReceived.occurrence.subject;
};

// graphql-http: every MUST and every SHOULD of GraphQL over HTTP; a MAY is as the hub likes.
for (const audit of serverAudits({
  url,
  fetchFn: (at, init) => fetch(at, { ...init, headers: { ...init?.headers, authorization } }),
})) {
  await check(`graphql-http ${audit.id}: ${audit.name}`, async () => {
    const result = await audit.fn();
    if (result.status === "error" || result.status === "warn") {
      assert.fail(`${result.reason} ${result.response?.status} ${await result.response?.text?.()}`);
    }
  });
}

// graphql-ws, over a websocket.
{
  const messages = [];
  const client = graphqlWS.createClient({
    url: url.replace("http", "ws"),
    webSocketImpl: WebSocket,
    connectionParams: async () => ({ Authorization: `Bearer ${await freshToken()}` }),
    keepAlive: 300,
    retryAttempts: 0,
    on: { message: (m) => messages.push(m) },
  });
  await check("graphql-ws asks a query", async () => isViewer(await take(client.iterate(QUERY))));
  await check("graphql-ws follows a subscription and goes on after its cursor", async () => {
    const results = client.iterate({ query: RECEIVED, variables: { after: "c0" } });
    const [first, second] = [await publish(), await publish()];
    let result = await take(results);
    while (subjectOf(result) !== first) result = await take(results);
    const { cursor } = result.data.occurrenceReceived;
    assert.equal(subjectOf(await take(results)), second);
    await results.return();
    const again = client.iterate({ query: RECEIVED, variables: { after: cursor } });
    assert.equal(subjectOf(await take(again)), second);
    await again.return();
  });
  await check("graphql-ws is told why an operation cannot be run", async () => {
    await assert.rejects(take(client.iterate({ query: "subscription { moon }" })), (errors) => errors[0].extensions.code === "GRAPHQL_VALIDATION_FAILED");
  });
  await check("graphql-ws pings and is answered", async () => {
    const results = client.iterate({ query: RECEIVED });
    const next = take(results);
    await after(700);
    const subject = await publish();
    assert.equal(subjectOf(await next), subject);
    assert.ok(messages.some((m) => m.type === "pong"), "there was no pong");
    await results.return();
  });
  await client.dispose();
  await check("graphql-ws is told that its token is not valid", async () => {
    const other = graphqlWS.createClient({
      url: url.replace("http", "ws"),
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: "Bearer nonsense" },
      retryAttempts: 0,
    });
    await assert.rejects(take(other.iterate(QUERY)), (closed) => closed.code === 4403);
  });
}

// graphql-sse, in both modes.
for (const singleConnection of [false, true]) {
  const mode = singleConnection ? "in single connection mode" : "in distinct connections mode";
  const client = sse.createClient({ url, singleConnection, headers: () => ({ authorization }), retryAttempts: 0 });
  await check(`graphql-sse ${mode} asks a query`, async () => {
    const results = client.iterate(QUERY);
    isViewer(await take(results));
    assert.ok((await results.next()).done);
  });
  await check(`graphql-sse ${mode} follows a subscription and goes on after its cursor`, async () => {
    const results = client.iterate({ query: RECEIVED, variables: { after: "c0" } });
    const [first, second] = [await publish(), await publish()];
    let result = await take(results);
    while (subjectOf(result) !== first) result = await take(results);
    const { cursor } = result.data.occurrenceReceived;
    assert.equal(subjectOf(await take(results)), second);
    const again = client.iterate({ query: RECEIVED, variables: { after: cursor } });
    assert.equal(subjectOf(await take(again)), second);
    await results.return();
    const third = await publish();
    assert.equal(subjectOf(await take(again)), third);
    await again.return();
  });
  await check(`graphql-sse ${mode} is told why a subscription does not begin`, async () => {
    const results = client.iterate({ query: RECEIVED, variables: { after: "yesterday" } });
    assert.equal((await take(results)).errors[0].extensions.code, "INVALID");
    assert.ok((await results.next()).done);
  });
  client.dispose();
  await check(`graphql-sse ${mode} is refused without a valid token`, async () => {
    const other = sse.createClient({ url, singleConnection, headers: { authorization: "Bearer nonsense" }, retryAttempts: 0 });
    await assert.rejects(take(other.iterate(QUERY)), (e) => e.response?.status === 401);
    other.dispose();
  });
}

// An EventSource as browsers have it, which sends no headers of its own.
const TICKET = `mutation($in: StreamTicketCreateInput!) { streamTicketCreate(input: $in) { ticket expiresAt userErrors { message } } }`;
async function ticketed(query, variables) {
  const { streamTicketCreate: made } = await ask(TICKET, { in: { query, variables } });
  assert.deepEqual(made.userErrors, []);
  return `${url}?ticket=${made.ticket}`;
}

// events makes an iterator of what an EventSource hears.
function events(source) {
  const heard = [];
  let wake = () => {};
  const hear = (e) => {
    heard.push(e);
    wake();
  };
  for (const name of ["next", "complete", "error"]) source.addEventListener(name, hear);
  return async () => {
    while (heard.length === 0) await new Promise((r) => (wake = r));
    return heard.shift();
  };
}

await check("EventSource follows a subscription with a ticket, and goes on with another", async () => {
  const [first, second] = [await publish(), await publish()];
  const source = new EventSource(await ticketed(RECEIVED, { after: "c0" }));
  const next = events(source);
  let event = await next();
  while (subjectOf(JSON.parse(event.data)) !== first) event = await next();
  assert.equal(event.lastEventId, JSON.parse(event.data).data.occurrenceReceived.cursor);
  source.close();
  const again = new EventSource(`${await ticketed(RECEIVED, {})}&lastEventId=${event.lastEventId}`);
  assert.equal(subjectOf(JSON.parse((await events(again)()).data)), second);
  again.close();
});
await check("EventSource is told the end of what has an end", async () => {
  const source = new EventSource(await ticketed(RECEIVED, { after: "yesterday" }));
  const next = events(source);
  assert.equal(JSON.parse((await next()).data).errors[0].extensions.code, "INVALID");
  const end = await next();
  assert.equal(end.type, "complete");
  source.close();
});
await check("EventSource does not try a ticket for ever that was used", async () => {
  const at = await ticketed(RECEIVED, {});
  const source = new EventSource(at);
  await new Promise((opened) => source.addEventListener("open", opened));
  const thief = new EventSource(at);
  const error = await events(thief)();
  assert.equal(error.type, "error");
  assert.equal(thief.readyState, EventSource.CLOSED);
  source.close();
});
await check("EventSource that can send a header goes on by itself when it was cut off", async () => {
  const [first, second] = [await publish(), await publish()];
  const ids = [];
  let cutOff;
  const source = new EventSource(`${url}?${new URLSearchParams({ query: RECEIVED, variables: JSON.stringify({ after: "c0" }) })}`, {
    fetch: async (at, init) => {
      ids.push(init.headers["Last-Event-ID"]);
      const r = await fetch(at, { ...init, headers: { ...init.headers, authorization } });
      const through = new TransformStream({ start: (c) => (cutOff = () => c.terminate()) });
      r.body.pipeTo(through.writable).catch(() => {});
      return new Response(through.readable, { status: r.status, headers: r.headers });
    },
  });
  const next = events(source);
  let event = await next();
  while (subjectOf(JSON.parse(event.data)) !== first) event = await next();
  event = await next();
  assert.equal(subjectOf(JSON.parse(event.data)), second);
  cutOff();
  assert.equal((await next()).type, "error"); // it connects again by itself
  const third = await publish();
  assert.equal(subjectOf(JSON.parse((await next()).data)), third);
  assert.deepEqual(ids, [undefined, event.lastEventId]);
  source.close();
});
process.exit(0);
