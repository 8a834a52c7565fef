package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestNothingToSendIsSkippedAndTooMuchIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*hub.FlowInput)
		records int
		outcome hub.ExecutionOutcome
		reason  hub.ReasonCode
	}{
		"no records": {func(f *hub.FlowInput) { (*f.Source).Action = "query_work_order_tasks" }, -1, hub.Skipped, hub.ReasonNoRows},
		"the filter drops all": {func(f *hub.FlowInput) {
			f.Filter = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "code", Operation: hub.Equal, Value: "none"}}}
		}, 0, hub.Skipped, hub.ReasonFilteredOut},
		"more than 2000 rows": {nil, 2000, hub.Failed, hub.ReasonTooManyRows},
	} {
		t.Run(name, func(t *testing.T) {
			byClock(t, hourly(""), c.change, func(t *testing.T, p *planned) {
				if c.records < 0 {
					tamper(t, p.Dir, "DELETE FROM records")
				}
				tasks(t, p.Hub, 100, c.records)
				after(61 * time.Minute)
				e := p.ran(t)[0]
				if e.Outcome != c.outcome || e.Reason == nil || e.Reason.Code != c.reason || len(p.Connector.Sent()) != 0 {
					t.Errorf("it is %s because of %+v", e.Outcome, e.Reason)
				}
			})
		})
	}
}

// tasks stores tasks for Jonas, from a number on.
func tasks(t testing.TB, h *hubtest.Hub, from, n int) {
	t.Helper()
	for n > 0 {
		some := make([]hub.RecordInput, min(n, hub.MaxOccurrenceRecord))
		for i := range some {
			some[i] = hubtest.Task(fmt.Sprint("OT-", from+i), from+i, jonas)
		}
		upsert(t, h, some...)
		from, n = from+len(some), n-len(some)
	}
}

func TestManyRowsBecomeMessagesSomeAtATime(t *testing.T) {
	byClock(t, hourly(""), nil, func(t *testing.T, p *planned) {
		tasks(t, p.Hub, 100, 749)
		after(61 * time.Minute)
		p.want(t, "01T01:00 SUCCEEDED")
		exec, list := execution(t, p.Hub, p.ran(t)[0].Key)
		seen := map[string]bool{}
		for _, d := range list {
			seen[d.Record] = true
		}
		if len(list) != 750 || len(seen) != 750 || len(p.Connector.Sent()) != 750 || exec.Reading {
			t.Errorf("%d deliveries of %d records, %d sent", len(list), len(seen), len(p.Connector.Sent()))
		}
		lines := journal(t, p.Hub, exec.Key)
		if n := strings.Count(lines, "→WAITING READING"); n != 1 {
			t.Errorf("the journal says %d times that it reads", n)
		}
	})
}

func TestAReadingThatARestartCutOffIsDoneAgainWithoutAnyMessageTwice(t *testing.T) {
	byClock(t, hourly(""), nil, func(t *testing.T, p *planned) {
		tasks(t, p.Hub, 100, 349)
		p.Connector.Hold()
		after(61 * time.Minute)
		key := p.ran(t)[0].Key
		p.Stop(t)
		// As if it had stopped after the second hundred, before anything was sent.
		tamper(t, p.Dir, "DELETE FROM deliveries WHERE key NOT IN (SELECT key FROM deliveries ORDER BY key LIMIT 200)")
		tamper(t, p.Dir, "DROP TRIGGER deliveries_arrows")
		tamper(t, p.Dir, "DROP TRIGGER executions_arrows")
		tamper(t, p.Dir, "UPDATE deliveries SET state = 'PENDING', tries = 0, due_at = 1, waiting_for = NULL")
		tamper(t, p.Dir, "UPDATE executions SET state = 'WAITING', waiting_for = 'READING', reading = 1, due_at = NULL, lease_until = NULL")
		connector := hubtest.NewConnector()
		h := hubtest.Engine(t, hubtest.EngineOptions{Dir: p.Dir, Connector: connector})
		settled()
		after(time.Minute)
		exec, list := execution(t, h, key)
		seen := map[string]bool{}
		for _, s := range connector.Sent() {
			seen[s.Values[0]] = true
		}
		if exec.Outcome != hub.Succeeded || len(list) != 350 || len(connector.Sent()) != 350 || len(seen) != 350 {
			t.Errorf("it is %s %s with %d deliveries; %d were sent of %d work orders", exec.State, exec.Outcome, len(list), len(connector.Sent()), len(seen))
		}
	})
}

func TestTheRightsAreThoseOfTheFlowsConsumerWhenItRuns(t *testing.T) {
	byClock(t, hourly(""), nil, func(t *testing.T, p *planned) {
		if _, err := p.DB.ConsumerUpdate(t.Context(), p.Admin, p.flow.Definition.Source.ConsumerKey, 0, hub.ConsumerInput{HubEnabled: ptr(false)}); err != nil {
			t.Fatal(err)
		}
		after(61 * time.Minute)
		if e := p.ran(t)[0]; e.Outcome != hub.Failed || e.Reason.Code != hub.ReasonHubDisabled || len(p.Connector.Sent()) != 0 {
			t.Errorf("it is %s because of %+v", e.Outcome, e.Reason)
		}
	})
}
