package sqlite_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

var nextKey = bytes.Repeat([]byte{8}, sqlite.KeySize)

func withKey(key []byte) func(*sqlite.Options) { return func(o *sqlite.Options) { o.Key = key } }

// sealedHub is a closed store with many secrets and callbacks, and with others that were deleted. old is everything that the
// database ever sealed with its first key.
func sealedHub(t *testing.T) (dir string, integrations []int64, old [][]byte) {
	t.Helper()
	db, dir, first := withSecret(t)
	ctx, admin := t.Context(), hubtest.Admin(t, db)
	integrations = []int64{first}
	for n := range 150 { // more than are resealed at a time
		name := fmt.Sprintf("integration %d", n)
		// Some secrets are too long for one page of the database.
		secret := map[string]string{"accessToken": plainSecret + strings.Repeat(name, 1+n%3*300)}
		integrations = append(integrations, must(db.IntegrationCreate(ctx, admin, &hub.Integration{Connector: "whatsapp", Name: name}, secret))(t).Key)
	}
	callback := func(n int) hub.Callback {
		return hub.Callback{Method: "POST", ReceivedAt: time.Now(), Body: []byte(fmt.Sprint(plainSecret, n, strings.Repeat(" body", n)))}
	}
	keep := func(key int64, n int) {
		if err := db.Write(ctx, func(tx *sqlite.Tx) error { return tx.CallbackKeep(key, callback(n)) }); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 250 {
		keep(first, n)
	}
	old = must(db.Sealed(ctx))(t)
	// What is deleted stays in the file where nobody looks.
	for _, gone := range integrations[20:40] {
		if err := db.IntegrationDelete(ctx, admin, gone, 0); err != nil {
			t.Fatal(err)
		}
	}
	integrations = slices.Delete(integrations, 20, 40)
	var kept []sqlite.KeptCallback
	if err := db.Write(ctx, func(tx *sqlite.Tx) (err error) {
		if kept, err = tx.Callbacks(0, 120); err != nil {
			return err
		}
		for _, k := range kept {
			if err := tx.CallbackDone(k.Key); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, integrations, old
}

// files are all bytes of a data directory.
func files(t *testing.T, dir string) (all []byte) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

// traces counts the sealed values of which a part can be found: long ones are spread over pages.
func traces(all []byte, sealed [][]byte) (n int) {
	for _, s := range sealed {
		if bytes.Contains(all, s[:40]) || bytes.Contains(all, s[len(s)-16:]) {
			n++
		}
	}
	return n
}

func TestEverythingSealedIsSealedWithANewKey(t *testing.T) {
	t.Parallel()
	dir, integrations, old := sealedHub(t)
	ctx := t.Context()
	if n := traces(files(t, dir), old); n < len(old)/2 {
		t.Fatalf("only %d of %d sealed values are found, so that none is found later proves nothing", n, len(old))
	}
	done := must(sqlite.Reseal(ctx, dir, hubtest.Key(), nextKey, time.Now(), func() {}))(t)
	if done.Integrations != len(integrations) || done.Callbacks != 130 {
		t.Errorf("it says that it sealed %+v", done)
	}
	if err := sqlite.Wipe(ctx, dir); err != nil {
		t.Fatal(err)
	}
	all := files(t, dir)
	if n := traces(all, old); n != 0 {
		t.Errorf("%d of %d values that the old key opens can still be found", n, len(old))
	}
	if bytes.Contains(all, []byte(plainSecret)) || bytes.Contains(all, nextKey) {
		t.Error("a secret or a key can be read in the files")
	}
	if fits := must(sqlite.KeyFits(ctx, dir, hubtest.Key()))(t); fits {
		t.Error("the old key still fits")
	}
	_, err := sqlite.Open(ctx, dir, hubtest.Options(nil))
	oneClearLine(t, err, "another key")
	db := hubtest.Open(t, dir, withKey(nextKey))
	if entries := logged(t, db, hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditSecretsResealed}}); len(entries) != 1 || entries[0].Via.Door != hub.DoorCommand {
		t.Errorf("the audit log says %+v", entries)
	}
	for _, key := range integrations {
		if open := must(db.OpenIntegration(ctx, key))(t); !strings.HasPrefix(open.Secrets["accessToken"], plainSecret) {
			t.Fatalf("the secrets of %s are %v", open.Name, open.Secrets)
		}
	}
	var kept []sqlite.KeptCallback
	if err := db.Write(ctx, func(tx *sqlite.Tx) (err error) { kept, err = tx.Callbacks(0, 1000); return err }); err != nil || len(kept) != 130 {
		t.Fatalf("%d callbacks are kept: %v", len(kept), err)
	}
	for i, k := range kept {
		if !strings.HasPrefix(string(k.Callback.Body), fmt.Sprint(plainSecret, 120+i)) {
			t.Errorf("the callback %d is %q", i, hub.Clip(string(k.Callback.Body), 60))
		}
	}
	if now := must(db.Sealed(ctx))(t); traces(files(t, dir), now) != len(now) {
		t.Error("what is sealed now cannot be found in the files, so nothing was looked at")
	}
}

func TestAValueThatTheOldKeyDoesNotOpenLeavesEverythingAsItWas(t *testing.T) {
	t.Parallel()
	dir, integrations, _ := sealedHub(t)
	ctx := t.Context()
	db := hubtest.Open(t, dir, nil)
	wrong := integrations[len(integrations)-1]
	if err := db.Write(ctx, func(tx *sqlite.Tx) error {
		return tx.Exec("UPDATE integrations SET secrets = x'010203' WHERE key = ?", wrong)
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := sqlite.Reseal(ctx, dir, hubtest.Key(), nextKey, time.Now(), func() { t.Error("it was ready to commit") })
	oneClearLine(t, err, "nothing was changed", hub.ID(hub.KindIntegration, wrong), "another key")
	db = hubtest.Open(t, dir, nil)
	for _, key := range integrations[:len(integrations)-1] {
		must(db.OpenIntegration(ctx, key))(t)
	}
}

func TestWhetherAKeyFitsIsAskedOfTheDatabase(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	t.Run("of one that seals secrets", func(t *testing.T) {
		db, dir, _ := withSecret(t)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if own, other := must(sqlite.KeyFits(ctx, dir, hubtest.Key()))(t), must(sqlite.KeyFits(ctx, dir, nextKey))(t); !own || other {
			t.Errorf("its own fits: %v, another: %v", own, other)
		}
		if _, err := sqlite.KeyFits(ctx, dir, nextKey[:5]); err == nil {
			t.Error("what is no key is not refused")
		}
	})
	t.Run("of one that seals nothing every key is", func(t *testing.T) {
		dir := t.TempDir()
		if err := hubtest.Open(t, dir, nil).Close(); err != nil {
			t.Fatal(err)
		}
		if !must(sqlite.KeyFits(ctx, dir, nextKey))(t) {
			t.Error("it does not fit")
		}
	})
	t.Run("of one that is not there every key is, and none is made", func(t *testing.T) {
		dir := t.TempDir()
		if !must(sqlite.KeyFits(ctx, dir, nextKey))(t) {
			t.Error("it does not fit")
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("there is %v: %v", left, err)
		}
	})
}

// What is sealed and not in the list would be lost with the old key.
func TestEveryColumnThatTheMigrationsCallSealedIsSealedAnew(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	var found []string
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		table := ""
		for line := range strings.Lines(string(text)) {
			if words := strings.Fields(line); len(words) > 2 && words[0] == "CREATE" && words[1] == "TABLE" {
				table = words[2]
			}
			if column, comment, ok := strings.Cut(line, "-- sealed"); ok && comment != "" {
				found = append(found, table+"."+strings.Fields(column)[0])
			}
		}
	}
	listed := sqlite.SealedColumns()
	slices.Sort(found)
	slices.Sort(listed)
	if len(found) == 0 || !slices.Equal(found, listed) {
		t.Errorf("the migrations seal %v, and %v are sealed anew", found, listed)
	}
}
