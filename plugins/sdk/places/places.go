// Package places fills texts that have places for values: {{name}}, or {{1}} for a value by position. A value is always put in as text of
// the kind that the whole is of, so that no value can become structure, whatever it holds:
//
//   - in [JSON] places stand inside strings, "{{name}}" or "WO {{folio}}". A string that is nothing but a place may say that the value is
//     something else: "{{hours:number}}", "{{urgent:boolean}}", "{{tags:json}}"; an empty one is then null;
//   - in [HTML] a value is escaped by where it stands: in a text, an attribute, a script, or an address, which it cannot make a javascript: one;
//   - in [Form] values are escaped as form data, in [XML] as text, so that no place may be in a CDATA section or a comment, in [Text] not at all.
//
// It is a room of its own since several connectors have such texts among their parameters, and below the SDK since connectors of other
// authors may have them too.
package places

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
	"strconv"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Kind is what a text is.
type Kind string

// The kinds, by their media types.
const (
	JSON Kind = "application/json"
	Form Kind = "application/x-www-form-urlencoded"
	XML  Kind = "application/xml"
	HTML Kind = "text/html"
	Text Kind = "text/plain"
)

// Template is a text with its places, ready to be filled by many goroutines at once.
type Template struct {
	path  string
	parts []part
	names []string
	html  *htmlTemplate
}

// part is a text, and then a place unless name is empty.
type part struct {
	text, name string
	put        writer
}

// writer puts a value behind what is there.
type writer func(b []byte, value string) ([]byte, error)

var place = regexp.MustCompile(`\{\{\s*([A-Za-z0-9][A-Za-z0-9_.-]{0,99})(?::(number|boolean|json))?\s*\}\}`)

var writers = map[Kind]writer{JSON: putJSON, Form: putForm, XML: putXML, HTML: putText, Text: putText}

// Parse reads a text of a kind. What is wrong with it is said of the path, such as parameters.template; the template is then nil.
func Parse(path, text string, kind Kind) (*Template, []sdk.Problem) {
	put, ok := writers[kind]
	switch {
	case !ok:
		return nil, wrong("INVALID", path, "is of a kind that cannot be filled", "Choose another content type.")
	case strings.TrimSpace(text) == "":
		return nil, wrong("REQUIRED", path, "cannot be empty", "Write the text, with {{name}} where a value goes.")
	case kind == JSON && !json.Valid([]byte(text)):
		return nil, wrong("MALFORMED", path, "is no JSON", `Write each place inside quotes, as "{{name}}", or "{{name:number}}" for a number.`)
	case kind == XML && !wellFormed(text):
		return nil, wrong("MALFORMED", path, "is no well-formed XML", "Write places inside texts and attributes only.")
	case kind == XML && unescaped(text) != "":
		return nil, wrong("INVALID", path, fmt.Sprintf("has the place %s in a CDATA section, a comment or an instruction, where a value cannot be escaped", unescaped(text)),
			"Write it as text between tags, or in an attribute.")
	case strings.Contains(place.ReplaceAllString(text, ""), "{{"):
		return nil, wrong("INVALID", path, "has {{ that begins no place", "Write places as {{name}}, with letters, digits, dots, dashes and _.")
	}
	t := &Template{path: path}
	end := 0
	for _, m := range place.FindAllStringSubmatchIndex(text, -1) {
		p := part{name: text[m[2]:m[3]], put: put}
		from, to := m[0], m[1]
		if m[4] >= 0 { // typed: it takes the quotes' place
			if kind != JSON || !wholeString(text, from, to) {
				return nil, wrong("INVALID", path, fmt.Sprintf("has the place %s, which must be a whole string of JSON", text[from:to]),
					`Write it as "{{name:number}}", with nothing else inside the quotes.`)
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
	if kind == HTML {
		var err error
		if t.html, err = parseHTML(t); err != nil {
			return nil, wrong("MALFORMED", path, "is no HTML into which values can be put safely", "Write places inside texts and quoted attributes only.")
		}
	}
	return t, nil
}

func wrong(code, path, message, next string) []sdk.Problem {
	return []sdk.Problem{{Code: code, Path: path, Message: message, NextStep: next, Severity: sdk.SeverityError}}
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

// verbatim are the parts of a well-formed document in which nothing is escaped, by how they begin, and how each ends.
var verbatim = map[string]string{"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}

// unescaped is the first place of a document in a part where nothing is escaped; empty if there is none.
func unescaped(text string) string {
	for {
		at := strings.IndexByte(text, '<')
		if at < 0 {
			return ""
		}
		text = text[at:]
		inside := text[:1]
		for begin, end := range verbatim {
			if rest, ok := strings.CutPrefix(text, begin); ok {
				inside, _, _ = strings.Cut(rest, end)
				if found := place.FindString(inside); found != "" {
					return found
				}
				inside = begin + inside
			}
		}
		text = text[len(inside):]
	}
}

// Fill puts values into the places. What is wrong is said of the template's path, or of values.NAME.
func (t *Template) Fill(values map[string]string) ([]byte, []sdk.Problem) {
	var found []sdk.Problem
	for _, name := range t.names {
		if _, ok := values[name]; !ok {
			found = append(found, t.missing(name)...)
		}
	}
	if len(found) > 0 {
		return nil, found
	}
	if t.html != nil {
		return t.html.fill(values), nil
	}
	var b []byte
	for _, p := range t.parts {
		if b = append(b, p.text...); p.name == "" {
			continue
		}
		next, err := p.put(b, values[p.name])
		if err != nil {
			found = append(found, wrong("INVALID", valuePath(p.name), err.Error(), "Map a field of that type to it, or write the place without a type.")...)
			continue
		}
		b = next
	}
	return b, found
}

func valuePath(name string) string {
	if n, err := strconv.Atoi(name); err == nil {
		return sdk.ValuePath(sdk.Value{Position: n})
	}
	return sdk.ValuePath(sdk.Value{Name: name})
}

func (t *Template) missing(name string) []sdk.Problem {
	return wrong("MISSING", t.path, fmt.Sprintf("has the place {{%s}}, to which nothing is mapped", name), "Map a field to it, or take the place away.")
}

// Names are those of all places, each once.
func (t *Template) Names() []string { return t.names }

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
	text := Quoted(value)
	return append(b, text[1:len(text)-1]...), nil
}

// Quoted is a text as a string of JSON.
func Quoted(s string) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string can always be written
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// typed are the writers of values that are no strings.
var typed = map[string]writer{
	"number": literal("is no number", func(text string) bool { return strings.ContainsAny(text[:1], "-0123456789") }),
	"boolean": literal("is neither true nor false", func(text string) bool {
		return text == "true" || text == "false"
	}),
	"json": literal("is no JSON", func(string) bool { return true }),
}

func literal(otherwise string, fits func(string) bool) writer {
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
