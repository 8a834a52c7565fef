"""The log goes to standard error as JSON lines, which the hub takes into its own log with this connector's name.

Use the module logging as usual; extra={"fields": {...}} adds fields. Never log a secret.
"""

import datetime
import json
import logging
import sys


class _Lines(logging.Formatter):
    def format(self, record):
        at = datetime.datetime.fromtimestamp(record.created, datetime.timezone.utc)
        line = {"@level": _level(record.levelno), "@message": record.getMessage(), "@timestamp": at.isoformat(timespec="microseconds")}
        if record.name not in ("root", "recado"):
            line["logger"] = record.name
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["stack"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def _level(number):
    for name, least in (("error", logging.ERROR), ("warn", logging.WARNING), ("info", logging.INFO)):
        if number >= least:
            return name
    return "debug"


def take_logging():
    """Makes JSON lines of everything that is logged, and of what is printed a line of the log too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.raiseExceptions = False  # nobody reads any more when the hub is gone
    sys.stdout = sys.stderr  # standard output belongs to the handshake


log = logging.getLogger("recado")
