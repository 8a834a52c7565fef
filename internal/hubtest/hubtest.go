// Package hubtest is help for tests of every room: a real store in a temporary directory, and callers with the rights that
// a test wants them to have. Nothing but tests imports it.
package hubtest

import (
	"bytes"
	"context"
	"testing"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// The key and the secret with which the consumer of [Admin] signs in.
const (
	AdminClientID = "hubtest-administrator"
	AdminSecret   = "hubtest-administrator-secret"
)

// Key seals the secrets of every store that [DB] opens, so that a test can open its directory again.
func Key() []byte { return bytes.Repeat([]byte{7}, sqlite.KeySize) }

// Options are what [DB] opens a store with, after change has had its say; change may be nil.
func Options(change func(*sqlite.Options)) sqlite.Options {
	o := sqlite.Options{Key: Key(), Catalog: catalog.Load()}
	if change != nil {
		change(&o)
	}
	return o
}

// DB is an empty store in a directory of the test's own, closed when the test ends.
func DB(t testing.TB) *sqlite.DB {
	t.Helper()
	return Open(t, Dir(t), nil)
}

// Open opens the store in a directory, which may hold one already; it is closed when the test ends, if the test has not
// closed it.
func Open(t testing.TB, dir string, change func(*sqlite.Options)) *sqlite.DB {
	t.Helper()
	o := Options(change)
	if o.FindKey == nil { // which is asked before there is a database
		begin(t, dir)
	}
	db, err := sqlite.Open(t.Context(), dir, o)
	if err != nil {
		t.Fatalf("opening the store in %s: %v", dir, err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	return db
}

// Admin is a caller who holds every right: the consumer of the first start, which it makes if the store has none. It reads
// English.
func Admin(t testing.TB, db *sqlite.DB) hub.Caller {
	t.Helper()
	c, err := admin(t.Context(), db)
	if err != nil {
		t.Fatalf("the first consumer %s, as which tests call: %v", AdminClientID, err)
	}
	return c
}

func admin(ctx context.Context, db *sqlite.DB) (hub.Caller, error) {
	if _, err := db.Bootstrap(ctx, AdminClientID, AdminSecret); err != nil {
		return hub.Caller{}, err
	}
	consumer, err := db.ConsumerByClientID(ctx, AdminClientID)
	if err != nil {
		return hub.Caller{}, err
	}
	return db.Caller(ctx, consumer.Key, "en")
}

// CallerWith is a caller who holds these rights and no others: a new consumer in a new group, which flows may read with.
// A right that the permission matrix does not have fails the test.
func CallerWith(t testing.TB, db *sqlite.DB, perms ...hub.Permission) hub.Caller {
	t.Helper()
	admin := Admin(t, db)
	grants := make([]hub.Grant, len(perms))
	for i, p := range perms {
		grants[i] = hub.Grant{Module: p.Module, Submodule: p.Submodule, Actions: []hub.Action{p.Action}}
	}
	description, yes := "may "+names(perms), true
	group, err := db.GroupCreate(t.Context(), admin, hub.GroupInput{Description: &description, Grants: &grants})
	if err != nil {
		t.Fatalf("making a group: %v", err)
	}
	name := "consumer of " + group.ID()
	made, err := db.ConsumerCreate(t.Context(), admin, hub.ConsumerInput{Name: &name, GroupKey: &group.Key, HubEnabled: &yes})
	if err != nil {
		t.Fatalf("making a consumer: %v", err)
	}
	return Caller(t, db, made.Consumer.Key)
}

// Caller is a consumer as it is now, reading English.
func Caller(t testing.TB, db *sqlite.DB, consumerKey int64) hub.Caller {
	t.Helper()
	c, err := db.Caller(t.Context(), consumerKey, "en")
	if err != nil {
		t.Fatalf("the caller %s: %v", hub.ID(hub.KindConsumer, consumerKey), err)
	}
	return c
}

// May is a permission in few words.
func May(row hub.Row, a hub.Action) hub.Permission {
	return hub.Permission{Module: row.Module, Submodule: row.Submodule, Action: a}
}

// names lists a few rights in a length that a description can have.
func names(perms []hub.Permission) string {
	text := ""
	for i, p := range perms {
		if i > 0 {
			text += ", "
		}
		text += p.String()
	}
	if text == "" {
		text = "nothing"
	}
	return hub.Clip(text, hub.MaxDescription-10)
}

// Alone is the list of the only thing whose lists were read; an empty one if it may not be seen.
func Alone[T any](lists []*hub.List[T], err error) (hub.List[T], error) {
	if err != nil || lists[0] == nil {
		return hub.List[T]{}, err
	}
	return *lists[0], nil
}
