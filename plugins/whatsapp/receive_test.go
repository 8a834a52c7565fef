package whatsapp_test

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/whatsapp"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

func TestVerificationOfTheCallbackURL(t *testing.T) {
	t.Parallel()
	ask := func(q url.Values) sdk.Reception {
		return receive(t, integration(""), sdk.Callback{Method: http.MethodGet, URL: "https://hub.example/callbacks/int_1?" + q.Encode()})
	}
	right := url.Values{"hub.mode": {"subscribe"}, "hub.challenge": {"1158201444<b>"}, "hub.verify_token": {sandbox.DefaultVerifyToken}}
	r := ask(right)
	if !r.Verified || r.Status != 200 || string(r.Body) != "1158201444<b>" || !strings.HasPrefix(r.Header["Content-Type"], "text/plain") {
		t.Errorf("the raw challenge must come back as plain text: %+v", r)
	}
	for name, change := range map[string][2]string{
		"a wrong token": {"hub.verify_token", "wrong"}, "an empty token": {"hub.verify_token", ""}, "another mode": {"hub.mode", "unsubscribe"},
	} {
		q := url.Values{}
		for k, v := range right {
			q[k] = v
		}
		q.Set(change[0], change[1])
		if r := ask(q); r.Verified || r.Status != 403 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	empty := changed(integration(""), "verify_token", "")
	if _, err := whatsapp.New().(sdk.Receiver).Receive(t.Context(), empty, sdk.Callback{Method: http.MethodGet, URL: "https://x/?hub.mode=subscribe&hub.challenge=1"}); err == nil {
		t.Error("without a verify token of our own every empty one would match; Receive must refuse to work")
	}
	if _, err := whatsapp.New().(sdk.Receiver).Receive(t.Context(), changed(integration(""), "app_secret", ""), signedCallback("{}")); err == nil {
		t.Error("without an app secret everybody could sign; Receive must refuse to work")
	}
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	// The signature of escaped unicode, computed apart from this code: printf '%s' BODY | openssl dgst -sha256 -hmac sandbox-app-secret-3f1c9a
	const body = `{"object":"whatsapp_business_account","entry":[],"note":"Manuten\u00e7\u00e3o \ud83d\udee0"}`
	const signature = "1db4e3c4a8286611bc45d2b0ee4cfae87faf531968564e5435339043c8b54c3d"
	post := func(header string, body string) sdk.Reception {
		return receive(t, integration(""), sdk.Callback{Method: http.MethodPost, Body: []byte(body), Header: http.Header{"X-Hub-Signature-256": {header}}})
	}
	if r := post("sha256="+signature, body); !r.Verified || r.Status != 200 {
		t.Errorf("the genuine one: %+v", r)
	}
	for name, r := range map[string]sdk.Reception{
		"the same JSON without escapes": post("sha256="+signature, strings.ReplaceAll(body, `\u00e7`, "ç")),
		"one digit changed":             post("sha256="+signature[:63]+"0", body),
		"without the algorithm":         post(signature, body),
		"another algorithm":             post("sha1="+signature, body),
		"cut short":                     post("sha256="+signature[:32], body),
	} {
		if r.Verified || r.Status != 401 || len(r.Receipts) > 0 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if r := receive(t, integration(""), signedCallback(strings.Repeat(" ", 3<<20+1))); r.Verified || r.Status != 413 {
		t.Errorf("more than 3 MB: verified %v, status %d", r.Verified, r.Status)
	}
}

// statusesIn is a callback's body with these statuses of a number.
func statusesIn(phoneNumberID string, statuses ...string) string {
	return fmt.Sprintf(`{"object":"whatsapp_business_account","entry":[{"id":"%s","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",`+
		`"metadata":{"display_phone_number":"553133334400","phone_number_id":"%s"},"statuses":[%s]}}]}]}`, sandbox.DefaultWABAID, phoneNumberID, strings.Join(statuses, ","))
}

func TestReceipts(t *testing.T) {
	t.Parallel()
	at := time.Unix(1751142888, 0).UTC()
	const own = sandbox.DefaultPhoneNumberID
	got := func(t *testing.T, body string) []sdk.Receipt {
		t.Helper()
		r := receive(t, integration(""), signedCallback(body))
		if !r.Verified || r.Status != 200 {
			t.Fatalf("%+v", r)
		}
		return r.Receipts
	}
	same := func(t *testing.T, got []sdk.Receipt, want ...sdk.Receipt) {
		t.Helper()
		if len(got) != len(want) || (len(want) > 0 && !reflect.DeepEqual(got, want)) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
	t.Run("tell sent, delivered and read with time, ids and price", func(t *testing.T) {
		list := got(t, statusesIn(own,
			`{"id":"wamid.1","status":"sent","timestamp":"1751142888","recipient_id":"351912345678","biz_opaque_callback_data":"dlv_1",`+
				`"conversation":{"id":"c","expiration_timestamp":"1","origin":{"type":"utility"}},"pricing":{"billable":true,"pricing_model":"PMP","type":"regular","category":"utility"}}`,
			`{"id":"wamid.1","status":"delivered","timestamp":"1751142888","recipient_id":"351912345678","biz_opaque_callback_data":"dlv_1"}`,
			`{"id":"wamid.2","status":"read","timestamp":1751142888,"recipient_id":"351912345678"}`,
			`{"id":"wamid.3","status":"played","timestamp":"1751142888"}`))
		same(t, list,
			sdk.Receipt{ProviderID: "wamid.1", DeliveryID: "dlv_1", Status: sdk.Sent, At: at, Recipient: "351912345678", Detail: map[string]string{
				"pricing_category": "utility", "pricing_type": "regular", "pricing_model": "PMP", "billable": "true"}},
			sdk.Receipt{ProviderID: "wamid.1", DeliveryID: "dlv_1", Status: sdk.Delivered, At: at, Recipient: "351912345678"},
			sdk.Receipt{ProviderID: "wamid.2", Status: sdk.Read, At: at, Recipient: "351912345678"},
			sdk.Receipt{ProviderID: "wamid.3", Status: sdk.Read, At: at, Detail: map[string]string{"status": "played"}})
	})
	t.Run("tell why a message failed, as if Meta had said it at once", func(t *testing.T) {
		list := got(t, statusesIn(own, `{"id":"wamid.1","status":"failed","timestamp":"1751142888","recipient_id":"351912345678","biz_opaque_callback_data":"dlv_1",`+
			`"errors":[{"code":131050,"title":"User has stopped marketing messages","message":"x","error_data":{"details":"351912345678 has opted out"},"href":"https://x"}]}`,
			`{"id":"wamid.2","status":"failed","timestamp":"1751142888","errors":[{"code":131056,"title":"x"}]}`,
			`{"id":"wamid.3","status":"failed","timestamp":"1751142888"}`))
		if len(list) != 3 {
			t.Fatalf("%+v", list)
		}
		r := list[0]
		if r.Status != sdk.Failed || r.Code != "131050" || r.Kind != sdk.Rejected || r.Scope != sdk.ScopeRecipient || r.Suppress != sdk.SuppressForever || r.SuppressCategory != "marketing" || r.NextStep == "" {
			t.Errorf("%+v", r)
		}
		if strings.Contains(r.Message, "351912345678") || !strings.Contains(r.Message, "678 has opted out") {
			t.Errorf("message %q", r.Message)
		}
		if r := list[1]; r.Kind != sdk.Retry || r.RetryAfter != time.Second || r.Limit != "pair" {
			t.Errorf("%+v", r)
		}
		if r := list[2]; r.Status != sdk.Failed || r.Kind != sdk.Rejected || r.Message == "" {
			t.Errorf("%+v", r)
		}
	})
	t.Run("of another number of the app come along with its id", func(t *testing.T) {
		same(t, got(t, statusesIn(sandbox.SecondPhoneNumberID, `{"id":"wamid.1","status":"sent","timestamp":"1751142888"}`)),
			sdk.Receipt{ProviderID: "wamid.1", Status: sdk.Sent, At: at, Detail: map[string]string{"phone_number_id": sandbox.SecondPhoneNumberID, "waba_id": sandbox.DefaultWABAID}})
	})
	t.Run("of many entries and changes all count", func(t *testing.T) {
		one := statusesIn(own, `{"id":"wamid.1","status":"sent","timestamp":"1751142888"}`)
		entry := one[strings.Index(one, `[{"id"`)+1 : len(one)-2]
		if list := got(t, `{"object":"whatsapp_business_account","entry":[`+entry+","+entry+`]}`); len(list) != 2 {
			t.Errorf("%+v", list)
		}
	})
	t.Run("survive what is not understood beside them", func(t *testing.T) {
		same(t, got(t, statusesIn(own, `{"id":7,"status":[]}`, `null`, `{"status":"sent"}`, `{"id":"wamid.9","status":"warning"}`,
			`{"id":"wamid.1","status":"sent","timestamp":"soon","new_field":{"a":[1]},"pricing":"free"}`,
			`{"id":"wamid.2","status":"failed","timestamp":"1751142888","errors":[{"code":"131026"}]}`)),
			sdk.Receipt{ProviderID: "wamid.1", Status: sdk.Sent},
			sdk.Receipt{ProviderID: "wamid.2", Status: sdk.Failed, At: at, Kind: sdk.Rejected, Scope: sdk.ScopeDelivery, Message: "Meta reports the message as failed without a reason"})
	})
	for name, body := range map[string]string{
		"a message from a person": `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messages":[{"from":"1","text":{"body":"hi"}}]}}]}]}`,
		"another field":           `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"account_update","value":"text"}]}]}`,
		"another object":          `{"object":"page","entry":[]}`,
		"a value of another kind": `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":[]}]}]}`,
		"no JSON":                 `hello`,
		"nothing":                 ``,
	} {
		t.Run("are none in "+name+", which is answered with 200", func(t *testing.T) { same(t, got(t, body)) })
	}
}

func FuzzReceive(f *testing.F) {
	f.Add(statusesIn("1", `{"id":"wamid.1","status":"failed","timestamp":"1751142888","errors":[{"code":1}]}`))
	f.Add(`{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":null}]}]}`)
	f.Add("[")
	c := whatsapp.New().(sdk.Receiver)
	in := integration("")
	f.Fuzz(func(t *testing.T, body string) {
		r, err := c.Receive(t.Context(), in, signedCallback(body))
		if err != nil || !r.Verified || r.Status != 200 {
			t.Fatalf("%+v, %v", r, err)
		}
		for _, one := range r.Receipts {
			if one.Status == "" || (one.ProviderID == "" && one.DeliveryID == "") {
				t.Fatalf("%+v", one)
			}
		}
	})
}
