"use strict";

// What the hub expects of a connector's process: it is started with a cookie, ignores the signals that reach a whole group, and
// ends when the hub does.
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { log } = require("./log");

const cookie = { name: "RECADO_CONNECTOR", value: "b0f8c2a1-6e0f-4c59-9a35-d2a5b0a4d7e3" };
const protocol = "1";

/** mustBeStartedByHub ends a program that was started by hand. */
function mustBeStartedByHub() {
  const versions = (process.env.PLUGIN_PROTOCOL_VERSIONS ?? protocol).split(",");
  let why = "";
  if (process.env[cookie.name] !== cookie.value || !process.env.PLUGIN_CLIENT_CERT) {
    why = "This is a Recado connector: the hub starts it. Put it into the plugins directory, or try it with `recado connector inspect PATH`.";
  } else if (!versions.includes(protocol)) {
    why = `This connector speaks version ${protocol} of the contract, the hub ${versions.join(", ")}: update the connector.`;
  }
  if (!why) return;
  process.stderr.write(why + "\n");
  process.exit(1);
}

/** address is where to listen: a socket that only this user reaches, or a loopback port where there are none. */
function address() {
  if (process.platform === "win32") return { bind: "127.0.0.1:0", line: (port) => `tcp|127.0.0.1:${port}` };
  const directory = fs.mkdtempSync(path.join(process.env.PLUGIN_UNIX_SOCKET_DIR || os.tmpdir(), "rc-"));
  const socket = path.join(directory, "s");
  process.on("exit", () => fs.rmSync(directory, { recursive: true, force: true }));
  return { bind: `unix:${socket}`, line: () => `unix|${socket}` };
}

/** outlive ignores what a terminal or a service manager sends to the whole group: the hub still drains, and ends us when it is done. */
function outlive() {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
  // Nobody reads any more when the hub is gone.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
}

const parentAtStart = process.ppid;

/** watchParent calls gone once when the hub is gone without a word. */
function watchParent(gone) {
  const timer = setInterval(() => {
    if (process.ppid === parentAtStart) return;
    clearInterval(timer);
    log.warn("the hub is gone; this connector ends");
    gone();
  }, 1_000);
}

module.exports = { protocol, mustBeStartedByHub, address, outlive, watchParent };
