package outbound_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

func TestATokenIsFetchedOnceForAllAndAgainWhenItWasRefused(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if id, secret, ok := r.BasicAuth(); !ok || id != "app" || secret != "hidden-word" || r.FormValue("audience") != "cmms" {
			t.Errorf("the request has %q %q %q", id, secret, r.FormValue("audience"))
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"abc","token_type":"Bearer","expires_in":3600}`)
	}))
	defer s.Close()
	tokens := allow(t, "127.0.0.1").Transport(4).Tokens(outbound.Client{TokenURL: s.URL, ID: "app", Secret: "hidden-word", More: map[string][]string{"audience": {"cmms"}}})
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if token, err := tokens.Token(t.Context()); err != nil || token != "abc" {
				t.Errorf("%q, %v", token, err)
			}
		})
	}
	all.Wait()
	if n := asked.Load(); n != 1 {
		t.Errorf("ten asked, and the server was asked %d times", n)
	}
	tokens.Forget(t.Context())
	if _, err := tokens.Token(t.Context()); err != nil || asked.Load() != 2 {
		t.Errorf("%v, asked %d times", err, asked.Load())
	}
}

func TestATokenThatExpiresSoonIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"abc","token_type":"Bearer","expires_in":20}`)
	}))
	defer s.Close()
	tokens := allow(t, "127.0.0.1").Transport(4).Tokens(outbound.Client{TokenURL: s.URL, ID: "app", Secret: "x"})
	for range 2 {
		if _, err := tokens.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if asked.Load() != 2 {
		t.Errorf("asked %d times", asked.Load())
	}
}

func TestWhyThereIsNoToken(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the secret went elsewhere") }))
	defer other.Close()
	var answer http.HandlerFunc
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		answer(w, r)
	}))
	defer s.Close()
	status := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code); _, _ = io.WriteString(w, body) }
	}
	g := allow(t, "127.0.0.1")
	for name, c := range map[string]struct {
		guard  *outbound.Guard
		answer http.HandlerFunc
		wrong  bool
		says   string
	}{
		"the wrong secret":  {g, status(401, `{"error":"invalid_client","error_description":"hidden-word"}`), true, "invalid_client"},
		"a code of its own": {g, status(400, `{"error":"hidden-word"}`), true, "refuses the client"},
		"too many":          {g, status(429, `{}`), false, "no token"},
		"down":              {g, status(503, `hidden-word`), false, "no token"},
		"a redirect": {g, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		}, true, "refuses"},
		"nothing in it":        {g, status(200, `{}`), false, "no token"},
		"an address in here":   {outbound.New(nil), status(200, `{}`), false, "does not allow"},
		"somebody gives it up": {g, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, false, "cancelled"},
	} {
		answer = c.answer
		ctx, cancel := context.WithCancel(t.Context())
		if name == "somebody gives it up" {
			cancel()
		}
		_, err := c.guard.Transport(4).Tokens(outbound.Client{TokenURL: s.URL, ID: "app", Secret: "hidden-word"}).Token(ctx)
		cancel()
		var f *outbound.TokenFailure
		if !errors.As(err, &f) || f.Wrong != c.wrong || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hidden-word") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
