package graph_test

import (
	"context"
	"database/sql"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/recado-hub/recado/graph"
)

// endless is an operation whose statement never ends by itself, once the door's list of suppressions was made so.
const endless = `{ suppressions { nodes { id } } }`

// makeEndless has SQLite count to infinity wherever suppressions are read.
func (d *door) makeEndless() {
	d.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(d.dir, "recado.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		d.t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{`ALTER TABLE suppressions RENAME TO kept`,
		`CREATE VIEW suppressions AS SELECT kept.* FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i FROM n) JOIN kept ON kept.key = -i`} {
		if _, err := db.ExecContext(d.t.Context(), statement); err != nil {
			d.t.Fatal(err)
		}
	}
}

// Twice as many as there are connections that read: one that is still busy would be missed.
const moreThanReaders = 40

func TestAStatementThatTakesTooLongIsInterrupted(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.Timeout = 50 * time.Millisecond })
	d.makeEndless()
	for range moreThanReaders {
		r := d.ask(d.admin, endless, nil)
		if len(r.Errors) != 1 || r.Errors[0].code() != "UNAVAILABLE" || !strings.Contains(r.Errors[0].Message, "took too long") || r.at("suppressions") != nil {
			t.Fatalf("it is answered with %v %+v", r.Data, r.Errors)
		}
	}
	d.do(d.admin, `{ groups { nodes { id } } }`, nil)
	t.Run("over a websocket too", func(t *testing.T) {
		w := d.connect(bearer(d.admin))
		w.say("subscribe", "1", vars{"query": endless})
		if r := w.hear().reply(t); len(r.Errors) != 1 || r.Errors[0].code() != "UNAVAILABLE" {
			t.Errorf("it is answered with %v %+v", r.Data, r.Errors)
		}
	})
}

func TestAStatementOfAClientThatIsGoneIsInterrupted(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.Timeout = time.Hour })
	d.makeEndless()
	for range moreThanReaders {
		ctx, gone := context.WithTimeout(t.Context(), 30*time.Millisecond)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, strings.NewReader(`{"query":"`+endless+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = headers("Authorization", "Bearer "+d.admin, "Content-Type", "application/json")
		if res, err := http.DefaultClient.Do(req); err == nil {
			res.Body.Close()
			t.Fatalf("it is answered %s", res.Status)
		}
		gone()
	}
	d.do(d.admin, `{ groups { nodes { id } } }`, nil)
}
