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
}

// Genuine is a provider's callback with receipts, signed.
func Genuine(receipts ...hub.Receipt) hub.Callback { return signed(news{Receipts: receipts}) }

// Noticed is a provider's callback with notices, signed.
func Noticed(notices ...hub.Notice) hub.Callback { return signed(news{Notices: notices}) }

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

// Keyed says whether the provider carries our key along in every receipt.
func (c *Connector) Keyed(yes bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now.Capabilities.KeyedReceipts = yes
}

// Receive verifies a callback and reads its receipts; it is UNAVAILABLE while the connector is not READY.
func (c *Connector) Receive(_ context.Context, _ hub.OpenIntegration, cb hub.Callback) (*hub.Reception, error) {
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
	return &hub.Reception{Verified: true, Status: http.StatusOK, Receipts: n.Receipts, Notices: n.Notices}, err
}
