// Package whatsapp is the connector that sends WhatsApp template messages through one of two providers: Meta's Cloud API (the WhatsApp
// Business Platform, hosted by Meta) or Twilio. It sends, checks settings, templates and values, previews the exact text, translates
// the providers' signed callbacks into receipts, and looks up at Twilio what became of a message.
//
// Files named meta_* and twilio_* know a provider: its requests, answers, error codes and callbacks. The others know what both share:
// the connector's description, values, numbers, templates, the meaning of error codes, and the way a request goes out.
//
// It keeps three promises. A message is never sent twice by this package: each delivery is one request, and when nobody can say
// whether that arrived, the outcome is UNKNOWN and carries no guess. A secret leaves only to the host that the settings name:
// redirects are not followed and no error repeats a secret. And phone numbers in messages for people are masked.
package whatsapp

import (
	"context"
	"net/http"
	"sync/atomic"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Name is the connector's name.
const Name = "whatsapp"

// Version is the connector's version, by Semantic Versioning 2.0.0.
const Version = "1.0.0"

// inFlight is how many requests one integration may have under way. Meta answers within about half a second and lets a number send
// 80 messages a second, or 1,000 after an upgrade; Twilio lets it send fewer.
const inFlight = 256

// New makes the connector.
func New() sdk.Connector { return newConnector() }

type connector struct {
	transport http.RoundTripper
	templates *templates
	unread    atomic.Uint64 // changes in callbacks of a kind that is not read
}

func newConnector() *connector {
	return &connector{transport: newTransport(inFlight), templates: newTemplates()}
}

var (
	_ sdk.Destination   = (*connector)(nil)
	_ sdk.Checker       = (*connector)(nil)
	_ sdk.ActionChecker = (*connector)(nil)
	_ sdk.Previewer     = (*connector)(nil)
	_ sdk.Receiver      = (*connector)(nil)
	_ sdk.Lookuper      = (*connector)(nil)
)

// Describe gives the connector's description.
func (c *connector) Describe(context.Context) (sdk.Description, error) { return describe(), nil }
