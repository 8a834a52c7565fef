package mapping

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// moment is a point in time, or a day of the calendar that is the same everywhere.
type moment struct {
	t        time.Time
	floating bool
}

var errNoMoment = errors.New("the value is no date: write it as 2026-09-17T14:00:34Z, 2026-09-17T11:00:34-03 or 2026-09-17")

// parseMoment reads RFC 3339, the offset of whole hours that the product writes (2016-07-12T20:00:00-03), and a date alone.
func parseMoment(s string) (moment, error) {
	s = strings.TrimSpace(s)
	if len(s) < len(time.DateOnly) || len(s) > 40 {
		return moment{}, errNoMoment
	}
	if len(s) == len(time.DateOnly) {
		t, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return moment{}, errNoMoment
		}
		return moment{t, true}, nil
	}
	layout := time.RFC3339
	if n := len(s); s[n-3] == '+' || s[n-3] == '-' {
		layout = "2006-01-02T15:04:05Z07"
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		return moment{}, errNoMoment
	}
	return moment{t, false}, nil
}

// in is the time as clocks in a place show it. A day of the calendar is the same day there.
func (m moment) in(zone *time.Location) time.Time {
	if m.floating {
		return m.t
	}
	return m.t.In(zone)
}

// mostDays bounds what add_days adds: a century.
const mostDays = 36_525

// addDays moves by days of the calendar, so that the hour of the day stays across a change of the clocks. An hour that a
// change skips becomes the one after the gap; of an hour that comes twice it is the first.
func (m moment) addDays(n int, zone *time.Location) moment {
	if m.floating {
		return moment{m.t.AddDate(0, 0, n), true}
	}
	t := m.t.In(zone)
	return moment{atWall(wall(t).AddDate(0, 0, n), zone), false}
}

// atWall is when the clocks of a zone show a time, which is given as if it were UTC. The offset that held the day before
// yields the first of two such times, and in a gap the one after it.
func atWall(want time.Time, zone *time.Location) time.Time {
	const day = 24 * time.Hour
	first := at(want, want.Add(-day).In(zone))
	if wall(first).Equal(want) {
		return first
	}
	if second := at(want, want.Add(day).In(zone)); wall(second).Equal(want) {
		return second
	}
	return first
}

// at reads what clocks show by the offset that another time has.
func at(want, other time.Time) time.Time {
	_, offset := other.Zone()
	return want.Add(-time.Duration(offset) * time.Second).In(other.Location())
}

// wall is what the clocks show, as if it were UTC.
func wall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

func (m moment) String() string {
	if m.floating {
		return m.t.Format(time.DateOnly)
	}
	return m.t.Format(time.RFC3339Nano)
}

// pattern is a compiled date pattern: letters as the Unicode CLDR has them.
type pattern struct {
	parts []part
}

// part is a run of one letter, or text.
type part struct {
	letter byte // 0 for text
	count  int
	text   string
}

// styles are the words that stand for a pattern of the locale.
var styles = []string{"short", "medium", "long", "full"}

// named is the pattern that a word stands for; false if the word is none.
func named(word string, l *locale) (string, bool) {
	switch word {
	case "time":
		return l.time, true
	case "datetime":
		word = "medium_datetime"
	}
	for i, style := range styles {
		switch word {
		case style:
			return l.dates[i], true
		case style + "_datetime":
			return l.dates[i] + l.joins[i] + l.time, true
		}
	}
	return "", false
}

// maxPattern bounds a pattern, in bytes.
const maxPattern = 200

// letters that a pattern may have, each with how often it may stand in a row.
var letters = map[byte]int{'y': 4, 'M': 4, 'L': 4, 'd': 2, 'E': 4, 'H': 2, 'h': 2, 'm': 2, 's': 2, 'S': 9, 'a': 1, 'X': 3, 'x': 3}

// compilePattern reads a word such as long, or a pattern such as dd/MM/yyyy HH:mm. Text that has letters stands between
// apostrophes; two of them are one.
func compilePattern(s string, l *locale) (*pattern, error) {
	if p, ok := named(s, l); ok {
		s = p
	}
	if strings.TrimSpace(s) == "" || len(s) > maxPattern {
		return nil, fmt.Errorf("the pattern must have 1 to %d bytes", maxPattern)
	}
	p := &pattern{}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\'':
			text, n, err := quoted(s[i:])
			if err != nil {
				return nil, err
			}
			p.parts, i = append(p.parts, part{text: text}), i+n
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			n := 1
			for i+n < len(s) && s[i+n] == c {
				n++
			}
			if n > letters[c] {
				return nil, fmt.Errorf("%q is no part of a date pattern: use y M d E H h m s S a X, the words short, medium, long, full, time, datetime, or put text between apostrophes", s[i:i+n])
			}
			p.parts, i = append(p.parts, part{letter: c, count: n}), i+n
		default:
			n := strings.IndexFunc(s[i:], func(r rune) bool { return r == '\'' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
			if n < 0 {
				n = len(s) - i
			}
			p.parts, i = append(p.parts, part{text: s[i : i+n]}), i+n
		}
	}
	return p, nil
}

// quoted reads a text between apostrophes at the beginning of s, and how many bytes it took.
func quoted(s string) (string, int, error) {
	if strings.HasPrefix(s, "''") {
		return "'", 2, nil
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] != '\'':
			b.WriteByte(s[i])
		case i+1 < len(s) && s[i+1] == '\'':
			b.WriteByte('\'')
			i++
		default:
			return b.String(), i + 1, nil
		}
	}
	return "", 0, errors.New("the pattern has an apostrophe without its second one")
}

func (p *pattern) format(t time.Time, l *locale) string {
	var b strings.Builder
	for _, q := range p.parts {
		if q.letter == 0 {
			b.WriteString(q.text)
		} else {
			b.WriteString(q.write(t, l))
		}
	}
	return b.String()
}

func (q part) write(t time.Time, l *locale) string {
	switch q.letter {
	case 'y':
		if q.count == 2 {
			return pad(t.Year()%100, 2)
		}
		return pad(t.Year(), q.count)
	case 'M', 'L':
		return q.choose(int(t.Month()), l.shortMonths[t.Month()-1], l.months[t.Month()-1])
	case 'd':
		return pad(t.Day(), q.count)
	case 'E':
		if q.count == 4 {
			return l.weekdays[t.Weekday()]
		}
		return l.shortWeekdays[t.Weekday()]
	case 'H':
		return pad(t.Hour(), q.count)
	case 'h':
		return pad((t.Hour()+11)%12+1, q.count)
	case 'm':
		return pad(t.Minute(), q.count)
	case 's':
		return pad(t.Second(), q.count)
	case 'S':
		return pad(t.Nanosecond(), 9)[:q.count]
	case 'a':
		return l.halves[t.Hour()/12]
	}
	return q.offset(t)
}

// choose is a number, a short name or a long one, by how often the letter stands.
func (q part) choose(n int, short, long string) string {
	switch q.count {
	case 3:
		return short
	case 4:
		return long
	}
	return pad(n, q.count)
}

// offset writes the distance to UTC: -03, -0300, -03:00. A large X writes Z for none.
func (q part) offset(t time.Time) string {
	_, seconds := t.Zone()
	if seconds == 0 && q.letter == 'X' {
		return "Z"
	}
	switch q.count {
	case 1:
		return t.Format("-07")
	case 2:
		return t.Format("-0700")
	}
	return t.Format("-07:00")
}

func pad(n, width int) string {
	s := strconv.Itoa(n)
	if len(s) < width {
		s = strings.Repeat("0", width-len(s)) + s
	}
	return s
}
