"""A source: the lines of a file, each a JSON object, are its rows.

Change what it declares, and what query does.
"""

import itertools
import json
import os

from recado import SettingsError, words

FILE = words("Arquivo", "Ficheiro", "Archivo", "File", "Fichier", "File")


class Connector:
    name = "{{.Name}}"
    version = "0.1.0"
    title = FILE
    settings = {
        "required": ["path"],
        "properties": {
            "path": {
                "type": "string",
                "minLength": 1,
                "title": FILE,
                "help": words("De onde ler", "De onde ler", "De dónde leer", "Where to read", "Où lire", "Da dove leggere"),
            },
        },
    }
    actions = [
        {
            "key": "rows",
            "role": "SOURCE",
            "title": words("Linhas", "Linhas", "Filas", "Rows", "Lignes", "Righe"),
            "parameters": {},
            "rows": {
                "properties": {
                    "order": {"type": "string", "title": words("Ordem", "Ordem", "Orden", "Order", "Ordre", "Ordine")},
                    "what": {"type": "string", "title": words("O quê", "O quê", "Qué", "What", "Quoi", "Cosa")},
                },
            },
        },
    ]

    def check(self, integration):
        """Says what is wrong with settings, before they are saved. It changes nothing."""
        path = integration.settings.get("path")
        at = {"code": "FILE", "path": "settings.path", "next_step": "Name a file that may be read."}
        if not path:
            return [{**at, "message": "cannot be empty"}]
        if not os.access(path, os.R_OK):
            return [{**at, "message": "is missing or may not be read"}]
        return []

    def query(self, integration, query):
        """Reads once and yields each page in turn: of the size that is asked for, from the cursor on that an earlier page had."""
        if query.action != "rows":
            raise SettingsError({"code": "ACTION", "path": "action", "message": "there is no such action", "next_step": "Choose another one."})
        wrong = self.check(integration)
        if wrong:
            raise SettingsError(*wrong)
        start, rows = int(query.cursor or 0), []
        with open(integration.settings["path"], encoding="utf-8") as lines:
            for n, line in enumerate(itertools.islice(lines, start, start + query.limit if query.limit else None), start):
                if len(rows) == (query.page_size or 100):
                    yield {"rows": rows, "next": str(n)}  # there is another row, so this is not the last page
                    rows = []
                rows.append(json.loads(line))
        yield {"rows": rows}
