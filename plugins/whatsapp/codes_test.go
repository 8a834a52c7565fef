package whatsapp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// codes is what the hub must make of each of Meta's documented error codes on a first attempt.
var codes = []struct {
	code  int
	kind  sdk.OutcomeKind
	scope sdk.Scope
	wait  time.Duration
}{
	{1, sdk.Retry, sdk.ScopeDelivery, 2 * time.Second}, {2, sdk.Retry, sdk.ScopeDelivery, 2 * time.Second},
	{3, sdk.Misconfigured, sdk.ScopeIntegration, 0}, {4, sdk.Retry, sdk.ScopeIntegration, time.Minute}, {10, sdk.Misconfigured, sdk.ScopeIntegration, 0},
	{33, sdk.Misconfigured, sdk.ScopeIntegration, 0}, {100, sdk.Rejected, sdk.ScopeDelivery, 0}, {190, sdk.Misconfigured, sdk.ScopeIntegration, 0},
	{200, sdk.Misconfigured, sdk.ScopeIntegration, 0}, {299, sdk.Misconfigured, sdk.ScopeIntegration, 0}, {368, sdk.Misconfigured, sdk.ScopeIntegration, 0},
	{80007, sdk.Retry, sdk.ScopeIntegration, time.Minute}, {130403, sdk.Rejected, sdk.ScopeRecipient, 0}, {130429, sdk.Retry, sdk.ScopeIntegration, time.Second},
	{130472, sdk.Rejected, sdk.ScopeRecipient, 0}, {130497, sdk.Rejected, sdk.ScopeRecipient, 0}, {131000, sdk.Retry, sdk.ScopeDelivery, 2 * time.Second},
	{131005, sdk.Misconfigured, sdk.ScopeIntegration, 0}, {131008, sdk.Rejected, sdk.ScopeDelivery, 0}, {131009, sdk.Rejected, sdk.ScopeDelivery, 0},
	{131016, sdk.Retry, sdk.ScopeDelivery, 2 * time.Second}, {131021, sdk.Rejected, sdk.ScopeRecipient, 0}, {131026, sdk.Rejected, sdk.ScopeRecipient, 0},
	{131030, sdk.Rejected, sdk.ScopeRecipient, 0}, {131031, sdk.Misconfigured, sdk.ScopeIntegration, 0}, {131037, sdk.Misconfigured, sdk.ScopeIntegration, 0},
	{131042, sdk.Misconfigured, sdk.ScopeIntegration, 0}, {131045, sdk.Misconfigured, sdk.ScopeIntegration, 0}, {131047, sdk.Rejected, sdk.ScopeDelivery, 0},
	{131048, sdk.Misconfigured, sdk.ScopeIntegration, 0}, {131049, sdk.Rejected, sdk.ScopeRecipient, 0}, {131050, sdk.Rejected, sdk.ScopeRecipient, 0},
	{131051, sdk.Rejected, sdk.ScopeDelivery, 0}, {131052, sdk.Rejected, sdk.ScopeDelivery, 0}, {131053, sdk.Rejected, sdk.ScopeDelivery, 0},
	{131056, sdk.Retry, sdk.ScopeRecipient, time.Second}, {131057, sdk.Retry, sdk.ScopeIntegration, 30 * time.Second}, {131063, sdk.Misconfigured, sdk.ScopeFlow, 0},
	{131064, sdk.Misconfigured, sdk.ScopeIntegration, 0}, {132000, sdk.Misconfigured, sdk.ScopeFlow, 0}, {132001, sdk.Misconfigured, sdk.ScopeFlow, 0},
	{132005, sdk.Rejected, sdk.ScopeDelivery, 0}, {132007, sdk.Misconfigured, sdk.ScopeFlow, 0}, {132012, sdk.Rejected, sdk.ScopeDelivery, 0},
	{132015, sdk.Misconfigured, sdk.ScopeFlow, 0}, {132016, sdk.Misconfigured, sdk.ScopeFlow, 0}, {132018, sdk.Rejected, sdk.ScopeDelivery, 0},
	{132068, sdk.Misconfigured, sdk.ScopeFlow, 0}, {132069, sdk.Misconfigured, sdk.ScopeFlow, 0}, {133004, sdk.Retry, sdk.ScopeDelivery, 2 * time.Second},
	{133010, sdk.Misconfigured, sdk.ScopeIntegration, 0}, {133015, sdk.Retry, sdk.ScopeIntegration, 5 * time.Minute}, {134011, sdk.Misconfigured, sdk.ScopeIntegration, 0},
	{135000, sdk.Retry, sdk.ScopeDelivery, 10 * time.Second}, {999999, sdk.Rejected, sdk.ScopeDelivery, 0},
}

func TestEveryErrorCode(t *testing.T) {
	t.Parallel()
	box := meta(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	s := sender(t, integration(box.URL()))
	for _, c := range codes {
		t.Run(fmt.Sprint(c.code), func(t *testing.T) {
			if err := box.AddFaults(sandbox.Fault{Code: c.code, Details: "The number 351912345678 is the trouble"}); err != nil {
				t.Fatal(err)
			}
			o := send(t, s, assignment("dlv_1"))
			if o.Kind != c.kind || o.Scope != c.scope || o.RetryAfter != c.wait {
				t.Errorf("%s %s after %v, want %s %s after %v", o.Kind, o.Scope, o.RetryAfter, c.kind, c.scope, c.wait)
			}
			if o.ProviderCode != fmt.Sprint(c.code) || o.Detail["fbtrace_id"] == "" || o.NextStep == "" {
				t.Errorf("code, trace id and next step must be there: %+v", o)
			}
			if strings.Contains(o.Message, "351912345678") || !strings.Contains(o.Message, "678 is the trouble") {
				t.Errorf("Meta's details must be there without the number: %q", o.Message)
			}
		})
	}
	if n := box.Stats().Accepted; n != 0 {
		t.Errorf("%d messages were accepted", n)
	}
}

func TestErrorsWithMoreToTell(t *testing.T) {
	t.Parallel()
	box := meta(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	good := integration(box.URL())
	s := sender(t, good)
	fault := func(t *testing.T, f sandbox.Fault, attempt int) sdk.Outcome {
		t.Helper()
		if err := box.AddFaults(f); err != nil {
			t.Fatal(err)
		}
		d := assignment("dlv_1")
		d.Attempt = attempt
		return send(t, s, d)
	}

	t.Run("the pair rate waits 4^X seconds and names its limit", func(t *testing.T) {
		for attempt, want := range []time.Duration{1, 4, 16, 64, 256, 256} {
			o := fault(t, sandbox.Fault{Code: 131056}, attempt+1)
			if o.RetryAfter != want*time.Second || o.Limit != "pair" {
				t.Errorf("attempt %d: %+v", attempt+1, o)
			}
		}
	})
	t.Run("what may be tried three times is refused after the third", func(t *testing.T) {
		for attempt, want := range []sdk.OutcomeKind{sdk.Retry, sdk.Retry, sdk.Rejected} {
			if o := fault(t, sandbox.Fault{Code: 131000}, attempt+1); o.Kind != want || o.MostAttempts != 3 {
				t.Errorf("attempt %d: %+v", attempt+1, o)
			}
		}
	})
	t.Run("an unknown code that Meta calls transient is tried again", func(t *testing.T) {
		if o := fault(t, sandbox.Fault{Code: 999999, Transient: true}, 1); o.Kind != sdk.Retry {
			t.Errorf("%+v", o)
		}
	})
	t.Run("a person without WhatsApp is left alone for a day, one who stopped marketing for good", func(t *testing.T) {
		if o := fault(t, sandbox.Fault{Code: 131026}, 1); o.Suppress != 24*time.Hour || o.SuppressCategory != "" {
			t.Errorf("131026: %+v", o)
		}
		if o := fault(t, sandbox.Fault{Code: 131050}, 1); o.Suppress != sdk.SuppressForever || o.SuppressCategory != "marketing" {
			t.Errorf("131050: %+v", o)
		}
	})
	t.Run("an unknown phone number id is a fault of the settings", func(t *testing.T) {
		o := send(t, sender(t, changed(good, "phone_number_id", "999999999999999")), assignment("dlv_1"))
		if o.Kind != sdk.Misconfigured || o.Scope != sdk.ScopeIntegration || o.Path != "settings.phone_number_id" {
			t.Errorf("%+v", o)
		}
	})
	t.Run("code 0 is a fault of the token", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":{"message":"AuthException","type":"OAuthException","code":0,"fbtrace_id":"A1"}}`))
		}))
		defer server.Close()
		if o := send(t, sender(t, integration(server.URL)), assignment("dlv_1")); o.Kind != sdk.Misconfigured || o.Scope != sdk.ScopeIntegration || o.Path != "secrets.access_token" {
			t.Errorf("%+v", o)
		}
	})
	t.Run("an expired token is a fault of the settings", func(t *testing.T) {
		o := send(t, sender(t, changed(good, "access_token", sandbox.ExpiredAccessToken)), assignment("dlv_1"))
		if o.Kind != sdk.Misconfigured || o.Scope != sdk.ScopeIntegration || o.Path != "secrets.access_token" || o.ProviderCode != "190" {
			t.Errorf("%+v", o)
		}
	})
	t.Run("a template with named variables is a fault of the flow", func(t *testing.T) {
		d := assignment("dlv_1")
		d.Parameters, d.Values = []byte(`{"template":"wo_assigned_named"}`), d.Values[:2]
		if o := send(t, s, d); o.Kind != sdk.Misconfigured || o.Scope != sdk.ScopeFlow || o.ProviderCode != "100" {
			t.Errorf("%+v", o)
		}
	})
	for name, c := range map[string]struct {
		change func(*sdk.Delivery)
		code   string
		scope  sdk.Scope
	}{
		"one value too few":              {func(d *sdk.Delivery) { d.Values = d.Values[:6] }, "132000", sdk.ScopeFlow},
		"a template that does not exist": {func(d *sdk.Delivery) { d.Parameters = []byte(`{"template":"no_such"}`) }, "132001", sdk.ScopeFlow},
		"a template not in this language": {func(d *sdk.Delivery) {
			d.Action, d.Parameters = "template", []byte(`{"template":"wo_closed","language":"it"}`)
		}, "132001", sdk.ScopeFlow},
		"a paused template":               {func(d *sdk.Delivery) { d.Parameters, d.Values = []byte(`{"template":"wo_paused"}`), d.Values[:1] }, "132015", sdk.ScopeFlow},
		"a disabled template":             {func(d *sdk.Delivery) { d.Parameters, d.Values = []byte(`{"template":"wo_disabled"}`), d.Values[:1] }, "132016", sdk.ScopeFlow},
		"a template that is not approved": {func(d *sdk.Delivery) { d.Parameters, d.Values = []byte(`{"template":"wo_pending"}`), d.Values[:1] }, "132001", sdk.ScopeFlow},
		"the sender's own number":         {func(d *sdk.Delivery) { d.Recipient = "+55 31 3333 4400" }, "131021", sdk.ScopeRecipient},
		"values too long for a message":   {func(d *sdk.Delivery) { d.Values[2].Text = strings.Repeat("x", 1000) }, "132005", sdk.ScopeDelivery},
	} {
		t.Run(name, func(t *testing.T) {
			d := assignment("dlv_1")
			c.change(&d)
			if o := send(t, s, d); o.ProviderCode != c.code || o.Scope != c.scope || o.Kind == sdk.Accepted {
				t.Errorf("%+v", o)
			}
		})
	}
}
