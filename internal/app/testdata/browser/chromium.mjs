// The browser that the tests drive, in CHROMIUM, and how they say what came of it: each check is one line of JSON on standard output, its name and
// what went wrong. PICTURES is a directory for a picture after each check, to look at.
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";

export const url = process.argv[2];
export const { CLIENT_ID: id, CLIENT_SECRET: secret } = process.env;
const { CHROMIUM: executablePath, PICTURES: pictures } = process.env;
const patience = 30_000;

export const browser = await chromium.launchPersistentContext(mkdtempSync(path.join(tmpdir(), "browser-")), {
  executablePath,
  viewport: { width: 1280, height: 800 },
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
export const page = await browser.newPage();
page.setDefaultTimeout(patience);

// What the browser complains of.
export const complaints = [];
page.on("console", (m) => ["error", "warning"].includes(m.type()) && complaints.push(m.text()));
page.on("pageerror", (e) => complaints.push(e.message));

let failed = false;
export async function check(name, fn) {
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
export async function until(what, fn) {
  const end = Date.now() + patience;
  for (let last; ; await new Promise((r) => setTimeout(r, 50))) {
    if ((last = await fn())) return last;
    if (Date.now() > end) assert.fail(`${what} did not come; the page has: ${await page.locator("body").innerText()}`);
  }
}

export async function token() {
  const body = new URLSearchParams({ grant_type: "client_credentials", client_id: id, client_secret: secret });
  return (await (await fetch(`${url}/oauth/token`, { method: "POST", body })).json()).access_token;
}

let published = 0;

// publish has something happen, and says what its subject is.
export async function publish() {
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
