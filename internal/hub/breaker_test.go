package hub_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// driven is a breaker that a test drives through time.
type driven struct {
	hub.Breaker
	now time.Time
}

// lands has n attempts that just left land with the same word; it says how often the breaker moved.
func (d *driven) lands(n int, w hub.Word) (moved int) {
	for range n {
		d.now = d.now.Add(time.Millisecond)
		if d.Landed(d.now, d.now, w) {
			moved++
		}
	}
	return moved
}

func (d *driven) is(t *testing.T, want string) {
	t.Helper()
	s := d.State(d.now)
	got := string(s.State)
	if s.Until != nil {
		got += " for " + s.Until.Sub(d.now).Round(time.Second).String()
	}
	if got != want {
		t.Fatalf("the breaker is %s, want %s", got, want)
	}
}

func TestABreakerOpensWhenTheProviderSeemsToBeDown(t *testing.T) {
	t.Parallel()
	up, down, none := hub.WordUp, hub.WordDown, hub.WordNone
	mixed := func(n int, every time.Duration) func(*driven) {
		return func(d *driven) {
			for range n { // two of three fail, never ten in a row
				d.lands(1, up)
				d.lands(2, down)
				d.now = d.now.Add(every)
			}
		}
	}
	for name, c := range map[string]struct {
		play func(*driven)
		open bool
	}{
		"ten in a row":                         {func(d *driven) { d.lands(10, down) }, true},
		"nine in a row":                        {func(d *driven) { d.lands(9, down) }, false},
		"ten with an answer among them":        {func(d *driven) { d.lands(9, down); d.lands(1, up); d.lands(9, down) }, false},
		"ten that say nothing of the provider": {func(d *driven) { d.lands(10, none) }, false},
		"nothing said between ten in a row":    {func(d *driven) { d.lands(5, down); d.lands(3, none); d.lands(5, down) }, true},
		"ten in a row over an hour": {func(d *driven) {
			for range 10 {
				d.lands(1, down)
				d.now = d.now.Add(6 * time.Minute)
			}
		}, true},
		"most of the last twenty": {mixed(7, 0), true},
		"half of the last twenty": {func(d *driven) {
			for range 20 {
				d.lands(1, up)
				d.lands(1, down)
			}
		}, false},
		"most of the last few":                   {mixed(5, 0), false},
		"most of the last twenty over some time": {mixed(30, 10*time.Second), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &driven{now: tick}
			c.play(d)
			if open := d.State(d.now).State != hub.BreakerClosed; open != c.open {
				t.Errorf("it is open: %v, want %v", open, c.open)
			}
		})
	}
}

func TestAnOpenBreakerLetsOneThroughAfterAWaitThatDoubles(t *testing.T) {
	t.Parallel()
	d := &driven{now: tick}
	if moved := d.lands(10, hub.WordDown); moved != 1 {
		t.Fatalf("it moved %d times", moved)
	}
	opened := d.now
	d.is(t, "OPEN for 5s")
	if d.lands(3, hub.WordNone); d.Landed(d.now, opened.Add(-time.Second), hub.WordUp) {
		t.Error("what was on its way when it opened closes it")
	}
	waits := ""
	for range 8 {
		if may, _ := d.Ask(d.now, time.Minute); may {
			t.Fatal("one may go before the wait is over")
		}
		until := *d.State(d.now).Until
		waits += fmt.Sprint(" ", until.Sub(d.now).Round(time.Second))
		d.now = until
		may, probe := d.Ask(d.now, time.Minute)
		if !may || !probe {
			t.Fatalf("one may go: %v, and is a probe: %v", may, probe)
		}
		if may, _ := d.Ask(d.now, time.Minute); may || d.Room(d.now) {
			t.Fatal("a second one may go beside the probe")
		}
		d.is(t, "PROBING for 0s")
		d.lands(1, hub.WordDown)
	}
	if want := " 5s 10s 20s 40s 1m20s 2m40s 5m0s 5m0s"; waits != want {
		t.Errorf("the waits are%s, want%s", waits, want)
	}
	d.now = *d.State(d.now).Until
	d.Ask(d.now, time.Minute)
	if moved := d.lands(1, hub.WordUp); moved != 1 {
		t.Error("an answer does not close it")
	}
	d.is(t, "CLOSED")
	if may, probe := d.Ask(d.now, time.Minute); !may || probe {
		t.Error("closed, it holds something back")
	}
	if d.lands(10, hub.WordDown); d.State(d.now).Until.Sub(d.now).Round(time.Second) != 5*time.Minute {
		t.Error("one that opens again at once does not go on doubling")
	}
	other := &driven{now: tick}
	other.lands(10, hub.WordDown)
	other.now = *other.State(other.now).Until
	other.Ask(other.now, time.Minute)
	other.lands(1, hub.WordUp)
	other.now = other.now.Add(2 * time.Minute)
	other.lands(10, hub.WordDown)
	other.is(t, "OPEN for 5s")
}

func TestAProbeThatSaysNothingIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	open := func() *driven {
		d := &driven{now: tick}
		d.lands(10, hub.WordDown)
		d.now = *d.State(d.now).Until
		d.Ask(d.now, time.Minute)
		return d
	}
	d := open()
	if d.now = d.now.Add(59 * time.Second); d.Room(d.now) {
		t.Error("another may go while one is on its way")
	}
	if d.now = d.now.Add(2 * time.Second); !d.Room(d.now) {
		t.Error("one that is never heard of again keeps all others from trying")
	}
	d = open()
	if d.Back(); !d.Room(d.now) {
		t.Error("one that did not leave after all keeps all others from trying")
	}
	d = open()
	d.lands(1, hub.WordNone)
	d.is(t, "OPEN for 5s")
	if d.Try(d.now); !d.Room(d.now) {
		t.Error("where there is hope none may try")
	}
}

func TestWhatAnOutcomeSaysOfTheProvider(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		o    hub.Outcome
		want hub.Word
	}{
		{hub.Outcome{Kind: hub.OutcomeAccepted}, hub.WordUp},
		{hub.Outcome{Kind: hub.OutcomeRejected, Code: "131026"}, hub.WordUp},
		{hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeIntegration}, hub.WordUp},
		{hub.Outcome{Kind: hub.OutcomeRetry, Scope: hub.ScopeDelivery}, hub.WordDown},
		{hub.Outcome{Kind: hub.OutcomeRetry}, hub.WordDown},
		{hub.Outcome{Kind: hub.OutcomeRetry, Scope: hub.ScopeIntegration}, hub.WordDown},
		{hub.Outcome{Kind: hub.OutcomeRetry, Scope: hub.ScopeRecipient}, hub.WordUp},
		{hub.Outcome{Kind: hub.OutcomeRetry, Scope: hub.ScopeIntegration, Limit: "throughput"}, hub.WordUp},
		{hub.Outcome{Kind: hub.OutcomeRetry, Scope: hub.ScopeIntegration, NotStarted: true}, hub.WordNone},
		{hub.Outcome{Kind: hub.OutcomeRetry, Scope: hub.ScopeDelivery, NotStarted: true, Refused: true}, hub.WordDown},
		{hub.Outcome{Kind: hub.OutcomeUnknown}, hub.WordDown},
		{hub.Outcome{Kind: hub.OutcomeUnknown, Lost: true}, hub.WordNone},
	} {
		if got := hub.WordOf(&c.o); got != c.want {
			t.Errorf("%+v says %d, want %d", c.o, got, c.want)
		}
	}
}
