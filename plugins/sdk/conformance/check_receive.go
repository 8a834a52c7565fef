package conformance

import (
	"errors"
	"maps"
	"reflect"
	"slices"

	"github.com/recado-hub/recado/plugins/sdk"
)

func receiveChecks() []Check {
	return []Check{
		{"receive/forged", "a callback that the provider did not make is refused",
			"the address of callbacks is public: anybody could report messages as read or people as opted out", secSecrets, receiveForged},
		{"receive/genuine", "a genuine callback is believed, and its receipts name their delivery",
			"a receipt that names no delivery is lost", secContract, receiveGenuine},
		{"receive/altered", "a genuine callback with one byte more is refused",
			"a signature that is not verified over the raw body verifies nothing", secSecrets, receiveAltered},
		{"receive/repeated", "the same callback twice says the same twice",
			"providers repeat callbacks; the hub finds repetitions by what they say", secContract, receiveRepeated},
		{"receive/early", "a callback means the same to a process that has sent nothing",
			"callbacks come before the answer, after a restart, and to another process", secContract, receiveEarly},
	}
}

func receiveForged(t *T) {
	t.without("Receive", t.description().Capabilities.Receipts)
	c, e := t.use()
	for _, name := range slices.Sorted(maps.Keys(e.Forged)) {
		ctx, cancel := t.patient()
		r, err := c.Receive(ctx, e.Integration, e.Forged[name])
		cancel()
		if err != nil {
			t.fail("%s: %v. A callback that cannot be believed is answered, not an error", name, err)
			continue
		}
		if r.Verified || len(r.Receipts) > 0 || len(r.Notices) > 0 {
			t.fail("%s: it was believed", name)
		}
		if r.Status < 400 || r.Status > 499 {
			t.fail("%s: answered with %d: a refusal is 4xx", name, r.Status)
		}
	}
}

// genuine is a callback of the provider about a message that was sent.
func (t *T) genuine() (sdk.Callback, sdk.Outcome) {
	t.without("Receive", t.description().Capabilities.Receipts)
	_, e := t.use()
	if e.Callback == nil {
		t.skip("the suite has no genuine callback: say how one is made, or let the provider call back, in the configuration (callback)")
	}
	warm := t.warmUp()
	if warm.callback == nil {
		ctx, cancel := t.patient()
		defer cancel()
		cb, err := e.Callback(ctx, warm.outcome)
		if err != nil {
			t.skip("there is no genuine callback: %v", err)
		}
		warm.callback = &cb
	}
	return *warm.callback, warm.outcome
}

func (t *T) receive(c *sdk.Client, cb sdk.Callback) sdk.Reception {
	ctx, cancel := t.patient()
	defer cancel()
	r, err := c.Receive(ctx, t.example.Integration, cb)
	if err != nil {
		t.stop("a genuine callback: %v", err)
	}
	return r
}

func receiveGenuine(t *T) {
	cb, o := t.genuine()
	r := t.receive(t.client(), cb)
	if !r.Verified || r.Status != 200 {
		t.stop("it was not believed, and answered with %d", r.Status)
	}
	if len(r.Receipts) == 0 {
		t.stop("it has no receipts")
	}
	for _, one := range r.Receipts {
		if t.d.Capabilities.KeyedReceipts && one.DeliveryID != o.DeliveryID {
			t.fail("keyed_receipts promises that every receipt names the delivery %q: this one says %q", o.DeliveryID, one.DeliveryID)
		}
		if (one.ProviderID == "" || one.ProviderID != o.ProviderID) && (one.DeliveryID == "" || one.DeliveryID != o.DeliveryID) {
			t.fail("a receipt must name the delivery by provider id %q or delivery id %q, and says %q and %q", o.ProviderID, o.DeliveryID, one.ProviderID, one.DeliveryID)
		}
		if one.Status == "" {
			t.fail("a receipt without a status")
		}
	}
}

func receiveAltered(t *T) {
	cb, _ := t.genuine()
	cb.Body = append(slices.Clone(cb.Body), ' ')
	ctx, cancel := t.patient()
	defer cancel()
	r, err := t.client().Receive(ctx, t.example.Integration, cb)
	if err != nil {
		t.fail("%v. A callback that cannot be believed is answered, not an error", err)
	}
	if r.Verified || len(r.Receipts) > 0 {
		t.fail("it was believed")
	}
}

func receiveRepeated(t *T) {
	cb, _ := t.genuine()
	c := t.client()
	if first, second := t.receive(c, cb), t.receive(c, cb); !reflect.DeepEqual(first, second) {
		t.fail("the second time it is translated differently: %d receipts and status %d, then %d and %d",
			len(first.Receipts), first.Status, len(second.Receipts), second.Status)
	}
}

func receiveEarly(t *T) {
	cb, _ := t.genuine()
	fresh, err := t.start()
	if err != nil {
		t.stop("a second process did not start beside the first: %v", err)
	}
	defer fresh.Close()
	if first, early := t.receive(t.client(), cb), t.receive(fresh.Client, cb); !reflect.DeepEqual(first, early) {
		t.fail("to a fresh process it says something else: %d receipts and status %d, and not %d and %d",
			len(early.Receipts), early.Status, len(first.Receipts), first.Status)
	}
}

func lookupChecks() []Check {
	return []Check{
		{"lookup/answers", "each delivery that is asked about gets one answer, 100 at once",
			"a delivery without an answer stays UNKNOWN", secContract, lookupAnswers},
		{"lookup/truth", "what was accepted is not NOT_FOUND, and what was never sent is not FOUND",
			"NOT_FOUND sends the message again, and FOUND settles it", secContract, lookupTruth},
	}
}

// lookup asks about a delivery that was accepted and others that were never sent.
func (t *T) lookup(never int) (answers []sdk.LookupAnswer, known string) {
	t.without("Lookup", t.description().Capabilities.Lookup)
	warm := t.warmUp()
	c, e := t.use()
	q := sdk.LookupQuery{Items: []sdk.LookupItem{{
		DeliveryID: warm.delivery.ID, ProviderID: warm.outcome.ProviderID, Recipient: warm.delivery.Recipient,
		SentAt: warm.delivery.Deadline.Add(-t.options.Patience),
	}}}
	for range never {
		d := t.delivery()
		q.Items = append(q.Items, sdk.LookupItem{DeliveryID: d.ID, Recipient: d.Recipient, SentAt: d.Deadline.Add(-t.options.Patience)})
	}
	ctx, cancel := t.patient()
	defer cancel()
	l, err := c.Lookup(ctx, e.Integration, q)
	if errors.Is(err, sdk.ErrUnimplemented) {
		t.end(NotOffered, "the connector says that the provider of these settings cannot be asked")
	}
	if err != nil {
		t.stop("%v", err)
	}
	return l.Answers, warm.delivery.ID
}

func lookupAnswers(t *T) {
	answers, _ := t.lookup(sdk.MaxLookupItems - 1)
	seen := map[string]int{}
	for _, a := range answers {
		seen[a.DeliveryID]++
		if seen[a.DeliveryID] == 2 {
			t.fail("two answers about %s", a.DeliveryID)
		}
	}
	if len(seen) != sdk.MaxLookupItems {
		t.fail("answers about %d deliveries, and %d were asked for", len(seen), sdk.MaxLookupItems)
	}
}

func lookupTruth(t *T) {
	answers, known := t.lookup(1)
	for _, a := range answers {
		switch {
		case a.DeliveryID == known && a.State == sdk.LookupNotFound:
			t.fail("%s was accepted, and the lookup says NOT_FOUND: it would be sent again", known)
		case a.DeliveryID != known && a.State == sdk.LookupFound:
			t.fail("%s was never sent, and the lookup says FOUND", a.DeliveryID)
		}
	}
}
