"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const test = require("node:test");
const connector = require("./connector");

test("a message becomes a line of the file", async () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "connector-")), "messages.jsonl");
  const sender = await connector.open({ settings: { path: file }, secrets: {} });
  const outcome = await sender.send({ id: "dlv_1", action: "append", recipient: "workshop", values: [{ text: "Hello" }] });
  assert.equal(outcome.kind, "ACCEPTED");
  assert.deepEqual(JSON.parse(fs.readFileSync(file, "utf8")), { id: "dlv_1", to: "workshop", text: "Hello" });
});

test("settings without a file are a problem with its path", async () => {
  const [problem] = await connector.check({ settings: {}, secrets: {} });
  assert.equal(problem.path, "settings.path");
});
