package hub

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/schedule"
)

// Schedule says when a flow with the trigger DATE or FREQUENCY runs by itself. Of Instant, Local, Cron and Interval one is
// set: the first two are dates.
type Schedule struct {
	Instant  *time.Time        `json:"instant,omitempty"`
	Local    string            `json:"local,omitempty"` // what a clock in TimeZone shows, as LocalLayout
	Cron     string            `json:"cron,omitempty"`
	Interval *ScheduleInterval `json:"interval,omitempty"`
	TimeZone string            `json:"timeZone,omitempty"` // by its IANA name; needed by all but Instant
	Missed   MissedRuns        `json:"missed,omitempty"`   // empty: ONCE
	Start    *time.Time        `json:"start,omitempty"`    // of Cron and Interval: nothing runs before it
	End      *time.Time        `json:"end,omitempty"`      // nor after it
}

// ScheduleInterval is every so many units.
type ScheduleInterval struct {
	Every  int          `json:"every"`
	Unit   ScheduleUnit `json:"unit"`
	Anchor string       `json:"anchor,omitempty"` // the first run, as Schedule.Local; empty: schedule.DefaultAnchor
}

// ScheduleUnit is what an interval counts.
type ScheduleUnit string

// The units. Minutes and hours are elapsed time; the others are dates of the calendar in the schedule's zone.
const (
	UnitMinutes ScheduleUnit = "MINUTES"
	UnitHours   ScheduleUnit = "HOURS"
	UnitDays    ScheduleUnit = "DAYS"
	UnitWeeks   ScheduleUnit = "WEEKS"
	UnitMonths  ScheduleUnit = "MONTHS"
)

// MissedRuns says what becomes of planned times that passed while the hub could not run them.
type MissedRuns string

// The policies.
const (
	MissedSkip MissedRuns = "SKIP" // nothing
	MissedOnce MissedRuns = "ONCE" // one run stands for all of them
	MissedAll  MissedRuns = "ALL"  // each is run, the oldest first, at most MaxMissedRuns
)

// LocalLayout is how a reading of the clock is written, without a zone.
const LocalLayout = "2006-01-02T15:04:05"

// Bounds of schedules.
const (
	OnTime        = time.Minute // a run that begins later than this has been missed, and the policy decides
	MaxMissedRuns = 100         // that the policy ALL makes up for at once
	maxCounted    = 1000        // missed runs that are counted; then there are "more than"
	MaxNextRuns   = 100         // that a preview shows
)

// The years in which schedules can be.
const firstYear, lastYear = 1970, 2199

// Policy is what becomes of missed runs.
func (s *Schedule) Policy() MissedRuns {
	if s.Missed == "" {
		return MissedOnce
	}
	return s.Missed
}

// isDate says whether it is one time rather than many.
func (s *Schedule) isDate() bool { return s.Instant != nil || s.Local != "" }

// ForEvents says whether events can run the flow.
func (f *Flow) ForEvents() bool {
	return f.Definition.Trigger == TriggerEvent || f.Definition.Trigger == ""
}

// Plan is when the flow runs by itself; ok is false if it never does: it has another trigger, or its schedule is wrong.
func (d *FlowDefinition) Plan() (p schedule.Plan, ok bool) {
	if !d.scheduled() || d.Schedule == nil || d.Schedule.isDate() != (d.Trigger == TriggerDate) {
		return schedule.Plan{}, false
	}
	p, problems := d.Schedule.Plan()
	return p, len(problems) == 0
}

func (d *FlowDefinition) scheduled() bool {
	return d.Trigger == TriggerDate || d.Trigger == TriggerFrequency
}

// SameSchedule says whether two definitions run by themselves at the same times.
func (d *FlowDefinition) SameSchedule(other *FlowDefinition) bool {
	return d.Trigger == other.Trigger && reflect.DeepEqual(d.Schedule, other.Schedule)
}

// Plan compiles the schedule. Problems have paths from the input's "schedule" on; with any of them there is no plan.
func (s *Schedule) Plan() (schedule.Plan, []Problem) {
	b := builder{s: s, zone: schedule.Zone(s.TimeZone)}
	rule := b.rule()
	switch s.Missed {
	case "", MissedSkip, MissedOnce, MissedAll:
	default:
		b.wrong(b.kind+".missed", "there is no policy %q for missed runs; use SKIP, ONCE or ALL", Clip(string(s.Missed), 20))
	}
	p := schedule.Plan{Rule: rule}
	Assign(&p.Start, s.Start)
	Assign(&p.End, s.End)
	if s.Start != nil && s.End != nil && !s.Start.Before(*s.End) {
		b.wrong(b.kind+".end", "the end must be after the start")
	}
	return p, b.problems
}

// builder compiles a schedule and gathers what is wrong.
type builder struct {
	s        *Schedule
	zone     *time.Location
	kind     string // the field of the input that is set
	problems []Problem
}

func (b *builder) wrong(path, format string, args ...any) {
	b.problems = append(b.problems, Problem{Code: ProblemScheduleInvalid, Path: joinPath("schedule", path), Message: fmt.Sprintf(format, args...)})
}

func (b *builder) rule() schedule.Rule {
	s := b.s
	set := 0
	for _, is := range []bool{s.Instant != nil, s.Local != "", s.Cron != "", s.Interval != nil} {
		if is {
			set++
		}
	}
	if set != 1 {
		b.wrong("", "a schedule is exactly one of cron, interval, date and instant")
		return nil
	}
	switch {
	case s.Instant != nil:
		b.kind = "instant"
		if y := s.Instant.UTC().Year(); y < firstYear || y > lastYear {
			b.wrong("instant.at", "the year must be between %d and %d", firstYear, lastYear)
		}
		return schedule.Once(*s.Instant)
	case s.Local != "":
		b.kind = "date"
		reading, ok := b.reading("date.local", s.Local)
		if !b.hasZone() || !ok {
			return nil
		}
		return schedule.Once(schedule.At(reading, b.zone))
	case s.Cron != "":
		b.kind = "cron"
		return b.cron()
	}
	b.kind = "interval"
	return b.interval()
}

func (b *builder) cron() schedule.Rule {
	zone := b.zone
	if !b.hasZone() {
		zone = time.UTC // to tell what else is wrong
	}
	c, err := schedule.ParseCron(b.s.Cron, zone)
	var at *schedule.CronError
	if errors.As(err, &at) {
		b.wrong("cron.expression", "at character %d: %s", at.Position, at.Message)
		return nil
	}
	return c
}

func (b *builder) interval() schedule.Rule {
	in := b.s.Interval
	if in.Every < 1 || in.Every > schedule.MaxEvery {
		b.wrong("interval.every", "must be between 1 and %d; the shortest interval is one minute", schedule.MaxEvery)
	}
	switch in.Unit {
	case UnitMinutes, UnitHours, UnitDays, UnitWeeks, UnitMonths:
	default:
		b.wrong("interval.unit", "there is no unit %q; use MINUTES, HOURS, DAYS, WEEKS or MONTHS", Clip(string(in.Unit), 20))
	}
	anchor, ok := schedule.DefaultAnchor, true
	if in.Anchor != "" {
		anchor, ok = b.reading("interval.anchor", in.Anchor)
	}
	if !b.hasZone() || !ok || len(b.problems) > 0 {
		return nil
	}
	return schedule.Interval{Every: in.Every, Unit: schedule.Unit(in.Unit), Anchor: anchor, Zone: b.zone}
}

func (b *builder) hasZone() bool {
	if b.zone == nil {
		b.wrong(b.kind+".timeZone", "there is no time zone %q; give its IANA name, such as America/Sao_Paulo or Europe/Lisbon", Clip(b.s.TimeZone, 40))
	}
	return b.zone != nil
}

func (b *builder) reading(path, text string) (time.Time, bool) {
	t, err := time.Parse(LocalLayout, text)
	if err != nil || t.Year() < firstYear || t.Year() > lastYear {
		b.wrong(path, "%q is no date and time between %d and %d; write it without an offset, such as 2026-12-01T08:00:00", Clip(text, 40), firstYear, lastYear)
		return t, false
	}
	return t, true
}

// triggerProblems judges what starts the flow.
func triggerProblems(f *Flow, facts FlowFacts) []Problem {
	d := &f.Definition
	wrong := func(code ProblemCode, path, next, format string, args ...any) []Problem {
		return []Problem{{Code: code, Path: path, Message: fmt.Sprintf(format, args...), NextStep: next}}
	}
	var p []Problem
	switch d.Trigger {
	case TriggerEvent, "":
	case TriggerManual, TriggerDate, TriggerFrequency:
		if names := eventNames(facts.Events); names != "" {
			p = wrong(ProblemTriggerMismatch, "trigger", "take it out of them, or let its trigger be EVENT",
				"events run flows with the trigger EVENT only, and this flow is run by: %s", names)
		}
	default:
		return wrong(ProblemSettingInvalid, "trigger", "", "there is no trigger %q; use EVENT, MANUAL, DATE or FREQUENCY", Clip(string(d.Trigger), 20))
	}
	switch s := d.Schedule; {
	case s == nil && d.Trigger == TriggerDate:
		return append(p, wrong(ProblemScheduleMissing, "schedule", "give schedule.date or schedule.instant", "The trigger DATE needs a date")...)
	case s == nil && d.Trigger == TriggerFrequency:
		return append(p, wrong(ProblemScheduleMissing, "schedule", "give schedule.cron or schedule.interval", "The trigger FREQUENCY needs a cron expression or an interval")...)
	case s == nil:
		return p
	case !d.scheduled():
		return append(p, wrong(ProblemScheduleInvalid, "schedule", "leave it out, or change the trigger to DATE or FREQUENCY",
			"a flow with the trigger %s has no schedule", d.Trigger)...)
	case s.isDate() && d.Trigger == TriggerFrequency:
		return append(p, wrong(ProblemScheduleInvalid, "schedule", "change the trigger to DATE, or give schedule.cron or schedule.interval", "the trigger FREQUENCY takes no date")...)
	case !s.isDate() && d.Trigger == TriggerDate:
		return append(p, wrong(ProblemScheduleInvalid, "schedule", "change the trigger to FREQUENCY, or give schedule.date or schedule.instant", "the trigger DATE takes one date")...)
	}
	_, problems := d.Schedule.Plan()
	p = append(p, problems...)
	if !f.Enabled { // an enabled one may have run its last
		p = append(p, PastProblems(d, facts.Now)...)
	}
	return p
}

// PastProblems says that it will never be time for a flow that runs by itself: nothing of its schedule lies after now.
func PastProblems(d *FlowDefinition, now time.Time) []Problem {
	plan, ok := d.Plan()
	if !ok {
		return nil
	}
	if _, ok := plan.Next(now); ok {
		return nil
	}
	message, next := "its date is in the past", "give a date in the future"
	if d.Trigger == TriggerFrequency {
		message, next = "its end comes before the next run", "give a later end or none"
	}
	return []Problem{{Code: ProblemSchedulePast, Path: "schedule", Message: "it would never run: " + message, NextStep: next}}
}

func eventNames(events []*Event) string {
	var names []string
	for i, e := range events {
		if i == 5 {
			names = append(names, fmt.Sprintf("and %d more", len(events)-i))
			break
		}
		names = append(names, fmt.Sprintf("%q", Clip(e.Description, 60)))
	}
	return strings.Join(names, ", ")
}
