// Uses GraphiQL at /graphql as a person would. Run as: node graphiql.mjs URL, with the client in CLIENT_ID and CLIENT_SECRET.
import assert from "node:assert/strict";
import { browser, check, complaints, id, page, publish, secret, token, until, url } from "./chromium.mjs";

// Where the browser asks, with what, and what goes over websockets.
const asked = [];
const bodies = [];
const sent = [];
const heard = [];
let expected = 0; // complaints that a check has caused itself
page.on("request", (r) => {
  asked.push(r.url());
  bodies.push(r.postData() ?? "");
});
page.on("websocket", (w) => {
  asked.push(w.url());
  w.on("framesent", ({ payload }) => sent.push(JSON.parse(payload)));
  w.on("framereceived", ({ payload }) => heard.push(JSON.parse(payload)));
});

// shown is what the page shows as the answer. An editor writes spaces of its own.
const shown = async () => (await page.locator(".result-window .view-lines").innerText()).replaceAll("\u00a0", " ");
const answers = (text) => until(`an answer with ${text}`, async () => (await shown()).includes(text));
const run = () => page.locator("button.graphiql-execute-button").click();
const tab = (name) => page.getByRole("tab", { name, exact: true }).click();

async function fill(fields) {
  for (const [name, value] of Object.entries(fields)) await page.locator(`.bar input[name=${name}]`).fill(value);
  await page.locator(".bar button[type=submit]").click();
}
const signedIn = () => page.getByText("Signed in as Administrator (Administrators)").waitFor();

await page.clock.install();
await check("it opens, and says what to do first", async () => {
  await page.goto(`${url}/graphql`);
  await page.getByText("query Shell").waitFor();
  await run();
  await answers("Sign in above");
});
await check("a wrong secret is refused", async () => {
  await fill({ key: id, secret: "guessed" });
  await until("a reason", async () => /client/i.test(await page.locator(".bar [role=alert]").innerText()));
  expected++; // the browser notes that it was answered 401
});
await check("a key and its secret sign in", async () => {
  await fill({ key: id, secret });
  await signedIn();
});
await check("a query is run", async () => {
  await run();
  await answers('"name": "Administrator"');
});
await check("the schema is known to the page", async () => {
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  await page.locator(".graphiql-plugin").getByText("Subscription", { exact: true }).click();
  await page.locator(".graphiql-plugin").getByText("occurrenceReceived", { exact: true }).waitFor();
});
await check("a mutation is run, with its variables", async () => {
  await tab("PublishOccurrence");
  await run();
  await answers('"repeat": false');
  await run();
  await answers('"repeat": true');
});
await check("a subscription shows what happens", async () => {
  await tab("Arrivals");
  await run();
  await until("the first of what happens", async () => {
    await publish(); // until it is under way: it begins with what comes then
    return (await shown()).includes('"OT-');
  });
  await answers(await publish());
});
await check("a token is renewed before it ends, and the subscription goes on with it", async () => {
  const { Authorization: first } = sent.find((m) => m.type === "connection_init").payload;
  await page.clock.fastForward("14:30");
  const ping = await until("a ping with a token", () => sent.find((m) => m.type === "ping" && m.payload?.Authorization));
  assert.notEqual(ping.payload.Authorization, first);
  await until("an answer that says until when", () => heard.some((m) => m.type === "pong" && m.payload?.expiresAt));
  await answers(await publish());
  await page.clock.setSystemTime(new Date());
});
await check("a subscription is stopped", async () => {
  await run();
  await until("the end", () => sent.some((m) => m.type === "complete"));
});
await check("neither a token nor the secret is kept longer than the tab, or is ever in an address", async () => {
  const kept = await page.evaluate(() => [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie]);
  assert.ok(!kept[0].includes("eyJ") && !kept[0].includes(secret), `it is in ${kept[0]}`);
  assert.ok(!kept[1].includes(secret), `it is in ${kept[1]}`);
  assert.equal(kept[2], "");
  assert.ok(![page.url(), ...asked].some((u) => u.includes("eyJ") || u.includes(secret)));
});
await check("whoever loads the page again is still signed in", async () => {
  await page.reload();
  await signedIn();
  await tab("Shell");
  await run();
  await answers('"name": "Administrator"');
});
await check("a link brings a query, and nothing runs by itself", async () => {
  await page.goto(`${url}/graphql?query=${encodeURIComponent("query Linked { viewer { locale } }")}`);
  await signedIn();
  await page.locator(".graphiql-plugin").getByText("Root Types").waitFor(); // all that is asked by itself has been answered
  await page.getByRole("tab", { name: /^Linked/ }).waitFor();
  assert.ok(!bodies.some((b) => b.includes("Linked")));
  await run();
  await answers('"locale": "en"');
});
await check("a token can be pasted instead, and whoever signs out is out", async () => {
  await tab("Shell");
  await page.getByRole("button", { name: "Sign out" }).click();
  await run();
  await answers("Sign in above");
  await page.getByRole("button", { name: "or paste a token" }).click();
  await fill({ token: await token() });
  await signedIn();
  await run();
  await answers('"name": "Administrator"');
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator(".bar form").waitFor();
});
await check("the Headers tab can bring the token", async () => {
  await page.getByRole("button", { name: "Headers" }).click();
  await page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden)").click();
  await page.keyboard.insertText(JSON.stringify({ authorization: `Bearer ${await token()}` }));
  await run();
  await answers('"name": "Administrator"');
});
await check("the browser had nothing to complain of, and asked nobody else", async () => {
  assert.equal(complaints.length, expected, complaints.join("\n"));
  const origins = new Set(asked.filter((u) => !u.startsWith("data:") && !u.startsWith("blob:")).map((u) => new URL(u).host));
  assert.deepEqual([...origins], [new URL(url).host]);
});
await browser.close();
