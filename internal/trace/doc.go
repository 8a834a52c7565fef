// Package trace tells of what the hub does as spans of OpenTelemetry, if somebody collects them.
//
// It is a room so that no other one knows OpenTelemetry. A nil Tracer makes no spans, and costs nothing: nothing is allocated, and the
// trace to which something belongs is handed on as it came. What is not ended is not told, so a span that was begun in a transaction
// that did not last is simply left.
package trace
