package webhook

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// template is a body with places for values: {{name}}, or {{1}} for a value by position; {{recipient}} and {{delivery_id}} are there
// beside the mapping's values. A value is always put in as text of the content type, so that no value can become structure:
//
//   - in application/json places stand inside strings, "{{name}}" or "WO {{folio}}". A string that is nothing but a place may say that the value
//     is something else: "{{hours:number}}", "{{urgent:boolean}}", "{{tags:json}}"; an empty one is then null;
//   - in application/x-www-form-urlencoded values are escaped as form data, in application/xml as text, in text/plain not at all.
type template struct {
	parts []part
	names []string // of all places
}

// part is a text, and then a place unless name is empty.
type part struct {
	text, name string
	put        func(b []byte, value string) ([]byte, error)
}

var place = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_.-]{1,80})(?::(number|boolean|json))?\s*\}\}`)

// given are the places that are filled without a mapping.
var given = []string{"recipient", "delivery_id"}

const templatePath = "parameters.template"

// parseTemplate reads a template; what is wrong with it goes to found.
func parseTemplate(text, contentType string, found *problems) *template {
	put := map[string]func([]byte, string) ([]byte, error){
		"application/json": putJSON, "application/x-www-form-urlencoded": putForm, "application/xml": putXML, "text/plain": putText,
	}[contentType]
	switch {
	case put == nil:
		found.add("INVALID", "parameters.content_type", "must be application/json, application/x-www-form-urlencoded, application/xml or text/plain", "Leave it empty for JSON.")
		return nil
	case strings.TrimSpace(text) == "":
		found.add("REQUIRED", templatePath, "cannot be empty", "Write the body, with {{name}} where a value goes.")
		return nil
	case contentType == "application/json" && !json.Valid([]byte(text)):
		found.add("MALFORMED", templatePath, "is no JSON", `Write each place inside quotes, as "{{name}}", or "{{name:number}}" for a number.`)
		return nil
	case contentType == "application/xml" && !wellFormed(text):
		found.add("MALFORMED", templatePath, "is no well-formed XML", "Write places inside texts and attributes only.")
		return nil
	}
	t := &template{}
	end := 0
	for _, m := range place.FindAllStringSubmatchIndex(text, -1) {
		p := part{name: text[m[2]:m[3]], put: put}
		from, to := m[0], m[1]
		if m[4] >= 0 { // typed: it takes the quotes' place
			if contentType != "application/json" || !wholeString(text, from, to) {
				found.add("INVALID", templatePath, fmt.Sprintf("the place %s must be a whole string of JSON", text[from:to]), `Write it as "{{name:number}}", with nothing else inside the quotes.`)
				return nil
			}
			p.put, from, to = typed[text[m[4]:m[5]]], from-1, to+1
		}
		p.text, end = text[end:from], to
		t.parts = append(t.parts, p)
		if !slices.Contains(t.names, p.name) {
			t.names = append(t.names, p.name)
		}
	}
	t.parts = append(t.parts, part{text: text[end:]})
	if rest := place.ReplaceAllString(text, ""); strings.Contains(rest, "{{") {
		found.add("INVALID", templatePath, "has {{ that begins no place", "Write places as {{name}}, with letters, digits, dots, dashes and _.")
	}
	return t
}

// wholeString tells whether a place is all of a JSON string that is a value.
func wholeString(text string, from, to int) bool {
	return from > 0 && text[from-1] == '"' && (from < 2 || text[from-2] != '\\') && to < len(text) && text[to] == '"' &&
		!strings.HasPrefix(strings.TrimLeft(text[to+1:], " \t\r\n"), ":")
}

func wellFormed(text string) bool {
	d := xml.NewDecoder(strings.NewReader(text))
	elements := 0
	for {
		token, err := d.Token()
		switch token.(type) {
		case xml.StartElement:
			elements++
		case xml.Directive: // a document type could declare entities
			return false
		}
		if err != nil {
			return errors.Is(err, io.EOF) && elements > 0
		}
	}
}

// fill makes the body for some values.
func (t *template) fill(values map[string]string) ([]byte, problems) {
	var found problems
	var b []byte
	for _, p := range t.parts {
		b = append(b, p.text...)
		if p.name == "" {
			continue
		}
		value, ok := values[p.name]
		if !ok {
			found.add("MISSING", templatePath, fmt.Sprintf("nothing is mapped to {{%s}}", p.name), "Map a field to it, or take the place away.")
			continue
		}
		next, err := p.put(b, value)
		if err != nil {
			found.add("INVALID", "values."+p.name, err.Error(), "Map a field of that type to it, or write the place without a type.")
			continue
		}
		b = next
	}
	return b, found
}

func putText(b []byte, value string) ([]byte, error) { return append(b, value...), nil }

func putForm(b []byte, value string) ([]byte, error) {
	return append(b, url.QueryEscape(value)...), nil
}

func putXML(b []byte, value string) ([]byte, error) {
	var out bytes.Buffer
	err := xml.EscapeText(&out, []byte(value))
	return append(b, out.Bytes()...), err
}

// putJSON puts a value into a string of JSON, whose quotes are there.
func putJSON(b []byte, value string) ([]byte, error) {
	text := quoted(value)
	return append(b, text[1:len(text)-1]...), nil
}

// quoted is a text as a string of JSON.
func quoted(s string) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string can always be written
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// typed are the writers of values that are no strings.
var typed = map[string]func([]byte, string) ([]byte, error){
	"number": literal("is no number", func(text string) bool { return strings.ContainsAny(text[:1], "-0123456789") }),
	"boolean": literal("is neither true nor false", func(text string) bool {
		return text == "true" || text == "false"
	}),
	"json": literal("is no JSON", func(string) bool { return true }),
}

func literal(otherwise string, fits func(string) bool) func([]byte, string) ([]byte, error) {
	return func(b []byte, value string) ([]byte, error) {
		text := strings.TrimSpace(value)
		switch {
		case text == "":
			return append(b, "null"...), nil
		case !json.Valid([]byte(text)) || !fits(text):
			return b, errors.New(otherwise)
		}
		return append(b, text...), nil
	}
}
