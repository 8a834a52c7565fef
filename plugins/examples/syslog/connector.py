"""A destination: messages for a syslog server (RFC 5424) over TCP or TLS, one connection for each (RFC 6587, octet counting).

Syslog answers nothing. So a message is accepted when the server has closed its side after the whole message without an error: everything was
taken off the line by then. A connection that breaks before that may or may not have carried the message.
"""

import datetime
import socket
import ssl

from recado import SettingsError, accepted, misconfigured, outbound, rejected, retry, unknown, words

SEVERITIES = {"emergency": 0, "alert": 1, "critical": 2, "error": 3, "warning": 4, "notice": 5, "info": 6, "debug": 7}
FACILITIES = {"user": 1, "daemon": 3, **{f"local{n}": 16 + n for n in range(8)}}
LONGEST = 8192  # bytes of a message, as rsyslog takes them unless told otherwise


class Connector:
    name = "syslog"
    version = "1.0.0"
    title = words("Syslog", "Syslog", "Syslog", "Syslog", "Syslog", "Syslog")
    help = words(
        "Envia mensagens a um servidor syslog por TCP ou TLS.", "Envia mensagens para um servidor syslog por TCP ou TLS.",
        "Envía mensajes a un servidor syslog por TCP o TLS.", "Sends messages to a syslog server over TCP or TLS.",
        "Envoie des messages à un serveur syslog par TCP ou TLS.", "Invia messaggi a un server syslog via TCP o TLS.")
    settings = {
        "required": ["host"],
        "properties": {
            "host": {
                "type": "string", "minLength": 1,
                "title": words("Servidor", "Servidor", "Servidor", "Server", "Serveur", "Server"),
                "help": words("Nome ou endereço.", "Nome ou endereço.", "Nombre o dirección.", "Name or address.", "Nom ou adresse.", "Nome o indirizzo."),
            },
            "port": {
                "type": "integer", "minimum": 1, "maximum": 65535, "default": 6514,
                "title": words("Porta", "Porta", "Puerto", "Port", "Port", "Porta"),
                "help": words("6514 com TLS; muitos usam 601 ou 514 sem.", "6514 com TLS; muitos usam 601 ou 514 sem.", "6514 con TLS; muchos usan 601 o 514 sin él.",
                              "6514 with TLS; many use 601 or 514 without.", "6514 avec TLS ; souvent 601 ou 514 sans.", "6514 con TLS; molti usano 601 o 514 senza."),
            },
            "tls": {
                "type": "boolean", "default": True,
                "title": words("Com TLS", "Com TLS", "Con TLS", "With TLS", "Avec TLS", "Con TLS"),
                "help": words("O certificado do servidor é verificado.", "O certificado do servidor é verificado.", "Se verifica el certificado del servidor.",
                              "The server's certificate is verified.", "Le certificat du serveur est vérifié.", "Il certificato del server viene verificato."),
            },
            "facility": {
                "type": "string", "enum": list(FACILITIES), "default": "local0",
                "title": words("Facility", "Facility", "Facility", "Facility", "Facility", "Facility"),
                "help": words("Para filtrar no servidor.", "Para filtrar no servidor.", "Para filtrar en el servidor.", "To filter by at the server.",
                              "Pour filtrer sur le serveur.", "Per filtrare sul server."),
            },
        },
    }
    actions = [
        {
            "key": "log",
            "title": words("Registrar mensagem", "Registar mensagem", "Registrar mensaje", "Log a message", "Journaliser un message", "Registra un messaggio"),
            "parameters": {
                "properties": {
                    "severity": {
                        "type": "string", "enum": list(SEVERITIES), "default": "notice",
                        "title": words("Severidade", "Severidade", "Severidad", "Severity", "Gravité", "Gravità"),
                        "help": words("Do syslog.", "Do syslog.", "De syslog.", "Of syslog.", "De syslog.", "Di syslog."),
                    },
                },
            },
            "values": {"positional": True, "min": 1, "max": 20, "max_length": 1000},
            "recipient": {
                "format": "text", "parameter": "app",
                "title": words("Aplicação", "Aplicação", "Aplicación", "Application", "Application", "Applicazione"),
                "help": words("APP-NAME na mensagem.", "APP-NAME na mensagem.", "APP-NAME en el mensaje.", "APP-NAME in the message.",
                              "APP-NAME dans le message.", "APP-NAME nel messaggio."),
            },
        },
    ]

    def check(self, integration):
        """Connects, and says nothing: a server that cannot be reached now is a warning, since it may be back when it is needed."""
        problems = settings_problems(integration.settings)
        if problems:
            return problems
        try:
            connect(integration.settings, 5).close()
        except outbound.Refused as error:
            return [{"code": "REFUSED", "path": "settings.host", "message": str(error), "next_step": error.next_step}]
        except (OSError, ValueError) as error:
            return [{"code": "UNREACHABLE", "path": "settings.host", "severity": "WARNING", "message": f"the server cannot be reached: {error}",
                     "next_step": "See that the server runs, and that name, port and TLS are right."}]
        return []

    def preview(self, integration, delivery):
        problems = [{"code": "UNUSABLE", "path": wrong["path"], "message": wrong["message"], "next_step": "Change the flow."}
                    for wrong in [unusable(delivery)] if wrong]
        text = "" if problems else line(integration.settings, delivery)
        return {"text": text, "recipient": delivery.recipient, "problems": problems}

    def open(self, integration):
        problems = settings_problems(integration.settings)
        if problems:
            raise SettingsError(*problems)
        return Sender(integration.settings)


def settings_problems(settings):
    if not settings.get("host"):
        return [{"code": "REQUIRED", "path": "settings.host", "message": "is missing", "next_step": "Give the server's name or address."}]
    return []


def connect(settings, timeout):
    host, tls = settings["host"], settings.get("tls", True)
    plain = outbound.connect(host, settings.get("port", 6514), timeout, encrypted=tls)
    if not tls:
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def unusable(delivery):
    """Why a message can never be sent, or None."""
    if delivery.action != "log":
        return rejected(path="action", message="there is no such action")
    if (delivery.parameters or {}).get("severity", "notice") not in SEVERITIES:
        return rejected(path="parameters.severity", message="there is no such severity")
    if not any(v.text.strip() for v in delivery.values):
        return rejected(path="values[1]", message="there would be nothing to read in the message")
    return None


def field(text, longest):
    """Printable ASCII without spaces, as the fields of the header must be."""
    return "".join(c if "!" <= c <= "~" else "_" for c in text)[:longest] or "-"


def line(settings, delivery):
    priority = FACILITIES[settings.get("facility", "local0")] * 8 + SEVERITIES[delivery.parameters.get("severity", "notice")]
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    text = " ".join(" ".join(v.text.split()) for v in delivery.values)  # one line, whatever is in the values
    return f"<{priority}>1 {now} {field(socket.gethostname(), 255)} {field(delivery.recipient, 48)} - {field(delivery.id, 32)} - {text}"


class Sender:
    def __init__(self, settings):
        self.settings = settings

    def send(self, delivery):
        wrong = unusable(delivery)
        if wrong:
            return wrong
        message = line(self.settings, delivery).encode()
        if len(message) > LONGEST:
            return rejected(path="values", message=f"the message has {len(message)} bytes, and {LONGEST} is the most")
        try:
            connection = connect(self.settings, delivery.timeout)
        except outbound.Refused as error:
            return misconfigured(scope="INTEGRATION", path="settings.host", message=str(error), next_step=error.next_step)
        except ssl.SSLCertVerificationError as error:
            return misconfigured(scope="INTEGRATION", path="settings.host", message=f"the server's certificate cannot be trusted: {error.verify_message}",
                                 next_step="Install a certificate for this name, or the authority that signed it.")
        except (OSError, ValueError) as error:  # also a TLS handshake that failed: nothing has been said yet
            return retry(scope="INTEGRATION", message=f"the server cannot be reached: {error}")
        try:
            with connection:
                connection.settimeout(delivery.timeout)
                connection.sendall(str(len(message)).encode() + b" " + message)
                finish(connection)
        except OSError as error:
            return unknown(message=f"the connection broke before the server had closed it: {error}")
        return accepted(provider_id=delivery.id)


def finish(connection):
    """Says that nothing more comes, and waits until the server closes its side too."""
    if isinstance(connection, ssl.SSLSocket):
        try:
            connection.unwrap().close()
        except ssl.SSLEOFError:  # it closed without TLS's own farewell, as many do; a reset would be another error
            pass
        return
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(4096):
        pass
