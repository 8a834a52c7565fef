package httpsource

import (
	"net/http"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

// NewWith makes the connector with a guard that does not come from the environment.
func NewWith(g *outbound.Guard) sdk.Connector { return newConnector(g) }

// Pause is how long the RateLimit headers of an answer keep the next request.
func Pause(h http.Header, now time.Time) time.Duration { return pause(h, now) }

// NextLink is the target of rel="next".
func NextLink(headers ...string) string { return nextLink(headers) }

// At is what a JSON Pointer finds; wrong tells that it is none.
func At(text string, v any) (found any, ok, wrong bool) {
	p, valid := parsePointer(text)
	if !valid {
		return nil, false, true
	}
	found, ok = p.in(v)
	return found, ok, false
}
