package engine_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// hourly runs at every full hour; in the bubble the clock begins at midnight on 1 January 2000.
func hourly(missed hub.MissedRuns) *hub.Schedule {
	return &hub.Schedule{Cron: "0 * * * *", TimeZone: "UTC", Missed: missed}
}

// planned is a scene in which there is one task, for Jonas, and a flow that runs by the clock.
type planned struct {
	*hubtest.Hub
	flow *hub.Flow
}

// byClock runs a test in fake time with a flow that runs by a schedule.
func byClock(t *testing.T, s *hub.Schedule, change func(*hub.FlowInput), play func(*testing.T, *planned)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		upsert(t, h, hubtest.Task("OT-1", 1, jonas), hubtest.Person(jonas, jonasPhone))
		play(t, &planned{h, clockFlow(t, h, s, change)})
	})
}

func clockFlow(t *testing.T, h *hubtest.Hub, s *hub.Schedule, change func(*hub.FlowInput)) *hub.Flow {
	t.Helper()
	reader := hubtest.CallerWith(t, h.DB, hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See))
	in := hubtest.AssignmentFlow(reader.Consumer.Key, h.Integration(t, "whatsapp "+reader.Consumer.ID()).Key)
	in.Trigger = ptr(hub.TriggerFrequency)
	if s != nil && (s.Instant != nil || s.Local != "") {
		in.Trigger = ptr(hub.TriggerDate)
	}
	in.Schedule = &s
	if s == nil {
		in.Trigger = ptr(hub.TriggerManual)
	}
	if change != nil {
		change(&in)
	}
	return h.Flow(t, in)
}

func upsert(t testing.TB, h *hubtest.Hub, records ...hub.RecordInput) []*hub.Record {
	t.Helper()
	out, err := h.Engine.RecordsUpsert(t.Context(), h.Admin, hub.RecordsInput{Records: records})
	if err != nil {
		t.Fatal(err)
	}
	var list []*hub.Record
	for _, r := range out.Results {
		list = append(list, r.Record)
	}
	return list
}

// ran lists the executions of the flow, oldest first.
func (p *planned) ran(t testing.TB) []*hub.Execution {
	t.Helper()
	l, err := p.DB.Executions(t.Context(), p.Admin, hub.ExecutionFilter{FlowKey: p.flow.Key}, hub.Page{First: 200})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(l.Items)
	return l.Items
}

// times writes the planned times of the executions, each as in "01:00 SUCCEEDED".
func (p *planned) times(t testing.TB) string {
	t.Helper()
	var words []string
	for _, e := range p.ran(t) {
		words = append(words, e.ScheduledFor.Format("02T15:04")+" "+string(e.Outcome))
	}
	return strings.Join(words, ", ")
}

func (p *planned) want(t testing.TB, want string) {
	t.Helper()
	if got := p.times(t); got != want {
		t.Errorf("it ran at %q, not %q", got, want)
	}
}

func (p *planned) timing(t testing.TB) *hub.Timing {
	t.Helper()
	list, err := p.DB.Timings(t.Context(), p.Admin, []int64{p.flow.Key})
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

// down stops the hub for a time and starts it again on the same data.
func (p *planned) down(t *testing.T, d time.Duration) {
	t.Helper()
	p.Stop(t)
	time.Sleep(d)
	p.Hub = hubtest.Engine(t, hubtest.EngineOptions{Dir: p.Dir, Connector: p.Connector})
	settled()
}

func TestAFlowRunsAtItsPlannedTimesAndItsMessagesArrive(t *testing.T) {
	byClock(t, hourly(""), nil, func(t *testing.T, p *planned) {
		after(59 * time.Minute)
		p.want(t, "")
		after(2 * time.Minute)
		p.want(t, "01T01:00 SUCCEEDED")
		after(time.Hour)
		p.want(t, "01T01:00 SUCCEEDED, 01T02:00 SUCCEEDED")
		key := p.ran(t)[0].Key
		is(t, p.Hub, key, "CLOSED SUCCEEDED: ACCEPTED")
		wantJournal(t, p.Hub, key, "EXECUTION →QUEUED SCHEDULED", "EXECUTION QUEUED→RUNNING WORKER", "DELIVERY →PENDING SCHEDULED", "DELIVERY PENDING→SENDING WORKER",
			"DELIVERY SENDING→ACCEPTED OUTCOME", "EXECUTION RUNNING→CLOSED OUTCOME", "EXECUTION OUTCOME →SUCCEEDED OUTCOME")
		if e := p.ran(t)[0]; e.Trigger != hub.StartedByFrequency || e.CreatedAt.Sub(*e.ScheduledFor) > time.Second || e.OccurrenceKey != 0 {
			t.Errorf("it is %+v", e)
		}
		if next := p.timing(t).Next; next == nil || next.Hour() != 3 {
			t.Errorf("next is %v", next)
		}
	})
}

func TestAFlowWithADateRunsOnce(t *testing.T) {
	byClock(t, &hub.Schedule{Local: "1999-12-31T22:30:00", TimeZone: "America/Sao_Paulo"}, nil, func(t *testing.T, p *planned) { // 00:30 UTC, in summer time
		after(time.Hour)
		p.want(t, "01T00:30 SUCCEEDED")
		p.down(t, 24*time.Hour)
		p.want(t, "01T00:30 SUCCEEDED")
		if n := p.timing(t); n.Next != nil || n.Note != nil {
			t.Errorf("it is kept as %+v", n)
		}
		f, err := p.Engine.FlowUpdate(t.Context(), p.Admin, p.flow.Key, 0, hub.FlowInput{Description: ptr("another name")})
		if err != nil || !f.Enabled {
			t.Errorf("after it ran it cannot be renamed: %v", err)
		}
		_, err = p.Engine.FlowUpdate(t.Context(), p.Admin, p.flow.Key, 0, hub.FlowInput{Schedule: ptr(&hub.Schedule{Local: "2000-01-01T08:00:00", TimeZone: "UTC"})})
		wantError(t, err, hub.CodeInvalid, "schedule", "in the past")
	})
}

func TestMissedRunsAreMadeUpForByThePolicy(t *testing.T) {
	for policy, want := range map[hub.MissedRuns]string{
		hub.MissedSkip: "01T01:00 SUCCEEDED, 01T07:00 SUCCEEDED",
		hub.MissedOnce: "01T01:00 SUCCEEDED, 01T06:00 SUCCEEDED, 01T07:00 SUCCEEDED",
		hub.MissedAll: "01T01:00 SUCCEEDED, 01T02:00 SUCCEEDED, 01T03:00 SUCCEEDED, 01T04:00 SUCCEEDED, 01T05:00 SUCCEEDED, " +
			"01T06:00 SUCCEEDED, 01T07:00 SUCCEEDED",
	} {
		t.Run(string(policy), func(t *testing.T) {
			byClock(t, hourly(policy), nil, func(t *testing.T, p *planned) {
				after(90 * time.Minute)
				p.down(t, 5*time.Hour) // until half past six
				before := len(p.ran(t))
				p.down(t, time.Minute) // and what was made up for is not made up for again
				if n := len(p.ran(t)); n != before {
					t.Errorf("after another start there are %d executions, not %d", n, before)
				}
				after(40 * time.Minute)
				p.want(t, want)
				note := p.timing(t).Note
				switch policy {
				case hub.MissedAll:
					if c := p.Timeline(t, p.ran(t)[1].Key)[0].Cause; note != nil || c.Code != hub.ReasonMissed {
						t.Errorf("it says %+v, and the cause is %+v", note, c)
					}
				default:
					if note == nil || note.Code != hub.ReasonMissed || !strings.Contains(note.Message, "5 planned runs that were missed, from 2000-01-01T02:00:00Z to 2000-01-01T06:00:00Z") {
						t.Errorf("it says %+v", note)
					}
				}
				if policy == hub.MissedOnce {
					if c := p.Timeline(t, p.ran(t)[1].Key)[0].Cause; c.Code != hub.ReasonMissed || !strings.Contains(c.Message, "stands for 5 planned runs") {
						t.Errorf("its cause is %+v", c)
					}
				}
			})
		})
	}
}

func TestOfVeryManyMissedRunsAHundredAreMadeUpFor(t *testing.T) {
	byClock(t, &hub.Schedule{Cron: "* * * * *", TimeZone: "UTC", Missed: hub.MissedAll}, nil, func(t *testing.T, p *planned) {
		p.down(t, 30*24*time.Hour+10*time.Second)
		after(30 * time.Second)
		list := p.ran(t)
		if n := len(list); n != 101 && n != 102 { // and the runs of the last minute, which are in time
			t.Fatalf("there are %d executions", n)
		}
		for i, e := range list[:100] {
			if want := time.Date(2000, 1, 1, 0, 1+i, 0, 0, time.UTC); !e.ScheduledFor.Equal(want) || i > 0 && e.Key < list[i-1].Key {
				t.Errorf("number %d is for %s, not %s", i, e.ScheduledFor, want)
			}
		}
		if n := p.timing(t).Note; n == nil || !strings.Contains(n.Message, "more than 1000 planned runs") || !strings.Contains(n.Message, "only the first 100") || !strings.Contains(n.Message, "to 2000-01-30T23:59:00Z") {
			t.Errorf("it says %+v", n)
		}
	})
}

func TestALateRunWithinAMinuteIsInTime(t *testing.T) {
	byClock(t, hourly(hub.MissedSkip), nil, func(t *testing.T, p *planned) {
		after(59*time.Minute + 30*time.Second)
		p.down(t, time.Minute) // half a minute after its time
		p.want(t, "01T01:00 SUCCEEDED")
		if n := p.timing(t).Note; n != nil {
			t.Errorf("it says %+v", n)
		}
	})
}

func TestADisabledOrPausedFlowRunsNothingAndGoesOnFromNow(t *testing.T) {
	byClock(t, hourly(hub.MissedAll), nil, func(t *testing.T, p *planned) {
		if _, err := p.Engine.FlowDisable(t.Context(), p.Admin, p.flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		after(150 * time.Minute)
		p.want(t, "")
		if p.timing(t) != nil {
			t.Error("it is still planned")
		}
		if _, err := p.Engine.FlowEnable(t.Context(), p.Admin, p.flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		after(time.Hour)
		p.want(t, "01T03:00 SUCCEEDED")
		pause(t, p, true)
		after(2 * time.Hour)
		p.want(t, "01T03:00 SUCCEEDED")
		if n := p.timing(t).Note; n == nil || n.Code != hub.ReasonFlowPaused || !strings.Contains(n.Message, "2000-01-01T05:00:00Z") {
			t.Errorf("it says %+v", n)
		}
		pause(t, p, false)
		after(time.Hour)
		p.want(t, "01T03:00 SUCCEEDED, 01T06:00 SUCCEEDED")
	})
}

func pause(t *testing.T, p *planned, on bool) {
	t.Helper()
	var err error
	if !on {
		_, err = p.Engine.FlowResume(t.Context(), p.Admin, p.flow.Key, 0)
	} else {
		err = p.DB.Write(t.Context(), pausing(p.flow.Key))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAChangedScheduleIsFollowedFromNowAndAnyOtherChangeLeavesItAsItIs(t *testing.T) {
	byClock(t, hourly(""), nil, func(t *testing.T, p *planned) {
		after(30 * time.Minute)
		if _, err := p.Engine.FlowUpdate(t.Context(), p.Admin, p.flow.Key, 0, hub.FlowInput{Schedule: ptr(&hub.Schedule{TimeZone: "UTC",
			Interval: &hub.ScheduleInterval{Every: 45, Unit: hub.UnitMinutes}})}); err != nil {
			t.Fatal(err)
		}
		after(20 * time.Minute)
		p.want(t, "01T00:45 SUCCEEDED")
		next := p.timing(t).Next
		if _, err := p.Engine.FlowUpdate(t.Context(), p.Admin, p.flow.Key, 0, hub.FlowInput{Description: ptr("renamed")}); err != nil {
			t.Fatal(err)
		}
		if now := p.timing(t).Next; !now.Equal(*next) {
			t.Errorf("renaming moved the next run from %s to %s", next, now)
		}
		after(time.Hour)
		p.want(t, "01T00:45 SUCCEEDED, 01T01:30 SUCCEEDED")
		if v := []int{p.ran(t)[0].FlowVersion, p.ran(t)[1].FlowVersion}; v[0] != 2 || v[1] != 3 {
			t.Errorf("they are of the versions %v", v)
		}
	})
}

func TestAPlannedTimeIsRunOnceWhateverTheClockDoes(t *testing.T) {
	t.Run("a clock that is set back a little catches up", func(t *testing.T) {
		byClock(t, hourly(hub.MissedAll), nil, func(t *testing.T, p *planned) {
			after(90 * time.Minute)
			p.Stop(t)
			// As if it were half past three already when it ran, and the clock was set back since.
			tamper(t, p.Dir, "UPDATE schedules SET next_at = next_at + 7200000, set_at = set_at + 7200000")
			tamper(t, p.Dir, "UPDATE executions SET scheduled_for = scheduled_for + 7200000")
			p.Hub = hubtest.Engine(t, hubtest.EngineOptions{Dir: p.Dir, Connector: p.Connector})
			after(3 * time.Hour)
			p.want(t, "01T03:00 SUCCEEDED, 01T04:00 SUCCEEDED")
		})
	})
	t.Run("one that was wrong by years does not stop it, and repeats nothing", func(t *testing.T) {
		byClock(t, hourly(hub.MissedAll), nil, func(t *testing.T, p *planned) {
			after(90 * time.Minute)
			p.Stop(t)
			tamper(t, p.Dir, "UPDATE schedules SET next_at = next_at + 3155760000000, set_at = set_at + 3155760000000")
			// It ran at two o'clock already, by that clock's account.
			tamper(t, p.Dir, "UPDATE executions SET scheduled_for = scheduled_for + 3600000")
			p.Hub = hubtest.Engine(t, hubtest.EngineOptions{Dir: p.Dir, Connector: p.Connector})
			after(2 * time.Hour)
			p.want(t, "01T02:00 SUCCEEDED, 01T03:00 SUCCEEDED")
		})
	})
	t.Run("a planned time that has its execution gets no other", func(t *testing.T) {
		byClock(t, hourly(hub.MissedAll), nil, func(t *testing.T, p *planned) {
			after(90 * time.Minute)
			p.Stop(t)
			tamper(t, p.Dir, "UPDATE schedules SET next_at = next_at - 3600000") // back at one o'clock
			p.Hub = hubtest.Engine(t, hubtest.EngineOptions{Dir: p.Dir, Connector: p.Connector})
			after(time.Hour)
			p.want(t, "01T01:00 SUCCEEDED, 01T02:00 SUCCEEDED")
		})
	})
}
