// Package outbound is the way out for connectors whose settings say where to: an address that a user of the hub may choose must not
// become a way into the network in which the hub runs (server-side request forgery, SSRF).
//
// A [Guard] refuses connections to addresses that are not public: private, loopback, link-local and shared ones, multicast, the
// metadata services of clouds, and what is reserved. It judges the address of each connection as it is made, after names were resolved, so that no
// answer of a DNS server passes it, neither a clever one nor a second one that differs from the first (DNS rebinding). IPv6 addresses
// that stand for IPv4 ones are judged by these.
//
// Only the operator opens more: with a list in the environment of the hub's process ([AllowVariable]), which the hub hands to its
// connectors. No setting of an integration does, since whoever may write settings could otherwise let himself in.
//
// It is a room of its own since several connectors need it, and below the SDK since connectors of other authors may use it as the hub's own do.
package outbound
