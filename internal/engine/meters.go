package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/meter"
)

// What becomes of an occurrence that somebody publishes. What is no occurrence at all, or comes from nobody who is known, is
// refused at the door and never gets here.
const (
	intakeAccepted    = iota
	intakeRepeat      // it came before
	intakeInvalid     // something in it is wrong
	intakeConflict    // another one came before under its id
	intakeForbidden   // its sender may not
	intakeUnavailable // the hub shuts down, or the database cannot write
	intakeAbandoned   // its sender went away before it was stored
	intakeFailed      // a fault of the hub
	intakes
)

var intakeNames = [intakes]string{"accepted", "repeat", "invalid", "conflict", "forbidden", "unavailable", "abandoned", "failed"}

// What becomes of a callback.
const (
	callbackVerified = iota
	callbackRefused  // its signature does not hold
	callbackKept     // its connector is down: it is verified later, and counted again then
	callbackFailed   // it could be neither verified nor kept
	callbacks
)

var callbackNames = [callbacks]string{"verified", "refused", "kept", "failed"}

// The labels of an attempt. An outcome of another kind is taken for UNKNOWN, and one without a scope is about its delivery.
var (
	outcomeKinds = [...]hub.OutcomeKind{hub.OutcomeUnknown, hub.OutcomeAccepted, hub.OutcomeRetry, hub.OutcomeRejected, hub.OutcomeMisconfigured}
	scopes       = [...]hub.Scope{hub.ScopeDelivery, hub.ScopeRecipient, hub.ScopeFlow, hub.ScopeIntegration}
)

// meters count what the engine does. Counting is an addition or two for each event: no lock, no allocation.
type meters struct {
	intake   [intakes]meter.Counter
	callback [callbacks]meter.Counter

	mu       sync.Mutex
	attempts map[string]*attemptMeters // by connector; every integration knows those of its own
}

// attemptMeters count the attempts of a connector.
type attemptMeters struct {
	ended [len(outcomeKinds)][len(scopes)]meter.Counter
	took  *meter.Histogram // nanoseconds

	recent recent
}

// of finds the meters of a connector.
func (m *meters) of(connector string) *attemptMeters {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.attempts[connector]
	if a == nil {
		const ms, s = time.Millisecond, time.Second
		a = &attemptMeters{took: meter.NewDurations(5*ms, 10*ms, 25*ms, 50*ms, 100*ms, 250*ms, 500*ms, s, 2500*ms, 5*s, 10*s, 30*s, 60*s)}
		m.attempts[connector] = a
	}
	return a
}

// count counts an attempt by how it ended.
func (a *attemptMeters) count(o *hub.Outcome) {
	kind, scope := 0, 0
	for i := range outcomeKinds {
		if o.Kind == outcomeKinds[i] {
			kind = i
		}
	}
	for i := range scopes {
		if o.Scope == scopes[i] {
			scope = i
		}
	}
	a.ended[kind][scope].Add(1)
}

// published counts what became of an occurrence.
func (m *meters) published(out *hub.Published, err error) { m.intake[intakeOf(out, err)].Add(1) }

func intakeOf(out *hub.Published, err error) int {
	switch {
	case err == nil && out.Repeat:
		return intakeRepeat
	case err == nil:
		return intakeAccepted
	case errors.Is(err, context.Canceled):
		return intakeAbandoned
	}
	switch hub.CodeOf(err) {
	case hub.CodeInvalid, hub.CodeTooLarge:
		return intakeInvalid
	case hub.CodeConflict:
		return intakeConflict
	case hub.CodeForbidden, hub.CodeUnauthenticated:
		return intakeForbidden
	case hub.CodeUnavailable:
		return intakeUnavailable
	}
	return intakeFailed
}

// received counts what became of a callback that came in.
func (m *meters) received(kept bool, got hub.Reception, err error) {
	what := callbackVerified
	switch {
	case err != nil:
		what = callbackFailed
	case kept:
		what = callbackKept
	case !got.Verified:
		what = callbackRefused
	}
	m.callback[what].Add(1)
}

// Meters are what the engine counted since it was made, and how it is at the moment. They say nothing of anybody, so nobody is
// asked.
type Meters struct {
	Published  map[string]int64 // occurrences that somebody published, by what became of them
	Callbacks  map[string]int64 // by what became of them
	TurnedAway map[string]int64 // receipts of which nothing was kept, by whose they are: foreign or unknown
	Lookups    int64            // deliveries of which providers were asked what became
	Attempts   []AttemptMeter
	Took       map[string]meter.Distribution // nanoseconds that each connector took for its attempts
	InFlight   map[string]int                // deliveries that each connector works on
	Connectors []*hub.Connector
}

// AttemptMeter is how many attempts of a connector ended in one way.
type AttemptMeter struct {
	Connector string
	Kind      hub.OutcomeKind
	Scope     hub.Scope
	Count     int64
}

// Meters reads what was counted.
func (e *Engine) Meters() Meters {
	m := Meters{Published: map[string]int64{}, Callbacks: map[string]int64{}, Took: map[string]meter.Distribution{}, InFlight: e.pipes.byConnector()}
	for i, name := range intakeNames {
		m.Published[name] = e.meters.intake[i].Value()
	}
	for i, name := range callbackNames {
		m.Callbacks[name] = e.meters.callback[i].Value()
	}
	s := e.Stats()
	m.TurnedAway, m.Lookups = map[string]int64{"foreign": s.ReceiptsForeign, "unknown": s.ReceiptsUnknown}, s.Lookups
	if e.connectors != nil {
		m.Connectors = e.connectors.List()
	}
	e.meters.mu.Lock()
	defer e.meters.mu.Unlock()
	for name, a := range e.meters.attempts {
		m.Took[name] = a.took.Read()
		m.Attempts = append(m.Attempts, a.read(name)...)
	}
	return m
}

func (a *attemptMeters) read(connector string) (list []AttemptMeter) {
	for i := range a.ended {
		for j := range a.ended[i] {
			if n := a.ended[i][j].Value(); n > 0 {
				list = append(list, AttemptMeter{connector, outcomeKinds[i], scopes[j], n})
			}
		}
	}
	return list
}
