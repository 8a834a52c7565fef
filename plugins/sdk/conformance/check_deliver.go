package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

func deliverChecks() []Check {
	return []Check{
		{"deliver/accepted", "a delivery that can be sent is accepted",
			"nothing else can be tested of a destination that sends nothing", secContract, deliverAccepted},
		{"deliver/many", "each of many deliveries is accepted, and sent once",
			"a delivery without an outcome is UNKNOWN to the hub, and one that is sent twice wakes a technician twice", secContract, deliverMany},
		{"deliver/back-pressure", "while one integration's outcomes are not read, everything else goes on",
			"the hub reads at its own pace; one slow integration must not stop the others", secLife, deliverBackPressure},
		{"deliver/close", "when the hub closes its side, the rest is answered and the stream ends with OK",
			"so the hub drains a connector before it ends or replaces it", secLife, deliverClose},
		{"deliver/broken", "a stream that the hub breaks off can be opened again",
			"a hub that was restarted, or settings that changed, open a new stream", secLife, deliverBroken},
		{"deliver/recall", "what is recalled is accepted or handed back, each with one outcome",
			"what was not begun is begun elsewhere: a delivery that is neither is lost or doubled", secLife, deliverRecall},
		{"deliver/late", "a delivery whose deadline has passed is not sent",
			"the hub has given it up already, and may have sent it again", secLife, deliverLate},
		{"deliver/odd", "odd values get an outcome each that is not a guess",
			"values are what people and their systems write: empty, in any script, with control characters", secContract, deliverOdd},
		{"deliver/oversized", "values that are too long or too many get an outcome each",
			"a connector that stops at one large message stops for everybody", secContract, deliverOversized},
		{"deliver/impossible", "what can never be sent is REJECTED or MISCONFIGURED",
			"RETRY is tried for days, and ACCEPTED is a lie", secContract, deliverImpossible},
		{"deliver/bad-settings", "with settings that cannot work nothing is accepted or sent",
			"the hub takes ACCEPTED for the provider's word", secContract, deliverBadSettings},
		{"deliver/again", "a second attempt with the same id has an outcome of its own, and is sent once if idempotent sending is declared",
			"after a crash the hub sends a delivery again under the same id where that is said to be safe", secContract, deliverAgain},
	}
}

func deliverAccepted(t *T) {
	_, e := t.destination()
	o, err := t.one(e.Integration, t.delivery())
	if err != nil {
		t.stop("%v", err)
	}
	if o.Kind != sdk.Accepted {
		t.stop("the example delivery: %s at %q%s %s", o.Kind, o.Path, reason(o.Message), o.NextStep)
	}
}

func deliverMany(t *T) {
	sent := t.sees()
	_, e := t.use()
	many := t.options.Many
	before := 0
	if sent != nil {
		before = sent()
	}
	got := t.must(e.Integration, t.deliveries(many))
	if len(got) != many {
		t.fail("%d outcomes for %d deliveries", len(got), many)
	}
	for _, id := range slices.Sorted(maps.Keys(got)) {
		if o := got[id]; o.Kind != sdk.Accepted {
			t.fail("%s: %s at %q%s", id, o.Kind, o.Path, reason(o.Message))
		}
	}
	if sent != nil {
		if n := sent() - before; n != many {
			t.fail("%d messages were sent for %d deliveries", n, many)
		}
	}
}

// unread is how long outcomes are left lying.
const unread = 300 * time.Millisecond

func deliverBackPressure(t *T) {
	t.warmUp()
	c, e := t.use()
	s, err := t.openStream(e.Integration)
	if err != nil {
		t.stop("%v", err)
	}
	defer s.Close()
	n := s.InFlight()
	list := t.deliveries(n)
	handed := make(chan error, 1)
	for i := range list {
		s.open[list[i].ID] = &list[i]
	}
	go func() { handed <- s.Send(list) }()
	pause(t, unread)
	other := e.Integration
	other.ID = "int_suite_other"
	o, err := t.one(other, t.delivery())
	if err != nil || o.Kind != sdk.Accepted {
		t.fail("meanwhile a delivery of another integration was not accepted: %s%s %v", o.Kind, reason(o.Message), err)
	}
	ctx, cancel := t.patient()
	defer cancel()
	if _, err := c.Describe(ctx); err != nil {
		t.fail("meanwhile it did not describe itself: %v", err)
	}
	s.read()
	for len(s.open) > 0 {
		if _, err := s.next(t.options.Patience); err != nil {
			t.stop("then %d of %d outcomes were missing: %v", len(s.open), n, err)
		}
	}
	if err := <-handed; err != nil {
		t.fail("handing over %d deliveries: %v", n, err)
	}
	_ = s.end(tooMuch)
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func deliverClose(t *T) {
	t.warmUp()
	_, e := t.use()
	s, err := t.openStream(e.Integration)
	if err != nil {
		t.stop("%v", err)
	}
	defer s.Close()
	s.read()
	n := min(s.InFlight(), 16)
	if err := s.hand(t.deliveries(n)); err != nil {
		t.stop("%v", err)
	}
	switch err := s.end(t.options.Patience); {
	case errors.Is(err, io.EOF):
	case errors.Is(err, errNoOutcome):
		t.fail("it did not end the stream within %s", t.options.Patience)
	default:
		t.fail("the stream ended with %v and not with OK", err)
	}
	if len(s.open) > 0 {
		t.fail("%d of %d deliveries that were handed over before have no outcome", len(s.open), n)
	}
}

func deliverBroken(t *T) {
	t.warmUp()
	_, e := t.use()
	for range 3 {
		s, err := t.openStream(e.Integration)
		if err != nil {
			t.stop("%v", err)
		}
		err = s.hand(t.deliveries(min(s.InFlight(), 8)))
		s.Close()
		if err != nil {
			t.stop("%v", err)
		}
	}
	if o, err := t.one(e.Integration, t.delivery()); err != nil || o.Kind != sdk.Accepted {
		t.fail("after three streams were broken off, a delivery was not accepted: %s%s %v", o.Kind, reason(o.Message), err)
	}
}

func deliverRecall(t *T) {
	t.warmUp()
	_, e := t.use()
	s, err := t.openStream(e.Integration)
	if err != nil {
		t.stop("%v", err)
	}
	defer s.Close()
	s.read()
	n := s.InFlight()
	p := make(chan error, 1)
	list := t.deliveries(n)
	for i := range list {
		s.open[list[i].ID] = &list[i]
	}
	go func() { p <- errors.Join(s.Send(list), s.Recall()) }()
	for len(s.open) > 0 {
		outcomes, err := s.next(t.options.Patience)
		if err != nil {
			t.stop("%d of %d deliveries have no outcome after a recall: %v", len(s.open), n, err)
		}
		for _, o := range outcomes {
			if o.Kind != sdk.Accepted && !o.NotStarted() {
				t.fail("%s is neither accepted nor handed back: %s%s", o.DeliveryID, o.Kind, reason(o.Message))
			}
		}
	}
	if err := <-p; err != nil { // a recall may come when nothing waits any more
		t.stop("%v", err)
	}
	_ = s.end(tooMuch)
	if o, err := t.one(e.Integration, t.delivery()); err != nil || o.Kind != sdk.Accepted {
		t.fail("after a recall a delivery was not accepted: %s%s %v", o.Kind, reason(o.Message), err)
	}
}

func deliverLate(t *T) {
	sent := t.sees()
	_, e := t.use()
	before := 0
	if sent != nil {
		before = sent()
	}
	late := t.delivery()
	late.Deadline = time.Now().Add(-time.Second)
	o, err := t.one(e.Integration, late)
	switch {
	case err != nil:
		t.fail("%v", err)
	case o.Kind == sdk.Accepted:
		t.fail("its deadline passed a second ago, yet it was accepted")
	}
	if sent != nil && sent() != before {
		t.fail("its deadline passed a second ago, yet it was sent")
	}
}

// oddValues are what users and their systems write.
func oddValues() map[string]string {
	return map[string]string{
		"empty": "", "spaces": "   ", "newlines": "a\n\nb\tc", "control": "a\x00b\x1bc", "quotes": `"\'<&>`, "emoji": "\U0001F6E0\uFE0F 1\u20E3",
		"rtl": "\u202Eabc\u05D0", "separators": "a\u2028b\u2029c", "no utf8": "a\xffb\xc3", "injection": "x\r\nBcc: y@example.com\r\n\r\n{{7*7}}${7*7}",
	}
}

// varied makes deliveries that differ from good ones by name. What they are called is found again by their id.
type varied struct {
	t     *T
	list  []sdk.Delivery
	names map[string]string
}

func (v *varied) add(name string, change func(*sdk.Delivery)) {
	d := v.t.delivery()
	d.Values = slices.Clone(d.Values)
	change(&d)
	if v.names == nil {
		v.names = map[string]string{}
	}
	v.names[d.ID] = name
	v.list = append(v.list, d)
}

func (v *varied) outcomes(each func(name string, o sdk.Outcome)) {
	got := v.t.must(v.t.example.Integration, v.list)
	for _, d := range v.list {
		each(v.names[d.ID], got[d.ID])
	}
}

// certain: nothing was uncertain about these.
func (t *T) certain(name string, o sdk.Outcome) {
	if o.Kind == sdk.Unknown {
		t.fail("%s: nothing was uncertain about it, yet the outcome is UNKNOWN%s", name, reason(o.Message))
	}
}

func deliverOdd(t *T) {
	t.warmUp()
	v := varied{t: t}
	odd := oddValues()
	for _, name := range slices.Sorted(maps.Keys(odd)) {
		v.add("the value "+name, func(d *sdk.Delivery) {
			if len(d.Values) > 0 {
				d.Values[0].Text = odd[name]
			}
		})
	}
	v.add("values by names that nobody knows", func(d *sdk.Delivery) {
		for i := range d.Values {
			d.Values[i].Position, d.Values[i].Name = 0, fmt.Sprintf("name_%d", i+1)
		}
	})
	v.add("some values by name and some by position", func(d *sdk.Delivery) {
		for i := range d.Values[:len(d.Values)/2] {
			d.Values[i].Position, d.Values[i].Name = 0, fmt.Sprintf("name_%d", i+1)
		}
	})
	v.add("no values", func(d *sdk.Delivery) { d.Values = nil })
	v.add("no recipient", func(d *sdk.Delivery) { d.Recipient = "" })
	v.add("a recipient with lines", func(d *sdk.Delivery) { d.Recipient = "\r\nTo: x" })
	v.add("a list as parameters", func(d *sdk.Delivery) { d.Parameters = []byte(`[1]`) })
	v.add("no parameters", func(d *sdk.Delivery) { d.Parameters = nil })
	v.outcomes(t.certain)
}

func deliverOversized(t *T) {
	t.warmUp()
	v := varied{t: t}
	action, _ := t.d.Action(t.example.Delivery(0).Action)
	long := map[string]int{"100,000 characters": 100_000, "a million characters": 1_000_000}
	if n := action.Values.MaxLength; n > 0 {
		long["one character more than declared"] = n + 1
	}
	for _, name := range slices.Sorted(maps.Keys(long)) {
		v.add("a value of "+name, func(d *sdk.Delivery) {
			if len(d.Values) > 0 {
				d.Values[0].Text = strings.Repeat("x", long[name])
			}
		})
	}
	v.add("ten values more than declared", func(d *sdk.Delivery) {
		for i := range action.Values.Max + 10 - len(d.Values) {
			d.Values = append(d.Values, sdk.Value{Position: len(d.Values) + 1, Text: fmt.Sprint(i)})
		}
	})
	v.add("a recipient of 10,000 characters", func(d *sdk.Delivery) { d.Recipient = strings.Repeat("1", 10_000) })
	v.outcomes(t.certain)
}

func deliverImpossible(t *T) {
	t.warmUp()
	v := varied{t: t}
	v.add("an action that does not exist", func(d *sdk.Delivery) { d.Action = noSuchAction })
	v.add("parameters that are no JSON", func(d *sdk.Delivery) { d.Parameters = []byte(`{"a":`) })
	v.outcomes(func(name string, o sdk.Outcome) {
		if o.Kind != sdk.Rejected && o.Kind != sdk.Misconfigured {
			t.fail("%s: it can never be sent, yet the outcome is %s%s", name, o.Kind, reason(o.Message))
		}
	})
}

func deliverBadSettings(t *T) {
	sent := t.sees()
	_, e := t.use()
	if len(e.Bad) == 0 {
		t.skip("no settings are required, so the suite knows no bad ones: say some in the configuration (badSettings)")
	}
	before := 0
	if sent != nil {
		before = sent()
	}
	for _, name := range slices.Sorted(maps.Keys(e.Bad)) {
		o, err := t.one(e.Bad[name], t.delivery())
		switch {
		case err == nil && o.Kind == sdk.Accepted:
			t.fail("%s: the delivery was accepted", name)
		case errors.Is(err, errNoOutcome), errors.Is(err, sdk.ErrUnavailable):
			t.fail("%s: %v", name, err)
		}
	}
	if sent != nil && sent() != before {
		t.fail("%d messages were sent", sent()-before)
	}
}

func deliverAgain(t *T) {
	sent := t.sees()
	_, e := t.use()
	before := 0
	if sent != nil {
		before = sent()
	}
	first := t.delivery()
	second := first
	second.Attempt = 2
	for _, d := range []sdk.Delivery{first, second} {
		o, err := t.one(e.Integration, d)
		if err != nil {
			t.stop("attempt %d: %v", d.Attempt, err)
		}
		if t.d.Capabilities.IdempotentSending && o.Kind != sdk.Accepted {
			t.fail("attempt %d with the same id: %s%s", d.Attempt, o.Kind, reason(o.Message))
		}
	}
	if !t.d.Capabilities.IdempotentSending || sent == nil {
		return
	}
	if t.place.Provider.requests(first.ID) == 2 { // our provider drops nothing by itself: the id is what a real one would drop it by
		return
	}
	if n := sent() - before; n != 1 {
		t.fail("idempotent sending is declared, but %d messages were sent for two attempts with one id, and the id is not in the requests", n)
	}
}
