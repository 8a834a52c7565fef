package sqlite_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// stored writes an occurrence with these matches and reads it again.
func stored(t *testing.T, db *sqlite.DB, list []hub.Match) []hub.Match {
	t.Helper()
	admin := hubtest.Admin(t, db)
	var key int64
	write(t, db, func(tx *sqlite.Tx) error {
		o := occurrence(tx, admin.Consumer.Key, 1)
		o.Matches, key = list, o.Key
		inserted, err := tx.OccurrenceInsert(o, "[]")
		if !inserted {
			t.Error("it is not written")
		}
		return err
	})
	return must(db.Occurrence(t.Context(), admin, key))(t).Matches
}

func TestMatchesAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	verdict := func(path, field string, got any, yes bool) hub.Verdict {
		return hub.Verdict{Path: path, Field: field, Operation: hub.Equal, Want: "x", Got: got, Present: got != nil, True: yes}
	}
	unknown := hub.Verdict{Path: "groups.0.terms.1", Field: "f", Operation: hub.Changed, Present: true, Unknown: true}
	before := hub.Verdict{Path: "terms.0", Field: "f", Operation: hub.ChangedTo, Want: "x", Got: "x", Before: "y", Present: true, True: true}
	list := []hub.Match{
		{EventKey: 1<<62 + 1, EventVersion: 3, Fired: true, Executions: []int64{1<<62 + 7}, Skipped: []hub.SkippedAction{{FlowKey: 5, Reason: hub.Reason{Code: hub.ReasonFlowDisabled}}},
			Rows: []hub.RowMatch{{Record: "a", Trace: []hub.Verdict{verdict("terms.0", "f", "y", false)}},
				{Record: "b", True: true, Trace: []hub.Verdict{verdict("terms.0", "f", "x", true), verdict("terms.1", "g", json.Number("9007199254740993"), true)}}}},
		{EventKey: 2, EventVersion: 1, Rows: []hub.RowMatch{{Record: "a", Trace: []hub.Verdict{verdict("terms.1", "h", nil, false), unknown}}, {Record: "b", Trace: []hub.Verdict{verdict("terms.0", "f", "x", true)}}}},
		{EventKey: 3, EventVersion: 1, Cut: true},
		{EventKey: 4, EventVersion: 1, Reason: &hub.Reason{Code: hub.ReasonEventInvalid, Message: "m"}},
		{EventKey: 5, EventVersion: 1, Fired: true, Rows: []hub.RowMatch{{Record: "a", True: true}, {Record: "b", True: true}, {Record: "c", True: true, Trace: []hub.Verdict{before}}}},
	}
	if got := stored(t, hubtest.DB(t), list); !reflect.DeepEqual(got, list) {
		t.Errorf("it reads\n%+v\nwant\n%+v", got, list)
	}
	if got := stored(t, hubtest.DB(t), nil); len(got) != 0 {
		t.Errorf("no matches are read as %+v", got)
	}
}

func TestMatchesOfTheFirstReleaseAreReadToo(t *testing.T) {
	t.Parallel()
	got, err := sqlite.ReadMatches(`[{"event":4611686018427387905,"version":2,"fired":false,"rows":[{"record":"9000","true":false,"trace":[` +
		`{"f":"responsible","o":"EQUAL","w":"XX-99","g":"JC-01","p":true,"t":false},{"f":"n","o":"NOT_EQUAL","w":9007199254740993,"g":null,"p":false,"t":true}]}]},` +
		`{"event":7,"version":1,"fired":true,"rows":[{"record":"9000","true":true}],"executions":[8],"skipped":[{"flow":9,"reason":{"code":"FLOW_DISABLED"}}]}]`)
	want := []hub.Match{
		{EventKey: 1<<62 + 1, EventVersion: 2, Rows: []hub.RowMatch{{Record: "9000", Trace: []hub.Verdict{
			{Path: "terms.0", Field: "responsible", Operation: "EQUAL", Want: "XX-99", Got: "JC-01", Present: true},
			{Path: "terms.1", Field: "n", Operation: "NOT_EQUAL", Want: json.Number("9007199254740993"), True: true}}}}},
		{EventKey: 7, EventVersion: 1, Fired: true, Rows: []hub.RowMatch{{Record: "9000", True: true}}, Executions: []int64{8}, Skipped: []hub.SkippedAction{{FlowKey: 9, Reason: hub.Reason{Code: hub.ReasonFlowDisabled}}}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("it reads %v\n%+v\nwant\n%+v", err, got, want)
	}
}

func TestDamagedMatchesAreAnErrorAndNoPanic(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "x", `{"events":[{"y":[3]}]}`, `{"events":[{"n":[-1]}]}`, `{"events":[{"t":[{"a":1}]}]}`, `{"asked":[{"r":2}],"events":[{"t":[{}]}]}`} {
		if got, err := sqlite.ReadMatches(text); err == nil {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}

func TestAThousandEventsThatDidNotFireTakeLittleRoom(t *testing.T) {
	t.Parallel()
	list := make([]hub.Match, 1000)
	for i := range list {
		v := hub.Verdict{Path: "terms.0", Field: "responsible", Operation: hub.Equal, Want: fmt.Sprintf("XX-%03d", i), Got: "JC-01", Present: true}
		list[i] = hub.Match{EventKey: hub.NewKey(time.Now()), EventVersion: 1, Rows: []hub.RowMatch{{Record: "9000", Trace: []hub.Verdict{v}}}}
	}
	db := hubtest.DB(t)
	if got := stored(t, db, list); !reflect.DeepEqual(got, list) {
		t.Error("they are not read as they were written")
	}
	kept := must(db.Number(t.Context(), "SELECT length(matches) FROM occurrences"))(t)
	first, err := json.Marshal(list) // the form of the first release
	if err != nil || kept > 60*len(list) || kept*3 > len(first) {
		t.Errorf("they take %d bytes, in the form of the first release %d, %v", kept, len(first), err)
	}
	t.Logf("%d bytes; in the form of the first release %d", kept, len(first))
}

func TestScanningOccurrencesNeedsEventsAndTheirType(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	seeEvents := hubtest.May(hub.RowEvents, hub.See)
	scan := func(c hub.Caller) error {
		return db.ScanOccurrences(t.Context(), c, newWorkOrder, time.Time{}, time.Time{}, func(*hub.Occurrence) (bool, error) { return true, nil })
	}
	refused(t, scan(hub.Caller{}), hub.CodeUnauthenticated, "")
	refused(t, scan(hubtest.CallerWith(t, db, seeEvents)), hub.CodeForbidden, "")
	refused(t, scan(hubtest.CallerWith(t, db, seeWorkOrders)), hub.CodeForbidden, "")
	if err := scan(hubtest.CallerWith(t, db, seeEvents, seeWorkOrders)); err != nil {
		t.Error(err)
	}
}
