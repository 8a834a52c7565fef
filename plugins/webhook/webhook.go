// Package webhook is the connector that sends messages to HTTP endpoints: one request for each delivery, signed as Standard Webhooks say
// (https://www.standardwebhooks.com), so that any of its libraries verifies them.
//
// # What goes out
//
// The request has the headers webhook-id (the delivery's id, the same on every attempt: whoever has seen it drops the repeat),
// webhook-timestamp (the second in which the attempt was made) and webhook-signature: HMAC-SHA256 over id, timestamp and body with a secret whsec_…,
// or Ed25519 with a key whsk_…. While secrets are rotated, it has a signature of the previous one too. The body is the same on every attempt.
//
// Two actions make it. send_values writes the mapping's values as JSON: an object of named values, or a list of positional ones; with
// the parameter `type` they are `data` of an envelope {"type", "recipient", "data"}. send_template fills a template of JSON, a form, XML or
// plain text (package places). The recipient decides nothing about where a message goes: the address is a setting.
//
// # What an answer means
//
// 2xx took the message; [codes] is the table of everything else, with Retry-After obeyed. A request that left and was not answered is
// UNKNOWN: the flow's policy decides whether it is sent again, which the id makes safe.
//
// # What it may reach
//
// Public addresses over TLS 1.2 or later, and what the hub's operator names (package outbound). Redirects are not followed unless the
// setting follow_redirects says so, and then only to the same origin. Request and answer are bounded in size and time. No error repeats a secret, the
// address or the answer's text.
package webhook

import (
	"context"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

// Name is the connector's name.
const Name = "webhook"

// Version is the connector's version, by Semantic Versioning 2.0.0.
const Version = "1.0.0"

// inFlight is how many requests one integration may have under way.
const inFlight = 64

const userAgent = "recado-webhook/" + Version

// New makes the connector; what it may reach beyond public addresses stands in its environment.
func New() sdk.Connector { return newConnector(outbound.FromEnvironment()) }

type connector struct {
	guard     *outbound.Guard
	transport *outbound.Transport
}

func newConnector(g *outbound.Guard) *connector { return &connector{g, g.Transport(inFlight)} }

var (
	_ sdk.Destination   = (*connector)(nil)
	_ sdk.Checker       = (*connector)(nil)
	_ sdk.ActionChecker = (*connector)(nil)
	_ sdk.Previewer     = (*connector)(nil)
)

// Describe gives the connector's description.
func (c *connector) Describe(context.Context) (sdk.Description, error) { return describe(), nil }

// Open prepares to send for one integration.
func (c *connector) Open(_ context.Context, in sdk.Integration) (sdk.Sender, error) {
	s, found := c.parse(in)
	if len(found) > 0 {
		return nil, &sdk.SettingsError{Problems: found}
	}
	return &sender{transport: c.transport, settings: s}, nil
}
