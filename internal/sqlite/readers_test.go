package sqlite_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

func TestEveryStatementThatReadsIsCounted(t *testing.T) {
	t.Parallel()
	var came atomic.Int64
	db := hubtest.Open(t, t.TempDir(), func(o *sqlite.Options) {
		o.Calls = func(c sqlite.Call) error {
			if c.Read {
				came.Add(1)
			}
			return nil
		}
	})
	admin, ctx, now := hubtest.Admin(t, db), t.Context(), time.Now()
	before, counted := came.Load(), db.Meters().Reads
	for what, read := range map[string]func() error{
		"a list":    func() error { _, err := db.Groups(ctx, admin, hub.ListFilter{}, hub.Page{}); return err },
		"the queue": func() error { _, err := db.Queue(ctx, admin); return err },
		"a chart": func() error {
			_, err := db.Activity(ctx, admin, hub.ActivityRange{From: now.Add(-time.Hour), To: now, Bucket: time.Hour})
			return err
		},
		"the journal": func() error { _, err := db.LastChange(ctx); return err },
	} {
		at := came.Load()
		if err := read(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if came.Load() == at {
			t.Errorf("%s reads nothing", what)
		}
	}
	if got, want := db.Meters().Reads-counted, came.Load()-before; got != want {
		t.Errorf("%d are counted, and %d were asked", got, want)
	}
}
