package hub_test

import (
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

var tick = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// paired is the pair rate of WhatsApp: one message in 6 seconds, 45 at once after a rest.
var paired = hub.Rate{PerSecond: 1.0 / 6, Burst: 45}

func TestAfterARestABurstGoesAtOnceAndTheRestEvenly(t *testing.T) {
	t.Parallel()
	var p hub.Pace
	for i := range 60 {
		want := tick
		if i >= 45 {
			want = tick.Add(time.Duration(i-44) * 6 * time.Second)
		}
		if got := p.Take(tick, paired); !near(got, want) {
			t.Fatalf("message %d may go at +%s, want +%s", i+1, got.Sub(tick), want.Sub(tick))
		}
	}
}

func TestNoMoreThanTheRateAndTheBurstGoInAnyWindow(t *testing.T) {
	t.Parallel()
	rate := hub.Rate{PerSecond: 80, Burst: 80}
	var p hub.Pace
	var given []time.Time
	for i := range 2000 { // asked for at once, then in a trickle
		now := tick
		if i > 1000 {
			now = tick.Add(time.Duration(i) * 7 * time.Millisecond)
		}
		given = append(given, p.Take(now, rate))
	}
	for i := range given {
		n := 0
		for j := i; j < len(given) && given[j].Before(given[i].Add(time.Second)); j++ {
			n++
		}
		if n > 161 { // what is left of a burst, and a second of the rate
			t.Fatalf("%d go within a second of +%s", n, given[i].Sub(tick))
		}
	}
}

func TestATimeThatIsGivenBackIsThereForTheNext(t *testing.T) {
	t.Parallel()
	rate := hub.Rate{PerSecond: 1, Burst: 1}
	var p hub.Pace
	p.Take(tick, rate)
	second := p.Take(tick, rate)
	p.Back(tick, rate)
	if again := p.Take(tick, rate); !again.Equal(second) {
		t.Errorf("after the second was given back the next is +%s, want +%s", again.Sub(tick), second.Sub(tick))
	}
}

func TestARefusalLowersTheRateAndHoldsItBack(t *testing.T) {
	t.Parallel()
	rate := hub.Rate{PerSecond: 80, Burst: 80}
	var p hub.Pace
	p.Hit(tick, 4*time.Second, rate)
	if got := p.Rate(tick, rate).PerSecond; got != 40 {
		t.Errorf("after a refusal %g a second, want 40", got)
	}
	p.Hit(tick.Add(10*time.Millisecond), time.Second, rate)
	if got := p.Rate(tick, rate).PerSecond; got != 40 || p.Epoch() != 1 {
		t.Errorf("a second word about the same haste: %g a second in epoch %d, want 40 in 1", got, p.Epoch())
	}
	first, second := p.Take(tick, rate), p.Take(tick, rate)
	if !near(first, tick.Add(4*time.Second)) || second.Sub(first) < 20*time.Millisecond {
		t.Errorf("the next go at +%s and +%s: want 4 s, and no burst after it", first.Sub(tick), second.Sub(tick))
	}
	p.Hit(tick.Add(time.Second), 0, rate)
	if got := p.Rate(tick.Add(time.Second), rate).PerSecond; got != 22 || p.Epoch() != 2 {
		t.Errorf("after another refusal a second later %g a second in epoch %d, want 22 in 2", got, p.Epoch())
	}
	for _, c := range []struct {
		after time.Duration
		want  float64
	}{{time.Second, 22}, {2 * time.Second, 26}, {11 * time.Second, 62}, {20 * time.Second, 80}, {time.Hour, 80}} {
		if got := p.Rate(tick.Add(c.after), rate).PerSecond; got < c.want-0.01 || got > c.want+0.01 {
			t.Errorf("%s after: %g a second, want %g", c.after, got, c.want)
		}
	}
}

func TestRefusalsNeverLowerARateToNothing(t *testing.T) {
	t.Parallel()
	var p hub.Pace
	now := tick
	for range 100 {
		p.Hit(now, 0, paired)
		now = now.Add(6 * time.Second)
	}
	if got := p.Rate(now, paired).PerSecond; got < paired.PerSecond/64 {
		t.Errorf("%g a second is left of %g", got, paired.PerSecond)
	}
}

func TestWhoRestedForLongEnoughIsAsNew(t *testing.T) {
	t.Parallel()
	var p hub.Pace
	p.Take(tick, paired)
	if p.Rested(tick, paired) {
		t.Error("right after a message")
	}
	if !p.Rested(tick.Add(7*time.Second), paired) {
		t.Error("7 seconds after the only message")
	}
	p.Hit(tick, time.Second, paired)
	if p.Rested(tick.Add(7*time.Second), paired) {
		t.Error("while the rate is still lowered")
	}
	if !p.Rested(tick.Add(10*time.Minute), paired) {
		t.Error("long after a refusal")
	}
}

func near(a, b time.Time) bool { return a.Sub(b).Abs() < time.Microsecond*50 }

func TestALimitHoldsForIntegrationsWithItsSettings(t *testing.T) {
	t.Parallel()
	twilio := hub.Limit{Key: "throughput", PerSecond: 10, Burst: 20, Setting: "rate", Where: map[string]string{"provider": "TWILIO"}}
	for _, c := range []struct {
		name     string
		settings map[string]any
		want     hub.Rate
		holds    bool
	}{
		{"another provider", map[string]any{"provider": "META"}, hub.Rate{}, false},
		{"no provider", map[string]any{}, hub.Rate{}, false},
		{"its provider", map[string]any{"provider": "TWILIO"}, hub.Rate{PerSecond: 10, Burst: 20}, true},
		{"a rate of its own scales the burst", map[string]any{"provider": "TWILIO", "rate": 40.0}, hub.Rate{PerSecond: 40, Burst: 80}, true},
		{"a slow one still sends one at a time", map[string]any{"provider": "TWILIO", "rate": 0.1}, hub.Rate{PerSecond: 0.1, Burst: 1}, true},
		{"a rate that is no number changes nothing", map[string]any{"provider": "TWILIO", "rate": "fast"}, hub.Rate{PerSecond: 10, Burst: 20}, true},
	} {
		if got, holds := twilio.For(c.settings); got != c.want || holds != c.holds {
			t.Errorf("%s: %+v, %v", c.name, got, holds)
		}
	}
	everywhere := hub.Limit{PerSecond: 5}
	if got, holds := everywhere.For(nil); got != (hub.Rate{PerSecond: 5, Burst: 1}) || !holds {
		t.Errorf("without conditions and burst: %+v, %v", got, holds)
	}
}
