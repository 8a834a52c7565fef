package hub

import (
	"encoding/json"
	"slices"
	"strings"
)

// conditional adds what of an object depends on the values of its fields: if, then and else, dependentRequired, dependentSchemas, and the
// alternatives of oneOf or anyOf that a constant tells apart. Where a condition is more than a form can say, what hangs on it is shown
// always and required never: the schema judges what is given in.
func (b *formBuilder) conditional(o object, prefix string, when []FormRule, depth int) {
	if raw, ok := o.value["if"]; ok {
		then, otherwise := []FormRule(nil), []FormRule(nil)
		conditions, clear := b.conditions(readObject(raw), prefix)
		if clear {
			then, otherwise = []FormRule{{conditions}}, negated(conditions)
		}
		b.part(o.value["then"], prefix, both(when, then), clear, depth)
		b.part(o.value["else"], prefix, both(when, otherwise), clear, depth)
	}
	for _, raw := range readList(o.value["allOf"]) {
		b.part(raw, prefix, when, true, depth)
	}
	dependent := readObject(o.value["dependentRequired"])
	for _, name := range dependent.names {
		for _, other := range readStrings(dependent.value[name]) {
			b.require(prefix+other, both(when, given(prefix+name)))
		}
	}
	dependent = readObject(o.value["dependentSchemas"])
	for _, name := range dependent.names {
		b.part(dependent.value[name], prefix, both(when, given(prefix+name)), true, depth)
	}
	for _, keyword := range []string{"oneOf", "anyOf"} {
		b.alternatives(readList(o.value[keyword]), prefix, when, depth)
	}
}

// part adds a part of an object. If it is not clear when it holds, nothing of it is required.
func (b *formBuilder) part(raw json.RawMessage, prefix string, when []FormRule, clear bool, depth int) {
	o := readObject(raw)
	if len(o.names) == 0 || depth > deepestForm {
		return
	}
	if !clear {
		o.set("required", json.RawMessage("[]"))
	}
	b.object(o, prefix, when, depth)
}

// alternatives adds the parts of which one must hold, if each has fields with one constant value, by which they are told apart.
func (b *formBuilder) alternatives(list []json.RawMessage, prefix string, when []FormRule, depth int) {
	for _, raw := range list {
		o := b.resolve(readObject(raw))
		properties := readObject(o.value["properties"])
		var told []FormCondition
		for _, name := range properties.names {
			if value, ok := readObject(properties.value[name]).value["const"]; ok {
				told = append(told, FormCondition{Path: prefix + name, Values: []json.RawMessage{value}})
			}
		}
		if len(told) == 0 {
			b.part(raw, prefix, when, false, depth)
			continue
		}
		required := readStrings(o.value["required"])
		for _, c := range told {
			b.choice(c, strings.TrimPrefix(c.Path, prefix), prefix, slices.Contains(required, strings.TrimPrefix(c.Path, prefix)), when, depth)
		}
		own := object{value: map[string]json.RawMessage{}}
		for _, name := range o.names {
			own.set(name, o.value[name])
		}
		names := slices.DeleteFunc(required, func(name string) bool {
			return slices.ContainsFunc(told, func(c FormCondition) bool { return c.Path == prefix+name })
		})
		own.set("required", mustJSON(names))
		b.object(own, prefix, both(when, []FormRule{{told}}), depth)
	}
}

// choice adds the field by which alternatives are told apart, and one of its values to what can be chosen.
func (b *formBuilder) choice(c FormCondition, name, prefix string, required bool, when []FormRule, depth int) {
	if _, ok := b.at[c.Path]; !ok {
		b.property(object{}, prefix, name, required, when, depth)
	}
	i, ok := b.at[c.Path]
	if !ok { // the form is long enough
		return
	}
	f := &b.form.Fields[i]
	if !slices.ContainsFunc(f.Options, func(o FormOption) bool { return string(o.Value) == string(c.Values[0]) }) {
		f.Input = InputChoice
		f.Options = append(f.Options, FormOption{Value: c.Values[0], Title: Labels{"en": plainText(c.Values[0])}})
	}
}

// conditions reads what an object must be like: fields that have one of some values, or that are there. clear is false if it says more.
func (b *formBuilder) conditions(o object, prefix string) (list []FormCondition, clear bool) {
	properties := readObject(o.value["properties"])
	for _, keyword := range o.names {
		switch keyword {
		case "properties", "required", "type":
		case "not":
			if len(o.names) > 1 {
				return nil, false
			}
			inner, clear := b.conditions(readObject(o.value["not"]), prefix)
			if !clear || len(inner) != 1 {
				return nil, false
			}
			inner[0].Not = !inner[0].Not
			return inner, true
		default:
			return nil, false
		}
	}
	for _, name := range properties.names {
		p := readObject(properties.value[name])
		values := readList(p.value["enum"])
		if value, ok := p.value["const"]; ok {
			values = []json.RawMessage{value}
		}
		if len(values) == 0 {
			return nil, false
		}
		list = append(list, FormCondition{Path: prefix + name, Values: values})
	}
	for _, name := range readStrings(o.value["required"]) {
		if !slices.Contains(properties.names, name) {
			list = append(list, FormCondition{Path: prefix + name, Values: []json.RawMessage{anyValue}})
		}
	}
	return list, len(list) > 0
}

// anyValue stands for any value of a field that is filled in.
var anyValue = json.RawMessage("null")

func given(path string) []FormRule {
	return []FormRule{{[]FormCondition{{Path: path, Values: []json.RawMessage{anyValue}}}}}
}

// conditionsOf reads x-recado-shown: the values of other fields, by their names, with which a field makes sense.
func conditionsOf(raw json.RawMessage, prefix string) (list []FormCondition) {
	o := readObject(raw)
	for _, name := range o.names {
		values := readList(o.value[name])
		if len(values) == 0 {
			values = []json.RawMessage{o.value[name]}
		}
		list = append(list, FormCondition{Path: prefix + name, Values: values})
	}
	return list
}

// negated is when not all of some conditions hold.
func negated(all []FormCondition) []FormRule {
	rules := make([]FormRule, len(all))
	for i, c := range all {
		c.Not = !c.Not
		rules[i] = FormRule{[]FormCondition{c}}
	}
	return rules
}

// both is when one of each of two lists of rules holds. No rules hold always.
func both(a, b []FormRule) []FormRule {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	var list []FormRule
	for _, x := range a {
		for _, y := range b {
			if len(list) < mostOfAGroup {
				list = append(list, FormRule{slices.Concat(x.All, y.All)})
			}
		}
	}
	return list
}
