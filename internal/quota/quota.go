// Package quota holds each consumer to what it may ask for in a minute. It is a room of its own because the buckets are the same for
// all doors: whoever has used up its requests at /events has none left at /graphql.
package quota

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

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
	perMinute [kinds]int
	policy    []string
	of        sync.Map // consumer's key → *[kinds]*rate.Limiter; as many as there are consumers
}

// New makes a quota of so many requests and so much cost a minute; of 0 there is no end. It is nil if both are 0.
func New(requests, cost int) *Quota {
	q := &Quota{perMinute: [kinds]int{requests, cost}}
	var list []string
	for kind, n := range q.perMinute {
		if n > 0 {
			list = append(list, fmt.Sprintf(`"%s";q=%d;w=%d`, names[kind], n, int(window.Seconds())))
		}
	}
	if len(list) == 0 {
		return nil
	}
	q.policy = []string{strings.Join(list, ", ")}
	return q
}

// Has says whether there is an end to a kind.
func (q *Quota) Has(kind Kind) bool { return q != nil && q.perMinute[kind] > 0 }

// Policy is the value of the header RateLimit-Policy
// (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/), in the shape of a header's values. It is the same for
// everybody and must not be changed.
func (q *Quota) Policy() []string { return q.policy }

// Take takes n of a kind from what a consumer has, or nothing: then the error is RATE_LIMITED and says how long to wait. What is more than a
// whole minute's takes that.
func (q *Quota) Take(consumer int64, kind Kind, n int, now time.Time) error {
	if !q.Has(kind) {
		return nil
	}
	bucket, n := q.buckets(consumer)[kind], min(n, q.perMinute[kind])
	if bucket.AllowN(now, n) {
		return nil
	}
	missing := float64(n) - bucket.TokensAt(now)
	return hub.RateLimited(names[kind], q.perMinute[kind], time.Duration(max(missing, 0)/float64(bucket.Limit())*float64(time.Second)))
}

// Left is how much of a kind a consumer has left, and how long it takes until it has everything again.
func (q *Quota) Left(consumer int64, kind Kind, now time.Time) (n int, whole time.Duration) {
	bucket := q.buckets(consumer)[kind]
	tokens := max(bucket.TokensAt(now), 0)
	missing := float64(q.perMinute[kind]) - tokens
	return int(tokens), time.Duration(missing / float64(bucket.Limit()) * float64(time.Second))
}

// State is the value of the header RateLimit: what a consumer has left of all that has an end.
func (q *Quota) State(consumer int64, now time.Time) string {
	var b [96]byte
	s := b[:0]
	for kind := range kinds {
		if !q.Has(kind) {
			continue
		}
		if len(s) > 0 {
			s = append(s, ", "...)
		}
		n, whole := q.Left(consumer, kind, now)
		s = append(append(append(s, '"'), names[kind]...), `";r=`...)
		s = strconv.AppendInt(s, int64(n), 10)
		s = strconv.AppendInt(append(s, ";t="...), int64(math.Ceil(whole.Seconds())), 10)
	}
	return string(s)
}

func (q *Quota) buckets(consumer int64) *[kinds]*rate.Limiter {
	if b, ok := q.of.Load(consumer); ok {
		return b.(*[kinds]*rate.Limiter)
	}
	fresh := &[kinds]*rate.Limiter{}
	for kind, n := range q.perMinute {
		fresh[kind] = rate.NewLimiter(rate.Limit(float64(n)/window.Seconds()), n)
	}
	b, _ := q.of.LoadOrStore(consumer, fresh)
	return b.(*[kinds]*rate.Limiter)
}
