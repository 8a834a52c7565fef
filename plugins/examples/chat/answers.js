"use strict";

// What an answer over HTTP means, or the want of one, whichever way the message goes.
const { accepted, retry, rejected, misconfigured, unknown } = require("./recado");
const { Refused } = require("./recado/outbound");

/** failed draws the line: before the connection stood nothing can have left, after it nobody knows. path is the setting that says where to. */
function failed(error, path) {
  const code = error.code ?? error.name;
  const integration = { scope: "INTEGRATION", path };
  if (error instanceof Refused) return misconfigured({ ...integration, message: error.message, nextStep: error.nextStep });
  if (error.sent) return unknown({ message: `the chat's answer did not come: ${code}` });
  if (/CERT|SELF_SIGNED|VERIFY/.test(code)) {
    return misconfigured({ ...integration, message: `the chat's certificate cannot be trusted: ${code}`, nextStep: "Install the certificate of the chat." });
  }
  return retry({ message: `the chat cannot be reached: ${code}` });
}

/** judge tells by the status, and by the words that Slack and Mattermost answer with, what became of the message. fault is whose fault the rest is. */
function judge({ status, headers, text: said }, { providerId }, fault) {
  const providerCode = said && status !== 200 ? `${status} ${said.split("\n", 1)[0]}`.slice(0, 80) : String(status);
  const about = { providerCode, message: `the chat answered ${providerCode}` };
  if (status >= 200 && status < 300) return accepted({ providerId });
  if (status === 429) return retry({ ...about, limit: "rate", retryAfter: retryAfter(headers["retry-after"]) });
  if (status === 503) return retry({ ...about, retryAfter: retryAfter(headers["retry-after"]) });
  if (status >= 500) return unknown(about);
  if (/channel/i.test(said)) return rejected({ ...about, path: "recipient", nextStep: "Name a channel that exists and to which messages may be posted." });
  if (status === 400 || status === 413 || status === 422) return rejected({ ...about, path: "parameters.text" });
  return misconfigured({ ...about, scope: "INTEGRATION", ...fault });
}

/** retryAfter reads seconds or a date (RFC 9110), as milliseconds from now. */
function retryAfter(text) {
  if (!text) return 0;
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : 0;
}

module.exports = { failed, judge };
