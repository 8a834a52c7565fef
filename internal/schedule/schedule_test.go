package schedule_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/schedule"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z := schedule.Zone(name)
	if z == nil {
		t.Fatalf("there is no zone %s", name)
	}
	return z
}

func cron(t testing.TB, text, name string) *schedule.Cron {
	t.Helper()
	c, err := schedule.ParseCron(text, zone(t, name))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return c
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// runs writes the next times after a time as clocks of the zone show them.
func runs(r schedule.Rule, z *time.Location, from time.Time, n int) string {
	var words []string
	for _, next := range (schedule.Plan{Rule: r}).Upcoming(from, n) {
		words = append(words, next.In(z).Format("02T15:04Z07:00"))
	}
	return strings.Join(words, " ")
}

func TestATimeThatTheClockLeapsOverRunsRightAfterAndOneThatItShowsTwiceRunsOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, cron, from, want string }{
		"São Paulo in 2018 leaps over midnight": {"America/Sao_Paulo", "0 0 * * *", "2018-11-03T00:00:00-03:00",
			"04T01:00-02:00 05T00:00-02:00 06T00:00-02:00"},
		"half past twelve at night in São Paulo in 2018 is leapt over, too": {"America/Sao_Paulo", "30 0 * * *", "2018-11-03T12:00:00-03:00",
			"04T01:00-02:00 05T00:30-02:00"},
		"São Paulo in 2019 shows the hour before midnight twice": {"America/Sao_Paulo", "30 23 * * *", "2019-02-15T12:00:00-02:00",
			"15T23:30-02:00 16T23:30-02:00 17T23:30-03:00"},
		"and an hour earlier in 2019 once": {"America/Sao_Paulo", "0 0 * * *", "2019-02-16T12:00:00-02:00", "17T00:00-03:00 18T00:00-03:00"},
		"São Paulo has had no leap since": {"America/Sao_Paulo", "0 0 * * *", "2026-10-31T12:00:00-03:00",
			"01T00:00-03:00 02T00:00-03:00"},
		"Lisbon leaps over one o'clock": {"Europe/Lisbon", "15 1 * * *", "2026-03-28T00:00:00Z", "28T01:15Z 29T02:00+01:00 30T01:15+01:00"},
		"Lisbon shows one o'clock twice": {"Europe/Lisbon", "15 1 * * *", "2026-10-24T00:00:00+01:00",
			"24T01:15+01:00 25T01:15+01:00 26T01:15Z"},
		"Madrid leaps over two o'clock": {"Europe/Madrid", "30 2 * * *", "2026-03-28T12:00:00+01:00", "29T03:00+02:00 30T02:30+02:00"},
		"Madrid shows two o'clock twice": {"Europe/Madrid", "30 2 * * *", "2026-10-24T12:00:00+02:00",
			"25T02:30+02:00 26T02:30+01:00"},
		"several times in the leap run once": {"Europe/Madrid", "*/20 2 * * *", "2026-03-29T00:00:00+01:00", "29T03:00+02:00 30T02:00+02:00 30T02:20+02:00"},
		"a time in the leap and one right after it run once": {"Europe/Madrid", "0 2,3 * * *", "2026-03-29T00:00:00+01:00",
			"29T03:00+02:00 30T02:00+02:00"},
		"a quarter of an hour is not repeated": {"Europe/Madrid", "*/30 * * * *", "2026-10-25T01:30:00+02:00",
			"25T02:00+02:00 25T02:30+02:00 25T03:00+01:00"},
		"asked within the hour that is shown again": {"Europe/Madrid", "*/30 * * * *", "2026-10-25T02:10:00+01:00", "25T03:00+01:00"},
		"Santiago leaps over midnight":              {"America/Santiago", "0 0 * * *", "2026-09-05T12:00:00-04:00", "06T01:00-03:00 07T00:00-03:00"},
		"Santiago shows the hour before midnight twice": {"America/Santiago", "15 23 * * *", "2026-04-03T23:30:00-03:00",
			"04T23:15-03:00 05T23:15-04:00"},
		"Apia left out a whole day": {"Pacific/Apia", "0 9 * * *", "2011-12-29T00:00:00-10:00", "29T09:00-10:00 31T00:00+14:00 31T09:00+14:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := strings.Count(c.want, " ") + 1
			if got := runs(cron(t, c.cron, c.zone), zone(t, c.zone), at(t, c.from), n); got != c.want {
				t.Errorf("it runs at %s, not %s", got, c.want)
			}
		})
	}
}

func TestACronExpressionMeansWhatItMeansInEveryCron(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0 8 * * MON-FRI":      "2026-11-23T08:00 2026-11-24T08:00 2026-11-25T08:00",
		"0 8 * * 1-5":          "2026-11-23T08:00 2026-11-24T08:00 2026-11-25T08:00",
		"0 8 * * 7":            "2026-11-29T08:00 2026-12-06T08:00 2026-12-13T08:00",
		"0 8 * * fri-7":        "2026-11-27T08:00 2026-11-28T08:00 2026-11-29T08:00",
		"*/25 9 * * *":         "2026-11-23T09:00 2026-11-23T09:25 2026-11-23T09:50",
		"5/25 9 * * *":         "2026-11-23T09:05 2026-11-23T09:30 2026-11-23T09:55",
		"0 0 1,15 * *":         "2026-12-01T00:00 2026-12-15T00:00 2027-01-01T00:00",
		"0 0 31 * *":           "2026-12-31T00:00 2027-01-31T00:00 2027-03-31T00:00",
		"0 0 29 FEB *":         "2028-02-29T00:00 2032-02-29T00:00 2036-02-29T00:00",
		"0 0 1 * MON":          "2026-11-23T00:00 2026-11-30T00:00 2026-12-01T00:00", // either day
		"0 0 */10 * MON":       "2026-12-21T00:00 2027-01-11T00:00 2027-02-01T00:00", // * in it: both
		"30 6-8/2,22 24 DEC *": "2026-12-24T06:30 2026-12-24T08:30 2026-12-24T22:30",
		" 0\t0  1 1 * ":        "2027-01-01T00:00 2028-01-01T00:00 2029-01-01T00:00",
		"@daily":               "2026-11-23T00:00 2026-11-24T00:00 2026-11-25T00:00",
		"@Weekly":              "2026-11-29T00:00 2026-12-06T00:00 2026-12-13T00:00",
		"@hourly":              "2026-11-22T15:00 2026-11-22T16:00 2026-11-22T17:00",
	} {
		var got []string
		for _, next := range (schedule.Plan{Rule: cron(t, text, "UTC")}).Upcoming(at(t, "2026-11-22T14:00:00Z"), 3) {
			got = append(got, next.Format("2006-01-02T15:04"))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q runs at %s, not %s", text, s, want)
		}
	}
}

func TestAWrongCronExpressionSaysWhereAndHow(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       `at character 1: a cron expression has 5 fields`,
		"0 8 * *":                `at character 8: a cron expression has 5 fields (minute, hour, day of the month, month, day of the week), this one has 4`,
		"0 0 8 * * MON":          `at character 11: a cron expression has 5 fields`,
		"60 8 * * *":             `at character 1: "60" is no minute of the hour, which is 0 to 59; write the minute of the hour as 0 or */15`,
		"0 24 * * *":             `at character 3: "24" is no hour`,
		"0 8 0 * *":              `at character 5: "0" is no day of the month, which is 1 to 31`,
		"0 8 * 13 *":             `at character 7: "13" is no month`,
		"0 8 * * MONDAY":         `at character 9: "MONDAY" is no day of the week, which is 0 to 7; write the day of the week as 1 or MON-FRI`,
		"0 8,x * * *":            `at character 5: "x" is no hour`,
		"0 8, * * *":             `at character 5: nothing is no hour`,
		"0 18-8 * * *":           `at character 3: the range 18-8 runs backwards`,
		"0 8-99 * * *":           `at character 5: "99" is no hour`,
		"*/0 8 * * *":            `at character 3: the step must be a number from 1 to 59`,
		"*/ 8 * * *":             `at character 3: the step must be a number`,
		"*/+5 8 * * *":           `at character 3: the step must be a number`,
		"+5 8 * * *":             `at character 1: "+5" is no minute`,
		"0 0 31 4,6 *":           `at character 5: no year has such a day`,
		"0 0 30 2 *":             `at character 5: no year has such a day`,
		"é 8 * * *":              `at character 1: "é" is no minute`,
		"0 ñ,8,x * * *":          `at character 3: "ñ" is no hour`,
		"0 8 é * *":              `at character 5: "é" is no day`,
		"0 8 * é *":              `at character 7: "é" is no month`,
		"0 8 L * *":              `at character 5: "L" is no day of the month`,
		"@sometimes":             `at character 11: a cron expression has 5 fields`,
		strings.Repeat("*", 300): `at character 201: a cron expression can have at most 200 characters`,
	} {
		_, err := schedule.ParseCron(text, time.UTC)
		var wrong *schedule.CronError
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, not %s", text, err, want)
		}
	}
}

func TestAnIntervalOfHoursIsElapsedTimeAndOneOfDaysIsACalendar(t *testing.T) {
	t.Parallel()
	reading := func(s string) time.Time { return at(t, s+":00Z") }
	for name, c := range map[string]struct {
		every      int
		unit       schedule.Unit
		anchor     string
		zone, from string
		want       string
	}{
		"every 12 hours over a leap in Madrid": {12, schedule.Hours, "2026-03-28T08:00", "Europe/Madrid", "2026-03-28T09:00:00+01:00",
			"28T20:00+01:00 29T09:00+02:00 29T21:00+02:00"},
		"every 30 minutes through the hour that is shown twice": {30, schedule.Minutes, "2026-10-25T00:00", "Europe/Madrid", "2026-10-25T02:00:00+02:00",
			"25T02:30+02:00 25T02:00+01:00 25T02:30+01:00 25T03:00+01:00"},
		"every day at eight over a leap in Madrid": {1, schedule.Days, "2026-01-01T08:00", "Europe/Madrid", "2026-03-28T09:00:00+01:00",
			"29T08:00+02:00 30T08:00+02:00"},
		"every third day": {3, schedule.Days, "2026-11-20T08:00", "America/Sao_Paulo", "2026-11-22T14:00:00Z", "23T08:00-03:00 26T08:00-03:00"},
		"every second week": {2, schedule.Weeks, "2026-11-16T07:30", "Europe/Lisbon", "2026-11-22T14:00:00Z",
			"30T07:30Z 14T07:30Z"},
		"the 31st of every month is its last day": {1, schedule.Months, "2026-08-31T18:00", "America/Santiago", "2026-11-22T14:00:00Z",
			"30T18:00-03:00 31T18:00-03:00 31T18:00-03:00 28T18:00-03:00 31T18:00-03:00 30T18:00-04:00"},
		"every quarter from the 30th of November": {3, schedule.Months, "2026-11-30T00:00", "UTC", "2026-11-22T14:00:00Z",
			"30T00:00Z 28T00:00Z 30T00:00Z 30T00:00Z 30T00:00Z 29T00:00Z"},
		"nothing is before the anchor": {1, schedule.Hours, "2026-12-24T18:00", "UTC", "2026-11-22T14:00:00Z", "24T18:00Z 24T19:00Z"},
		"midnight that is leapt over":  {1, schedule.Days, "2018-11-01T00:00", "America/Sao_Paulo", "2018-11-03T12:00:00-03:00", "04T01:00-02:00 05T00:00-02:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z := zone(t, c.zone)
			i := schedule.Interval{Every: c.every, Unit: c.unit, Anchor: reading(c.anchor), Zone: z}
			if got := runs(i, z, at(t, c.from), strings.Count(c.want, " ")+1); got != c.want {
				t.Errorf("it runs at %s, not %s", got, c.want)
			}
		})
	}
}

func TestAPlanStaysWithinItsBounds(t *testing.T) {
	t.Parallel()
	daily := cron(t, "0 8 * * *", "UTC")
	p := schedule.Plan{Rule: daily, Start: at(t, "2026-12-01T08:00:00Z"), End: at(t, "2026-12-03T08:00:00Z")}
	list := p.Upcoming(at(t, "2026-11-22T14:00:00Z"), 10)
	if len(list) != 3 || !list[0].Equal(p.Start) || !list[2].Equal(p.End) {
		t.Errorf("it runs at %v", list)
	}
	if list := p.Upcoming(p.End, 10); len(list) != 0 {
		t.Errorf("after its end it runs at %v", list)
	}
	once := schedule.Plan{Rule: schedule.Once(at(t, "2026-12-01T08:00:00Z"))}
	if list := once.Upcoming(at(t, "2026-11-22T14:00:00Z"), 10); len(list) != 1 {
		t.Errorf("once is %v", list)
	}
}

// anyRule is a rule of any kind in one of the zones.
func anyRule(t testing.TB, r *rand.Rand) (schedule.Rule, string) {
	zones := []string{"America/Sao_Paulo", "Europe/Lisbon", "Europe/Madrid", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia", "UTC", "Asia/Kathmandu"}
	name := zones[r.IntN(len(zones))]
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	if r.IntN(2) == 0 {
		text := pick("0", "*", "*/7", "30", "15,45") + " " + pick("*", "0", "1-3", "2", "23", "*/6") + " " + pick("*", "1", "31", "*/9", "15,28") + " " +
			pick("*", "*/2", "1,3,5,7,8,10,12") + " " + pick("*", "SUN", "1-5", "*/3")
		return cron(t, text, name), name + " " + text
	}
	i := schedule.Interval{Every: 1 + r.IntN(40), Zone: zone(t, name), Anchor: time.Unix(r.Int64N(1_900_000_000), 0).UTC().Truncate(time.Minute),
		Unit: schedule.Unit(pick(string(schedule.Minutes), string(schedule.Hours), string(schedule.Days), string(schedule.Weeks), string(schedule.Months)))}
	return i, name
}

func TestTheNextTimeIsLaterAndTheSameFromWhereverItIsAsked(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 2026))
	for range 3000 {
		rule, name := anyRule(t, r)
		p := schedule.Plan{Rule: rule}
		from := time.Unix(1_300_000_000+r.Int64N(600_000_000), r.Int64N(1e9))
		list := p.Upcoming(from, 6)
		if len(list) == 0 {
			t.Fatalf("%s %+v never runs after %s", name, rule, from)
		}
		before := from
		for _, next := range list {
			if !next.After(before) {
				t.Fatalf("%s %+v: %s does not come after %s", name, rule, next, before)
			}
			// From any time in between the same one is next.
			middle := before.Add(time.Duration(r.Int64N(int64(next.Sub(before)))))
			if again, ok := p.Next(middle); !ok || !again.Equal(next) {
				t.Fatalf("%s %+v: from %s next is %s, but from %s it is %s", name, rule, before, next, middle, again)
			}
			before = next
		}
		now := list[len(list)-1].Add(time.Duration(r.Int64N(int64(list[len(list)-1].Sub(list[len(list)-2])))))
		want := list[len(list)-1]
		for next, ok := p.Next(want); ok && !next.After(now); next, ok = p.Next(want) {
			want = next
		}
		if got := p.Last(list[0], now); !got.Equal(want) {
			t.Fatalf("%s %+v: the last from %s to %s is %s, not %s", name, rule, list[0], now, got, want)
		}
	}
}

func TestEveryReadingOfTheClockRunsOnceInAYear(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"America/Sao_Paulo", "Europe/Lisbon", "Europe/Madrid", "America/Santiago"} {
		for _, year := range []int{2018, 2019, 2026} {
			c, z := cron(t, "30 * * * *", name), zone(t, name)
			seen := map[string]bool{}
			n := 0
			for _, next := range (schedule.Plan{Rule: c}).Upcoming(time.Date(year, 1, 1, 0, 0, 0, 0, z), 24*365) {
				if next.In(z).Year() > year {
					break
				}
				shown := next.In(z).Format("01-02T15:04")
				if seen[shown] {
					t.Errorf("%s %d: %s runs twice", name, year, shown)
				}
				seen[shown] = true
				n++
			}
			if n != 24*365 { // an hour that is leapt over runs at its end, one that is shown twice once
				t.Errorf("%s %d: it runs %d times", name, year, n)
			}
		}
	}
}

func TestAZoneIsKnownByItsIANANameOnly(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Local", "local", "Mars/Phobos", "../../etc/passwd", "/etc/localtime", "America/Sao_Paulo\x00"} {
		if schedule.Zone(name) != nil {
			t.Errorf("%q is taken for a zone", name)
		}
	}
}

func FuzzParseCron(f *testing.F) {
	for _, text := range []string{"0 8 * * MON-FRI", "*/15 0-23/2 1,15 JAN-DEC 7", "@daily", "60 8 * * *", "0 0 30 2 *", "* * * * *", "5/0 * * * *", "0 0 29 2 */2", "1-1,2-2/2 * * * *", "\x00 é ☃ * -"} {
		f.Add(text)
	}
	z := zone(f, "America/Santiago")
	from := time.Date(2026, 4, 4, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := schedule.ParseCron(text, z)
		if err != nil {
			var wrong *schedule.CronError
			if !errors.As(err, &wrong) || wrong.Position < 1 || wrong.Position > len(text)+1 || wrong.Message == "" {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		before := from
		for range 3 {
			next, ok := c.Next(before)
			if !ok || !next.After(before) || next.Second() != 0 {
				t.Fatalf("%q: after %s comes %s, %v", text, before, next, ok)
			}
			before = next
		}
	})
}

func BenchmarkNext(b *testing.B) {
	for _, text := range []string{"*/5 * * * *", "0 8 * * MON-FRI", "0 0 29 2 *"} {
		b.Run(text, func(b *testing.B) {
			c := cron(b, text, "America/Sao_Paulo")
			t := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
			b.ReportAllocs()
			for b.Loop() {
				c.Next(t)
			}
		})
	}
}
