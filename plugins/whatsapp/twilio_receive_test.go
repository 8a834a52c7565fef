package whatsapp_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/whatsapp"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// twilioPost is a callback as it reaches us at a URL, with a signature.
func twilioPost(url, signature, body string) sdk.Callback {
	return sdk.Callback{
		Method: http.MethodPost, URL: url, Body: []byte(body), ReceivedAt: time.UnixMilli(1_790_000_000_123),
		Header: http.Header{"X-Twilio-Signature": {signature}, "Content-Type": {"application/x-www-form-urlencoded; charset=UTF-8"}},
	}
}

func TestTwiliosSignatures(t *testing.T) {
	t.Parallel()
	in := changed(throughTwilio(""), "auth_token", "12345")
	// Twilio's own example.
	const url = "https://mycompany.com/myapp.php?foo=1&bar=2"
	const body = "CallSid=CA1234567890ABCDE&Caller=%2B12349013030&Digits=1234&From=%2B12349013030&To=%2B18005551212"
	const signature = "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
	if r := receive(t, in, twilioPost(url, signature, body)); !r.Verified || r.Status != 200 || len(r.Receipts) > 0 {
		t.Errorf("the genuine one: %+v", r)
	}
	withPort := strings.Replace(url, "mycompany.com", "mycompany.com:443", 1)
	for name, c := range map[string]struct{ signed, called string }{
		"signed with the port that we do not see":    {withPort, url},
		"signed without the port that we see":        {url, withPort},
		"signed with the fragment that we asked for": {url + "#rc=5&rp=all", url},
		"on a port of its own":                       {"https://mycompany.com:8443/x?k=1", "https://mycompany.com:8443/x?k=1"},
		"plain http, signed with its port":           {"http://mycompany.com:80/x", "http://mycompany.com/x"},
		"an IPv6 address, signed with its port":      {"https://[::1]:443/x", "https://[::1]/x"},
		"escapes in the URL stay as they are":        {"https://mycompany.com/a%2Fb?k=%7E", "https://mycompany.com/a%2Fb?k=%7E"},
	} {
		if r := receive(t, in, twilioPost(c.called, sandbox.SignTwilio("12345", c.signed, values(body)), body)); !r.Verified || r.Status != 200 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	for name, cb := range map[string]sdk.Callback{
		"another path":           twilioPost(strings.Replace(url, "myapp", "other", 1), signature, body),
		"another host":           twilioPost(strings.Replace(url, "mycompany", "evil", 1), signature, body),
		"http for https":         twilioPost(strings.Replace(url, "https", "http", 1), signature, body),
		"another query":          twilioPost(url+"&k=dlv_2", signature, body),
		"another port":           twilioPost(strings.Replace(url, ".com", ".com:8443", 1), signature, body),
		"another value":          twilioPost(url, signature, strings.Replace(body, "1234&", "1235&", 1)),
		"a value more":           twilioPost(url, signature, body+"&MessageStatus=read"),
		"a value before another": twilioPost(url, signature, "Digits=9&"+body),
		"a body of no form":      twilioPost(url, signature, "%zz"),
		"no base 64":             twilioPost(url, "0/KC!", body),
		"an empty signature":     twilioPost(url, "", body),
	} {
		if r := receive(t, in, cb); r.Verified || r.Status != 403 || len(r.Receipts) > 0 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	twice := twilioPost(url, signature, body)
	twice.Header.Add("X-Twilio-Signature", signature)
	if r := receive(t, in, twice); r.Verified {
		t.Error("two signatures")
	}
	if r := receive(t, in, twilioPost(url, signature, strings.Repeat("a", 3<<20+1))); r.Verified || r.Status != 413 {
		t.Errorf("more than 3 MB: %+v", r)
	}
	if _, err := whatsapp.New().(sdk.Receiver).Receive(t.Context(), changed(in, "auth_token", ""), twilioPost(url, signature, body)); err == nil {
		t.Error("without an auth token everybody could sign; Receive must refuse to work")
	}
	t.Run("of JSON cover the body by its hash in the URL", func(t *testing.T) {
		text := `{"a":"ç"}`
		sum := sha256.Sum256([]byte(text))
		url := "https://mycompany.com/x?bodySHA256=" + hex.EncodeToString(sum[:])
		mac := hmac.New(sha1.New, []byte("12345"))
		mac.Write([]byte(url))
		cb := twilioPost(url, base64.StdEncoding.EncodeToString(mac.Sum(nil)), text)
		cb.Header.Set("Content-Type", "application/json")
		if r := receive(t, in, cb); !r.Verified || r.Status != 200 {
			t.Errorf("%+v", r)
		}
		cb.Body = []byte(`{"a":"c"}`)
		if r := receive(t, in, cb); r.Verified {
			t.Errorf("another body was believed: %+v", r)
		}
	})
}

func TestReceiptsFromTwilio(t *testing.T) {
	t.Parallel()
	in := throughTwilio("")
	at := time.UnixMilli(1_790_000_000_123).UTC()
	const hook = "https://hub.example/callbacks/int_1?k=dlv_1"
	got := func(t *testing.T, url, body string) sdk.Reception {
		t.Helper()
		body += "&AccountSid=" + sandbox.DefaultAccountSID
		r := receive(t, in, twilioPost(url, sandbox.SignTwilio(sandbox.DefaultAuthToken, url, values(body)), body))
		if !r.Verified || r.Status != 200 {
			t.Fatalf("%+v", r)
		}
		return r
	}
	const to = "&MessageSid=SM1&To=whatsapp%3A%2B351912345678"
	for name, c := range map[string]struct {
		url, body string
		want      []sdk.Receipt
	}{
		"sent":                         {hook, "MessageStatus=sent" + to, []sdk.Receipt{{ProviderID: "SM1", DeliveryID: "dlv_1", Status: sdk.Sent, At: at, Recipient: "351912345678"}}},
		"delivered":                    {hook, "MessageStatus=delivered" + to, []sdk.Receipt{{ProviderID: "SM1", DeliveryID: "dlv_1", Status: sdk.Delivered, At: at, Recipient: "351912345678"}}},
		"read, without our key":        {"https://hub.example/x", "MessageStatus=read" + to, []sdk.Receipt{{ProviderID: "SM1", Status: sdk.Read, At: at, Recipient: "351912345678"}}},
		"queued, which says nothing":   {hook, "MessageStatus=queued" + to, nil},
		"a status of tomorrow":         {hook, "MessageStatus=pondering" + to, nil},
		"of neither key nor SID":       {"https://hub.example/x", "MessageStatus=sent", nil},
		"a failure without a reason":   {hook, "MessageStatus=failed" + to, []sdk.Receipt{{ProviderID: "SM1", DeliveryID: "dlv_1", Status: sdk.Failed, At: at, Recipient: "351912345678", Kind: sdk.Rejected, Scope: sdk.ScopeDelivery, Message: "Twilio reports the message as failed without a reason"}}},
		"an incoming message, no STOP": {hook, "SmsStatus=received&Body=hi&From=whatsapp%3A%2B351912345678" + to, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if r := got(t, c.url, c.body); !reflect.DeepEqual(r.Receipts, c.want) || len(r.Notices) > 0 {
				t.Errorf("got  %+v\nwant %+v", r, c.want)
			}
		})
	}
	t.Run("STOP and START are notices", func(t *testing.T) {
		for word, kind := range map[string]sdk.NoticeKind{"STOP": sdk.RecipientOptedOut, "START": sdk.RecipientOptedIn} {
			r := got(t, hook, "SmsStatus=received&OptOutType="+word+"&Body=x&From=whatsapp%3A%2B351912345678")
			if len(r.Notices) != 1 || r.Notices[0].Kind != kind || r.Notices[0].Recipient != "+351912345678" || len(r.Receipts) > 0 {
				t.Errorf("%+v", r)
			}
		}
	})
	t.Run("of another account are refused", func(t *testing.T) {
		body := "MessageStatus=sent&MessageSid=SM1&AccountSid=AC00000000000000000000000000000000"
		if r := receive(t, in, twilioPost(hook, sandbox.SignTwilio(sandbox.DefaultAuthToken, hook, values(body)), body)); r.Verified || r.Status != 403 {
			t.Errorf("%+v", r)
		}
	})
}

func FuzzReceiveFromTwilio(f *testing.F) {
	f.Add("https://hub.example/x?k=dlv_1", "MessageStatus=failed&ErrorCode=63024&MessageSid=SM1")
	f.Add(":", "%")
	f.Add("https://[::1", "OptOutType=STOP&From=whatsapp:+1")
	in := throughTwilio("")
	c := whatsapp.New().(sdk.Receiver)
	f.Fuzz(func(t *testing.T, url, body string) {
		mac := hmac.New(sha1.New, []byte(sandbox.DefaultAuthToken))
		mac.Write([]byte(url))
		r, err := c.Receive(t.Context(), in, twilioPost(url, base64.StdEncoding.EncodeToString(mac.Sum(nil)), body))
		if err != nil || (r.Verified && len(body) > 0 && strings.Contains(body, "=") && !strings.HasPrefix(body, "=") && body[0] != '&') {
			t.Fatalf("a signature over the URL alone was believed for %q: %+v, %v", body, r, err)
		}
	})
}
