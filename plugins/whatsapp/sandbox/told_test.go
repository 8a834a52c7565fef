package sandbox_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/whatsapp"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

func readInto(r io.Reader, into any) { _ = json.NewDecoder(r).Decode(into) }

// connected is a hub's callback address: what comes is given to the connector, whose answer goes back, and is kept.
type connected struct {
	*httptest.Server
	told chan said
}

type said struct {
	body      string
	reception sdk.Reception
}

func connect(t *testing.T) *connected {
	c := &connected{told: make(chan said, 100)}
	in := sdk.Integration{
		ID: "int_1", Settings: json.RawMessage(fmt.Sprintf(`{"phone_number_id":%q,"waba_id":%q}`, sandbox.DefaultPhoneNumberID, sandbox.DefaultWABAID)),
		Secrets: map[string]string{"access_token": sandbox.DefaultAccessToken, "app_secret": sandbox.DefaultAppSecret, "verify_token": sandbox.DefaultVerifyToken},
	}
	throughTwilio := sdk.Integration{ID: "int_2", Settings: json.RawMessage(fmt.Sprintf(`{"provider":"TWILIO","account_sid":%q}`, sandbox.DefaultAccountSID)),
		Secrets: map[string]string{"auth_token": sandbox.DefaultAuthToken}}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		cb := sdk.Callback{Method: r.Method, URL: "http://" + r.Host + r.URL.String(), Header: r.Header, Body: body, ReceivedAt: time.Now()}
		use := in
		if r.URL.Path == "/twilio" {
			use = throughTwilio
		}
		got, err := whatsapp.New().(sdk.Receiver).Receive(r.Context(), use, cb)
		if err != nil {
			t.Error(err)
		}
		if r.Method == http.MethodPost {
			c.told <- said{string(body), got}
		}
		w.WriteHeader(got.Status)
		_, _ = w.Write(got.Body)
	}))
	t.Cleanup(c.Close)
	return c
}

// webhook has the sandbox tell the hub of everything.
func (c *connected) webhook(t *testing.T, s *sandbox.Sandbox) {
	t.Helper()
	for _, body := range []string{`{"url":"` + c.URL + `/meta"}`, `{"provider":"TWILIO","url":"` + c.URL + `/twilio"}`} {
		if a := call(t, s, http.MethodPost, "/sandbox/webhook", "", body); a.Status != 200 || !strings.Contains(body, c.URL) || !strings.Contains(string(a.Body), c.URL+body[strings.LastIndex(body, "/"):len(body)-2]) {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
}

// next is what the hub was told by now.
func (c *connected) next(t *testing.T) said {
	t.Helper()
	select {
	case got := <-c.told:
		return got
	case <-time.After(5 * time.Second):
		t.Fatal("nothing was told")
	}
	return said{}
}

func TestWhatProvidersTellBesideReceipts(t *testing.T) {
	t.Parallel()
	s, hub := start(t, sandbox.Options{Callbacks: quick()}), connect(t)
	hub.webhook(t, s)
	const account = `"changes":[{"field":`
	for name, c := range map[string]struct {
		path, body string
		field      string
		parts      []string // in the webhook's body
	}{
		"a message of a person": {"/sandbox/incoming", `{"from":"+351 912 345 678","text":"STOP","name":"Ana <b>","id":"wamid.X","context":"wamid.Y"}`, "messages", []string{
			`"contacts":[{"profile":{"name":"Ana \u003cb\u003e"},"wa_id":"351912345678"}]`, `"from":"351912345678"`, `"id":"wamid.X"`, `"text":{"body":"STOP"},"timestamp":"1`, `"type":"text"`,
			`"context":{"from":"553133334400","id":"wamid.Y"}`, `"metadata":{"display_phone_number":"553133334400","phone_number_id":"` + sandbox.DefaultPhoneNumberID + `"}`}},
		"that a person stops marketing": {"/sandbox/preferences", `{"from":"+351912345670","value":"stop"}`, "user_preferences", []string{
			`"user_preferences":[{"category":"marketing_messages","detail":"User requested to stop marketing messages","timestamp":1`, `"value":"stop","wa_id":"351912345670"}]`}},
		"that a person resumes it": {"/sandbox/preferences", `{"from":"+351912345670","value":"resume"}`, "user_preferences", []string{`"value":"resume"`, `resume marketing messages`}},
		"that a template is paused": {"/sandbox/templates", `{"name":"wo_closed","language":"pt_BR","status":"PAUSED"}`, "message_template_status_update", []string{
			`"event":"PAUSED"`, `"message_template_id":21098700`, `"message_template_name":"wo_closed","other_info":{`, `"message_template_language":"pt_BR"`, `"reason":"NONE"`, `"title":"FIRST_PAUSE"`, `"time":1`,
			`"message_template_category":"UTILITY"`}},
		"that it is disabled": {"/sandbox/templates", `{"name":"wo_status","language":"es","status":"DISABLED"}`, "message_template_status_update", []string{`"event":"DISABLED"`, `"disable_info":{"disable_date":"1`}},
		"that it is rejected": {"/sandbox/templates", `{"name":"wo_status","language":"fr","status":"rejected"}`, "message_template_status_update", []string{`"event":"REJECTED"`, `"reason":"INVALID_FORMAT"`, `"rejection_info":{`}},
		"that it is flagged":  {"/sandbox/templates", `{"name":"wo_status","language":"it","status":"FLAGGED"}`, "message_template_status_update", []string{`"event":"FLAGGED"`}},
		"that its text changed": {"/sandbox/templates", `{"name":"critical_alert","language":"en","body":"Only {{1}} é"}`, "message_template_components_update", []string{
			`"message_template_element":"Only {{1}} \u00e9"`, `"message_template_title":"Critical alert"`, `"message_template_footer":"Automatic message from maintenance"`}},
		"that its category changed": {"/sandbox/templates", `{"name":"critical_alert","language":"es","category":"MARKETING"}`, "template_category_update", []string{`"new_category":"MARKETING"`, `"previous_category":"UTILITY"`}},
		"that the account is violated": {"/sandbox/account", `{"event":"ACCOUNT_VIOLATION","violation":"SCAM"}`, "account_update", []string{
			`"value":{"event":"ACCOUNT_VIOLATION","violation_info":{"violation_type":"SCAM"}}`}},
		"that it is restricted": {"/sandbox/account", `{"event":"ACCOUNT_RESTRICTION","restriction":"RESTRICTED_BIZ_INITIATED_MESSAGING","expires":1767225600}`, "account_update", []string{
			`"restriction_info":[{"expiration":1767225600,"restriction_type":"RESTRICTED_BIZ_INITIATED_MESSAGING"}]`}},
		"that a number is flagged": {"/sandbox/number", `{"event":"FLAGGED","limit":"TIER_2K","old_limit":"TIER_10K","quality":"RED"}`, "phone_number_quality_update", []string{
			`"display_phone_number":"553133334400"`, `"event":"FLAGGED"`, `"current_limit":"TIER_2K"`, `"max_daily_conversations_per_business":"TIER_2K"`, `"old_limit":"TIER_10K"`}},
	} {
		t.Run(name, func(t *testing.T) {
			a := call(t, s, http.MethodPost, c.path, "", c.body)
			if a.Status != 200 || !strings.Contains(string(a.Body), `"field":"`+c.field+`","told":true`) {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			got := hub.next(t)
			if !got.reception.Verified || got.reception.Status != 200 || len(got.reception.Receipts) > 0 {
				t.Errorf("the connector says %+v", got.reception)
			}
			for _, part := range append(c.parts, account+`"`+c.field+`","value":{`) {
				if !strings.Contains(got.body, part) {
					t.Errorf("%s is missing in %s", part, got.body)
				}
			}
		})
	}
	for name, c := range map[string]struct{ body, part, optOut string }{
		"STOP to Twilio":             {`{"provider":"TWILIO","from":"+351912345678","text":"stop"}`, "Body=stop", "STOP"},
		"START to Twilio":            {`{"provider":"TWILIO","from":"+351912345678","text":" Start "}`, "WaId=351912345678", "START"},
		"HELP to Twilio":             {`{"provider":"TWILIO","from":"+351912345678","text":"help"}`, "From=whatsapp%3A%2B351912345678", "HELP"},
		"a sentence to Twilio":       {`{"provider":"TWILIO","from":"+351912345678","text":"stop it & <now>"}`, "ProfileName=Person+5678", ""},
		"STOP as nothing special":    {`{"provider":"TWILIO","from":"+351912345678","text":"STOP","opt_out":"NONE"}`, "SmsStatus=received", ""},
		"another word that ends all": {`{"provider":"TWILIO","from":"+351912345678","text":"PARAR","opt_out":"STOP"}`, "MessageSid=SM", "STOP"},
	} {
		t.Run(name, func(t *testing.T) {
			if a := call(t, s, http.MethodPost, "/sandbox/incoming", "", c.body); a.Status != 200 || !strings.Contains(string(a.Body), `"told":true`) {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			got := hub.next(t)
			if !got.reception.Verified || !strings.Contains(got.body, c.part) || (c.optOut == "") == strings.Contains(got.body, "OptOutType="+c.optOut) {
				t.Errorf("%s: the connector says %+v", got.body, got.reception)
			}
			notices := map[string]sdk.NoticeKind{"STOP": sdk.RecipientOptedOut, "START": sdk.RecipientOptedIn}
			if want := notices[c.optOut]; want == "" && len(got.reception.Notices) > 0 || want != "" && (len(got.reception.Notices) != 1 || got.reception.Notices[0].Kind != want) {
				t.Errorf("the connector says %+v", got.reception.Notices)
			}
		})
	}
}

func TestWhatIsToldHasAnEffect(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Callbacks: quick()})
	do := func(path, body string) {
		t.Helper()
		if a := call(t, s, http.MethodPost, path, "", body); a.Status != 200 {
			t.Fatalf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	toTwilio := func() int { return tell(t, s).Code }
	toMeta := func() int { return send(t, s, message()).Error.Code }

	t.Run("a STOP ends messages through Twilio until a START, and none through Meta", func(t *testing.T) {
		do("/sandbox/incoming", `{"provider":"TWILIO","from":"+351912345678","text":"STOP"}`)
		if got := fmt.Sprint(toTwilio(), tell(t, s, "To", "whatsapp:+351912345679").Code, toMeta()); got != "21610 0 0" {
			t.Errorf("%s", got)
		}
		do("/sandbox/incoming", `{"provider":"TWILIO","from":"351912345678","text":"START"}`)
		if got := toTwilio(); got != 0 {
			t.Errorf("%d", got)
		}
	})
	t.Run("who stopped marketing gets no marketing, and all else", func(t *testing.T) {
		do("/sandbox/preferences", `{"from":"+351912345678","value":"stop"}`)
		offer := strings.NewReplacer("wo_closed", "maintenance_offer", `,{"type":"text","text":"Ana"}`, "", "dlv_1", "offer").Replace(message())
		for _, body := range []string{offer, message("dlv_1", "order")} {
			if a := send(t, s, body); a.Status != 200 {
				t.Fatalf("%s", a.Body)
			}
		}
		settle(t, s)
		last := map[string]string{}
		for _, m := range s.Messages() {
			last[m.Callback] = fmt.Sprint(m.Last(), m.Statuses[len(m.Statuses)-1].Code)
		}
		if last["offer"] != "failed131050" || last["order"] != "read0" {
			t.Errorf("%v", last)
		}
		do("/sandbox/preferences", `{"from":"+351912345678","value":"resume"}`)
		send(t, s, strings.Replace(offer, `"offer"`, `"again"`, 1))
		settle(t, s)
		if all := s.Messages(); all[len(all)-1].Last() != "read" {
			t.Errorf("%+v", all[len(all)-1])
		}
	})
	t.Run("a banned account sends nothing until it is reinstated", func(t *testing.T) {
		do("/sandbox/account", `{"event":"DISABLED_UPDATE","ban":"SCHEDULE_FOR_DISABLE"}`)
		before := toMeta()
		do("/sandbox/account", `{"event":"DISABLED_UPDATE","ban":"DISABLE"}`)
		banned := toMeta()
		do("/sandbox/account", `{"event":"DISABLED_UPDATE","ban":"REINSTATE"}`)
		if got := fmt.Sprint(before, banned, toMeta()); got != "0 131031 0" {
			t.Errorf("%s", got)
		}
	})
	t.Run("a number shows its quality", func(t *testing.T) {
		do("/sandbox/number", `{"event":"FLAGGED","quality":"RED"}`)
		if a := call(t, s, http.MethodGet, "/v25.0/"+sandbox.DefaultPhoneNumberID, token, ""); !strings.Contains(string(a.Body), `"quality_rating":"RED"`) {
			t.Errorf("%s", a.Body)
		}
	})
}

func TestTemplatesChange(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	change := func(body string) string {
		t.Helper()
		a := call(t, s, http.MethodPost, "/sandbox/templates", "", body)
		if a.Status != 200 {
			t.Fatalf("%s: %d %s", body, a.Status, a.Body)
		}
		return string(a.Body)
	}
	sid := sandbox.ContentSID("wo_closed", "pt_BR")
	metaList := func() string {
		return string(call(t, s, http.MethodGet, "/v25.0/"+sandbox.DefaultWABAID+"/message_templates?name=wo_closed", token, "").Body)
	}
	atTwilio := func(path string) string {
		r, _ := http.NewRequest(http.MethodGet, s.URL()+"/v1/Content/"+sid+path, nil)
		r.SetBasicAuth(sandbox.DefaultAccountSID, sandbox.DefaultAuthToken)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		body, _ := io.ReadAll(res.Body)
		return string(body)
	}

	t.Run("at Meta, in the list and for who sends", func(t *testing.T) {
		change(`{"name":"wo_closed","language":"pt_BR","status":"PAUSED"}`)
		if a := send(t, s, message()); a.Error.Code != 132015 || !strings.Contains(metaList(), `"status":"PAUSED"`) {
			t.Errorf("%s; %s", a.Body, metaList())
		}
		change(`{"name":"wo_closed","language":"pt_BR","status":"APPROVED","body":"Só {{1}}."}`)
		if a := send(t, s, message()); a.Error.Code != 132000 || !strings.Contains(metaList(), `"text":"Só {{1}}."`) {
			t.Errorf("%s; %s", a.Body, metaList())
		}
		if a := send(t, s, message(`,{"type":"text","text":"Ana"}`, "")); a.Status != 200 || s.Messages()[0].Text != "Só OT-1." {
			t.Errorf("%s", a.Body)
		}
		change(`{"name":"wo_closed","language":"pt_BR","body":"Só {{folio}}."}`)
		if !strings.Contains(metaList(), `"parameter_format":"NAMED"`) {
			t.Errorf("%s", metaList())
		}
		change(`{"name":"wo_closed","language":"pt_BR","status":"DELETED"}`)
		if a := send(t, s, message()); a.Error.Code != 132001 || strings.Contains(metaList(), "wo_closed") {
			t.Errorf("%s; %s", a.Body, metaList())
		}
		change(`{"name":"wo_closed","language":"pt_BR","body":"Outra {{1}} {{2}}"}`)
		if a := send(t, s, message()); a.Status != 200 {
			t.Errorf("a template that was made: %s", a.Body)
		}
	})
	t.Run("at Twilio, in content and approval and for who sends, and nothing is told", func(t *testing.T) {
		if told := change(`{"provider":"TWILIO","name":"wo_closed","language":"pt_BR","status":"PAUSED"}`); told != `{"webhooks":[]}` {
			t.Errorf("%s", told)
		}
		if a := tell(t, s); a.Code != 63041 || !strings.Contains(atTwilio("/ApprovalRequests"), `"status":"paused"`) {
			t.Errorf("%+v; %s", a, atTwilio("/ApprovalRequests"))
		}
		change(`{"content_sid":"` + sid + `","status":"rejected","reason":"no promotions"}`)
		if a := tell(t, s); a.Code != 63040 || !strings.Contains(atTwilio("/ApprovalRequests"), `"rejection_reason":"no promotions","status":"rejected"`) {
			t.Errorf("%+v; %s", a, atTwilio("/ApprovalRequests"))
		}
		change(`{"content_sid":"` + sid + `","status":"approved","body":"Só {{1}} e {{nome}}."}`)
		if a := tell(t, s); a.Code != 21656 || !strings.Contains(atTwilio(""), `"variables":{"1":"Sample_1","nome":"Sample_nome"}`) {
			t.Errorf("%+v; %s", a, atTwilio(""))
		}
		change(`{"content_sid":"` + sid + `","variables":{"1":"a","nome":"b"}}`)
		if a := tell(t, s, "ContentVariables", `{"1":"OT-9"}`); a.Code != 0 || !strings.Contains(atTwilio(""), `"variables":{"1":"a","nome":"b"}`) {
			t.Errorf("%+v; %s", a, atTwilio(""))
		}
		if all := s.Messages(); all[len(all)-1].Text != "Só OT-9 e b." {
			t.Errorf("%+v", all[len(all)-1])
		}
	})
	t.Run("only as they can", func(t *testing.T) {
		for body, want := range map[string]string{
			`{"status":"PAUSED"}`: "name and language", `{"name":"x","language":"y","status":"PAUSED"}`: "no template", `{"name":"wo_status","language":"es"}`: "nothing",
			`{"name":"wo_status","language":"es","status":"BROKEN"}`: "status", `{"content_sid":"` + sid + `","status":"FLAGGED"}`: "status", `{"provider":"X","name":"a","language":"b","status":"PAUSED"}`: "provider",
			`{"name":"wo_status","language":"es","body":""}`: "body", `{"name":"wo_status","language":"es","category":"SPAM"}`: "category", `{"content_sid":"HX1","status":"paused"}`: "no content",
			`{"account":"1","name":"wo_status","language":"es","status":"PAUSED"}`: "no WhatsApp Business Account", `{"nam":1}`: "unknown field",
		} {
			if a := call(t, s, http.MethodPost, "/sandbox/templates", "", body); a.Status != 400 || !strings.Contains(string(a.Body), want) {
				t.Errorf("%s: %d %s", body, a.Status, a.Body)
			}
		}
	})
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	s, hub := start(t, sandbox.Options{Callbacks: quick()}), connect(t)
	post := func(path, body string) (int, string) {
		t.Helper()
		a := call(t, s, http.MethodPost, path, "", body)
		return a.Status, string(a.Body)
	}
	if _, body := post("/sandbox/incoming", `{"from":"+351912345678","text":"hi"}`); !strings.Contains(body, `"told":false`) || !strings.Contains(body, "POST /sandbox/webhook") {
		t.Errorf("without a webhook: %s", body)
	}
	if _, body := post("/sandbox/incoming", `{"provider":"TWILIO","from":"+351912345678","text":"hi"}`); !strings.Contains(body, "POST /sandbox/webhook") {
		t.Errorf("without a webhook: %s", body)
	}
	for body, want := range map[string]string{
		`{"url":"nowhere"}`: "not absolute",
		`{"url":"` + hub.URL + `/meta","verify_token":"x"}`: "could not be validated",
		`{"url":"` + hub.URL + `/meta","fields":["x"]}`:     "fields",
		`{"provider":"TWILIO","url":"nowhere"}`:             "absolute",
		`{"provider":"SMS","url":"http://x.io"}`:            "provider",
		`{"account":"1","url":"http://x.io"}`:               "no app",
	} {
		if status, got := post("/sandbox/webhook", body); status != 400 || !strings.Contains(got, want) {
			t.Errorf("%s: %d %s", body, status, got)
		}
	}
	t.Run("are told only of their fields", func(t *testing.T) {
		if status, got := post("/sandbox/webhook", `{"url":"`+hub.URL+`/meta","fields":["account_update"]}`); status != 200 || !strings.Contains(got, `"fields":["account_update"]`) {
			t.Fatalf("%d %s", status, got)
		}
		if _, got := post("/sandbox/incoming", `{"from":"+351912345678","text":"hi"}`); !strings.Contains(got, "not subscribed") {
			t.Errorf("%s", got)
		}
		send(t, s, message())
		settle(t, s)
		if _, got := post("/sandbox/account", `{"event":"VERIFIED_ACCOUNT"}`); !strings.Contains(got, `"told":true`) {
			t.Errorf("%s", got)
		}
		if got := hub.next(t); !strings.Contains(got.body, "VERIFIED_ACCOUNT") {
			t.Errorf("%s", got.body)
		}
	})
	t.Run("can be taken away", func(t *testing.T) {
		if status, got := post("/sandbox/webhook", `{"url":""}`); status != 200 || got != "[]" {
			t.Errorf("%d %s", status, got)
		}
	})
	t.Run("that refuse are told again by Meta", func(t *testing.T) {
		refusals := 2
		flaky := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				_, _ = io.WriteString(w, r.URL.Query().Get("hub.challenge"))
			} else if refusals > 0 {
				refusals--
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}))
		defer flaky.Close()
		post("/sandbox/webhook", `{"url":"`+flaky.URL+`"}`)
		before := s.Stats().CallbacksTaken
		if _, got := post("/sandbox/account", `{"event":"VERIFIED_ACCOUNT"}`); !strings.Contains(got, `"told":false,"why":"503"`) {
			t.Errorf("%s", got)
		}
		settle(t, s)
		if taken := s.Stats().CallbacksTaken; taken != before+1 || refusals != 0 {
			t.Errorf("%d taken, %d refusals left", taken-before, refusals)
		}
	})
}

func TestAPersonAnswersWhoeverWroteLast(t *testing.T) {
	t.Parallel()
	s, hub := start(t, sandbox.Options{Callbacks: sandbox.Callbacks{Sent: time.Hour, Delivered: time.Hour, Read: -1}}), connect(t)
	hub.webhook(t, s)
	answer := func() string {
		call(t, s, http.MethodPost, "/sandbox/incoming", "", `{"from":"+351912345678","text":"ok"}`)
		return hub.next(t).body
	}
	if got := answer(); !strings.Contains(got, sandbox.DefaultPhoneNumberID) {
		t.Errorf("nobody has written: %s", got)
	}
	tell(t, s, "MessagingServiceSid", sandbox.DefaultMessagingServiceSID, "From", "")
	if got := answer(); !strings.Contains(got, "MessagingServiceSid="+sandbox.DefaultMessagingServiceSID) {
		t.Errorf("Twilio's sender has: %s", got)
	}
	call(t, s, http.MethodPost, "/v25.0/"+sandbox.SecondPhoneNumberID+"/messages", token, message())
	if got := answer(); !strings.Contains(got, sandbox.SecondPhoneNumberID) {
		t.Errorf("Meta's second number has: %s", got)
	}
}

func TestPagesOfOthersSteerNothing(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	r, _ := http.NewRequest(http.MethodPost, s.URL()+"/sandbox/faults", strings.NewReader(`{"code":1}`))
	r.Header.Set("Origin", "https://evil.example")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if a := call(t, s, http.MethodGet, "/sandbox/faults", "", ""); res.StatusCode != 403 || string(a.Body) != "[]" {
		t.Errorf("%d %s", res.StatusCode, a.Body)
	}
	for host, status := range map[string]int{"evil.example": 403, "evil.example:80": 403, "localhost": 200, "localhost:1": 200, "127.0.0.1": 200, "[::1]:8090": 200} {
		r, _ := http.NewRequest(http.MethodGet, s.URL()+"/sandbox/messages", nil)
		r.Host = host
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != status {
			t.Errorf("%s: %d", host, res.StatusCode)
		}
	}
	for path, allow := range map[string]string{"/sandbox/incoming": "POST", "/sandbox/templates": "GET, POST", "/sandbox/messages": "GET"} {
		if a := call(t, s, http.MethodDelete, path, "", ""); a.Status != 405 || !strings.Contains(string(a.Body), allow) {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
}
