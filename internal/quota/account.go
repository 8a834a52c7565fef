package quota

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// account is what a consumer may ask for, and what it has left of it.
type account struct {
	mu      sync.Mutex
	allowed allowance
	policy  []string // what nobody may change: a new one takes its place
	buckets [kinds]*rate.Limiter
}

// change gives an account other numbers. What was used is used of them too: more is had at once, and less holds at once.
func (a *account) change(allowed allowance, now time.Time) {
	var list []string
	for kind, n := range allowed {
		used := 0
		if a.allowed[kind] > 0 {
			left, _ := a.left(Kind(kind), now)
			used = a.allowed[kind] - left
		}
		if n == 0 {
			continue
		}
		list = append(list, fmt.Sprintf(`"%s";q=%d;w=%d`, names[kind], n, int(window.Seconds())))
		a.buckets[kind] = rate.NewLimiter(rate.Limit(float64(n)/window.Seconds()), n)
		a.buckets[kind].AllowN(now, min(used, n))
	}
	a.allowed, a.policy = allowed, []string{strings.Join(list, ", ")}
}

// left is how much of a kind that has an end is left, and how long it takes until all is there again.
func (a *account) left(kind Kind, now time.Time) (n int, whole time.Duration) {
	bucket := a.buckets[kind]
	tokens := max(bucket.TokensAt(now), 0)
	missing := float64(a.allowed[kind]) - tokens
	return int(tokens), time.Duration(missing / float64(bucket.Limit()) * float64(time.Second))
}
