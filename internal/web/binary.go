package web

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/recado-hub/recado/internal/hub"
)

// prefix is how the headers begin that are attributes of an event in the binary content mode (CloudEvents HTTP binding 1.0 §3.1.3),
// as net/http writes names.
const prefix = "Ce-"

// isBinary says whether a header has attributes of an event.
func isBinary(h http.Header) bool {
	for name := range h {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// binary reads an event in the binary content mode: the header has its attributes, and the body is its data.
func (d *reader) binary(h http.Header) (in hub.OccurrenceInput, err error) {
	var names []string
	for name := range h {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names) // so that the same event has the same error
	seen := attributes{}
	for _, header := range names {
		if err := seen.header(strings.ToLower(header[len(prefix):]), h[header], &in); err != nil {
			return in, err
		}
	}
	if err := seen.complete(&in); err != nil {
		return in, err
	}
	in.Records, err = d.content()
	return in, err
}

// header takes an attribute from its header.
func (a *attributes) header(name string, values []string, in *hub.OccurrenceInput) error {
	switch {
	case name == "datacontenttype":
		return hub.Invalid(name, "the header Content-Type says what data is; leave ce-datacontenttype out")
	case name == "data":
		return hub.Invalid(name, "the body is the data of the event; leave ce-data out")
	case len(values) > 1:
		return hub.Invalid(hub.Clip(name, 40), "the header ce-%s is there more than once", hub.Clip(name, 40))
	}
	text, ok := unescape(values[0])
	if !ok {
		return hub.Invalid(hub.Clip(name, 40), "the header ce-%s is not UTF-8 in percent-encoding (CloudEvents HTTP binding §3.1.3.2)", hub.Clip(name, 40))
	}
	if hub.CoreAttribute(name) {
		return a.take(name, text, in)
	}
	return in.Extend(name, text)
}

// unescape is the text of a header's value (CloudEvents HTTP binding 1.0 §3.1.3.2): quotes with their backslashes are undone, then
// percent-encoding, once. A percent sign before anything but two hexadecimal digits stands for itself, since there are senders that
// encode nothing. ok is false for what is not UTF-8.
func unescape(s string) (text string, ok bool) {
	if strings.IndexByte(s, '"') >= 0 {
		s = unquoted(s)
	}
	if strings.IndexByte(s, '%') >= 0 {
		b := make([]byte, 0, len(s))
		for i := 0; i < len(s); i++ {
			if c, is := octet(s[i:]); is {
				b, i = append(b, c), i+2
			} else {
				b = append(b, s[i])
			}
		}
		s = string(b)
	}
	return s, utf8.ValidString(s)
}

// unquoted undoes the quoted parts of a value (RFC 7230 §3.2.6). A quote that does not end goes to the end.
func unquoted(s string) string {
	b := make([]byte, 0, len(s))
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted && i+1 < len(s):
			i++
			b = append(b, s[i])
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// octet is the byte for which a text that begins with %xy stands.
func octet(s string) (c byte, is bool) {
	if len(s) < 3 || s[0] != '%' {
		return 0, false
	}
	high, ok := hexDigit(s[1])
	low, too := hexDigit(s[2])
	return high<<4 | low, ok && too
}

func hexDigit(c byte) (value byte, is bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
