package host

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/recado-hub/recado/internal/hub"
)

// shortestSecret is the length in bytes below which a value is not searched for: it would be found everywhere.
const shortestSecret = 6

// redactor blots out the secrets that a connector was given from what it says. The sdk does the same on the other side, but a
// connector in another language need not use it. The zero value knows no secret.
type redactor struct {
	mu      sync.Mutex
	secrets map[int64]versioned // by integration
	blot    atomic.Pointer[strings.Replacer]
}

type versioned struct {
	version int
	values  map[string]string
}

// learn remembers the secrets of an integration in place of its earlier ones.
func (r *redactor) learn(in *hub.OpenIntegration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, ok := r.secrets[in.Key]; ok && old.version >= in.Version && maps.Equal(old.values, in.Secrets) {
		return
	}
	if r.secrets == nil {
		r.secrets = map[int64]versioned{}
	}
	r.secrets[in.Key] = versioned{in.Version, maps.Clone(in.Secrets)}
	r.blot.Store(strings.NewReplacer(r.pairs()...))
}

// pairs has the longest secrets first, so that one which contains another is taken out whole.
func (r *redactor) pairs() []string {
	var values []string
	for _, v := range r.secrets {
		for _, secret := range v.values {
			if len(secret) >= shortestSecret {
				values = append(values, secret, url.QueryEscape(secret), url.PathEscape(secret))
			}
		}
	}
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(values))
	for _, v := range values {
		pairs = append(pairs, v, "***")
	}
	return pairs
}

// text is s without secrets.
func (r *redactor) text(s string) string {
	if blot := r.blot.Load(); blot != nil && s != "" {
		return blot.Replace(s)
	}
	return s
}
