package whatsapp

import (
	"context"
	"encoding/json"
	"maps"
	"strconv"
	"sync/atomic"
	"unicode/utf8"

	"github.com/recado-hub/recado/plugins/sdk"
)

// maxCallbackData bounds biz_opaque_callback_data, which Meta gives back with every status. Meta states no limit.
const maxCallbackData = 256

// parameters are those of an action.
type parameters struct {
	Template string `json:"template"`
	Language string `json:"language"`
}

// heads keeps the first part of request bodies, which is the same for all deliveries of a flow version: reading the parameters
// again for each would cost more than the rest of the body. They hold until there is news of a template: it may settle a language.
type heads struct {
	known atomic.Pointer[knownHeads]
}

type knownHeads struct {
	news uint64 // of the templates, when they were written
	of   map[headKey]head
}

type headKey struct{ action, language, parameters string }

type head struct {
	text     []byte
	language string // of the template
}

// mostHeads bounds the memory for parameters that never come again.
const mostHeads = 256

// head is everything of the body up to the components. unread says that the language could not be settled for now.
func (m *metaSender) head(ctx context.Context, d *sdk.Delivery) (head, *unread, problems) {
	known, news := m.heads.known.Load(), m.connector.templates.news.Load()
	if known != nil && known.news == news {
		if h, ok := known.of[headKey{d.Action, d.Language, string(d.Parameters)}]; ok {
			return h, nil, nil
		}
	}
	c, found := m.settings.choose(d.Action, d.Language, d.Parameters)
	if len(found) > 0 {
		return head{}, nil, found
	}
	c, failed, found := m.settled(ctx, c)
	if failed != nil || len(found) > 0 {
		return head{}, failed, found
	}
	h := head{appendHead(nil, c), c.language}
	more := &knownHeads{news: m.connector.templates.news.Load(), of: map[headKey]head{}}
	if known != nil && known.news == more.news && len(known.of) < mostHeads {
		more.of = maps.Clone(known.of)
	}
	more.of[headKey{d.Action, d.Language, string(d.Parameters)}] = h
	m.heads.known.Store(more)
	return h, nil, nil
}

func appendHead(b []byte, c choice) []byte {
	b = append(b, `{"messaging_product":"whatsapp","recipient_type":"individual","type":"template","template":{"name":`...)
	b = appendString(b, c.template)
	b = append(b, `,"language":{"policy":"deterministic","code":`...)
	b = appendString(b, c.language)
	return append(b, '}')
}

// decodeParameters reads the parameters of an action that the connector has.
func decodeParameters(action string, raw json.RawMessage) (p parameters, found problems) {
	if len(raw) > 0 && json.Unmarshal(raw, &p) != nil {
		found.add("MALFORMED", "parameters", "the parameters are not an object of the declared shape", "Give each parameter the type that the form asks for.")
		return p, found
	}
	if _, ok := fixedLanguage[action]; !ok && action != templateAction {
		found.add("UNKNOWN_ACTION", "action", "the connector has no action "+strconv.Quote(action), "Choose one of the connector's actions.")
	}
	return p, found
}

func checkTemplateName(name string, found *problems) {
	const path, next = "parameters.template", "Use the name that WhatsApp Manager shows: lower-case letters, digits and _."
	switch {
	case name == "":
		found.add("REQUIRED", path, "cannot be empty", next)
	case len(name) == 34 && name[:2] == "HX":
		found.add("INVALID", path, "is a Twilio Content SID, but this integration sends through Meta", next)
	case len(name) > 512 || !templateName(name):
		found.add("INVALID", path, "is no template name", next)
	}
}

func templateName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// appendBody writes the rest of the request: head, components, recipient, and our key, which is the only thread that survives a lost
// answer.
func appendBody(b, head []byte, to, deliveryID string, values []sdk.Value) []byte {
	b = append(b, head...)
	if len(values) > 0 { // a template without variables refuses empty components
		b = append(b, `,"components":[{"type":"body","parameters":[`...)
		for i, v := range values {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"type":"text",`...)
			if v.Position == 0 {
				b = append(b, `"parameter_name":`...)
				b = appendString(b, v.Name)
				b = append(b, ',')
			}
			b = append(b, `"text":`...)
			b = appendString(b, v.Text)
			b = append(b, '}')
		}
		b = append(b, `]}]`...)
	}
	b = append(b, `},"to":`...)
	b = appendString(b, to)
	b = append(b, `,"biz_opaque_callback_data":`...)
	b = appendString(b, deliveryID)
	return append(b, '}')
}

const hexDigits = "0123456789abcdef"

// appendString writes s as a JSON string (RFC 8259). What is not valid UTF-8 becomes U+FFFD; U+2028 and U+2029 are escaped, since
// some readers take JSON for JavaScript.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			b = append(b, s[start:i]...)
			b = appendEscape(b, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(append(b, s[start:i]...), `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			b = append(append(b, s[start:i]...), `\u202`...)
			b = append(b, hexDigits[r&0xF])
			start = i + size
		}
		i += size
	}
	return append(append(b, s[start:]...), '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
}
