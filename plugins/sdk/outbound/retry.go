package outbound

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter bounds what a server may ask for: a mistake of it must not hold messages for years.
const maxRetryAfter = 24 * time.Hour

// RetryAfter is how long a server wants to be left alone, by its header Retry-After: seconds, or a date (RFC 9110 §10.2.3). The second
// result tells whether it says so in a way that can be read. A day is the most.
func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(time.Duration(n)*time.Second, maxRetryAfter), true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return min(max(at.Sub(now), 0), maxRetryAfter), true
}
