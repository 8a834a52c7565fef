//go:build unix

package app_test

import (
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/sqlite"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// kept counts what the hub has kept of callbacks.
func (w *world) kept(t *testing.T) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.dir, sqlite.File)+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.QueryRowContext(t.Context(), "SELECT (SELECT count(*) FROM receipts) + (SELECT count(*) FROM callbacks)").Scan(&n), db.Close()); err != nil {
		t.Fatal(err)
	}
	return n
}

// saying is Meta's callback with a status of a number.
func saying(waba, number, status string) string {
	return `{"object":"whatsapp_business_account","entry":[{"id":"` + waba + `","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",
		"metadata":{"display_phone_number":"553133334400","phone_number_id":"` + number + `"},"statuses":[` + status + `]}}]}]}`
}

func TestWhatMetaSaysOfOthersIsAnsweredAndNotKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	id := w.consumer.publish(t, workOrder("OS-1", 1, "+5531998765432")).Executions[0].ID
	before := w.consumer.settled(t, id, "ACCEPTED")
	delivery := before.Deliveries[0].ID
	const waba, number = sandbox.DefaultWABAID, sandbox.DefaultPhoneNumberID
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"a message of another system on the same app": {saying(waba, number, `{"id":"wamid.other","status":"read","timestamp":"1795356000"}`), 200},
		"one that has a key of that system's own":     {saying(waba, number, `{"id":"wamid.other","status":"read","timestamp":"1795356000","biz_opaque_callback_data":"order 17"}`), 200},
		"a message of another hub on the same app":    {saying(waba, number, `{"id":"wamid.other","status":"read","timestamp":"1795356000","biz_opaque_callback_data":"dlv_0000000000001"}`), 200},
		"a business account that is nobody's":         {saying("999999999999999", "888888888888888", `{"id":"wamid.other","status":"read","timestamp":"1795356000"}`), 200},
		"a status that is not known":                  {saying(waba, number, `{"id":"wamid.other","status":"pondered","biz_opaque_callback_data":"`+delivery+`"}`), 200},
		"a field that is not known":                   {`{"object":"whatsapp_business_account","entry":[{"id":"` + waba + `","changes":[{"field":"tomorrow","value":{"a":1}}]}]}`, 200},
		"an object that is not known":                 {`{"object":"page","entry":[{"id":"1"}]}`, 200},
		"a message from a person":                     {`{"object":"whatsapp_business_account","entry":[{"id":"` + waba + `","changes":[{"field":"messages","value":{"messages":[{"from":"1"}]}}]}]}`, 200},
		"no JSON":                                     {"hello", 200},
		"more than 3 MB, although it is signed":       {saying(waba, number, `{"id":"`+strings.Repeat("x", 3<<20)+`","status":"read"}`), http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			if got := callBack(t, w.callbackURL(), sandbox.Sign(sandbox.DefaultAppSecret, []byte(c.body)), []byte(c.body)); got != c.status {
				t.Errorf("answered %d, not %d", got, c.status)
			}
			if now := w.consumer.execution(t, id); !reflect.DeepEqual(now, before) {
				t.Errorf("it was %+v and is %+v", before, now)
			}
			if n := w.kept(t); n != 0 {
				t.Errorf("%d things were kept", n)
			}
		})
	}
	t.Run("what it says of ours beside theirs is kept", func(t *testing.T) {
		body := saying("999999999999999", "888888888888888", `{"id":"wamid.other","status":"read","timestamp":"1795356000"},
			{"id":"`+w.messagesOf("OS-1")[0].ID+`","status":"delivered","timestamp":"1795356000","future":1}`)
		if got := callBack(t, w.callbackURL(), sandbox.Sign(sandbox.DefaultAppSecret, []byte(body)), []byte(body)); got != http.StatusOK {
			t.Errorf("answered %d", got)
		}
		if now := w.consumer.execution(t, id); now.Deliveries[0].State != "DELIVERED" || w.kept(t) != 1 {
			t.Errorf("it is %+v; %d things are kept", now.Deliveries[0], w.kept(t))
		}
	})
}

// twilio sets up a second integration of the hub, through Twilio.
func (w *world) twilio(t *testing.T) (callbacks string) {
	t.Helper()
	var i made
	w.admin.act(t, `mutation($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { id } userErrors { message field } } }`,
		object{"input": object{"connector": "whatsapp", "name": "through twilio",
			"settings": object{"provider": "TWILIO", "account_sid": sandbox.DefaultAccountSID, "from": "+553133334400", "twilio_url": w.sandbox.URL()},
			"secrets":  []object{{"name": "auth_token", "value": sandbox.DefaultAuthToken}}}}, &i)
	return "/callbacks/" + i.Integration.ID
}

// callAsTwilio calls at an address, signed for the URL that Twilio was given.
func callAsTwilio(t *testing.T, address, signed, authToken string, form url.Values) (status int) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	hesitate(r)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if authToken != "" {
		r.Header.Set("X-Twilio-Signature", sandbox.SignTwilio(authToken, signed, form))
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

func TestWhatTwilioSaysOfOthersIsAnsweredAndNotKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	id := w.consumer.publish(t, workOrder("OS-1", 1, "+5531998765432")).Executions[0].ID
	before := w.consumer.settled(t, id, "ACCEPTED")
	hook := w.hub.url + w.twilio(t)
	sms := func(more ...string) url.Values {
		v := url.Values{"MessageSid": {"SM5a9db0c5a9db0c5a9db0c5a9db0c0009"}, "MessageStatus": {"read"}, "AccountSid": {sandbox.DefaultAccountSID}, "To": {"whatsapp:+5531998765432"}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	for name, c := range map[string]struct {
		query, token string
		form         url.Values
		status       int
	}{
		"no signature":                             {"?k=dlv_1", "", sms(), 401},
		"a signature by another token":             {"?k=dlv_1", "guessed", sms(), 401},
		"another account":                          {"?k=dlv_1", sandbox.DefaultAuthToken, sms("AccountSid", "AC00000000000000000000000000000000"), 401},
		"a message of another system":              {"", sandbox.DefaultAuthToken, sms(), 200},
		"a delivery that does not exist":           {"?k=dlv_0000000000001", sandbox.DefaultAuthToken, sms(), 200},
		"a key that is none":                       {"?k=order+17", sandbox.DefaultAuthToken, sms(), 200},
		"another integration's delivery":           {"?k=" + before.Deliveries[0].ID, sandbox.DefaultAuthToken, sms(), 200},
		"another integration's delivery by its id": {"", sandbox.DefaultAuthToken, sms("MessageSid", w.messagesOf("OS-1")[0].ID), 200},
		"a status that is not known":               {"?k=dlv_1", sandbox.DefaultAuthToken, sms("MessageStatus", "pondered"), 200},
		"fields that are not known":                {"", sandbox.DefaultAuthToken, sms("Future", "1", "MessageStatus", ""), 200},
		"a message from a person":                  {"", sandbox.DefaultAuthToken, url.Values{"SmsStatus": {"received"}, "Body": {"hi"}, "AccountSid": {sandbox.DefaultAccountSID}}, 200},
		"more than 3 MB, although it is signed":    {"", sandbox.DefaultAuthToken, sms("Body", strings.Repeat("x", 3<<20)), 413},
	} {
		t.Run(name, func(t *testing.T) {
			if got := callAsTwilio(t, hook+c.query, hook+c.query, c.token, c.form); got != c.status {
				t.Errorf("answered %d, not %d", got, c.status)
			}
			if now := w.consumer.execution(t, id); !reflect.DeepEqual(now, before) {
				t.Errorf("it was %+v and is %+v", before, now)
			}
			if n := w.kept(t); n != 0 {
				t.Errorf("%d things were kept", n)
			}
		})
	}
}

// Twilio signs the URL that it was given. Behind a proxy the hub sees another one: other scheme, host and port, and no prefix.
func TestTwiliosSignaturesHoldBehindAProxy(t *testing.T) {
	t.Parallel()
	s, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for public, signs := range map[string][]string{
		"https://hub.example.com":             {"https://hub.example.com", "https://hub.example.com:443"},
		"https://hub.example.com/recado":      {"https://hub.example.com/recado", "https://hub.example.com:443/recado"},
		"https://hub.example.com:8443/recado": {"https://hub.example.com:8443/recado"},
		"https://hub.example.com:443":         {"https://hub.example.com", "https://hub.example.com:443"},
	} {
		t.Run(public, func(t *testing.T) {
			w := &world{dir: t.TempDir(), sandbox: s}
			w.hub = serve(t, w.dir, anyPort, "RECADO_PUBLIC_URL="+public)
			t.Cleanup(w.hub.kill)
			w.admin = signIn(t, w.hub.url, adminKey, adminSecret)
			path := w.twilio(t) + "?k=dlv_1%2F%7e&b=+&a"
			form := url.Values{"MessageStatus": {"queued"}, "AccountSid": {sandbox.DefaultAccountSID}, "Body": {"ação & reação"}}
			for _, prefix := range signs {
				if got := callAsTwilio(t, w.hub.url+path, prefix+path, sandbox.DefaultAuthToken, form); got != http.StatusOK {
					t.Errorf("signed for %s: answered %d", prefix, got)
				}
			}
			for _, wrong := range []string{w.hub.url, "http://hub.example.com", "https://hub.example.com:444", "https://evil.example.com"} {
				if got := callAsTwilio(t, w.hub.url+path, wrong+path, sandbox.DefaultAuthToken, form); got != http.StatusUnauthorized {
					t.Errorf("signed for %s: answered %d", wrong, got)
				}
			}
			if got := callAsTwilio(t, w.hub.url+path, public+strings.Replace(path, "%7e", "~", 1), sandbox.DefaultAuthToken, form); got != http.StatusUnauthorized {
				t.Errorf("signed for the same query written otherwise: answered %d", got)
			}
		})
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// What Twilio tells by no callback, the hub learns by asking through the real connector.
func TestAReceiptThatIsLostOnTheWayIsLearnedByAskingTwilio(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	integration := strings.TrimPrefix(w.twilio(t), "/callbacks/")
	mapping := []object{}
	for i, field := range []string{"user_assigned", "wo_folio", "task_todo_description", "creation_date", "created_by", "user_assigned", "item_description"} {
		mapping = append(mapping, object{"field": field, "position": i + 1})
	}
	var f made
	w.admin.act(t, `mutation($id: ID!, $input: FlowUpdateInput!) { flowUpdate(id: $id, input: $input) { flow { id problems { code message } } userErrors { message field } } }`,
		object{"id": w.flow, "input": object{"targets": []object{{"integration": integration, "action": "wo_assignment_pt_BR",
			"parameters": object{"template": sandbox.ContentSID("wo_assigned", "pt_BR")}, "recipient": object{"field": "requested_by"}, "mapping": mapping}}}}, &f)
	if len(f.Flow.Problems) > 0 {
		t.Fatal(f.Flow.Problems)
	}
	ask := func(id string) (answer, state string, problems []object) {
		t.Helper()
		var got struct {
			DeliveryLookup struct {
				Answer     string
				Delivery   struct{ State string }
				UserErrors []object
			}
		}
		w.admin.ask(t, `mutation($id: ID!) { deliveryLookup(id: $id) { answer delivery { state } userErrors { code message } } }`, object{"id": id}, &got)
		return got.DeliveryLookup.Answer, got.DeliveryLookup.Delivery.State, got.DeliveryLookup.UserErrors
	}
	if err := w.sandbox.AddFaults(sandbox.Fault{Recipient: "+5531998765432", Lose: true}); err != nil {
		t.Fatal(err)
	}
	id := w.consumer.publish(t, workOrder("OS-1", 1, "+5531998765432")).Executions[0].ID
	delivery := w.consumer.settled(t, id, "ACCEPTED").Deliveries[0].ID
	eventually(t, "Twilio has it read", func() bool {
		answer, state, problems := ask(delivery)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return answer == "FOUND" && state == "READ"
	})
	if now := w.consumer.execution(t, id); now.Outcome != "SUCCEEDED" || now.Deliveries[0].Receipts[len(now.Deliveries[0].Receipts)-1].Status != "READ" {
		t.Errorf("it is %+v", now)
	}

	// The answer is lost too: what Twilio has may be this message or another one, so that nothing is guessed.
	if err := w.sandbox.AddFaults(sandbox.Fault{Recipient: "+5531998765432", Accept: true, Drop: true, Lose: true}); err != nil {
		t.Fatal(err)
	}
	id = w.consumer.publish(t, workOrder("OS-2", 2, "+5531998765432")).Executions[0].ID
	delivery = w.consumer.settled(t, id, "UNKNOWN").Deliveries[0].ID
	if answer, state, problems := ask(delivery); answer != "UNDECIDED" || state != "UNKNOWN" || len(problems) > 0 {
		t.Errorf("it is answered %s, %s, %v", answer, state, problems)
	}
	if n := len(w.messagesOf("OS-2")); n != 1 {
		t.Errorf("it was sent %d times", n)
	}
}
