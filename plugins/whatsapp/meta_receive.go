package whatsapp

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// maxCallback is the largest callback that Meta sends, in bytes.
const maxCallback = 3 << 20

// receiveMeta answers Meta's verification request and translates its status callbacks. Meta has one webhook for each app, so that a
// callback may speak of another number than the integration's: those receipts come along, with the number's id in their detail.
func receiveMeta(in sdk.Integration, cb sdk.Callback) (sdk.Reception, error) {
	s := secretsOf(in)
	if found := s.forCallbacks(); len(found) > 0 {
		return sdk.Reception{}, &sdk.SettingsError{Problems: found}
	}
	switch cb.Method {
	case http.MethodGet:
		return s.verify(cb.URL), nil
	case http.MethodPost:
		return s.receive(cb), nil
	}
	r := plain(http.StatusMethodNotAllowed, "only GET and POST")
	r.Header["Allow"] = "GET, POST"
	return r, nil
}

// callbackSecrets are what a callback is verified with. The other settings do not matter here: a callback for an integration whose
// token has expired is still true.
type callbackSecrets struct {
	appSecret, verifyToken, phoneNumberID string
}

func secretsOf(in sdk.Integration) callbackSecrets {
	var s metaSettings
	_ = json.Unmarshal(in.Settings, &s) // only to tell the integration's own number from others
	return callbackSecrets{appSecret: in.Secrets["app_secret"], verifyToken: in.Secrets["verify_token"], phoneNumberID: s.PhoneNumberID}
}

// forCallbacks refuses empty secrets: with those everyone could sign.
func (s callbackSecrets) forCallbacks() problems {
	var found problems
	if s.appSecret == "" {
		found.add("REQUIRED", "secrets.app_secret", "cannot be empty: callbacks are verified with it", "Copy the app secret from App settings > Basic in the Meta app dashboard.")
	}
	if s.verifyToken == "" {
		found.add("REQUIRED", "secrets.verify_token", "cannot be empty", "Choose any long random text and enter the same one in the webhook configuration of the Meta app.")
	}
	return found
}

// plain is an answer in text. Verified stays false.
func plain(status int, text string) sdk.Reception {
	return sdk.Reception{Status: status, Body: []byte(text), Header: map[string]string{
		"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff",
	}}
}

// verify answers the request with which Meta makes sure that the callback URL is ours.
func (s callbackSecrets) verify(rawURL string) sdk.Reception {
	u, err := url.Parse(rawURL)
	if err != nil {
		return plain(http.StatusBadRequest, "malformed URL")
	}
	q := u.Query()
	token := sha256.Sum256([]byte(q.Get("hub.verify_token"))) // hashed, so that not even the length can be measured
	want := sha256.Sum256([]byte(s.verifyToken))
	if q.Get("hub.mode") != "subscribe" || subtle.ConstantTimeCompare(token[:], want[:]) != 1 {
		return plain(http.StatusForbidden, "the verify token does not match")
	}
	challenge := q.Get("hub.challenge")
	if challenge == "" || len(challenge) > 1024 {
		return plain(http.StatusBadRequest, "hub.challenge must have 1 to 1024 characters")
	}
	r := plain(http.StatusOK, challenge)
	r.Verified = true
	return r
}

func (s callbackSecrets) receive(cb sdk.Callback) sdk.Reception {
	if len(cb.Body) > maxCallback {
		return plain(http.StatusRequestEntityTooLarge, "at most 3 MB")
	}
	if !signed(cb.Header.Values("X-Hub-Signature-256"), s.appSecret, cb.Body) {
		return plain(http.StatusUnauthorized, "X-Hub-Signature-256 is missing or wrong")
	}
	r := plain(http.StatusOK, "ok")
	r.Verified, r.Receipts = true, s.receipts(cb.Body)
	s.optOuts(cb.Body, &r)
	return r
}

// signed verifies the signature over the bytes as they came: Meta signs its own way of escaping, which nothing could write again.
func signed(headers []string, appSecret string, body []byte) bool {
	if len(headers) != 1 {
		return false
	}
	hexed, ok := strings.CutPrefix(headers[0], "sha256=")
	if !ok {
		return false
	}
	got, err := hex.DecodeString(hexed)
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write(body)
	return hmac.Equal(got, mac.Sum(nil))
}

type webhook struct {
	Object string `json:"object"`
	Entry  []struct {
		ID      string `json:"id"`
		Changes []struct {
			Field string          `json:"field"`
			Value json.RawMessage `json:"value"`
		} `json:"changes"`
	} `json:"entry"`
}

type messagesValue struct {
	Metadata struct {
		PhoneNumberID string `json:"phone_number_id"`
	} `json:"metadata"`
	Statuses []json.RawMessage `json:"statuses"`
}

// metaStatus keeps apart what may be of another type one day: a price that cannot be read must not cost the receipt.
type metaStatus struct {
	ID          string          `json:"id"`
	Status      string          `json:"status"`
	RecipientID string          `json:"recipient_id"`
	Callback    string          `json:"biz_opaque_callback_data"`
	Timestamp   json.RawMessage `json:"timestamp"`
	Pricing     json.RawMessage `json:"pricing"`
	Errors      json.RawMessage `json:"errors"`
}

type metaPricing struct {
	Billable *bool  `json:"billable"`
	Model    string `json:"pricing_model"`
	Type     string `json:"type"`
	Category string `json:"category"`
}

// receipts reads what a signed callback says. What it does not know is left out: Meta adds fields and objects at any time, and would
// send a refused callback again for a week.
func (s callbackSecrets) receipts(body []byte) []sdk.Receipt {
	var w webhook
	if err := json.Unmarshal(body, &w); err != nil {
		slog.Warn("a signed callback is not understood", "error", err)
		return nil
	}
	if w.Object != "whatsapp_business_account" {
		return nil
	}
	var out []sdk.Receipt
	for _, e := range w.Entry {
		for _, c := range e.Changes {
			if c.Field != "messages" {
				continue
			}
			var v messagesValue
			if err := json.Unmarshal(c.Value, &v); err != nil {
				slog.Warn("a change in a signed callback is not understood", "error", err)
				continue
			}
			out = s.appendStatuses(out, e.ID, &v)
		}
	}
	return out
}

func (s callbackSecrets) appendStatuses(out []sdk.Receipt, waba string, v *messagesValue) []sdk.Receipt {
	for _, raw := range v.Statuses {
		var st metaStatus
		if err := json.Unmarshal(raw, &st); err != nil { // one that cannot be read must not cost the others
			slog.Warn("a status in a signed callback is not understood", "error", err)
			continue
		}
		r, ok := st.receipt()
		if !ok {
			continue
		}
		if v.Metadata.PhoneNumberID != s.phoneNumberID {
			r.Detail = with(r.Detail, "phone_number_id", v.Metadata.PhoneNumberID)
			r.Detail = with(r.Detail, "waba_id", waba)
		}
		out = append(out, r)
	}
	return out
}

var receiptStatuses = map[string]sdk.ReceiptStatus{
	"sent": sdk.Sent, "delivered": sdk.Delivered, "read": sdk.Read, "played": sdk.Read, "failed": sdk.Failed,
}

func (st *metaStatus) receipt() (sdk.Receipt, bool) {
	status, known := receiptStatuses[st.Status]
	if !known || (st.ID == "" && st.Callback == "") {
		return sdk.Receipt{}, false
	}
	r := sdk.Receipt{ProviderID: st.ID, DeliveryID: st.Callback, Status: status, Recipient: st.RecipientID, At: st.at()}
	var p metaPricing
	if len(st.Pricing) > 0 && json.Unmarshal(st.Pricing, &p) == nil {
		r.Detail = with(r.Detail, "pricing_category", p.Category)
		r.Detail = with(r.Detail, "pricing_type", p.Type)
		r.Detail = with(r.Detail, "pricing_model", p.Model)
		if p.Billable != nil {
			r.Detail = with(r.Detail, "billable", strconv.FormatBool(*p.Billable))
		}
	}
	if st.Status == "played" {
		r.Detail = with(r.Detail, "status", "played")
	}
	if status == sdk.Failed {
		st.failure(&r)
	}
	return r, true
}

// at is the time of a status: seconds since 1970, as a string in what Meta sends today.
func (st *metaStatus) at() time.Time {
	sec, err := strconv.ParseInt(strings.Trim(string(st.Timestamp), `"`), 10, 64)
	if err != nil || sec <= 0 {
		return time.Time{}
	}
	return time.Unix(sec, 0).UTC()
}

func (st *metaStatus) failure(r *sdk.Receipt) {
	var errs []metaError
	if json.Unmarshal(st.Errors, &errs) != nil || len(errs) == 0 {
		r.Message, r.Kind, r.Scope = "Meta reports the message as failed without a reason", sdk.Rejected, sdk.ScopeDelivery
		return
	}
	judge(&errs[0]).receipt(errs[0].failure(), r)
}

// with adds what is not empty.
func with(m map[string]string, key, value string) map[string]string {
	if value == "" {
		return m
	}
	if m == nil {
		m = make(map[string]string, 4)
	}
	m[key] = value
	return m
}
