package webhook_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
	"github.com/recado-hub/recado/plugins/sdk/sdktest"
	"github.com/recado-hub/recado/plugins/webhook"
)

var (
	secret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdefghijklmnopqrstuv"))
	older  = "whsec_" + base64.StdEncoding.EncodeToString([]byte("vutsrqponmlkjihgfedcba9876543210"))
)

// got is one request that a receiver has got.
type got struct {
	method, path string
	header       http.Header
	body         string
}

// receiver is an endpoint that verifies as the standard's own library does, drops what it has seen, and answers as it is told.
type receiver struct {
	*httptest.Server
	verify *standardwebhooks.Webhook

	mu     sync.Mutex
	list   []got
	seen   map[string]bool
	answer http.HandlerFunc // nil: 204
}

func newReceiver(tb testing.TB, verified string) *receiver {
	tb.Helper()
	r := &receiver{seen: map[string]bool{}}
	if verified != "" {
		var err error
		if r.verify, err = standardwebhooks.NewWebhook(verified); err != nil {
			tb.Fatal(err)
		}
	}
	r.Server = httptest.NewUnstartedServer(r)
	r.Config.ErrorLog = log.New(io.Discard, "", 0) // a check connects and asks nothing
	r.Start()
	tb.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return
	}
	if r.verify != nil {
		if err := r.verify.Verify(body, q.Header); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
	}
	r.mu.Lock()
	answer := r.answer
	if id := q.Header.Get("webhook-id"); !r.seen[id] {
		r.seen[id] = answer == nil
		r.list = append(r.list, got{q.Method, q.URL.String(), q.Header, string(body)})
	}
	r.mu.Unlock()
	if answer != nil {
		answer(w, q)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (r *receiver) answers(h http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = h
}

func (r *receiver) got() []got {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]got(nil), r.list...)
}

// local lets connectors reach this machine, as an operator could.
func local(tb testing.TB) *outbound.Guard {
	tb.Helper()
	allowed, err := outbound.ParseAllowed("127.0.0.1")
	if err != nil {
		tb.Fatal(err)
	}
	return outbound.New(allowed)
}

// integration sends to an address; more are further settings, and secrets by the names that are secret.
func integration(address string, more map[string]any) sdk.Integration {
	all := map[string]any{"url": address, "signing_secret": secret}
	maps.Copy(all, more)
	in := sdk.Integration{ID: "int_1", Name: "receiver", Language: "en", Secrets: map[string]string{}}
	for _, name := range []string{"signing_secret", "previous_signing_secret", "auth_value", "secret_path"} {
		if text, ok := all[name].(string); ok && text != "" {
			in.Secrets[name] = text
		}
		delete(all, name)
	}
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	in.Settings, _ = json.Marshal(all)
	return in
}

func delivery(id string) sdk.Delivery {
	return sdk.Delivery{
		ID: id, Attempt: 1, Action: "send_values", Parameters: json.RawMessage(`{}`), Recipient: "workshop", Deadline: time.Now().Add(20 * time.Second), FlowID: "flw_1",
		Values: []sdk.Value{{Name: "folio", Text: "OT-1496"}, {Name: "task", Text: "Trocar o filtro de óleo <1>"}},
	}
}

func templated(id, template, contentType string, values ...sdk.Value) sdk.Delivery {
	d := delivery(id)
	d.Action, d.Values = "send_template", values
	d.Parameters, _ = json.Marshal(map[string]string{"template": template, "content_type": contentType})
	return d
}

func sender(tb testing.TB, g *outbound.Guard, in sdk.Integration) sdk.Sender {
	tb.Helper()
	s, err := webhook.NewWith(g).(sdk.Destination).Open(tb.Context(), in)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func send(tb testing.TB, in sdk.Integration, d sdk.Delivery) sdk.Outcome {
	tb.Helper()
	return sender(tb, local(tb), in).Send(tb.Context(), d)
}

func TestSuite(t *testing.T) {
	r := newReceiver(t, secret)
	good := integration(r.URL, map[string]any{"auth_value": "Bearer a-token-of-the-receiver"})
	(&sdktest.Suite{
		Connector: webhook.NewWith(local(t)), Integration: good,
		Delivery: func(n int) sdk.Delivery {
			d := delivery("")
			d.Recipient = fmt.Sprintf("workshop %d", n)
			return d
		},
		Sent: func() int { return len(r.got()) },
		BadIntegrations: map[string]sdk.Integration{
			"no address":                 integration("", nil),
			"an address of another kind": integration("ftp://example.com/x", nil),
			"a user in the address":      integration("https://me:hidden-word@example.com", nil),
			"no secret":                  integration(r.URL, map[string]any{"signing_secret": ""}),
			"a secret of another kind":   integration(r.URL, map[string]any{"signing_secret": "hunter2-hunter2"}),
			"a secret that is too short": integration(r.URL, map[string]any{"signing_secret": "whsec_c2hvcnQ="}),
			"a server that is gone":      integration("http://127.0.0.1:1", nil),
			"a private address":          integration("https://10.1.2.3/hook", nil),
			"an unencrypted public one":  integration("http://93.184.215.14/hook", nil),
			"the metadata service":       integration("http://169.254.169.254/latest", nil),
			"a timeout of no time":       integration(r.URL, map[string]any{"timeout_seconds": 0}),
			"a header of the connector":  integration(r.URL, map[string]any{"auth_header": "webhook-id", "auth_value": "some-value"}),
			"a value of two lines":       integration(r.URL, map[string]any{"auth_value": "Bearer x\r\nHost: elsewhere"}),
			"settings as a list":         {ID: "int_1", Settings: json.RawMessage(`[1]`), Secrets: good.Secrets},
		},
	}).Run(t)
	if n := len(r.got()); n < 1500 {
		t.Errorf("the standard's own library verified %d messages", n)
	}
	if head := r.got()[0].header.Get("Authorization"); head != "Bearer a-token-of-the-receiver" {
		t.Errorf("the credential came as %q", head)
	}
}

func TestTheDescriptionSaysThatSendingIsIdempotent(t *testing.T) {
	t.Parallel()
	d, err := webhook.New().Describe(t.Context())
	if err != nil || !d.Capabilities.IdempotentSending {
		t.Errorf("%+v, %v", d.Capabilities, err)
	}
}

func TestMessagesOfARotationAreVerifiedWithEitherSecret(t *testing.T) {
	t.Parallel()
	for _, known := range []string{secret, older} {
		r := newReceiver(t, known)
		in := integration(r.URL, map[string]any{"previous_signing_secret": older})
		if o := send(t, in, delivery("dlv_1")); o.Kind != sdk.Accepted || o.ProviderID != "dlv_1" {
			t.Errorf("%+v", o)
		}
	}
	r := newReceiver(t, older)
	if o := send(t, integration(r.URL, nil), delivery("dlv_1")); o.Kind != sdk.Misconfigured || o.Scope != sdk.ScopeIntegration || o.Path != "secrets.signing_secret" {
		t.Errorf("a receiver with another secret: %+v", o)
	}
}

func TestARepeatHasTheSameIDAndBody(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, secret)
	r.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	in := integration(r.URL, nil)
	for attempt := 1; attempt <= 2; attempt++ {
		d := delivery("dlv_1")
		d.Attempt = attempt
		if o := send(t, in, d); o.Kind != sdk.Retry || o.RetryAfter == 0 {
			t.Errorf("%+v", o)
		}
	}
	list := r.got()
	if len(list) != 2 || list[0].body != list[1].body || list[0].header.Get("webhook-id") != "dlv_1" || list[1].header.Get("webhook-id") != "dlv_1" {
		t.Errorf("%+v", list)
	}
}

func TestWhatGoesOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		more       map[string]any
		parameters string
		positional bool
		want       got
	}{
		"names":    {want: got{method: "POST", path: "/hook?a=1", body: `{"folio":"OT-1496","task":"Trocar o filtro de óleo <1>"}`}},
		"position": {positional: true, want: got{method: "POST", path: "/hook?a=1", body: `["OT-1496","Trocar o filtro de óleo <1>"]`}},
		"envelope": {parameters: `{"type":"wo.assigned","method":"PUT","path":"/orders/new"}`,
			want: got{method: "PUT", path: "/hook/orders/new?a=1", body: `{"type":"wo.assigned","recipient":"workshop","data":{"folio":"OT-1496","task":"Trocar o filtro de óleo <1>"}}`}},
		"headers": {parameters: `{"headers":{"X-Site":"Porto","Idempotency-Key":"k"}}`,
			want: got{method: "POST", path: "/hook?a=1", body: `{"folio":"OT-1496","task":"Trocar o filtro de óleo <1>"}`, header: http.Header{"X-Site": {"Porto"}, "Idempotency-Key": {"k"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t, secret)
			d := delivery("dlv_1")
			if c.positional {
				d.Values = []sdk.Value{{Position: 2, Text: d.Values[1].Text}, {Position: 1, Text: d.Values[0].Text}}
			}
			d.Parameters = json.RawMessage(c.parameters)
			if o := send(t, integration(r.URL+"/hook?a=1", c.more), d); o.Kind != sdk.Accepted {
				t.Fatalf("%+v", o)
			}
			one := r.got()[0]
			if one.method != c.want.method || one.path != c.want.path || one.body != c.want.body || one.header.Get("Content-Type") != "application/json" {
				t.Errorf("%+v", one)
			}
			for name := range c.want.header {
				if one.header.Get(name) != c.want.header.Get(name) {
					t.Errorf("%s: %q", name, one.header.Get(name))
				}
			}
		})
	}
}

func TestTheSecretPartOfAnAddressIsUsedAndNotShown(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, "")
	bare := integration(r.URL, map[string]any{"secret_path": "?token=hidden-word", "signature": "NONE", "signing_secret": ""})
	below := delivery("dlv_0")
	below.Parameters = json.RawMessage(`{"path":"/a"}`)
	if o := send(t, bare, below); o.Kind != sdk.Accepted || r.got()[0].path != "/a?token=hidden-word" {
		t.Errorf("%+v, %+v", o, r.got())
	}
	for _, part := range []string{"/T000/B000/hidden-word", "?token=hidden-word"} {
		in := integration(r.URL+"/services/", map[string]any{"secret_path": part, "signature": "NONE", "signing_secret": ""})
		if o := send(t, in, delivery("dlv"+part[1:4])); o.Kind != sdk.Accepted {
			t.Fatalf("%+v", o)
		}
		list := r.got()
		if one := list[len(list)-1]; one.path != "/services"+part || one.header.Get("webhook-signature") != "" {
			t.Errorf("%+v", one)
		}
		p, err := webhook.NewWith(local(t)).(sdk.Previewer).Preview(t.Context(), in, delivery("dlv_2"))
		if err != nil || strings.Contains(fmt.Sprintf("%s %+v", p.Request, p), "hidden-word") || !strings.Contains(string(p.Request), "/services(secret)") {
			t.Errorf("%s, %v", p.Request, err)
		}
	}
}

func TestThePreviewShowsTheRequest(t *testing.T) {
	t.Parallel()
	in := integration("https://example.com/hook", map[string]any{"auth_value": "Bearer hidden-word", "auth_header": "X-Api-Key"})
	d := templated("dlv_1", `{"text": "WO {{folio}}"}`, "application/json", sdk.Value{Name: "folio", Text: `"7"`})
	p, err := webhook.New().(sdk.Previewer).Preview(t.Context(), in, d)
	if err != nil || len(p.Problems) > 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	var shown struct {
		Method, URL string
		Headers     map[string]string
		Body        struct{ Text string }
	}
	if err := json.Unmarshal(p.Request, &shown); err != nil {
		t.Fatal(err)
	}
	if shown.Method != "POST" || shown.URL != "https://example.com/hook" || shown.Body.Text != `WO "7"` || shown.Headers["x-api-key"] != "(secret)" || shown.Headers["webhook-id"] != "dlv_1" {
		t.Errorf("%+v", shown)
	}
	if strings.Contains(string(p.Request), "hidden-word") || p.Text != `{"text": "WO \"7\""}` {
		t.Errorf("%s\n%s", p.Request, p.Text)
	}
}
