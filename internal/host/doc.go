// Package host runs the connectors. It starts each one as a process of its own (hashicorp/go-plugin, gRPC over a Unix socket with
// mutual TLS), speaks to it through plugins/sdk, starts it again when it stops, and ends it with the hub. Hub types are on one
// side, sdk types on the other; this is the only room that knows both.
//
// What it promises to the engine: every [hub.Handover] that [Host.Send] took gets exactly one [hub.Outcome], whatever becomes of
// the process. What was never written to the connector's stream comes back as RETRY with NotStarted; what was written and never
// answered is UNKNOWN. One connector's crash, hang or slowness is seen by no other.
//
// Executables of third parties are found in a directory that is looked at all the time, and are run only if their bytes are trusted, from
// a copy of the hub's own. Another executable of a connector is started before the one that runs is let go: the new process gets what
// comes from then on, the old one finishes what it has begun. A connector that cannot be run keeps its last description.
//
// What it does not know: flows, the database, when to try again, how fast to send. Those are the engine's.
//
// Secrets reach a connector in the stream or call that needs them, never in its environment or arguments. They are blotted out of
// the connector's log lines, and out of every text of its problems, outcomes, receipts and notices, should it repeat them; what exceeds the
// bounds of the sdk is cut off.
package host
