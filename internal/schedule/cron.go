package schedule

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Cron is a cron expression in a time zone.
type Cron struct {
	minutes, hours, days, months, weekdays uint64 // bit n: the value n
	eitherDay                              bool   // both day fields are narrowed: a day that satisfies one of them will do
	zone                                   *time.Location
}

// CronError says what is wrong with a cron expression and where.
type CronError struct {
	Position int    // of the first character at fault, from 1
	Message  string // one sentence that ends with an example
}

// Error is the message with the position.
func (e *CronError) Error() string { return fmt.Sprintf("at character %d: %s", e.Position, e.Message) }

// MaxCron is how many bytes a cron expression can have.
const MaxCron = 200

// field is one of the five fields of an expression.
type field struct {
	name     string
	min, max int
	names    []string // of the values from min on
	example  string
}

var cronFields = [5]field{
	{"minute of the hour", 0, 59, nil, "0 or */15"},
	{"hour of the day", 0, 23, nil, "8 or 8-18"},
	{"day of the month", 1, 31, nil, "1 or 1,15"},
	{"month of the year", 1, 12, []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}, "6 or JAN-MAR"},
	{"day of the week", 0, 7, []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}, "1 or MON-FRI"},
}

const cronExample = `such as "0 8 * * MON-FRI" for eight in the morning from Monday to Friday`

var cronWords = map[string]string{"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
	"@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *"}

// ParseCron reads a cron expression of five fields: minute, hour, day of the month, month, day of the week (0 and 7 are
// Sunday). A field is *, a value, a range 8-18, either with a step /2, or a list of these; months and days of the week may
// be written as JAN and MON. When both day fields are narrowed, a day that satisfies one of them will do, as in every cron.
// @hourly, @daily, @weekly, @monthly and @yearly stand for what they say. An error is a *CronError.
func ParseCron(text string, zone *time.Location) (*Cron, error) {
	if len(text) > MaxCron {
		return nil, &CronError{MaxCron + 1, fmt.Sprintf("a cron expression can have at most %d characters, %s", MaxCron, cronExample)}
	}
	c, err := parseCron(text, zone)
	var at *CronError
	if errors.As(err, &at) { // people count characters
		at.Position = utf8.RuneCountInString(text[:at.Position-1]) + 1
	}
	return c, err
}

// parseCron is ParseCron with positions in bytes.
func parseCron(text string, zone *time.Location) (*Cron, error) {
	if full, ok := cronWords[strings.ToLower(strings.TrimSpace(text))]; ok {
		text = full
	}
	words := split(text)
	if len(words) != len(cronFields) {
		return nil, &CronError{countPosition(text, words), fmt.Sprintf("a cron expression has 5 fields (minute, hour, day of the month, month, day of the week), this one has %d; write it %s",
			len(words), cronExample)}
	}
	c := &Cron{zone: zone}
	for i, into := range []*uint64{&c.minutes, &c.hours, &c.days, &c.months, &c.weekdays} {
		set, err := cronFields[i].parse(words[i])
		if err != nil {
			return nil, err
		}
		*into = set
	}
	c.weekdays = c.weekdays&0x7f | c.weekdays>>7
	c.eitherDay = !strings.HasPrefix(words[2].text, "*") && !strings.HasPrefix(words[4].text, "*")
	if !c.possible() {
		return nil, &CronError{words[2].at, "no year has such a day, so it would never run; write a day that exists, " + cronExample}
	}
	return c, nil
}

// word is a part of an expression with its position, from 1.
type word struct {
	text string
	at   int
}

func split(text string) (words []word) {
	start := -1
	for i := 0; i <= len(text); i++ {
		switch space := i == len(text) || text[i] == ' ' || text[i] == '\t'; {
		case space && start >= 0:
			words = append(words, word{text[start:i], start + 1})
			start = -1
		case !space && start < 0:
			start = i
		}
	}
	return words
}

// countPosition is where a field is missing or the first one too many begins.
func countPosition(text string, words []word) int {
	if len(words) > len(cronFields) {
		return words[len(cronFields)].at
	}
	return len(text) + 1
}

func (f field) parse(w word) (set uint64, err error) {
	at := w.at
	for part := range strings.SplitSeq(w.text, ",") {
		one, err := f.part(word{part, at})
		if err != nil {
			return 0, err
		}
		set |= one
		at += len(part) + 1
	}
	return set, nil
}

// part reads one element of a list: a value, a range or *, with or without a step.
func (f field) part(w word) (uint64, error) {
	span, stepText, stepped := strings.Cut(w.text, "/")
	low, high := f.min, f.max
	if f.max == 7 {
		high = 6 // 7 is Sunday a second time
	}
	if span != "*" {
		from, to, ranged := strings.Cut(span, "-")
		var err error
		if low, err = f.value(word{from, w.at}); err != nil {
			return 0, err
		}
		switch {
		case ranged:
			if high, err = f.value(word{to, w.at + len(from) + 1}); err != nil {
				return 0, err
			}
		case !stepped:
			high = low
		}
		if high < low {
			return 0, f.wrong(w.at, fmt.Sprintf("the range %s runs backwards", clip(span)))
		}
	}
	step := 1
	if stepped {
		n, err := strconv.Atoi(stepText)
		if err != nil || n < 1 || n > f.max || stepText[0] == '+' {
			return 0, f.wrong(w.at+len(span)+1, fmt.Sprintf("the step must be a number from 1 to %d", f.max))
		}
		step = n
	}
	var set uint64
	for v := low; v <= high; v += step {
		set |= 1 << v
	}
	return set, nil
}

func (f field) value(w word) (int, error) {
	for i, name := range f.names {
		if strings.EqualFold(w.text, name) {
			return f.min + i, nil
		}
	}
	n, err := strconv.Atoi(w.text)
	if err != nil || n < f.min || n > f.max || w.text[0] == '+' || w.text[0] == '-' {
		return 0, f.wrong(w.at, fmt.Sprintf("%s is no %s, which is %d to %d", quoted(w.text), f.name, f.min, f.max))
	}
	return n, nil
}

func (f field) wrong(at int, what string) error {
	return &CronError{at, fmt.Sprintf("%s; write the %s as %s", what, f.name, f.example)}
}

func quoted(s string) string {
	if s == "" {
		return "nothing"
	}
	return strconv.Quote(clip(s))
}

func clip(s string) string {
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}

var longest = [13]int{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// possible says whether there is a day that satisfies the day fields: there is no 31st of April.
func (c *Cron) possible() bool {
	if c.eitherDay {
		return true
	}
	for m := 1; m <= 12; m++ {
		if c.months>>m&1 == 1 && bits.TrailingZeros64(c.days) <= longest[m] {
			return true
		}
	}
	return false
}

// years bounds the search: a 29th of February that is to be a Monday as well is never further away.
const years = 45

// Next is the first time after t.
func (c *Cron) Next(t time.Time) (time.Time, bool) {
	w := wallOf(t, c.zone).Truncate(time.Minute)
	for end := w.Year() + years; w.Year() <= end; {
		w = c.after(w, end)
		// While the clock shows an hour for the second time, its readings have been.
		if next := At(w, c.zone); next.After(t) && w.Year() <= end {
			return next, true
		}
	}
	return time.Time{}, false
}

// after is the first reading after w that satisfies the expression; one beyond the last year if there is none before.
func (c *Cron) after(w wall, lastYear int) wall {
	w = w.Add(time.Minute)
	for w.Year() <= lastYear {
		switch {
		case c.months>>int(w.Month())&1 == 0:
			w = time.Date(w.Year(), w.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		case !c.day(w):
			w = time.Date(w.Year(), w.Month(), w.Day()+1, 0, 0, 0, 0, time.UTC)
		case c.hours>>w.Hour()&1 == 0:
			w = w.Truncate(time.Hour).Add(time.Hour)
		case c.minutes>>w.Minute()&1 == 0:
			w = w.Add(time.Minute)
		default:
			return w
		}
	}
	return w
}

func (c *Cron) day(w wall) bool {
	ofMonth, ofWeek := c.days>>w.Day()&1 == 1, c.weekdays>>int(w.Weekday())&1 == 1
	if c.eitherDay {
		return ofMonth || ofWeek
	}
	return ofMonth && ofWeek
}
