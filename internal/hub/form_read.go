package hub

import (
	"bytes"
	"encoding/json"
	"slices"
)

// object is a JSON object with the order of its names.
type object struct {
	names []string
	value map[string]json.RawMessage
}

// readObject reads an object; anything else has no names.
func readObject(raw json.RawMessage) object {
	o := object{value: map[string]json.RawMessage{}}
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return o
	}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		var value json.RawMessage
		if err != nil || !ok || d.Decode(&value) != nil {
			return o
		}
		o.set(name, value)
	}
	return o
}

func (o *object) set(name string, value json.RawMessage) {
	if _, ok := o.value[name]; !ok {
		o.names = append(o.names, name)
	}
	o.value[name] = value
}

func (o object) text(name string) (s string) {
	_ = json.Unmarshal(o.value[name], &s) // what is no text is none
	return s
}

func (o object) is(name string) (is bool) {
	_ = json.Unmarshal(o.value[name], &is)
	return is
}

func (o object) number(name string) (n *float64) {
	_ = json.Unmarshal(o.value[name], &n)
	return n
}

// count reads the first of some names that has a whole number.
func (o object) count(names ...string) *int {
	for _, name := range names {
		var n *float64 // JSON Schema allows 2.0
		if json.Unmarshal(o.value[name], &n) == nil && n != nil {
			i := int(*n)
			return &i
		}
	}
	return nil
}

// labels reads a text in several languages, or one in English.
func (o object) labels(name string) Labels {
	var l Labels
	if json.Unmarshal(o.value[name], &l) == nil {
		return l
	}
	if s := o.text(name); s != "" {
		return Labels{"en": s}
	}
	return nil
}

// kind is the type of a schema, without null; empty if it has several or none.
func (o object) kind() string {
	kinds := readStrings(o.value["type"])
	if one := o.text("type"); one != "" {
		kinds = []string{one}
	}
	if kinds = slices.DeleteFunc(kinds, func(k string) bool { return k == "null" }); len(kinds) == 1 {
		return kinds[0]
	}
	if _, ok := o.value["properties"]; ok && len(kinds) == 0 {
		return "object"
	}
	return ""
}

func readList(raw json.RawMessage) (list []json.RawMessage) {
	_ = json.Unmarshal(raw, &list)
	return list
}

func readStrings(raw json.RawMessage) (list []string) {
	_ = json.Unmarshal(raw, &list)
	return list
}
