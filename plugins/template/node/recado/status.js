"use strict";

// Errors as gRPC statuses, without secrets.
const { status, Metadata } = require("@grpc/grpc-js");
const { SettingsError } = require("./outcome");
const wire = require("./wire");

/** redact takes secrets out of a text. Very short values are left, since they would be found everywhere. */
function redact(text, secrets) {
  if (typeof text !== "string") return text;
  return Object.values(secrets ?? {})
    .filter((secret) => secret.length >= 6)
    .sort((a, b) => b.length - a.length)
    .reduce((clean, secret) => clean.replaceAll(secret, "***"), text);
}

function statusOf(error, secrets) {
  const details = redact(error?.message ?? String(error), secrets);
  if (error instanceof SettingsError) {
    const problems = error.problems.map((p) => ({ ...p, message: redact(p.message, secrets), nextStep: redact(p.nextStep, secrets) }));
    const metadata = new Metadata();
    metadata.set("grpc-status-details-bin", wire.problemsStatus(status.FAILED_PRECONDITION, details, problems));
    return { code: status.FAILED_PRECONDITION, details, metadata };
  }
  return { code: error?.name === "AbortError" ? status.CANCELLED : status.UNKNOWN, details };
}

module.exports = { redact, statusOf };
