package whatsapp_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/sdktest"
	"github.com/recado-hub/recado/plugins/whatsapp"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// throughTwilio is set up for the default account at an address, with auth token and sender.
func throughTwilio(base string) sdk.Integration {
	settings, _ := json.Marshal(map[string]any{"provider": "TWILIO", "account_sid": sandbox.DefaultAccountSID, "from": "+55 31 3333-4400", "twilio_url": base})
	return sdk.Integration{
		ID: "int_1", Name: "whatsapp nt", Settings: settings, Language: "pt-BR", CallbackURL: "https://hub.example/callbacks/int_1",
		Secrets: map[string]string{"auth_token": sandbox.DefaultAuthToken},
	}
}

// withKey is an integration that signs in with an API key.
func withKey(in sdk.Integration, sid string) sdk.Integration {
	in = changed(in, "api_key_sid", sid)
	in.Secrets = map[string]string{"api_key_secret": sandbox.DefaultAPIKeySecret, "auth_token": in.Secrets["auth_token"]}
	return in
}

// content names a template of the sandbox as Twilio has it.
func content(name, language string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"template":%q}`, sandbox.ContentSID(name, language)))
}

// twilioAssignment is the article's message through Twilio.
func twilioAssignment(id string) sdk.Delivery {
	d := assignment(id)
	d.Parameters = content("wo_assigned", "pt_BR")
	return d
}

// twilioHook keeps the callbacks that come to it, as the hub behind a public address would see them.
func twilioHook(t *testing.T) (string, chan sdk.Callback) {
	t.Helper()
	kept := make(chan sdk.Callback, 10_000)
	hub := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		kept <- sdk.Callback{Method: r.Method, URL: "http://" + r.Host + r.URL.String(), Header: r.Header, Body: body, ReceivedAt: time.Now()}
	}))
	t.Cleanup(hub.Close)
	return hub.URL + "/callbacks/int_1", kept
}

func TestTheSuiteThroughTwilio(t *testing.T) {
	hook, kept := twilioHook(t)
	box := meta(t, sandbox.Options{})
	good := throughTwilio(box.URL())
	good.CallbackURL = hook
	form := "MessageSid=SM1&MessageStatus=sent&AccountSid=" + sandbox.DefaultAccountSID
	(&sdktest.Suite{
		Connector: whatsapp.New(), Integration: good,
		Delivery: func(n int) sdk.Delivery {
			d := twilioAssignment("")
			d.Recipient = fmt.Sprintf("+3519%08d", n)
			return d
		},
		Sent: func() int { return int(box.Stats().Accepted) },
		BadIntegrations: map[string]sdk.Integration{
			"a wrong auth token":           changed(good, "auth_token", "another-token"),
			"no credential":                changed(good, "auth_token", ""),
			"a revoked API key":            withKey(good, sandbox.RevokedAPIKeySID),
			"a key without its secret":     changed(good, "api_key_sid", sandbox.DefaultAPIKeySID),
			"another account":              changed(good, "account_sid", "AC00000000000000000000000000000000"),
			"an account of no form":        changed(good, "account_sid", "main"),
			"no sender":                    changed(good, "from", nil),
			"a sender of no form":          changed(good, "from", "Recado"),
			"a service of no form":         changed(good, "messaging_service_sid", "MG1"),
			"a server that is gone":        changed(good, "twilio_url", "http://127.0.0.1:1"),
			"a plain http server":          changed(good, "twilio_url", "http://api.twilio.example"),
			"a provider that there is not": changed(good, "provider", "PIGEON"),
		},
		Callback: func(t *testing.T, o sdk.Outcome) sdk.Callback {
			for {
				select {
				case cb := <-kept:
					if strings.Contains(string(cb.Body), o.ProviderID) {
						return cb
					}
				case <-time.After(10 * time.Second):
					t.Fatal("no callback came")
				}
			}
		},
		ForgedCallbacks: map[string]sdk.Callback{
			"nothing at all": {},
			"no signature":   {Method: http.MethodPost, URL: hook, Body: []byte(form)},
			"a GET":          {Method: http.MethodGet, URL: hook},
			"a signature with another token": {Method: http.MethodPost, URL: hook, Body: []byte(form), Header: http.Header{
				"X-Twilio-Signature": {sandbox.SignTwilio("another", hook, values(form))}}},
			"a signature for another URL": {Method: http.MethodPost, URL: hook, Body: []byte(form), Header: http.Header{
				"X-Twilio-Signature": {sandbox.SignTwilio(sandbox.DefaultAuthToken, hook+"?k=dlv_2", values(form))}}},
			"another account's": {Method: http.MethodPost, URL: hook, Body: []byte("AccountSid=AC1&MessageSid=SM1&MessageStatus=sent"), Header: http.Header{
				"X-Twilio-Signature": {sandbox.SignTwilio(sandbox.DefaultAuthToken, hook, values("AccountSid=AC1&MessageSid=SM1&MessageStatus=sent"))}}},
		},
	}).Run(t)
}

func values(form string) url.Values {
	v, err := url.ParseQuery(form)
	if err != nil {
		panic(err)
	}
	return v
}

func TestSendThroughTwilio(t *testing.T) {
	t.Parallel()
	box := meta(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	good := throughTwilio(box.URL())
	s := sender(t, good)
	last := func() sandbox.Message { all := box.Messages(); return all[len(all)-1] }

	t.Run("the phone shows the template with the values, and the callback carries our key", func(t *testing.T) {
		d := twilioAssignment("dlv_1")
		d.Recipient, d.Values[2].Text = "351 912-345.678", " Trocar\n o \t  filtro"
		o := send(t, s, d)
		m := last()
		if o.Kind != sdk.Accepted || o.ProviderID != m.ID || o.Recipient != "351912345678" || len(o.Adjusted) != 1 || o.Adjusted[0].Sent != "Trocar o filtro" {
			t.Errorf("%+v", o)
		}
		if m.To != "+351912345678" || m.From != sandbox.DefaultSender || m.Values[2] != "Trocar o filtro" || !strings.Contains(m.Text, "OT-1496") || len(m.Samples) > 0 {
			t.Errorf("%+v", m)
		}
		if m.StatusCallback != "https://hub.example/callbacks/int_1?k=dlv_1#rc=5&rp=all" {
			t.Errorf("%s", m.StatusCallback)
		}
	})
	t.Run("an API key and a messaging service do as well", func(t *testing.T) {
		in := changed(changed(withKey(good, sandbox.DefaultAPIKeySID), "from", nil), "messaging_service_sid", sandbox.DefaultMessagingServiceSID)
		if o := send(t, sender(t, in), twilioAssignment("dlv_2")); o.Kind != sdk.Accepted || o.Detail["status"] != "accepted" {
			t.Errorf("%+v", o)
		}
	})
	t.Run("without the auth token no callback is asked for", func(t *testing.T) {
		in := withKey(good, sandbox.DefaultAPIKeySID)
		delete(in.Secrets, "auth_token")
		if o := send(t, sender(t, in), twilioAssignment("dlv_3")); o.Kind != sdk.Accepted || last().StatusCallback != "" {
			t.Errorf("%+v %+v", o, last())
		}
		found, err := whatsapp.New().(sdk.Checker).Check(t.Context(), in)
		if err != nil || len(found) != 1 || found[0].Code != "NO_CALLBACKS" || found[0].Severity != sdk.SeverityWarning {
			t.Errorf("%+v, %v", found, err)
		}
	})
	t.Run("a content without variables goes without any, and one with names by name", func(t *testing.T) {
		d := twilioAssignment("dlv_4")
		d.Action, d.Parameters, d.Values = "template", content("hello_world", "en_US"), nil
		if o := send(t, s, d); o.Kind != sdk.Accepted {
			t.Errorf("%+v", o)
		}
		d.ID, d.Parameters, d.Values = "dlv_5", content("wo_assigned_named", "pt_BR"), []sdk.Value{{Name: "folio", Text: "OT-1"}, {Name: "first_name", Text: "Ana"}}
		if o := send(t, s, d); o.Kind != sdk.Accepted || !strings.HasPrefix(last().Text, "Olá, Ana! A ordem de serviço *OT-1*") {
			t.Errorf("%+v %s", o, last().Text)
		}
	})
	for name, c := range map[string]struct {
		change func(*sdk.Delivery)
		path   string
		kind   sdk.OutcomeKind
		scope  sdk.Scope
	}{
		"a value too few, which Twilio would fill with a sample": {func(d *sdk.Delivery) { d.Values = d.Values[:6] }, "values[7]", sdk.Misconfigured, sdk.ScopeFlow},
		"a value too many": {func(d *sdk.Delivery) { d.Values = append(d.Values, sdk.Value{Position: 8, Text: "x"}) }, "values[8]", sdk.Misconfigured, sdk.ScopeFlow},
		"an empty value":   {func(d *sdk.Delivery) { d.Values[3].Text = " \n" }, "values[4]", sdk.Rejected, sdk.ScopeDelivery},
		"a text too long in all": {func(d *sdk.Delivery) {
			d.Values[3].Text, d.Values[4].Text = strings.Repeat("x", 700), strings.Repeat("x", 700)
		}, "values", sdk.Rejected, sdk.ScopeDelivery},
		"letters as a number":       {func(d *sdk.Delivery) { d.Recipient = "Jonas" }, "recipient", sdk.Rejected, sdk.ScopeDelivery},
		"a template name of Meta":   {func(d *sdk.Delivery) { d.Parameters = []byte(`{"template":"wo_assigned"}`) }, "parameters.template", sdk.Misconfigured, sdk.ScopeFlow},
		"a SID of no form":          {func(d *sdk.Delivery) { d.Parameters = []byte(`{"template":"HX1"}`) }, "parameters.template", sdk.Misconfigured, sdk.ScopeFlow},
		"no SID":                    {func(d *sdk.Delivery) { d.Parameters = []byte(`{}`) }, "parameters.template", sdk.Misconfigured, sdk.ScopeFlow},
		"a SID that is not there":   {func(d *sdk.Delivery) { d.Parameters = content("no_such", "it") }, "parameters.template", sdk.Misconfigured, sdk.ScopeFlow},
		"an action that is none":    {func(d *sdk.Delivery) { d.Action = "call" }, "action", sdk.Misconfigured, sdk.ScopeFlow},
		"an id too long":            {func(d *sdk.Delivery) { d.ID = strings.Repeat("x", 257) }, "id", sdk.Rejected, sdk.ScopeDelivery},
		"a position and a name":     {func(d *sdk.Delivery) { d.Values[6] = sdk.Value{Name: "x", Text: "x"} }, "values.x", sdk.Rejected, sdk.ScopeDelivery},
		"parameters that are none":  {func(d *sdk.Delivery) { d.Parameters = []byte(`{"template":1}`) }, "parameters", sdk.Misconfigured, sdk.ScopeFlow},
		"positions where names are": {func(d *sdk.Delivery) { d.Parameters, d.Values = content("wo_assigned_named", "pt_BR"), d.Values[:2] }, "values", sdk.Misconfigured, sdk.ScopeFlow},
	} {
		t.Run("not sent: "+name, func(t *testing.T) {
			before := box.Stats().Accepted
			d := twilioAssignment("dlv_x")
			c.change(&d)
			if o := send(t, s, d); o.Kind != c.kind || o.Scope != c.scope || o.Path != c.path || o.Message == "" || o.NextStep == "" {
				t.Errorf("%+v", o)
			}
			if box.Stats().Accepted != before {
				t.Error("a message left")
			}
		})
	}
	for name, c := range map[string]struct{ template, code string }{"paused": {"wo_paused", "63041"}, "disabled": {"wo_disabled", "63042"}, "pending": {"wo_pending", "63016"}} {
		t.Run("a template that is "+name+" is a fault of the flow", func(t *testing.T) {
			d := twilioAssignment("dlv_x")
			d.Parameters, d.Values = content(c.template, "pt_BR"), d.Values[:1]
			if o := send(t, s, d); o.Kind != sdk.Misconfigured || o.Scope != sdk.ScopeFlow || o.ProviderCode != c.code {
				t.Errorf("%+v", o)
			}
		})
	}
	t.Run("a wrong credential is a fault of the settings, at the secret that was used", func(t *testing.T) {
		for path, in := range map[string]sdk.Integration{"secrets.auth_token": changed(good, "auth_token", "another"), "secrets.api_key_secret": withKey(good, sandbox.RevokedAPIKeySID)} {
			if o := send(t, sender(t, in), twilioAssignment("dlv_x")); o.Kind != sdk.Misconfigured || o.Scope != sdk.ScopeIntegration || o.Path != path || o.ProviderCode != "20003" {
				t.Errorf("%+v", o)
			}
		}
	})
}

func TestAnAnswerOfTwilioThatIsLostIsUnknown(t *testing.T) {
	t.Parallel()
	hook, kept := twilioHook(t)
	box := meta(t, sandbox.Options{})
	in := throughTwilio(box.URL())
	in.CallbackURL = hook
	s := sender(t, in)
	for name, f := range map[string]sandbox.Fault{
		"the connection is dropped": {Accept: true, Drop: true}, "a proxy answers 502": {Accept: true, Status: 502}, "Twilio answers 20500": {Accept: true, Code: 20500},
		"the time is up": {Delay: time.Minute},
	} {
		t.Run("and its callback settles it by our key: "+name, func(t *testing.T) {
			if o := send(t, s, twilioAssignment("dlv_warm")); o.Kind != sdk.Accepted { // the template is known from here on
				t.Fatalf("%+v", o)
			}
			before := len(box.Messages())
			if err := box.AddFaults(f); err != nil {
				t.Fatal(err)
			}
			d := twilioAssignment("dlv_" + strings.ReplaceAll(name, " ", "_"))
			if f.Delay > 0 {
				d.Deadline = time.Now().Add(300 * time.Millisecond)
			}
			if o := send(t, s, d); o.Kind != sdk.Unknown || o.NextStep == "" || o.ProviderID != "" {
				t.Errorf("%+v", o)
			}
			if n := len(box.Messages()) - before; n != 1 {
				t.Fatalf("%d messages arrived", n)
			}
			for {
				select {
				case cb := <-kept:
					r := receive(t, in, cb)
					if len(r.Receipts) == 1 && r.Receipts[0].DeliveryID == d.ID && r.Receipts[0].ProviderID != "" {
						return
					}
				case <-time.After(10 * time.Second):
					t.Fatal("no callback came")
				}
			}
		})
	}
}

// A server that is not there, or that Twilio's own error says was never reached by the request, may be asked again.
func TestWhatTwilioCertainlyDidNotTakeIsTriedAgain(t *testing.T) {
	t.Parallel()
	if o := send(t, sender(t, throughTwilio("http://127.0.0.1:1")), twilioAssignment("dlv_1")); o.Kind != sdk.Retry || o.RetryAfter == 0 {
		t.Errorf("%+v", o)
	}
	box := meta(t, sandbox.Options{Throughput: 1, Callbacks: sandbox.Callbacks{Off: true}})
	s := sender(t, throughTwilio(box.URL()))
	send(t, s, twilioAssignment("dlv_1"))
	if o := send(t, s, twilioAssignment("dlv_2")); o.Kind != sdk.Retry || o.Scope != sdk.ScopeIntegration || o.Limit != "throughput" || o.ProviderCode != "20429" {
		t.Errorf("%+v", o)
	}
}

func TestTemplatesAreNotReadForEachMessage(t *testing.T) {
	t.Parallel()
	box := sandbox.New(sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	t.Cleanup(func() { _ = box.Close() })
	var reads, down atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			reads.Add(1)
			if down.Load() > 0 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
		}
		box.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s := sender(t, throughTwilio(server.URL))
	done := make(chan sdk.Outcome)
	for i := range 50 {
		go func() { done <- s.Send(t.Context(), twilioAssignment(fmt.Sprintf("dlv_%d", i))) }()
	}
	for range 50 {
		if o := <-done; o.Kind != sdk.Accepted {
			t.Errorf("%+v", o)
		}
	}
	if n := reads.Load(); n != 2 { // the content and its approval
		t.Errorf("50 messages read templates %d times", n)
	}
	t.Run("what cannot be read is not guessed: nothing is sent, and it is tried again", func(t *testing.T) {
		down.Store(1)
		before := box.Stats().Accepted
		d := twilioAssignment("dlv_x")
		d.Parameters = content("wo_assigned", "it")
		if o := send(t, s, d); o.Kind != sdk.Retry || box.Stats().Accepted != before {
			t.Errorf("%+v", o)
		}
		if o := send(t, s, twilioAssignment("dlv_y")); o.Kind != sdk.Accepted {
			t.Errorf("what is known goes on: %+v", o)
		}
	})
}

func TestPreviewAndCheckOfAnActionThroughTwilio(t *testing.T) {
	t.Parallel()
	box := meta(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	in := throughTwilio(box.URL())
	d := twilioAssignment("dlv_1")
	d.Values[2].Text = "a\n\tb"
	p, err := whatsapp.New().(sdk.Previewer).Preview(t.Context(), in, d)
	if err != nil || len(p.Problems) > 0 || len(p.Adjusted) != 1 || p.Recipient != "+351912345678" || !strings.Contains(string(p.Request), `"ContentSid"`) {
		t.Errorf("%+v, %v", p, err)
	}
	if o := send(t, sender(t, in), d); o.Kind != sdk.Accepted || box.Messages()[0].Text != p.Text {
		t.Errorf("the preview shows %q, the phone %q", p.Text, box.Messages()[0].Text)
	}
	for name, c := range map[string]struct {
		use  sdk.ActionUse
		path string
	}{
		"what the article does":  {sdk.ActionUse{Action: "wo_assignment_pt_BR", Parameters: content("wo_assigned", "pt_BR"), Positions: 7}, ""},
		"a value too few":        {sdk.ActionUse{Action: "wo_assignment_pt_BR", Parameters: content("wo_assigned", "pt_BR"), Positions: 6}, "values[7]"},
		"not approved":           {sdk.ActionUse{Action: "wo_assignment_pt_BR", Parameters: content("wo_pending", "pt_BR"), Positions: 1}, "parameters.template"},
		"a content in Italian":   {sdk.ActionUse{Action: "wo_assignment_pt_BR", Parameters: content("wo_assigned", "it"), Positions: 7}, "parameters.template"},
		"any content in Italian": {sdk.ActionUse{Action: "template", Parameters: content("wo_assigned", "it"), Positions: 7}, ""},
		"no such content":        {sdk.ActionUse{Action: "template", Parameters: content("x", "it")}, "parameters.template"},
		"a name of Meta":         {sdk.ActionUse{Action: "template", Parameters: json.RawMessage(`{"template":"wo_assigned"}`)}, "parameters.template"},
	} {
		found, err := whatsapp.New().(sdk.ActionChecker).CheckAction(t.Context(), in, c.use)
		switch {
		case err != nil, c.path == "" && len(found) > 0, c.path != "" && (len(found) != 1 || found[0].Path != c.path):
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}

func TestLookupAtTwilio(t *testing.T) {
	t.Parallel()
	box := meta(t, sandbox.Options{Callbacks: sandbox.Callbacks{Sent: time.Millisecond, Delivered: 2 * time.Millisecond, Read: -1}, NotOnWhatsApp: []string{"+351912345679"}})
	in := throughTwilio(box.URL())
	s := sender(t, in)
	o := send(t, s, twilioAssignment("dlv_1"))
	d := twilioAssignment("dlv_2")
	d.Recipient = "+351912345679"
	failed := send(t, s, d)
	if err := box.Wait(t.Context(), func(all []sandbox.Message) bool {
		return all[0].Last() == "delivered" && all[1].Last() == "undelivered"
	}); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	got, err := whatsapp.New().(sdk.Lookuper).Lookup(t.Context(), in, sdk.LookupQuery{Items: []sdk.LookupItem{
		{DeliveryID: "dlv_1", ProviderID: o.ProviderID, Recipient: "+351912345678", SentAt: now},
		{DeliveryID: "dlv_2", ProviderID: failed.ProviderID},
		{DeliveryID: "dlv_3", ProviderID: "SM00000000000000000000000000000000"},
		{DeliveryID: "dlv_4", ProviderID: "../Calls"},
		{DeliveryID: "dlv_5", Recipient: "+351912345678", SentAt: now.Add(-time.Hour)},
		{DeliveryID: "dlv_6", Recipient: "+351912345670", SentAt: now.Add(-time.Hour)},
		{DeliveryID: "dlv_7", Recipient: "+351912345670", SentAt: now.Add(-time.Minute)},
		{DeliveryID: "dlv_8"},
	}})
	if err != nil || len(got.Answers) != 8 {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, want := range []sdk.LookupState{sdk.LookupFound, sdk.LookupFound, sdk.LookupUndecided, sdk.LookupUndecided, sdk.LookupUndecided, sdk.LookupNotFound, sdk.LookupUndecided, sdk.LookupUndecided} {
		if a := got.Answers[i]; a.State != want || a.DeliveryID != fmt.Sprintf("dlv_%d", i+1) || (want != sdk.LookupFound && a.Message == "") {
			t.Errorf("want %s: %+v", want, a)
		}
	}
	if r := got.Answers[0].Receipts; len(r) != 1 || r[0].Status != sdk.Delivered || r[0].At.IsZero() || r[0].Recipient != "351912345678" {
		t.Errorf("%+v", r)
	}
	if r := got.Answers[1].Receipts; len(r) != 1 || r[0].Status != sdk.Failed || r[0].Code != "63024" || r[0].Kind != sdk.Rejected || r[0].Suppress != 24*time.Hour {
		t.Errorf("%+v", r)
	}
	meta := sdktest.Connect(t, whatsapp.New()) // over the wire, as the hub asks
	if _, err := meta.Lookup(t.Context(), integration(box.URL()), sdk.LookupQuery{Items: []sdk.LookupItem{{DeliveryID: "dlv_1"}}}); !errors.Is(err, sdk.ErrUnimplemented) {
		t.Errorf("Meta cannot be asked, but says %v", err)
	}
}

func TestACheckTellsContentThatIsNotThereFromTwilioThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	box := meta(t, sandbox.Options{})
	for name, c := range map[string]struct {
		base, code string
		severity   sdk.Severity
	}{
		"no such content": {box.URL(), "TEMPLATE_MISSING", sdk.SeverityError},
		"no answer":       {"http://127.0.0.1:1", sdk.CodeUnchecked, sdk.SeverityWarning},
	} {
		found, err := whatsapp.New().(sdk.ActionChecker).CheckAction(t.Context(), throughTwilio(c.base),
			sdk.ActionUse{Action: "template", Parameters: json.RawMessage(`{"template":"HX00000000000000000000000000000000"}`)})
		if err != nil || len(found) != 1 || found[0].Code != c.code || found[0].Severity != c.severity || found[0].Path != "parameters.template" {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}
