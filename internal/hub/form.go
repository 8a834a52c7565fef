package hub

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
)

// Form is a JSON Schema of an object as a screen draws it.
type Form struct {
	Groups []FormGroup
	Fields []FormField
}

// FormGroup is a part of a form.
type FormGroup struct {
	Key   string
	Title Labels
	Help  Labels
}

// FormInput is a kind of input.
type FormInput string

// The kinds of inputs.
const (
	InputText     FormInput = "TEXT"
	InputLines    FormInput = "LINES"
	InputSecret   FormInput = "SECRET"
	InputNumber   FormInput = "NUMBER"
	InputInteger  FormInput = "INTEGER"
	InputSwitch   FormInput = "SWITCH"
	InputChoice   FormInput = "CHOICE"
	InputChoices  FormInput = "CHOICES"
	InputEmail    FormInput = "EMAIL"
	InputURL      FormInput = "URL"
	InputDate     FormInput = "DATE"
	InputTime     FormInput = "TIME"
	InputDateTime FormInput = "DATE_TIME"
	InputList     FormInput = "LIST"
	InputObject   FormInput = "OBJECT"
	InputJSON     FormInput = "JSON"
)

// FormField is an input of a form.
type FormField struct {
	Path                                 string // "address.street", "rules[].name"
	Name                                 string
	Title, Help, Placeholder             Labels
	Group                                string
	Input                                FormInput
	Required                             bool
	RequiredWhen, ShownWhen              []FormRule // one of them must hold
	Secret, SecretDestination            bool
	Default, Examples                    json.RawMessage // nil: none
	Options                              []FormOption
	Minimum, Maximum, Above, Below, Step *float64
	MinLength, MaxLength                 *int // characters, or items
	Pattern, Format                      string
}

// FormOption is something that can be chosen.
type FormOption struct {
	Value       json.RawMessage
	Title, Help Labels
}

// FormRule is conditions that hold together.
type FormRule struct{ All []FormCondition }

// FormCondition is a condition on the value of another field. Null among the values is any value.
type FormCondition struct {
	Path   string
	Values []json.RawMessage
	Not    bool
}

// Bounds of a form: schemas may refer to themselves.
const (
	deepestForm  = 6
	longestForm  = 500
	mostOfAGroup = 64 // rules of one field
)

// Form makes the form of a schema. It never fails: what it does not understand of a schema is not in the form, and the schema is held
// against what is given in all the same.
func (s *Schema) Form() *Form {
	b := &formBuilder{labels: s.Labels, form: &Form{}, at: map[string]int{}}
	root := readObject(s.JSON)
	b.root = root
	for _, raw := range readList(root.value["x-recado-groups"]) {
		g := readObject(raw)
		b.form.Groups = append(b.form.Groups, FormGroup{Key: g.text("key"), Title: g.labels("title"), Help: g.labels("help")})
	}
	b.object(root, "", nil, 0)
	return b.form
}

type formBuilder struct {
	root   object
	labels map[string]FieldLabels
	form   *Form
	at     map[string]int // fields by path
}

// object adds the fields of an object. when is when the object makes sense.
func (b *formBuilder) object(o object, prefix string, when []FormRule, depth int) {
	o = b.resolve(o)
	required := readStrings(o.value["required"])
	properties := readObject(o.value["properties"])
	for _, name := range properties.names {
		b.property(readObject(properties.value[name]), prefix, name, slices.Contains(required, name), when, depth)
	}
	for _, name := range required { // of a part that depends on something, it names fields that stand outside of it
		if !slices.Contains(properties.names, name) {
			b.require(prefix+name, when)
		}
	}
	if depth < deepestForm {
		b.conditional(o, prefix, when, depth+1)
	}
}

// property adds a field, with those inside of it. One that is there already is only required or shown in one more case.
func (b *formBuilder) property(p object, prefix, name string, required bool, when []FormRule, depth int) {
	path := prefix + name
	if i, ok := b.at[path]; ok {
		if f := &b.form.Fields[i]; len(f.ShownWhen) > 0 && len(f.ShownWhen)+len(when) <= mostOfAGroup {
			f.ShownWhen = append(f.ShownWhen, when...)
		}
		if required {
			b.require(path, when)
		}
		return
	}
	if len(b.form.Fields) >= longestForm {
		return
	}
	p = b.resolve(p)
	f := b.field(p, path, name, prefix == "")
	f.ShownWhen = append(f.ShownWhen, when...)
	if own := conditionsOf(p.value["x-recado-shown"], prefix); len(own) > 0 {
		f.ShownWhen = both(f.ShownWhen, []FormRule{{own}})
	}
	if len(when) == 0 {
		f.Required = required
	} else if required {
		f.RequiredWhen = when
	}
	b.at[path] = len(b.form.Fields)
	b.form.Fields = append(b.form.Fields, f)
	if depth >= deepestForm {
		return
	}
	switch f.Input {
	case InputObject:
		b.object(p, path+".", f.ShownWhen, depth+1)
	case InputList:
		items := b.resolve(readObject(p.value["items"]))
		if b.inputOf(items) == InputObject {
			b.object(items, path+"[].", nil, depth+1)
		} else {
			b.property(items, path, "[]", true, nil, depth+1)
		}
	}
}

// require makes a field required in some cases, or in all if when is none.
func (b *formBuilder) require(path string, when []FormRule) {
	i, ok := b.at[path]
	if !ok {
		return
	}
	f := &b.form.Fields[i]
	if len(when) == 0 {
		f.Required = true
	} else if len(f.RequiredWhen)+len(when) <= mostOfAGroup {
		f.RequiredWhen = append(f.RequiredWhen, when...)
	}
}

// field reads what is written of a property itself.
func (b *formBuilder) field(p object, path, name string, top bool) FormField {
	items := b.resolve(readObject(p.value["items"]))
	f := FormField{Path: path, Name: name, Input: b.inputOf(p), Group: p.text("x-recado-group"),
		Secret: p.is("writeOnly"), SecretDestination: p.is("x-recado-secret-destination"),
		Default: p.value["default"], Examples: p.value["examples"], Pattern: p.text("pattern"), Format: p.text("format"),
		Minimum: p.number("minimum"), Maximum: p.number("maximum"), Above: p.number("exclusiveMinimum"), Below: p.number("exclusiveMaximum"), Step: p.number("multipleOf"),
		MinLength: p.count("minLength", "minItems"), MaxLength: p.count("maxLength", "maxItems"),
		Title: p.labels("x-recado-title"), Help: p.labels("x-recado-help"), Placeholder: p.labels("x-recado-placeholder")}
	if name == "[]" {
		f.Name = "item"
	}
	if l, ok := b.labels[name]; ok && top {
		f.Title, f.Help = l.Title, l.Help
	}
	if len(f.Title) == 0 {
		if f.Title = p.labels("title"); len(f.Title) == 0 {
			f.Title = Labels{"en": spokenName(f.Name)}
		}
	}
	if len(f.Help) == 0 {
		f.Help = p.labels("description")
	}
	switch f.Input {
	case InputChoice:
		f.Options = b.options(p)
	case InputChoices:
		f.Options = b.options(items)
	}
	if example := firstText(f.Examples); len(f.Placeholder) == 0 && example != "" && !f.Secret {
		f.Placeholder = Labels{"en": example}
	}
	return f
}

// inputOf is which kind of input a property is.
func (b *formBuilder) inputOf(p object) FormInput {
	if p.is("writeOnly") {
		return InputSecret
	}
	if len(b.options(p)) > 0 {
		return InputChoice
	}
	switch p.kind() {
	case "string":
		return inputOfText(p)
	case "number":
		return InputNumber
	case "integer":
		return InputInteger
	case "boolean":
		return InputSwitch
	case "array":
		if items := b.resolve(readObject(p.value["items"])); len(b.options(items)) > 0 {
			return InputChoices
		} else if len(items.names) > 0 {
			return InputList
		}
	case "object":
		if len(readObject(p.value["properties"]).names) > 0 {
			return InputObject
		}
	}
	return InputJSON
}

func inputOfText(p object) FormInput {
	switch p.text("format") {
	case "email", "idn-email":
		return InputEmail
	case "uri", "iri", "uri-reference":
		return InputURL
	case "date":
		return InputDate
	case "time":
		return InputTime
	case "date-time":
		return InputDateTime
	}
	if p.is("x-recado-lines") || p.text("contentMediaType") != "" {
		return InputLines
	}
	return InputText
}

// options are what a property lets choose from: an enum, or alternatives of one constant each, as JSON Schema writes those with titles.
// What an enum's values are called stands in x-recado-options, by value.
func (b *formBuilder) options(p object) (list []FormOption) {
	named := readObject(p.value["x-recado-options"])
	for _, value := range readList(p.value["enum"]) {
		if string(value) == "null" {
			continue
		}
		text := plainText(value)
		own := readObject(named.value[text])
		o := FormOption{Value: value, Title: own.labels("title"), Help: own.labels("help")}
		if len(o.Title) == 0 {
			if o.Title = named.labels(text); len(o.Title) == 0 || o.Title["en"] == "" && len(own.names) > 0 {
				o.Title = Labels{"en": text}
			}
		}
		list = append(list, o)
	}
	alternatives := append(readList(p.value["oneOf"]), readList(p.value["anyOf"])...)
	for _, raw := range alternatives {
		a := readObject(raw)
		value, ok := a.value["const"]
		if !ok {
			return list
		}
		o := FormOption{Value: value, Title: a.labels("x-recado-title"), Help: a.labels("x-recado-help")}
		if len(o.Title) == 0 {
			if o.Title = a.labels("title"); len(o.Title) == 0 {
				o.Title = Labels{"en": plainText(value)}
			}
		}
		list = append(list, o)
	}
	return list
}

// resolve follows a reference inside of the schema.
func (b *formBuilder) resolve(o object) object {
	for range deepestForm {
		ref, ok := strings.CutPrefix(o.text("$ref"), "#/")
		if !ok {
			break
		}
		to := b.root
		for part := range strings.SplitSeq(ref, "/") {
			to = readObject(to.value[strings.NewReplacer("~1", "/", "~0", "~").Replace(part)])
		}
		for _, name := range o.names { // what stands beside the reference counts, too
			if name != "$ref" {
				to.set(name, o.value[name])
			}
		}
		o = to
	}
	return o
}

// spokenName makes of a name words for people: "phone_number_id" is "Phone number id".
func spokenName(name string) string {
	words := strings.TrimSpace(strings.NewReplacer("_", " ", "-", " ").Replace(name))
	for i, r := range words {
		return words[:i] + string(unicode.ToUpper(r)) + words[i+len(string(r)):]
	}
	return name
}

func firstText(examples json.RawMessage) string {
	list := readList(examples)
	if len(list) == 0 || len(list[0]) == 0 || list[0][0] == '{' || list[0][0] == '[' {
		return ""
	}
	return plainText(list[0])
}

// plainText is a JSON value as people write it.
func plainText(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	return string(bytes.TrimSpace(value))
}
