package sqlite_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

var everyKind = hub.AuditFilter{}

// logged reads the audit log as somebody who may see everything, newest first.
func logged(t testing.TB, db *sqlite.DB, f hub.AuditFilter) []*hub.AuditEntry {
	t.Helper()
	var list []*hub.AuditEntry
	for p := (hub.Page{First: hub.MaxPage}); ; {
		l := must(db.AuditLog(t.Context(), hubtest.Admin(t, db), f, p))(t)
		list = append(list, l.Items...)
		if !l.HasNext {
			return list
		}
		p.After = hub.Cursor(list[len(list)-1].Key)
	}
}

// counted sums what entries stand for.
func counted(list []*hub.AuditEntry) (n int) {
	for _, e := range list {
		n += e.Count
	}
	return n
}

func change(e *hub.AuditEntry, path string) string {
	for _, c := range e.Changes {
		if c.Path == path {
			return string(c.From) + " → " + string(c.To)
		}
	}
	return "unchanged"
}

func TestAnEntryTellsWhoDidWhatFromWhereAndWhatChanged(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	admin.Via = hub.ViaOf(hub.DoorGraphQL, "[::ffff:192.0.2.7]:4711", "req-1")
	before := time.Now().Add(-time.Second)
	g := must(db.GroupCreate(ctx, admin, groupInput("Readers")))(t)
	e := logged(t, db, everyKind)[0]
	if e.Kind != hub.AuditCreated || e.ConsumerKey != admin.Consumer.Key || e.ConsumerName != admin.Consumer.Name || e.Subject != hub.AuditGroup ||
		e.SubjectKey != g.Key || e.SubjectName != "Readers" || e.Count != 1 || e.Others || e.At.Before(before) || !e.LastAt.Equal(e.At) {
		t.Errorf("it says %+v", e)
	}
	if e.Via != (hub.Via{Door: hub.DoorGraphQL, Address: "192.0.2.7", Request: "req-1"}) {
		t.Errorf("it came from %+v", e.Via)
	}
	if n := len(logged(t, db, hub.AuditFilter{Until: e.At})); n >= len(logged(t, db, everyKind)) {
		t.Errorf("before it there were %d, itself among them", n)
	}
	if got := change(e, "description"); got != ` → "Readers"` {
		t.Errorf("the description went %s", got)
	}

	t.Run("an update tells which fields went from what to what", func(t *testing.T) {
		text := "Readers of all"
		must(db.GroupUpdate(ctx, admin, g.Key, 0, hub.GroupInput{Description: &text}))(t)
		e := logged(t, db, everyKind)[0]
		if e.Kind != hub.AuditChanged || change(e, "description") != `"Readers" → "Readers of all"` || change(e, "version") != "1 → 2" || len(e.Changes) != 2 {
			t.Errorf("it says %+v", e)
		}
	})
	t.Run("a deletion tells what there was", func(t *testing.T) {
		if err := db.GroupDelete(ctx, admin, g.Key, 0); err != nil {
			t.Fatal(err)
		}
		if e := logged(t, db, everyKind)[0]; e.Kind != hub.AuditDeleted || change(e, "description") != `"Readers of all" → ` || e.SubjectName != "Readers of all" {
			t.Errorf("it says %+v", e)
		}
	})
	t.Run("what the machine itself did has no consumer", func(t *testing.T) {
		must(db.Restore(ctx))(t)
		if err := db.KeysRotated(ctx, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		list := logged(t, db, hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditKeysRotated, hub.AuditAdministratorReset, hub.AuditBootstrapped}})
		var kinds []hub.AuditKind
		for _, e := range list {
			kinds = append(kinds, e.Kind)
			if e.ConsumerKey != 0 || e.Via != (hub.Via{Door: hub.DoorCommand}) {
				t.Errorf("it says %+v", e)
			}
		}
		if !slices.Equal(kinds, []hub.AuditKind{hub.AuditKeysRotated, hub.AuditAdministratorReset, hub.AuditBootstrapped}) {
			t.Errorf("the kinds are %v", kinds)
		}
	})
}

func TestWhatDoesNotHappenLeavesNoEntry(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	f := must(db.FlowCreate(ctx, admin, flow("f", 0, 0)))(t)
	before := len(logged(t, db, everyKind))
	off := false
	for what, err := range map[string]error{
		"the last administrator disabled": lastly(db.ConsumerUpdate(ctx, admin, admin.Consumer.Key, 0, hub.ConsumerInput{Enabled: &off})),
		"a group in use deleted":          db.GroupDelete(ctx, admin, admin.Group.Key, 0),
		"a stale update":                  lastly(db.FlowUpdate(ctx, admin, f.Key, 9, func(*hub.Flow) error { return nil })),
		"a flow that is refused":          lastly(db.FlowSetEnabled(ctx, admin, f.Key, 0, true, func(*hub.Flow) error { return errors.New("unsound") })),
		"a key that cannot be rotated":    db.KeysRotated(ctx, func() error { return errors.New("the disk is full") }),
		"a transaction that fails later": db.Write(ctx, func(tx *sqlite.Tx) error {
			if err := tx.Audit(admin, hub.AuditEntry{Kind: hub.AuditChanged}); err != nil {
				return err
			}
			return errors.New("later")
		}),
	} {
		if err == nil {
			t.Errorf("%s went through", what)
		}
	}
	must(db.FlowSetEnabled(ctx, admin, f.Key, 0, false, nil))(t) // it was not enabled
	if after := len(logged(t, db, everyKind)); after != before {
		t.Errorf("it left %d entries", after-before)
	}
}

func TestNoSecretIsInTheAuditLogNorAnywhereElseInTheDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := hubtest.Open(t, dir, nil)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	made := must(db.ConsumerCreate(ctx, admin, consumerInput("c", admin.Group.Key)))(t)
	rotated := must(db.ConsumerSecretRotate(ctx, admin, made.Consumer.Key, 0, hub.SecretRotation{KeepOldFor: time.Hour, RevokeTokens: true}))(t)
	i := must(db.IntegrationCreate(ctx, admin, &hub.Integration{Connector: "whatsapp", Name: "i"}, map[string]string{"token": "EAAB-first-token", "keep": "EAAB-kept-token"}))(t)
	must(db.IntegrationUpdate(ctx, admin, i.Key, 0, func(_ *hub.Integration, secrets map[string]string) error {
		secrets["token"], secrets["more"] = "EAAB-second-token", "EAAB-third-token"
		delete(secrets, "keep")
		return nil
	}))(t)
	// Somebody sends the secret in the place of the key.
	db.NoteDenial(hub.Denial{Kind: hub.AuditTokenRefused, ClientID: rotated.Secret, Reason: "invalid_client"}, time.Now())
	e := logged(t, db, everyKind)[0]
	if e.Kind != hub.AuditSecretsChanged || change(e, "secrets.token") != `"set" → "changed"` || change(e, "secrets.more") != ` → "set"` || change(e, "secrets.keep") != `"set" → ` {
		t.Errorf("of secrets it says %+v", e)
	}
	if e := logged(t, db, hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditSecretRotated}})[0]; change(e, "secret") != `"set" → "changed"` || change(e, "oldSecretUntil") == "unchanged" || change(e, "tokens") != `"valid" → "revoked"` {
		t.Errorf("of a rotation it says %+v", e)
	}
	if err := db.FlushAudit(); err != nil {
		t.Fatal(err)
	}
	answer, err := json.Marshal(logged(t, db, everyKind))
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{made.Secret, rotated.Secret, "EAAB-first-token", "EAAB-second-token", "EAAB-third-token", "EAAB-kept-token"}
	for _, s := range secrets {
		hash := hub.HashSecret(s)
		for _, form := range []string{s, hex.EncodeToString(hash), base64.StdEncoding.EncodeToString(hash), base64.RawURLEncoding.EncodeToString(hash)} {
			if bytes.Contains(answer, []byte(form)) {
				t.Errorf("the log tells %s", form)
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, sqlite.File+"*"))
	if err != nil || len(files) == 0 {
		t.Fatal("there is no database", err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range secrets {
			if bytes.Contains(raw, []byte(s)) {
				t.Errorf("%s holds %s", name, s)
			}
		}
	}
}

func TestTheAuditLogCannotBeChanged(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	hubtest.Admin(t, db)
	now := time.Now()
	db.NoteDenial(hub.Denial{Kind: hub.AuditDenied, ConsumerKey: 7, Asked: "flows"}, now)
	if err := db.FlushAudit(); err != nil {
		t.Fatal(err)
	}
	for what, query := range map[string]string{
		"an entry changed":             "UPDATE audit SET consumer_name = 'somebody else' WHERE hour IS NULL",
		"an entry counted":             "UPDATE audit SET count = count + 1 WHERE hour IS NULL",
		"an entry deleted":             "DELETE FROM audit WHERE hour IS NULL",
		"a tally made smaller":         "UPDATE audit SET count = count - 1 WHERE hour IS NOT NULL",
		"a tally told of another":      "UPDATE audit SET count = count + 1, consumer = 8 WHERE hour IS NOT NULL",
		"a tally brought back in time": "UPDATE audit SET count = count + 1, last_at = last_at - 1 WHERE hour IS NOT NULL",
		"a tally deleted":              "DELETE FROM audit WHERE hour IS NOT NULL",
	} {
		err := db.Write(t.Context(), func(tx *sqlite.Tx) error { return tx.Exec(query) })
		if err == nil || !strings.Contains(err.Error(), "the audit log") {
			t.Errorf("%s: %v", what, err)
		}
	}
	// Every column that a tally is told by is held: one that is added later must be, too.
	columns := must(db.Number(t.Context(), "SELECT count(*) FROM pragma_table_info('audit')"))(t)
	if held := 18 + 2; columns != held { // key … hour, without count and last_at, which may grow
		t.Errorf("the table has %d columns, the trigger audit_stays holds %d", columns, held)
	}
	write(t, db, func(tx *sqlite.Tx) error { return tx.Exec("UPDATE audit SET count = count + 1 WHERE hour IS NOT NULL") })
}

func TestTheAuditLogIsNarrowedAndPaged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := hubtest.DB(t)
		admin, ctx := hubtest.Admin(t, db), t.Context()
		other := hubtest.CallerWith(t, db, hubtest.May(hub.RowEvents, hub.Add), hubtest.May(hub.RowEvents, hub.Edit))
		time.Sleep(time.Hour)
		start := time.Now()
		e := must(db.EventCreate(ctx, other, event("e")))(t)
		time.Sleep(time.Hour)
		middle := time.Now()
		must(db.EventSetEnabled(ctx, admin, e.Key, 0, true, nil))(t)
		db.NoteDenial(hub.Denial{Kind: hub.AuditDenied, ConsumerKey: other.Consumer.Key, Asked: "flows"}, middle.Truncate(time.Hour))
		db.NoteDenial(hub.Denial{Kind: hub.AuditDenied, ConsumerKey: other.Consumer.Key, Asked: "flows"}, middle.Truncate(time.Hour).Add(59*time.Minute))
		if err := db.FlushAudit(); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			filter hub.AuditFilter
			want   string
		}{
			"by kind":                     {hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditEnabled, hub.AuditDenied}}, "DENIED ENABLED"},
			"by who did it":               {hub.AuditFilter{ConsumerKey: other.Consumer.Key}, "DENIED CREATED"},
			"by what it was done to":      {hub.AuditFilter{SubjectKey: e.Key}, "ENABLED CREATED"},
			"by all of these":             {hub.AuditFilter{SubjectKey: e.Key, ConsumerKey: other.Consumer.Key, Kinds: []hub.AuditKind{hub.AuditCreated}}, "CREATED"},
			"by when":                     {hub.AuditFilter{Since: start, ConsumerKey: admin.Consumer.Key}, "ENABLED"},
			"since: a tally that went on": {hub.AuditFilter{Since: middle.Truncate(time.Hour).Add(58 * time.Minute)}, "DENIED"},
			"by nothing that there is":    {hub.AuditFilter{ConsumerKey: 404}, ""},
		} {
			var got []string
			for _, e := range logged(t, db, c.filter) {
				got = append(got, string(e.Kind))
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: found %v, want %s", name, got, c.want)
			}
		}
		all := logged(t, db, everyKind)
		var pages []*hub.AuditEntry
		for p := (hub.Page{First: 2}); ; {
			l := must(db.AuditLog(ctx, admin, everyKind, p))(t)
			pages = append(pages, l.Items...)
			if !l.HasNext {
				break
			}
			p.After = hub.Cursor(l.Items[1].Key)
		}
		if len(pages) != len(all) || !slices.IsSortedFunc(pages, func(a, b *hub.AuditEntry) int { return int(b.Key - a.Key) }) {
			t.Errorf("pages of two have %d entries, not %d newest first", len(pages), len(all))
		}
	})
}
