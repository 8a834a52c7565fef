package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/recado-hub/recado/internal/hub"
)

// WithFile is With what a file declares: {"fields": {"work_order_task": [{"key": "x_line", "type": "TEXT", "title": {"en":
// "Line"}}]}}. Without the file it is the catalogue itself. The error begins with the file's name and has the path in it.
func (c *Catalog) WithFile(name string) (*Catalog, error) {
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	b, err := io.ReadAll(io.LimitReader(file, MaxCustomFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(b) > MaxCustomFile {
		return nil, fmt.Errorf("%s: it is larger than %d KiB", name, MaxCustomFile>>10)
	}
	custom, err := readCustom(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	out, err := c.With(custom)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

// customFile is what a tenant writes.
type customFile struct {
	Fields map[string][]Field `json:"fields"`
}

// readCustom reads a file that it has judged: as text first, since what stands twice would be lost without a word, then by what belongs where.
func readCustom(b []byte) (map[string][]Field, error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(b))
	switch kind := d.PeekKind(); {
	case len(bytes.TrimSpace(b)) == 0:
		return nil, errors.New(`it is empty; write {"fields": {}} into it, or take the file away`)
	case kind != jsontext.KindBeginObject && kind != jsontext.KindInvalid:
		return nil, fmt.Errorf(`line %d: it is %s, and must be an object: {"fields": {…}}`, lineOf(b, d.InputOffset()), kindNames[kind])
	}
	if err := d.SkipValue(); err != nil {
		return nil, sayText(b, err)
	}
	if d.PeekKind() != jsontext.KindInvalid || len(bytes.TrimSpace(b[d.InputOffset():])) > 0 {
		return nil, fmt.Errorf("line %d: there is something after the end of the object; remove it", lineOf(b, d.InputOffset()))
	}
	var wrong *json.SemanticError
	if err := json.Unmarshal(b, new(customFile), json.RejectUnknownMembers(true)); errors.As(err, &wrong) {
		return nil, sayMeaning(b, wrong)
	}
	var file customFile
	return file.Fields, strict(b, &file) // which keeps numbers as they were written
}

// sayText says where the text is no JSON, or has something twice.
func sayText(b []byte, err error) error {
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return errors.New("it ends too early; close what was opened")
	}
	where := place(b, syntax.ByteOffset, syntax.JSONPointer)
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return fmt.Errorf("%s: %q stands twice in one object; remove one, or make one of both", where, hub.Clip(syntax.JSONPointer.LastToken(), 60))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: it ends too early; close what was opened", where)
	}
	return fmt.Errorf("%s: this is no JSON; look for a comma or a quotation mark that is missing or too many", where)
}

// sayMeaning says what does not belong where it stands.
func sayMeaning(b []byte, wrong *json.SemanticError) error {
	where := place(b, wrong.ByteOffset, wrong.JSONPointer)
	want := wanted(wrong.GoType)
	switch {
	case errors.Is(wrong.Err, json.ErrUnknownName):
		return fmt.Errorf("%s: there is no property %q; remove it, or write it as the guide does", where, hub.Clip(wrong.JSONPointer.LastToken(), 60))
	case want == "" || want == kindNames[wrong.JSONKind]:
		return fmt.Errorf("%s: this value cannot be read", where)
	}
	return fmt.Errorf("%s: it is %s, and must be %s", where, kindNames[wrong.JSONKind], want)
}

var kindNames = map[jsontext.Kind]string{jsontext.KindNull: "null", jsontext.KindTrue: "true or false", jsontext.KindFalse: "true or false", jsontext.KindString: "a text",
	jsontext.KindNumber: "a number", jsontext.KindBeginObject: "an object", jsontext.KindBeginArray: "a list"}

// wanted is what a place takes, in the words of kindNames; empty if that is not known.
func wanted(t reflect.Type) string {
	if t == nil {
		return ""
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice:
		return "a list"
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a number"
	}
	return ""
}

// place is the line, and the path if there is one.
func place(b []byte, offset int64, at jsontext.Pointer) string {
	where := fmt.Sprintf("line %d", lineOf(b, offset))
	var path []any
	for _, token := range slices.Collect(at.Tokens()) {
		path = append(path, hub.Clip(token, 60))
	}
	if len(path) > 0 {
		where += ": " + hub.Path(path...)
	}
	return where
}

// lineOf is the number of the line of an offset, or of the value that begins after it.
func lineOf(b []byte, offset int64) int {
	at := min(int(offset), len(b))
	if value := bytes.TrimLeft(b[at:], " \t\r\n"); len(value) > 0 {
		at = len(b) - len(value)
	}
	return 1 + bytes.Count(b[:at], []byte{'\n'})
}
