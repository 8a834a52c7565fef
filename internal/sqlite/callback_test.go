package sqlite_test

import (
	"bytes"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// keepCallbacks keeps callbacks of an integration until no more are taken, and says how many were.
func keepCallbacks(t *testing.T, db *sqlite.DB, integration int64, body []byte, most int) (n int) {
	t.Helper()
	for n < most {
		err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
			for range 100 {
				if err := tx.CallbackKeep(integration, hub.Callback{Method: "POST", Body: body, ReceivedAt: tx.Now()}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			if hub.CodeOf(err) != hub.CodeUnavailable {
				t.Fatal(err)
			}
			return n
		}
		n += 100
	}
	return n
}

func TestOneIntegrationsCallbacksLeaveRoomForThoseOfOthers(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	if n := keepCallbacks(t, db, 1, []byte("{}"), 20_000); n != sqlite.MaxCallbacksOf {
		t.Errorf("%d of one integration are kept", n)
	}
	for integration := int64(2); integration <= 5; integration++ {
		if n := keepCallbacks(t, db, integration, []byte("{}"), 1000); n != 1000 {
			t.Errorf("%d of another one are kept", n)
		}
	}
	if n := keepCallbacks(t, db, 6, []byte("{}"), 20_000); n != sqlite.MaxCallbacksOf {
		t.Errorf("%d of another one are kept", n)
	}
	if n := keepCallbacks(t, db, 7, []byte("{}"), 20_000) + keepCallbacks(t, db, 8, []byte("{}"), 20_000); n != sqlite.MaxCallbacks-2*sqlite.MaxCallbacksOf-4000 {
		t.Errorf("%d of two more are kept", n)
	}
}

func TestKeptCallbacksAreBoundedInBytesToo(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	n := 0
	for ; n < 100; n++ {
		err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
			return tx.CallbackKeep(1, hub.Callback{Method: "POST", Body: bytes.Repeat([]byte("x"), 3<<20), ReceivedAt: tx.Now()})
		})
		if hub.CodeOf(err) == hub.CodeUnavailable {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 10 || n > 25 {
		t.Errorf("%d callbacks of 3 MB are kept for one integration", n)
	}
	if m := keepCallbacks(t, db, 2, []byte("{}"), 100); m != 100 {
		t.Error("another integration has no room")
	}
	var first []sqlite.KeptCallback
	write(t, db, func(tx *sqlite.Tx) (err error) { first, err = tx.Callbacks(0, 1); return err })
	write(t, db, func(tx *sqlite.Tx) error { return tx.CallbackDone(first[0].Key) })
	write(t, db, func(tx *sqlite.Tx) error {
		return tx.CallbackKeep(1, hub.Callback{Method: "POST", Body: []byte("there is room again"), ReceivedAt: tx.Now()})
	})
}
