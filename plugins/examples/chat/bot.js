"use strict";

// A bot of Slack: it posts through the Web API, is told of reactions through the Events API, and can be asked what became of a message.
const { createHmac, timingSafeEqual } = require("node:crypto");
const { accepted, misconfigured, rejected, retry, unknown } = require("./recado");
const { request } = require("./recado/outbound");
const { failed, judge } = require("./answers");

const fault = { path: "secrets.bot_token", nextStep: "Install the app in the workspace again, and give the bot token that it then has." };

/** ask calls a method of the Web API. */
function ask({ settings, secrets }, method, { query, body, signal }) {
  const url = new URL(`${(settings.api_url ?? "https://slack.com/api").replace(/\/+$/, "")}/${method}`);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
  const headers = { Authorization: `Bearer ${secrets.bot_token}` };
  if (!body) return request(url, { headers, signal, most: 1 << 20 });
  return request(url, { method: "POST", headers: { ...headers, "Content-Type": "application/json; charset=utf-8" }, body: JSON.stringify(body), signal });
}

const said = (text) => {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
};

/** post gives the delivery's id along: Slack keeps it with the message. */
async function post(integration, message, delivery, signal) {
  const body = { ...message, metadata: { event_type: "recado_delivery", event_payload: { delivery: delivery.id } } };
  let answer;
  try {
    answer = await ask(integration, "chat.postMessage", { body, signal });
  } catch (error) {
    return failed(error, "settings.api_url");
  }
  if (answer.status !== 200) return judge(answer, {}, fault);
  const { ok, channel, ts, error } = said(answer.text);
  if (ok) return accepted({ providerId: `${channel}:${ts}`, recipient: channel });
  return refusal(error);
}

/** refusal is what Slack says in an answer that has the status 200 all the same. */
function refusal(error) {
  const about = { providerCode: error, message: `Slack answered ${error ?? "what is no answer"}` };
  if (error === "ratelimited") return retry({ ...about, limit: "rate" });
  if (!error || /^(internal_error|fatal_error|request_timeout|service_unavailable)$/.test(error)) return unknown(about); // some of it may have been done
  if (/channel|is_archived/.test(error)) return rejected({ ...about, path: "recipient", nextStep: "Name a channel that exists, and invite the bot to it." });
  if (/text|msg_|message_/.test(error)) return rejected({ ...about, path: "parameters.text" });
  return misconfigured({ ...about, scope: "INTEGRATION", ...fault });
}

/** seconds in which a callback must come: one that somebody recorded is worth nothing later. */
const fresh = 5 * 60;

/** genuine says whether Slack signed a callback, over its time and its raw body. */
function genuine({ secrets }, callback) {
  const at = callback.header("X-Slack-Request-Timestamp");
  if (!secrets.signing_secret || !/^\d+$/.test(at) || Math.abs(callback.received.getTime() / 1000 - Number(at)) > fresh) return false;
  const wanted = Buffer.from(`v0=${createHmac("sha256", secrets.signing_secret).update(`v0:${at}:`).update(callback.body).digest("hex")}`);
  const given = Buffer.from(callback.header("X-Slack-Signature"));
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** receive takes a reaction for a sign that somebody has read the message: chats tell of nothing else. */
async function receive(integration, callback) {
  if (!genuine(integration, callback)) return { verified: false };
  const { type, challenge, event } = said(callback.body.toString("utf8"));
  if (type === "url_verification") return { verified: true, header: { "Content-Type": "text/plain" }, body: String(challenge) };
  if (event?.type !== "reaction_added" || event.item?.type !== "message") return { verified: true };
  return { verified: true, receipts: [{ providerId: `${event.item.channel}:${event.item.ts}`, status: "READ", at: new Date(Number(event.event_ts) * 1000) }] };
}

/** fate looks for one message. That it is not there any more does not say that it never was. */
async function fate(integration, { deliveryId, providerId }, signal) {
  const undecided = { deliveryId, state: "UNDECIDED", providerId };
  const [channel, ts] = providerId.split(":");
  if (!ts) return undecided; // by its name alone a channel cannot be looked through
  const answer = await ask(integration, "conversations.history", { query: { channel, oldest: ts, latest: ts, inclusive: "true", limit: "1" }, signal });
  const [message] = said(answer.text).messages ?? [];
  if (message?.ts !== ts) return undecided;
  return { deliveryId, state: "FOUND", providerId, receipts: message.reactions?.length > 0 ? [{ providerId, status: "READ" }] : [] };
}

/** lookup asks for a few at a time: Slack allows about fifty such questions a minute. */
async function lookup(integration, items, signal) {
  const answers = [];
  for (const item of items) answers.push(await fate(integration, item, signal).catch(() => ({ deliveryId: item.deliveryId, state: "UNDECIDED" })));
  return answers;
}

module.exports = { post, receive, lookup };
