// Uses GraphiQL at /graphql as a person would. Each check is one line of JSON on standard output: its name, and what went wrong. Run as:
// node browser.mjs URL, with the client in CLIENT_ID and CLIENT_SECRET, the browser in CHROMIUM, and, to look at it afterwards, a directory for
// pictures in PICTURES.
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";

const url = process.argv[2];
const { CLIENT_ID: id, CLIENT_SECRET: secret, CHROMIUM: executablePath, PICTURES: pictures } = process.env;
const patience = 30_000;

const browser = await chromium.launchPersistentContext(mkdtempSync(path.join(tmpdir(), "browser-")), {
  executablePath,
  viewport: { width: 1280, height: 800 },
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage();
page.setDefaultTimeout(patience);

// What the browser complains of, where it asks, and what goes over websockets.
const complaints = [];
const asked = [];
const bodies = [];
const sent = [];
const heard = [];
let expected = 0; // complaints that a check has caused itself
page.on("console", (m) => ["error", "warning"].includes(m.type()) && complaints.push(m.text()));
page.on("pageerror", (e) => complaints.push(e.message));
page.on("request", (r) => {
  asked.push(r.url());
  bodies.push(r.postData() ?? "");
});
page.on("websocket", (w) => {
  asked.push(w.url());
  w.on("framesent", ({ payload }) => sent.push(JSON.parse(payload)));
  w.on("framereceived", ({ payload }) => heard.push(JSON.parse(payload)));
});

let failed = false;
async function check(name, fn) {
  let error = null;
  try {
    if (failed) throw new Error("not tried, since one before it failed");
    await fn();
  } catch (e) {
    failed = true;
    error = `${e.stack ?? e}\nThe browser says: ${complaints.join("\n")}`;
  }
  if (pictures) await page.screenshot({ path: path.join(pictures, `${name.replaceAll(/\W+/g, "-")}.png`) });
  console.log(JSON.stringify({ name, error }));
}

// until waits for something to become true.
async function until(what, fn) {
  const end = Date.now() + patience;
  for (let last; ; await new Promise((r) => setTimeout(r, 50))) {
    if ((last = await fn())) return last;
    if (Date.now() > end) assert.fail(`${what} did not come; the page has: ${await page.locator("body").innerText()}`);
  }
}

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

async function token() {
  const body = new URLSearchParams({ grant_type: "client_credentials", client_id: id, client_secret: secret });
  return (await (await fetch(`${url}/oauth/token`, { method: "POST", body })).json()).access_token;
}

let published = 0;

// publish has something happen, and says what its subject is.
async function publish() {
  const subject = `OT-${++published}`;
  const query = `mutation($in: OccurrencePublishInput!) { occurrencePublish(input: $in) { userErrors { message } } }`;
  const variables = { in: { source: "/browser", id: subject, type: "work_management.work_orders.new", subject, records: [] } };
  const answer = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { Authorization: `Bearer ${await token()}`, "Content-Type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  assert.deepEqual(await answer.json().then((a) => a.data.occurrencePublish.userErrors), []);
  return subject;
}

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
  await until("a subscription", () => sent.some((m) => m.type === "subscribe"));
  await answers(await publish());
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
