"use strict";

// The way out for connectors whose settings say where to: whoever may write settings must not reach the network in which the hub runs. An
// address is judged as it is connected to, after its name was resolved. Only the hub's operator opens more, with --outbound-allow.
const dns = require("node:dns");
const http = require("node:http");
const https = require("node:https");
const net = require("node:net");
const { log } = require("./log");

/** What is not public, by IANA's registries of special-purpose addresses; the first that holds an address names it. */
const closed = Object.entries({
  "the metadata service of a cloud": "169.254.169.254/32 168.63.129.16/32 100.100.100.200/32 192.0.0.192/32 fd00:ec2::254/128",
  "this machine itself": "127.0.0.0/8 0.0.0.0/8 ::/127",
  "a private address": "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10",
  "a link-local address": "169.254.0.0/16 fe80::/10",
  "a shared address of a provider (CGNAT)": "100.64.0.0/10",
  "a multicast address": "224.0.0.0/4 ff00::/8",
  "an address for examples or benchmarks": "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 198.18.0.0/15 2001:db8::/32 3fff::/20",
  "an address that stands for another one": "192.88.99.0/24 2001::/32 2002::/16 64:ff9b:1::/48",
  "a reserved address": "192.0.0.0/24 240.0.0.0/4 2001::/23",
}).map(([what, networks]) => ({ what, list: listOf(networks.split(" ")) }));
const globalIPv6 = listOf(["2000::/3"]);

function listOf(networks) {
  const list = new net.BlockList();
  for (const network of networks) {
    const [address, bits] = network.split("/");
    list.addSubnet(address, Number(bits), net.isIPv6(address) ? "ipv6" : "ipv4");
  }
  return list;
}

const holds = (list, address) => list.check(address, net.isIPv6(address) ? "ipv6" : "ipv4");

/** plain is the IPv4 address that an IPv6 one stands for: a mapped one, or one behind the translator of an IPv6 network (RFC 6052). */
function plain(address) {
  const bare = address.split("%")[0];
  if (!net.isIPv6(bare)) return bare;
  const written = new URL(`http://[${bare}]/`).hostname.slice(1, -1); // in its shortest form, in hexadecimal
  const last = /^(?:::ffff:|64:ff9b::)(?:([0-9a-f]+):)?([0-9a-f]*)$/.exec(written);
  if (!last) return written;
  const [high, low] = [parseInt(last[1] || "0", 16), parseInt(last[2] || "0", 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** allowedBy reads the operator's list: 10.1.2.3, 10.1.0.0/16, either with a port, [fd00::1]:443, with commas between. */
function allowedBy(text) {
  return (text ?? "").split(",").map((entry) => entry.trim()).filter(Boolean).map((entry) => {
    const [, address, bits, port] = /^\[?([0-9a-f.:]*?)\]?(?:\/(\d+))?(?:(?<=[\]\d]):(\d+))?$/i.exec(split(entry)) ?? [];
    if (!net.isIP(address ?? "")) throw new Error(`${JSON.stringify(entry)} is neither an address nor a network`);
    const own = bits === undefined ? plain(address) : address;
    return { list: listOf([`${own}/${bits ?? (net.isIPv6(own) ? 128 : 32)}`]), port: port && Number(port) };
  });
}

/** split keeps the groups of an IPv6 address without brackets from being taken for a port. */
const split = (entry) => (net.isIPv6(entry.split("/")[0]) ? `[${entry.split("/")[0]}]${entry.includes("/") ? "/" + entry.split("/")[1] : ""}` : entry);

let allowed = [];
try {
  allowed = allowedBy(process.env.RECADO_OUTBOUND_ALLOW);
} catch (error) {
  log.error("the operator's list of addresses cannot be read and opens nothing", { error });
}

/** Refused says that an address is not to be connected to. It does not tell the address: names would be a way to map the network. */
class Refused extends Error {
  constructor(what) {
    super(`the host leads to ${what}, which the hub's operator does not allow`);
    this.code = "ERR_REFUSED";
    this.what = what;
    this.nextStep = "Give a public address, or ask the hub's operator to add this one to --outbound-allow.";
  }
}

/** judge throws Refused. What goes unencrypted goes only to what the operator names. */
function judge(address, port, encrypted = true) {
  const own = plain(address);
  if (allowed.some((a) => holds(a.list, own) && (!a.port || a.port === port))) return;
  const found = closed.find(({ list }) => holds(list, own));
  if (found) throw new Refused(found.what);
  if (net.isIPv6(own) && !holds(globalIPv6, own)) throw new Refused("a reserved address");
  if (!encrypted) throw new Refused("an address to which nothing goes unencrypted");
}

/** lookupFor resolves a name, and gives no address that is refused. */
const lookupFor = (port, encrypted) => (host, options, callback) =>
  dns.lookup(host, { ...options, all: true }, (error, found) => {
    if (error) return callback(error);
    try {
      found.forEach(({ address }) => judge(address, port, encrypted));
    } catch (refused) {
      return callback(refused);
    }
    return options.all ? callback(null, found) : callback(null, found[0].address, found[0].family);
  });

/**
 * request asks over HTTP and gives { status, headers, text }, of which text is cut at most bytes. It follows no redirect. An error has
 * sent: whether anything may have left before it came; Refused is one.
 */
function request(address, { method = "GET", headers = {}, body, signal, most = 64 << 10 } = {}) {
  return new Promise((done, failed) => {
    const url = new URL(address);
    const encrypted = url.protocol === "https:";
    const port = Number(url.port || (encrypted ? 443 : 80));
    let sent = false;
    const fail = (error) => failed(Object.assign(error, { sent }));
    const literal = url.hostname.replace(/^\[|\]$/g, "");
    try {
      if (net.isIP(literal)) judge(literal, port, encrypted); // no name, no lookup
    } catch (refused) {
      return fail(refused);
    }
    const asked = (encrypted ? https : http).request(url, { method, headers, signal, agent: false, lookup: lookupFor(port, encrypted) }, (answer) => {
      const pieces = [];
      let size = 0;
      answer.on("data", (piece) => (size += piece.length) <= most + piece.length && pieces.push(piece));
      answer.on("error", fail);
      answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(pieces).toString("utf8", 0, most) }));
    });
    asked.on("socket", (socket) => socket.once(encrypted ? "secureConnect" : "connect", () => (sent = true)));
    asked.on("error", fail);
    return asked.end(body);
  });
}

module.exports = { request, judge, Refused };
