// What the clients of other people have in common: the hub that they ask, and how they say what came of it. Each check is one line of JSON on
// standard output: its name, and what went wrong.
import assert from "node:assert/strict";
import path from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const origin = process.argv[2];
export const url = `${origin}/graphql`;
export const { CLIENT_ID: id, CLIENT_SECRET: secret } = process.env;

export async function check(name, fn) {
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

export async function freshToken() {
  const r = await fetch(`${origin}/oauth/token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}`, "content-type": "application/x-www-form-urlencoded" },
    body: "grant_type=client_credentials",
  });
  return (await r.json()).access_token;
}

export const authorization = `Bearer ${await freshToken()}`;

export async function ask(query, variables) {
  const r = await fetch(url, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await r.json();
  assert.equal(errors, undefined);
  return data;
}

// recording is fetch with the token, and what was sent by it.
export function recording() {
  const sent = [];
  const send = (at, init) => {
    sent.push({ method: init?.method ?? "GET", url: String(at), body: init?.body ? JSON.parse(init.body) : undefined });
    return fetch(at, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), authorization } });
  };
  return { sent, send };
}

// websocket is a client of graphql-ws, as other clients are given one for subscriptions.
export function websocket() {
  return createClient({
    url: url.replace("http", "ws"),
    webSocketImpl: WebSocket,
    connectionParams: async () => ({ Authorization: `Bearer ${await freshToken()}` }),
  });
}

const script = path.basename(process.argv[1], ".mjs");
let published = 0;

// publish has something happen, and says what its subject is.
export async function publish() {
  const subject = `${script}-${++published}`;
  await ask(
    `mutation($in: OccurrencePublishInput!) { occurrencePublish(input: $in) { occurrence { id } userErrors { message } } }`,
    { in: { source: `/${script}`, id: subject, type: "work_management.work_orders.new", subject, records: [] } },
  );
  return subject;
}

// makeGroups makes groups whose names begin with a word, and says their names in order.
export async function makeGroups(word, count) {
  const names = Array.from({ length: count }, (_, i) => `${word} ${i + 1}`);
  for (const description of names) {
    const { groupCreate: made } = await ask(
      `mutation($in: GroupCreateInput!) { groupCreate(input: $in) { group { id } userErrors { message } } }`,
      { in: { description } },
    );
    assert.deepEqual(made.userErrors, []);
  }
  return names;
}

// renameGroup renames a group behind the back of a client.
export async function renameGroup(id, description) {
  const { groupUpdate: done } = await ask(
    `mutation($id: ID!, $in: GroupUpdateInput!) { groupUpdate(id: $id, input: $in) { userErrors { message } } }`,
    { id, in: { description } },
  );
  assert.deepEqual(done.userErrors, []);
}

// schema is what introspection tells.
export async function schema() {
  return ask(
    `{ __schema { queryType { name } mutationType { name } subscriptionType { name } types { kind name
      fields(includeDeprecated: true) { name args { name type { ...T } } type { ...T } } possibleTypes { name } inputFields { name type { ...T } } interfaces { name } } } }
      fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`,
  );
}

// take gives the next result of an iterator.
export async function take(results) {
  const { value, done } = await results.next();
  assert.ok(!done, "it has ended");
  return value;
}

// until waits for a cache to have told those who watch it; check says so when that takes too long.
export async function until(holds) {
  while (!holds()) await after(5);
}
