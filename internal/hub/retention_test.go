package hub_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

const aDay = 24 * time.Hour

func TestRetentionIsBounded(t *testing.T) {
	t.Parallel()
	is := func(d time.Duration) *time.Duration { return &d }
	for name, c := range map[string]struct {
		in   hub.RetentionInput
		path string // of what is wrong; empty if nothing is
	}{
		"nothing":                       {hub.RetentionInput{}, ""},
		"a day of history":              {hub.RetentionInput{History: is(aDay), Payloads: is(aDay)}, ""},
		"less than a day":               {hub.RetentionInput{History: is(aDay - time.Second)}, "history"},
		"more than a hundred years":     {hub.RetentionInput{History: is(101 * 365 * aDay)}, "history"},
		"a part of a second":            {hub.RetentionInput{Unmatched: is(aDay + 1)}, "unmatched"},
		"for ever":                      {hub.RetentionInput{History: is(0), Payloads: is(0), Unmatched: is(0), Audit: is(0)}, ""},
		"payloads beyond the history":   {hub.RetentionInput{Payloads: is(401 * aDay)}, "payloads"},
		"history shorter than payloads": {hub.RetentionInput{History: is(30 * aDay)}, "payloads"},
		"payloads beyond no end":        {hub.RetentionInput{History: is(0), Payloads: is(1000 * aDay)}, ""},
		"an audit log of months":        {hub.RetentionInput{Audit: is(364 * aDay)}, "audit"},
		"an audit log of a year":        {hub.RetentionInput{Audit: is(365 * aDay)}, ""},
		"no beginning":                  {hub.RetentionInput{BeginsAt: &time.Time{}}, "beginsAt"},
	} {
		r := hub.Retention{History: 400 * aDay, Payloads: 90 * aDay}
		path := ""
		if err := r.Apply(c.in); err != nil {
			path = err.(*hub.Error).Path
		}
		if path != c.path {
			t.Errorf("%s: it is wrong at %q, not at %q", name, path, c.path)
		}
	}
}

func TestAFlowKeepsWhatItSaysOrWhatTheHubSays(t *testing.T) {
	t.Parallel()
	days := func(d time.Duration) string { return fmt.Sprint(int(d / aDay)) }
	for _, c := range []struct{ hubHistory, hubPayloads, ownHistory, ownPayloads, want string }{
		{"400", "90", "0", "0", "400 90"},
		{"400", "90", "30", "0", "30 30"},
		{"400", "90", "1000", "0", "1000 90"},
		{"400", "90", "0", "7", "400 7"},
		{"0", "90", "0", "0", "0 90"},
		{"400", "0", "0", "0", "400 400"},
		{"0", "0", "30", "0", "30 30"},
		{"0", "0", "0", "0", "0 0"},
	} {
		of := func(s string) time.Duration {
			var n int
			fmt.Sscan(s, &n)
			return time.Duration(n) * aDay
		}
		r := hub.Retention{History: of(c.hubHistory), Payloads: of(c.hubPayloads), Flows: []hub.FlowRetention{{FlowKey: 7, OwnHistory: of(c.ownHistory), OwnPayloads: of(c.ownPayloads)}}}
		f := r.Of(7)
		if got := days(f.History) + " " + days(f.Payloads); got != c.want {
			t.Errorf("%+v keeps %s", c, got)
		}
	}
	f := hub.Retention{History: 400 * aDay}.Of(7)
	if long := 401 * aDay; f.Apply(hub.Retention{History: 400 * aDay}, hub.FlowRetentionInput{Payloads: &long}) == nil {
		t.Error("payloads may be kept for longer than their history")
	}
}

func TestWhatIsKeptForEverHasNoWalk(t *testing.T) {
	t.Parallel()
	now := time.Now()
	if list := (hub.Retention{}).Tasks(now); len(list) != 2 || list[0].Kind != hub.PruneTokens || list[1].Kind != hub.PruneMade {
		t.Errorf("the walks are %+v", list)
	}
	r := hub.Retention{History: 400 * aDay, Payloads: 90 * aDay, Unmatched: 30 * aDay, Audit: 800 * aDay, Flows: []hub.FlowRetention{{FlowKey: 7, OwnHistory: 10 * aDay}}}
	for _, task := range r.Tasks(now) {
		want := map[hub.PruneKind]int{hub.PruneHistory: 400, hub.PruneOccurrences: 400, hub.PruneJournal: 400, hub.PrunePayloads: 90, hub.PruneOccurrencePayloads: 90,
			hub.PruneRecordVersions: 90, hub.PruneReceipts: 30, hub.PruneCallbacks: 30, hub.PruneAudit: 800, hub.PruneMade: 1}[task.Kind]
		if task.FlowKey == 7 {
			want = 10
		}
		if got := int(now.Sub(task.Before) / aDay); got != want {
			t.Errorf("%s of %d goes after %d days, not %d", task.Kind, task.FlowKey, got, want)
		}
	}
}

func TestPruningRestsAtLeastAsLongAsItWorked(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for _, c := range []struct {
		took    time.Duration
		waiting int
		behind  bool
		want    time.Duration
	}{
		{5 * ms, 0, true, 5 * ms}, {5 * ms, 0, false, 20 * ms}, {5 * ms, 3, true, 40 * ms}, {5 * ms, 3, false, 40 * ms},
		{0, 0, true, 2 * ms}, {time.Second, 9, false, time.Second},
	} {
		if got := hub.PrunePause(c.took, c.waiting, c.behind); got != c.want {
			t.Errorf("after %v with %d waiting it rests for %v, not %v", c.took, c.waiting, got, c.want)
		}
	}
}

func TestDurationsAreWrittenWithoutMonths(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{400 * aDay: "P400D", 28 * aDay: "P28D", 14 * aDay: "P2W", 36 * time.Hour: "P1DT12H", 90*aDay + time.Second: "P90DT1S", 0: "PT0S"} {
		if got := hub.ISODuration(d); got != want {
			t.Errorf("%v is written %s, not %s", d, got, want)
		}
	}
}
