package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// The codes of the problems that Check finds. They never change.
const (
	ProblemFieldType  hub.ProblemCode = "FIELD_TYPE_WRONG" // a value of another type than the field's
	ProblemFieldValue hub.ProblemCode = "FIELD_VALUE_UNKNOWN"
	ProblemFieldTwice hub.ProblemCode = "FIELD_GIVEN_TWICE" // under its own name and under an alias, with different values
	ProblemNameEmpty  hub.ProblemCode = "RECORD_NAME_EMPTY"
)

// Check says what is wrong with the data of a record of the type: for each field at fault its key as path, what came and
// what is wanted; sorted by path. Nil means that the data can be kept. Fields that the type does not know are not looked
// at. The field that names the record may be left out, since a record has its key beside its data, but if it is there it
// must not be empty.
func (t *RecordType) Check(data hub.Fields) []hub.Problem {
	var problems []hub.Problem
	for key, v := range data {
		f := t.byKey[key]
		if f == nil || t.fits(f, v) {
			continue
		}
		problems = append(problems, t.explain(f, v)...)
	}
	for _, f := range t.aliases {
		if t.contradicts(f, data) {
			problems = append(problems, hub.Problem{Code: ProblemFieldTwice, Path: f.Key,
				Message:  fmt.Sprintf("%s is another name of %s, and the two came with different values", f.Key, f.Alias),
				NextStep: "send only " + f.Alias})
		}
	}
	slices.SortFunc(problems, func(a, b hub.Problem) int { return cmp.Compare(a.Path, b.Path) })
	return problems
}

func (t *RecordType) fits(f *Field, v any) bool {
	switch {
	case f.Key == t.NameField && (v == nil || v == ""):
		return false
	case v == nil:
		return true
	case f.Type == Reference:
		return false // it is read from another field; a value here would never be seen
	}
	return f.Accepts(v)
}

func (t *RecordType) contradicts(alias *Field, data hub.Fields) bool {
	a, b := data[alias.Key], data[alias.Alias]
	if a == nil || b == nil {
		return false
	}
	x, okX := text(a)
	y, okY := text(b)
	return okX && okY && x != y
}

// Accepts says whether a value other than null fits the type of the field: what a record may hold in it, or what a term may
// compare it with. A REFERENCE is compared with the name of a record.
func (f *Field) Accepts(v any) bool {
	switch f.Type {
	case Text, Reference:
		if _, ok := v.(string); ok {
			return true
		}
		_, ok := wholeNumber(v)
		return ok
	case Integer:
		_, ok := wholeNumber(v)
		return ok
	case Number:
		return finiteNumber(v)
	case Boolean:
		_, ok := v.(bool)
		return ok
	case Timestamp:
		s, ok := v.(string)
		if !ok {
			return false
		}
		_, err := ParseTime(s)
		return err == nil
	case Enum:
		return f.acceptsEnum(v)
	case List:
		if _, ok := v.([]any); ok {
			return true
		}
		_, ok := v.(string)
		return ok && f.Items == Text // one element, sent without its list
	case Object:
		object, ok := v.(map[string]any)
		return ok && f.wrongPart(object) == nil
	case Any:
		return true
	}
	return false
}

// wrongPart finds a field inside an object that does not fit its type; nil if there is none. What the catalogue does not
// know is not looked at.
func (f *Field) wrongPart(object map[string]any) *Field {
	for i := range f.Fields {
		part := &f.Fields[i]
		if v := object[part.Key]; v != nil && !part.Accepts(v) {
			return part
		}
	}
	return nil
}

func (f *Field) acceptsEnum(v any) bool {
	if s, ok := v.(string); ok {
		return f.Open && f.textual() || f.lists(s)
	}
	n, ok := wholeNumber(v)
	return ok && (f.Open && !f.textual() || f.listsNumber(n))
}

// lists and listsNumber keep the value in its own type: in an interface it would be allocated.
func (f *Field) lists(s string) bool {
	for i := range f.Enum {
		if text, ok := f.Enum[i].Value.(string); ok && text == s {
			return true
		}
	}
	return false
}

func (f *Field) listsNumber(n int64) bool {
	for i := range f.Enum {
		if number, ok := f.Enum[i].Value.(int64); ok && number == n {
			return true
		}
	}
	return false
}

// textual says whether the values of an ENUM are text and not numbers.
func (f *Field) textual() bool {
	_, ok := f.Enum[0].Value.(string)
	return ok
}

// Normal is a value that the field accepts, in the form in which records hold it: in a TEXT or REFERENCE field a whole
// number becomes its digits, a TIMESTAMP becomes RFC 3339 in UTC, a text alone becomes a LIST of one, and an OBJECT has its
// parts in their forms. Any other value stays as it is; the value given is never altered.
func (f *Field) Normal(v any) any {
	out, _ := f.normal(v)
	return out
}

// normal is Normal that says whether it changed anything.
func (f *Field) normal(v any) (out any, changed bool) {
	s, isText := v.(string)
	switch f.Type {
	case Text, Reference:
		if isText {
			return v, false
		}
		digits, ok := text(v)
		if !ok {
			return v, false
		}
		return digits, true
	case Timestamp:
		if !isText {
			return v, false
		}
		if moment := utc(s); moment != s {
			return moment, true
		}
	case List:
		if isText && f.Items == Text {
			return []any{s}, true
		}
	case Object:
		if object, ok := v.(map[string]any); ok {
			return f.normalParts(object)
		}
	}
	return v, false
}

func (f *Field) normalParts(object map[string]any) (any, bool) {
	out, changed := object, false
	for i := range f.Fields {
		part := &f.Fields[i]
		v, is := part.normal(object[part.Key])
		if !is {
			continue
		}
		if !changed {
			out, changed = maps.Clone(object), true
		}
		out[part.Key] = v
	}
	return out, changed
}

// Normal is data that passed Check, in the form in which records hold it: values by [Field.Normal], and what came under an
// alias under its field's own name. If nothing changes it is the same map, else a new one; the one given is never altered.
func (t *RecordType) Normal(data hub.Fields) (out hub.Fields, changed bool) {
	out, copied := data, false
	for key, v := range data {
		f := t.byKey[key]
		if f == nil {
			continue
		}
		normal, changed := f.normal(v)
		if !changed && f.target == nil {
			continue
		}
		if !copied {
			out, copied = maps.Clone(data), true
		}
		if f.target == nil {
			out[key] = normal
			continue
		}
		delete(out, key)
		if v != nil && data[f.Alias] == nil {
			out[f.Alias] = normal
		}
	}
	return out, copied
}

// NameOf is the name that the data gives its record; empty if it gives none.
func (t *RecordType) NameOf(data hub.Fields) string { return t.textOf(data, t.NameField) }

// SubjectOf is what the data says that its record belongs to, such as the folio of a task's work order; empty if it says
// nothing.
func (t *RecordType) SubjectOf(data hub.Fields) string { return t.textOf(data, t.SubjectField) }

func (t *RecordType) textOf(data hub.Fields, key string) string {
	if key == "" {
		return ""
	}
	s, _ := text(data[key])
	return s
}

func (t *RecordType) explain(f *Field, v any) []hub.Problem {
	p := hub.Problem{Code: ProblemFieldType, Path: f.Key, NextStep: leaveOut}
	switch {
	case f.Key == t.NameField && (v == nil || v == ""):
		p.Code = ProblemNameEmpty
		p.NextStep = "send the name, or leave the field out: the key of the record stands for it"
		p.Message = fmt.Sprintf("%s is %s, but it names the %s and cannot be empty", f.Key, describe(v), t.Title["en"])
		return []hub.Problem{p}
	case f.Type == Reference:
		p.NextStep = fmt.Sprintf("leave it out and send %s", f.By)
		p.Message = fmt.Sprintf("%s is %s, but it takes no value: it is found through %s", f.Key, describe(v), f.By)
		return []hub.Problem{p}
	}
	return f.explain("", v)
}

const leaveOut = "send null or leave it out if it is not known"

// explain says what is wrong with a value of the field; within is the path of the object that it is in.
func (f *Field) explain(within string, v any) (problems []hub.Problem) {
	path := f.Key
	if within != "" {
		path = within + "." + f.Key
	}
	if object, ok := v.(map[string]any); ok && f.Type == Object {
		for i := range f.Fields {
			if part := &f.Fields[i]; object[part.Key] != nil && !part.Accepts(object[part.Key]) {
				problems = append(problems, part.explain(path, object[part.Key])...)
			}
		}
		return problems
	}
	p := hub.Problem{Code: ProblemFieldType, Path: path, NextStep: leaveOut,
		Message: fmt.Sprintf("%s is %s, but must be %s", path, describe(v), f.wanted())}
	if f.Type == Enum && f.sameKind(v) {
		p.Code = ProblemFieldValue
	}
	return []hub.Problem{p}
}

// sameKind says whether a value is of the kind of an ENUM's values, so that only the value itself is wrong.
func (f *Field) sameKind(v any) bool {
	if _, ok := v.(string); ok {
		return f.textual()
	}
	_, ok := wholeNumber(v)
	return ok && !f.textual()
}

func (f *Field) wanted() string {
	switch f.Type {
	case Text:
		return "text or a whole number"
	case Reference:
		return "the name of a record: text or a whole number"
	case Integer:
		return "a whole number of at most 64 bits"
	case Number:
		return "a number"
	case Boolean:
		return "true or false"
	case Timestamp:
		return "a timestamp with its offset, such as 2026-09-17T14:00:34+00:00 or 2026-09-17T11:00:34-03, or a date such as 2026-09-17"
	case List:
		return "a list"
	case Object:
		return "an object with the fields " + f.parts()
	}
	switch {
	case f.Open && f.textual():
		return "text, such as " + f.listed()
	case f.Open:
		return "a whole number, such as " + f.listed()
	case f.textual():
		return "one of the texts " + f.listed()
	}
	return "one of the numbers " + f.listed()
}

func (f *Field) parts() string {
	keys := make([]string, len(f.Fields))
	for i := range f.Fields {
		keys[i] = f.Fields[i].Key
	}
	return strings.Join(keys, ", ")
}

func (f *Field) listed() string {
	values := make([]string, len(f.Enum))
	for i, v := range f.Enum {
		values[i] = fmt.Sprint(v.Value)
	}
	return strings.Join(values, ", ")
}

// describe says what came, short enough for a message.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("the text %q", hub.Clip(v, 60))
	case bool:
		return fmt.Sprint(v)
	case []any:
		return "a list"
	case map[string]any, hub.Fields:
		return "an object"
	}
	return "the number " + hub.Clip(fmt.Sprint(v), 60)
}
