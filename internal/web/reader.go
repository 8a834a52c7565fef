package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/recado-hub/recado/internal/hub"
)

const (
	maxDepth = 32   // of objects and lists in a body
	maxNames = 1024 // that a reader remembers
	maxName  = 64   // bytes of a name that is worth remembering
)

// reader reads one body of JSON after the other, token by token: encoding/json takes twice as long for the maps of a record,
// knows neither where an error is nor whether a name stands twice. Its memory is used again.
type reader struct {
	body  bytes.Buffer
	in    *jsontext.Decoder
	out   []byte            // of the answer
	names map[string]string // field names come again and again: one text serves for all
	size  int               // fields of the last record, the best guess for the next
}

func newReader() *reader {
	return &reader{in: jsontext.NewDecoder(new(bytes.Buffer)), names: map[string]string{}}
}

// start begins with the body from its beginning. The body is read through a copy of the buffer's head, so that its bytes are
// still there to count lines in.
func (d *reader) start() { d.in.Reset(bytes.NewBuffer(d.body.Bytes())) }

// object reads an object and calls member for the value of each name. The same name twice is an error.
func (d *reader) object(member func(name string) error) error {
	if d.in.PeekKind() != '{' {
		return d.wrong("", "a JSON object")
	}
	if _, err := d.in.ReadToken(); err != nil {
		return d.explain(err)
	}
	if d.in.StackDepth() > maxDepth {
		return hub.Invalid("", "the body is nested deeper than %d objects and lists", maxDepth)
	}
	for d.in.PeekKind() != '}' {
		raw, err := d.in.ReadValue()
		if err != nil {
			return d.explain(err)
		}
		if err := member(d.name(raw)); err != nil {
			return err
		}
	}
	_, err := d.in.ReadToken()
	return d.explain(err)
}

// list reads a list and calls item for each of its values.
func (d *reader) list(item func(i int) error) error {
	if _, err := d.in.ReadToken(); err != nil {
		return d.explain(err)
	}
	if d.in.StackDepth() > maxDepth {
		return hub.Invalid("", "the body is nested deeper than %d objects and lists", maxDepth)
	}
	for i := 0; d.in.PeekKind() != ']'; i++ {
		if err := item(i); err != nil {
			return err
		}
	}
	_, err := d.in.ReadToken()
	return d.explain(err)
}

// end makes sure that nothing follows.
func (d *reader) end() error {
	if d.in.PeekKind() != 0 {
		return d.at(d.in.InputOffset(), "there is more after the end of the event; send one event in one request")
	}
	_, err := d.in.ReadToken()
	if err == nil || errors.As(err, new(*jsontext.SyntacticError)) {
		return d.explain(err)
	}
	return nil // io.EOF
}

// fields reads the data of a record. Numbers keep their digits.
func (d *reader) fields() (hub.Fields, error) {
	fields := make(hub.Fields, d.size)
	err := d.object(func(name string) (err error) {
		fields[name], err = d.value()
		return err
	})
	d.size = min(len(fields), hub.MaxFields)
	return fields, err
}

func (d *reader) value() (any, error) {
	switch d.in.PeekKind() {
	case '{':
		members := map[string]any{}
		err := d.object(func(name string) (err error) {
			members[name], err = d.value()
			return err
		})
		return members, err
	case '[':
		items := []any{}
		err := d.list(func(int) error {
			item, err := d.value()
			items = append(items, item)
			return err
		})
		return items, err
	}
	raw, err := d.in.ReadValue()
	if err != nil {
		return nil, d.explain(err)
	}
	switch raw.Kind() {
	case 'n':
		return nil, nil
	case 't':
		return true, nil
	case 'f':
		return false, nil
	case '"':
		return unquote(raw), nil
	default:
		return json.Number(raw), nil
	}
}

// text reads a value that must be a text.
func (d *reader) text(path string) (string, error) {
	if d.in.PeekKind() != '"' {
		return "", d.wrong(path, "a text")
	}
	raw, err := d.in.ReadValue()
	if err != nil {
		return "", d.explain(err)
	}
	return unquote(raw), nil
}

// null says whether the next value is null.
func (d *reader) null() bool { return d.in.PeekKind() == 'n' }

func (d *reader) skip() error { return d.explain(d.in.SkipValue()) }

// name is the text of a member's name: for one that came before, that one's.
func (d *reader) name(raw jsontext.Value) string {
	if bytes.IndexByte(raw, '\\') >= 0 {
		return unquote(raw)
	}
	raw = raw[1 : len(raw)-1]
	if known, ok := d.names[string(raw)]; ok {
		return known
	}
	name := string(raw)
	if len(name) <= maxName && len(d.names) < maxNames {
		d.names[name] = name
	}
	return name
}

// unquote is the text of a JSON string that the decoder found to be one.
func unquote(raw jsontext.Value) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	text, _ := jsontext.AppendUnquote(nil, raw)
	return string(text)
}

// wrong says that the next value is not what it should be, or why it cannot be read at all.
func (d *reader) wrong(path, want string) error {
	got := map[jsontext.Kind]string{'n': "null", 't': "a boolean", 'f': "a boolean", '"': "a text", '0': "a number", '{': "an object", '[': "a list"}[d.in.PeekKind()]
	if got == "" {
		_, err := d.in.ReadToken()
		return d.explain(err)
	}
	if path == "" {
		return hub.Invalid("", "the body must be %s, not %s", want, got)
	}
	return hub.Invalid(path, "%s must be %s, not %s", path, want, got)
}

// explain turns an error of the decoder into one that says where the body is at fault.
func (d *reader) explain(err error) error {
	if err == nil {
		return nil
	}
	if d.body.Len() == 0 {
		return hub.Invalid("", "the body is empty; send one CloudEvent in JSON")
	}
	var e *jsontext.SyntacticError
	switch {
	case !errors.As(err, &e), errors.Is(err, io.ErrUnexpectedEOF):
		return d.at(int64(d.body.Len()), "the JSON ends too early")
	case errors.Is(err, jsontext.ErrDuplicateName):
		return d.at(e.ByteOffset, "a name stands twice in one object")
	default:
		return d.at(e.ByteOffset, "this is not JSON: "+e.Err.Error())
	}
}

// at makes an error of a place in the body.
func (d *reader) at(offset int64, what string) error {
	text := d.body.Bytes()
	text = text[:min(int(offset), len(text))]
	line := 1 + bytes.Count(text, []byte{'\n'})
	column := len(text) - bytes.LastIndexByte(text, '\n')
	return &hub.Error{Code: hub.CodeInvalid, Message: fmt.Sprintf("line %d, column %d (byte %d): %s", line, column, offset, what)}
}
