"""What became of one attempt.

The hub decides by the kind and never reads the message: certainly not sent (retry, rejected, misconfigured) must be told from
perhaps sent (unknown), which is never sent again by itself. Fields are those of Outcome in connector.proto; retry_after and suppress
are seconds.
"""


def accepted(**fields):
    """The provider took it over; give its id as provider_id."""
    return {"kind": "ACCEPTED", **fields}


def retry(**fields):
    """Certainly not sent, may work later, not before retry_after; limit names the declared limit that was hit."""
    return {"kind": "RETRY", **fields}


def rejected(**fields):
    """Certainly not sent, never will like this; path says what is at fault."""
    return {"kind": "REJECTED", **fields}


def misconfigured(**fields):
    """Certainly not sent, a person must act first: scope FLOW or INTEGRATION is paused, next_step is shown."""
    return {"kind": "MISCONFIGURED", **fields}


def unknown(**fields):
    """It may have been sent, and nobody can say."""
    return {"kind": "UNKNOWN", **fields}


class SettingsError(Exception):
    """The settings cannot be used; raised by open, check and the like. Each problem has code, path, message and next_step."""

    def __init__(self, *problems):
        super().__init__("; ".join(": ".join(filter(None, (p.get("path"), p["message"]))) for p in problems))
        self.problems = list(problems)


class NotOffered(Exception):
    """Raised by lookup and the like: there is nothing of the kind for this integration, whose provider cannot be asked."""

    def __init__(self):
        super().__init__("the connector does not offer this")


def redactor(secrets):
    """Takes secrets out of texts. Very short values are left, since they would be found everywhere."""
    known = sorted((s for s in secrets.values() if len(s) >= 6), key=len, reverse=True)

    def clean(text):
        for secret in known:
            text = text.replace(secret, "***")
        return text

    return clean
