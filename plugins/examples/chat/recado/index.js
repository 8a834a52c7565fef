"use strict";

// What a connector needs beside its own code: the process that the hub expects, and the contract of connector.proto in plain objects.
// It is a part of this project like any other; `recado connector new` writes its newest state.
const grpc = require("@grpc/grpc-js");
const { calls } = require("./calls");
const { certificate } = require("./certificate");
const { deliver } = require("./deliver");
const { log, takeConsole } = require("./log");
const outcome = require("./outcome");
const { protocol, mustBeStartedByHub, address, outlive, watchParent } = require("./process");
const { service } = require("./wire");

const largestMessage = 16 << 20;
/** The hub gives a connector two seconds to end; one without a hub may take longer to finish what it began. */
const shutdownGrace = 1_500;
const orphanGrace = 10_000;

const bytes = (b) => b;
const rpc = (path, answer, responseStream = false) => ({
  path, requestStream: false, responseStream,
  requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: () => answer, responseDeserialize: bytes,
});
/** A grpc.health.v1.HealthCheckResponse that says SERVING, field 1 with the value 1. */
const serving = Buffer.from([0x08, 0x01]);
const health = { check: rpc("/grpc.health.v1.Health/Check", serving), watch: rpc("/grpc.health.v1.Health/Watch", serving, true) };
const controller = { shutdown: rpc("/plugin.GRPCController/Shutdown", Buffer.alloc(0)) };

/** finish waits for the sends that have begun, at most so many milliseconds, and ends the process. */
async function finish(sending, most) {
  for (const until = Date.now() + most; sending.size > 0 && Date.now() < until; ) {
    await new Promise((done) => setTimeout(done, 20));
  }
  process.exit(0);
}

/**
 * serve runs a connector as this program, until the hub ends it. The connector is an object with name, version, title, settings and
 * actions, and the methods that it offers: open, check, checkAction, preview, receive, lookup, query. README.md shows them.
 */
async function serve(connector) {
  mustBeStartedByHub();
  outlive();
  takeConsole();
  const sending = new Set();
  watchParent(() => finish(sending, orphanGrace));

  const inFlight = Math.min(Math.max(connector.inFlight ?? 32, 1), 1024);
  const server = new grpc.Server({ "grpc.max_receive_message_length": largestMessage });
  const handlers = calls(connector, inFlight);
  if (connector.open) handlers.deliver = deliver(connector, inFlight, sending);
  server.addService(service, handlers);
  server.addService(health, { check: (_, callback) => callback(null, {}), watch: (call) => call.write({}) });
  server.addService(controller, {
    shutdown: (_, callback) => {
      callback(null, {});
      setImmediate(() => finish(sending, shutdownGrace));
    },
  });

  const own = await certificate();
  const credentials = grpc.ServerCredentials.createSsl(
    Buffer.from(process.env.PLUGIN_CLIENT_CERT), [{ private_key: Buffer.from(own.key), cert_chain: Buffer.from(own.pem) }], true);
  const at = address();
  const port = await new Promise((done, failed) =>
    server.bindAsync(at.bind, credentials, (error, bound) => (error ? failed(error) : done(bound))));
  process.stdout.write(`1|${protocol}|${at.line(port)}|grpc|${own.handshake}\n`);
}

module.exports = { serve, log, ...outcome };
