// Package httpsource is the connector `http`, a source: it reads rows from a REST endpoint that answers JSON, so that flows can ask systems
// other than the hub.
//
// One action, read_rows, asks a path below the integration's address. JSON Pointers (RFC 6901) say where in the answer the rows are,
// and which of a row's places become which fields. An endpoint that answers in pages is asked page by page, by offset, by page number, by a cursor
// in the answer, or by the Link header (RFC 8288); one page is in memory at a time. The cursor of a page can be given back later, to go on there.
//
// It signs in by bearer token, Basic, a header of the endpoint's own, or OAuth 2.0 client credentials; a token that is refused is fetched anew
// once. It keeps to what the endpoint says of its rate: 429 and 503 with Retry-After are waited for (longer than half a minute by the hub), and where a RateLimit header says that nothing
// is left, the next page waits for the reset.
//
// Addresses pass the guard of package outbound. Links and redirects to another origin are not followed: the credential would go along. Answers
// are bounded in size, and no error repeats a secret or what the endpoint said.
package httpsource

import (
	"context"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

// Name is the connector's name.
const Name = "http"

// Version is the connector's version, by Semantic Versioning 2.0.0.
const Version = "1.0.0"

const userAgent = "recado-http/" + Version

// connections bounds how many requests one host gets at once.
const connections = 8

// New makes the connector; what it may reach beyond public addresses stands in its environment.
func New() sdk.Connector { return newConnector(outbound.FromEnvironment()) }

type connector struct {
	guard     *outbound.Guard
	transport *outbound.Transport
	clients   clients
}

func newConnector(g *outbound.Guard) *connector {
	return &connector{guard: g, transport: g.Transport(connections)}
}

var (
	_ sdk.Source        = (*connector)(nil)
	_ sdk.Checker       = (*connector)(nil)
	_ sdk.ActionChecker = (*connector)(nil)
)

// Describe gives the connector's description.
func (c *connector) Describe(context.Context) (sdk.Description, error) { return describe(), nil }
