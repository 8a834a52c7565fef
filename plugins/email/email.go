// Package email is the connector that sends messages by e-mail, through one SMTP server for each integration.
//
// # What goes out
//
// One message for each delivery, to its recipient; whom a flow writes to in all is the flow's to say, and each has a delivery with an
// outcome of its own. Copies (the parameters `cc` and `bcc`) go along with each of these messages: if the recipient is taken and a copy is not, the
// message goes out all the same, and the outcome's detail says so. Bodies are texts with places for values (package places), as plain text, HTML or
// both, or a list of the values. The Message-ID comes of the delivery's id, so that a message that came twice can be recognised. Headers
// cannot be injected: what is no single line becomes one, and names and subjects are encoded.
//
// # What an answer means
//
// [verdicts] is the table: by the command that was refused, the enhanced code (RFC 3463) and the basic one (RFC 5321). 4xx is tried again, 5xx is not.
// A connection that breaks before the end of the message sent nothing, since a server must drop it; one that breaks after that is UNKNOWN.
//
// # The connection
//
// TLS is required, by STARTTLS or from the first byte, with TLS 1.2 or later and a trusted certificate; without TLS the connector speaks only with
// servers that the hub's operator names, and never signs in. Addresses pass the guard of package outbound. Connections are kept for
// a while and used again; one that the server has closed meanwhile is replaced before anything was sent. Sign-in is SCRAM-SHA-256, PLAIN,
// LOGIN, or XOAUTH2 with tokens that the connector fetches by client credentials.
package email

import (
	"context"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

// Name is the connector's name.
const Name = "email"

// Version is the connector's version, by Semantic Versioning 2.0.0.
const Version = "1.0.0"

// inFlight is how many messages one integration may have under way, each on a connection of its own: servers seldom like more.
const inFlight = 8

// New makes the connector; what it may reach beyond public addresses stands in its environment.
func New() sdk.Connector { return newConnector(outbound.FromEnvironment()) }

type connector struct {
	guard     *outbound.Guard
	transport *outbound.Transport // to token servers
	tls       *tlsConfig
}

func newConnector(g *outbound.Guard) *connector {
	return &connector{g, g.Transport(inFlight), &tlsConfig{}}
}

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
	return &sender{settings: s, pool: &pool{dial: c.dialer(s)}}, nil
}
