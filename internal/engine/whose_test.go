package engine_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// through lets a flow send through another integration.
func through(t *testing.T, h *hubtest.Hub, in *hub.Integration) *hubtest.Assignment {
	t.Helper()
	a := h.Assignment(t, func(f *hub.FlowInput, _ *hub.EventInput) { (*f.Targets)[0].IntegrationKey = in.Key })
	a.Integration = in
	return a
}

// keyless is a receipt as a provider tells it that does not carry our key along.
func keyless(delivery int64, status hub.ReceiptStatus) hub.Receipt {
	rc := receipt(delivery, status)
	rc.DeliveryKey = 0
	return rc
}

func TestACallbackMovesDeliveriesOfEveryIntegrationWithTheSameSecretAndOfNoOther(t *testing.T) {
	for _, c := range []struct {
		name, sender, receiver string
		proves                 bool
	}{
		{"the same secret", "of-the-app", "of-the-app", true},
		{"another secret", "of-the-app", "of-another-app", false},
		{"the beginning of the secret", "of-the-app", "of-the-ap", false},
		{"no secret at the one that receives", "of-the-app", "", false},
		{"no secret at the one that sent", "", "of-the-app", false},
		{"no secret at either", "", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := hubtest.Engine(t, hubtest.EngineOptions{})
				through(t, h, h.IntegrationOf(t, "sender", c.sender))
				receiver := h.IntegrationOf(t, "receiver", c.receiver)
				keyed, named := started(t, h.Publish(t, forJonas("OT-1"))), started(t, h.Publish(t, forJonas("OT-2")))
				settled()
				_, a := one(t, h, keyed)
				_, b := one(t, h, named)
				before := h.Feed.Last()
				callback(t, h, receiver.Key, receipt(a.Key, hub.ReceiptDelivered), receipt(a.Key, hub.ReceiptFailed), keyless(b.Key, hub.ReceiptDelivered),
					keyless(b.Key, hub.ReceiptFailed))
				stats := h.Engine.Stats()
				if c.proves {
					is(t, h, keyed, "CLOSED SUCCEEDED: DELIVERED")
					is(t, h, named, "CLOSED SUCCEEDED: DELIVERED")
					if got := receipts(t, h, b.Key); got != "DELIVERED, FAILED flagged" || stats.ReceiptsForeign != 0 {
						t.Errorf("kept are %s, foreign %d", got, stats.ReceiptsForeign)
					}
					return
				}
				for key, d := range map[int64]*hub.Delivery{keyed: a, named: b} {
					is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
					if _, now := one(t, h, key); now.Flagged || receipts(t, h, d.Key) != "" {
						t.Errorf("somebody else's callback left %+v, receipts %s", now, receipts(t, h, d.Key))
					}
				}
				if stats.ReceiptsForeign != 4 || h.Feed.Last() != before || waiting(t, h) {
					t.Errorf("foreign %d, the journal went from %d to %d", stats.ReceiptsForeign, before, h.Feed.Last())
				}
				callback(t, h, receiver.Key) // the provider's own word is not in the way of the right one
				callback(t, h, a.IntegrationKey, receipt(a.Key, hub.ReceiptDelivered), keyless(b.Key, hub.ReceiptDelivered))
				is(t, h, keyed, "CLOSED SUCCEEDED: DELIVERED")
				is(t, h, named, "CLOSED SUCCEEDED: DELIVERED")
			})
		})
	}
}

// waiting says whether any receipt waits for its delivery.
func waiting(t *testing.T, h *hubtest.Hub) (yes bool) {
	t.Helper()
	if err := h.DB.Write(t.Context(), func(tx *sqlite.Tx) (err error) { yes, err = tx.HasWaitingReceipts(); return err }); err != nil {
		t.Fatal(err)
	}
	return yes
}

func TestWhoIsASiblingFollowsTheSecretsAsTheyAreNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		through(t, h, h.IntegrationOf(t, "sender", "of-the-app"))
		receiver := h.IntegrationOf(t, "receiver", "of-the-app")
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		callback(t, h, receiver.Key, receipt(d.Key, hub.ReceiptSent))
		is(t, h, key, "CLOSED SUCCEEDED: SENT")
		if _, err := h.Engine.IntegrationUpdate(t.Context(), h.Admin, receiver.Key, 0, hub.IntegrationInput{Secrets: map[string]string{"app_secret": "rotated"}}); err != nil {
			t.Fatal(err)
		}
		callback(t, h, receiver.Key, receipt(d.Key, hub.ReceiptDelivered))
		is(t, h, key, "CLOSED SUCCEEDED: SENT")
		if _, err := h.Engine.IntegrationUpdate(t.Context(), h.Admin, receiver.Key, 0, hub.IntegrationInput{Secrets: map[string]string{"app_secret": "of-the-app"}}); err != nil {
			t.Fatal(err)
		}
		callback(t, h, receiver.Key, receipt(d.Key, hub.ReceiptDelivered))
		is(t, h, key, "CLOSED SUCCEEDED: DELIVERED")
	})
}

func TestAReceiptThatWaitsIsAdoptedByASiblingsDeliveryAndByNoOther(t *testing.T) {
	for secret, want := range map[string]string{"of-the-app": "CLOSED SUCCEEDED: DELIVERED", "of-another-app": "CLOSED SUCCEEDED: ACCEPTED"} {
		t.Run(secret, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := hubtest.Engine(t, hubtest.EngineOptions{})
				through(t, h, h.IntegrationOf(t, "sender", "of-the-app"))
				receiver := h.IntegrationOf(t, "receiver", secret)
				h.Connector.Hold()
				key := started(t, h.Publish(t, forJonas("OT-1")))
				_, d := one(t, h, key)
				callback(t, h, receiver.Key, keyless(d.Key, hub.ReceiptDelivered))
				if got := waiting(t, h); got != (secret == "of-the-app") {
					t.Errorf("the receipt waits: %v", got)
				}
				h.Connector.Release()
				settled()
				is(t, h, key, want)
			})
		})
	}
}

// A provider may give small numbers as ids, or none at all where it carries our key along.
func TestMessagesOfTwoIntegrationsWithTheSameProvidersIDAreNotMistaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		h.Connector.Decide(func(hub.Handover) hub.Outcome { return hub.Outcome{Kind: hub.OutcomeAccepted, ProviderID: "17"} })
		a, b := through(t, h, h.IntegrationOf(t, "a", "of-a")), through(t, h, h.IntegrationOf(t, "b", "of-b"))
		settled()
		p := h.Publish(t, forJonas("OT-1")) // for both flows
		settled()
		if len(p.Executions) != 2 {
			t.Fatalf("%d executions", len(p.Executions))
		}
		callback(t, h, a.Integration.Key, hub.Receipt{ProviderID: "17", Status: hub.ReceiptRead})
		callback(t, h, b.Integration.Key, hub.Receipt{ProviderID: "17", Status: hub.ReceiptSent}, hub.Receipt{ProviderID: "17", Status: hub.ReceiptRead})
		for _, e := range p.Executions {
			is(t, h, e.Key, "CLOSED SUCCEEDED: READ")
		}
	})
}

func TestReceiptsWithoutAProvidersIDAreToldApartByOurKey(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		for i := range 3 {
			key := started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i))))
			settled()
			_, d := one(t, h, key)
			callback(t, h, a.Integration.Key, hub.Receipt{DeliveryKey: d.Key, Status: hub.ReceiptDelivered})
			is(t, h, key, "CLOSED SUCCEEDED: DELIVERED")
		}
	})
}

func TestAReceiptOfAMessageThatIsNotOursIsCountedAndNotKept(t *testing.T) {
	stranger := hub.Receipt{ProviderID: "wamid.of.another.system", Status: hub.ReceiptDelivered}
	nowhere := hub.Receipt{ProviderID: "wamid.x", DeliveryKey: 123456789, Status: hub.ReceiptDelivered}
	for _, c := range []struct {
		name    string
		rc      hub.Receipt
		outcome hub.Outcome // of a message before it
		hold    bool        // a message is on its way meanwhile
		keyed   bool
		kept    bool
	}{
		{"a message of another system on the same app, while none of ours is on its way", stranger, hub.Outcome{Kind: hub.OutcomeAccepted}, false, false, false},
		{"a message of another system on the same app, of a provider that carries our key along", stranger, hub.Outcome{Kind: hub.OutcomeAccepted}, true, true, false},
		{"an id that may be that of the message which is on its way", stranger, hub.Outcome{Kind: hub.OutcomeAccepted}, true, false, true},
		{"an id that may be that of a message of which nobody knows", stranger, unknown, false, false, true},
		{"a message of which nobody knows has an id already", stranger, hub.Outcome{Kind: hub.OutcomeUnknown, ProviderID: "wamid.1"}, false, false, false},
		{"a delivery that does not exist", nowhere, hub.Outcome{Kind: hub.OutcomeAccepted}, true, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				h.Connector.Keyed(c.keyed)
				h.Connector.Script(jonasPhone, c.outcome)
				started(t, h.Publish(t, forJonas("OT-1")))
				settled()
				if c.hold {
					h.Connector.Hold()
					started(t, h.Publish(t, forJonas("OT-2")))
					settled()
				}
				callback(t, h, a.Integration.Key, c.rc)
				if n := h.Engine.Stats().ReceiptsUnknown; waiting(t, h) != c.kept || (n == 0) != c.kept {
					t.Errorf("it waits: %v, counted %d", waiting(t, h), n)
				}
			})
		})
	}
}

func TestReceiptsThatWaitAreBoundedInNumberAndAge(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, unknown)
		h.Connector.Hold()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		for range sqlite.MaxWaitingReceipts/100 + 2 {
			var list []hub.Receipt
			for range 100 {
				list = append(list, hub.Receipt{ProviderID: fmt.Sprint("wamid.", hub.NewKey(time.Now())), Status: hub.ReceiptSent})
			}
			callback(t, h, a.Integration.Key, list...)
		}
		if n := count(t, h, "SELECT count(*) FROM receipts"); n > sqlite.MaxWaitingReceipts || n < sqlite.MaxWaitingReceipts-200 {
			t.Errorf("%d receipts wait", n)
		}
		callback(t, h, a.Integration.Key, keyless(d.Key, hub.ReceiptRead)) // the newest stay
		h.Connector.Answer(h.Connector.Held()[0], hub.Outcome{Kind: hub.OutcomeAccepted})
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: READ")
		age := func(by string) { // behind the hub's back, since a week of ticks takes long
			tamper(t, h.Dir, "UPDATE receipts SET received_at = received_at - "+by+" WHERE delivery IS NULL")
			after(2 * time.Minute)
		}
		age("6 * 86400000")
		if n := count(t, h, "SELECT count(*) FROM receipts"); n < 800 {
			t.Errorf("%d receipts are left after six days", n)
		}
		age("2 * 86400000")
		if n := count(t, h, "SELECT count(*) FROM receipts"); n != 1 {
			t.Errorf("%d receipts are left after eight days", n)
		}
	})
}

func TestWhatIsNotKeptIsLoggedEverMoreSeldom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		h := hubtest.Engine(t, hubtest.EngineOptions{Log: slog.New(slog.NewTextHandler(&log, nil))})
		in := h.Integration(t, "whatsapp nt")
		for range 100 {
			callback(t, h, in.Key, hub.Receipt{ProviderID: "wamid.of.nobody", Status: hub.ReceiptSent})
		}
		if n := strings.Count(log.String(), "not of this hub"); n != 7 || h.Engine.Stats().ReceiptsUnknown != 100 {
			t.Errorf("logged %d times of %d", n, h.Engine.Stats().ReceiptsUnknown)
		}
	})
}

// count reads one number from the database behind the hub's back.
func count(t testing.TB, h *hubtest.Hub, query string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(h.Dir, sqlite.File)+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.QueryRowContext(t.Context(), query).Scan(&n), db.Close()); err != nil {
		t.Fatal(err)
	}
	return n
}
