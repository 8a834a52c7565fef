"use strict";

// A source: the lines of a file, each a JSON object, are its rows. Change what it declares, and what query does.
const fs = require("node:fs/promises");
const { SettingsError } = require("./recado");

const words = (ptBR, ptPT, es, en, fr, it) => ({ "pt-BR": ptBR, "pt-PT": ptPT, es, en, fr, it });

const title = words("Arquivo", "Ficheiro", "Archivo", "File", "Fichier", "File");

/** problem of the settings, or none. It changes nothing. */
async function problem({ settings }) {
  const at = { code: "FILE", path: "settings.path", nextStep: "Name a file that may be read." };
  if (!settings.path) return { ...at, message: "cannot be empty" };
  return fs.access(settings.path, fs.constants.R_OK).then(() => undefined, (error) => ({ ...at, message: error.message }));
}

module.exports = {
  name: "{{.Name}}",
  version: "0.1.0",
  title,
  settings: {
    required: ["path"],
    properties: {
      path: {
        type: "string",
        minLength: 1,
        title,
        help: words("De onde ler", "De onde ler", "De dónde leer", "Where to read", "Où lire", "Da dove leggere"),
      },
    },
  },
  actions: [
    {
      key: "rows",
      role: "SOURCE",
      title: words("Linhas", "Linhas", "Filas", "Rows", "Lignes", "Righe"),
      parameters: {},
      rows: {
        properties: {
          order: { type: "string", title: words("Ordem", "Ordem", "Orden", "Order", "Ordre", "Ordine") },
          what: { type: "string", title: words("O quê", "O quê", "Qué", "What", "Quoi", "Cosa") },
        },
      },
    },
  ],

  /** check says what is wrong with settings, before they are saved. */
  async check(integration) {
    const found = await problem(integration);
    return found ? [found] : [];
  },

  /** query reads once and yields each page in turn: of the size that is asked for, from the cursor on that an earlier page had. */
  async *query({ integration, action, cursor, pageSize, limit }, signal) {
    if (action !== "rows") throw new SettingsError({ code: "ACTION", path: "action", message: "there is no such action", nextStep: "Choose another one." });
    const wrong = await problem(integration);
    if (wrong) throw new SettingsError(wrong);
    const from = Number(cursor || 0);
    const file = await fs.open(integration.settings.path);
    try {
      let n = 0;
      let rows = [];
      for await (const line of file.readLines({ signal })) {
        if (limit && n === from + limit) break;
        if (rows.length === (pageSize || 100)) {
          yield { rows, next: String(n) }; // there is another row, so this is not the last page
          rows = [];
        }
        if (n++ >= from) rows.push(JSON.parse(line));
      }
      yield { rows };
    } finally {
      await file.close();
    }
  },
};
