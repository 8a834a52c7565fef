package host

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	waits := func(t *testing.T, b *backoff, ran, want time.Duration, quarantined bool) {
		t.Helper()
		if got, q := b.stopped(now, ran); got != want || q != quarantined {
			t.Fatalf("it waits %s, quarantined %v, want %s, %v", got, q, want, quarantined)
		}
	}
	t.Run("doubles from 100 ms and stays at 30 s", func(t *testing.T) {
		var b backoff
		for _, w := range []time.Duration{
			100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond, 1600 * time.Millisecond,
			3200 * time.Millisecond, 6400 * time.Millisecond, 12800 * time.Millisecond, 25600 * time.Millisecond, 30 * time.Second, 30 * time.Second,
		} {
			waits(t, &b, time.Second, w, false)
		}
		for range 1000 {
			waits(t, &b, 0, backoffMost, false)
		}
	})
	t.Run("starts over after a process that was healthy for a minute, and not before", func(t *testing.T) {
		var b backoff
		b.stopped(now, 0)
		b.stopped(now, 0)
		waits(t, &b, healthyAfter-1, 400*time.Millisecond, false)
		waits(t, &b, healthyAfter, backoffLeast, false)
		waits(t, &b, 0, 200*time.Millisecond, false)
	})
}

func TestQuarantine(t *testing.T) {
	t.Parallel()
	rule := Quarantine{Stops: 3, Within: time.Minute, For: time.Hour}
	begin := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	type stop struct {
		at, ran     time.Duration
		quarantined bool
	}
	for name, c := range map[string]struct {
		rule  Quarantine
		stops []stop
	}{
		"the third stop in a minute leads to it": {rule, []stop{{0, 0, false}, {10 * time.Second, 0, false}, {59 * time.Second, 0, true}}},
		"three stops in more than a minute do not": {rule, []stop{
			{0, 0, false}, {30 * time.Second, 0, false}, {60 * time.Second, 0, false}, {100 * time.Second, 0, false}}},
		"behind it a single stop leads back": {rule, []stop{{0, 0, false}, {1, 0, false}, {2, 0, true}, {2 * time.Hour, 30 * time.Second, true}}},
		"behind it, one that ran well for a while begins anew": {rule, []stop{
			{0, 0, false}, {1, 0, false}, {2, 0, true}, {2 * time.Hour, healthyAfter, false}, {2*time.Hour + 1, 0, false}, {2*time.Hour + 2, 0, true}}},
		"where there is none, nothing leads to it": {Quarantine{}, []stop{{0, 0, false}, {0, 0, false}, {0, 0, false}, {0, 0, false}}},
	} {
		t.Run(name, func(t *testing.T) {
			b := backoff{quarantine: c.rule}
			for i, s := range c.stops {
				wait, quarantined := b.stopped(begin.Add(s.at), s.ran)
				if quarantined != s.quarantined || quarantined && wait != c.rule.For {
					t.Errorf("stop %d: it waits %s, quarantined %v", i+1, wait, quarantined)
				}
			}
		})
	}
	t.Run("a person who wants it started is not held to what was before", func(t *testing.T) {
		b := backoff{quarantine: rule}
		for range 3 {
			b.stopped(begin, 0)
		}
		b.forget()
		if wait, quarantined := b.stopped(begin, 0); quarantined || wait != backoffLeast {
			t.Errorf("it waits %s, quarantined %v", wait, quarantined)
		}
	})
}
