package mapping

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// node computes a value. What it computes must not be changed: constants and what the row holds are shared.
type node func(m *machine) any

// operand is a compiled part of an expression with what is known of it before it runs.
type operand struct {
	run     node
	literal bool // a constant, which is value
	value   any
	fact    Fact   // of the field that it reads, if it is nothing but a field
	field   string // path of that field
}

// place is where in an expression something stands.
type place struct {
	path   string
	depth  int
	inside bool // var reads an element of a list there, not the row
}

func (p place) at(part string) place { p.path = join(p.path, part); return p }

type compiler struct {
	o       Options
	nodes   int
	fields  []string
	lookups []Lookup
	notes   []Note
}

func (p place) errorf(format string, args ...any) error {
	return &expressionError{p.path, fmt.Sprintf(format, args...)}
}

func (c *compiler) compile(v any, p place) (operand, error) {
	c.nodes++
	if p.depth > MaxDepth {
		return operand{}, p.errorf("the expression is nested more than %d deep", MaxDepth)
	}
	switch v := v.(type) {
	case *object:
		return c.operation(v, p)
	case []any:
		return c.list(v, p)
	case json.Number:
		return constantNumber(v, p)
	}
	return constant(v), nil
}

func constant(v any) operand {
	return operand{run: func(*machine) any { return v }, literal: true, value: v}
}

func constantNumber(v json.Number, p place) (operand, error) {
	n, ok := parseNumber(string(v))
	if !ok {
		return operand{}, p.errorf("the number is beyond what can be computed with")
	}
	if !n.whole && !strings.ContainsAny(string(v), ".eE") && math.Abs(n.f) > math.MaxInt64 {
		return operand{}, p.errorf("the number has too many digits: give it as a text")
	}
	return constant(n.value()), nil
}

// list compiles a list of parts. One of constants alone is a constant.
func (c *compiler) list(v []any, p place) (operand, error) {
	parts, err := c.operands(v, p)
	if err != nil {
		return operand{}, err
	}
	values := make([]any, len(parts))
	for i, part := range parts {
		if !part.literal {
			return operand{run: eager(parts, func(m *machine, args []any) any {
				m.grow(16 * len(args))
				return append([]any(nil), args...)
			})}, nil
		}
		values[i] = part.value
	}
	return constant(values), nil
}

func (c *compiler) operands(list []any, p place) ([]operand, error) {
	out := make([]operand, len(list))
	for i, v := range list {
		at := p.at(strconv.Itoa(i))
		at.depth++
		var err error
		if out[i], err = c.compile(v, at); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// operation compiles an object: its one key is the operator, its value the arguments. A single one needs no list.
func (c *compiler) operation(v *object, p place) (operand, error) {
	if len(v.keys) != 1 {
		return operand{}, p.errorf("an object is one operator and its arguments: it must have exactly one key, this one has %d", len(v.keys))
	}
	name := v.keys[0]
	at := p.at(name)
	op := operations[name]
	if op == nil {
		return operand{}, at.errorf("there is no operator %q", clip(name))
	}
	args, ok := v.values[0].([]any)
	if !ok {
		args = []any{v.values[0]}
	}
	if len(args) < op.least || op.most >= 0 && len(args) > op.most {
		return operand{}, at.errorf("%q takes %s, not %d", name, op.arity(), len(args))
	}
	if op.special != nil {
		out, err := op.special(c, args, at)
		return counted(out), err
	}
	parts, err := c.operands(args, at)
	if err != nil {
		return operand{}, err
	}
	for i := range parts {
		if err := c.fits(op, i, parts[i], at.at(strconv.Itoa(i))); err != nil {
			return operand{}, err
		}
	}
	return counted(operand{run: eager(parts, op.eval)}), nil
}

// counted makes an operand count as a step, and stop when the expression has failed.
func counted(o operand) operand {
	if run := o.run; run != nil && !o.literal {
		o.run = func(m *machine) any {
			if !m.step(1) {
				return nil
			}
			return run(m)
		}
	}
	return o
}

// eager computes all arguments and then the operator. They lie on the machine's stack, so that an operator makes no list.
func eager(parts []operand, eval func(*machine, []any) any) node {
	return func(m *machine) any {
		base := len(m.stack)
		for i := range parts {
			v := parts[i].run(m)
			m.stack = append(m.stack, v)
		}
		if m.failed != "" {
			m.stack = m.stack[:base]
			return nil
		}
		v := eval(m, m.stack[base:])
		clear(m.stack[base:])
		m.stack = m.stack[:base]
		return v
	}
}

// want says what an operator does with an argument.
type want int

const (
	anything want = iota
	aNumber
	aText
	aDate
	aList
)

// fits refuses a constant of the wrong type, and notes a field that is read as another type.
func (c *compiler) fits(op *operation, i int, part operand, p place) error {
	if len(op.wants) == 0 {
		return nil
	}
	w := op.wants[min(i, len(op.wants)-1)]
	if part.literal {
		return w.constant(op.name, part.value, p)
	}
	if message := w.coerces(part); message != "" {
		c.notes = append(c.notes, Note{Path: p.path, Message: message})
	}
	return nil
}

func (w want) constant(op string, v any, p place) error {
	_, list := v.([]any)
	switch w {
	case aNumber:
		if _, ok := toNumber(v); !ok && v != nil {
			return p.errorf("%q needs a number here, and the constant is none", op)
		}
	case aText:
		if list {
			return p.errorf("%q needs a text here, and the constant is a list", op)
		}
	case aDate:
		s, ok := v.(string)
		if _, err := parseMoment(s); (!ok || err != nil) && v != nil {
			return p.errorf("%q needs a date here, and the constant is none: write it as 2026-09-17 or 2026-09-17T14:00:34Z", op)
		}
	case aList:
		if !list && v != nil {
			return p.errorf("%q needs a list here, and the constant is none", op)
		}
	}
	return nil
}

// coerces says how a field of another type is read; empty if it needs no word.
func (w want) coerces(part operand) string {
	if part.field == "" || part.fact.Type == "" {
		return ""
	}
	is := map[want]map[string]bool{
		aNumber: {"INTEGER": true, "NUMBER": true, "ENUM": true},
		aDate:   {"TIMESTAMP": true},
		aList:   {"LIST": true},
		aText:   {"TEXT": true, "ENUM": true, "REFERENCE": true, "INTEGER": true, "NUMBER": true},
	}[w]
	if is == nil || is[part.fact.Type] {
		return ""
	}
	return fmt.Sprintf("the field %q is of type %s and is read as %s: what cannot be read so counts as nothing", clip(part.field), part.fact.Type, w)
}

func (w want) String() string {
	return [...]string{"anything", "a number", "a text", "a date", "a list"}[w]
}
