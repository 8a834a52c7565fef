"""A connector that offers everything that the contract has, for the tests of the runtime.

It posts messages to an HTTP endpoint, is called back by it, and counts rows. What a test wants to see of what came in, it gets back.
"""

import hashlib
import hmac
import http.client
import json
import time
import urllib.parse

from recado import NotOffered, SettingsError, accepted, misconfigured, rejected, retry, unknown
from recado.outbound import connect

NO_ACTION = {"code": "WRONG", "path": "action", "message": "there is no such action", "next_step": "Put it right."}


def word(text):
    return dict.fromkeys(("pt-BR", "pt-PT", "es", "en", "fr", "it"), text)


def named(name, **schema):
    return {**schema, "title": word(name), "help": word(name)}


def problem(path, message):
    return {"code": "WRONG", "path": path, "message": message, "next_step": "Put it right."}


# All that a receipt and a notice can say.
EVERYTHING = {
    "receipts": [{
        "provider_id": "p", "delivery_id": "d", "status": "FAILED", "at": 1_790_000_000.123, "code": "c", "message": "m", "scope": "RECIPIENT", "recipient": "r",
        "detail": {"price": "1"}, "kind": "RETRY", "next_step": "n", "retry_after": 1.5004, "suppress": -1, "limit": "rate", "suppress_category": "marketing",
        "most_attempts": 3,
    }],
    "notices": [{
        "kind": "ACTION_CHANGED", "at": 1_790_000_000.456, "recipient": "r", "category": "k", "action": "post", "parameters": {"a": [1]}, "settings": {"url": "u"},
        "problems": [{**problem("values[1]", "m"), "severity": "WARNING"}], "detail": {"d": "x"},
    }],
}


class Connector:
    name = "whole"
    version = "1.0.0"
    title = word("Whole")
    settings = {
        "required": ["url", "token", "hook"],
        "properties": {
            "url": named("URL", type="string", format="uri", **{"x-recado-secret-destination": True}),
            "token": named("Token", type="string", writeOnly=True, minLength=10),
            "hook": named("Hook", type="string", writeOnly=True, **{"x-recado-callback-secret": True}),
        },
    }
    limits = [{"key": "rate", "scope": "INTEGRATION", "per_second": 10_000}]
    actions = [
        {"key": "post", "title": word("Post"), "values": {"positional": True, "min": 1, "max": 3, "max_length": 1000},
         "recipient": {"format": "text", "parameter": "to", "title": word("To")}},
        {"key": "rows", "role": "SOURCE", "title": word("Rows"),
         "parameters": {"properties": {"rows": named("Rows", type="integer"), "bytes": named("Bytes", type="integer")}},
         "rows": {"required": ["n"], "properties": {"n": named("Number", type="integer")}}},
    ]

    def __init__(self):
        self.count = 0  # of queries that have begun and not ended
        self.made = 0  # pages with fill in them, in all queries

    def check(self, integration):
        missing = [] if integration.settings.get("url") else [problem("settings.url", "is missing")]
        return missing + [problem("secrets." + name, "is missing") for name in ("token", "hook") if not integration.secrets.get(name)]

    def check_action(self, _, use):
        return [] if use.action in ("post", "rows") else [NO_ACTION]

    def preview(self, _, delivery):
        problems = [] if delivery.action == "post" else [NO_ACTION]
        return {"text": "text", "recipient": delivery.recipient, "request": {"to": delivery.recipient}, "problems": problems}

    def open(self, integration):
        problems = self.check(integration)
        if problems:
            raise SettingsError(*problems)
        return Sender(integration)

    def receive(self, integration, callback):
        secret = integration.secrets.get("hook", "").encode()
        wanted = hmac.new(secret, callback.body, hashlib.sha256).hexdigest()
        if not secret or not hmac.compare_digest(callback.header("x-signature").encode(), wanted.encode()):
            return {"verified": False}
        said = json.loads(callback.body)
        if said.get("wrong"):
            return {"verified": True, "receipts": [{"delivery_id": "d", "status": said["wrong"]}]}
        if not said.get("echo"):
            return {"verified": True, "receipts": [
                {"provider_id": said["id"], "delivery_id": said["delivery"], "status": "DELIVERED", "at": 1_790_000_000}]}
        seen = {"method": callback.method, "url": callback.url, "headers": callback.headers, "body": callback.body.decode(),
                "received": round(1000 * callback.received)}
        return {"verified": True, "status": 202, "header": {"X-Seen": "yes"}, "body": json.dumps(seen), **EVERYTHING}

    def lookup(self, integration, items):
        if integration.settings["url"] == "http://nobody-to-ask.example":
            raise NotOffered()
        return [self._fate(item) for item in items]

    def _fate(self, item):
        if item.provider_id == "echo":
            return {"delivery_id": item.delivery_id, "state": "FOUND", "provider_id": item.provider_id,
                    "message": f"{item.recipient} {round(1000 * item.sent)}", "receipts": EVERYTHING["receipts"]}
        return {"delivery_id": item.delivery_id, "state": "FOUND" if item.provider_id else "UNDECIDED", "provider_id": item.provider_id}

    def query(self, integration, query):
        if query.action != "rows":
            raise SettingsError(NO_ACTION)
        parameters = query.parameters
        if parameters.get("throws"):
            raise OSError("the source refused " + integration.secrets["token"])

        def row(n):
            if not parameters.get("echo"):
                return {"n": n, "fill": "x" * parameters.get("bytes", 0)}
            return {"n": n, "parameters": parameters, "fields": query.fields, "terms": query.terms, "cursor": query.cursor, "pageSize": query.page_size,
                    "limit": query.limit, "since": round(1000 * query.since), "until": round(1000 * query.until), "open": self.count, "made": self.made}

        self.count += 1
        try:
            n = int(query.cursor or 0)
            most = min(parameters.get("rows", 1), n + query.limit if query.limit else 1 << 60)
            while True:
                rows = [row(i) for i in range(n, min(most, n + (query.page_size or 4)))]
                n += len(rows)
                self.made += 1 if parameters.get("bytes") else 0
                yield {"rows": rows, "next": str(n) if n < most else "", "total": parameters.get("rows", -1)}
                if parameters.get("hangs"):
                    time.sleep(4)
                if n >= most:
                    return
        finally:
            self.count -= 1


class Sender:
    def __init__(self, integration):
        self.url, self.token = urllib.parse.urlsplit(integration.settings["url"]), integration.secrets["token"]

    def send(self, delivery):
        if delivery.action != "post":
            return misconfigured(scope="FLOW", path="action", message=NO_ACTION["message"])
        if delivery.recipient == "long":
            return accepted(provider_id="p", message="x" * (3 << 20))
        if delivery.recipient == "odd":
            return accepted(provider_id="p", scope="WORLD")
        if not delivery.recipient:
            return rejected(path="recipient", message="is empty")
        for i, value in enumerate(delivery.values, 1):
            if len(value.text) > 1000:
                return rejected(path=f"values[{i}]", message="is too long")
        body = json.dumps({"id": delivery.id, "to": delivery.recipient, "values": [v.text for v in delivery.values]})
        way = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=delivery.timeout)
        try:
            way.sock = connect(self.url.hostname, self.url.port, delivery.timeout, encrypted=False)
        except OSError:
            return retry(scope="INTEGRATION", path="settings.url", message="nobody listens")
        try:
            way.request("POST", self.url.path or "/", body, {"Authorization": "Bearer " + self.token})
            answer = way.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            return unknown(message="no answer came")
        finally:
            way.close()
        if answer.status == 429:
            return retry(limit="rate", retry_after=float(answer.getheader("Retry-After")), message="too fast")
        if answer.status >= 500:
            return unknown(message=str(answer.status))
        if answer.status >= 400:
            return rejected(message=str(answer.status))
        return accepted(provider_id=json.loads(said)["id"])
