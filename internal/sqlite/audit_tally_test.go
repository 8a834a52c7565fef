package sqlite_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

func TestNobodyCanFillTheDiskWithRefusals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		db := hubtest.Open(t, dir, nil)
		admin := hubtest.Admin(t, db)
		const attempts, addresses = 100_000, 10_000
		for i := range attempts {
			d := hub.Denial{Kind: hub.AuditTokenRefused, Reason: "invalid_client", ClientID: fmt.Sprintf("%08d and more", i),
				Via: hub.ViaOf(hub.DoorOAuth, fmt.Sprintf("10.0.%d.%d:99", i%addresses/256, i%256), "r")}
			if i%2 == 0 {
				d.ConsumerKey = admin.Consumer.Key // its key, and a wrong secret
			}
			db.NoteDenial(d, time.Now())
			if i%10_000 == 0 {
				time.Sleep(2 * sqlite.AuditDelay)
			}
		}
		if err := db.Close(); err != nil { // the rest is written
			t.Fatal(err)
		}
		db = hubtest.Open(t, dir, nil)
		list := logged(t, db, hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditTokenRefused}})
		if counted(list) != attempts {
			t.Errorf("of %d attempts %d were counted", attempts, counted(list))
		}
		others := 0
		for _, e := range list {
			if e.Others {
				others++
			}
			if e.Others != (e.Via.Address == "") || len([]rune(e.ClientID)) > 9 {
				t.Errorf("an entry says %+v", e)
			}
		}
		if len(list) > 121 || others != 1 {
			t.Errorf("they left %d entries, %d for others", len(list), others)
		}
		size := len(list)
		for i := range 100 { // nor by what comes after a restart in the same hour
			db.NoteDenial(hub.Denial{Kind: hub.AuditTokenRefused, Reason: "invalid_client", ClientID: fmt.Sprint("again ", i)}, time.Now())
		}
		if err := db.FlushAudit(); err != nil {
			t.Fatal(err)
		}
		if list := logged(t, db, hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditTokenRefused}}); len(list) != size || counted(list) != attempts+100 {
			t.Errorf("after a restart there are %d entries for %d", len(list), counted(list))
		}
	})
}

func TestDenialsAreWrittenAfterAWhileAndTheFirstTokenAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := hubtest.DB(t)
		admin := hubtest.Admin(t, db)
		denied := hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditDenied}}
		granted := hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditTokenGranted}}
		note := func(kind hub.AuditKind) {
			db.NoteDenial(hub.Denial{Kind: kind, ConsumerKey: admin.Consumer.Key, Needs: []hub.Permission{hub.RowHub.Permission(hub.See)}}, time.Now())
		}
		note(hub.AuditDenied)
		time.Sleep(sqlite.AuditDelay - time.Millisecond)
		if n := len(logged(t, db, denied)); n != 0 {
			t.Errorf("a denial was written at once: %d", n)
		}
		note(hub.AuditDenied)
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		if list := logged(t, db, denied); len(list) != 1 || list[0].Count != 2 || list[0].ConsumerName != admin.Consumer.Name || len(list[0].Needs) != 1 {
			t.Errorf("after a while it says %+v", list)
		}
		note(hub.AuditTokenGranted)
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if n := counted(logged(t, db, granted)); n != 1 {
			t.Errorf("the first token was written %d times", n)
		}
		for range 600 { // one each second
			note(hub.AuditTokenGranted)
			time.Sleep(time.Second)
		}
		time.Sleep(sqlite.AuditDelay)
		synctest.Wait()
		if list := logged(t, db, granted); len(list) > 2 || counted(list) != 601 {
			t.Errorf("ten minutes of tokens left %d entries for %d", len(list), counted(list))
		}
	})
}

func TestTokensThatAConsumerTakesBackAreCounted(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	c := hubtest.CallerWith(t, db)
	for i := range 50 {
		token := sqlite.RevokedToken{ID: fmt.Sprint("jti", i/2), ConsumerKey: c.Consumer.Key, ExpiresAt: time.Now().Add(time.Hour)}
		if err := db.TokenRevoke(t.Context(), c, token); err != nil {
			t.Fatal(err)
		}
	}
	list := logged(t, db, hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditTokenRevoked}, SubjectKey: c.Consumer.Key})
	if len(list) == 0 || len(list) > 2 || counted(list) != 25 || list[0].ConsumerKey != c.Consumer.Key || list[0].SubjectName != c.Consumer.Name {
		t.Errorf("the log has %d entries for %d, such as %+v", len(list), counted(list), list[0])
	}
}

func TestOldTalliesGoAndOldEntriesStay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := hubtest.DB(t)
		hubtest.Admin(t, db)
		note := func() {
			db.NoteDenial(hub.Denial{Kind: hub.AuditTokenRefused, Reason: "invalid_client"}, time.Now())
			time.Sleep(2 * sqlite.AuditDelay)
			synctest.Wait()
		}
		plain := len(logged(t, db, hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditBootstrapped}}))
		note()
		time.Sleep(399 * 24 * time.Hour)
		note()
		if n := len(logged(t, db, hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditTokenRefused}})); n != 2 {
			t.Errorf("after 399 days there are %d tallies", n)
		}
		time.Sleep(2 * 24 * time.Hour)
		note()
		if n := len(logged(t, db, hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditTokenRefused}})); n != 2 {
			t.Errorf("after 401 days there are %d tallies", n)
		}
		if n := len(logged(t, db, hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditBootstrapped}})); n != plain || n != 1 {
			t.Errorf("of the entries %d are left", n)
		}
	})
}

func TestWhatTheStoreCouldNotWriteIsCountedLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := hubtest.DB(t)
		hubtest.Admin(t, db)
		write(t, db, func(tx *sqlite.Tx) error {
			return tx.Exec("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
		})
		refused := hub.AuditFilter{Kinds: []hub.AuditKind{hub.AuditTokenRefused}}
		for range 3 {
			db.NoteDenial(hub.Denial{Kind: hub.AuditTokenRefused, Reason: "invalid_client"}, time.Now())
			time.Sleep(2 * sqlite.AuditDelay)
			synctest.Wait()
		}
		if n := counted(logged(t, db, refused)); n != 0 {
			t.Errorf("%d were written", n)
		}
		write(t, db, func(tx *sqlite.Tx) error { return tx.Exec("DROP TRIGGER full") })
		time.Sleep(2 * sqlite.AuditDelay)
		synctest.Wait()
		if list := logged(t, db, refused); len(list) != 1 || counted(list) != 3 {
			t.Errorf("later there are %d entries for %d", len(list), counted(list))
		}
	})
}
