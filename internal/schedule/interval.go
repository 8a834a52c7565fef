package schedule

import "time"

// Unit is what an interval counts.
type Unit string

// The units. Minutes and hours are elapsed time; the others are dates of a calendar.
const (
	Minutes Unit = "MINUTES"
	Hours   Unit = "HOURS"
	Days    Unit = "DAYS"
	Weeks   Unit = "WEEKS"
	Months  Unit = "MONTHS"
)

// MaxEvery is how many units an interval can be.
const MaxEvery = 10_000

// Interval is every so many units from an anchor on, which is the first time.
type Interval struct {
	Every  int // from 1 to MaxEvery
	Unit   Unit
	Anchor time.Time // what the clock of the zone shows at the first time; its own zone does not count
	Zone   *time.Location
}

// DefaultAnchor is the anchor of an interval that has none: midnight on a Monday long ago, so that weeks begin on Mondays
// and an even number of hours falls on even hours.
var DefaultAnchor = time.Date(1970, 1, 5, 0, 0, 0, 0, time.UTC)

// Next is the first time after t.
func (i Interval) Next(t time.Time) (time.Time, bool) {
	first := At(i.Anchor, i.Zone)
	if t.Before(first) {
		return first, true
	}
	switch i.Unit {
	case Minutes, Hours:
		step := time.Minute
		if i.Unit == Hours {
			step = time.Hour
		}
		step *= time.Duration(i.Every)
		return t.Add(step - t.Sub(first)%step), true
	}
	for n := i.near(t); ; n++ {
		if next := At(i.nth(n), i.Zone); next.After(t) {
			return next, true
		}
	}
}

// near is the number of a time that is not after t, and of which t is few steps away.
func (i Interval) near(t time.Time) int {
	w := wallOf(t, i.Zone)
	var passed int
	switch i.Unit {
	case Months:
		passed = 12*(w.Year()-i.Anchor.Year()) + int(w.Month()) - int(i.Anchor.Month())
	case Weeks:
		passed = int(w.Sub(wallOf(i.Anchor, i.Anchor.Location())) / (7 * 24 * time.Hour))
	default:
		passed = int(w.Sub(wallOf(i.Anchor, i.Anchor.Location())) / (24 * time.Hour))
	}
	return max(passed/i.Every-1, 0)
}

// nth is the reading of the clock n steps after the anchor. A month that has no such day has it on its last.
func (i Interval) nth(n int) wall {
	a := wallOf(i.Anchor, i.Anchor.Location())
	n *= i.Every
	switch i.Unit {
	case Months:
		month := time.Date(a.Year(), a.Month()+time.Month(n), 1, a.Hour(), a.Minute(), a.Second(), 0, time.UTC)
		last := time.Date(month.Year(), month.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
		return month.AddDate(0, 0, min(a.Day(), last)-1)
	case Weeks:
		return a.AddDate(0, 0, 7*n)
	}
	return a.AddDate(0, 0, n)
}
