package conformance

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Callbacks takes what another provider than the suite's own calls back, and keeps it: nobody else can make a genuine one.
type Callbacks struct {
	server *http.Server
	url    string

	mu     sync.Mutex
	kept   []sdk.Callback
	more   chan struct{} // closed and replaced when one comes
	answer func(sdk.Callback) (sdk.Reception, error)
}

// mostKept callbacks are kept, the first ones: what is asked for is the message that was sent first.
const mostKept = 4096

func newCallbacks(address string) (*Callbacks, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	c := &Callbacks{url: "http://" + listener.Addr().String() + "/callbacks/int_suite", more: make(chan struct{})}
	c.server = &http.Server{Handler: c, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = c.server.Serve(listener) }()
	return c, nil
}

func (c *Callbacks) close() { _ = c.server.Close() }

// ServeHTTP keeps a request. What is no POST, such as a handshake, is answered as the connector says.
func (c *Callbacks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 3<<20))
	if err != nil {
		return
	}
	cb := sdk.Callback{Method: r.Method, URL: "http://" + r.Host + r.URL.RequestURI(), Header: r.Header, Body: body, ReceivedAt: time.Now()}
	c.mu.Lock()
	answer := c.answer
	if r.Method == http.MethodPost {
		if len(c.kept) < mostKept {
			c.kept = append(c.kept, cb)
		}
		close(c.more)
		c.more = make(chan struct{})
		answer = nil
	}
	c.mu.Unlock()
	if answer == nil {
		return
	}
	reception, err := answer(cb)
	if err != nil {
		http.Error(w, "the connector cannot say", http.StatusServiceUnavailable)
		return
	}
	for name, value := range reception.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(reception.Status)
	_, _ = w.Write(reception.Body)
}

func (c *Callbacks) answerWith(answer func(sdk.Callback) (sdk.Reception, error)) {
	c.mu.Lock()
	c.answer = answer
	c.mu.Unlock()
}

// about waits for a callback that names the outcome's message.
func (c *Callbacks) about(ctx context.Context, o sdk.Outcome) (sdk.Callback, error) {
	for {
		c.mu.Lock()
		more := c.more
		for _, cb := range c.kept {
			if named(cb, o.ProviderID) || named(cb, o.DeliveryID) {
				c.mu.Unlock()
				return cb, nil
			}
		}
		c.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return sdk.Callback{}, errors.New("no callback about the message came to {callbacks}")
		}
	}
}

func named(cb sdk.Callback, id string) bool {
	return id != "" && (bytes.Contains(cb.Body, []byte(id)) || bytes.Contains([]byte(cb.URL), []byte(id)))
}

// Sign says how callbacks are signed: an HMAC of the body, in a header.
type Sign struct {
	Header string `json:"header"`
	// Secret is the name of the secret that is the key.
	Secret string `json:"secret"`
	// Algorithm is sha256 (the default) or sha1; Encoding is hex (the default) or base64.
	Algorithm string `json:"algorithm,omitempty"`
	Encoding  string `json:"encoding,omitempty"`
	// Prefix comes before the signature, such as "sha256=".
	Prefix string `json:"prefix,omitempty"`
}

func (s *Sign) problem(in sdk.Integration) error {
	switch {
	case s.Header == "":
		return errors.New("callback.sign.header: which header has the signature?")
	case in.Secrets[s.Secret] == "":
		return fmt.Errorf("callback.sign.secret: there is no secret %q: name one of the settings", s.Secret)
	case s.Algorithm != "" && s.Algorithm != "sha256" && s.Algorithm != "sha1":
		return fmt.Errorf("callback.sign.algorithm: %q: sha256 or sha1", s.Algorithm)
	case s.Encoding != "" && s.Encoding != "hex" && s.Encoding != "base64":
		return fmt.Errorf("callback.sign.encoding: %q: hex or base64", s.Encoding)
	}
	return nil
}

func (s *Sign) sign(cb *sdk.Callback, secret string) {
	var h func() hash.Hash = sha256.New
	if s.Algorithm == "sha1" {
		h = sha1.New
	}
	mac := hmac.New(h, []byte(secret))
	mac.Write(cb.Body)
	sum := mac.Sum(nil)
	text := hex.EncodeToString(sum)
	if s.Encoding == "base64" {
		text = base64.StdEncoding.EncodeToString(sum)
	}
	cb.Header = cb.Header.Clone()
	if cb.Header == nil {
		cb.Header = http.Header{}
	}
	cb.Header.Set(s.Header, s.Prefix+text)
}
