package email

import (
	"net/mail"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// mailbox is an address with the name that people read, perhaps empty. Its domain is ASCII; what stands before the @ may not be.
type mailbox struct{ name, local, domain string }

// localPart is a dot-atom (RFC 5322 §3.2.3, RFC 6532 §3.2): what is quoted is so rare that it is more likely a mistake, or an attempt.
var (
	localPart = regexp.MustCompile(`^[A-Za-z0-9!#$%&'*+/=?^_{|}~\x60\x{80}-\x{10FFFF}-]+(\.[A-Za-z0-9!#$%&'*+/=?^_{|}~\x60\x{80}-\x{10FFFF}-]+)*$`)
	hostName  = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// parseMailbox reads "ana@example.com" or "Ana Prado <ana@example.com>".
func parseMailbox(text string) (mailbox, bool) {
	if len(text) > 500 || strings.ContainsFunc(text, unicode.IsControl) {
		return mailbox{}, false
	}
	a, err := mail.ParseAddress(text)
	if err != nil {
		return mailbox{}, false
	}
	at := strings.LastIndexByte(a.Address, '@')
	m := mailbox{name: oneLine(a.Name), local: a.Address[:at]}
	m.domain, err = idna.Lookup.ToASCII(a.Address[at+1:])
	return m, err == nil && len(m.local) <= 64 && len(m.domain) <= 253 && localPart.MatchString(m.local) && hostName.MatchString(m.domain)
}

// address is the mailbox without name, as SMTP writes it.
func (m mailbox) address() string { return m.local + "@" + m.domain }

func (m mailbox) header() *mail.Address { return &mail.Address{Name: m.name, Address: m.address()} }

// masked is the address as messages for people repeat it.
func (m mailbox) masked() string { return "***@" + m.domain }

// ascii tells whether every server can take the address.
func (m mailbox) ascii() bool {
	return !strings.ContainsFunc(m.local, func(r rune) bool { return r > unicode.MaxASCII })
}

// oneLine makes one line of a text, without control characters and without white space at its ends.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == ' ' || r == '\u2028' || r == '\u2029' }), " ")
}
