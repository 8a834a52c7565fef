// Package hub is the vocabulary of Recado: the nouns (Group, Consumer, Integration, Flow, Event, Record, Occurrence,
// Execution, Delivery, Change), the rules that hold between them, the states with their arrows, the error codes, and what
// the engine and a connector say to each other (Handover, Outcome, Receipt).
//
// It is pure: no clock, no database, no network, no goroutine. Whatever needs the present time takes it as an argument.
// Every other room may import it; it imports only condition and mapping.
//
// Keys are 63-bit integers that sort by time ([NewKey]); the public id of a thing is its prefix and that integer in
// Crockford's base 32 ([ID], [ParseID]). Times are UTC. Durations are time.Duration.
package hub
