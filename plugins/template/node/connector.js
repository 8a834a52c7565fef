"use strict";

// A destination: it appends each message to a file, one line of JSON each. Change what it declares, and what open and send do.
const fs = require("node:fs/promises");
const path = require("node:path");
const { accepted, retry, rejected, unknown, SettingsError } = require("./recado");

const words = (ptBR, ptPT, es, en, fr, it) => ({ "pt-BR": ptBR, "pt-PT": ptPT, es, en, fr, it });

/** problem of the settings, or none. It changes nothing. */
async function problem({ settings }) {
  const at = { code: "FILE", path: "settings.path", nextStep: "Name a file in a folder that exists and may be written to." };
  if (!settings.path) return { ...at, message: "cannot be empty" };
  const folder = path.dirname(settings.path);
  return fs.access(folder, fs.constants.W_OK).then(() => undefined, (error) => ({ ...at, message: error.message }));
}

module.exports = {
  name: "{{.Name}}",
  version: "0.1.0",
  title: words("Arquivo", "Ficheiro", "Archivo", "File", "Fichier", "File"),
  settings: {
    required: ["path"],
    properties: {
      path: {
        type: "string",
        minLength: 1,
        title: words("Arquivo", "Ficheiro", "Archivo", "File", "Fichier", "File"),
        help: words("Onde acrescentar", "Onde acrescentar", "Dónde añadir", "Where to append", "Où ajouter", "Dove aggiungere"),
      },
    },
  },
  actions: [
    {
      key: "append",
      title: words("Acrescentar linha", "Acrescentar linha", "Añadir línea", "Append a line", "Ajouter une ligne", "Aggiungi riga"),
      parameters: {},
      values: { positional: true, max: 20 },
      recipient: { format: "text", parameter: "to", title: words("Para", "Para", "Para", "To", "À", "A") },
    },
  ],

  /** check says what is wrong with settings, before they are saved. */
  async check(integration) {
    const found = await problem(integration);
    return found ? [found] : [];
  },

  /** open prepares to send for one integration; the hub gives settings, and secrets by name. */
  async open(integration) {
    if (!integration.settings.path) throw new SettingsError(await problem(integration));
    return { send: (delivery) => append(integration.settings.path, delivery) };
  },
};

/** append tries once, and tells what was certainly not sent (retry, rejected) from what may have been (unknown). */
async function append(path, { id, action, recipient, values }) {
  if (action !== "append") return rejected({ path: "action", message: "there is no such action" });
  let file;
  try {
    file = await fs.open(path, "a", 0o600);
  } catch (error) {
    return retry({ scope: "INTEGRATION", path: "settings.path", message: error.message });
  }
  try {
    await file.appendFile(JSON.stringify({ id, to: recipient, text: values.map((v) => v.text).join(" ") }) + "\n");
    return accepted({ providerId: id });
  } catch (error) {
    return unknown({ message: error.message });
  } finally {
    await file.close();
  }
}
