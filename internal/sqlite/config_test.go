package sqlite_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

func groupInput(description string, grants ...hub.Permission) hub.GroupInput {
	list := []hub.Grant{}
	for _, p := range grants {
		list = append(list, hub.Grant{Module: p.Module, Submodule: p.Submodule, Actions: []hub.Action{p.Action}})
	}
	return hub.GroupInput{Description: &description, Grants: &list}
}

func consumerInput(name string, group int64) hub.ConsumerInput {
	return hub.ConsumerInput{Name: &name, GroupKey: &group}
}

func ptr[T any](v T) *T { return &v }

// must fails the test on an error and hands the value on.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refused fails unless the error has the code, and the path if one is given.
func refused(t *testing.T, err error, code hub.Code, path string) *hub.Error {
	t.Helper()
	var e *hub.Error
	if !errors.As(err, &e) || e.Code != code || e.Path != path {
		t.Errorf("got %v (%s), want %s at %q", err, hub.CodeOf(err), code, path)
		return &hub.Error{}
	}
	return e
}

var (
	seeWorkOrders = hubtest.May(hub.Row{Module: "work_management", Submodule: "work_orders"}, hub.See)
	seePersons    = hubtest.May(hub.Row{Module: "inhouse_personnel", Submodule: "general"}, hub.See)
)

func allOf(row hub.Row) []hub.Permission {
	return []hub.Permission{hubtest.May(row, hub.See), hubtest.May(row, hub.Add), hubtest.May(row, hub.Edit), hubtest.May(row, hub.Remove)}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()

	t.Run("are read as they were saved, each save a version", func(t *testing.T) {
		g := must(db.GroupCreate(ctx, admin, groupInput("  Planners ", seeWorkOrders, seePersons)))(t)
		if g.Description != "Planners" || g.Version != 1 || g.CreatedAt.IsZero() {
			t.Errorf("created %+v", g)
		}
		g = must(db.GroupUpdate(ctx, admin, g.Key, 1, hub.GroupInput{Note: ptr("a note")}))(t)
		read := must(db.Group(ctx, admin, g.Key))(t)
		if read.Version != 2 || read.Note != "a note" || read.Description != "Planners" || !read.Grants.Allows(hub.Row{Module: "inhouse_personnel", Submodule: "general"}, hub.See) {
			t.Errorf("read %+v", read)
		}
		if !read.UpdatedAt.Equal(g.UpdatedAt) || !read.CreatedAt.Equal(g.CreatedAt) {
			t.Errorf("times differ: %v and %v", read, g)
		}
	})
	t.Run("a stale version is a conflict that shows both", func(t *testing.T) {
		g := must(db.GroupCreate(ctx, admin, groupInput("Stale")))(t)
		must(db.GroupUpdate(ctx, admin, g.Key, 0, hub.GroupInput{Note: ptr("x")}))(t)
		_, err := db.GroupUpdate(ctx, admin, g.Key, 1, hub.GroupInput{Note: ptr("y")})
		e := refused(t, err, hub.CodeConflict, "expectedVersion")
		if !strings.Contains(e.Message, "version 1") || !strings.Contains(e.Message, "version is 2") {
			t.Errorf("the message does not show both: %s", e.Message)
		}
		refused(t, db.GroupDelete(ctx, admin, g.Key, 1), hub.CodeConflict, "expectedVersion")
		if err := db.GroupDelete(ctx, admin, g.Key, 2); err != nil {
			t.Error(err)
		}
		_, err = db.Group(ctx, admin, g.Key)
		refused(t, err, hub.CodeNotFound, "id")
	})
	t.Run("nothing that is wrong is saved", func(t *testing.T) {
		_, err := db.GroupCreate(ctx, admin, groupInput(" "))
		refused(t, err, hub.CodeInvalid, "description")
		_, err = db.GroupCreate(ctx, admin, groupInput("x", hub.Permission{Module: "no", Submodule: "such", Action: hub.See}))
		refused(t, err, hub.CodeInvalid, "grants.0")
		in := groupInput("x", hubtest.May(hub.RowHub, hub.Edit))
		in.ReadOnly = ptr(true)
		_, err = db.GroupCreate(ctx, admin, in)
		refused(t, err, hub.CodeInvalid, "grants")
	})
	t.Run("nobody grants what they do not hold", func(t *testing.T) {
		c := hubtest.CallerWith(t, db, append(allOf(hub.RowUserAccounts), seeWorkOrders)...)
		g := must(db.GroupCreate(ctx, c, groupInput("less", seeWorkOrders)))(t)
		_, err := db.GroupCreate(ctx, c, groupInput("more", seeWorkOrders, seePersons))
		if e := refused(t, err, hub.CodeForbidden, ""); !slices.Equal(e.Needs, []hub.Permission{seePersons}) {
			t.Errorf("it needs %v", e.Needs)
		}
		_, err = db.GroupUpdate(ctx, c, g.Key, 0, groupInput("less", seePersons))
		refused(t, err, hub.CodeForbidden, "")
		_, err = db.GroupUpdate(ctx, c, c.Group.Key, 0, groupInput("mine", append(allOf(hub.RowUserAccounts), seePersons)...))
		refused(t, err, hub.CodeForbidden, "")
		if kept := must(db.Group(ctx, c, g.Key))(t); kept.Version != 1 {
			t.Errorf("something was saved: %+v", kept)
		}
	})
	t.Run("a clone grants the same under another name, to whoever holds it", func(t *testing.T) {
		in := groupInput("original")
		in.ReadOnly, in.Grants = ptr(true), nil
		of := must(db.GroupCreate(ctx, admin, in))(t)
		got := must(db.GroupClone(ctx, admin, of.Key, hub.GroupCloneInput{Description: " copy ", Note: ptr("n")}))(t)
		if got.Key == of.Key || got.Version != 1 || got.Description != "copy" || got.Note != "n" || !got.ReadOnly || !reflect.DeepEqual(got.Grants, of.Grants) {
			t.Errorf("the clone is %+v", got)
		}
		if len(got.Grants) == 0 || !reflect.DeepEqual(must(db.Group(ctx, admin, got.Key))(t).Grants, got.Grants) {
			t.Error("the clone was not saved as it was answered")
		}
		_, err := db.GroupClone(ctx, admin, of.Key, hub.GroupCloneInput{Description: " "})
		refused(t, err, hub.CodeInvalid, "description")
		_, err = db.GroupClone(ctx, hubtest.CallerWith(t, db, allOf(hub.RowUserAccounts)...), of.Key, hub.GroupCloneInput{Description: "mine"})
		refused(t, err, hub.CodeForbidden, "")
	})
	t.Run("one that consumers have cannot go, and the error names them", func(t *testing.T) {
		g := must(db.GroupCreate(ctx, admin, groupInput("Used", seeWorkOrders)))(t)
		for _, name := range []string{"c1", "c2", "c3", "c4", "c5", "c6", "c7"} {
			must(db.ConsumerCreate(ctx, admin, consumerInput(name, g.Key)))(t)
		}
		e := refused(t, db.GroupDelete(ctx, admin, g.Key, 0), hub.CodeInUse, "id")
		for _, part := range []string{`"Used"`, "7 consumers", `"c1"`, `"c5"`, "2 more"} {
			if !strings.Contains(e.Message, part) {
				t.Errorf("%q does not say %s", e.Message, part)
			}
		}
		if strings.Contains(e.Message, "c6") {
			t.Errorf("%q names more than five", e.Message)
		}
	})
	t.Run("of many keys are answered in their order, with gaps", func(t *testing.T) {
		a, b := must(db.GroupCreate(ctx, admin, groupInput("a")))(t), must(db.GroupCreate(ctx, admin, groupInput("b")))(t)
		list := must(db.GroupsByKey(ctx, admin, []int64{b.Key, 404, a.Key, b.Key}))(t)
		if list[0].Key != b.Key || list[1] != nil || list[2].Key != a.Key || list[3].Key != b.Key {
			t.Errorf("got %v", list)
		}
	})
}

func TestConsumers(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	group := must(db.GroupCreate(ctx, admin, groupInput("Senders", seeWorkOrders)))(t)

	t.Run("get a key and a secret, of which only the hash is kept", func(t *testing.T) {
		made := must(db.ConsumerCreate(ctx, admin, consumerInput("sender", group.Key)))(t)
		if !made.Consumer.Enabled || made.Consumer.HubEnabled || len(made.Secret) < 32 || made.Consumer.ClientID == "" {
			t.Errorf("created %+v", made.Consumer)
		}
		found := must(db.ConsumerByClientID(ctx, made.Consumer.ClientID))(t)
		if found.Key != made.Consumer.Key || !found.HasSecret(made.Secret, time.Now()) || found.HasSecret(made.Secret+"x", time.Now()) {
			t.Error("the secret does not fit the stored hash, or a wrong one does")
		}
		for _, c := range []*hub.Consumer{must(db.Consumer(ctx, admin, found.Key))(t), must(db.ConsumersByKey(ctx, admin, []int64{found.Key}))(t)[0], hubtest.Caller(t, db, found.Key).Consumer} {
			if c.SecretHash != nil {
				t.Error("the hash is read where nobody checks a secret")
			}
		}
		_, err := db.ConsumerByClientID(ctx, "nobody")
		refused(t, err, hub.CodeNotFound, "client_id")
	})
	t.Run("need a group that exists", func(t *testing.T) {
		_, err := db.ConsumerCreate(ctx, admin, hub.ConsumerInput{Name: ptr("x")})
		refused(t, err, hub.CodeInvalid, "group")
		_, err = db.ConsumerCreate(ctx, admin, consumerInput("x", 404))
		refused(t, err, hub.CodeInvalid, "group")
	})
	t.Run("nobody hands out a group with rights that they do not hold", func(t *testing.T) {
		c := hubtest.CallerWith(t, db, append(allOf(hub.RowAPIConnections), seePersons)...)
		_, err := db.ConsumerCreate(ctx, c, consumerInput("x", group.Key))
		if e := refused(t, err, hub.CodeForbidden, ""); !slices.Equal(e.Needs, []hub.Permission{seeWorkOrders}) {
			t.Errorf("it needs %v", e.Needs)
		}
		mine := must(db.ConsumerCreate(ctx, c, consumerInput("mine", c.Group.Key)))(t).Consumer
		_, err = db.ConsumerUpdate(ctx, c, mine.Key, 0, hub.ConsumerInput{GroupKey: &group.Key})
		refused(t, err, hub.CodeForbidden, "")
		_, err = db.ConsumerUpdate(ctx, c, admin.Consumer.Key, 0, hub.ConsumerInput{HubEnabled: ptr(true)})
		refused(t, err, hub.CodeForbidden, "")
	})
	t.Run("a stale version is a conflict", func(t *testing.T) {
		made := must(db.ConsumerCreate(ctx, admin, consumerInput("stale", group.Key)))(t).Consumer
		must(db.ConsumerUpdate(ctx, admin, made.Key, 1, hub.ConsumerInput{Description: ptr("d")}))(t)
		_, err := db.ConsumerUpdate(ctx, admin, made.Key, 1, hub.ConsumerInput{Description: ptr("e")})
		refused(t, err, hub.CodeConflict, "expectedVersion")
		refused(t, db.ConsumerDelete(ctx, admin, made.Key, 1), hub.CodeConflict, "expectedVersion")
		if err := db.ConsumerDelete(ctx, admin, made.Key, 2); err != nil {
			t.Error(err)
		}
	})
	t.Run("one with whose rights flows read cannot go until they are changed or archived", func(t *testing.T) {
		made := must(db.ConsumerCreate(ctx, admin, consumerInput("reader", group.Key)))(t).Consumer
		f := must(db.FlowCreate(ctx, admin, flow("reads with it", made.Key, 0)))(t)
		e := refused(t, db.ConsumerDelete(ctx, admin, made.Key, 0), hub.CodeInUse, "id")
		if !strings.Contains(e.Message, `1 flow: "reads with it"`) {
			t.Errorf("the message does not name the flow: %s", e.Message)
		}
		must(db.FlowArchive(ctx, admin, f.Key, 0))(t)
		if err := db.ConsumerDelete(ctx, admin, made.Key, 0); err != nil {
			t.Error(err)
		}
	})
}

func TestTheLastOneWhoMayAdministerStays(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	ordinary := must(db.GroupCreate(ctx, admin, groupInput("Ordinary", seeWorkOrders)))(t)
	less := admin.Group.Grants.List()
	less = slices.DeleteFunc(less, func(g hub.Grant) bool { return g.Submodule == hub.RowAPIConnections.Submodule })

	attempts := map[string]func() error{
		"enabled": func() error {
			_, err := db.ConsumerUpdate(ctx, admin, admin.Consumer.Key, 0, hub.ConsumerInput{Enabled: ptr(false)})
			return err
		},
		"group": func() error {
			_, err := db.ConsumerUpdate(ctx, admin, admin.Consumer.Key, 0, hub.ConsumerInput{GroupKey: &ordinary.Key})
			return err
		},
		"grants": func() error {
			_, err := db.GroupUpdate(ctx, admin, admin.Group.Key, 0, hub.GroupInput{Grants: &less})
			return err
		},
		"expiresAt": func() error {
			_, err := db.ConsumerUpdate(ctx, admin, admin.Consumer.Key, 0, expiringIn(time.Hour))
			return err
		},
		"id": func() error { return db.ConsumerDelete(ctx, admin, admin.Consumer.Key, 0) },
	}
	for path, try := range attempts {
		refused(t, try(), hub.CodeInvalid, path)
	}
	// One who will expire does not count, and neither does a second one who is disabled.
	passing := expiringIn(time.Hour)
	passing.Name, passing.GroupKey = ptr("passing"), &admin.Group.Key
	must(db.ConsumerCreate(ctx, admin, passing))(t)
	second := must(db.ConsumerCreate(ctx, admin, hub.ConsumerInput{Name: ptr("second"), GroupKey: &admin.Group.Key, Enabled: ptr(false)}))(t).Consumer
	refused(t, attempts["enabled"](), hub.CodeInvalid, "enabled")
	refused(t, attempts["expiresAt"](), hub.CodeInvalid, "expiresAt")
	if now := hubtest.Caller(t, db, admin.Consumer.Key); now.Consumer.Version != 1 || now.Group.Version != 1 {
		t.Errorf("a refused change was kept: %+v", now)
	}
	must(db.ConsumerUpdate(ctx, admin, second.Key, 0, hub.ConsumerInput{Enabled: ptr(true)}))(t)
	if err := attempts["enabled"](); err != nil {
		t.Errorf("with a second one, the first may go: %v", err)
	}
	if _, err := db.Caller(ctx, admin.Consumer.Key, "en"); hub.CodeOf(err) != hub.CodeUnauthenticated {
		t.Errorf("a disabled consumer still calls: %v", err)
	}
}

func TestACallerIsAsOfTheLastCommit(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	c := hubtest.CallerWith(t, db, seeWorkOrders)

	must(db.GroupUpdate(ctx, admin, c.Group.Key, 0, groupInput("other", seePersons)))(t)
	now := hubtest.Caller(t, db, c.Consumer.Key)
	if now.Need(hub.Row{Module: seePersons.Module, Submodule: seePersons.Submodule}, hub.See) != nil ||
		now.Need(hub.Row{Module: seeWorkOrders.Module, Submodule: seeWorkOrders.Submodule}, hub.See) == nil {
		t.Errorf("the change of the group is not seen: %v", now.Group.Grants)
	}
	must(db.ConsumerUpdate(ctx, admin, c.Consumer.Key, 0, hub.ConsumerInput{Enabled: ptr(false)}))(t)
	_, err := db.Caller(ctx, c.Consumer.Key, "en")
	refused(t, err, hub.CodeUnauthenticated, "")
	consumer, group, err := db.ConsumerRights(ctx, c.Consumer.Key)
	if err != nil || consumer.Enabled || group.Key != c.Group.Key {
		t.Errorf("the engine is told %v %v %v", consumer, group, err)
	}
	if err := db.ConsumerDelete(ctx, admin, c.Consumer.Key, 0); err != nil {
		t.Fatal(err)
	}
	_, err = db.Caller(ctx, c.Consumer.Key, "en")
	refused(t, err, hub.CodeUnauthenticated, "")
	if consumer, _, err := db.ConsumerRights(ctx, c.Consumer.Key); consumer != nil || err != nil {
		t.Errorf("the engine is told %v %v of one that is gone", consumer, err)
	}
}

func TestACallerIsAsOfTheLastCommitWhileManyAsk(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	c := hubtest.CallerWith(t, db, seeWorkOrders)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := db.Caller(ctx, c.Consumer.Key, "en"); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 50 {
		saved := must(db.GroupUpdate(ctx, admin, c.Group.Key, 0, hub.GroupInput{Note: ptr(fmt.Sprint(i))}))(t)
		if now := hubtest.Caller(t, db, c.Consumer.Key); now.Group.Version != saved.Version {
			t.Errorf("version %d was saved, the caller has %d", saved.Version, now.Group.Version)
		}
	}
	close(stop)
	wg.Wait()
}

func TestEveryChangeOfConfigurationMovesItsVersion(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	g := must(db.GroupCreate(ctx, admin, groupInput("g")))(t)
	c := must(db.ConsumerCreate(ctx, admin, consumerInput("c", g.Key)))(t).Consumer
	i := must(db.IntegrationCreate(ctx, admin, &hub.Integration{Connector: "whatsapp", Name: "i"}, nil))(t)
	f := must(db.FlowCreate(ctx, admin, flow("f", 0, 0)))(t)
	e := must(db.EventCreate(ctx, admin, event("e", f.Key)))(t)
	reason := hub.Reason{Code: hub.ReasonMisconfigured, Message: "broken"}
	in := func(fn func(*sqlite.Tx) error) func() error { return func() error { return db.Write(ctx, fn) } }
	steps := []struct {
		name string
		do   func() error
	}{
		{"GroupCreate", func() error { _, err := db.GroupCreate(ctx, admin, groupInput("h")); return err }},
		{"GroupUpdate", func() error { _, err := db.GroupUpdate(ctx, admin, g.Key, 0, groupInput("g2")); return err }},
		{"ConsumerCreate", func() error { _, err := db.ConsumerCreate(ctx, admin, consumerInput("d", g.Key)); return err }},
		{"ConsumerUpdate", func() error {
			_, err := db.ConsumerUpdate(ctx, admin, c.Key, 0, consumerInput("c2", g.Key))
			return err
		}},
		{"IntegrationCreate", func() error {
			_, err := db.IntegrationCreate(ctx, admin, &hub.Integration{Connector: "whatsapp", Name: "j"}, nil)
			return err
		}},
		{"IntegrationUpdate", func() error {
			_, err := db.IntegrationUpdate(ctx, admin, i.Key, 0, func(*hub.Integration, map[string]string) error { return nil })
			return err
		}},
		{"IntegrationPause", in(func(tx *sqlite.Tx) error { return tx.IntegrationPause(i.Key, reason) })},
		{"IntegrationResume", in(func(tx *sqlite.Tx) error { return tx.IntegrationResume(admin, i.Key, reason) })},
		{"IntegrationHold", func() error {
			_, err := db.IntegrationHold(ctx, admin, i.Key, hub.PauseInput{Reason: "x"})
			return err
		}},
		{"IntegrationUnhold", func() error { _, err := db.IntegrationUnhold(ctx, admin, i.Key, 0); return err }},
		{"FlowCreate", func() error { _, err := db.FlowCreate(ctx, admin, flow("f2", 0, 0)); return err }},
		{"FlowUpdate", func() error {
			_, err := db.FlowUpdate(ctx, admin, f.Key, 0, func(*hub.Flow) error { return nil })
			return err
		}},
		{"FlowSetEnabled", func() error { _, err := db.FlowSetEnabled(ctx, admin, f.Key, 0, true, nil); return err }},
		{"FlowPause", in(func(tx *sqlite.Tx) error { return tx.FlowPause(f.Key, reason) })},
		{"FlowHold", func() error { _, err := db.FlowHold(ctx, admin, f.Key, hub.PauseInput{Reason: "x"}); return err }},
		{"FlowResume", func() error { _, err := db.FlowResume(ctx, admin, f.Key, 0); return err }},
		{"EventCreate", func() error { _, err := db.EventCreate(ctx, admin, event("e2")); return err }},
		{"EventUpdate", func() error {
			_, err := db.EventUpdate(ctx, admin, e.Key, 0, func(*hub.Event) error { return nil })
			return err
		}},
		{"EventSetEnabled", func() error { _, err := db.EventSetEnabled(ctx, admin, e.Key, 0, true, nil); return err }},
		{"EventArchive", func() error { _, err := db.EventArchive(ctx, admin, e.Key, 0); return err }},
		{"FlowArchive", func() error { _, err := db.FlowArchive(ctx, admin, f.Key, 0); return err }},
		{"IntegrationDelete", func() error { return db.IntegrationDelete(ctx, admin, i.Key, 0) }},
		{"ConsumerDelete", func() error { return db.ConsumerDelete(ctx, admin, c.Key, 0) }},
	}
	for _, s := range steps {
		before := db.ConfigVersion()
		if err := s.do(); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if db.ConfigVersion() == before {
			t.Errorf("%s did not move it", s.name)
		}
	}
	before := db.ConfigVersion()
	if _, err := db.GroupUpdate(ctx, admin, g.Key, 1, groupInput("g3")); err == nil {
		t.Fatal("a stale change was taken")
	}
	if db.ConfigVersion() != before {
		t.Error("a refused change moved it")
	}
}

func TestTheFirstStart(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	t.Run("makes one consumer who holds every cell of the matrix", func(t *testing.T) {
		db := hubtest.DB(t)
		made := must(db.Bootstrap(ctx, "", ""))(t)
		c := hubtest.Caller(t, db, made.Consumer.Key)
		for _, row := range hubtest.Options(nil).Catalog.PermissionRows() {
			for _, a := range row.Actions {
				if !c.May(row.Row(), a) {
					t.Errorf("%s:%s is missing", row.Row(), a)
				}
			}
		}
		found := must(db.ConsumerByClientID(ctx, made.Consumer.ClientID))(t)
		if !found.HasSecret(made.Secret, time.Now()) {
			t.Error("its secret does not fit")
		}
	})
	t.Run("takes key and secret that are given", func(t *testing.T) {
		made := must(hubtest.DB(t).Bootstrap(ctx, "given-key", "given-secret-of-some-length"))(t)
		if made.Consumer.ClientID != "given-key" || made.Secret != "given-secret-of-some-length" {
			t.Errorf("got %+v", made)
		}
	})
	t.Run("is done once", func(t *testing.T) {
		db := hubtest.DB(t)
		must(db.Bootstrap(ctx, "", ""))(t)
		if again, err := db.Bootstrap(ctx, "", ""); again != nil || err != nil {
			t.Errorf("the second time: %v, %v", again, err)
		}
		if n := must(db.Number(ctx, "SELECT (SELECT count(*) FROM consumers) + (SELECT count(*) FROM groups)"))(t); n != 2 {
			t.Errorf("there are %d consumers and groups", n)
		}
	})
	t.Run("refuses a secret that can be guessed, and characters that clients cannot send", func(t *testing.T) {
		db := hubtest.DB(t)
		_, err := db.Bootstrap(ctx, "key", "short")
		refused(t, err, hub.CodeInvalid, "bootstrap.secret")
		if strings.Contains(err.Error(), "short") {
			t.Error("the error shows the secret")
		}
		_, err = db.Bootstrap(ctx, "a key", "")
		refused(t, err, hub.CodeInvalid, "bootstrap.key")
	})
}
