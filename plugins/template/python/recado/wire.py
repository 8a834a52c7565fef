"""Between the plain objects of an author and the messages of connector.proto, under the same names.

JSON fields are plain values here (settings and not settings_json), durations are seconds.
"""

import base64
import dataclasses
import json
import time
import typing

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from .contract import DESCRIPTOR_SET

_pool = descriptor_pool.DescriptorPool()
for _file in descriptor_pb2.FileDescriptorSet.FromString(base64.b64decode(DESCRIPTOR_SET)).file:
    _pool.Add(_file)
SERVICE = _pool.FindServiceByName("recado.connector.v1.Connector")


def message(name):
    """The class of a message of the contract."""
    descriptor = _pool.FindMessageTypeByName("recado.connector.v1." + name)
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(_pool).GetPrototype(descriptor)  # protobuf before 4.22


@dataclasses.dataclass
class Integration:
    """A connector set up for use. Secrets must not be logged, kept, or repeated in an answer."""

    id: str
    name: str
    settings: dict
    secrets: dict
    callback_url: str
    language: str
    version: int


@dataclasses.dataclass
class Value:
    """One filled variable of a message: by position from 1, or by name."""

    position: int
    name: str
    text: str


@dataclasses.dataclass
class Delivery:
    """One message to one recipient. id is the idempotency key, the same on every attempt."""

    id: str
    attempt: int
    action: str
    parameters: dict
    recipient: str
    values: typing.List[Value]
    language: str
    deadline: float  # seconds since 1970; 0: none was given
    flow_id: str
    held_categories: typing.List[str]
    traceparent: str
    tracestate: str

    @property
    def timeout(self):
        """How many seconds are left, for a socket or a request."""
        return max(0.001, self.deadline - time.time())


def _json_in(text, otherwise):
    return json.loads(text) if text else otherwise


def _json_out(value):
    return b"" if value is None else json.dumps(value, allow_nan=False).encode()


def integration_in(m):
    return Integration(m.id, m.name, _json_in(m.settings_json, {}), dict(m.secrets), m.callback_url, m.language, m.version)


def _object(text):
    """The object, or None if it is none."""
    try:
        found = _json_in(text, {})
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def delivery_in(m):
    values = [Value(v.position, v.name, v.text) for v in m.values]
    return Delivery(m.id, m.attempt, m.action, _object(m.parameters_json), m.recipient, values, m.language,
                    m.deadline_unix_ms / 1000, m.flow_id, list(m.held_categories), m.traceparent, m.tracestate)


@dataclasses.dataclass
class Callback:
    """One HTTP request of the provider, as it came. headers are lists of values by canonical name, body is the raw bytes."""

    method: str
    url: str
    headers: typing.Dict[str, typing.List[str]]
    body: bytes
    received: float  # seconds since 1970

    def header(self, name):
        """The first value of a header, or an empty text."""
        return next((values[0] for own, values in self.headers.items() if own.lower() == name.lower() and values), "")


def callback_in(m):
    return Callback(m.method, m.url, {h.name: list(h.values) for h in m.headers}, m.body, m.received_unix_ms / 1000)


@dataclasses.dataclass
class Item:
    """A delivery whose fate is asked for. provider_id is empty if the hub knows none."""

    delivery_id: str
    provider_id: str
    recipient: str
    sent: float  # seconds since 1970: when the last attempt began


def items_in(items):
    return [Item(i.delivery_id, i.provider_id, i.recipient, i.sent_unix_ms / 1000) for i in items]


@dataclasses.dataclass
class Use:
    """How a flow means to use an action."""

    action: str
    parameters: dict
    positions: int
    names: typing.List[str]


def use_in(m):
    return Use(m.action, _json_in(m.parameters_json, {}), m.positions, list(m.names))


@dataclasses.dataclass
class Query:
    """What is asked of a source."""

    action: str
    parameters: dict
    fields: typing.List[str]
    terms: typing.List[dict]
    cursor: str
    page_size: int
    limit: int
    since: float
    until: float


def query_in(m):
    terms = [{"field": t.field, "operation": t.operation, "value": _json_in(t.value_json, None)} for t in m.terms]
    return Query(m.action, _json_in(m.parameters_json, {}), list(m.fields), terms, m.cursor, m.page_size, m.limit,
                 m.since_unix_ms / 1000, m.until_unix_ms / 1000)


def _labels(text):
    return {"text": text} if text else None


def schema(s):
    """Takes {"properties": {name: {"title": ..., "help": ..., ...JSON Schema}}, "required": [...]}; titles and helps by language."""
    plain, words = {"type": "object", **(s or {}), "properties": {}}, {}
    for name, prop in (s or {}).get("properties", {}).items():
        plain["properties"][name] = {k: v for k, v in prop.items() if k not in ("title", "help")}
        words[name] = {"title": _labels(prop.get("title")), "help": _labels(prop.get("help"))}
    return {"json": _json_out(plain), "labels": words}


def _action(a):
    out = {**a, "role": "ROLE_" + a.get("role", "DESTINATION"), "title": _labels(a.get("title")), "help": _labels(a.get("help")),
           "parameters": schema(a.get("parameters"))}
    if "recipient" in a:
        out["recipient"] = {**a["recipient"], "title": _labels(a["recipient"].get("title")), "help": _labels(a["recipient"].get("help"))}
    if "rows" in a:
        out["rows"] = schema(a["rows"])
    return out


def _repeated(field):
    newer = getattr(field, "is_repeated", None)  # protobuf from 6.31 on, which speaks against label
    return field.label == field.LABEL_REPEATED if newer is None else newer


def _built(name, fields):
    """A message from a dict; maps of messages and Nones, which the constructor does not take, are handled here."""
    m = message(name)() if isinstance(name, str) else name
    for key, value in fields.items():
        if value is None:
            continue
        field = m.DESCRIPTOR.fields_by_name.get(key)
        if field is None:
            raise TypeError(f"{m.DESCRIPTOR.name} has no field {key!r}")
        if _repeated(field):
            _fill(getattr(m, key), field, value)
        elif field.message_type:
            getattr(m, key).SetInParent()
            _built(getattr(m, key), value)
        elif field.enum_type and isinstance(value, str):
            setattr(m, key, field.enum_type.values_by_name[value].number)
        else:
            setattr(m, key, value)
    return m


def _fill(to, field, values):
    if field.message_type and field.message_type.GetOptions().map_entry:
        for key, value in values.items():
            if isinstance(value, dict):
                to[key].SetInParent()
                _built(to[key], value)
            else:
                to[key] = value
    elif field.message_type:
        for value in values:
            _built(to.add(), value)
    elif field.enum_type:
        to.extend(field.enum_type.values_by_name[v].number for v in values)
    else:
        to.extend(values)


def description_out(c, in_flight):
    def offers(name):
        return callable(getattr(c, name, None))

    return _built("DescribeResponse", {"description": {
        "name": c.name, "version": c.version, "title": _labels(c.title), "help": _labels(getattr(c, "help", None)),
        "roles": [role for role, method in (("ROLE_DESTINATION", "open"), ("ROLE_SOURCE", "query")) if offers(method)],
        "settings": schema(getattr(c, "settings", None)),
        "actions": [_action(a) for a in getattr(c, "actions", [])],
        "limits": [{**limit, "scope": "LIMIT_SCOPE_" + limit["scope"]} for limit in getattr(c, "limits", [])],
        "capabilities": {
            "receipts": offers("receive"), "lookup": offers("lookup"), "preview": offers("preview"), "query": offers("query"),
            "check": offers("check"), "check_action": offers("check_action"), "in_flight": in_flight,
            "idempotent_sending": getattr(c, "idempotent_sending", False), "keyed_receipts": getattr(c, "keyed_receipts", False)},
    }})


def _ms(fields, *names):
    for name in names:
        seconds = fields.pop(name, None)
        if seconds:
            fields[name + "_ms"] = -1 if seconds < 0 else round(seconds * 1000)


def _prefixed(fields, name, prefix):
    if fields.get(name):
        fields[name] = prefix + fields[name]


def problem_fields(p, clean=lambda text: text):
    return {**p, "message": clean(p.get("message", "")), "next_step": clean(p.get("next_step", "")),
            "severity": "SEVERITY_" + p.get("severity", "ERROR")}


def check_out(problems, clean):
    return _built("CheckResponse", {"problems": [problem_fields(p, clean) for p in problems or []]})


KINDS = ("ACCEPTED", "RETRY", "REJECTED", "MISCONFIGURED", "UNKNOWN")


def outcome_out(outcome, delivery, clean):
    f = dict(outcome or {})
    if f.get("kind") not in KINDS:
        f = {"kind": "UNKNOWN", "message": f"the connector answered with the outcome kind {f.get('kind')!r}, which does not exist"}
    if f["kind"] != "ACCEPTED":
        f["message"], f["next_step"] = clean(f.get("message", "")), clean(f.get("next_step", ""))
        f["detail"] = {key: clean(value) for key, value in f.get("detail", {}).items()}
    f.setdefault("scope", "DELIVERY")
    f.update(delivery_id=delivery.id, attempt=delivery.attempt)
    _prefixed(f, "kind", "OUTCOME_KIND_")
    _prefixed(f, "scope", "SCOPE_")
    _ms(f, "retry_after", "suppress")
    return _built("Outcome", f)


def preview_out(p, clean):
    f = dict(p or {})
    f["request_json"] = _json_out(f.pop("request", None))
    f["problems"] = [problem_fields(one, clean) for one in f.get("problems", [])]
    return _built("PreviewResponse", f)


def _at(fields):
    fields["at_unix_ms"] = round(1000 * fields.pop("at", 0))


def _receipt(r):
    f = dict(r)
    _at(f)
    _ms(f, "retry_after", "suppress")
    for name, prefix in (("status", "RECEIPT_STATUS_"), ("scope", "SCOPE_"), ("kind", "OUTCOME_KIND_")):
        _prefixed(f, name, prefix)
    return f


def _notice(n):
    f = dict(n)
    _at(f)
    _prefixed(f, "kind", "NOTICE_KIND_")
    for name in ("parameters", "settings"):
        f[name + "_json"] = _json_out(f.pop(name, None))
    f["problems"] = [problem_fields(p) for p in f.get("problems", [])]
    return f


def reception_out(r):
    f = dict(r or {})
    f.setdefault("status", 200 if f.get("verified") else 401)
    if isinstance(f.get("body"), str):
        f["body"] = f["body"].encode()
    f["receipts"] = [_receipt(one) for one in f.get("receipts", [])]
    f["notices"] = [_notice(one) for one in f.get("notices", [])]
    return _built("ReceiveResponse", f)


def lookup_out(answers):
    return _built("LookupResponse", {"answers": [
        {**a, "state": "LOOKUP_STATE_" + a["state"], "receipts": [_receipt(r) for r in a.get("receipts", [])]} for a in answers or []]})


def page_out(p):
    return _built("QueryResponse", {"page": {
        "rows_json": [_json_out(row) for row in p["rows"]], "next": p.get("next", ""), "total": p.get("total", -1)}})


def problems_status(code, text, problems):
    """The grpc-status-details-bin of FAILED_PRECONDITION: a google.rpc.Status with one Problems message in it."""
    detail = _built("Problems", {"problems": problems}).SerializeToString()
    any_ = _field(1, b"type.googleapis.com/recado.connector.v1.Problems") + _field(2, detail)
    return bytes([1 << 3, code]) + _field(2, text.encode()) + _field(3, any_)


def _field(number, content):
    """One length-delimited field of a protocol buffer."""
    length, n = bytearray(), len(content)
    while n > 127:
        length.append(n & 127 | 128)
        n >>= 7
    return bytes([number << 3 | 2]) + bytes(length) + bytes([n]) + content
