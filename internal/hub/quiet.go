package hub

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/mapping"
	"github.com/recado-hub/recado/internal/schedule"
)

// QuietHours are those in which a flow sends nothing: what would go then waits until they are over. Waiting counts for the age of a
// delivery as any other does.
type QuietHours struct {
	From     string    `json:"from"`               // what a clock shows when they begin: "22:00"
	To       string    `json:"to"`                 // and when they end; on the next day, if that is not after From
	Days     []Weekday `json:"days,omitempty"`     // on which they begin; empty: on all
	Zone     QuietZone `json:"zone,omitempty"`     // whose clock that is; empty: RECIPIENT
	TimeZone string    `json:"timeZone,omitempty"` // with NAMED, by its IANA name
}

// QuietZone says whose clock counts.
type QuietZone string

// Whose clock counts.
const (
	QuietRecipient QuietZone = "RECIPIENT" // by the first digits of their number: it is quiet if it is in any of the zones in which that may be; the flow's if there is none
	QuietFlow      QuietZone = "FLOW"      // that of the flow's setting timeZone
	QuietNamed     QuietZone = "NAMED"     // that of a zone of their own
)

// Weekday is a day of the week.
type Weekday string

// The days, in the order of time.Weekday.
const (
	Sunday    Weekday = "SUNDAY"
	Monday    Weekday = "MONDAY"
	Tuesday   Weekday = "TUESDAY"
	Wednesday Weekday = "WEDNESDAY"
	Thursday  Weekday = "THURSDAY"
	Friday    Weekday = "FRIDAY"
	Saturday  Weekday = "SATURDAY"
)

var weekdays = []Weekday{Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday}

// Whose is whose clock counts, the default written out.
func (q *QuietHours) Whose() QuietZone {
	if q.Zone == "" {
		return QuietRecipient
	}
	return q.Zone
}

// AllDays are the days on which they begin, the default written out, in the order of the week.
func (q *QuietHours) AllDays() []Weekday {
	if len(q.Days) == 0 {
		return slices.Clone(weekdays)
	}
	days := slices.Clone(q.Days)
	slices.SortFunc(days, func(a, b Weekday) int { return slices.Index(weekdays, a) - slices.Index(weekdays, b) })
	return days
}

// Quiet are quiet hours, ready to be asked.
type Quiet struct {
	window schedule.Window
	whose  QuietZone
	zone   *time.Location // of the flow, or of their own
}

// Quiet are the quiet hours of the settings; nil without any, and for such as make no sense any more.
func (s FlowSettings) Quiet() *Quiet {
	if s.QuietHours == nil {
		return nil
	}
	q, problems := s.quiet()
	if len(problems) > 0 {
		return nil
	}
	return q
}

// Until says when a message to a recipient may go, and why not before; it is now, without a reason, if it is not quiet.
func (q *Quiet) Until(recipient string, now time.Time) (time.Time, *Reason) {
	if q.whose == QuietRecipient {
		if zones := zonesOf(recipient); len(zones) > 0 {
			if end, last, ok := q.over(zones, now); ok {
				return q.told(end, now, last, "it is quiet in %s, where the recipient may be, until %s")
			}
		}
	}
	end, zone, _ := q.over([]*time.Location{q.zone}, now)
	if q.whose == QuietRecipient {
		return q.told(end, now, zone, "it is quiet in %s, the time zone of the flow, until %s; that of the recipient is not known")
	}
	return q.told(end, now, zone, "it is quiet in %s until %s")
}

func (q *Quiet) told(end, now time.Time, zone *time.Location, format string) (time.Time, *Reason) {
	if !end.After(now) {
		return now, nil
	}
	return end, &Reason{Code: ReasonQuietHours, Path: "settings.quietHours", Message: fmt.Sprintf(format, zone, end.In(zone).Format(time.RFC3339))}
}

// over is the first time from one on at which it is quiet in none of some zones, and in which it was quiet last. ok is false where it
// always is in one of them.
func (q *Quiet) over(zones []*time.Location, now time.Time) (end time.Time, last *time.Location, ok bool) {
	end, last = now, zones[0]
	for calm := 0; calm < len(zones); {
		if end.Sub(now) > mostQuiet {
			return now, last, false
		}
		zone := zones[calm]
		next, ends := q.window.Ends(end, zone)
		switch {
		case !ends:
			return now, last, false
		case next.After(end):
			end, last = next, zone
			zones[0], zones[calm] = zones[calm], zones[0] // the others are asked anew
			calm = 1
		default:
			calm++
		}
	}
	return end, last, true
}

// mostQuiet is for how long zones together can keep a message from going.
const mostQuiet = 8 * 24 * time.Hour

// zonesOf are the zones in which a recipient may be.
func zonesOf(recipient string) (zones []*time.Location) {
	for _, name := range mapping.Zones(recipient) {
		if zone := schedule.Zone(name); zone != nil {
			zones = append(zones, zone)
		}
	}
	return zones
}

// quiet compiles the quiet hours, and says what is wrong with them.
func (s FlowSettings) quiet() (*Quiet, []Problem) {
	h := s.QuietHours
	var p []Problem
	wrong := func(path, format string, args ...any) {
		p = append(p, Problem{Code: ProblemSettingInvalid, Path: joinPath("settings.quietHours", path), Message: fmt.Sprintf(format, args...)})
	}
	q := &Quiet{whose: h.Whose()}
	reading := func(path, text string) int {
		at, ok := minutes(text)
		if !ok {
			wrong(path, "%q is no time of the day; write hours and minutes, such as 22:00 or 07:30", Clip(text, 20))
		}
		return at
	}
	q.window.From, q.window.To = reading("from", h.From), reading("to", h.To)
	days := h.Days
	if len(days) == 0 {
		days = weekdays
	}
	for i, day := range days {
		if at := slices.Index(weekdays, day); at >= 0 {
			q.window.Days[at] = true
		} else {
			wrong(Path("days", i), "there is no day %q; use MONDAY to SUNDAY", Clip(string(day), 20))
		}
	}
	switch h.Whose() {
	case QuietRecipient, QuietFlow:
		q.zone = time.UTC
		if zone := schedule.Zone(s.TimeZone); zone != nil {
			q.zone = zone
		}
		if h.TimeZone != "" {
			wrong("timeZone", "a time zone goes with the zone NAMED")
		}
	case QuietNamed:
		if q.zone = schedule.Zone(h.TimeZone); q.zone == nil {
			wrong("timeZone", "there is no time zone %q; give its IANA name, such as America/Sao_Paulo or Europe/Lisbon", Clip(h.TimeZone, 40))
		}
	default:
		wrong("zone", "there is no such choice; use RECIPIENT, FLOW or NAMED")
	}
	if len(p) == 0 && q.window.Longest() >= 7*24*time.Hour {
		wrong("", "it would always be quiet; leave some time of the week in which messages go")
	}
	return q, p
}

// minutes reads what a clock shows, from midnight.
func minutes(text string) (at int, ok bool) {
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil && len(text) == len("15:04")
}

// quietProblems judges the quiet hours, and warns where they would cost messages.
func (s FlowSettings) quietProblems() []Problem {
	if s.QuietHours == nil {
		return nil
	}
	q, p := s.quiet()
	if len(p) > 0 {
		return p
	}
	warn := func(code ProblemCode, path, message, next string) {
		p = append(p, Problem{Code: code, Path: path, Severity: SeverityWarning, Message: message, NextStep: next})
	}
	if age, longest := s.Retry().MaxAge, q.window.Longest(); age <= longest {
		warn(ProblemQuietTooLong, "settings.maxAge", fmt.Sprintf("it is quiet for up to %s, and a message is given up after %s: some would never go", plainSpan(longest), plainSpan(age)),
			"let messages grow older, or the quiet hours be shorter")
	}
	if s.TimeZone == "" && q.whose != QuietNamed {
		warn(ProblemZoneMissing, "settings.timeZone", "the flow has no time zone, so its quiet hours are those of UTC where no other zone is known", "give the flow a time zone")
	}
	return p
}

// plainSpan writes a span of time without units that are zero: 9h, 48h, 1h30m, 10s.
func plainSpan(d time.Duration) string {
	s := d.String()
	if t, ok := strings.CutSuffix(s, "m0s"); ok {
		s = t + "m"
	}
	if t, ok := strings.CutSuffix(s, "h0m"); ok {
		s = t + "h"
	}
	return s
}

// quiet puts quiet hours under the names that they have in the schema.
func (l leaves) quiet(q *QuietHours) {
	if q == nil {
		return
	}
	l.put(q.From, "settings", "quietHours", "from")
	l.put(q.To, "settings", "quietHours", "to")
	l.put(q.AllDays(), "settings", "quietHours", "days")
	l.put(q.Whose(), "settings", "quietHours", "zone")
	l.put(q.TimeZone, "settings", "quietHours", "timeZone")
}
