package host_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/host"
	"github.com/recado-hub/recado/internal/hub"
)

// patience is how long a test waits for what must happen.
const patience = 30 * time.Second

// rig is a host with what it has said so far.
type rig struct {
	*host.Host
	log *syncBuffer

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced with every news
	outcomes map[[2]int64][]hub.Outcome
	states   map[string][]hub.Connector
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// start starts a host with connectors and closes it at the end of the test. At the end no handover may have two outcomes.
func start(t testing.TB, o host.Options) *rig {
	t.Helper()
	r := &rig{log: &syncBuffer{}, changed: make(chan struct{}), outcomes: map[[2]int64][]hub.Outcome{}, states: map[string][]hub.Connector{}}
	if o.Log == nil {
		o.Log = slog.New(slog.NewJSONHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	if o.Outcomes == nil {
		o.Outcomes = r.take
	}
	o.Changed = func(c hub.Connector) {
		r.news(func() { r.states[c.Name] = append(r.states[c.Name], c) })
	}
	r.Host = host.New(o)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	t.Cleanup(func() {
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		_ = r.Close(gone)
		for key, list := range r.outcomes {
			if len(list) != 1 {
				t.Errorf("delivery %d attempt %d has %d outcomes, want exactly one: %+v", key[0], key[1], len(list), list)
			}
		}
		if t.Failed() {
			t.Logf("log of the host:\n%s", r.log)
		}
	})
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) news(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *rig) take(_ int64, list []hub.Outcome) {
	r.news(func() {
		for _, o := range list {
			key := [2]int64{o.Key, int64(o.Attempt)}
			r.outcomes[key] = append(r.outcomes[key], o)
		}
	})
}

// until waits for a condition on what was said.
func (r *rig) until(t testing.TB, what string, is func() bool) {
	t.Helper()
	timeout := time.After(patience)
	for {
		r.mu.Lock()
		changed, ok := r.changed, is()
		r.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("waited %s in vain until %s", patience, what)
		}
	}
}

// outcome waits for the outcome of the first attempt of a delivery.
func (r *rig) outcome(t testing.TB, key int64) hub.Outcome {
	t.Helper()
	at := [2]int64{key, 1}
	r.until(t, fmt.Sprintf("delivery %d has an outcome", key), func() bool { return len(r.outcomes[at]) > 0 })
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.outcomes[at][0]
}

// kinds waits for the outcomes of the deliveries 1 to n and counts them by kind; those not started count as NOT_STARTED.
func (r *rig) kinds(t testing.TB, n int) map[hub.OutcomeKind]int {
	t.Helper()
	r.until(t, fmt.Sprintf("%d deliveries have outcomes", n), func() bool { return len(r.outcomes) == n })
	r.mu.Lock()
	defer r.mu.Unlock()
	kinds := map[hub.OutcomeKind]int{}
	for _, list := range r.outcomes {
		if list[0].NotStarted && list[0].Kind == hub.OutcomeRetry {
			kinds["NOT_STARTED"]++
		} else {
			kinds[list[0].Kind]++
		}
	}
	return kinds
}

// state waits until a connector is in a state, after a number of restarts.
func (r *rig) state(t testing.TB, name string, state hub.ConnectorState, restarts int) hub.Connector {
	t.Helper()
	var got hub.Connector
	r.until(t, fmt.Sprintf("%s is %s after %d restarts", name, state, restarts), func() bool {
		for _, c := range r.states[name] {
			if c.State == state && c.Restarts >= restarts {
				got = c
				return true
			}
		}
		return false
	})
	return got
}

// send hands over deliveries with one action, numbered from first on.
func (r *rig) send(t testing.TB, in hub.OpenIntegration, action string, first, n int64, values ...string) {
	t.Helper()
	if err := r.Send(in, handovers(action, first, n, values...)); err != nil {
		t.Fatalf("Send: %v", err)
	}
}

func handovers(action string, first, n int64, values ...string) []hub.Handover {
	batch := make([]hub.Handover, n)
	for i := range batch {
		batch[i] = hub.Handover{
			Key: first + int64(i), Attempt: 1, FlowKey: 7, Action: action, Recipient: "+5511999990000", Values: values,
			Deadline: time.Now().Add(patience),
		}
	}
	return batch
}

const token = "EAAB-a-very-secret-token"

func integration(connector string) hub.OpenIntegration {
	return hub.OpenIntegration{
		Key: 42, Version: 1, Connector: connector, Name: "whatsapp nt", Settings: []byte(`{}`), Secrets: map[string]string{"token": token},
	}
}

func builtin(names ...string) map[string][]string {
	m := map[string][]string{}
	for _, name := range names {
		m[name] = command(name)
	}
	return m
}

func with(m map[string][]string, name string, command []string) map[string][]string {
	m = maps.Clone(m)
	m[name] = command
	return m
}

func wantKinds(t testing.TB, got, want map[hub.OutcomeKind]int) {
	t.Helper()
	if !maps.Equal(got, want) {
		t.Errorf("outcomes by kind: %v, want %v", got, want)
	}
}

func wantCode(t testing.TB, err error, code hub.Code, words ...string) {
	t.Helper()
	if err == nil || hub.CodeOf(err) != code {
		t.Fatalf("error %v with code %s, want %s", err, hub.CodeOf(err), code)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
}

// sign is a value that makes the connector create a file when it begins to send, and that waits for the file.
func sign(t testing.TB) (value string, wait func()) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "begun")
	return "touch=" + path, func() {
		t.Helper()
		eventually(t, "the send has begun", func() bool { _, err := os.Stat(path); return err == nil })
	}
}

// eventually looks until something of another process is so.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %s in vain until %s", patience, what)
		}
	}
}
