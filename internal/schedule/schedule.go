// Package schedule says when something runs by itself: once, by a cron expression, or every so often. It is a room of its own
// because it is a language with a calendar behind it and knows nothing of flows. It is pure: the time is a parameter.
//
// # Wall clocks
//
// A cron expression and an interval of days, weeks or months speak of what a clock on the wall of a time zone shows. Twice a
// year such a clock may be set, and then:
//
//   - A time that the clock leaps over runs right after the leap. Several such times run once.
//   - A time that the clock shows twice runs once, when it is shown first.
//
// An interval of minutes or hours counts elapsed time and does not look at the wall. Whoever wants runs that are evenly
// spaced on the day on which the clock is set takes an interval.
//
// Zones come with the program (time/tzdata) if the machine has none.
package schedule

import (
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // zones must work on a machine without zoneinfo
)

// Rule says when it is time. Cron, Interval and Once are rules.
type Rule interface {
	// Next is the first time after t; ok is false if there is none.
	Next(t time.Time) (next time.Time, ok bool)
}

// Once is the rule of one time.
type Once time.Time

// Next is the time itself, if it is after t.
func (o Once) Next(t time.Time) (time.Time, bool) { return time.Time(o), time.Time(o).After(t) }

// Plan is a rule within bounds. Zero bounds do not bound.
type Plan struct {
	Rule  Rule
	Start time.Time // nothing is before it
	End   time.Time // nothing is after it
}

// Next is the first time after t; ok is false if there is none any more. It is always later than t, in UTC.
func (p Plan) Next(t time.Time) (next time.Time, ok bool) {
	if !p.Start.IsZero() && t.Before(p.Start) {
		t = p.Start.Add(-1)
	}
	next, ok = p.Rule.Next(t)
	if !ok || !p.End.IsZero() && next.After(p.End) {
		return time.Time{}, false
	}
	return next.UTC(), true
}

// Upcoming lists the next times after t, at most n.
func (p Plan) Upcoming(t time.Time, n int) []time.Time {
	list := []time.Time{}
	for len(list) < n {
		next, ok := p.Next(t)
		if !ok {
			break
		}
		list, t = append(list, next), next
	}
	return list
}

// Last is the last time from a planned one on that is not after now; from itself if there is none. It takes few steps,
// however long ago that was.
func (p Plan) Last(from, now time.Time) time.Time {
	last := from
	for back := time.Minute; ; back *= 2 {
		start := now.Add(-back)
		if !start.After(from) {
			start = from
		}
		t, ok := p.Next(start)
		for ok && !t.After(now) {
			last = t
			t, ok = p.Next(t)
		}
		if last != from || start.Equal(from) {
			return last
		}
	}
}

var zones sync.Map // name → *time.Location; only names that exist, so it is bounded

// Zone finds a time zone by its IANA name, such as "America/Sao_Paulo"; nil if there is none. "Local" is none: what it is
// would depend on the machine.
func Zone(name string) *time.Location {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location)
	}
	if name == "" || strings.EqualFold(name, "Local") {
		return nil
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	zones.Store(name, z)
	return z
}

// wall is what a clock shows: a time in UTC that stands for the same reading in some zone.
type wall = time.Time

// wallOf is what a clock in a zone shows at a time.
func wallOf(t time.Time, zone *time.Location) wall {
	t = t.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// At is when a clock in a zone first shows a reading; when it leaps over it, right after the leap. The zone in which the
// reading itself is written does not count.
func At(w time.Time, zone *time.Location) time.Time {
	t := time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), w.Nanosecond(), zone)
	begin, end := t.ZoneBounds()
	switch shown := wallOf(t, zone).Compare(wallOf(w, w.Location())); {
	case shown > 0:
		return begin
	case shown < 0:
		return end
	}
	if begin.IsZero() {
		return t
	}
	// The clock may have been set back at begin, and shown the same before.
	_, offset := t.Zone()
	_, before := begin.Add(-1).Zone()
	if first := t.Add(time.Duration(offset-before) * time.Second); before > offset && first.Before(begin) {
		return first
	}
	return t
}
