package engine_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// diary is a log whose lines can be read.
type diary struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (d *diary) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.Write(b)
}

// attempts are the lines of attempts.
func (d *diary) attempts(t *testing.T) (list []map[string]any) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for line := range strings.Lines(d.text.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		if m["msg"] == "attempt" {
			list = append(list, m)
		}
	}
	return list
}

// observed runs a test in fake time with a log that can be read.
func observed(t *testing.T, level slog.Level, change func(*hub.FlowInput, *hub.EventInput), play func(*testing.T, *hubtest.Hub, *diary)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		h := hubtest.Engine(t, hubtest.EngineOptions{Log: slog.New(slog.NewJSONHandler(d, &slog.HandlerOptions{Level: level}))})
		h.Assignment(t, change)
		play(t, h, d)
	})
}

func TestEveryAttemptHasItsLine(t *testing.T) {
	observed(t, slog.LevelDebug, nil, func(t *testing.T, h *hubtest.Hub, d *diary) {
		h.Connector.Script(jonasPhone,
			hub.Outcome{Kind: hub.OutcomeRetry, Scope: hub.ScopeIntegration, Code: "130429", Message: "too many for " + jonasPhone},
			hub.Outcome{Kind: hub.OutcomeAccepted, Scope: hub.ScopeDelivery, ProviderID: "wamid.1"})
		h.Connector.Delay(250 * time.Millisecond)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		after(time.Hour)
		exec, delivery := one(t, h, key)
		lines := d.attempts(t)
		if len(lines) != 2 {
			t.Fatalf("two attempts have the lines %v", lines)
		}
		for i, want := range []map[string]any{{"level": "INFO", "kind": "RETRY", "scope": "INTEGRATION", "code": "130429", "attempt": 1.0},
			{"level": "DEBUG", "kind": "ACCEPTED", "scope": "DELIVERY", "code": nil, "attempt": 2.0}} {
			want["delivery"], want["execution"], want["flow"] = delivery.ID(), exec.ID(), hub.ID(hub.KindFlow, exec.FlowKey)
			want["integration"], want["connector"], want["took"], want["late"] = hub.ID(hub.KindIntegration, delivery.IntegrationKey), hubtest.ConnectorName, 250e6, nil
			for name, v := range want {
				if lines[i][name] != v {
					t.Errorf("attempt %d has %s %v, want %v", i+1, name, lines[i][name], v)
				}
			}
		}
		text := d.text.String()
		for _, private := range []string{jonasPhone, "5511999990001", "too many", "Lubricate", "OT-1", jonas} {
			if strings.Contains(text, private) {
				t.Errorf("the log tells of %s:\n%s", private, text)
			}
		}
	})
}

func TestAnAttemptWithoutAnAnswerHasItsLineToo(t *testing.T) {
	observed(t, slog.LevelInfo, nil, func(t *testing.T, h *hubtest.Hub, d *diary) {
		h.Connector.Hold()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		after(5 * time.Minute)
		is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
		h.Connector.Release() // the answer comes after all
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		lines := d.attempts(t)
		if len(lines) != 1 || lines[0]["level"] != "WARN" || lines[0]["kind"] != "UNKNOWN" || lines[0]["connector"] != hubtest.ConnectorName {
			t.Errorf("the attempt that was lost has the lines %v", lines)
		}
		m := h.Engine.Meters()
		if len(m.Attempts) != 1 || m.Attempts[0].Kind != hub.OutcomeUnknown || m.Attempts[0].Count != 1 {
			t.Errorf("one attempt is counted as %v", m.Attempts)
		}
		if a := h.DB.Meters().Activity; a.Attempts != (hub.AttemptActivity{Unknown: 1}) || a.Deliveries.Unknown != 1 || a.Deliveries.Accepted != 1 {
			t.Errorf("the activity is %+v", a)
		}
	})
}

func TestTestMessagesCountInNoStatistics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		a := h.Assignment(t, nil)
		before := h.DB.Meters().Activity
		in := hub.TestInput{Sample: hub.Sample{Records: []hub.RecordInput{hubtest.Task("OT-9", 9, jonas)}}, Recipient: martaPhone}
		if _, err := h.Engine.FlowTest(t.Context(), h.Admin, a.Flow.Key, in); err != nil {
			t.Fatal(err)
		}
		settled()
		if n := len(h.Connector.Sent()); n != 1 {
			t.Fatalf("%d messages were sent", n)
		}
		if now := h.DB.Meters().Activity; now != before {
			t.Errorf("a test makes the activity %+v", now)
		}
		if m := h.Engine.Meters(); len(m.Attempts) != 1 || m.Attempts[0].Kind != hub.OutcomeAccepted {
			t.Errorf("its attempt is counted as %v", m.Attempts)
		}
	})
}

// An attempt that is tried again, one that fails, and one that is unknown until its receipt comes, each count as what they were.
func TestTheActivityCountsEachTurnOnce(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRetry, Scope: hub.ScopeDelivery}, hub.Outcome{Kind: hub.OutcomeAccepted, Scope: hub.ScopeDelivery},
			hub.Outcome{Kind: hub.OutcomeRejected, Scope: hub.ScopeDelivery}, hub.Outcome{Kind: hub.OutcomeUnknown, Scope: hub.ScopeDelivery})
		for _, folio := range []string{"OT-1", "OT-2", "OT-3", "OT-4"} {
			key := started(t, h.Publish(t, forJonas(folio)))
			after(time.Minute)
			_, d := one(t, h, key)
			if folio == "OT-3" {
				is(t, h, key, "CLOSED UNSETTLED: UNKNOWN")
				callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptRead))
			}
		}
		after(time.Hour)
		want := hub.Activity{Occurrences: hub.OccurrenceActivity{Published: 4}, Executions: hub.ExecutionActivity{Started: 4, Succeeded: 3, Failed: 1, Unsettled: 1},
			Deliveries: hub.DeliveryActivity{Made: 4, Accepted: 2, Read: 1, Unknown: 1, Failed: 1},
			Attempts:   hub.AttemptActivity{Accepted: 2, Retry: 1, Rejected: 1, Unknown: 1}}
		if got := h.DB.Meters().Activity; got != want {
			t.Errorf("the activity is\n%+v, want\n%+v", got, want)
		}
	})
}
