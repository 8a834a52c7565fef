"use strict";

// What became of one attempt. The hub decides by the kind and never reads the message: certainly not sent (retry, rejected,
// misconfigured) must be told from perhaps sent (unknown), which is never sent again by itself.

const outcome = (kind) => (fields = {}) => ({ kind, ...fields });

/** accepted: the provider took it over; give its id as providerId. */
const accepted = outcome("ACCEPTED");
/** retry: certainly not sent, may work later. retryAfter in milliseconds; limit names the declared limit that was hit. */
const retry = outcome("RETRY");
/** rejected: certainly not sent, never will like this. path says what is at fault. */
const rejected = outcome("REJECTED");
/** misconfigured: certainly not sent, a person must act first: scope FLOW or INTEGRATION is paused, nextStep is shown. */
const misconfigured = outcome("MISCONFIGURED");
/** unknown: it may have been sent, and nobody can say. */
const unknown = outcome("UNKNOWN");

/** SettingsError, thrown by open, check and the like: the settings cannot be used. Each problem has code, path, message, nextStep. */
class SettingsError extends Error {
  constructor(...problems) {
    super(problems.map((p) => (p.path ? `${p.path}: ${p.message}` : p.message)).join("; "));
    this.problems = problems;
  }
}

/** NotOffered, thrown by lookup and the like: there is nothing of the kind for this integration, whose provider cannot be asked. */
class NotOffered extends Error {
  constructor() {
    super("the connector does not offer this");
  }
}

module.exports = { accepted, retry, rejected, misconfigured, unknown, SettingsError, NotOffered };
