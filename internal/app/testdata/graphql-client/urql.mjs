// Asks a hub with urql and its normalised cache. Run as clients.mjs is.
import assert from "node:assert/strict";
import { Client, fetchExchange, gql, subscriptionExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { persistedExchange } from "@urql/exchange-persisted";
import { check, makeGroups, publish, recording, renameGroup, schema, until, url, websocket } from "./hub.mjs";

const { sent, send } = recording();
const socket = websocket();
const client = new Client({
  url,
  fetch: send,
  preferGetMethod: false,
  exchanges: [
    cacheExchange({
      schema: await schema(),
      resolvers: { Query: { groups: relayPagination({ mergeMode: "outwards" }) } },
      keys: { Viewer: () => null },
    }),
    persistedExchange({ preferGetForPersistedQueries: true }),
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({ subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }) }),
    }),
    fetchExchange,
  ],
});

const GROUPS = gql`
  query Groups($search: String, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
    groups(filter: { search: $search }, orderBy: { field: DESCRIPTION, direction: ASC }, first: $first, after: $after, last: $last, before: $before) {
      edges {
        cursor
        node {
          id
          description
        }
      }
      pageInfo {
        hasNextPage
        endCursor
        hasPreviousPage
        startCursor
      }
    }
  }
`;
const GROUP_UPDATE = gql`
  mutation GroupUpdate($id: ID!, $input: GroupUpdateInput!) {
    groupUpdate(id: $id, input: $input) {
      group {
        id
        version
        description
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`;
const named = ({ groups }) => groups.edges.map((e) => e.node.description);

async function ask(query, variables, context) {
  const { data, error } = await client.query(query, variables, context).toPromise();
  assert.equal(error, undefined);
  return data;
}

await check("urql asks for a document by its hash, and is understood from the second time on", async () => {
  const query = gql`
    query Me {
      viewer {
        consumer {
          id
          name
        }
      }
    }
  `;
  for (let i = 0; i < 2; i++) assert.equal((await ask(query, {}, { requestPolicy: "network-only" })).viewer.consumer.name, "Administrator");
  const asked = sent.map((s) => `${s.method} ${/[?&]query=./.test(s.url) ? "text" : "hash"}`);
  assert.deepEqual(asked, ["GET hash", "GET text", "GET hash"]);
});

await check("urql reads a list forwards, page by page, into one", async () => {
  const names = await makeGroups("urql", 5);
  let data = await ask(GROUPS, { search: "urql", first: 2 });
  assert.deepEqual(named(data), names.slice(0, 2));
  while (data.groups.pageInfo.hasNextPage) data = await ask(GROUPS, { search: "urql", first: 2, after: data.groups.pageInfo.endCursor });
  assert.deepEqual(named(data), names);
});

await check("urql reads a list backwards, page by page, into one", async () => {
  const names = await makeGroups("backwards in urql", 5);
  let data = await ask(GROUPS, { search: "backwards in urql", last: 2 });
  assert.deepEqual(named(data), names.slice(3));
  while (data.groups.pageInfo.hasPreviousPage) {
    data = await ask(GROUPS, { search: "backwards in urql", last: 2, before: data.groups.pageInfo.startCursor });
  }
  assert.deepEqual(named(data), names);
});

await check("urql knows an object again, wherever it comes from", async () => {
  await makeGroups("urql knows", 1);
  let shown;
  const watching = client.query(GROUPS, { search: "urql knows" }).subscribe((r) => (shown = r.data ?? shown));
  await until(() => shown?.groups);
  const { id } = shown.groups.edges[0].node;
  await client.mutation(GROUP_UPDATE, { id, input: { description: "known by its id" } }).toPromise();
  await until(() => named(shown)[0] === "known by its id");

  await renameGroup(id, "known by node");
  const query = gql`
    query Again($id: ID!) {
      node(id: $id) {
        id
        ... on Group {
          description
        }
      }
    }
  `;
  await ask(query, { id }, { requestPolicy: "network-only" });
  await until(() => named(shown)[0] === "known by node");
  watching.unsubscribe();
});

await check("urql is told what is wrong with an input, beside the object", async () => {
  const [name] = await makeGroups("urql errs", 1);
  const { id } = (await ask(GROUPS, { search: name })).groups.edges[0].node;
  const { data, error } = await client.mutation(GROUP_UPDATE, { id, input: { description: "", expectedVersion: 1 } }).toPromise();
  assert.equal(error, undefined);
  assert.equal(data.groupUpdate.group, null);
  assert.equal(data.groupUpdate.userErrors[0].code, "INVALID");
  assert.deepEqual(data.groupUpdate.userErrors[0].field, ["description"]);
});

await check("urql is told what is wrong with an operation", async () => {
  const { error } = await client.query("{ viewer { moon } }", {}).toPromise();
  assert.equal(error.graphQLErrors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
});

await check("urql follows a subscription", async () => {
  const query = gql`
    subscription Received($after: Cursor) {
      occurrenceReceived(after: $after) {
        cursor
        occurrence {
          id
          subject
        }
      }
    }
  `;
  const heard = [];
  const following = client.subscription(query, { after: "c0" }).subscribe((r) => heard.push(r.data?.occurrenceReceived.occurrence.subject ?? r.error));
  for (const subject of [await publish(), await publish()]) await until(() => heard.includes(subject));
  following.unsubscribe();
  assert.deepEqual(heard.slice(-2), ["urql-1", "urql-2"]);
});
process.exit(0);
