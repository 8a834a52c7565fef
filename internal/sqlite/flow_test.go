package sqlite_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// flow is a flow to save; a zero consumer or integration leaves it a draft without one.
func flow(description string, consumer, integration int64) *hub.Flow {
	f := &hub.Flow{Description: description, Definition: hub.FlowDefinition{Trigger: hub.TriggerEvent, Filter: hub.Terms{Mode: hub.ModeNone}, Targets: []hub.FlowTarget{}}}
	if consumer != 0 {
		f.Definition.Source = &hub.FlowSource{Module: hub.SourceModuleRecords, ConsumerKey: consumer, Action: "query_work_order_tasks", Rows: hub.RowsMatching}
	}
	if integration != 0 {
		f.Definition.Targets = []hub.FlowTarget{{IntegrationKey: integration, Action: "template", Parameters: json.RawMessage(`{"name":"wo"}`),
			Recipient: hub.Recipient{Field: "responsible.sms"}, Mapping: []hub.MappingEntry{{Field: "wo_folio", Position: 1}}}}
	}
	return f
}

func event(description string, flows ...int64) *hub.Event {
	return &hub.Event{Description: description, Type: "work_management.work_orders.new", Terms: hub.Terms{Mode: hub.ModeNone}, FlowKeys: flows}
}

func TestFlows(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	whatsapp := must(db.IntegrationCreate(ctx, admin, &hub.Integration{Connector: "whatsapp", Name: "flows"}, nil))(t)

	t.Run("are read as they were saved, not enabled, numbers exact", func(t *testing.T) {
		in := flow("first", admin.Consumer.Key, whatsapp.Key)
		in.Enabled, in.Version = true, 7
		in.Definition.Filter = hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "id", Operation: hub.Equal, Value: json.Number("9007199254740993")}}}
		made := must(db.FlowCreate(ctx, admin, in))(t)
		read := must(db.Flow(ctx, admin, made.Key))(t)
		if read.Enabled || read.Version != 1 || !reflect.DeepEqual(read.Definition, in.Definition) {
			t.Errorf("saved %+v\nread %+v", in, read)
		}
		if got, want := read, must(db.FlowNow(ctx, made.Key))(t); !reflect.DeepEqual(got, want) {
			t.Errorf("the engine reads %+v", want)
		}
	})
	t.Run("every save is a version that stays readable, and nothing else is", func(t *testing.T) {
		f := must(db.FlowCreate(ctx, admin, flow("v1", 0, 0)))(t)
		for i := 2; i <= 3; i++ {
			f = must(db.FlowUpdate(ctx, admin, f.Key, i-1, func(f *hub.Flow) error {
				f.Description, f.Enabled, f.Version, f.Key = fmt.Sprintf("v%d", i), true, 99, 1
				f.Definition.Settings.MaxAttempts = i
				return nil
			}))(t)
		}
		must(db.FlowSetEnabled(ctx, admin, f.Key, 3, true, nil))(t)
		versions := must(db.FlowVersionsOf(ctx, admin, []int64{404, f.Key}))(t)[f.Key]
		var got []string
		for _, v := range versions {
			got = append(got, fmt.Sprintf("%s %d %d", v.Description, v.Version, v.Definition.Settings.MaxAttempts))
			if v.FlowKey != f.Key || v.SavedByKey != admin.Consumer.Key || v.SavedAt.IsZero() || v.RestoredFrom != 0 {
				t.Errorf("version %d is %+v", v.Version, v)
			}
		}
		if want := []string{"v3 3 3", "v2 2 2", "v1 1 0"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		key := func(version int) hub.FlowVersionKey {
			return hub.FlowVersionKey{FlowKey: f.Key, Version: version}
		}
		at := must(db.FlowVersionsByKey(ctx, admin, []hub.FlowVersionKey{key(2), key(4), {FlowKey: 404, Version: 1}, key(1), key(2)}))(t)
		if at[0].Description != "v2" || at[1] != nil || at[2] != nil || at[3].Version != 1 || at[4] != at[0] {
			t.Errorf("by their keys they are %+v", at)
		}
		if then := must(db.FlowForEngine(ctx, f.Key, 2))(t); then.Description != "v2" || !then.Enabled || !reflect.DeepEqual(then.Definition, at[0].Definition) {
			t.Errorf("the engine reads %+v", then)
		}
		if blind := must(db.FlowVersionsByKey(ctx, hubtest.CallerWith(t, db), []hub.FlowVersionKey{key(2)}))(t); len(blind) != 1 || blind[0] != nil {
			t.Errorf("who may not see flows reads %+v", blind)
		}
		_, err := db.FlowForEngine(ctx, f.Key, 4)
		refused(t, err, hub.CodeNotFound, "id")
		history := func(p hub.Page) hub.List[*hub.FlowVersion] {
			return must(hubtest.Alone(db.FlowHistories(ctx, admin, []int64{f.Key}, p)))(t)
		}
		first := history(hub.Page{First: 2})
		if len(first.Items) != 2 || first.Items[0].Version != 3 || !first.HasNext || must(first.Total())(t) != (hub.Count{N: 3, Exact: true}) {
			t.Errorf("the first page is %+v", first)
		}
		last := history(hub.Page{First: 2, After: hub.Cursor(2)})
		if len(last.Items) != 1 || last.Items[0].Version != 1 || last.HasNext {
			t.Errorf("the last page is %+v", last)
		}
	})
	t.Run("a stale version is a conflict, for switching as for saving", func(t *testing.T) {
		f := must(db.FlowCreate(ctx, admin, flow("stale", 0, 0)))(t)
		keep := func(*hub.Flow) error { return nil }
		must(db.FlowUpdate(ctx, admin, f.Key, 1, keep))(t)
		_, err := db.FlowUpdate(ctx, admin, f.Key, 1, keep)
		refused(t, err, hub.CodeConflict, "expectedVersion")
		_, err = db.FlowSetEnabled(ctx, admin, f.Key, 1, true, nil)
		refused(t, err, hub.CodeConflict, "expectedVersion")
		_, err = db.FlowArchive(ctx, admin, f.Key, 1)
		refused(t, err, hub.CodeConflict, "expectedVersion")
	})
	t.Run("what the judge refuses is not kept", func(t *testing.T) {
		f := must(db.FlowCreate(ctx, admin, flow("judged", 0, 0)))(t)
		no := hub.Invalid("source", "no")
		_, err := db.FlowUpdate(ctx, admin, f.Key, 0, func(f *hub.Flow) error { f.Description = "changed"; return no })
		refused(t, err, hub.CodeInvalid, "source")
		_, err = db.FlowSetEnabled(ctx, admin, f.Key, 0, true, func(f *hub.Flow) error {
			if f.Description != "judged" {
				t.Errorf("the judge was shown %+v", f)
			}
			return no
		})
		refused(t, err, hub.CodeInvalid, "source")
		if read := must(db.Flow(ctx, admin, f.Key))(t); read.Enabled || read.Version != 1 || read.Description != "judged" {
			t.Errorf("kept %+v", read)
		}
	})
	t.Run("an archived one is disabled and stays as it is", func(t *testing.T) {
		f := must(db.FlowCreate(ctx, admin, flow("old", admin.Consumer.Key, whatsapp.Key)))(t)
		must(db.FlowSetEnabled(ctx, admin, f.Key, 0, true, nil))(t)
		archived := must(db.FlowArchive(ctx, admin, f.Key, 1))(t)
		if archived.Enabled || archived.ArchivedAt == nil || archived.Version != 1 {
			t.Errorf("archived %+v", archived)
		}
		_, err := db.FlowSetEnabled(ctx, admin, f.Key, 0, true, nil)
		refused(t, err, hub.CodeConflict, "id")
		_, err = db.FlowUpdate(ctx, admin, f.Key, 0, func(*hub.Flow) error { return nil })
		refused(t, err, hub.CodeConflict, "id")
		again := must(db.FlowArchive(ctx, admin, f.Key, 0))(t)
		if !again.ArchivedAt.Equal(*archived.ArchivedAt) {
			t.Error("archiving it again moved its time")
		}
		_, err = db.EventCreate(ctx, admin, event("runs an archived one", f.Key))
		refused(t, err, hub.CodeInvalid, "flows.0")
	})
	t.Run("one that events run cannot be archived until they run it no more or are archived", func(t *testing.T) {
		f := must(db.FlowCreate(ctx, admin, flow("wanted", 0, 0)))(t)
		changed, archived := event("takes it out", f.Key), event("is archived", f.Key)
		changed = must(db.EventCreate(ctx, admin, changed))(t)
		archived = must(db.EventCreate(ctx, admin, archived))(t)
		must(db.EventSetEnabled(ctx, admin, archived.Key, 0, true, nil))(t)
		_, err := db.FlowArchive(ctx, admin, f.Key, 0)
		if e := refused(t, err, hub.CodeInUse, "id"); !strings.Contains(e.Message, `2 events: "takes it out", "is archived"`) {
			t.Errorf("the message does not name the events: %s", e.Message)
		}
		must(db.EventArchive(ctx, admin, archived.Key, 0))(t)
		_, err = db.FlowArchive(ctx, admin, f.Key, 0)
		if e := refused(t, err, hub.CodeInUse, "id"); !strings.Contains(e.Message, `1 event: "takes it out"`) {
			t.Errorf("the message does not name the event: %s", e.Message)
		}
		if read := must(db.Flow(ctx, admin, f.Key))(t); read.ArchivedAt != nil {
			t.Error("the refused one was archived")
		}
		must(db.EventUpdate(ctx, admin, changed.Key, 0, func(e *hub.Event) error { e.FlowKeys = nil; return nil }))(t)
		must(db.FlowArchive(ctx, admin, f.Key, 0))(t)
	})
	t.Run("pausing and resuming are lines of the journal, once each", func(t *testing.T) {
		f := must(db.FlowCreate(ctx, admin, flow("pause", 0, 0)))(t)
		why := hub.Reason{Code: hub.ReasonMisconfigured, Message: "no such template", NextStep: "approve it"}
		for _, r := range []hub.Reason{why, {Code: hub.ReasonMisconfigured, Message: "another"}} {
			if err := db.Write(ctx, func(tx *sqlite.Tx) error { return tx.FlowPause(f.Key, r) }); err != nil {
				t.Fatal(err)
			}
		}
		if read := must(db.Flow(ctx, admin, f.Key))(t); read.Paused == nil || *read.Paused != why || read.Version != 1 {
			t.Errorf("paused: %+v", read)
		}
		for range 2 {
			if f := must(db.FlowResume(ctx, admin, f.Key, 0))(t); f.Paused != nil {
				t.Errorf("resumed: %+v", f)
			}
		}
		var lines []hub.Change
		for _, c := range must(db.ChangesAfter(ctx, 0, 1000))(t) {
			if c.Subject == hub.SubjectFlow && c.Key == f.Key {
				lines = append(lines, c)
			}
		}
		if len(lines) != 2 || lines[0].To != "PAUSED" || lines[0].Cause != why || lines[1].From != "PAUSED" || lines[1].To != "" || lines[1].Cause.By != admin.Consumer.ID() {
			t.Errorf("the journal says %+v", lines)
		}
		_, err := db.FlowResume(ctx, admin, 404, 0)
		refused(t, err, hub.CodeNotFound, "id")
		if err := db.Write(ctx, func(tx *sqlite.Tx) error { return tx.FlowPause(404, why) }); err != nil {
			t.Errorf("pausing one that is gone: %v", err)
		}
	})
}

func TestIntegrations(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	create := func(t *testing.T, name string, secrets map[string]string) *hub.Integration {
		return must(db.IntegrationCreate(ctx, admin, &hub.Integration{Connector: "whatsapp", Name: name, Settings: json.RawMessage(`{"a":1}`)}, secrets))(t)
	}

	t.Run("know which secrets are set, and only the engine reads them", func(t *testing.T) {
		i := create(t, "secrets", map[string]string{"b": "2", "a": "1", "none": ""})
		read := must(db.Integration(ctx, admin, i.Key))(t)
		if !slices.Equal(read.SecretsSet, []string{"a", "b"}) || read.State != hub.IntegrationReady || string(read.Settings) != `{"a":1}` {
			t.Errorf("read %+v", read)
		}
		open := must(db.OpenIntegration(ctx, i.Key))(t)
		if want := map[string]string{"a": "1", "b": "2"}; !reflect.DeepEqual(open.Secrets, want) || open.Version != 1 || open.Connector != "whatsapp" {
			t.Errorf("opened %+v", open)
		}
	})
	t.Run("secrets are set and taken away one by one", func(t *testing.T) {
		i := create(t, "change", map[string]string{"a": "1", "b": "2"})
		i = must(db.IntegrationUpdate(ctx, admin, i.Key, 1, func(i *hub.Integration, secrets map[string]string) error {
			secrets["a"], secrets["c"] = "", "3"
			i.Name, i.Connector, i.State, i.Version = "changed", "other", hub.IntegrationPaused, 50
			return nil
		}))(t)
		open := must(db.OpenIntegration(ctx, i.Key))(t)
		if want := map[string]string{"b": "2", "c": "3"}; !reflect.DeepEqual(open.Secrets, want) || open.Version != 2 {
			t.Errorf("opened %+v", open)
		}
		read := must(db.IntegrationNow(ctx, i.Key))(t)
		if read.Name != "changed" || read.Connector != "whatsapp" || read.State != hub.IntegrationReady || !slices.Equal(read.SecretsSet, []string{"b", "c"}) {
			t.Errorf("read %+v", read)
		}
		_, err := db.IntegrationUpdate(ctx, admin, i.Key, 1, func(*hub.Integration, map[string]string) error { return nil })
		refused(t, err, hub.CodeConflict, "expectedVersion")
	})
	t.Run("a name is taken once", func(t *testing.T) {
		create(t, "taken", nil)
		other := create(t, "free", nil)
		_, err := db.IntegrationCreate(ctx, admin, &hub.Integration{Connector: "whatsapp", Name: "taken"}, nil)
		refused(t, err, hub.CodeInvalid, "name")
		_, err = db.IntegrationUpdate(ctx, admin, other.Key, 0, func(i *hub.Integration, _ map[string]string) error { i.Name = "taken"; return nil })
		refused(t, err, hub.CodeInvalid, "name")
		must(db.IntegrationUpdate(ctx, admin, other.Key, 0, func(i *hub.Integration, _ map[string]string) error { i.Name = "free"; return nil }))(t)
	})
	t.Run("one that flows send through cannot go", func(t *testing.T) {
		i := create(t, "used", nil)
		f := must(db.FlowCreate(ctx, admin, flow("sends", 0, i.Key)))(t)
		e := refused(t, db.IntegrationDelete(ctx, admin, i.Key, 0), hub.CodeInUse, "id")
		if !strings.Contains(e.Message, `"sends"`) {
			t.Errorf("the message does not name the flow: %s", e.Message)
		}
		must(db.FlowUpdate(ctx, admin, f.Key, 0, func(f *hub.Flow) error { f.Definition.Targets = nil; return nil }))(t)
		if err := db.IntegrationDelete(ctx, admin, i.Key, 0); err != nil {
			t.Error(err)
		}
		_, err := db.OpenIntegration(ctx, i.Key)
		refused(t, err, hub.CodeNotFound, "id")
	})
	t.Run("one with messages on their way cannot go", func(t *testing.T) {
		i := create(t, "busy", nil)
		h := seed(t, db, history{flows: 1, perFlow: 1, integration: i.Key, delivery: hub.Sending})
		refused(t, db.IntegrationDelete(ctx, admin, i.Key, 0), hub.CodeInUse, "id")
		if err := db.Write(ctx, func(tx *sqlite.Tx) error {
			return tx.Exec("UPDATE deliveries SET state = 'ACCEPTED' WHERE key = ?", h.deliveries[0].Key)
		}); err != nil {
			t.Fatal(err)
		}
		if err := db.IntegrationDelete(ctx, admin, i.Key, 0); err != nil {
			t.Error(err)
		}
	})
	t.Run("pausing and resuming are lines of the journal, once each", func(t *testing.T) {
		i := create(t, "pause", nil)
		why := hub.Reason{Code: hub.ReasonMisconfigured, Message: "the token expired", NextStep: "set a new one"}
		for range 2 {
			if err := db.Write(ctx, func(tx *sqlite.Tx) error { return tx.IntegrationPause(i.Key, why) }); err != nil {
				t.Fatal(err)
			}
		}
		if read := must(db.Integration(ctx, admin, i.Key))(t); read.State != hub.IntegrationPaused || *read.Reason != why || read.Version != 1 {
			t.Errorf("paused: %+v", read)
		}
		for range 2 {
			if err := db.Write(ctx, func(tx *sqlite.Tx) error {
				return tx.IntegrationResume(admin, i.Key, hub.Reason{Code: hub.ReasonCheck})
			}); err != nil {
				t.Fatal(err)
			}
		}
		if read := must(db.Integration(ctx, admin, i.Key))(t); read.State != hub.IntegrationReady || read.Reason != nil {
			t.Errorf("resumed: %+v", read)
		}
		var moves []string
		for _, c := range must(db.ChangesAfter(ctx, 0, 1000))(t) {
			if c.Subject == hub.SubjectIntegration && c.Key == i.Key {
				moves = append(moves, c.From+"→"+c.To+" "+string(c.Cause.Code))
			}
		}
		if want := []string{"READY→PAUSED MISCONFIGURED", "PAUSED→READY CHECK"}; !slices.Equal(moves, want) {
			t.Errorf("the journal says %v", moves)
		}
	})
}

func TestEvents(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	var keys []int64
	for range 3 {
		keys = append(keys, must(db.FlowCreate(ctx, admin, flow("f", 0, 0)))(t).Key)
	}

	t.Run("keep their flows in the given order, and terms exactly", func(t *testing.T) {
		in := event("ordered", keys[2], keys[0], keys[1])
		in.Terms = hub.Terms{Mode: hub.ModeAny, Terms: []hub.Term{{Field: "responsible", Operation: hub.Equal, Value: "Jonas Campos"}, {Field: "n", Operation: hub.NotEqual, Value: json.Number("7")}}}
		made := must(db.EventCreate(ctx, admin, in))(t)
		read := must(db.Event(ctx, admin, made.Key))(t)
		if !slices.Equal(read.FlowKeys, in.FlowKeys) || !reflect.DeepEqual(read.Terms, in.Terms) || read.Enabled || read.Version != 1 {
			t.Errorf("read %+v", read)
		}
		must(db.EventUpdate(ctx, admin, made.Key, 1, func(e *hub.Event) error { e.FlowKeys = []int64{keys[1]}; e.Enabled = true; return nil }))(t)
		read = must(db.Event(ctx, admin, made.Key))(t)
		if !slices.Equal(read.FlowKeys, keys[1:2]) || read.Enabled || read.Version != 2 {
			t.Errorf("updated %+v", read)
		}
		must(db.EventUpdate(ctx, admin, made.Key, 2, func(e *hub.Event) error { e.FlowKeys = nil; return nil }))(t)
		if read = must(db.Event(ctx, admin, made.Key))(t); len(read.FlowKeys) != 0 {
			t.Errorf("without flows: %+v", read)
		}
	})
	t.Run("a flow that is not there is refused at its place", func(t *testing.T) {
		_, err := db.EventCreate(ctx, admin, event("x", keys[0], 404))
		refused(t, err, hub.CodeInvalid, "flows.1")
		if n := must(db.Number(ctx, "SELECT count(*) FROM events WHERE description = 'x'"))(t); n != 0 {
			t.Error("it was kept")
		}
	})
	t.Run("the engine reads the enabled ones of a type, oldest first", func(t *testing.T) {
		db := hubtest.DB(t)
		admin := hubtest.Admin(t, db)
		f := must(db.FlowCreate(ctx, admin, flow("f", 0, 0)))(t)
		var want []int64
		for i := range 4 {
			e := must(db.EventCreate(ctx, admin, event(fmt.Sprint(i), f.Key)))(t)
			if i != 1 {
				must(db.EventSetEnabled(ctx, admin, e.Key, 1, true, nil))(t)
				want = append(want, e.Key)
			}
		}
		must(db.EventArchive(ctx, admin, want[2], 0))(t)
		var got []int64
		for _, e := range must(db.EventsOfType(ctx, "work_management.work_orders.new"))(t) {
			got = append(got, e.Key)
			if !slices.Equal(e.FlowKeys, []int64{f.Key}) {
				t.Errorf("its flows are %v", e.FlowKeys)
			}
		}
		if !slices.Equal(got, want[:2]) {
			t.Errorf("got %v, want %v", got, want[:2])
		}
		if other := must(db.EventsOfType(ctx, "work_management.work_orders.completed"))(t); len(other) != 0 {
			t.Errorf("another type has %v", other)
		}
	})
	t.Run("a stale version is a conflict, and an archived one stays as it is", func(t *testing.T) {
		e := must(db.EventCreate(ctx, admin, event("old", keys[0])))(t)
		keep := func(*hub.Event) error { return nil }
		must(db.EventUpdate(ctx, admin, e.Key, 1, keep))(t)
		_, err := db.EventUpdate(ctx, admin, e.Key, 1, keep)
		refused(t, err, hub.CodeConflict, "expectedVersion")
		_, err = db.EventSetEnabled(ctx, admin, e.Key, 1, true, nil)
		refused(t, err, hub.CodeConflict, "expectedVersion")
		_, err = db.EventSetEnabled(ctx, admin, e.Key, 2, true, func(*hub.Event) error { return hub.Invalid("terms", "no") })
		refused(t, err, hub.CodeInvalid, "terms")
		must(db.EventArchive(ctx, admin, e.Key, 2))(t)
		_, err = db.EventSetEnabled(ctx, admin, e.Key, 0, true, nil)
		refused(t, err, hub.CodeConflict, "id")
		_, err = db.EventUpdate(ctx, admin, e.Key, 0, keep)
		refused(t, err, hub.CodeConflict, "id")
	})
}
