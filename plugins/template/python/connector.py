"""A destination: it appends each message to a file, one line of JSON each.

Change what it declares, and what open and send do.
"""

import json
import os

from recado import SettingsError, accepted, rejected, retry, unknown, words

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
                "help": words("Onde acrescentar", "Onde acrescentar", "Dónde añadir", "Where to append", "Où ajouter", "Dove aggiungere"),
            },
        },
    }
    actions = [
        {
            "key": "append",
            "title": words("Acrescentar linha", "Acrescentar linha", "Añadir línea", "Append a line", "Ajouter une ligne", "Aggiungi riga"),
            "parameters": {},
            "values": {"positional": True, "max": 20},
            "recipient": {"format": "text", "parameter": "to", "title": words("Para", "Para", "Para", "To", "À", "A")},
        },
    ]

    def check(self, integration):
        """Says what is wrong with settings, before they are saved. It changes nothing."""
        path = integration.settings.get("path")
        at = {"code": "FILE", "path": "settings.path", "next_step": "Name a file in a folder that exists and may be written to."}
        if not path:
            return [{**at, "message": "cannot be empty"}]
        if not os.access(os.path.dirname(path) or ".", os.W_OK):
            return [{**at, "message": "the folder is missing or may not be written to"}]
        return []

    def open(self, integration):
        """Prepares to send for one integration; the hub gives settings, and secrets by name."""
        if not integration.settings.get("path"):
            raise SettingsError(*self.check(integration))
        return Sender(integration.settings["path"])


class Sender:
    def __init__(self, path):
        self.path = path

    def send(self, delivery):
        """Tries once, and tells what was certainly not sent (retry, rejected) from what may have been (unknown)."""
        if delivery.action != "append":
            return rejected(path="action", message="there is no such action")
        line = {"id": delivery.id, "to": delivery.recipient, "text": " ".join(v.text for v in delivery.values)}
        try:
            file = os.open(self.path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        except OSError as error:
            return retry(scope="INTEGRATION", path="settings.path", message=str(error))
        try:
            os.write(file, (json.dumps(line, ensure_ascii=False) + "\n").encode())
        except OSError as error:
            return unknown(message=str(error))
        finally:
            os.close(file)
        return accepted(provider_id=delivery.id)
