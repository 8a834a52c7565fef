// Asks a hub from pages of other origins, in a real browser. Run as: node page.mjs URL NAMED OTHER, with the client in CLIENT_ID and CLIENT_SECRET; pages
// of the origin NAMED may ask, those of OTHER may not.
import assert from "node:assert/strict";
import { browser, check, page, publish, token, until, url } from "./chromium.mjs";

const [, , , named, other] = process.argv;
const graphql = `${url}/graphql`;

// ask asks from the page, as its own script would, and gives what it learns.
async function ask(query, variables = {}) {
  const authorization = `Bearer ${await token()}`;
  return page.evaluate(
    async ({ graphql, authorization, query, variables }) => {
      try {
        const headers = { authorization, "content-type": "application/json" };
        const answer = await fetch(graphql, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
        return { status: answer.status, ...(await answer.json()) };
      } catch (e) {
        return { refused: e.name };
      }
    },
    { graphql, authorization, query, variables },
  );
}

const RECEIVED = "subscription { occurrenceReceived(after: \"c0\") { cursor occurrence { subject } } }";
const TICKET = "mutation($in: StreamTicketCreateInput!) { streamTicketCreate(input: $in) { ticket userErrors { message } } }";

await check("a page of an origin that is named asks, and reads the answer", async () => {
  await page.goto(named);
  const answer = await ask("{ viewer { consumer { name } } }");
  assert.equal(answer.data?.viewer.consumer.name, "Administrator", JSON.stringify(answer));
});

await check("it follows a subscription over a websocket", async () => {
  const authorization = `Bearer ${await token()}`;
  await page.evaluate(
    ({ graphql, authorization, query }) => {
      window.heard = [];
      const socket = new WebSocket(graphql.replace("http", "ws"), "graphql-transport-ws");
      const say = (m) => socket.send(JSON.stringify(m));
      socket.onopen = () => say({ type: "connection_init", payload: { Authorization: authorization } });
      socket.onmessage = ({ data }) => {
        const m = JSON.parse(data);
        window.heard.push(m);
        if (m.type === "connection_ack") say({ id: "1", type: "subscribe", payload: { query } });
      };
    },
    { graphql, authorization, query: RECEIVED },
  );
  const subject = await publish();
  await until(subject, () => page.evaluate((s) => window.heard.some((m) => m.payload?.data?.occurrenceReceived.occurrence.subject === s), subject));
});

// listen opens an EventSource of the browser's own, which cannot send a header, and notes what it hears under a name.
const listen = (name, ticket) =>
  page.evaluate(
    ({ name, at }) => {
      const source = new EventSource(at);
      const said = (window[name] = { source, events: [] });
      for (const type of ["open", "error", "next", "complete"]) source.addEventListener(type, ({ data, lastEventId }) => said.events.push({ type, data, lastEventId }));
    },
    { name, at: `${graphql}?ticket=${ticket}` },
  );
const events = (name) => page.evaluate((name) => ({ state: window[name].source.readyState, events: window[name].events }), name);

let ticket;
await check("its EventSource follows a subscription with a ticket", async () => {
  const made = await ask(TICKET, { in: { query: RECEIVED } });
  assert.deepEqual(made.data?.streamTicketCreate.userErrors, [], JSON.stringify(made));
  ticket = made.data.streamTicketCreate.ticket;
  await listen("first", ticket);
  const subject = await publish();
  const next = await until(subject, async () => (await events("first")).events.find((e) => e.data?.includes(`"${subject}"`)));
  assert.equal(next.lastEventId, JSON.parse(next.data).data.occurrenceReceived.cursor);
});

await check("its EventSource gives up on a ticket that was used", async () => {
  await listen("second", ticket);
  await until("the end", async () => (await events("second")).state === 2);
});

await check("a page of another origin learns nothing, not even with a token", async () => {
  await page.goto(other);
  assert.deepEqual(await ask("{ viewer { consumer { name } } }"), { refused: "TypeError" });
});

await check("no page can put GraphiQL into a frame", async () => {
  for (const at of [other, named]) {
    await page.goto(at);
    await page.evaluate((at) => document.body.append(Object.assign(document.createElement("iframe"), { src: at })), graphql);
    await until("the refusal", () => page.frames().some((f) => f.url().startsWith("chrome-error:")));
  }
});
await browser.close();
