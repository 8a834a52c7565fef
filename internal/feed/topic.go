package feed

import "github.com/recado-hub/recado/internal/hub"

// Topic is what a listener listens for.
type Topic struct {
	kind    uint8
	subject hub.Subject
	key     int64
}

// The kinds of topics.
const (
	everything uint8 = iota
	subjects
	executions
	flows
	events
	execution
	delivery
	kinds // how many there are
)

// Everything is every change.
func Everything() Topic { return Topic{kind: everything} }

// Of is every change of one kind of thing.
func Of(s hub.Subject) Topic { return Topic{kind: subjects, subject: s} }

// Executions is every change of an execution or of one of its deliveries.
func Executions() Topic { return Topic{kind: executions} }

// OfFlow is every change of an execution of a flow, or of one of its deliveries.
func OfFlow(key int64) Topic { return Topic{kind: flows, key: key} }

// OfEvent is every change of an execution that an event started, or of one of its deliveries.
func OfEvent(key int64) Topic { return Topic{kind: events, key: key} }

// OfExecution is every change of one execution or of one of its deliveries.
func OfExecution(key int64) Topic { return Topic{kind: execution, key: key} }

// OfDelivery is every change of one delivery.
func OfDelivery(key int64) Topic { return Topic{kind: delivery, key: key} }

// nothing is the topic of no listener: keys are never negative.
var nothing = Topic{kind: everything, key: -1}

// topicOf is the topic of a kind to which a change belongs.
func topicOf(kind uint8, c *hub.Change) Topic {
	key := c.Execution()
	switch {
	case kind == everything:
		return Everything()
	case kind == subjects:
		return Of(c.Subject)
	case key == 0:
		return nothing
	case kind == executions:
		return Executions()
	case kind == flows:
		return OfFlow(c.FlowKey)
	case kind == events:
		return OfEvent(c.EventKey)
	case kind == execution:
		return OfExecution(key)
	case c.Subject == hub.SubjectDelivery:
		return OfDelivery(c.Key)
	}
	return nothing
}
