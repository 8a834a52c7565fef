// Package conformance is the suite that every connector must pass, whoever wrote it and in whatever language.
//
// A [Session] runs the [Checks] against a [Subject]: an executable, started as the hub starts it, or a connector in this process. It goes by
// what the connector declares of itself. What nobody can know from that (settings that work, a delivery that will be accepted, how to
// see what was sent) is an [Example]: made from the JSON Schemas of the description and from a small file ([File]), or given by a Go test.
//
// It is a room of its own because two doors lead to it: the command `recado connector test`, and package sdktest for Go tests. It knows
// neither of them.
package conformance
