package sqlite_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

func TestTheKeyOfACallIsKnownForADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := hubtest.DB(t)
		ctx, admin := t.Context(), hubtest.Admin(t, db)
		make := func() (int64, bool) {
			o := &hub.Once{Key: "key", Act: "groupCreate", Input: []byte("x")}
			return must(db.GroupCreate(ctx, admin, groupInput("x"), o))(t).Key, o.Repeat
		}
		first, _ := make()
		time.Sleep(hub.OnceFor - time.Second)
		if key, repeat := make(); key != first || !repeat {
			t.Errorf("a second before its end it is %d (%v), not %d", key, repeat, first)
		}
		time.Sleep(time.Second)
		second, repeat := make()
		if second == first || repeat {
			t.Error("at its end it is known still")
		}
		time.Sleep(hub.OnceFor - time.Second)
		if key, repeat := make(); key != second || !repeat {
			t.Error("the day did not begin anew")
		}
	})
}

func TestTheKeyOfACallOutlivesARestartAndGoesWithTheKeyOfSecrets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	make := func(key []byte) (made int64, repeat bool) {
		db, err := sqlite.Open(t.Context(), dir, hubtest.Options(withKey(key)))
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}()
		o := &hub.Once{Key: "key", Act: "groupCreate", Input: []byte("the input with a secret")}
		return must(db.GroupCreate(t.Context(), hubtest.Admin(t, db), groupInput("x"), o))(t).Key, o.Repeat
	}
	first, _ := make(hubtest.Key())
	if key, repeat := make(hubtest.Key()); key != first || !repeat {
		t.Errorf("after a restart it is %d (%v), not %d", key, repeat, first)
	}
	if text, err := os.ReadFile(filepath.Join(dir, sqlite.File)); err != nil || bytes.Contains(text, []byte("with a secret")) {
		t.Errorf("the file has the input: %v", err)
	}
	must(sqlite.Reseal(t.Context(), dir, hubtest.Key(), nextKey, time.Now(), func() {}))(t)
	if key, repeat := make(nextKey); key == first || repeat {
		t.Error("with another key of secrets it is known still")
	}
}

func TestACallThatFailsKeepsNoKey(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	ctx, admin := t.Context(), hubtest.Admin(t, db)
	o := &hub.Once{Key: "key", Act: "groupCreate", Input: []byte("x")}
	_, err := db.GroupCreate(ctx, admin, groupInput(" "), o)
	if refused := new(hub.Error); !errors.As(err, &refused) || o.Repeat {
		t.Fatalf("it is answered with %v", err)
	}
	if n := must(db.Number(ctx, "SELECT count(*) FROM made"))(t); n != 0 {
		t.Errorf("%d keys are kept", n)
	}
	if must(db.GroupCreate(ctx, admin, groupInput("x"), o))(t); o.Repeat {
		t.Error("what was mended is taken for a repeat")
	}
}
