package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // zones must be known on a machine that has none

	"github.com/nyaruka/phonenumbers"
)

// Style is how values read in a message: in which language, at which hour of the day, and in which country a telephone
// number without a country code is. It does not change and may be shared. A nil Style, and the zero one, read values as
// data: see Text.
type Style struct {
	name    string // of the locale; empty if there is none
	locale  *locale
	zone    *time.Location // nil if there is none
	country string
	moments *pattern // how a timestamp reads
}

// NewStyle makes a style of a locale (pt-BR, pt-PT, es, en, fr or it), an IANA time zone, and the country of telephone
// numbers (ISO 3166-1 alpha-2). Each may be empty. The errors are those of CheckLocale, CheckZone and CheckCountry.
func NewStyle(language, zone, country string) (*Style, error) {
	if err := errors.Join(CheckLocale(language), CheckZone(zone), CheckCountry(country)); err != nil {
		return nil, err
	}
	s := &Style{name: language, locale: locales[language], country: country}
	if zone != "" {
		s.zone, _ = time.LoadLocation(zone) // CheckZone has loaded it
	}
	if s.locale != nil {
		s.moments, _ = compilePattern("datetime", s.locale)
	}
	return s, nil
}

// CheckLocale says what is wrong with a locale; nil for one of the six, and for none.
func CheckLocale(name string) error {
	if name != "" && locales[name] == nil {
		return errors.New("there is no such locale: use pt-BR, pt-PT, es, en, fr or it")
	}
	return nil
}

// CheckZone says what is wrong with a time zone; nil for one of IANA's, and for none.
func CheckZone(name string) error {
	if name == "" {
		return nil
	}
	if name == "Local" || len(name) > 64 {
		return errors.New("there is no such time zone: use a name of IANA's list, such as America/Sao_Paulo")
	}
	if _, err := time.LoadLocation(name); err != nil {
		return errors.New("there is no such time zone: use a name of IANA's list, such as America/Sao_Paulo")
	}
	return nil
}

// CheckCountry says what is wrong with the country of telephone numbers; nil for an ISO 3166-1 alpha-2 code, and for none.
func CheckCountry(code string) error {
	if code != "" && !phonenumbers.GetSupportedRegions()[code] {
		return errors.New("there is no such country: use two capital letters of ISO 3166-1, such as BR")
	}
	return nil
}

// plain says whether values read as data.
func (s *Style) plain() bool { return s == nil || s.locale == nil && s.zone == nil }

// words are those of the locale, and English ones without it.
func (s *Style) words() *locale {
	if s == nil || s.locale == nil {
		return locales["en"]
	}
	return s.locale
}

// where is the time zone, UTC without one.
func (s *Style) where() *time.Location {
	if s == nil || s.zone == nil {
		return time.UTC
	}
	return s.zone
}

// Country is the country of telephone numbers without a country code; empty if there is none.
func (s *Style) Country() string {
	if s == nil {
		return ""
	}
	return s.country
}

// Fact is what is known of a field, of the row or of a record that is looked up. The zero Fact knows nothing.
type Fact struct {
	Type   string            // TEXT, INTEGER, NUMBER, BOOLEAN, TIMESTAMP, ENUM, LIST, REFERENCE; empty if it is not known
	Items  string            // of a LIST, the type of its elements; empty if it is not known
	Labels map[string]string // what people call the values of an ENUM in the style's locale, by the text of the value
}

// element is what is known of an element of the field, if it is a list.
func (f Fact) element() Fact {
	if f.Type == "LIST" && f.Items != "" {
		f.Type = f.Items
	}
	return f
}

// Text writes a value of a field as people read it. Without a locale it is Text, but for the hour of a timestamp, which is
// that of the zone. With a locale
//
//   - a timestamp is a date and a time of the zone, UTC without one;
//   - a value of an enum is its label, if it has one;
//   - true and false are words;
//   - a number has the decimal mark of the language. Digits are not grouped: many numbers are names, such as that of a work
//     order. Grouping is for the operator number_format;
//   - a list has its elements written like this, joined by ", ".
//
// It answers false where Text does.
func (s *Style) Text(v any, f Fact) (string, bool) {
	if s.plain() {
		return Text(v)
	}
	elements, ok := v.([]any)
	if !ok {
		return s.scalar(v, f)
	}
	f = f.element()
	texts := make([]string, 0, len(elements))
	for _, e := range elements {
		t, ok := s.scalar(e, f)
		if !ok {
			return "", false
		}
		if t != "" {
			texts = append(texts, t)
		}
	}
	return strings.Join(texts, ", "), true
}

func (s *Style) scalar(v any, f Fact) (string, bool) {
	text, ok := scalar(v)
	if !ok || text == "" {
		return text, ok
	}
	if f.Type == "TIMESTAMP" {
		return s.moment(text), true
	}
	if s.locale == nil {
		return text, true
	}
	if label, ok := f.Labels[text]; ok && label != "" {
		return label, true
	}
	switch v := v.(type) {
	case bool:
		if v {
			return s.locale.yes, true
		}
		return s.locale.no, true
	case json.Number, float64, float32:
		return strings.Replace(text, ".", s.locale.decimal, 1), true
	}
	return text, true
}

// moment writes a timestamp; what is none stays as it is.
func (s *Style) moment(text string) string {
	m, err := parseMoment(text)
	switch {
	case err != nil:
		return text
	case s.moments != nil:
		return s.moments.format(m.in(s.where()), s.locale)
	case m.floating:
		return text
	}
	return m.t.In(s.where()).Format(time.RFC3339Nano)
}

// String names the style for people who read a log.
func (s *Style) String() string {
	if s == nil {
		return "plain"
	}
	return fmt.Sprintf("%s %s %s", s.name, s.where(), s.country)
}
