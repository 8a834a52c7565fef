package quota_test

import (
	"errors"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/quota"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// one is a consumer that has what the hub has for everybody.
var one = &hub.Consumer{Key: 1}

func TestWhatAConsumerMayAskForComesBackEvenly(t *testing.T) {
	t.Parallel()
	q := quota.New(60, 0)
	take := func(at time.Duration) error { return q.Take(one, quota.Requests, 1, noon.Add(at)) }
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
	if err := q.Take(&hub.Consumer{Key: 2}, quota.Requests, 1, noon); err != nil {
		t.Errorf("another consumer is refused: %v", err)
	}
	if n, whole := q.Left(one, quota.Requests, noon.Add(31*time.Second)); n != 30 || whole != 30*time.Second {
		t.Errorf("half a minute later it has %d, and all in %s", n, whole)
	}
}

func TestWhatIsDearTakesMore(t *testing.T) {
	t.Parallel()
	q := quota.New(0, 6000)
	if err := q.Take(one, quota.Cost, 5000, noon); err != nil {
		t.Fatal(err)
	}
	var e *hub.Error
	if err := q.Take(one, quota.Cost, 3000, noon); !errors.As(err, &e) || e.RetryAfter != 20*time.Second || e.Quota != "cost" {
		t.Fatalf("it is answered with %+v", err)
	}
	if err := q.Take(one, quota.Cost, 1000, noon); err != nil {
		t.Errorf("what was refused took something: %v", err)
	}
	if err := q.Take(one, quota.Cost, 1_000_000, noon.Add(time.Minute)); err != nil {
		t.Errorf("what is more than all is never let through: %v", err)
	}
	if err := q.Take(one, quota.Requests, 1, noon); err != nil {
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
			if err := c.q.Take(one, quota.Kind(kind), n, noon); err != nil {
				t.Fatal(err)
			}
		}
		if got := c.q.Policy(one, noon)[0]; got != c.policy {
			t.Errorf("the policy is %s", got)
		}
		if got := c.q.State(one, noon); got != c.state {
			t.Errorf("the state is %s", got)
		}
	}
	for _, q := range []*quota.Quota{nil, quota.New(0, 0)} {
		if q.Take(one, quota.Requests, 1<<40, noon) != nil || q.Of(one, quota.Cost) != 0 || q.Policy(one, noon) != nil || q.State(one, noon) != "" {
			t.Error("nothing has an end")
		}
	}
}

func TestAConsumerCanHaveNumbersOfItsOwnWhichHoldAtOnce(t *testing.T) {
	t.Parallel()
	q := quota.New(100, 0)
	with := func(requests, cost int) *hub.Consumer {
		return &hub.Consumer{Key: 1, RateLimit: &requests, CostBudget: &cost}
	}
	take := func(c *hub.Consumer, n int) error { return q.Take(c, quota.Requests, n, noon) }
	left := func(c *hub.Consumer) int { n, _ := q.Left(c, quota.Requests, noon); return n }

	if err := take(one, 30); err != nil || left(one) != 70 {
		t.Fatalf("as everybody it has %d left, %v", left(one), err)
	}
	if more := with(1000, 50); left(more) != 970 || q.State(more, noon) != `"requests";r=970;t=2, "cost";r=50;t=0` || q.Policy(more, noon)[0] != `"requests";q=1000;w=60, "cost";q=50;w=60` {
		t.Errorf("with more it has %d left: %s", left(more), q.State(more, noon))
	}
	if err := take(with(20, 0), 1); hub.CodeOf(err) != hub.CodeRateLimited {
		t.Errorf("with less than it has used it is answered %v", err)
	}
	if err := take(with(0, 0), 1<<40); err != nil || q.Policy(with(0, 0), noon) != nil {
		t.Errorf("without end it is answered %v", err)
	}
	if err := q.Take(with(20, 50), quota.Requests, 20, noon.Add(time.Minute)); err != nil {
		t.Errorf("a minute later it is answered %v", err)
	}
	other := &hub.Consumer{Key: 2}
	if err := take(other, 100); err != nil {
		t.Errorf("another consumer is answered %v", err)
	}
}

func BenchmarkTake(b *testing.B) {
	q := quota.New(1<<40, 0)
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			now := time.Now()
			_ = q.Take(one, quota.Requests, 1, now)
			_ = q.State(one, now)
		}
	})
}
