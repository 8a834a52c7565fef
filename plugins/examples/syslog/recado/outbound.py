"""The way out for connectors whose settings say where to: whoever may write settings must not reach the network in which the hub runs.

An address is judged as it is connected to, after its name was resolved. Only the hub's operator opens more, with --outbound-allow.
"""

import ipaddress
import os
import re
import socket
import time

from .log import log

# What is not public, by IANA's registries of special-purpose addresses; the first that holds an address names it.
_CLOSED = [(ipaddress.ip_network(network), what) for what, networks in {
    "the metadata service of a cloud": "169.254.169.254 168.63.129.16 100.100.100.200 192.0.0.192 fd00:ec2::254",
    "this machine itself": "127.0.0.0/8 0.0.0.0/8 ::/127",
    "a private address": "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10",
    "a link-local address": "169.254.0.0/16 fe80::/10",
    "a shared address of a provider (CGNAT)": "100.64.0.0/10",
    "a multicast address": "224.0.0.0/4 ff00::/8",
    "an address for examples or benchmarks": "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 198.18.0.0/15 2001:db8::/32 3fff::/20",
    "an address that stands for another one": "192.88.99.0/24 2001::/32 2002::/16 64:ff9b:1::/48",
    "a reserved address": "192.0.0.0/24 240.0.0.0/4 2001::/23",
}.items() for network in networks.split()]
_GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Refused(OSError):
    """An address is not to be connected to. It does not tell the address: names would be a way to map the network."""

    next_step = "Give a public address, or ask the hub's operator to add this one to --outbound-allow."

    def __init__(self, what):
        super().__init__(f"the host leads to {what}, which the hub's operator does not allow")
        self.what = what


def _plain(address):
    """The IPv4 address that an IPv6 one stands for: a mapped one, or one behind the translator of an IPv6 network (RFC 6052)."""
    a = ipaddress.ip_address(address.split("%")[0])
    if a.version == 6 and (a.ipv4_mapped or a in _NAT64):
        return ipaddress.IPv4Address(int(a) & 0xFFFFFFFF)
    return a


def allowed_by(text):
    """Reads the operator's list: 10.1.2.3, 10.1.0.0/16, either with a port, [fd00::1]:443, with commas between."""
    out = []
    for entry in filter(None, map(str.strip, text.split(","))):
        try:
            address, port = entry, 0
            with_port = re.fullmatch(r"\[(.*)\]:(\d+)|([\d./]+|[0-9A-Fa-f:.]+/\d+):(\d+)", entry)
            if with_port:
                address, port = with_port[1] or with_port[3], int(with_port[2] or with_port[4])
            own = address if "/" in address else str(_plain(address))
            out.append((ipaddress.ip_network(own, strict=False), port))
        except ValueError:
            raise ValueError(f"{entry!r} is neither an address nor a network") from None
    return out


try:
    _allowed = allowed_by(os.environ.get("RECADO_OUTBOUND_ALLOW", ""))
except ValueError as error:
    log.error("the operator's list of addresses cannot be read and opens nothing", extra={"fields": {"error": str(error)}})
    _allowed = []


def judge(address, port, encrypted=True):
    """Raises Refused. What goes unencrypted goes only to what the operator names."""
    a = _plain(address)
    if any(a in network and allowed_port in (0, port) for network, allowed_port in _allowed):
        return
    for network, what in _CLOSED:
        if a in network:
            raise Refused(what)
    if a.version == 6 and a not in _GLOBAL_IPV6:
        raise Refused("a reserved address")
    if not encrypted:
        raise Refused("an address to which nothing goes unencrypted")


def connect(host, port, timeout, encrypted=True):
    """A TCP connection to the first address of a host that answers; every one of them is judged before any is connected to."""
    until = time.monotonic() + timeout
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, address in found:
        judge(address[0], port, encrypted)
    failure = OSError("the host has no address")
    for family, kind, protocol, _, address in found:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(max(0.001, until - time.monotonic()))
            connection.connect(address)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise failure
