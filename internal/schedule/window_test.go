package schedule_test

import (
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/schedule"
)

var everyDay = [7]bool{true, true, true, true, true, true, true}

// within says whether a clock in a zone shows a reading within a window, the slow way.
func within(w schedule.Window, t time.Time, zone *time.Location) bool {
	t = t.In(zone)
	minute := t.Hour()*60 + t.Minute()
	today, yesterday := w.Days[t.Weekday()], w.Days[(t.Weekday()+6)%7]
	if w.From < w.To {
		return today && minute >= w.From && minute < w.To
	}
	return today && minute >= w.From || yesterday && minute < w.To
}

func TestAWindowEndsWhenTheClockOnTheWallSaysSo(t *testing.T) {
	t.Parallel()
	night := schedule.Window{From: 22 * 60, To: 7 * 60, Days: everyDay}
	small := schedule.Window{From: 0, To: 150, Days: everyDay}
	weekend := schedule.Window{Days: [7]bool{time.Saturday: true, time.Sunday: true}}
	for name, c := range map[string]struct {
		window   schedule.Window
		zone, at string
		want     string
	}{
		"before it begins nothing waits":                     {night, "America/Sao_Paulo", "2026-03-02T21:59:59-03:00", "2026-03-02T21:59:59-03:00"},
		"from its first moment":                              {night, "America/Sao_Paulo", "2026-03-02T22:00:00-03:00", "2026-03-03T07:00:00-03:00"},
		"over midnight":                                      {night, "America/Sao_Paulo", "2026-03-03T03:20:01-03:00", "2026-03-03T07:00:00-03:00"},
		"its end is no part of it":                           {night, "America/Sao_Paulo", "2026-03-03T07:00:00-03:00", "2026-03-03T07:00:00-03:00"},
		"São Paulo sets no clock any more":                   {night, "America/Sao_Paulo", "2026-11-01T23:00:00-03:00", "2026-11-02T07:00:00-03:00"},
		"São Paulo did, and leapt over midnight":             {night, "America/Sao_Paulo", "2018-11-03T23:00:00-03:00", "2018-11-04T07:00:00-02:00"},
		"Lisbon, the night that is an hour shorter":          {night, "Europe/Lisbon", "2026-03-28T22:30:00Z", "2026-03-29T07:00:00+01:00"},
		"Lisbon, the night that is an hour longer":           {night, "Europe/Lisbon", "2026-10-24T22:30:00+01:00", "2026-10-25T07:00:00Z"},
		"Madrid, whose clock leaps over the end":             {small, "Europe/Madrid", "2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00+02:00"},
		"Madrid, before the clock is set back into it":       {small, "Europe/Madrid", "2026-10-25T02:29:00+02:00", "2026-10-25T02:30:00+02:00"},
		"Madrid, between its two ends":                       {small, "Europe/Madrid", "2026-10-25T02:45:00+02:00", "2026-10-25T02:45:00+02:00"},
		"Madrid, set back into it":                           {small, "Europe/Madrid", "2026-10-25T02:10:00+01:00", "2026-10-25T02:30:00+01:00"},
		"Santiago, which leaps over midnight":                {night, "America/Santiago", "2026-09-05T23:30:00-04:00", "2026-09-06T07:00:00-03:00"},
		"Santiago, which shows the hour before it twice":     {night, "America/Santiago", "2026-04-04T23:30:00-03:00", "2026-04-05T07:00:00-04:00"},
		"Apia, which left out a whole day":                   {night, "Pacific/Apia", "2011-12-29T23:00:00-10:00", "2011-12-31T07:00:00+14:00"},
		"a whole weekend is one":                             {weekend, "Europe/Lisbon", "2026-03-28T12:00:00Z", "2026-03-30T00:00:00+01:00"},
		"a weekend in which Apia had no Friday in between":   {weekend, "Pacific/Apia", "2011-12-31T12:00:00+14:00", "2012-01-02T00:00:00+14:00"},
		"the night after a Sunday, if none begins on Sunday": {schedule.Window{From: 22 * 60, To: 7 * 60, Days: [7]bool{time.Saturday: true}}, "UTC", "2026-03-01T23:00:00Z", "2026-03-01T23:00:00Z"},
		"the morning of it, which began on Saturday":         {schedule.Window{From: 22 * 60, To: 7 * 60, Days: [7]bool{time.Saturday: true}}, "UTC", "2026-03-01T06:00:00Z", "2026-03-01T07:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			want, err := time.Parse(time.RFC3339, c.want)
			if err != nil {
				t.Fatal(err)
			}
			if end, ok := c.window.Ends(at, schedule.Zone(c.zone)); !ok || !end.Equal(want) {
				t.Errorf("it ends at %s, want %s", end.In(schedule.Zone(c.zone)).Format(time.RFC3339), c.want)
			}
		})
	}
}

func TestAWindowEndsAtTheFirstTimeThatIsNotWithinIt(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"America/Sao_Paulo", "Europe/Lisbon", "Europe/Madrid", "America/Santiago", "Pacific/Apia", "Australia/Lord_Howe", "Asia/Kathmandu"} {
		z := schedule.Zone(zone)
		for _, w := range []schedule.Window{{From: 22 * 60, To: 7 * 60, Days: everyDay}, {From: 60, To: 150, Days: everyDay}, {From: 1, To: 0, Days: everyDay},
			{Days: [7]bool{time.Saturday: true, time.Sunday: true}}, {From: 1439, To: 1438, Days: [7]bool{true, true, true, true, true, true, false}}} {
			for _, around := range []string{"2011-12-28T00:00:00Z", "2018-11-02T00:00:00Z", "2026-03-27T00:00:00Z", "2026-04-03T00:00:00Z", "2026-09-04T00:00:00Z", "2026-10-23T00:00:00Z"} {
				begin, err := time.Parse(time.RFC3339, around)
				if err != nil {
					t.Fatal(err)
				}
				for at := begin; at.Sub(begin) < 4*24*time.Hour; at = at.Add(37 * time.Minute) {
					want := at
					for within(w, want, z) {
						want = want.Truncate(time.Minute).Add(time.Minute)
					}
					if end, ok := w.Ends(at, z); !ok || !end.Equal(want) {
						t.Fatalf("in %s, %+v at %s: it ends at %s, want %s", zone, w, at.In(z), end.In(z), want.In(z))
					}
				}
			}
		}
	}
}

func TestAWindowThatIsNeverOverSaysSo(t *testing.T) {
	t.Parallel()
	always := schedule.Window{From: 60, To: 60, Days: everyDay}
	if end, ok := always.Ends(time.Unix(0, 0), time.UTC); ok {
		t.Errorf("it ends at %s", end)
	}
	if always.Longest() < 7*24*time.Hour {
		t.Errorf("its longest is %s", always.Longest())
	}
	for want, w := range map[time.Duration]schedule.Window{
		9 * time.Hour:  {From: 22 * 60, To: 7 * 60, Days: everyDay},
		48 * time.Hour: {Days: [7]bool{time.Saturday: true, time.Sunday: true}},
		0:              {From: 1, To: 2},
	} {
		if got := w.Longest(); got != want {
			t.Errorf("the longest of %+v is %s, want %s", w, got, want)
		}
	}
}
