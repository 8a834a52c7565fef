// The page of the sandbox. Messages are hostile text: they only ever become text nodes.
"use strict";

const most = { messages: 500, incoming: 200, refusals: 100, phones: 40, bubbles: 12 };
const messages = new Map(); // by id, oldest first
let incoming = [], refusals = [], templates = [];
const names = new Map(); // of Twilio's contents
const cards = new Map(); // phone number to its card
let order = []; // phone numbers, those that came last first
let planned = false;
const $ = (id) => document.getElementById(id);

// make is an element with a class and text or children.
function make(tag, kind, ...children) {
  const e = document.createElement(tag);
  if (kind) e.className = kind;
  e.append(...children.filter((c) => c !== "" && c != null));
  return e;
}

function say(text, bad) {
  $("said").textContent = text;
  $("said").className = bad ? "bad" : "";
  $("said").hidden = false;
}

// act asks the sandbox for something and shows what it says.
async function act(path, body, method = "POST") {
  try {
    const answer = await fetch("/sandbox/" + path, { method, body: body && JSON.stringify(body), headers: { "Content-Type": "application/json" } });
    const text = await answer.json();
    if (!answer.ok) return say(text.error || "HTTP status " + answer.status, true);
    say(outcome(path, text), false);
  } catch (e) {
    say("The sandbox does not answer: " + e.message, true);
  }
}

function outcome(path, text) {
  const told = text.webhooks || (text.field ? [text] : null);
  if (path === "templates" && told && told.length === 0) return "Done. Twilio has no webhook for templates: nothing is told.";
  if (!told) return "Done.";
  return told.map((t) => t.told ? `The webhook took ${t.field}.` : `The webhook was not told ${t.field}: ${t.why}`).join(" ");
}

// --- what comes

function take(u) {
  if (u.reset) { messages.clear(); incoming = []; refusals = []; cards.forEach((c) => c.node.remove()); cards.clear(); order = []; }
  for (const m of u.messages || []) messages.set(m.id, m);
  for (const id of messages.keys()) { if (messages.size <= most.messages) break; messages.delete(id); }
  incoming = incoming.concat(u.incoming || []).slice(-most.incoming);
  refusals = refusals.concat(u.refusals || []).slice(-most.refusals);
  if (u.stats) showStats(u.stats);
  if (u.faults) showFaults(u.faults);
  if (u.templates) {
    templates = u.templates;
    for (const t of templates) if (t.provider === "TWILIO") names.set(t.id, t.name);
    showTemplates();
  }
  if (u.webhooks) showWebhooks(u.webhooks);
  if (u.refusals || u.reset) showRefusals();
  plan();
}

// plan draws once a frame, however much has come.
function plan() {
  if (planned) return;
  planned = true;
  requestAnimationFrame(() => { planned = false; draw(); });
}

function draw() {
  const wanted = $("find").value.trim().toLowerCase();
  const phones = new Map();
  const add = (number, one) => {
    const p = phones.get(number) || { items: [], last: "", found: number.includes(wanted) };
    p.items.push(one);
    if (one.at > p.last) p.last = one.at;
    p.found = p.found || one.text.toLowerCase().includes(wanted);
    phones.set(number, p);
  };
  messages.forEach((m) => add(m.to, m));
  incoming.forEach((m) => add(m.from, { ...m, own: true }));
  for (const number of phones.keys()) if (!order.includes(number)) order.unshift(number);
  order = order.filter((n) => phones.has(n));
  const shown = new Set(order.filter((n) => phones.get(n).found).sort((a, b) => phones.get(a).last < phones.get(b).last ? 1 : -1).slice(0, most.phones));
  cards.forEach((c, n) => { if (!shown.has(n)) { c.node.remove(); cards.delete(n); } });
  let before = $("phones").firstElementChild;
  for (const n of order) {
    if (!shown.has(n)) continue;
    const card = cards.get(n) || newCard(n);
    if (card.node !== before) $("phones").insertBefore(card.node, before); else before = before.nextElementSibling;
    fill(card, phones.get(n).items);
  }
  $("empty").hidden = phones.size > 0;
  $("count").textContent = phones.size > shown.size ? `${shown.size} of ${phones.size}` : phones.size || "";
}

function newCard(number) {
  const chat = make("ol", "chat");
  const text = make("input");
  text.placeholder = "answer, for example STOP";
  text.setAttribute("aria-label", "Answer of " + number);
  text.autocomplete = "off";
  const form = make("form", "", text, make("button", "", "Send"));
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    if (text.value) act("incoming", { from: number, text: text.value });
    text.value = "";
  });
  const card = { node: make("section", "phone", make("h2", "", number), chat, form), chat, mark: "" };
  cards.set(number, card);
  return card;
}

// fill draws the newest bubbles of a phone, if they are not those that are there.
function fill(card, items) {
  items.sort((a, b) => a.at < b.at ? -1 : 1);
  const newest = items.slice(-most.bubbles);
  const mark = newest.map((m) => m.id + (m.own ? "" : m.statuses.length)).join();
  if (mark === card.mark) return;
  const atEnd = !card.mark || card.chat.scrollHeight - card.chat.scrollTop - card.chat.clientHeight < 40;
  card.mark = mark;
  card.chat.replaceChildren(...newest.map((m) => m.own ? own(m) : received(m)));
  if (atEnd) card.chat.scrollTop = card.chat.scrollHeight; // who reads further up is left there
}

const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const house = (p) => p === "TWILIO" ? "Twilio" : "Meta";

function received(m) {
  const of = names.get(m.template) || m.template; // Twilio's messages know a SID only
  return make("li", "bubble", make("p", "", ...words(m.text)),
    make("small", "", make("span", "", `${clock(m.at)} · ${house(m.provider)} · ${of} ${m.language}`), tick(m.statuses.at(-1))));
}

function own(m) {
  return make("li", "bubble own", make("p", "", ...words(m.text)),
    make("small", "", make("span", "", `${clock(m.at)} · to ${house(m.provider)}${m.opt_out ? " · " + m.opt_out : ""}`)));
}

function tick(s) {
  if (!s) return make("span", "tick", "accepted");
  const sign = { sent: "✓ sent", delivered: "✓✓ delivered", read: "✓✓ read" }[s.status];
  return sign ? make("span", "tick " + s.status, sign) : make("span", "tick failed", `✗ ${s.status} ${s.code || ""}`);
}

// words are the pieces of a text, with *bold* as WhatsApp shows it.
function words(text) {
  return text.split(/(\*[^*\n]+\*)/).map((w) => /^\*[^*\n]+\*$/.test(w) ? make("strong", "", w.slice(1, -1)) : w);
}

// --- what stands beside

function showStats(s) {
  const rows = [["accepted", s.accepted], ["refused", s.refused], ["callbacks", s.callbacks_taken], ["not taken", s.callbacks_refused], ["waiting", s.callbacks_waiting]];
  $("stats").replaceChildren(...rows.map(([name, n]) => make("div", "", make("dt", "", name), make("dd", "", String(n)))));
}

function list(id, items) {
  $(id).replaceChildren(...items);
  $(id + "-count").textContent = items.length;
}

function showRefusals() {
  list("refusals", refusals.slice().reverse().map((r) => make("li", "",
    make("b", "code", r.code ? `${r.code} ` : ""), r.message, make("div", "quiet", [clock(r.at), house(r.provider), r.to || r.path].filter(Boolean).join(" · ")))));
}

function showFaults(faults) {
  list("faults", faults.map((f) => make("li", "", Object.entries(f).map(([k, v]) => v === true ? k : `${k} ${v}`).join(", "))));
}

function showWebhooks(hooks) {
  list("webhooks", hooks.map((h) => make("li", "", make("b", "", house(h.provider)), " ", h.url, make("div", "quiet", (h.fields || ["what persons write"]).join(", ")))));
}

const statuses = { META: ["APPROVED", "PAUSED", "DISABLED", "REJECTED", "PENDING", "FLAGGED", "DELETED"], TWILIO: ["approved", "paused", "disabled", "rejected", "pending"] };

function showTemplates() {
  const wanted = $("find-template").value.trim().toLowerCase();
  const found = templates.filter((t) => [t.name, t.language, t.status, house(t.provider)].join(" ").toLowerCase().includes(wanted));
  $("templates").replaceChildren(...found.map(templateRow));
  $("templates-count").textContent = templates.length;
}

function templateRow(t) {
  const choose = make("select");
  choose.setAttribute("aria-label", `Status of ${t.name} ${t.language} at ${house(t.provider)}`);
  for (const s of new Set([t.status, ...statuses[t.provider]])) choose.append(new Option(s.toLowerCase(), s, false, s === t.status));
  choose.addEventListener("change", () => act("templates", { provider: t.provider, account: t.account, ...(t.provider === "TWILIO" ? { content_sid: t.id } : { name: t.name, language: t.language }), status: choose.value }));
  const good = t.status.toLowerCase() === "approved";
  const row = make("li", "template", make("span", good ? "" : "off", `${t.name} ${t.language}`), choose,
    make("span", "quiet", `${house(t.provider)} · ${t.variables ? t.variables.length : 0} values · ${t.category.toLowerCase()}`));
  row.title = t.body;
  return row;
}

// --- forms

const fields = (form) => Object.fromEntries(new FormData(form));

function onSubmit(id, f) {
  $(id).addEventListener("submit", (e) => { e.preventDefault(); f(fields(e.target)); });
}

const takesNumber = { code: "Code", async: "Code", accepted: "Code", status: "Status", delay: "Milliseconds", late: "Milliseconds", duplicate: "Times again" };

function fault({ kind, value, times, provider, recipient, template }) {
  const n = Number(value);
  const what = {
    code: { code: n }, async: { code: n, async: true }, accepted: { code: n, accept: true }, drop: { drop: true }, lost: { drop: true, accept: true },
    status: { status: n }, delay: { delay_ms: n }, late: { callback_delay_ms: n }, duplicate: { duplicate: n }, reorder: { reorder: true },
    lose: { lose: true }, early: { early: true }, token: { expired_token: true },
  }[kind];
  if (takesNumber[kind] && !(Number.isInteger(n) && n > 0)) return say(takesNumber[kind] + ": must be a whole number above 0", true);
  const f = { ...what, times: Number(times) };
  if (!Number.isInteger(f.times)) return say("Times: must be a whole number; -1 is until it is cleared", true);
  if (provider) f.provider = provider;
  if (recipient && kind !== "token") f.recipient = recipient; // a token is nobody's in particular
  if (template && kind !== "token") f.template = template;
  act("faults", f);
}

onSubmit("fault", fault);
onSubmit("person", (v) => act("incoming", v.provider ? v : { from: v.from, text: v.text }));
onSubmit("webhook", (v) => act("webhook", v));
$("clear").addEventListener("click", () => act("faults", null, "DELETE"));
for (const value of ["stop", "resume"]) $(value).addEventListener("click", () => act("preferences", { from: $("person").elements.from.value, value }));
$("find").addEventListener("input", plan);
$("find-template").addEventListener("input", showTemplates);
$("fault").elements.kind.addEventListener("change", (e) => {
  const name = takesNumber[e.target.value];
  $("fault-value").hidden = !name;
  if (name) $("fault-value").firstChild.textContent = name + " ";
});

// --- the stream; the browser opens it again by itself, and goes on where it was

const stream = new EventSource("/sandbox/stream");
stream.onopen = () => { $("live").textContent = "live"; $("live").className = "on"; };
stream.onerror = () => {
  $("live").textContent = stream.readyState === EventSource.CLOSED ? "not connected; load the page again" : "connecting again";
  $("live").className = "";
};
stream.onmessage = (e) => take(JSON.parse(e.data));
