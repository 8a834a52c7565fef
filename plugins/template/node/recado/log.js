"use strict";

// The log goes to standard error as JSON lines, which the hub takes into its own log with this connector's name. Never log a secret.
const { format } = require("node:util");

function line(level, message, fields) {
  const entry = { "@level": level, "@message": String(message), "@timestamp": new Date().toISOString() };
  for (const [name, value] of Object.entries(fields ?? {})) {
    entry[name] = value instanceof Error ? value.message : value;
  }
  process.stderr.write(JSON.stringify(entry) + "\n");
}

const log = {
  debug: (message, fields) => line("debug", message, fields),
  info: (message, fields) => line("info", message, fields),
  warn: (message, fields) => line("warn", message, fields),
  error: (message, fields) => line("error", message, fields),
};

/** console.log writes to standard output, which belongs to the handshake: it becomes the log, and so do its siblings. */
function takeConsole() {
  for (const [name, level] of Object.entries({ log: "info", info: "info", debug: "debug", warn: "warn", error: "error", trace: "debug" })) {
    console[name] = (...words) => line(level, format(...words));
  }
}

module.exports = { log, takeConsole };
