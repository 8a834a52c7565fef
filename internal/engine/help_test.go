package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

const jonas, marta = "JC-01", "MS-02"

const jonasPhone, martaPhone = "+5511999990001", "+5511999990002"

// scene runs a test in fake time with the article's path set up.
func scene(t *testing.T, change func(*hub.FlowInput, *hub.EventInput), play func(*testing.T, *hubtest.Hub, *hubtest.Assignment)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		play(t, h, h.Assignment(t, change))
	})
}

// settings gives a flow other settings.
func settings(s hub.FlowSettings) func(*hub.FlowInput, *hub.EventInput) {
	return func(f *hub.FlowInput, _ *hub.EventInput) { f.Settings = &s }
}

// forJonas is a work order with one task for which Jonas is responsible.
func forJonas(folio string) hub.OccurrenceInput {
	return hubtest.WorkOrder(folio, hubtest.Task(folio, number(folio), jonas), hubtest.Person(jonas, jonasPhone))
}

// number makes numbers of tasks that differ between folios, which are told apart by their digits.
func number(folio string) int {
	n := 0
	for _, r := range folio {
		if r >= '0' && r <= '9' {
			n = 10*n + int(r-'0')
		}
	}
	return 1000 * (n + 1)
}

// settled waits until nothing moves any more without time going on.
func settled() {
	hubtest.Turn()
	synctest.Wait()
}

// after lets fake time go on.
func after(d time.Duration) {
	hubtest.Turn()
	time.Sleep(d)
	synctest.Wait()
}

// flowProblems asks for the problems of one flow as the door does.
func flowProblems(t testing.TB, h *hubtest.Hub, c hub.Caller, f *hub.Flow) ([]hub.Problem, error) {
	t.Helper()
	all, err := h.Engine.FlowsProblems(t.Context(), c, []*hub.Flow{f})
	if err != nil {
		return nil, err
	}
	problems, _ := hub.Apart(all[0])
	return problems, nil
}

// flowWarnings asks for the warnings of one flow as the door does.
func flowWarnings(t testing.TB, h *hubtest.Hub, f *hub.Flow) ([]hub.Problem, error) {
	t.Helper()
	all, err := h.Engine.FlowsProblems(t.Context(), h.Admin, []*hub.Flow{f})
	if err != nil {
		return nil, err
	}
	_, warnings := hub.Apart(all[0])
	return warnings, nil
}

// eventProblems asks for the problems of one event as the door does.
func eventProblems(t testing.TB, h *hubtest.Hub, ev *hub.Event) ([]hub.Problem, error) {
	t.Helper()
	all, err := h.Engine.EventsProblems(t.Context(), h.Admin, []*hub.Event{ev})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// execution reads an execution and its deliveries.
func execution(t testing.TB, h *hubtest.Hub, key int64) (*hub.Execution, []*hub.Delivery) {
	t.Helper()
	exec, err := h.DB.Execution(t.Context(), h.Admin, key)
	if err != nil {
		t.Fatalf("reading the execution: %v", err)
	}
	list, err := h.DB.DeliveriesOf(t.Context(), h.Admin, []int64{key})
	if err != nil {
		t.Fatalf("reading the deliveries: %v", err)
	}
	return exec, list[key]
}

// one is an execution that has exactly one delivery.
func one(t testing.TB, h *hubtest.Hub, key int64) (*hub.Execution, *hub.Delivery) {
	t.Helper()
	exec, list := execution(t, h, key)
	if len(list) != 1 {
		t.Fatalf("the execution has %d deliveries, want one", len(list))
	}
	return exec, list[0]
}

// started is the one execution that a published occurrence started.
func started(t testing.TB, p *hub.Published) int64 {
	t.Helper()
	if len(p.Executions) != 1 {
		t.Fatalf("the occurrence started %d executions, want one: %s", len(p.Executions), matches(p.Occurrence))
	}
	return p.Executions[0].Key
}

func matches(o *hub.Occurrence) string {
	var b strings.Builder
	for _, m := range o.Matches {
		fmt.Fprintf(&b, "{fired %v rows %v skipped %v}", m.Fired, m.Rows, m.Skipped)
	}
	return b.String()
}

// is holds an execution and its deliveries, each written as in "CLOSED SUCCEEDED: ACCEPTED READ", against what is wanted.
func is(t testing.TB, h *hubtest.Hub, key int64, want string) {
	t.Helper()
	exec, list := execution(t, h, key)
	got := string(exec.State)
	if exec.Outcome != "" {
		got += " " + string(exec.Outcome)
	}
	if exec.WaitingFor != "" {
		got += " " + string(exec.WaitingFor)
	}
	got += ":"
	for _, d := range list {
		got += " " + string(d.State)
	}
	if got != want {
		t.Fatalf("the execution is %q, want %q; reason %+v\n%s", got, want, exec.Reason, journal(t, h, key))
	}
}

// journal writes the timeline of an execution, one line for each change: "EXECUTION QUEUED→RUNNING WORKER".
func journal(t testing.TB, h *hubtest.Hub, key int64) string {
	t.Helper()
	changes := h.Timeline(t, key)
	lines := make([]string, len(changes))
	for i, c := range changes {
		aspect := ""
		if c.Aspect != hub.AspectState {
			aspect = " " + string(c.Aspect)
		}
		lines[i] = fmt.Sprintf("%s%s %s→%s %s", c.Subject, aspect, c.From, c.To, c.Cause.Code)
	}
	return strings.Join(lines, "\n")
}

func wantJournal(t testing.TB, h *hubtest.Hub, key int64, want ...string) {
	t.Helper()
	if got := journal(t, h, key); got != strings.Join(want, "\n") {
		t.Errorf("the journal of the execution is\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// attempts writes the attempts of a delivery: "RETRY counted, ACCEPTED counted".
func attempts(t testing.TB, h *hubtest.Hub, delivery int64) string {
	t.Helper()
	list, err := h.DB.AttemptsOf(t.Context(), h.Admin, []int64{delivery})
	if err != nil {
		t.Fatalf("reading the attempts: %v", err)
	}
	var words []string
	for i, a := range list[delivery] {
		if a.Number != i+1 {
			t.Errorf("attempt %d has the number %d", i+1, a.Number)
		}
		counted := " not counted"
		if a.Counted {
			counted = " counted"
		}
		words = append(words, string(a.Kind)+counted)
	}
	return strings.Join(words, ", ")
}

// receipts writes the receipts of a delivery: "SENT, READ flagged".
func receipts(t testing.TB, h *hubtest.Hub, delivery int64) string {
	t.Helper()
	list, err := h.DB.ReceiptsOf(t.Context(), h.Admin, []int64{delivery})
	if err != nil {
		t.Fatalf("reading the receipts: %v", err)
	}
	var words []string
	for _, r := range list[delivery] {
		word := string(r.Status)
		if r.Flagged {
			word += " flagged"
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

// callback sends a genuine callback with receipts.
func callback(t testing.TB, h *hubtest.Hub, integration int64, list ...hub.Receipt) {
	t.Helper()
	got, err := h.Engine.Callback(t.Context(), integration, hubtest.Genuine(list...))
	if err != nil || !got.Verified || got.Status != 200 {
		t.Fatalf("the callback was answered %+v, %v", got, err)
	}
}

// receipt is what the provider says of a delivery, with our own key in it.
func receipt(delivery int64, status hub.ReceiptStatus) hub.Receipt {
	return hub.Receipt{DeliveryKey: delivery, ProviderID: hubtest.ProviderID(delivery), Status: status, At: time.Now()}
}

// wantError holds an error against code, path and a part of its message.
func wantError(t testing.TB, err error, code hub.Code, path, part string) {
	t.Helper()
	e, ok := err.(*hub.Error)
	if !ok || e.Code != code || e.Path != path || !strings.Contains(e.Message, part) {
		t.Errorf("the error is %#v, want %s at %q with %q", err, code, path, part)
	}
}

// recipients lists to whom was sent, sorted.
func recipients(h *hubtest.Hub) []string {
	var list []string
	for _, s := range h.Connector.Sent() {
		list = append(list, s.Recipient)
	}
	slices.Sort(list)
	return list
}

// jsonOf is JSON text as the inputs take it.
func jsonOf(b []byte) json.RawMessage { return b }

func ptr[T any](v T) *T { return &v }

// occupy keeps the store's writer busy until release is called: whoever writes meanwhile shares one transaction.
func occupy(t testing.TB, h *hubtest.Hub) (release func()) {
	t.Helper()
	busy, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- h.DB.Write(t.Context(), func(*sqlite.Tx) error { <-busy; return nil }) }()
	synctest.Wait()
	return func() {
		close(busy)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
