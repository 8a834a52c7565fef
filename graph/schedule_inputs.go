package graph

import (
	"cmp"
	"time"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// flowSchedule reads a schedule; nil clears it.
func flowSchedule(in *model.FlowScheduleInput) (**hub.Schedule, error) {
	var out *hub.Schedule
	if in == nil {
		return &out, nil
	}
	set := 0
	if v := in.Cron; v != nil {
		set++
		out = &hub.Schedule{Cron: v.Expression, TimeZone: v.TimeZone, Missed: v.Missed, Start: v.Start, End: v.End}
		if v.Expression == "" {
			return nil, hub.Invalid("schedule.cron.expression", "the expression is empty; write it such as \"0 8 * * MON-FRI\"")
		}
	}
	if v := in.Interval; v != nil {
		set++
		interval := &hub.ScheduleInterval{Every: v.Every, Unit: v.Unit}
		hub.Assign(&interval.Anchor, v.Anchor)
		out = &hub.Schedule{Interval: interval, TimeZone: v.TimeZone, Missed: v.Missed, Start: v.Start, End: v.End}
	}
	if v := in.Date; v != nil {
		set++
		out = &hub.Schedule{Local: v.Local, TimeZone: v.TimeZone, Missed: v.Missed}
	}
	if v := in.Instant; v != nil {
		set++
		out = &hub.Schedule{Instant: &v.At, Missed: v.Missed}
	}
	if set != 1 { // what stands in a variable is not judged by the schema's @oneOf
		return nil, hub.Invalid("schedule", "a schedule is exactly one of cron, interval, date and instant")
	}
	return &out, nil
}

// scheduleOf shapes a schedule; nil if there is none.
func scheduleOf(s *hub.Schedule) model.FlowSchedule {
	switch {
	case s == nil:
		return nil
	case s.Cron != "":
		return &model.CronSchedule{Expression: s.Cron, TimeZone: s.TimeZone, Missed: s.Policy(), Start: s.Start, End: s.End}
	case s.Interval != nil:
		return &model.IntervalSchedule{Every: s.Interval.Every, Unit: s.Interval.Unit, Anchor: optional(s.Interval.Anchor), TimeZone: s.TimeZone,
			Missed: s.Policy(), Start: s.Start, End: s.End}
	}
	out := &model.DateSchedule{Local: optional(s.Local), TimeZone: cmp.Or(s.TimeZone, "UTC"), Missed: s.Policy()}
	if plan, problems := s.Plan(); len(problems) == 0 {
		if at, ok := plan.Next(time.Time{}); ok {
			out.At = &at
		}
	}
	return out
}

// manyRuns reads how many planned times are asked for.
func manyRuns(first *int) (int, error) {
	switch {
	case first == nil:
		return 5, nil
	case *first < 1 || *first > hub.MaxNextRuns:
		return 0, hub.Invalid("first", "must be between 1 and %d", hub.MaxNextRuns)
	}
	return *first, nil
}

func flowRunInput(in model.FlowRunInput) (out hub.FlowRunInput, err error) {
	hub.Assign(&out.ID, in.IdempotencyKey)
	if !isNull(in.Parameters) {
		out.Parameters = in.Parameters
	}
	for i, id := range in.Records {
		key, err := hub.ParseKey(hub.KindRecord, id, hub.Path("records", i))
		if err != nil {
			return out, err
		}
		out.RecordKeys = append(out.RecordKeys, key)
	}
	if in.Records != nil && len(in.Records) == 0 {
		return out, hub.Invalid("records", "the list is empty; name a record, or leave the list out to have the source query find them")
	}
	return out, nil
}
