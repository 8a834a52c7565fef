package host

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	t.Run("doubles from 100 ms and stays at 30 s", func(t *testing.T) {
		t.Parallel()
		var b backoff
		want := []time.Duration{
			100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond, 1600 * time.Millisecond,
			3200 * time.Millisecond, 6400 * time.Millisecond, 12800 * time.Millisecond, 25600 * time.Millisecond, 30 * time.Second, 30 * time.Second,
		}
		for i, w := range want {
			if got := b.stopped(time.Second); got != w {
				t.Fatalf("stop %d: waits %s, want %s", i+1, got, w)
			}
		}
		for range 1000 {
			if got := b.stopped(0); got != backoffMost {
				t.Fatalf("waits %s after many stops, want %s", got, backoffMost)
			}
		}
	})
	t.Run("starts over after a process that was healthy for a minute, and not before", func(t *testing.T) {
		t.Parallel()
		var b backoff
		b.stopped(0)
		b.stopped(0)
		if got := b.stopped(healthyAfter - 1); got != 400*time.Millisecond {
			t.Errorf("after almost a minute it waits %s, want 400ms", got)
		}
		if got := b.stopped(healthyAfter); got != backoffLeast {
			t.Errorf("after a minute it waits %s, want %s", got, backoffLeast)
		}
		if got := b.stopped(0); got != 200*time.Millisecond {
			t.Errorf("the next stop after that waits %s, want 200ms", got)
		}
	})
}
