package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Sign is the value of X-Hub-Signature-256 for a body.
func Sign(appSecret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// payload writes the callback for some statuses of one app, in the shape of v24.0 and later: without conversation.
func payload(batch []*event) []byte {
	type object = map[string]any
	byNumber := map[*number][]object{}
	var order []*number
	for _, e := range batch {
		if byNumber[e.number] == nil {
			order = append(order, e.number)
		}
		byNumber[e.number] = append(byNumber[e.number], e.object())
	}
	entries := make([]object, 0, len(order))
	for _, n := range order {
		entries = append(entries, object{"id": n.waba.ID, "changes": []object{{"field": "messages", "value": object{
			"messaging_product": "whatsapp",
			"metadata":          object{"display_phone_number": n.digits, "phone_number_id": n.ID},
			"statuses":          byNumber[n],
		}}}})
	}
	text, err := json.Marshal(object{"object": "whatsapp_business_account", "entry": entries})
	if err != nil {
		panic(err) // maps of strings always marshal
	}
	return escapeUnicode(text)
}

// object is one status.
func (e *event) object() map[string]any {
	o := map[string]any{
		"id": e.message.ID, "status": e.status, "timestamp": strconv.FormatInt(e.at.Unix(), 10), "recipient_id": e.message.WaID,
	}
	if e.message.Callback != "" {
		o["biz_opaque_callback_data"] = e.message.Callback
	}
	if e.status == "sent" || e.status == "delivered" {
		category := "utility"
		if e.number.waba.marketing(e.message) {
			category = "marketing"
		}
		o["pricing"] = map[string]any{"billable": true, "pricing_model": "PMP", "category": category, "type": "regular"}
	}
	if e.status == "failed" {
		details := e.details
		if details == "" {
			details = title(e.code)
		}
		o["errors"] = []map[string]any{{
			"code": e.code, "title": title(e.code), "message": title(e.code), "error_data": map[string]any{"details": details},
			"href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
		}}
	}
	return o
}

// escapeUnicode writes every character outside ASCII as \uXXXX with lower-case digits: that is what Meta sends, and signs.
func escapeUnicode(text []byte) []byte {
	out := make([]byte, 0, len(text)+16)
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r < utf8.RuneSelf {
			out = append(out, text[0])
			text = text[1:]
			continue
		}
		if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
			out = appendUnit(appendUnit(out, high), low)
		} else {
			out = appendUnit(out, r)
		}
		text = text[size:]
	}
	return out
}

func appendUnit(b []byte, unit rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[unit>>12&0xF], digits[unit>>8&0xF], digits[unit>>4&0xF], digits[unit&0xF])
}
