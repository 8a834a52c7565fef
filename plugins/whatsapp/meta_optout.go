package whatsapp

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// The words with which a person opts out of all messages, or in again, in the languages of the product: the whole message, in upper or
// lower case, and nothing else with it. Anything longer is a message to somebody and not to us. Meta knows no keywords of its own; that
// of marketing alone is a button of WhatsApp's, which it tells as user_preferences.
var optWords = map[string]sdk.NoticeKind{
	"STOP": sdk.RecipientOptedOut, "UNSUBSCRIBE": sdk.RecipientOptedOut, // English, and understood everywhere
	"PARAR": sdk.RecipientOptedOut, "SAIR": sdk.RecipientOptedOut, // Portuguese; the first one Spanish, too
	"BAJA":  sdk.RecipientOptedOut,                                 // Spanish
	"ARRET": sdk.RecipientOptedOut, "ARRÊT": sdk.RecipientOptedOut, // French
	"ANNULLA": sdk.RecipientOptedOut, // Italian
	"START":   sdk.RecipientOptedIn, "SUBSCRIBE": sdk.RecipientOptedIn,
	"VOLTAR": sdk.RecipientOptedIn, "INICIAR": sdk.RecipientOptedIn,
	"ALTA":      sdk.RecipientOptedIn,
	"REPRENDRE": sdk.RecipientOptedIn,
	"RIPRENDI":  sdk.RecipientOptedIn,
}

// longestOptWord bounds what is compared.
const longestOptWord = 16

// metaPreference is an entry of user_preferences, as Meta documents it since 2025.
type metaPreference struct {
	WaID      string          `json:"wa_id"`    // may be missing for people with a user name
	Category  string          `json:"category"` // marketing_messages is the only one that is documented
	Value     string          `json:"value"`    // stop or resume
	Timestamp json.RawMessage `json:"timestamp"`
}

// metaMessage is what a person wrote.
type metaMessage struct {
	From      string          `json:"from"`
	Type      string          `json:"type"`
	Timestamp json.RawMessage `json:"timestamp"`
	Text      struct {
		Body string `json:"body"`
	} `json:"text"`
}

type optValue struct {
	Metadata struct {
		PhoneNumberID string `json:"phone_number_id"`
	} `json:"metadata"`
	Preferences []json.RawMessage `json:"user_preferences"`
	Messages    []json.RawMessage `json:"messages"`
}

// optOuts reads who opted out or in. Meta has one webhook for each app: what people told another number than the integration's is for
// the integration of that number, since they opted out of that one and no other.
func (s callbackSecrets) optOuts(body []byte, r *sdk.Reception) {
	if !bytes.Contains(body, []byte(`"user_preferences"`)) && !bytes.Contains(body, []byte(`"text"`)) {
		return // as of nearly all callbacks, which are about statuses
	}
	var w webhook
	if json.Unmarshal(body, &w) != nil || w.Object != "whatsapp_business_account" {
		return
	}
	for _, e := range w.Entry {
		for _, c := range e.Changes {
			var v optValue
			if c.Field != "user_preferences" && c.Field != "messages" || json.Unmarshal(c.Value, &v) != nil {
				continue
			}
			switch found := v.notices(); {
			case len(found) == 0:
			case v.Metadata.PhoneNumberID == s.phoneNumberID && s.phoneNumberID != "":
				r.Notices = append(r.Notices, found...)
			default:
				r.Elsewhere = true
			}
		}
	}
}

func (v *optValue) notices() (out []sdk.Notice) {
	for _, raw := range v.Preferences {
		var p metaPreference
		if json.Unmarshal(raw, &p) == nil { // one that cannot be read must not cost the others
			out = appendNotices(out, p.kind(), p.WaID, p.covers(), p.Timestamp)
		}
	}
	for _, raw := range v.Messages {
		var m metaMessage
		if json.Unmarshal(raw, &m) == nil && m.Type == "text" {
			out = appendNotices(out, optWord(m.Text.Body), m.From, "", m.Timestamp)
		}
	}
	return out
}

func (p *metaPreference) kind() sdk.NoticeKind {
	switch p.Value {
	case "stop":
		return sdk.RecipientOptedOut
	case "resume":
		return sdk.RecipientOptedIn
	}
	return ""
}

// covers is the category as outcomes name it: of "marketing_messages" it is "marketing". One that Meta may add stays a category of its
// own; without any it covers everything.
func (p *metaPreference) covers() string {
	return strings.TrimSuffix(p.Category, "_messages")
}

// optWord is what a message means that is one of the words; empty for any other.
func optWord(text string) sdk.NoticeKind {
	text = strings.TrimSpace(text)
	if len(text) > longestOptWord {
		return ""
	}
	return optWords[strings.ToUpper(text)]
}

// appendNotices tells of a person under every way in which their number may be written where we send to.
func appendNotices(out []sdk.Notice, kind sdk.NoticeKind, waID, category string, timestamp json.RawMessage) []sdk.Notice {
	if kind == "" {
		return out
	}
	at := time.Time{}
	if sec, err := strconv.ParseInt(strings.Trim(string(timestamp), `"`), 10, 64); err == nil && sec > 0 {
		at = time.Unix(sec, 0).UTC()
	}
	for _, number := range waysToWrite(waID) {
		out = append(out, sdk.Notice{Kind: kind, At: at, Recipient: number, Category: category})
	}
	return out
}
