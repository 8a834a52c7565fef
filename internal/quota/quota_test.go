package quota_test

import (
	"errors"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/quota"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func TestWhatAConsumerMayAskForComesBackEvenly(t *testing.T) {
	t.Parallel()
	q := quota.New(60, 0)
	take := func(at time.Duration) error { return q.Take(1, quota.Requests, 1, noon.Add(at)) }
	for i := range 60 {
		if err := take(0); err != nil {
			t.Fatalf("request %d is refused: %v", i+1, err)
		}
	}
	var e *hub.Error
	if err := take(0); !errors.As(err, &e) || e.Code != hub.CodeRateLimited || e.RetryAfter != time.Second || e.Quota != "requests" {
		t.Fatalf("the 61st is answered with %+v", err)
	}
	if err := take(990 * time.Millisecond); hub.CodeOf(err) != hub.CodeRateLimited {
		t.Errorf("before a second is over it is answered with %v", err)
	}
	if err := take(time.Second); err != nil {
		t.Errorf("after a second it is answered with %v", err)
	}
	if err := take(time.Second); err == nil {
		t.Error("and so is a second one")
	}
	if err := q.Take(2, quota.Requests, 1, noon); err != nil {
		t.Errorf("another consumer is refused: %v", err)
	}
	if n, whole := q.Left(1, quota.Requests, noon.Add(31*time.Second)); n != 30 || whole != 30*time.Second {
		t.Errorf("half a minute later it has %d, and all in %s", n, whole)
	}
}

func TestWhatIsDearTakesMore(t *testing.T) {
	t.Parallel()
	q := quota.New(0, 6000)
	if err := q.Take(1, quota.Cost, 5000, noon); err != nil {
		t.Fatal(err)
	}
	var e *hub.Error
	if err := q.Take(1, quota.Cost, 3000, noon); !errors.As(err, &e) || e.RetryAfter != 20*time.Second || e.Quota != "cost" {
		t.Fatalf("it is answered with %+v", err)
	}
	if err := q.Take(1, quota.Cost, 1000, noon); err != nil {
		t.Errorf("what was refused took something: %v", err)
	}
	if err := q.Take(1, quota.Cost, 1_000_000, noon.Add(time.Minute)); err != nil {
		t.Errorf("what is more than all is never let through: %v", err)
	}
	if err := q.Take(1, quota.Requests, 1, noon); err != nil {
		t.Errorf("what has no end is refused: %v", err)
	}
}

func TestTheHeadersSayWhatThereIsAndWhatIsLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		q             *quota.Quota
		policy, state string
	}{
		{quota.New(600, 0), `"requests";q=600;w=60`, `"requests";r=570;t=3`},
		{quota.New(0, 1000), `"cost";q=1000;w=60`, `"cost";r=600;t=24`},
		{quota.New(600, 1000), `"requests";q=600;w=60, "cost";q=1000;w=60`, `"requests";r=570;t=3, "cost";r=600;t=24`},
	} {
		for kind, n := range []int{30, 400} {
			if err := c.q.Take(7, quota.Kind(kind), n, noon); err != nil {
				t.Fatal(err)
			}
		}
		if got := c.q.Policy()[0]; got != c.policy {
			t.Errorf("the policy is %s", got)
		}
		if got := c.q.State(7, noon); got != c.state {
			t.Errorf("the state is %s", got)
		}
	}
	if q := quota.New(0, 0); q != nil || q.Take(1, quota.Requests, 1, noon) != nil || q.Has(quota.Cost) {
		t.Error("nothing has an end")
	}
}

func BenchmarkTake(b *testing.B) {
	q := quota.New(1<<40, 0)
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			now := time.Now()
			_ = q.Take(1, quota.Requests, 1, now)
			_ = q.State(1, now)
		}
	})
}
