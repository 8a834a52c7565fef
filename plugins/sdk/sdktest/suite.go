package sdktest

import (
	"context"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/conformance"
)

// Suite is what a connector is tested with. Connector (or Command) and Integration are required; a destination also needs Delivery.
type Suite struct {
	// Connector is the one under test, in this process.
	Connector sdk.Connector
	// Command, instead of Connector, is the executable under test with its arguments: then also what only a process can show is tested.
	Command []string
	// Integration works: against a real backend, or better a local one that behaves like it.
	Integration sdk.Integration
	// BadIntegrations cannot work, each for its own reason that can be seen without sending.
	BadIntegrations map[string]sdk.Integration
	// Delivery makes the n-th delivery of a kind that the backend accepts. ID, Attempt and Deadline are set by the suite.
	Delivery func(n int) sdk.Delivery
	// Sent, if set, counts what the backend has accepted, so that the suite sees what was really sent.
	Sent func() int
	// Callback makes a genuine callback about the delivery with this id and outcome; for receivers.
	Callback func(t *testing.T, o sdk.Outcome) sdk.Callback
	// ForgedCallbacks are callbacks that nobody may believe.
	ForgedCallbacks map[string]sdk.Callback
	// Queries have rows; for sources.
	Queries []sdk.Query
	// Local, instead of Integration and Delivery, says in the words of the command's configuration how to use the connector.
	Local *conformance.File
	// Deliveries is how many the check of the memory sends, of a Command. Zero: 5,000.
	Deliveries int
}

// Run tests the connector by everything that it declares of itself, each check as a subtest.
func (s *Suite) Run(t *testing.T) {
	t.Helper()
	at := t
	n := s.Deliveries
	if n == 0 {
		n = 5000
	}
	session, err := conformance.New(s.subject(), s.example(func() *testing.T { return at }), conformance.Options{Deliveries: n})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	for _, c := range conformance.Checks() {
		t.Run(c.Name, func(t *testing.T) {
			at = t
			r := session.Do(t.Context(), c)
			for _, p := range r.Problems {
				t.Errorf("%s\nwhy: %s\nsee: %s", p, r.Why, r.Guide)
			}
			if r.Reason != "" {
				t.Skip(r.Reason)
			}
		})
	}
}

func (s *Suite) subject() conformance.Subject {
	if len(s.Command) > 0 {
		return conformance.Executable{Command: s.Command}
	}
	return conformance.InMemory{Connector: s.Connector}
}

func (s *Suite) example(t func() *testing.T) func(*sdk.Description, *conformance.Place) (*conformance.Example, error) {
	if s.Local != nil {
		return conformance.FromFile(s.Local)
	}
	e := &conformance.Example{
		Integration: s.Integration, Bad: s.BadIntegrations, Delivery: s.Delivery, Forged: s.ForgedCallbacks, Queries: s.Queries,
	}
	if s.Sent != nil {
		e.Sent = func() (int, error) { return s.Sent(), nil }
	}
	if s.Callback != nil {
		e.Callback = func(_ context.Context, o sdk.Outcome) (sdk.Callback, error) { return s.Callback(t(), o), nil }
	}
	for i := range e.Queries {
		if e.Queries[i].PageSize == 0 {
			e.Queries[i].PageSize = 2
		}
	}
	return func(*sdk.Description, *conformance.Place) (*conformance.Example, error) { return e, nil }
}
