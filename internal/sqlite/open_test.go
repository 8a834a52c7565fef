package sqlite_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// oneClearLine fails unless the error is one line that says what is asked for.
func oneClearLine(t *testing.T, err error, says ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("it was not refused")
	}
	if strings.Contains(strings.TrimSpace(err.Error()), "\n") {
		t.Errorf("more than one line: %q", err)
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("%q does not say %q", err, s)
		}
	}
}

func TestASecondHubOnTheSameDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := hubtest.Open(t, dir, nil)
	_, err := sqlite.Open(t.Context(), dir, hubtest.Options(nil))
	oneClearLine(t, err, dir, "in use by another hub", "--data")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	hubtest.Open(t, dir, nil)
}

func TestTheKeyIsLookedForOnceTheDirectoryIsLocked(t *testing.T) {
	t.Parallel()
	dir, asked := filepath.Join(t.TempDir(), "new"), 0
	find := func(o *sqlite.Options) {
		o.Key, o.FindKey = nil, func() ([]byte, error) {
			asked++
			if unlock, err := sqlite.Lock(dir); err == nil {
				t.Error("the directory was not locked")
				return nil, unlock()
			}
			if _, err := os.Stat(filepath.Join(dir, sqlite.File)); !os.IsNotExist(err) {
				t.Errorf("there is a database already: %v", err)
			}
			return hubtest.Key(), nil
		}
	}
	hubtest.Open(t, dir, find)
	if _, err := sqlite.Open(t.Context(), dir, hubtest.Options(find)); err == nil || asked != 1 {
		t.Errorf("a directory in use: %v, and the key was asked for %d times", err, asked)
	}
	noKey := func(o *sqlite.Options) { o.FindKey = func() ([]byte, error) { return nil, errors.New("no key here") } }
	other := t.TempDir()
	_, err := sqlite.Open(t.Context(), other, hubtest.Options(noKey))
	oneClearLine(t, err, "no key here")
	hubtest.Open(t, other, nil) // the refusal freed it
}

func TestADatabaseOfANewerVersionIsRefusedAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := hubtest.Open(t, dir, nil)
	if err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
		return tx.Exec("INSERT INTO migrations (version, name, at) VALUES (9999, '9999_future', 0)")
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the refusal frees the directory, so the second one is the same
		_, err := sqlite.Open(t.Context(), dir, hubtest.Options(nil))
		oneClearLine(t, err, "newer version (9999)", "use the newer program")
	}
}

func TestADatabaseThatLacksAnEarlierMigrationIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := hubtest.Open(t, dir, nil)
	write(t, db, func(tx *sqlite.Tx) error { return tx.Exec("DELETE FROM migrations WHERE version = 1") })
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := sqlite.Open(t.Context(), dir, hubtest.Options(nil))
	oneClearLine(t, err, "lacks the migration 0001_begin", "not in this one's line")
}

// A database of the first release has executions and flows that know nothing of what starts flows beside events.
const oldDelivery = `INSERT INTO deliveries (key, execution, flow, flow_version, integration, target, record, action, recipient, "values", state,
	attempts, tries, provider_id, flagged, created_at, updated_at) VALUES `

const oldCollected = "INSERT INTO executions (key, flow, flow_version, event, occurrence, subject, state, outcome, rows, claim, created_at, closed_at, updated_at) VALUES "

func TestADatabaseOfTheFirstReleaseIsBroughtForward(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	begin, err := os.ReadFile("migrations/0001_begin.sql")
	if err != nil {
		t.Fatal(err)
	}
	old, err := sql.Open("sqlite", filepath.Join(dir, sqlite.File))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{string(begin),
		"CREATE TABLE migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL) STRICT",
		"INSERT INTO migrations VALUES (1, '0001_begin', 0)",
		`INSERT INTO flows (key, version, enabled, description, definition, created_at, updated_at) VALUES (7, 1, 1, 'Água', '{"trigger":"EVENT","filter":{"mode":"NONE"},"targets":[],"settings":{}}', 1, 1)`,
		`INSERT INTO flow_versions VALUES (7, 1, 'old', '{"trigger":"EVENT","filter":{"mode":"NONE"},"targets":[],"settings":{}}', 1, 1)`,
		"INSERT INTO groups VALUES (3, 1, 'Ébano', 'ébano', '', 0, '[]', 1, 1)",
		`INSERT INTO flow_uses VALUES (7, 'integration', 11)`,
		"INSERT INTO executions (key, flow, flow_version, event, occurrence, subject, state, outcome, rows, claim, created_at, closed_at, updated_at) VALUES (8, 7, 1, 9, 10, 'OT-1', 'CLOSED', 'SUCCEEDED', '[]', 1, 1, 1, 1)",
		oldDelivery + "(21, 8, 7, 1, 5, 0, 'r', 'a', '+1', '[]', 'UNKNOWN', 1, 1, NULL, 0, 1, 1234)",
		oldDelivery + "(22, 8, 7, 1, 5, 0, 'r', 'a', '+1', '[]', 'SENT', 1, 1, 'wamid.22', 0, 1, 1)",
		`INSERT INTO flow_versions VALUES (7, 2, 'old', '{"trigger":"EVENT","filter":{"mode":"NONE"},"targets":[],"settings":{"collect":{}}}', 1, 1)`,
		oldCollected + "(51, 7, 2, 9, 10, 'OT-1', 'CLOSED', 'SUCCEEDED', '[\"1\",\"2\"]', 1, 1, 1, 1), (52, 7, 2, 9, 10, 'OT-1', 'CLOSED', 'SUCCEEDED', '[\"3\"]', 1, 1, 1, 1)",
		oldDelivery + `(23, 51, 7, 2, 5, 0, '2', 'a', '+1', '[]', 'SENT', 1, 1, NULL, 0, 1, 1), (24, 52, 7, 2, 5, 0, '3', 'a', '+1', '[]', 'SENT', 1, 1, NULL, 0, 1, 1)`,
		`INSERT INTO deliveries (key, execution, flow, flow_version, integration, target, record, action, recipient, "values", state, attempts, tries, reason, flagged, created_at, updated_at)
			VALUES (25, 51, 7, 2, 5, 0, '1', 'a', '+2', '[]', 'SUPPRESSED', 0, 0, '{"code":"ALREADY_SENT"}', 0, 1, 1)`,
		"INSERT INTO receipts VALUES (31, 5, 22, 'wamid.22', 'SENT', 1, 1, '', NULL, NULL, 0), (32, 5, NULL, 'wamid.23', 'FAILED', 1, 1, '131026', 'no', '{\"a\":\"b\"}', 1)",
		"INSERT INTO callbacks VALUES (41, 5, 1, X'0102')",
	} {
		if _, err := old.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	db := hubtest.Open(t, dir, nil)
	admin := hubtest.Admin(t, db)
	e := must(db.Execution(t.Context(), admin, 8))(t)
	if e.Trigger != hub.StartedByEvent || e.Reading || e.ScheduledFor != nil || e.Outcome != hub.Succeeded {
		t.Errorf("the old execution is %+v", e)
	}
	must(db.FlowCreate(t.Context(), admin, flow("banana", 0, 0)))(t)
	byName := hub.Page{Order: hub.Order{Field: hub.ByDescription, Direction: hub.Ascending}}
	if got := must(db.Flows(t.Context(), admin, hub.ListFilter{}, byName))(t).Items; len(got) != 2 || got[0].Key != 7 {
		t.Errorf("by name the old flow is not the first of %d", len(got))
	}
	if n, err := db.Number(t.Context(), "SELECT count(*) FROM groups WHERE folded = 'ebano'"); n != 1 || err != nil {
		t.Errorf("the old group is not sorted as it is today: %v", err)
	}
	if got := must(db.Timings(t.Context(), admin, []int64{7}))(t); got[0] != nil {
		t.Errorf("the old flow runs by itself: %+v", got[0])
	}
	asked := must(db.LookupTimes(t.Context()))(t)
	if len(asked) != 1 || asked[0].IntegrationKey != 5 || asked[0].At.UnixMilli() != 1234 {
		t.Errorf("it is asked about %+v, want the old one of which nobody knew", asked)
	}
	if got := must(db.ReceiptsOf(t.Context(), admin, []int64{22}))(t)[22]; len(got) != 1 || got[0].Status != hub.ReceiptSent {
		t.Errorf("the old receipts are %+v", got)
	}
	write(t, db, func(tx *sqlite.Tx) error {
		if got, err := tx.ReceiptsTake(5, "wamid.23"); err != nil || len(got) != 1 || got[0].Code != "131026" || got[0].Detail["a"] != "b" || !got[0].Flagged {
			t.Errorf("the old receipt that waited is %+v, %v", got, err)
		}
		return nil
	})
	write(t, db, func(tx *sqlite.Tx) error {
		for execution, want := range map[int64]string{8: "map[]", 51: "map[23:[1 2] 25:[]]", 52: "map[]"} {
			if rows, err := tx.DeliveryRows(execution); err != nil || fmt.Sprint(rows) != want {
				t.Errorf("the old messages of %d tell of %v, %v, want %s", execution, rows, err, want)
			}
		}
		return nil
	})
	if n, err := db.Number(t.Context(), "SELECT size FROM callbacks"); n != 2 || err != nil {
		t.Errorf("the old callback has %d bytes, %v", n, err)
	}
	if due := must(db.FlowChecksDue(t.Context(), time.Now(), 10))(t); len(due) != 1 || due[0].FlowKey != 7 || due[0].IntegrationKey != 11 || !due[0].At.IsZero() {
		t.Errorf("the old flow is to be held against its template: %+v", due)
	}
	if next := must(db.NextReadingFlow(t.Context(), 0))(t); next != 0 {
		t.Errorf("the old execution is to be read: %+v", next)
	}
}

func TestAFileThatIsNoDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, sqlite.File), bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := sqlite.Open(t.Context(), dir, hubtest.Options(nil))
	oneClearLine(t, err, sqlite.File, "not a database")
}

func TestADirectoryThatCannotBeMadeIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := sqlite.Open(t.Context(), filepath.Join(file, "data"), hubtest.Options(nil))
	oneClearLine(t, err, "data directory", file)
}

func TestAMissingDirectoryIsMadeForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "with space % and ?")
	hubtest.Open(t, dir, nil)
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if _, err := os.Stat(filepath.Join(dir, sqlite.File)); err != nil {
		t.Errorf("the database is somewhere else: %v", err)
	}
}

func TestWhatWasWrittenIsThereAfterTheNextOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := hubtest.Open(t, dir, nil)
	admin := hubtest.Admin(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = hubtest.Open(t, dir, nil)
	if again := hubtest.Admin(t, db); again.Consumer.Key != admin.Consumer.Key {
		t.Errorf("another first consumer: %s, then %s", admin.Consumer.ID(), again.Consumer.ID())
	}
	if err := db.Ready(t.Context()); err != nil {
		t.Errorf("not ready: %v", err)
	}
}

func TestADatabaseThatMayOnlyBeReadIsRefused(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may write everything: run the tests as another user")
	}
	dir := t.TempDir()
	if err := hubtest.Open(t, dir, nil).Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, sqlite.File)
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), dir, hubtest.Options(nil))
	if err == nil {
		_ = db.Close()
	}
	oneClearLine(t, err, path, "cannot be written")
}

func TestAHubWhoseDatabaseTakesNoWriteIsNotReady(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	if err := db.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	write := func(statement string) {
		t.Helper()
		if err := db.Write(t.Context(), func(tx *sqlite.Tx) error { return tx.Exec(statement) }); err != nil {
			t.Fatal(err)
		}
	}
	// Like a full disk: whatever does not touch a page goes well.
	write("CREATE TRIGGER full BEFORE UPDATE ON migrations BEGIN SELECT RAISE(ABORT, 'no page can be written'); END")
	if err := db.Ready(t.Context()); err == nil {
		t.Error("it says that it is")
	}
	write("DROP TRIGGER full")
	if err := db.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAHubWhoseDiskIsFullIsNotReadyAlthoughALittleStillFits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := hubtest.DB(t)
		write := func(statement string, args ...any) error {
			return db.Write(t.Context(), func(tx *sqlite.Tx) error { return tx.Exec(statement, args...) })
		}
		if err := write("PRAGMA max_page_count = 1"); err != nil { // it becomes as small as what is there
			t.Fatal(err)
		}
		large := make([]byte, 1<<20)
		err := write("INSERT INTO callbacks (key, integration, received_at, request) VALUES (1, 1, 0, ?)", large)
		if hub.CodeOf(err) != hub.CodeUnavailable {
			t.Fatalf("the large write was answered %v", err)
		}
		if err := write("UPDATE migrations SET at = at"); err != nil {
			t.Fatalf("the small write was answered %v", err)
		}
		if err := db.Ready(t.Context()); hub.CodeOf(err) != hub.CodeUnavailable {
			t.Errorf("ready: %v", err)
		}
		time.Sleep(time.Minute)
		if err := db.Ready(t.Context()); err != nil {
			t.Errorf("a minute later: %v", err)
		}
	})
}

func TestKeysGoOnFromTheLargestOneStored(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := hubtest.Open(t, dir, nil)
	// As a clock that is set back between two starts leaves it: a key of ten seconds from then.
	future := hub.KeyAt(time.Now().Add(10 * time.Second))
	if err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
		return tx.Exec("INSERT INTO callbacks (key, integration, received_at, request) VALUES (?, 1, 0, x'00')", future)
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	hubtest.Open(t, dir, nil)
	if next := hub.NewKey(time.Now()); next <= future {
		t.Errorf("the next key %d would not be larger than %d", next, future)
	}
}

const plainSecret = "EAAG-plain-access-token-of-a-test"

// withSecret is a store with one integration that has a secret.
func withSecret(t *testing.T) (db *sqlite.DB, dir string, key int64) {
	t.Helper()
	dir = t.TempDir()
	db = hubtest.Open(t, dir, nil)
	i, err := db.IntegrationCreate(t.Context(), hubtest.Admin(t, db),
		&hub.Integration{Connector: "whatsapp", Name: "whatsapp nt", Settings: json.RawMessage(`{"phoneNumberId":"readable"}`)},
		map[string]string{"accessToken": plainSecret})
	if err != nil {
		t.Fatal(err)
	}
	return db, dir, i.Key
}

func TestNoSecretCanBeReadInTheFiles(t *testing.T) {
	t.Parallel()
	db, dir, key := withSecret(t)
	if err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
		return tx.CallbackKeep(key, hub.Callback{Method: "POST", ReceivedAt: time.Now(), Header: map[string][]string{"Authorization": {plainSecret}}, Body: []byte(plainSecret)})
	}); err != nil {
		t.Fatal(err)
	}
	made, err := db.ConsumerCreate(t.Context(), hubtest.Admin(t, db), consumerInput("sender", hubtest.Admin(t, db).Group.Key))
	if err != nil {
		t.Fatal(err)
	}
	look := func(when string) {
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files: %v", err)
		}
		readable := false
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			readable = readable || bytes.Contains(b, []byte("phoneNumberId"))
			for _, secret := range []string{plainSecret, made.Secret, hubtest.AdminSecret} {
				if bytes.Contains(b, []byte(secret)) {
					t.Errorf("%s: %s holds the secret %s", when, filepath.Base(f), secret)
				}
			}
		}
		if !readable {
			t.Errorf("%s: not even the settings were found, so nothing was looked at", when)
		}
	}
	look("while the hub runs, with its write-ahead log")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	look("after the hub has stopped")
}

func TestAKeyThatIsNotTheDirectorysIsRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	db, dir, _ := withSecret(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string][]byte{"another key": bytes.Repeat([]byte{8}, sqlite.KeySize), "a short key": []byte("short"), "no key": nil} {
		_, err := sqlite.Open(t.Context(), dir, hubtest.Options(func(o *sqlite.Options) { o.Key = key }))
		oneClearLine(t, err, "key")
		if err != nil && strings.Contains(err.Error(), string(bytes.Repeat([]byte{8}, 4))) {
			t.Errorf("%s: the error shows the key", name)
		}
	}
	hubtest.Open(t, dir, nil)
}

func TestSealedSecretsCannotBeMovedToAnotherIntegration(t *testing.T) {
	t.Parallel()
	db, _, key := withSecret(t)
	other, err := db.IntegrationCreate(t.Context(), hubtest.Admin(t, db), &hub.Integration{Connector: "whatsapp", Name: "another"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
		return tx.Exec("UPDATE integrations SET secrets = (SELECT secrets FROM integrations WHERE key = ?) WHERE key = ?", key, other.Key)
	}); err != nil {
		t.Fatal(err)
	}
	if open, err := db.OpenIntegration(t.Context(), other.Key); err == nil {
		t.Errorf("the other integration was given %v", open.Secrets)
	}
	if open, err := db.OpenIntegration(t.Context(), key); err != nil || open.Secrets["accessToken"] != plainSecret {
		t.Errorf("its own secrets are %v (%v)", open.Secrets, err)
	}
}
