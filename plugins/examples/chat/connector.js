"use strict";

// A destination: messages in a chat, through an incoming webhook as Slack has them, and Mattermost and Rocket.Chat too; or as a bot of Slack.
const { rejected, NotOffered, SettingsError } = require("./recado");
const { request } = require("./recado/outbound");
const { failed, judge } = require("./answers");
const bot = require("./bot");

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
function unusable({ secrets }, delivery, message) {
  if (delivery.action !== "post") return rejected({ path: "action", message: "there is no such action" });
  if (secrets?.bot_token && !message.channel) return rejected({ path: "recipient", message: "a bot has no channel of its own: name one" });
  if (!message.text.trim()) return rejected({ path: "parameters.text", message: "there would be nothing to read in the message" });
}

function problemsOf({ settings, secrets }) {
  if (secrets.bot_token) return botProblems(settings, secrets);
  const problem = { code: "URL", path: "secrets.webhook_url", nextStep: "Copy the address of the incoming webhook from the chat's own pages." };
  if (!secrets.webhook_url) return [{ ...problem, message: "is missing" }];
  return isAddress(secrets.webhook_url) ? [] : [{ ...problem, message: "is no http or https address" }];
}

const isAddress = (text) => URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);

function botProblems({ api_url: api }, { signing_secret: signing }) {
  const found = [];
  if (!signing) found.push({ code: "REQUIRED", path: "secrets.signing_secret", message: "is missing", nextStep: "Copy the signing secret from the app's own pages." });
  if (api && !isAddress(api)) found.push({ code: "URL", path: "settings.api_url", message: "is no http or https address", nextStep: "Leave it empty for Slack's own." });
  return found;
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
    anyOf: [{ required: ["webhook_url"] }, { required: ["bot_token", "signing_secret"] }],
    properties: {
      webhook_url: {
        type: "string",
        writeOnly: true, // whoever knows it can post
        title: words("URL do webhook", "URL do webhook", "URL del webhook", "Webhook URL", "URL du webhook", "URL del webhook"),
        help: words("Do webhook de entrada.", "Do webhook de entrada.", "Del webhook entrante.", "Of the incoming webhook.",
          "Du webhook entrant.", "Del webhook in entrata."),
      },
      bot_token: {
        type: "string",
        writeOnly: true,
        title: words("Token do bot", "Token do bot", "Token del bot", "Bot token", "Jeton du bot", "Token del bot"),
        help: words("Em vez do webhook: um bot do Slack, que sabe o que foi lido.", "Em vez do webhook: um bot do Slack, que sabe o que foi lido.",
          "En lugar del webhook: un bot de Slack, que sabe qué se leyó.", "Instead of the webhook: a bot of Slack, which knows what was read.",
          "Au lieu du webhook : un bot de Slack, qui sait ce qui a été lu.", "Al posto del webhook: un bot di Slack, che sa che cosa è stato letto."),
      },
      signing_secret: {
        type: "string",
        writeOnly: true,
        "x-recado-callback-secret": true,
        title: words("Segredo de assinatura", "Segredo de assinatura", "Secreto de firma", "Signing secret", "Secret de signature", "Segreto di firma"),
        help: words("Do app do bot; prova que os avisos vêm do Slack.", "Da app do bot; prova que os avisos vêm do Slack.",
          "De la app del bot; prueba que los avisos vienen de Slack.", "Of the bot's app; it proves that news come from Slack.",
          "De l'app du bot ; il prouve que les avis viennent de Slack.", "Dell'app del bot; prova che gli avvisi vengono da Slack."),
      },
      api_url: {
        type: "string",
        "x-recado-secret-destination": true,
        default: "https://slack.com/api",
        title: words("Endereço da API", "Endereço da API", "Dirección de la API", "API address", "Adresse de l'API", "Indirizzo dell'API"),
        help: words("Do bot.", "Do bot.", "Del bot.", "Of the bot.", "Du bot.", "Del bot."),
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
    return problemsOf(integration);
  },

  async preview(integration, delivery) {
    const message = body(delivery);
    const wrong = unusable(integration, delivery, message);
    const problems = wrong ? [{ code: "UNUSABLE", path: wrong.path, message: wrong.message, nextStep: "Change the flow." }] : [];
    return { text: message.text, recipient: delivery.recipient, request: message, problems };
  },

  async open(integration) {
    const problems = problemsOf(integration);
    if (problems.length > 0) throw new SettingsError(...problems);
    return { send: (delivery, signal) => send(integration, delivery, signal) };
  },

  // Nobody calls back for a webhook, and nobody knows what became of its messages.
  async receive(integration, callback) {
    return integration.secrets.bot_token ? bot.receive(integration, callback) : { verified: false };
  },

  async lookup(integration, items, signal) {
    if (!integration.secrets.bot_token) throw new NotOffered();
    return bot.lookup(integration, items, signal);
  },
};

async function send(integration, delivery, signal) {
  const message = body(delivery);
  const wrong = unusable(integration, delivery, message);
  if (wrong) return wrong;
  return integration.secrets.bot_token ? bot.post(integration, message, delivery, signal) : post(integration.secrets.webhook_url, message, delivery, signal);
}

const fault = { path: "secrets.webhook_url", nextStep: "Make a new incoming webhook, and give its address." };

async function post(url, message, delivery, signal) {
  try {
    const answer = await request(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(message), signal });
    return judge(answer, { providerId: delivery.id }, fault); // a webhook gives no id of its own
  } catch (error) {
    return failed(error, "secrets.webhook_url");
  }
}
