// Package contract says what a change of a GraphQL schema takes away from programs that were written against it. It is a room
// of its own since it knows nothing of the hub: two schemas in, sentences out. Pure.
package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Breaks lists what a program that was written against the old schema would miss in the new one, or could not send to it any more, sorted: one
// sentence each, that begins with the place, such as `Flow.paused`. What was added is not among it, nor a new value of an enum or a new
// type in a union: programs have to expect those.
func Breaks(old, now *ast.Schema) []string {
	c := &comparison{}
	for name, was := range old.Types {
		if is := now.Types[name]; is == nil {
			c.say(name, "was removed")
		} else {
			c.definition(was, is)
		}
	}
	for name, was := range old.Directives {
		c.directive(was, now.Directives[name])
	}
	c.root("query", old.Query, now.Query)
	c.root("mutation", old.Mutation, now.Mutation)
	c.root("subscription", old.Subscription, now.Subscription)
	slices.Sort(c.found)
	return c.found
}

type comparison struct{ found []string }

func (c *comparison) say(place, format string, args ...any) {
	c.found = append(c.found, place+" "+fmt.Sprintf(format, args...))
}

func (c *comparison) root(operation string, old, now *ast.Definition) {
	if old != nil && (now == nil || now.Name != old.Name) {
		c.say(old.Name, "is not the type of a %s any more", operation)
	}
}

func (c *comparison) definition(old, now *ast.Definition) {
	if old.Kind != now.Kind {
		c.say(old.Name, "was %s and is %s", kindName(old.Kind), kindName(now.Kind))
		return
	}
	for _, name := range old.Interfaces {
		if !slices.Contains(now.Interfaces, name) {
			c.say(old.Name, "does not implement %s any more", name)
		}
	}
	for _, name := range old.Types {
		if !slices.Contains(now.Types, name) {
			c.say(old.Name, "can not be %s any more", name)
		}
	}
	for _, v := range old.EnumValues {
		if now.EnumValues.ForName(v.Name) == nil {
			c.say(old.Name+"."+v.Name, "was removed")
		}
	}
	if old.Kind == ast.InputObject {
		c.inputs(old, now)
		return
	}
	for _, f := range old.Fields {
		c.field(old.Name+"."+f.Name, f, now.Fields.ForName(f.Name))
	}
}

func kindName(k ast.DefinitionKind) string {
	return strings.ToLower(strings.ReplaceAll(string(k), "_", " "))
}

// field compares a field of an object or an interface.
func (c *comparison) field(place string, old, now *ast.FieldDefinition) {
	if now == nil {
		c.say(place, "was removed")
		return
	}
	if !covers(old.Type, now.Type) {
		c.say(place, "was %s and is %s", old.Type, now.Type)
	}
	c.arguments(place, old.Arguments, now.Arguments)
}

// value is what is put into a schema: an argument, or a field of an input.
type value struct {
	typ     *ast.Type
	initial *ast.Value
}

func (c *comparison) arguments(place string, old, now ast.ArgumentDefinitionList) {
	was, is := map[string]value{}, map[string]value{}
	for _, a := range old {
		was[a.Name] = value{a.Type, a.DefaultValue}
	}
	for _, a := range now {
		is[a.Name] = value{a.Type, a.DefaultValue}
	}
	c.values(func(name string) string { return place + "(" + name + ":)" }, was, is)
}

func (c *comparison) inputs(old, now *ast.Definition) {
	was, is := map[string]value{}, map[string]value{}
	for _, f := range old.Fields {
		was[f.Name] = value{f.Type, f.DefaultValue}
	}
	for _, f := range now.Fields {
		is[f.Name] = value{f.Type, f.DefaultValue}
	}
	c.values(func(name string) string { return old.Name + "." + name }, was, is)
	if old.Directives.ForName("oneOf") == nil && now.Directives.ForName("oneOf") != nil {
		c.say(old.Name, "takes only one of its fields now")
	}
}

// values compares what is put in. A default that changes breaks too: whoever relied on it gets something else, and nobody tells them. One
// where there was none may only write down what has been done all along.
func (c *comparison) values(place func(string) string, old, now map[string]value) {
	for name, was := range old {
		is, there := now[name]
		switch {
		case !there:
			c.say(place(name), "was removed")
		case !covers(is.typ, was.typ):
			c.say(place(name), "was %s and is %s", was.typ, is.typ)
		case was.initial != nil && text(is.initial) != was.initial.String():
			c.say(place(name), "was %s if left out and is %s", was.initial, text(is.initial))
		}
	}
	for name, is := range now {
		if _, there := old[name]; !there && is.typ.NonNull && is.initial == nil {
			c.say(place(name), "is new and has to be given")
		}
	}
}

// text writes a default.
func text(v *ast.Value) string {
	if v == nil {
		return "nothing"
	}
	return v.String()
}

// covers says whether every value of the narrow type is one of the wide type.
func covers(wide, narrow *ast.Type) bool {
	if wide.NonNull && !narrow.NonNull || (wide.Elem == nil) != (narrow.Elem == nil) {
		return false
	}
	if wide.Elem != nil {
		return covers(wide.Elem, narrow.Elem)
	}
	return wide.NamedType == narrow.NamedType
}

// executable are the places where a program writes a directive. What stands on definitions only is the schema's own business.
var executable = []ast.DirectiveLocation{ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField,
	ast.LocationFragmentDefinition, ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition}

func (c *comparison) directive(old, now *ast.DirectiveDefinition) {
	place, used := "@"+old.Name, false
	for _, at := range old.Locations {
		if !slices.Contains(executable, at) {
			continue
		}
		used = true
		if now != nil && !slices.Contains(now.Locations, at) {
			c.say(place, "can not stand at %s any more", at)
		}
	}
	switch {
	case !used:
	case now == nil:
		c.say(place, "was removed")
	default:
		c.arguments(place, old.Arguments, now.Arguments)
		if old.IsRepeatable && !now.IsRepeatable {
			c.say(place, "can not be repeated any more")
		}
	}
}
