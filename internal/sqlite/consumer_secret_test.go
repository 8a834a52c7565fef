package sqlite_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

func expiringIn(d time.Duration) hub.ConsumerInput {
	at := ptr(time.Now().Add(d))
	return hub.ConsumerInput{ExpiresAt: &at}
}

func TestAConsumerThatExpiresCallsNoMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := hubtest.DB(t)
		admin, ctx := hubtest.Admin(t, db), t.Context()
		c := hubtest.CallerWith(t, db, seeWorkOrders)
		must(db.ConsumerUpdate(ctx, admin, c.Consumer.Key, 0, expiringIn(time.Hour)))(t)
		time.Sleep(time.Hour - time.Second)
		hubtest.Caller(t, db, c.Consumer.Key)
		time.Sleep(time.Second)
		_, err := db.Caller(ctx, c.Consumer.Key, "en")
		refused(t, err, hub.CodeUnauthenticated, "")

		must(db.ConsumerUpdate(ctx, admin, c.Consumer.Key, 0, hub.ConsumerInput{Description: ptr("still the old date")}))(t)
		if _, err := db.Caller(ctx, c.Consumer.Key, "en"); err == nil {
			t.Error("another change gave it its life back")
		}
		var never *time.Time
		if now := must(db.ConsumerUpdate(ctx, admin, c.Consumer.Key, 0, hub.ConsumerInput{ExpiresAt: &never}))(t); now.ExpiresAt != nil {
			t.Errorf("it expires at %s", now.ExpiresAt)
		}
		hubtest.Caller(t, db, c.Consumer.Key)
	})
}

func TestASecretIsReplaced(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	group := must(db.GroupCreate(ctx, admin, groupInput("Senders", seeWorkOrders)))(t)
	made := must(db.ConsumerCreate(ctx, admin, consumerInput("sender", group.Key)))(t)
	key := made.Consumer.Key
	stored := func() *hub.Consumer { return must(db.ConsumerByClientID(ctx, made.Consumer.ClientID))(t) }

	t.Run("and the old one stays for as long as was asked for", func(t *testing.T) {
		next := must(db.ConsumerSecretRotate(ctx, admin, key, 1, hub.SecretRotation{KeepOldFor: time.Hour}))(t)
		c, now := stored(), time.Now()
		if !c.HasSecret(made.Secret, now) || !c.HasSecret(next.Secret, now) || c.HasSecret(made.Secret, now.Add(time.Hour)) {
			t.Error("not both secrets are valid, or the old one is for too long")
		}
		if next.Consumer.Version != 2 || next.Consumer.SecretRotatedAt == nil || next.Consumer.OldSecretUntil == nil ||
			next.Consumer.OldSecretUntil.Sub(*next.Consumer.SecretRotatedAt) != time.Hour || next.Consumer.SecretHash != nil || next.Consumer.OldSecretHash != nil {
			t.Errorf("the answer is %+v", next.Consumer)
		}
		if read := must(db.Consumer(ctx, admin, key))(t); read.Version != 2 || !read.OldSecretUntil.Equal(*next.Consumer.OldSecretUntil) {
			t.Errorf("what is read is %+v", read)
		}
	})
	t.Run("or ends at once", func(t *testing.T) {
		before := stored()
		next := must(db.ConsumerSecretRotate(ctx, admin, key, 0, hub.SecretRotation{}))(t)
		c, now := stored(), time.Now()
		if !c.HasSecret(next.Secret, now) || c.HasSecret(made.Secret, now) || slices.Equal(before.SecretHash, c.SecretHash) || c.OldSecretHash != nil {
			t.Error("the new secret is not the only one")
		}
	})
	t.Run("not for a version that is stale, a time that is too long, or a consumer that is not there", func(t *testing.T) {
		before := stored()
		_, err := db.ConsumerSecretRotate(ctx, admin, key, 1, hub.SecretRotation{})
		refused(t, err, hub.CodeConflict, "expectedVersion")
		_, err = db.ConsumerSecretRotate(ctx, admin, key, 0, hub.SecretRotation{KeepOldFor: 31 * 24 * time.Hour})
		refused(t, err, hub.CodeInvalid, "keepOldFor")
		_, err = db.ConsumerSecretRotate(ctx, admin, 404, 0, hub.SecretRotation{})
		refused(t, err, hub.CodeNotFound, "id")
		if !slices.Equal(before.SecretHash, stored().SecretHash) {
			t.Error("a refused rotation changed the secret")
		}
	})
	t.Run("only by who holds every right of its group", func(t *testing.T) {
		_, err := db.ConsumerSecretRotate(ctx, hubtest.CallerWith(t, db, hubtest.May(hub.RowAPIConnections, hub.Edit)), key, 0, hub.SecretRotation{})
		if e := refused(t, err, hub.CodeForbidden, ""); !slices.Equal(e.Needs, []hub.Permission{seeWorkOrders}) {
			t.Errorf("it needs %v", e.Needs)
		}
		_, err = db.ConsumerSecretRotate(ctx, hubtest.CallerWith(t, db, seeWorkOrders, hubtest.May(hub.RowAPIConnections, hub.See)), key, 0, hub.SecretRotation{})
		refused(t, err, hub.CodeForbidden, "")
		must(db.ConsumerSecretRotate(ctx, hubtest.CallerWith(t, db, seeWorkOrders, hubtest.May(hub.RowAPIConnections, hub.Edit)), key, 0, hub.SecretRotation{}))(t)
	})
}

func TestTheLastUseIsWrittenOnceAMinute(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	c := hubtest.CallerWith(t, db).Consumer
	used := func(at time.Time) *hub.Consumer {
		t.Helper()
		if err := db.ConsumerUsed(ctx, c, at); err != nil {
			t.Fatal(err)
		}
		return must(db.Consumer(ctx, admin, c.Key))(t)
	}
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, step := range []struct{ after, want time.Duration }{{0, 0}, {59 * time.Second, 0}, {time.Minute, time.Minute}, {30 * time.Second, time.Minute}} {
		now := used(start.Add(step.after))
		if now.LastUsedAt == nil || now.LastUsedAt.Sub(start) != step.want || now.Version != 1 {
			t.Errorf("used after %s: %+v", step.after, now)
		}
		if cached := hubtest.Caller(t, db, c.Key).Consumer; !cached.LastUsedAt.Equal(*now.LastUsedAt) {
			t.Errorf("used after %s: a caller still reads %s", step.after, cached.LastUsedAt)
		}
	}
}

func TestWhoeverWaitsForARightsChangeIsWoken(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	c := hubtest.CallerWith(t, db, seeWorkOrders)
	woken := func(waiting <-chan struct{}) bool {
		select {
		case <-waiting:
			return true
		default:
			return false
		}
	}
	for _, change := range []func() error{
		func() error {
			_, err := db.ConsumerUpdate(ctx, admin, c.Consumer.Key, 0, hub.ConsumerInput{Enabled: ptr(false)})
			return err
		},
		func() error {
			_, err := db.GroupUpdate(ctx, admin, c.Group.Key, 0, groupInput("less"))
			return err
		},
		func() error {
			return db.TokenRevoke(ctx, c, sqlite.RevokedToken{ID: "jti", ConsumerKey: c.Consumer.Key, ExpiresAt: time.Now().Add(time.Hour)})
		},
	} {
		waiting := db.RightsChanged()
		if woken(waiting) {
			t.Fatal("somebody is woken before anything changed")
		}
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if !woken(waiting) {
			t.Error("nobody was woken")
		}
	}
}

func TestRevokedTokensAreForgottenWhenTheyWouldHaveExpired(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, ctx := hubtest.DB(t), t.Context()
		c := hubtest.CallerWith(t, db)
		for _, id := range []string{"first", "second", "second", "third"} {
			if err := db.TokenRevoke(ctx, c, sqlite.RevokedToken{ID: id, ConsumerKey: c.Consumer.Key, ExpiresAt: time.Now().Add(time.Minute)}); err != nil {
				t.Fatal(err)
			}
			if !db.TokenRevoked(id) || db.TokenRevoked("another") {
				t.Errorf("%s: revoked %v", id, db.TokenRevoked(id))
			}
			time.Sleep(31 * time.Second)
		}
		if n := must(db.Number(ctx, "SELECT count(*) FROM revoked_tokens"))(t); n != 1 {
			t.Errorf("%d rows are kept, want that of the last token alone", n)
		}
	})
}
