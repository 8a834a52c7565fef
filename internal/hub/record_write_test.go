package hub_test

import (
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

func TestWhatBecomesOfAWriteFollowsFromTheSendersTimeAndTheContent(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 9, 17, 14, 0, 34, 404671000, time.UTC)
	later, none := at.Add(time.Microsecond), time.Time{}
	for _, c := range []struct {
		name         string
		stored, came time.Time
		same         bool
		want         hub.RecordOutcome
	}{
		{"no times and another content is written", none, none, false, hub.RecordWritten},
		{"no times and the same content is no change", none, none, true, hub.RecordUnchanged},
		{"a time where there was none is written", none, at, false, hub.RecordWritten},
		{"no time where there was one is written", at, none, false, hub.RecordWritten},
		{"a later time is written", at, later, false, hub.RecordWritten},
		{"a later time with the same content is no change", at, later, true, hub.RecordUnchanged},
		{"an earlier time is stale", later, at, false, hub.RecordStale},
		{"an earlier time with the same content is stale", later, at, true, hub.RecordStale},
		{"the same time with the same content is no change", at, at, true, hub.RecordUnchanged},
		{"the same moment in another zone is the same time", at, at.In(time.FixedZone("", -3*3600)), true, hub.RecordUnchanged},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, err := hub.JudgeWrite(c.stored, c.came, c.same); got != c.want || err != nil {
				t.Errorf("%s, %v; want %s", got, err, c.want)
			}
		})
	}
	t.Run("the same time with another content is a conflict that names the time", func(t *testing.T) {
		t.Parallel()
		_, err := hub.JudgeWrite(at, at, false)
		e, ok := err.(*hub.Error)
		if !ok || e.Code != hub.CodeConflict || e.Path != "sourceUpdatedAt" {
			t.Errorf("%#v", err)
		}
	})
}
