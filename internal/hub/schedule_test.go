package hub_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

func TestATriggerAndItsScheduleMustFit(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	later, past := now.Add(time.Hour), now.Add(-time.Hour)
	cron := hub.Schedule{Cron: "0 8 * * *", TimeZone: "Europe/Lisbon"}
	bounded := func(end time.Time) *hub.Schedule { s := cron; s.End = &end; return &s }
	runBy := []*hub.Event{{Description: "New WO"}}
	for name, c := range map[string]struct {
		trigger  hub.Trigger
		schedule *hub.Schedule
		events   []*hub.Event
		want     string
	}{
		"an event":                          {hub.TriggerEvent, nil, runBy, ""},
		"people":                            {hub.TriggerManual, nil, nil, ""},
		"a frequency":                       {hub.TriggerFrequency, &cron, nil, ""},
		"a date":                            {hub.TriggerDate, &hub.Schedule{Instant: &later}, nil, ""},
		"an unknown trigger":                {"TIDE", nil, nil, "SETTING_INVALID trigger: there is no trigger \"TIDE\""},
		"a frequency without a schedule":    {hub.TriggerFrequency, nil, nil, "SCHEDULE_MISSING schedule: The trigger FREQUENCY needs"},
		"a date without a schedule":         {hub.TriggerDate, nil, nil, "SCHEDULE_MISSING schedule: The trigger DATE needs a date"},
		"an event with a schedule":          {hub.TriggerEvent, &cron, nil, "SCHEDULE_INVALID schedule: a flow with the trigger EVENT has no schedule"},
		"people with a schedule":            {hub.TriggerManual, &cron, nil, "SCHEDULE_INVALID schedule: a flow with the trigger MANUAL has no schedule"},
		"a frequency with a date":           {hub.TriggerFrequency, &hub.Schedule{Instant: &later}, nil, "SCHEDULE_INVALID schedule: the trigger FREQUENCY takes no date"},
		"a date with a cron expression":     {hub.TriggerDate, &cron, nil, "SCHEDULE_INVALID schedule: the trigger DATE takes one date"},
		"a date in the past":                {hub.TriggerDate, &hub.Schedule{Instant: &past}, nil, "SCHEDULE_PAST schedule: it would never run: its date is in the past"},
		"an end before the next run":        {hub.TriggerFrequency, bounded(later), nil, "SCHEDULE_PAST schedule: it would never run: its end comes before the next run"},
		"a frequency that events run":       {hub.TriggerFrequency, &cron, runBy, "TRIGGER_MISMATCH trigger: events run flows with the trigger EVENT only, and this flow is run by: \"New WO\""},
		"a wrong expression":                {hub.TriggerFrequency, &hub.Schedule{Cron: "0 25 * * *", TimeZone: "UTC"}, nil, "SCHEDULE_INVALID schedule.cron.expression: at character 3: \"25\" is no hour"},
		"an expression without a zone":      {hub.TriggerFrequency, &hub.Schedule{Cron: "0 8 * * *"}, nil, "SCHEDULE_INVALID schedule.cron.timeZone: there is no time zone \"\""},
		"an unknown policy":                 {hub.TriggerFrequency, &hub.Schedule{Cron: "0 8 * * *", TimeZone: "UTC", Missed: "SOME"}, nil, "SCHEDULE_INVALID schedule.cron.missed"},
		"an unknown unit":                   {hub.TriggerFrequency, &hub.Schedule{Interval: &hub.ScheduleInterval{Every: 1, Unit: "MOONS"}, TimeZone: "UTC"}, nil, "SCHEDULE_INVALID schedule.interval.unit"},
		"an interval of less than a minute": {hub.TriggerFrequency, &hub.Schedule{Interval: &hub.ScheduleInterval{Unit: hub.UnitMinutes}, TimeZone: "UTC"}, nil, "SCHEDULE_INVALID schedule.interval.every: must be between 1 and 10000; the shortest interval is one minute"},
		"two at once":                       {hub.TriggerFrequency, &hub.Schedule{Cron: "0 8 * * *", Interval: &hub.ScheduleInterval{Every: 1, Unit: hub.UnitDays}, TimeZone: "UTC"}, nil, "SCHEDULE_INVALID schedule: a schedule is exactly one"},
	} {
		f := &hub.Flow{Description: "x", Definition: hub.FlowDefinition{Trigger: c.trigger, Schedule: c.schedule, Filter: hub.Terms{Mode: hub.ModeNone}}}
		var got []string
		for _, p := range hub.FlowProblems(f, hub.FlowFacts{Now: now, Events: c.events}) {
			if strings.HasPrefix(p.Path, "trigger") || strings.HasPrefix(p.Path, "schedule") {
				got = append(got, string(p.Code)+" "+p.Path+": "+p.Message)
			}
		}
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], c.want)) {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
		if _, ok := f.Definition.Plan(); ok && strings.Contains(c.want, "INVALID") {
			t.Errorf("%s: it has a plan all the same", name)
		}
	}
}

// Whatever the times at which the clock is looked at, and however far apart: a planned time is run at most once, in order;
// with ALL none is left out but what is counted.
func TestEveryPlannedTimeIsRunOnceOrCountedAsMissed(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	for _, policy := range []hub.MissedRuns{hub.MissedSkip, hub.MissedOnce, hub.MissedAll} {
		for range 300 {
			s := &hub.Schedule{Interval: &hub.ScheduleInterval{Every: 1 + r.IntN(90), Unit: hub.UnitMinutes}, TimeZone: "UTC", Missed: policy}
			plan, problems := s.Plan()
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			now := time.Date(2026, 11, 22, 14, 0, 0, r.IntN(1e9), time.UTC)
			next, _ := plan.Next(now)
			var last time.Time
			for range 12 {
				now = now.Add(time.Duration(r.Int64N(int64(40 * time.Hour))))
				if now.Before(next) {
					continue
				}
				var planned []time.Time
				for p := next; !p.After(now); p, _ = plan.Next(p) {
					planned = append(planned, p)
				}
				d := s.Due(plan, next, now)
				for _, run := range d.Runs {
					if !run.After(last) || run.After(now) {
						t.Fatalf("%s: %s runs after %s, at %s", policy, run, last, now)
					}
					last = run
				}
				if d.Next == nil || !d.Next.After(now) {
					t.Fatalf("%s: at %s next is %v", policy, now, d.Next)
				}
				inTime := len(planned) - d.Missed
				switch {
				case d.More:
					if d.Missed != 1000 || !d.To.Equal(planned[len(planned)-1]) && len(d.Runs) == 0 {
						t.Fatalf("%s: of %d it counts %d", policy, len(planned), d.Missed)
					}
				case policy == hub.MissedSkip && len(d.Runs) != inTime,
					policy == hub.MissedAll && len(d.Runs) != inTime+min(d.Missed, hub.MaxMissedRuns),
					policy == hub.MissedOnce && len(d.Runs) != max(inTime, 1):
					t.Fatalf("%s: of %d planned times %d were missed, and %d are run", policy, len(planned), d.Missed, len(d.Runs))
				}
				if (d.PassedOver() == nil) != (len(d.Runs) == len(planned)) {
					t.Fatalf("%s: %d of %d are run, and it says %+v", policy, len(d.Runs), len(planned), d.PassedOver())
				}
				next = *d.Next
			}
		}
	}
}
