"use strict";

const assert = require("node:assert/strict");
const test = require("node:test");
const connector = require("./connector");

const integration = { settings: { path: "rows.jsonl" }, secrets: {} };

async function pages(request) {
  const all = [];
  for await (const page of connector.query({ integration, action: "rows", ...request }, AbortSignal.timeout(5000))) all.push(page);
  return all;
}

test("the lines of the file come as rows, page by page", async () => {
  const [first, second] = await pages({ pageSize: 2 });
  assert.deepEqual(first.rows.map((row) => row.order), ["WO-1", "WO-2"]);
  assert.deepEqual(second, { rows: [{ order: "WO-3", what: "Filter 5 is due" }] });
  assert.deepEqual(await pages({ cursor: first.next }), [second]);
});

test("settings without a file are a problem with its path", async () => {
  const [problem] = await connector.check({ settings: {}, secrets: {} });
  assert.equal(problem.path, "settings.path");
});
