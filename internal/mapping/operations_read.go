package mapping

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// reads notes that the expression reads a field of the row.
func (c *compiler) reads(field string, p place) (Fact, error) {
	if code, message := checkField(field); code != "" {
		return Fact{}, p.errorf("%s", message)
	}
	if !slices.Contains(c.fields, field) {
		c.fields = append(c.fields, field)
	}
	if c.o.Field == nil {
		return Fact{}, nil
	}
	return c.o.Field(field), nil
}

// written is a path that stands in the expression itself. One that is computed would be out of reach of every check.
func written(v any, p place) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	}
	return "", p.errorf("the path must be written out: one that is computed cannot be checked before it runs")
}

// compileVar reads a field of the row, and inside a list a part of the element. A second argument stands in where there is
// nothing.
func compileVar(c *compiler, args []any, p place) (operand, error) {
	var first any
	if len(args) > 0 {
		first = args[0]
	}
	path, err := written(first, p)
	if err != nil {
		return operand{}, err
	}
	var otherwise node
	if len(args) == 2 {
		at := p.at("1")
		at.depth++
		other, err := c.compile(args[1], at)
		if err != nil {
			return operand{}, err
		}
		otherwise = other.run
	}
	out := operand{}
	if p.inside {
		out.run = readElement(path)
	} else {
		if path == "" {
			return operand{}, p.errorf("name the field: the row as a whole is no value")
		}
		if out.fact, err = c.reads(path, p); err != nil {
			return operand{}, err
		}
		out.field = path
		out.run = func(m *machine) any {
			v, _ := m.row.Field(path)
			return v
		}
	}
	if otherwise == nil {
		return out, nil
	}
	read := out.run
	out.run = func(m *machine) any {
		if v := read(m); v != nil {
			return v
		}
		return otherwise(m)
	}
	return out, nil
}

func readElement(path string) node {
	if path == "" {
		return func(m *machine) any { return m.item }
	}
	parts := strings.Split(path, ".")
	return func(m *machine) any { return reach(m.item, parts) }
}

// names are the fields that missing looks for: each stands in the expression, so that all of them can be checked, but if
// and merge may choose among them.
func (c *compiler) names(v any, p place) error {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := c.names(e, p); err != nil {
				return err
			}
		}
		return nil
	case *object:
		if len(v.keys) != 1 {
			break
		}
		args, ok := v.values[0].([]any)
		if !ok {
			args = []any{v.values[0]}
		}
		switch v.keys[0] {
		case "merge":
			return c.names(args, p)
		case "if", "?:":
			for i := range args {
				if i%2 == 1 || i == len(args)-1 {
					if err := c.names(args[i], p); err != nil {
						return err
					}
				}
			}
			return nil
		}
	case string, json.Number:
		path, _ := written(v, p)
		_, err := c.reads(path, p)
		return err
	case nil:
		return nil
	}
	return p.errorf("name the fields as texts, or choose among them with if and merge: others cannot be checked before it runs")
}

func (c *compiler) compileNames(args []any, p place) (node, error) {
	if p.inside {
		return nil, p.errorf("there is no row here: inside a list test its elements, such as with ! and var")
	}
	if err := c.names(args, p); err != nil {
		return nil, err
	}
	parts, err := c.operands(args, p)
	if err != nil {
		return nil, err
	}
	return eager(parts, merge), nil
}

// absent are the names of which the row has nothing.
func (m *machine) absent(names any) []any {
	list, _ := names.([]any)
	out := []any{}
	for _, v := range list {
		name, ok := Text(v)
		if !ok || !m.step(1) || !m.grow(16) {
			return nil
		}
		if got, _ := m.row.Field(name); got == nil || got == "" {
			out = append(out, v)
		}
	}
	return out
}

// compileMissing lists the fields that are empty.
func compileMissing(c *compiler, args []any, p place) (operand, error) {
	names, err := c.compileNames(args, p)
	return operand{run: func(m *machine) any { return m.absent(names(m)) }}, err
}

// compileMissingSome lists the fields that are empty, unless enough of them are not.
func compileMissingSome(c *compiler, args []any, p place) (operand, error) {
	least, err := c.compile(args[0], p.at("0"))
	if err != nil {
		return operand{}, err
	}
	n, ok := toNumber(least.value)
	if !least.literal || !ok || !n.whole {
		return operand{}, p.at("0").errorf("how many fields must be filled is a whole number")
	}
	names, err := c.compileNames(args[1:], p)
	return operand{run: func(m *machine) any {
		list, _ := names(m).([]any)
		out := m.absent(list)
		if int64(len(list)-len(out)) >= n.i {
			return []any{}
		}
		return out
	}}, err
}

// compileLookup reads a field of a record of another type by its key. Type and field are written out: the flow's consumer
// needs the permission for them.
func compileLookup(c *compiler, args []any, p place) (operand, error) {
	typ, ok := args[0].(string)
	field, also := args[2].(string)
	if !ok || typ == "" {
		return operand{}, p.at("0").errorf("name the record type as a text, such as person")
	}
	if !also {
		return operand{}, p.at("2").errorf("name the field as a text")
	}
	if code, message := checkField(field); code != "" {
		return operand{}, p.at("2").errorf("%s", message)
	}
	at := p.at("1")
	at.depth++
	key, err := c.compile(args[1], at)
	if err != nil {
		return operand{}, err
	}
	look := Lookup{typ, field}
	if !slices.Contains(c.lookups, look) {
		c.lookups = append(c.lookups, look)
	}
	out := operand{field: field}
	if c.o.Lookup != nil {
		out.fact = c.o.Lookup(typ, field)
	}
	out.run = func(m *machine) any { return m.lookup(look, key.run(m)) }
	return out, nil
}

func (m *machine) lookup(look Lookup, key any) any {
	records, ok := m.row.(Records)
	if blank(key) || !ok {
		return m.nothing("lookup: there is no key to look up")
	}
	name, ok := m.text(key)
	if !ok || m.failed != "" {
		return nil
	}
	if m.lookups++; m.lookups > MaxLookups {
		m.failed = fmt.Sprintf("the expression looks up more than %d records for this row: make it simpler, or the list shorter", MaxLookups)
		return nil
	}
	v, _ := records.Lookup(look.Type, name, look.Field)
	if v == nil {
		return m.nothing("lookup: there is no such record, or it has nothing in the field")
	}
	return v
}
