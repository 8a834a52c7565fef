package sandbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// SignTwilio is the value of X-Twilio-Signature for a form that is posted to a URL.
func SignTwilio(authToken, url string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(authToken))
	mac.Write([]byte(url))
	for _, key := range slices.Sorted(maps.Keys(form)) {
		mac.Write([]byte(key + form.Get(key)))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// form is one status callback.
func (e *event) form() url.Values {
	m := e.message
	out := url.Values{
		"MessageSid": {m.ID}, "SmsSid": {m.ID}, "MessageStatus": {e.status}, "SmsStatus": {e.status}, "AccountSid": {m.account}, "ApiVersion": {"2010-04-01"},
		"From": {"whatsapp:" + m.From}, "To": {"whatsapp:" + m.To}, "ChannelPrefix": {"whatsapp"}, "ChannelToAddress": {"whatsapp:" + m.To}, "StructuredMessage": {"false"},
	}
	if m.service != "" {
		out.Set("MessagingServiceSid", m.service)
	}
	if e.status == "read" || e.status == "delivered" {
		out.Set("EventType", strings.ToUpper(e.status))
	}
	if e.code != 0 {
		out.Set("ErrorCode", strconv.Itoa(e.code))
		out.Set("ErrorMessage", twilioCode(e.code, e.details).message)
		out.Set("ChannelStatusMessage", out.Get("ErrorMessage"))
	}
	return out
}

// tellTwilio sends one callback. Twilio repeats one only when it gets no connection, and once; a fragment of the URL may ask for more:
// `#rc=5&rp=all` repeats five times, whatever went wrong.
func (t *teller) tellTwilio(e *event) {
	if e.message.StatusCallback == "" {
		t.done([]*event{e})
		return
	}
	bare, again, always := twilioWishes(e.message.StatusCallback)
	answer, connected := t.postTwilio(bare, e.number.account, e.form(), e.message.ID+e.status)
	if e.told != nil {
		close(e.told)
		e.told = nil
	}
	if answer == "" {
		t.taken.Add(1)
		t.done([]*event{e})
		return
	}
	if t.ctx.Err() != nil {
		return
	}
	t.refused.Add(1)
	t.logger.Warn("a callback was not taken", "url", bare, "answer", answer)
	t.waiting.Add(-1)
	if e.tries >= again || (connected && !always) {
		return
	}
	t.repeat(e)
}

// twilioWishes reads the fragment of a callback URL: how often to try again, and whether also after an answer.
func twilioWishes(callback string) (bare string, again int, always bool) {
	bare, fragment, _ := strings.Cut(callback, "#")
	again = 1
	wishes, _ := url.ParseQuery(fragment) // what cannot be read is no wish
	if n, err := strconv.Atoi(wishes.Get("rc")); err == nil {
		again = min(max(n, 0), 5)
	}
	return bare, again, wishes.Get("rp") == "all"
}

// postTwilio sends a signed form; the answer is empty if it was 2xx.
func (t *teller) postTwilio(to string, a *twilioAccount, form url.Values, token string) (answer string, connected bool) {
	r, err := http.NewRequestWithContext(t.ctx, http.MethodPost, to, bytes.NewReader([]byte(form.Encode())))
	if err != nil {
		return err.Error(), false
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	r.Header.Set("User-Agent", "TwilioProxy/1.1")
	r.Header.Set("X-Twilio-Signature", SignTwilio(a.AuthToken, to, form))
	r.Header.Set("I-Twilio-Idempotency-Token", token)
	res, err := t.client.Do(r)
	if err != nil {
		return err.Error(), false
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	_ = res.Body.Close()
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return strconv.Itoa(res.StatusCode), true
	}
	return "", true
}
