package whatsapp

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// receiveTwilio verifies and translates one callback of Twilio. It needs the auth token and nothing else: a callback for an
// integration whose other settings are wrong is still true.
func receiveTwilio(in sdk.Integration, cb sdk.Callback) (sdk.Reception, error) {
	token := in.Secrets["auth_token"]
	if token == "" {
		var found problems
		found.add("REQUIRED", "secrets.auth_token", "cannot be empty: callbacks are verified with it, also if messages are sent with an API key", "Copy the auth token from the Twilio Console.")
		return sdk.Reception{}, &sdk.SettingsError{Problems: found}
	}
	var s twilioSettings
	_ = json.Unmarshal(in.Settings, &s) // only for the account's SID
	switch {
	case cb.Method != http.MethodPost:
		r := plain(http.StatusMethodNotAllowed, "only POST")
		r.Header["Allow"] = "POST"
		return r, nil
	case len(cb.Body) > maxCallback:
		return plain(http.StatusRequestEntityTooLarge, "at most 3 MB"), nil
	}
	form, ok := signedByTwilio(cb, token)
	if !ok {
		return plain(http.StatusForbidden, "X-Twilio-Signature is missing or wrong"), nil
	}
	if account := form.Get("AccountSid"); account != "" && account != s.AccountSID {
		return plain(http.StatusForbidden, "this is the callback of another account"), nil
	}
	// Twilio's own answer to a status callback is empty; a text would be sent back to the person for an incoming message.
	r := sdk.Reception{Status: http.StatusOK, Verified: true, Header: map[string]string{"Content-Type": "text/xml; charset=utf-8"}, Body: []byte("<Response/>")}
	if receipt, ok := twilioReceipt(form, cb); ok {
		r.Receipts = []sdk.Receipt{receipt}
	}
	r.Notices = twilioNotices(form, cb)
	return r, nil
}

// signedByTwilio verifies the signature, and gives what was signed: the form, or nothing of a JSON body, whose hash is in the URL.
func signedByTwilio(cb sdk.Callback, token string) (url.Values, bool) {
	headers := cb.Header.Values("X-Twilio-Signature")
	if len(headers) != 1 {
		return nil, false
	}
	got, err := base64.StdEncoding.DecodeString(headers[0])
	if err != nil {
		return nil, false
	}
	form := url.Values{}
	if kind, _, _ := mime.ParseMediaType(cb.Header.Get("Content-Type")); kind == "application/json" {
		if !bodyHashed(cb) {
			return nil, false
		}
	} else if form, err = url.ParseQuery(string(cb.Body)); err != nil {
		return nil, false
	}
	var fields strings.Builder
	for _, key := range slices.Sorted(maps.Keys(form)) {
		fields.WriteString(key + form.Get(key)) // the first value only, which is also the only one that is read
	}
	ok := false
	for _, u := range signedURLs(cb.URL) {
		mac := hmac.New(sha1.New, []byte(token))
		mac.Write([]byte(u + fields.String()))
		ok = hmac.Equal(got, mac.Sum(nil)) || ok
	}
	return form, ok
}

// bodyHashed tells whether the body is the one whose SHA-256 the URL names.
func bodyHashed(cb sdk.Callback) bool {
	u, err := url.Parse(cb.URL)
	if err != nil {
		return false
	}
	want, err := hex.DecodeString(u.Query().Get("bodySHA256"))
	sum := sha256.Sum256(cb.Body)
	return err == nil && hmac.Equal(want, sum[:])
}

// signedURLs are the ways in which Twilio may have written the URL that it signed: with and without the scheme's own port, and with
// and without the fragment that we gave it.
func signedURLs(public string) []string {
	bare, _, _ := strings.Cut(public, "#")
	list := []string{bare}
	if u, err := url.Parse(bare); err == nil && u.Host != "" {
		port := map[string]string{"https": "443", "http": "80"}[u.Scheme]
		// Cut from the text and not written anew: escapes must stay as they came.
		_, rest, _ := strings.Cut(bare, "://")
		tail := strings.TrimPrefix(rest, u.Host)
		switch {
		case u.Port() == "" && port != "" && tail != rest:
			list = append(list, u.Scheme+"://"+net.JoinHostPort(u.Hostname(), port)+tail)
		case u.Port() == port && tail != rest:
			list = append(list, u.Scheme+"://"+strings.TrimSuffix(u.Host, ":"+port)+tail)
		}
	}
	for _, u := range list {
		list = append(list, u+"#"+callbackWishes)
	}
	return list
}

// twilioStatuses are the statuses that say more than that Twilio has the message.
var twilioStatuses = map[string]sdk.ReceiptStatus{
	"sent": sdk.Sent, "delivered": sdk.Delivered, "read": sdk.Read, "undelivered": sdk.Failed, "failed": sdk.Failed, "canceled": sdk.Failed,
}

// twilioReceipt reads a status callback. What it does not know is left out: Twilio adds fields and statuses at any time.
func twilioReceipt(form url.Values, cb sdk.Callback) (sdk.Receipt, bool) {
	status, known := twilioStatuses[form.Get("MessageStatus")]
	if !known {
		return sdk.Receipt{}, false
	}
	r := sdk.Receipt{ProviderID: form.Get("MessageSid"), Status: status, Recipient: phoneOf(form.Get("To")), At: cb.ReceivedAt.UTC().Truncate(time.Millisecond)}
	if u, err := url.Parse(cb.URL); err == nil {
		r.DeliveryID = u.Query().Get(keyInCallback)
	}
	if r.ProviderID == "" && r.DeliveryID == "" {
		return sdk.Receipt{}, false
	}
	if status == sdk.Failed {
		code, _ := strconv.Atoi(form.Get("ErrorCode"))
		text := form.Get("ErrorMessage")
		if text == "" {
			text = form.Get("ChannelStatusMessage")
		}
		failTwilio(&r, form.Get("MessageStatus"), code, text)
	}
	return r, true
}

// failTwilio says why a message failed after it had been accepted.
func failTwilio(r *sdk.Receipt, status string, code int, text string) {
	if code == 0 {
		r.Message, r.Kind, r.Scope = "Twilio reports the message as "+status+" without a reason", sdk.Rejected, sdk.ScopeDelivery
		return
	}
	f := twilioFailure(code, text)
	judgeTwilio(0, code).receipt(f, r)
	r.Detail = f.detail
}

// twilioNotices reads an incoming message with which a person unsubscribes or subscribes again, as Twilio's own keywords tell it.
func twilioNotices(form url.Values, cb sdk.Callback) (out []sdk.Notice) {
	kind := map[string]sdk.NoticeKind{"STOP": sdk.RecipientOptedOut, "START": sdk.RecipientOptedIn}[form.Get("OptOutType")]
	if kind == "" {
		return nil
	}
	for _, number := range waysToWrite(phoneOf(form.Get("From"))) {
		out = append(out, sdk.Notice{Kind: kind, At: cb.ReceivedAt.UTC().Truncate(time.Millisecond), Recipient: number})
	}
	return out
}
