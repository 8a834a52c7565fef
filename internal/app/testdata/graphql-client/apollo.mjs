// Asks a hub with Apollo Client. Run as clients.mjs is.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { OperationTypeNode } from "graphql";
import { check, makeGroups, publish, recording, renameGroup, schema, until, url, websocket } from "./hub.mjs";

const { __schema } = await schema();
const possibleTypes = Object.fromEntries(__schema.types.filter((t) => t.possibleTypes).map((t) => [t.name, t.possibleTypes.map((p) => p.name)]));
const { sent, send } = recording();
const socket = websocket();
const client = new ApolloClient({
  cache: new InMemoryCache({ possibleTypes, typePolicies: { Query: { fields: { groups: relayStylePagination(["filter", "orderBy"]) } } } }),
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    new PersistedQueryLink({ sha256: (text) => createHash("sha256").update(text).digest("hex"), useGETForHashedQueries: true }).concat(
      new HttpLink({ uri: url, fetch: send }),
    ),
  ),
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
// watch begins to watch a list, as a screen does, and waits for its first page. It returns what the screen shows, and how to read on.
async function watch(variables) {
  const list = client.watchQuery({ query: GROUPS, variables });
  let data;
  list.subscribe((r) => (data = r.data));
  await until(() => data?.groups);
  const more = async (variables) => {
    const before = data;
    await list.fetchMore({ variables });
    await until(() => data !== before);
  };
  return { shown: () => data, more };
}
const named = ({ groups }) => groups.edges.map((e) => e.node.description);

await check("Apollo Client asks for a document by its hash, and is understood from the second time on", async () => {
  const query = gql`
    query Me {
      viewer {
        consumer {
          name
        }
      }
    }
  `;
  for (const fetchPolicy of ["network-only", "network-only"]) {
    const { data } = await client.query({ query, fetchPolicy });
    assert.equal(data.viewer.consumer.name, "Administrator");
  }
  const asked = sent.map((s) => `${s.method} ${s.body?.query ? "text" : "hash"}`);
  assert.deepEqual(asked, ["GET hash", "POST text", "GET hash"]);
});

await check("Apollo Client reads a list forwards, page by page, into one", async () => {
  const names = await makeGroups("apollo", 5);
  const { shown, more } = await watch({ search: "apollo", first: 2 });
  assert.deepEqual(named(shown()), names.slice(0, 2));
  while (shown().groups.pageInfo.hasNextPage) await more({ after: shown().groups.pageInfo.endCursor });
  assert.deepEqual(named(shown()), names);
});

await check("Apollo Client reads a list backwards, page by page, into one", async () => {
  const names = await makeGroups("backwards in apollo", 5);
  const { shown, more } = await watch({ search: "backwards in apollo", last: 2 });
  assert.deepEqual(named(shown()), names.slice(3));
  while (shown().groups.pageInfo.hasPreviousPage) await more({ before: shown().groups.pageInfo.startCursor });
  assert.deepEqual(named(shown()), names);
});

await check("Apollo Client knows an object again, wherever it comes from", async () => {
  await makeGroups("apollo knows", 1);
  const { shown } = await watch({ search: "apollo knows", first: 1 });
  const { id } = shown().groups.edges[0].node;
  await client.mutate({ mutation: GROUP_UPDATE, variables: { id, input: { description: "known by its id" } } });
  await until(() => named(shown())[0] === "known by its id");

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
  await client.query({ query, variables: { id }, fetchPolicy: "network-only" });
  await until(() => named(shown())[0] === "known by node");
});

await check("Apollo Client is told what is wrong with an input, beside the object", async () => {
  const [name] = await makeGroups("apollo errs", 1);
  const { data: found } = await client.query({ query: GROUPS, variables: { search: name } });
  const { id } = found.groups.edges[0].node;
  const { data } = await client.mutate({ mutation: GROUP_UPDATE, variables: { id, input: { description: "", expectedVersion: 1 } } });
  assert.equal(data.groupUpdate.group, null);
  assert.equal(data.groupUpdate.userErrors[0].code, "INVALID");
  assert.deepEqual(data.groupUpdate.userErrors[0].field, ["description"]);
});

await check("Apollo Client is told what is wrong with an operation", async () => {
  const wrong = client.query({ query: gql("{ moon { phase } }") });
  await assert.rejects(wrong, (e) => CombinedGraphQLErrors.is(e) && e.errors[0].extensions.code === "GRAPHQL_VALIDATION_FAILED");
});

await check("Apollo Client follows a subscription", async () => {
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
  const following = client
    .subscribe({ query, variables: { after: "c0" } })
    .subscribe((r) => heard.push(r.data?.occurrenceReceived.occurrence.subject ?? r.error));
  for (const subject of [await publish(), await publish()]) await until(() => heard.includes(subject));
  following.unsubscribe();
  assert.deepEqual(heard.slice(-2), ["apollo-1", "apollo-2"]);
});
process.exit(0);
