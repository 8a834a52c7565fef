"use strict";

// The key pair of this process for mutual TLS with the hub. It lives as long as the process and is never written down.
const { X509Certificate } = require("node:crypto");
const selfsigned = require("selfsigned");

const tenYears = 3650 * 24 * 60 * 60 * 1000;

/** certificate makes a self-signed certificate for "localhost", the name by which the hub knows every connector. */
async function certificate() {
  const made = await selfsigned.generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - 5 * 60 * 1000),
    notAfterDate: new Date(Date.now() + tenYears),
  });
  // The hub wants it as DER in base64 without padding.
  const handshake = new X509Certificate(made.cert).raw.toString("base64").replace(/=+$/, "");
  return { pem: made.cert, key: made.private, handshake };
}

module.exports = { certificate };
