package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Limits of an expression when it is compiled.
const (
	MaxExpression = 8 << 10 // bytes of JSON
	MaxDepth      = 20      // operators and lists inside one another
	MaxNodes      = 500     // JSON values
)

// Limits of an expression when it runs, and of what comes out of it.
const (
	MaxSteps   = 10_000   // operators run, elements gone through, and KiB of text read
	MaxMemory  = 1 << 20  // bytes of texts and lists made on the way
	MaxLookups = 20       // records looked up
	MaxValue   = 64 << 10 // bytes of a constant, a default or the text of an expression
)

// Lookup is what an expression reads of another record.
type Lookup struct {
	Type  string // of the record
	Field string // path of a field of that type
}

// Records is what a Row may offer beside its fields: to find a record of a type by its key.
type Records interface {
	// Lookup reads a field of a record. A record that does not exist has nothing in its fields.
	Lookup(recordType, key, path string) (value any, ok bool)
}

// Note is a coercion that works for some values only: the mapping is sound, and its author should know.
type Note struct {
	Path    string // where in the list of entries, such as 2.expression.+.0
	Message string // what is read as what, in English
}

// expression is a compiled one. It does not change.
type expression struct {
	run     node
	fact    Fact // of the field that the expression is, if it is nothing but a field
	fields  []string
	lookups []Lookup
	notes   []Note
}

// expressionError says why an expression cannot be compiled, and where in it.
type expressionError struct{ path, message string }

func (e *expressionError) Error() string { return e.path + ": " + e.message }

func compileExpression(text json.RawMessage, o Options) (*expression, error) {
	if len(text) > MaxExpression {
		return nil, &expressionError{"", fmt.Sprintf("the expression has %d bytes and at most %d are allowed", len(text), MaxExpression)}
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	tree, err := readTree(d, "")
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, &expressionError{"", "there is more than one JSON value: give one expression"}
	}
	c := &compiler{o: o}
	root, err := c.compile(tree, place{})
	if err != nil {
		return nil, err
	}
	if c.nodes > MaxNodes {
		return nil, &expressionError{"", fmt.Sprintf("the expression has %d parts and at most %d are allowed", c.nodes, MaxNodes)}
	}
	return &expression{run: root.run, fact: root.fact, fields: c.fields, lookups: c.lookups, notes: c.notes}, nil
}

// object is a JSON object with its members in order.
type object struct {
	keys   []string
	values []any
}

// readTree reads one JSON value. A key that is there twice would hide one of its values, so it is refused. The depth of
// JSON is bounded by the bytes of an expression.
func readTree(d *json.Decoder, path string) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, &expressionError{path, "the expression is no valid JSON"}
	}
	switch t {
	case json.Delim('{'):
		return readObject(d, path)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := readTree(d, join(path, strconv.Itoa(len(list))))
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, invalidJSON(path, err)
	}
	return t, nil
}

func readObject(d *json.Decoder, path string) (any, error) {
	o := &object{}
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return nil, &expressionError{path, "the expression is no valid JSON"}
		}
		for _, k := range o.keys {
			if k == key {
				return nil, &expressionError{path, fmt.Sprintf("%q is there twice", clip(key))}
			}
		}
		v, err := readTree(d, join(path, key))
		if err != nil {
			return nil, err
		}
		o.keys, o.values = append(o.keys, key), append(o.values, v)
	}
	_, err := d.Token()
	return o, invalidJSON(path, err)
}

func invalidJSON(path string, err error) error {
	if err != nil {
		return &expressionError{path, "the expression is no valid JSON"}
	}
	return nil
}

func join(path, part string) string {
	if path == "" {
		return clip(part)
	}
	return path + "." + clip(part)
}

// clip shortens what a caller wrote, for a message.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
