package hubtest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// news is what the body of a callback to the fake connector holds.
type news struct {
	Receipts []hub.Receipt
	Notices  []hub.Notice
	Of       int64 // the integration that the notices are about; 0: any that is asked
}

// Genuine is a provider's callback with receipts, signed.
func Genuine(receipts ...hub.Receipt) hub.Callback { return signed(news{Receipts: receipts}) }

// Noticed is a provider's callback with notices, signed.
func Noticed(notices ...hub.Notice) hub.Callback { return signed(news{Notices: notices}) }

// NoticedOf is a provider's callback with notices about one integration, which another one leaves out.
func NoticedOf(integration int64, notices ...hub.Notice) hub.Callback {
	return signed(news{Notices: notices, Of: integration})
}

func signed(n news) hub.Callback {
	body, err := json.Marshal(n)
	if err != nil {
		panic(err) // all of it is text and times
	}
	return hub.Callback{Method: http.MethodPost, URL: "https://hub.example.org/callbacks/int", Header: map[string][]string{SignatureHeader: {signature}},
		Body: body, ReceivedAt: time.Now()}
}

// Forged is the same with a wrong signature.
func Forged(receipts ...hub.Receipt) hub.Callback {
	cb := Genuine(receipts...)
	cb.Header[SignatureHeader] = []string{"guessed"}
	return cb
}

// Receive verifies a callback and reads its receipts; it is UNAVAILABLE while the connector is not READY.
func (c *Connector) Receive(_ context.Context, in hub.OpenIntegration, cb hub.Callback) (*hub.Reception, error) {
	c.mu.Lock()
	err := c.down()
	if err == nil && c.choke != nil {
		err, c.choked = c.choke, c.choked+1
	}
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if !slices.Equal(cb.Header[SignatureHeader], []string{signature}) {
		return &hub.Reception{Status: http.StatusUnauthorized}, nil
	}
	var n news
	err = json.Unmarshal(cb.Body, &n)
	if n.Of != 0 && n.Of != in.Key {
		return &hub.Reception{Verified: true, Status: http.StatusOK, Receipts: n.Receipts, Elsewhere: true}, err
	}
	return &hub.Reception{Verified: true, Status: http.StatusOK, Receipts: n.Receipts, Notices: n.Notices}, err
}
