"use strict";

// Errors as gRPC statuses, without secrets.
const { status, Metadata } = require("@grpc/grpc-js");
const { log } = require("./log");
const { NotOffered, SettingsError } = require("./outcome");
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
  if (error instanceof SettingsError) return settingsStatus(error, details, secrets);
  if (error instanceof NotOffered) return { code: status.UNIMPLEMENTED, details };
  return { code: error?.name === "AbortError" ? status.CANCELLED : status.UNKNOWN, details };
}

function settingsStatus(error, details, secrets) {
  const metadata = new Metadata();
  try {
    const problems = error.problems.map((p) => ({ ...p, message: redact(p.message, secrets), nextStep: redact(p.nextStep, secrets) }));
    metadata.set("grpc-status-details-bin", wire.problemsStatus(status.FAILED_PRECONDITION, details, problems));
  } catch (wrong) {
    log.error("a problem of the connector's cannot be told", { error: redact(wrong.message, secrets) });
  }
  return { code: status.FAILED_PRECONDITION, details, metadata };
}

module.exports = { redact, statusOf };
