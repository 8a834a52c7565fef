// Package engine is the only room with loops. It takes occurrences in, matches them with events, runs executions, hands
// deliveries to connectors, takes their outcomes and the providers' receipts, tries again, waits, and drains.
//
// Nothing is told to the world before it is committed: a delivery is SENDING in the database before it is handed to its
// connector, and an occurrence is answered after the commit that made its executions. Every worker that takes an execution
// up raises its claim, and finishes only what it still holds.
//
// It knows connectors only through its interface [Connectors], in the words of package hub.
package engine
