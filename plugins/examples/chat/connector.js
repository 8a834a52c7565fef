"use strict";

// A destination: messages in a chat, through an incoming webhook as Slack has them, and Mattermost and Rocket.Chat too.
const { accepted, retry, rejected, misconfigured, unknown, SettingsError } = require("./recado");
const { request, Refused } = require("./recado/outbound");

const words = (ptBR, ptPT, es, en, fr, it) => ({ "pt-BR": ptBR, "pt-PT": ptPT, es, en, fr, it });

/** render puts values into the text of a flow: {1} is the first. Chats take <!channel> and the like from &, < and >: values cannot. */
function render(text, values) {
  const safe = (v) => v.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const byPosition = new Map(values.map((v) => [String(v.position), safe(v.text)]));
  return text.replace(/\{(\d+)\}/g, (_, position) => byPosition.get(position) ?? "");
}

function body(delivery) {
  const { text } = delivery.parameters;
  const message = { text: typeof text === "string" ? render(text, delivery.values) : "" };
  return delivery.recipient ? { channel: delivery.recipient, ...message } : message;
}

/** unusable says why a message can never be sent. */
function unusable(delivery, message) {
  if (delivery.action !== "post") return rejected({ path: "action", message: "there is no such action" });
  if (!message.text.trim()) return rejected({ path: "parameters.text", message: "there would be nothing to read in the message" });
}

function urlProblems({ secrets }) {
  const problem = { code: "URL", path: "secrets.webhook_url", nextStep: "Copy the address of the incoming webhook from the chat's own pages." };
  if (!secrets.webhook_url) return [{ ...problem, message: "is missing" }];
  const url = URL.canParse(secrets.webhook_url) && new URL(secrets.webhook_url);
  return url && ["http:", "https:"].includes(url.protocol) ? [] : [{ ...problem, message: "is no http or https address" }];
}

module.exports = {
  name: "chat",
  version: "1.0.0",
  title: words("Chat", "Chat", "Chat", "Chat", "Messagerie", "Chat"),
  help: words(
    "Publica mensagens num canal do Slack, Mattermost ou Rocket.Chat.", "Publica mensagens num canal do Slack, Mattermost ou Rocket.Chat.",
    "Publica mensajes en un canal de Slack, Mattermost o Rocket.Chat.", "Posts messages to a channel of Slack, Mattermost or Rocket.Chat.",
    "Publie des messages dans un canal de Slack, Mattermost ou Rocket.Chat.", "Pubblica messaggi in un canale di Slack, Mattermost o Rocket.Chat."),
  settings: {
    required: ["webhook_url"],
    properties: {
      webhook_url: {
        type: "string",
        writeOnly: true, // whoever knows it can post
        title: words("URL do webhook", "URL do webhook", "URL del webhook", "Webhook URL", "URL du webhook", "URL del webhook"),
        help: words("Do webhook de entrada.", "Do webhook de entrada.", "Del webhook entrante.", "Of the incoming webhook.",
          "Du webhook entrant.", "Del webhook in entrata."),
      },
      rate_per_second: {
        type: "number",
        exclusiveMinimum: 0,
        title: words("Mensagens por segundo", "Mensagens por segundo", "Mensajes por segundo", "Messages per second", "Messages par seconde", "Messaggi al secondo"),
        help: words("Vazio: 1, como o Slack permite.", "Vazio: 1, como o Slack permite.", "Vacío: 1, como permite Slack.",
          "If empty: 1, as Slack allows.", "Vide : 1, comme Slack le permet.", "Vuoto: 1, come consente Slack."),
      },
    },
  },
  limits: [{ key: "rate", scope: "INTEGRATION", perSecond: 1, burst: 3, setting: "rate_per_second" }],
  actions: [
    {
      key: "post",
      title: words("Publicar mensagem", "Publicar mensagem", "Publicar mensaje", "Post a message", "Publier un message", "Pubblica un messaggio"),
      parameters: {
        required: ["text"],
        properties: {
          text: {
            type: "string",
            minLength: 1,
            maxLength: 4000,
            title: words("Texto", "Texto", "Texto", "Text", "Texte", "Testo"),
            help: words("{1} é o primeiro valor.", "{1} é o primeiro valor.", "{1} es el primer valor.", "{1} is the first value.",
              "{1} est la première valeur.", "{1} è il primo valore."),
          },
        },
      },
      values: { positional: true, max: 20, maxLength: 2000 },
      recipient: {
        format: "text",
        parameter: "channel",
        title: words("Canal", "Canal", "Canal", "Channel", "Canal", "Canale"),
        help: words("Vazio: o canal do webhook.", "Vazio: o canal do webhook.", "Vacío: el canal del webhook.", "If empty: the webhook's own channel.",
          "Vide : le canal du webhook.", "Vuoto: il canale del webhook."),
      },
    },
  ],

  async check(integration) {
    return urlProblems(integration);
  },

  async preview(_, delivery) {
    const message = body(delivery);
    const wrong = unusable(delivery, message);
    const problems = wrong ? [{ code: "UNUSABLE", path: wrong.path, message: wrong.message, nextStep: "Change the flow." }] : [];
    return { text: message.text, recipient: delivery.recipient, request: message, problems };
  },

  async open(integration) {
    const problems = urlProblems(integration);
    if (problems.length > 0) throw new SettingsError(...problems);
    return { send: (delivery, signal) => post(integration.secrets.webhook_url, delivery, signal) };
  },
};

async function post(url, delivery, signal) {
  const message = body(delivery);
  const wrong = unusable(delivery, message);
  if (wrong) return wrong;
  try {
    const answer = await request(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(message), signal });
    return judge(answer, delivery);
  } catch (error) {
    return failed(error);
  }
}

/** failed draws the line: before the connection stood nothing can have left, after it nobody knows. */
function failed(error) {
  const code = error.code ?? error.name;
  const integration = { scope: "INTEGRATION", path: "secrets.webhook_url" };
  if (error instanceof Refused) return misconfigured({ ...integration, message: error.message, nextStep: error.nextStep });
  if (error.sent) return unknown({ message: `the chat's answer did not come: ${code}` });
  if (/CERT|SELF_SIGNED|VERIFY/.test(code)) {
    return misconfigured({ ...integration, message: `the chat's certificate cannot be trusted: ${code}`, nextStep: "Install the certificate of the chat." });
  }
  return retry({ message: `the chat cannot be reached: ${code}` });
}

/** judge tells by the status, and by the words that Slack and Mattermost answer with, what became of the message. */
function judge({ status, headers, text: said }, delivery) {
  const providerCode = said && status !== 200 ? `${status} ${said.split("\n", 1)[0]}`.slice(0, 80) : String(status);
  const about = { providerCode, message: `the chat answered ${providerCode}` };
  if (status >= 200 && status < 300) return accepted({ providerId: delivery.id }); // chats give no id of their own
  if (status === 429) return retry({ ...about, limit: "rate", retryAfter: retryAfter(headers["retry-after"]) });
  if (status === 503) return retry({ ...about, retryAfter: retryAfter(headers["retry-after"]) });
  if (status >= 500) return unknown(about);
  if (/channel/i.test(said)) return rejected({ ...about, path: "recipient", nextStep: "Name a channel that exists and to which the webhook may post." });
  if (status === 400 || status === 413 || status === 422) return rejected({ ...about, path: "parameters.text" });
  return misconfigured({ ...about, scope: "INTEGRATION", path: "secrets.webhook_url", nextStep: "Make a new incoming webhook, and give its address." });
}

/** retryAfter reads seconds or a date (RFC 9110), as milliseconds from now. */
function retryAfter(text) {
  if (!text) return 0;
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : 0;
}
