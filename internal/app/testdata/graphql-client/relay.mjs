// Asks a hub with Relay, as its compiler prepared it for the schema. Run as clients.mjs is.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import relay from "relay-runtime";
import { check, makeGroups, publish, recording, renameGroup, until, url, websocket } from "./hub.mjs";

const require = createRequire(import.meta.url);
const compiled = (name) => require(`./relay/compiled/${name}.graphql.js`);
const { send } = recording();
const socket = websocket();
const environment = new relay.Environment({
  store: new relay.Store(new relay.RecordSource()),
  network: relay.Network.create(
    async ({ text }, variables) => {
      const headers = { "content-type": "application/json", accept: "application/graphql-response+json" };
      return (await send(url, { method: "POST", headers, body: JSON.stringify({ query: text, variables }) })).json();
    },
    ({ text }, variables) => relay.Observable.create((sink) => socket.subscribe({ query: text, variables }, sink)),
  ),
});
const fetched = (name, variables) => relay.fetchQuery(environment, compiled(name), variables).toPromise();

// show asks a query and keeps what it read, as a screen that is open does. It returns what a fragment of it reads from the store at any time.
async function show(query, fragment, variables, within = (data) => data) {
  const operation = relay.createOperationDescriptor(relay.getRequest(compiled(query)), variables);
  environment.retain(operation);
  await fetched(query, variables);
  return () => {
    const key = within(environment.lookup(operation.fragment).data);
    return environment.lookup(relay.getSingularSelector(relay.getFragment(compiled(fragment)), key)).data;
  };
}
const named = ({ groups }) => groups.edges.map((e) => e.node.description);

await check("Relay reads a list forwards, page by page, into one connection", async () => {
  const names = await makeGroups("relay", 5);
  const shown = await show("screenForwardsQuery", "screen_forwards", { search: "relay", count: 2 });
  assert.deepEqual(named(shown()), names.slice(0, 2));
  await makeGroups("relay 0", 1); // what comes into the part that was read already moves nothing in the rest
  while (shown().groups.pageInfo.hasNextPage) {
    await fetched("screenForwardsPageQuery", { search: "relay", count: 2, cursor: shown().groups.pageInfo.endCursor });
  }
  assert.deepEqual(named(shown()), names);
});

await check("Relay reads a list backwards, page by page, into one connection", async () => {
  const names = await makeGroups("backwards in relay", 5);
  const shown = await show("screenBackwardsQuery", "screen_backwards", { search: "backwards in relay", count: 2 });
  assert.deepEqual(named(shown()), names.slice(3));
  while (shown().groups.pageInfo.hasPreviousPage) {
    await fetched("screenBackwardsPageQuery", { search: "backwards in relay", count: 2, cursor: shown().groups.pageInfo.startCursor });
  }
  assert.deepEqual(named(shown()), names);
});

const showFirst = (search) => show("screenFirstQuery", "screen_group", { search }, (data) => data.groups.nodes[0]);
const firstID = (search) => fetched("screenFirstQuery", { search }).then((data) => data.groups.nodes[0].id);

await check("Relay asks anew for one object by its id", async () => {
  await makeGroups("relay again", 1);
  const shown = await showFirst("relay again");
  assert.equal(shown().description, "relay again 1");
  const id = await firstID("relay again");
  await renameGroup(id, "relay anew");
  assert.equal(shown().description, "relay again 1");
  await fetched("screenGroupAgainQuery", { id });
  assert.deepEqual(shown(), { id, version: 2, description: "relay anew" });
});

function mutate(variables) {
  const mutation = compiled("screenGroupUpdateMutation");
  return new Promise((onCompleted, onError) => relay.commitMutation(environment, { mutation, variables, onCompleted, onError }));
}

await check("Relay shows what a mutation answers wherever the object is shown", async () => {
  await makeGroups("relay known", 1);
  const shown = await showFirst("relay known");
  const id = await firstID("relay known");
  const { groupUpdate } = await mutate({ id, input: { description: "relay knows" } });
  assert.deepEqual(groupUpdate.userErrors, []);
  assert.deepEqual(shown(), { id, version: 2, description: "relay knows" });
});

await check("Relay is told what is wrong with an input, beside the object", async () => {
  await makeGroups("relay errs", 1);
  const { groupUpdate } = await mutate({ id: await firstID("relay errs"), input: { description: "" } });
  assert.deepEqual(groupUpdate, { group: null, userErrors: [{ code: "INVALID", field: ["description"] }] });
});

await check("Relay follows a subscription", async () => {
  const heard = [];
  const following = relay.requestSubscription(environment, {
    subscription: compiled("screenReceivedSubscription"),
    variables: { after: "c0" },
    onNext: (data) => heard.push(data.occurrenceReceived.occurrence.subject),
    onError: (e) => heard.push(e),
  });
  for (const subject of [await publish(), await publish()]) await until(() => heard.includes(subject));
  following.dispose();
  assert.deepEqual(heard.slice(-2), ["relay-1", "relay-2"]);
});
process.exit(0);
