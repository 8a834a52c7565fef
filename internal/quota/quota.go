// Package quota holds each consumer to what it may ask for in a minute. It is a room of its own because the buckets are the same for
// all doors: whoever has used up its requests at /events has none left at /graphql.
package quota

import (
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Kind is what is counted.
type Kind int

// What is counted: requests at all doors, and what GraphQL operations cost.
const (
	Requests Kind = iota
	Cost
	kinds
)

var names = [kinds]string{"requests", "cost"}

// window is the time for which an allowance is.
const window = time.Minute

// Quota is how much each consumer may ask for in a minute, and how much of that it has used: token buckets that begin full. What was used
// comes back evenly. Nil allows everything.
type Quota struct {
	usual allowance
	of    sync.Map // consumer's key → *account; as many as there are consumers that have an end
}

// allowance is how much of each kind there is in a minute; of 0 there is no end.
type allowance [kinds]int

// New makes a quota of so many requests and so much cost a minute for every consumer that has no numbers of its own; of 0 there is no end.
func New(requests, cost int) *Quota { return &Quota{usual: allowance{requests, cost}} }

// allowed is what a consumer may ask for.
func (q *Quota) allowed(c *hub.Consumer) allowance {
	if q == nil || c == nil {
		return allowance{}
	}
	a := q.usual
	hub.Assign(&a[Requests], c.RateLimit)
	hub.Assign(&a[Cost], c.CostBudget)
	return a
}

// Of is how much of a kind a consumer may ask for in a minute; of 0 there is no end.
func (q *Quota) Of(c *hub.Consumer, kind Kind) int { return q.allowed(c)[kind] }

// Policy is the value of the header RateLimit-Policy
// (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/), in the shape of a header's values; nil if nothing has an end. It
// must not be changed.
func (q *Quota) Policy(c *hub.Consumer, now time.Time) []string {
	a := q.account(c, now)
	if a == nil {
		return nil
	}
	defer a.mu.Unlock()
	return a.policy
}

// Take takes n of a kind from what a consumer has, or nothing: then the error is RATE_LIMITED and says how long to wait. What is more than a
// whole minute's takes that.
func (q *Quota) Take(c *hub.Consumer, kind Kind, n int, now time.Time) error {
	a := q.account(c, now)
	if a == nil {
		return nil
	}
	defer a.mu.Unlock()
	if a.allowed[kind] == 0 {
		return nil
	}
	bucket, n := a.buckets[kind], min(n, a.allowed[kind])
	if bucket.AllowN(now, n) {
		return nil
	}
	missing := float64(n) - bucket.TokensAt(now)
	return hub.RateLimited(names[kind], a.allowed[kind], time.Duration(max(missing, 0)/float64(bucket.Limit())*float64(time.Second)))
}

// Left is how much of a kind that has an end a consumer has left, and how long it takes until it has everything again.
func (q *Quota) Left(c *hub.Consumer, kind Kind, now time.Time) (n int, whole time.Duration) {
	a := q.account(c, now)
	if a == nil {
		return 0, 0
	}
	defer a.mu.Unlock()
	if a.allowed[kind] == 0 {
		return 0, 0
	}
	return a.left(kind, now)
}

// State is the value of the header RateLimit: what a consumer has left of all that has an end.
func (q *Quota) State(c *hub.Consumer, now time.Time) string {
	a := q.account(c, now)
	if a == nil {
		return ""
	}
	defer a.mu.Unlock()
	var b [96]byte
	s := b[:0]
	for kind := range kinds {
		if a.allowed[kind] == 0 {
			continue
		}
		if len(s) > 0 {
			s = append(s, ", "...)
		}
		n, whole := a.left(kind, now)
		s = append(append(append(s, '"'), names[kind]...), `";r=`...)
		s = strconv.AppendInt(s, int64(n), 10)
		s = strconv.AppendInt(append(s, ";t="...), int64(math.Ceil(whole.Seconds())), 10)
	}
	return string(s)
}

// account is what a consumer has, by its numbers as they are now, and locked; nil if nothing has an end.
func (q *Quota) account(c *hub.Consumer, now time.Time) *account {
	allowed := q.allowed(c)
	if allowed == (allowance{}) {
		return nil
	}
	found, ok := q.of.Load(c.Key)
	if !ok {
		found, _ = q.of.LoadOrStore(c.Key, &account{})
	}
	a := found.(*account)
	a.mu.Lock()
	if a.allowed != allowed {
		a.change(allowed, now)
	}
	return a
}
