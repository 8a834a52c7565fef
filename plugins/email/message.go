package email

import (
	"bytes"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wneessen/go-mail"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/places"
)

// Bounds of a message.
const (
	maxMessage = 1 << 20 // bytes
	maxSubject = 250     // code points; a longer one is cut
)

// letter is a message, made but not yet written for the wire.
type letter struct {
	to            mailbox
	copies        []mailbox // cc, then bcc
	subject       string
	text, html    string
	messageID     string
	adjusted      []sdk.Adjustment
	international bool // some address needs SMTPUTF8
}

// write makes the letter of a delivery.
func (p *plan) write(s *settings, d *sdk.Delivery) (*letter, sdk.Problems) {
	var found sdk.Problems
	if !goodID(d.ID) {
		found.Add("INVALID", "id", "a delivery's id must have 1 to 64 letters, digits, - and _", "Give every delivery its own short id.")
		return nil, found
	}
	l := &letter{copies: slices.Concat(p.cc, p.bcc), messageID: s.messageID(d.ID)}
	var ok bool
	if l.to, ok = parseMailbox(d.Recipient); !ok {
		found.Add("INVALID", "recipient", "is no e-mail address", "Write it as ana@example.com.")
		return nil, found
	}
	l.international = slices.ContainsFunc(append(l.copies[:len(l.copies):len(l.copies)], l.to, s.from), func(m mailbox) bool { return !m.ascii() })
	values, wrong := places.Values(d)
	if len(wrong) > 0 {
		return nil, wrong
	}
	places.WithDelivery(values, d)
	fill := func(t *places.Template) string {
		if t == nil {
			return ""
		}
		b, wrong := t.Fill(values)
		found = append(found, wrong...)
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	l.setSubject(fill(p.subject))
	if p.list {
		l.text, l.html = listed(fill(p.intro), d.Values)
	} else {
		l.text, l.html = fill(p.text), fill(p.html)
	}
	return l, found
}

// setSubject makes one line of the subject, of a length that programs show.
func (l *letter) setSubject(text string) {
	l.subject = oneLine(text)
	if utf8.RuneCountInString(l.subject) > maxSubject {
		l.subject = string([]rune(l.subject)[:maxSubject-1]) + "…"
		l.adjusted = append(l.adjusted, sdk.Adjustment{Path: "parameters.subject", Reason: sdk.Shortened, Sent: l.subject})
	} else if l.subject != text {
		l.adjusted = append(l.adjusted, sdk.Adjustment{Path: "parameters.subject", Reason: sdk.WhitespaceCollapsed, Sent: l.subject})
	}
}

// listed is a text and after it the values, one in a line, and the same as HTML.
func listed(intro string, values []sdk.Value) (text, page string) {
	values = slices.Clone(values)
	slices.SortStableFunc(values, func(a, b sdk.Value) int { return a.Position - b.Position })
	var t, h strings.Builder
	if intro != "" {
		t.WriteString(intro + "\n\n")
		h.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(intro), "\n", "<br>") + "</p>")
	}
	h.WriteString("<table>")
	for _, v := range values {
		shown := strings.ReplaceAll(html.EscapeString(v.Text), "\n", "<br>")
		if v.Name == "" {
			t.WriteString(v.Text + "\n")
			h.WriteString("<tr><td>" + shown + "</td></tr>")
			continue
		}
		t.WriteString(v.Name + ": " + v.Text + "\n")
		h.WriteString("<tr><th align=\"left\">" + html.EscapeString(v.Name) + "</th><td>" + shown + "</td></tr>")
	}
	h.WriteString("</table>")
	return t.String(), h.String()
}

// bytes is the letter as it goes over the wire (RFC 5322). Blind copies are in no header.
func (l *letter) bytes(s *settings, p *plan) ([]byte, error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	m.FromMailAddress(s.from.header())
	m.ToMailAddress(l.to.header())
	for _, c := range p.cc {
		m.AddCcMailAddress(c.header())
	}
	switch {
	case p.replyTo.domain != "":
		m.ReplyToMailAddress(p.replyTo.header())
	case s.replyTo.domain != "":
		m.ReplyToMailAddress(s.replyTo.header())
	}
	m.Subject(l.subject)
	m.SetMessageIDWithValue(l.messageID)
	m.SetDate()
	m.SetGenHeader("Auto-Submitted", "auto-generated") // so that nobody's absence is answered to it (RFC 3834)
	if p.unsubscribe != "" {
		m.SetGenHeaderPreformatted("List-Unsubscribe", "<"+p.unsubscribe+">")
	}
	switch {
	case l.text == "" && l.html != "":
		m.SetBodyString(mail.TypeTextHTML, l.html)
	default:
		m.SetBodyString(mail.TypeTextPlain, l.text)
		if l.html != "" {
			m.AddAlternativeString(mail.TypeTextHTML, l.html)
		}
	}
	var b bytes.Buffer
	_, err := m.WriteTo(&b)
	return b.Bytes(), err
}

// goodID tells whether an id can stand before the @ of a Message-ID.
func goodID(id string) bool {
	return id != "" && len(id) <= 64 && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}
