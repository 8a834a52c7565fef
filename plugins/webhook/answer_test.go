package webhook_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
	"github.com/recado-hub/recado/plugins/webhook"
)

func TestWhatEachStatusMeans(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, secret)
	s := sender(t, local(t), integration(r.URL, nil))
	type verdict struct {
		kind  sdk.OutcomeKind
		scope sdk.Scope
		path  string
	}
	retry, rejected, unknown := verdict{sdk.Retry, sdk.ScopeDelivery, ""}, verdict{sdk.Rejected, sdk.ScopeDelivery, ""}, verdict{sdk.Unknown, sdk.ScopeDelivery, ""}
	values := verdict{sdk.Rejected, sdk.ScopeDelivery, "values"}
	address := verdict{sdk.Misconfigured, sdk.ScopeIntegration, "settings.url"}
	want := map[int]verdict{
		200: {sdk.Accepted, sdk.ScopeDelivery, ""}, 201: {sdk.Accepted, sdk.ScopeDelivery, ""}, 202: {sdk.Accepted, sdk.ScopeDelivery, ""}, 204: {sdk.Accepted, sdk.ScopeDelivery, ""},
		300: address, 301: address, 302: address, 307: address, 308: address,
		400: values, 401: {sdk.Misconfigured, sdk.ScopeIntegration, "secrets.signing_secret"}, 402: {sdk.Misconfigured, sdk.ScopeIntegration, "secrets.signing_secret"},
		403: {sdk.Misconfigured, sdk.ScopeIntegration, "secrets.signing_secret"},
		404: address, 405: {sdk.Misconfigured, sdk.ScopeFlow, "parameters.method"}, 406: {sdk.Misconfigured, sdk.ScopeFlow, "parameters.headers"}, 407: address, 408: retry, 409: rejected,
		410: address, 411: address, 413: values, 414: address, 415: {sdk.Misconfigured, sdk.ScopeFlow, "parameters.content_type"}, 418: rejected, 421: retry, 422: rejected,
		423: retry, 424: retry, 425: retry, 426: address, 429: {sdk.Retry, sdk.ScopeIntegration, ""}, 431: {sdk.Misconfigured, sdk.ScopeFlow, "parameters.headers"}, 451: rejected,
		500: retry, 501: {sdk.Misconfigured, sdk.ScopeFlow, "parameters.method"}, 502: retry, 503: {sdk.Retry, sdk.ScopeIntegration, ""}, 504: unknown, 505: address, 507: retry, 511: address,
		520: unknown, 521: retry, 523: retry, 524: unknown, 525: address, 526: address, 599: retry, 600: unknown,
	}
	for status, v := range want {
		r.answers(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			_, _ = w.Write([]byte("you sent hidden-word"))
		})
		o := s.Send(t.Context(), delivery("dlv_1"))
		if (verdict{o.Kind, o.Scope, o.Path}) != v {
			t.Errorf("%d: %+v, want %+v", status, o, v)
		}
		if o.Kind != sdk.Accepted && (o.Message == "" || o.NextStep == "" || strings.Contains(o.Message, "hidden-word")) {
			t.Errorf("%d: %+v", status, o)
		}
		if (o.Kind == sdk.Retry) != (o.RetryAfter > 0) {
			t.Errorf("%d: retry after %s", status, o.RetryAfter)
		}
	}
	for _, status := range webhook.Statuses() {
		if _, ok := want[status]; !ok && status > 0 {
			t.Errorf("the row of %d is not tested", status)
		}
	}
}

func TestAPathOfTheFlowIsAtFaultForWhatIsNotThere(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, secret)
	for _, status := range []int{http.StatusNotFound, http.StatusGone} {
		r.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		d := delivery("dlv_1")
		d.Parameters = []byte(`{"path":"/orders"}`)
		if o := send(t, integration(r.URL, nil), d); o.Kind != sdk.Misconfigured || o.Scope != sdk.ScopeFlow || o.Path != "parameters.path" {
			t.Errorf("%d: %+v", status, o)
		}
	}
}

func TestTheReceiverSaysWhenToComeAgain(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, secret)
	for text, between := range map[string][2]time.Duration{
		"7": {7 * time.Second, 7 * time.Second}, time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat): {80 * time.Second, 90 * time.Second},
		"": {10 * time.Second, 10 * time.Second},
	} {
		r.answers(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", text)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		o := send(t, integration(r.URL, nil), delivery("dlv_1"))
		if o.Limit != "rate" || o.RetryAfter < between[0] || o.RetryAfter > between[1] {
			t.Errorf("%q: %+v", text, o)
		}
	}
}

func TestAnAnswerThatIsLostIsUnknownAndAConnectionThatFailsIsNot(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, secret)
	in := integration(r.URL, map[string]any{"timeout_seconds": 1})
	for name, lose := range map[string]func(http.ResponseWriter, *http.Request){
		"closed":      func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"out of time": func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() },
	} {
		r.answers(lose)
		if o := send(t, in, delivery("dlv_1")); o.Kind != sdk.Unknown || !strings.Contains(o.NextStep, "webhook-id") {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if n := len(r.got()); n != 2 {
		t.Errorf("two sends made %d requests", n)
	}
	if o := send(t, integration("http://127.0.0.1:1", nil), delivery("dlv_1")); o.Kind != sdk.Retry || o.RetryAfter == 0 {
		t.Errorf("nobody there: %+v", o)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	in = integration("https://"+silent.Addr().String(), map[string]any{"timeout_seconds": 1})
	if o := send(t, in, delivery("dlv_1")); o.Kind != sdk.Retry {
		t.Errorf("a handshake that never ends: %+v", o)
	}
}

func TestAnAddressThatIsNotAllowedPausesTheIntegrationAndNothingIsSent(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, secret)
	// A name passes the settings; what it leads to does not.
	in := integration(strings.Replace(r.URL, "127.0.0.1", "localhost", 1), nil)
	o := sender(t, outbound.New(nil), in).Send(t.Context(), delivery("dlv_1"))
	if o.Kind != sdk.Misconfigured || o.Scope != sdk.ScopeIntegration || o.Path != "settings.url" || !strings.Contains(o.NextStep, "--outbound-allow") {
		t.Errorf("%+v", o)
	}
	found, err := webhook.NewWith(outbound.New(nil)).(sdk.Checker).Check(t.Context(), in)
	if err != nil || len(found) != 1 || found[0].Code != "ADDRESS_REFUSED" {
		t.Errorf("%+v, %v", found, err)
	}
	if len(r.got()) > 0 {
		t.Error("a request came")
	}
}

func TestRedirectsAreFollowedOnlyIfToldAndOnlyToTheSameOrigin(t *testing.T) {
	t.Parallel()
	other := newReceiver(t, "")
	r := newReceiver(t, secret)
	to := func(status int, location string) http.HandlerFunc {
		return func(w http.ResponseWriter, q *http.Request) {
			if q.URL.Path == "/new" {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			w.Header().Set("Location", location)
			w.WriteHeader(status)
		}
	}
	follow := map[string]any{"follow_redirects": "SAME_ORIGIN"}
	for name, c := range map[string]struct {
		more     map[string]any
		status   int
		location string
		kind     sdk.OutcomeKind
	}{
		"not told":           {nil, 307, "/new", sdk.Misconfigured},
		"told":               {follow, 307, "/new", sdk.Accepted},
		"told for good":      {follow, 308, r.URL + "/new", sdk.Accepted},
		"another method":     {follow, 302, "/new", sdk.Misconfigured},
		"another origin":     {follow, 307, other.URL + "/new", sdk.Misconfigured},
		"another name of it": {follow, 307, strings.Replace(r.URL, "127.0.0.1", "localhost", 1) + "/new", sdk.Misconfigured},
		"in a circle":        {follow, 307, "/", sdk.Misconfigured},
		"nowhere":            {follow, 307, "://", sdk.Misconfigured},
	} {
		r.answers(to(c.status, c.location))
		if o := send(t, integration(r.URL, c.more), delivery("dlv_1")); o.Kind != c.kind {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if n := len(other.got()); n != 0 {
		t.Errorf("the other origin got %d requests", n)
	}
	moved := slices.ContainsFunc(r.got(), func(g got) bool { return g.path == "/new" && g.body != "" && g.header.Get("webhook-signature") != "" })
	if !moved {
		t.Error("what was redirected came without body or signature")
	}
}

func TestAnEd25519KeySignsWhatItsPublicKeyVerifies(t *testing.T) {
	t.Parallel()
	seed := []byte("0123456789abcdef0123456789ABCDEF")
	private := ed25519.NewKeyFromSeed(seed)
	for _, key := range [][]byte{seed, private} {
		r := newReceiver(t, "")
		in := integration(r.URL, map[string]any{"signing_secret": "whsk_" + base64.StdEncoding.EncodeToString(key)})
		if o := send(t, in, delivery("dlv_1")); o.Kind != sdk.Accepted {
			t.Fatalf("%+v", o)
		}
		one := r.got()[0]
		text, ok := strings.CutPrefix(one.header.Get("webhook-signature"), "v1a,")
		signature, err := base64.StdEncoding.DecodeString(text)
		signed := "dlv_1." + one.header.Get("webhook-timestamp") + "." + one.body
		if !ok || err != nil || !ed25519.Verify(private.Public().(ed25519.PublicKey), []byte(signed), signature) {
			t.Errorf("%q does not verify", one.header.Get("webhook-signature"))
		}
	}
}
