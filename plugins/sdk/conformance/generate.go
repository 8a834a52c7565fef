package conformance

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/recado-hub/recado/plugins/sdk"
)

// object is what of a JSON Schema is needed to make an example. What else it asks for, validation finds.
type object struct {
	Properties map[string]property `json:"properties"`
	Required   []string            `json:"required"`
}

type property struct {
	Type      any             `json:"type"`
	Format    string          `json:"format"`
	Pattern   string          `json:"pattern"`
	Const     json.RawMessage `json:"const"`
	Default   json.RawMessage `json:"default"`
	Examples  []any           `json:"examples"`
	Enum      []any           `json:"enum"`
	MinLength int             `json:"minLength"`
	MinItems  int             `json:"minItems"`
	Minimum   *float64        `json:"minimum"`
	WriteOnly bool            `json:"writeOnly"`
	Items     json.RawMessage `json:"items"`
	// Destination of secrets: the suite never sends to a real one by itself.
	Destination bool `json:"x-recado-secret-destination"`
}

// exampleObject makes an object that fits a schema: what is given, and for the rest of what is required an example. Where it does not
// fit, the error names the place and asks for it.
func exampleObject(schema json.RawMessage, at string, given map[string]any, words *strings.Replacer) (map[string]any, error) {
	all := map[string]any{}
	for name, value := range given {
		if value = replaced(value, words); value != nil {
			all[name] = value
		}
	}
	var o object
	if len(schema) == 0 {
		return all, nil
	}
	if err := json.Unmarshal(schema, &o); err != nil {
		return nil, fmt.Errorf("%s: its JSON Schema cannot be read: see describe/schemas", at)
	}
	compiled, err := compile(schema)
	if err != nil {
		return nil, fmt.Errorf("%s: its JSON Schema does not compile: see describe/schemas", at)
	}
	missing := o.needed()
	for range 10 { // what is required may depend on what is there
		for _, name := range missing {
			if _, ok := given[name]; ok || all[name] != nil {
				continue
			}
			value, err := exampleValue(schema, name, o.Properties[name], words)
			if err != nil {
				return nil, fmt.Errorf("%s.%s: %w: say one in the configuration", at, name, err)
			}
			all[name] = value
		}
		err := compiled.Validate(normal(all))
		if err == nil {
			return all, nil
		}
		if missing = missingIn(err); len(missing) == 0 {
			return nil, fmt.Errorf("%s: the example does not fit the JSON Schema; say better ones in the configuration: %s", at, oneLine(err))
		}
	}
	return nil, fmt.Errorf("%s: no example can be made from the JSON Schema: say one in the configuration", at)
}

// missingIn are the properties of the object that a validation asks for.
func missingIn(err error) (names []string) {
	var v *jsonschema.ValidationError
	if !errors.As(err, &v) {
		return nil
	}
	if r, ok := v.ErrorKind.(*kind.Required); ok && len(v.InstanceLocation) == 0 {
		names = append(names, r.Missing...)
	}
	for _, cause := range v.Causes {
		names = append(names, missingIn(cause)...)
	}
	return names
}

// oneLine is a validator's error without its first line, which names no place.
func oneLine(err error) string {
	_, rest, ok := strings.Cut(err.Error(), "\n")
	if !ok {
		return err.Error()
	}
	return strings.TrimPrefix(strings.ReplaceAll(rest, "\n", "; "), "- ")
}

// needed are the properties that an example has: those required, and those that decide where secrets go.
func (o *object) needed() []string {
	names := slices.Clone(o.Required)
	for _, name := range slices.Sorted(maps.Keys(o.Properties)) {
		if o.Properties[name].Destination && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// exampleValue is the first candidate that the property's schema takes.
func exampleValue(schema json.RawMessage, name string, p property, words *strings.Replacer) (any, error) {
	var whole struct {
		Properties map[string]json.RawMessage `json:"properties"`
		Defs       json.RawMessage            `json:"$defs"`
	}
	_ = json.Unmarshal(schema, &whole)
	one, err := json.Marshal(map[string]any{
		"type": "object", "properties": map[string]json.RawMessage{"x": cmpRaw(whole.Properties[name])}, "$defs": cmpRaw(whole.Defs),
	})
	if err != nil {
		return nil, err
	}
	compiled, err := compile(one)
	if err != nil {
		return nil, fmt.Errorf("its JSON Schema does not compile: %w", err)
	}
	for _, value := range candidates(name, p) {
		value = normal(replaced(value, words))
		if compiled.Validate(map[string]any{"x": value}) == nil {
			return value, nil
		}
	}
	return nil, fmt.Errorf("no example can be made from its JSON Schema (give it examples or a default)")
}

func cmpRaw(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("{}")
	}
	return raw
}

// normal is a value as the validator wants it.
func normal(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		return value
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		return value
	}
	return v
}

// candidates are what a value might be, what the author says first.
func candidates(name string, p property) []any {
	var all []any
	if p.Destination {
		all = append(all, "{provider}")
	}
	for _, raw := range []json.RawMessage{p.Const, p.Default} {
		if len(raw) > 0 {
			all = append(all, raw)
		}
	}
	all = append(all, p.Examples...)
	all = append(all, p.Enum...)
	if p.WriteOnly { // something that is found wherever it turns up
		return append(all, secretText(p.MinLength), "sk_"+rand.Text())
	}
	all = append(all, byFormat[p.Format]...)
	lower := strings.ToLower(name)
	if p.Format == "" && (strings.Contains(lower, "url") || strings.Contains(lower, "endpoint")) {
		all = append(all, "{provider}")
	}
	if strings.Contains(lower, "dir") || strings.Contains(lower, "folder") {
		all = append(all, "{dir}")
	}
	if strings.Contains(lower, "path") || strings.Contains(lower, "file") {
		all = append(all, "{dir}/messages")
	}
	minimum := 1.0
	if p.Minimum != nil {
		minimum = *p.Minimum
	}
	pad := strings.Repeat("x", max(0, p.MinLength-len("example")))
	return append(all, "example"+pad, "example", "1", "1234567890", "+351912345678", "person@example.com", "https://example.com", "AB12", "a", "A",
		minimum, true, []any{}, []any{"example"}, map[string]any{}, nil)
}

// byFormat are values by the formats of JSON Schema.
var byFormat = map[string][]any{
	"uri":           {"{provider}"},
	"url":           {"{provider}"},
	"uri-reference": {"/"},
	"email":         {"person@example.com"},
	"hostname":      {"localhost"},
	"ipv4":          {"127.0.0.1"},
	"ipv6":          {"::1"},
	"date":          {"2026-12-01"},
	"time":          {"12:00:00Z"},
	"date-time":     {"2026-12-01T12:00:00Z"},
	"duration":      {"PT1M"},
	"uuid":          {"5b0f1f0e-6f0c-4b8c-9a35-d2a5b0a4d7e3"},
}

func secretText(least int) string {
	text := strings.ToLower(rand.Text())
	for len(text) < least {
		text += text
	}
	return text
}

// replaced fills the words in braces into all strings of a value.
func replaced(value any, words *strings.Replacer) any {
	switch v := value.(type) {
	case string:
		return words.Replace(v)
	case json.RawMessage:
		var any any
		_ = json.Unmarshal(v, &any)
		return replaced(any, words)
	case json.Number:
		return v
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = replaced(v[i], words)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, one := range v {
			m[k] = replaced(one, words)
		}
		return m
	}
	return value
}

// delivery makes deliveries of the file's action, or of the first one of the description.
func (f *File) delivery(d *sdk.Description, words *strings.Replacer) (func(int) sdk.Delivery, error) {
	say := f.Delivery
	if say == nil {
		say = &FileDelivery{}
	}
	action, err := actionOf(d, sdk.RoleDestination, say.Action, "delivery.action")
	if err != nil {
		return nil, err
	}
	parameters, err := exampleObject(action.Parameters.JSON, "delivery.parameters", say.Parameters, words)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(parameters)
	if err != nil {
		return nil, err
	}
	recipient := cmp.Or(say.Recipient, map[string]string{sdk.FormatE164: "+35191{n}", sdk.FormatEmail: "person{n}@example.com"}[action.Recipient.Format], "person {n}")
	values := say.values(action.Values)
	return func(n int) sdk.Delivery {
		number := strings.NewReplacer("{n}", fmt.Sprintf("%07d", n))
		list := slices.Clone(values)
		for i := range list {
			list[i].Text = number.Replace(words.Replace(list[i].Text))
		}
		return sdk.Delivery{
			Action: action.Key, Parameters: raw, Recipient: number.Replace(words.Replace(recipient)), Values: list, Language: cmp.Or(say.Language, "en"),
			FlowID: "flw_suite",
		}
	}, nil
}

func actionOf(d *sdk.Description, role sdk.Role, key, at string) (sdk.Action, error) {
	for _, a := range d.Actions {
		if (key == "" || a.Key == key) && (a.Role == role || a.Role == "" && role == sdk.RoleDestination) {
			return a, nil
		}
	}
	if key == "" {
		return sdk.Action{}, fmt.Errorf("%s: the connector declares no action for the role %s", at, role)
	}
	return sdk.Action{}, fmt.Errorf("%s: the connector declares no action %q for the role %s", at, key, role)
}

// values are those of the file, or as many as the action needs, at least one if it takes any.
func (f *FileDelivery) values(spec sdk.ValuesSpec) (list []sdk.Value) {
	for i, text := range f.Values {
		list = append(list, sdk.Value{Position: i + 1, Text: text})
	}
	for _, name := range slices.Sorted(maps.Keys(f.Named)) {
		list = append(list, sdk.Value{Name: name, Text: f.Named[name]})
	}
	if len(list) > 0 {
		return list
	}
	for i := range min(max(spec.Min, 1), spec.Max) {
		v := sdk.Value{Text: "Value"}
		if spec.MaxLength >= 20 {
			v.Text = fmt.Sprintf("Value %d of {n}", i+1)
		}
		if spec.Positional {
			v.Position = i + 1
		} else {
			v.Name = fmt.Sprintf("value_%d", i+1)
		}
		list = append(list, v)
	}
	return list
}

func (f *File) queries(d *sdk.Description, words *strings.Replacer) (list []sdk.Query, err error) {
	uses := f.Queries
	if len(uses) == 0 {
		uses = []FileQuery{{}}
	}
	for i, q := range uses {
		at := fmt.Sprintf("queries[%d]", i)
		action, err := actionOf(d, sdk.RoleSource, q.Action, at+".action")
		if err != nil {
			return nil, err
		}
		parameters, err := exampleObject(action.Parameters.JSON, at+".parameters", q.Parameters, words)
		if err != nil {
			return nil, err
		}
		raw, err := json.Marshal(parameters)
		if err != nil {
			return nil, err
		}
		list = append(list, sdk.Query{Action: action.Key, Parameters: raw, PageSize: cmp.Or(q.PageSize, 2)})
	}
	return list, nil
}
