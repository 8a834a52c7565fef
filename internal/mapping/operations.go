package mapping

import (
	"strconv"
	"strings"
)

// operation is an operator of expressions.
type operation struct {
	name        string
	least, most int // how many arguments it takes; most is -1 where there is no bound
	wants       []want
	eval        func(m *machine, args []any) any
	special     func(c *compiler, args []any, p place) (operand, error) // for what does not compute all its arguments first
}

func (op *operation) arity() string {
	switch {
	case op.most < 0:
		return "at least " + strconv.Itoa(op.least) + " arguments"
	case op.least == op.most:
		return strconv.Itoa(op.least) + " arguments"
	}
	return strconv.Itoa(op.least) + " to " + strconv.Itoa(op.most) + " arguments"
}

// operations are all there are, by name. The table is filled once and never changes.
var operations map[string]*operation

func init() {
	operations = map[string]*operation{}
	for _, list := range [][]operation{standardOperations(), textOperations(), ownOperations()} {
		for _, op := range list {
			operations[op.name] = &op
		}
	}
}

// standardOperations are those of jsonlogic.com, but for log.
func standardOperations() []operation {
	number, list := []want{aNumber}, []want{aList, anything}
	return []operation{
		{name: "var", least: 0, most: 2, special: compileVar},
		{name: "missing", least: 0, most: -1, special: compileMissing},
		{name: "missing_some", least: 2, most: 2, special: compileMissingSome},
		{name: "if", least: 1, most: -1, special: compileIf},
		{name: "?:", least: 1, most: -1, special: compileIf},
		{name: "and", least: 1, most: -1, special: untilTruth(false)},
		{name: "or", least: 1, most: -1, special: untilTruth(true)},
		{name: "==", least: 2, most: 2, eval: func(m *machine, a []any) any { return m.loosely(a[0], a[1]) }},
		{name: "!=", least: 2, most: 2, eval: func(m *machine, a []any) any { return !m.loosely(a[0], a[1]) }},
		{name: "===", least: 2, most: 2, eval: func(m *machine, a []any) any { return m.strictly(a[0], a[1]) }},
		{name: "!==", least: 2, most: 2, eval: func(m *machine, a []any) any { return !m.strictly(a[0], a[1]) }},
		{name: "!", least: 1, most: 1, eval: func(_ *machine, a []any) any { return !truthy(a[0]) }},
		{name: "!!", least: 1, most: 1, eval: func(_ *machine, a []any) any { return truthy(a[0]) }},
		{name: ">", least: 2, most: 2, eval: ordered(func(c int) bool { return c > 0 })},
		{name: ">=", least: 2, most: 2, eval: ordered(func(c int) bool { return c >= 0 })},
		{name: "<", least: 2, most: 3, eval: ordered(func(c int) bool { return c < 0 })},
		{name: "<=", least: 2, most: 3, eval: ordered(func(c int) bool { return c <= 0 })},
		{name: "max", least: 1, most: -1, eval: extreme(1)},
		{name: "min", least: 1, most: -1, eval: extreme(-1)},
		{name: "+", least: 1, most: -1, wants: number, eval: chain('+')},
		{name: "-", least: 1, most: 2, wants: number, eval: subtract},
		{name: "*", least: 1, most: -1, wants: number, eval: chain('*')},
		{name: "/", least: 2, most: 2, wants: number, eval: chain('/')},
		{name: "%", least: 2, most: 2, wants: number, eval: chain('%')},
		{name: "map", least: 2, most: 2, wants: list, special: through("map", mapped)},
		{name: "filter", least: 2, most: 2, wants: list, special: through("filter", filtered)},
		{name: "all", least: 2, most: 2, wants: list, special: through("all", all)},
		{name: "none", least: 2, most: 2, wants: list, special: through("none", none)},
		{name: "some", least: 2, most: 2, wants: list, special: through("some", some)},
		{name: "reduce", least: 3, most: 3, wants: list, special: compileReduce},
		{name: "merge", least: 0, most: -1, eval: merge},
		{name: "in", least: 2, most: 2, eval: in},
	}
}

// ordered compares neighbours: {"<": [1, x, 5]} says that x lies between.
func ordered(right func(int) bool) func(*machine, []any) any {
	return func(m *machine, args []any) any {
		for i := 1; i < len(args); i++ {
			if c, ok := m.compare(args[i-1], args[i]); !ok || !right(c) {
				return false
			}
		}
		return true
	}
}

func noNumber(m *machine, op string) any {
	return m.nothing(op + ": a value is no number")
}

func chain(op byte) func(*machine, []any) any {
	return func(m *machine, args []any) any {
		n, ok := toNumber(args[0])
		for _, v := range args[1:] {
			next, also := toNumber(v)
			if !ok || !also {
				return noNumber(m, string(op))
			}
			if n, ok = arithmetic(op, n, next); !ok {
				return m.nothing(string(op) + ": the result is no number, such as after a division by zero")
			}
		}
		if !ok {
			return noNumber(m, string(op))
		}
		return n.value()
	}
}

func subtract(m *machine, args []any) any {
	if len(args) == 1 {
		return chain('-')(m, []any{int64(0), args[0]})
	}
	return chain('-')(m, args)
}

// extreme is the largest or the smallest of its arguments, or of the elements of its only one.
func extreme(sign int) func(*machine, []any) any {
	return func(m *machine, args []any) any {
		if list, ok := args[0].([]any); ok && len(args) == 1 {
			args = list
		}
		if len(args) == 0 || !m.step(len(args)) {
			return nil
		}
		var best num
		for i, v := range args {
			n, ok := toNumber(v)
			if !ok {
				return noNumber(m, map[int]string{1: "max", -1: "min"}[sign])
			}
			if i == 0 || compareNum(n, best) == sign {
				best = n
			}
		}
		return best.value()
	}
}

func merge(m *machine, args []any) any {
	out := []any{}
	for _, v := range args {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		if !m.step(len(list)) || !m.grow(16*len(list)) {
			return nil
		}
		out = append(out, list...)
	}
	return out
}

// in says whether a text has another text in it, or a list an element.
func in(m *machine, args []any) any {
	switch hay := args[1].(type) {
	case string:
		needle, ok := m.text(args[0])
		return ok && args[0] != nil && m.read(hay) && strings.Contains(hay, needle)
	case []any:
		for _, v := range hay {
			if m.strictly(args[0], v) {
				return true
			}
			if m.failed != "" {
				return nil
			}
		}
	}
	return false
}

// compileIf is if, then, else if, then, ..., else. Only the part that is chosen is computed.
func compileIf(c *compiler, args []any, p place) (operand, error) {
	parts, err := c.operands(args, p)
	if err != nil {
		return operand{}, err
	}
	return operand{run: func(m *machine) any {
		i := 0
		for ; i+1 < len(parts); i += 2 {
			if truthy(parts[i].run(m)) {
				return parts[i+1].run(m)
			}
		}
		if i < len(parts) {
			return parts[i].run(m)
		}
		return nil
	}}, nil
}

// untilTruth is or, which stops at the first truth, and and, which stops at the first untruth. The value is that of the
// part at which it stopped.
func untilTruth(truth bool) func(*compiler, []any, place) (operand, error) {
	return func(c *compiler, args []any, p place) (operand, error) {
		parts, err := c.operands(args, p)
		if err != nil {
			return operand{}, err
		}
		return operand{run: func(m *machine) (v any) {
			for i := range parts {
				if v = parts[i].run(m); truthy(v) == truth {
					return v
				}
			}
			return v
		}}, nil
	}
}

// through compiles an operator that goes through a list: its second argument is computed for each element, which var reads
// there.
func through(name string, run func(*machine, []any, node) any) func(*compiler, []any, place) (operand, error) {
	return func(c *compiler, args []any, p place) (operand, error) {
		list, body, err := c.overList(name, args, p)
		return operand{run: func(m *machine) any {
			elements, _ := list(m).([]any)
			if !m.step(len(elements)) {
				return nil
			}
			return run(m, elements, body)
		}}, err
	}
}

func (c *compiler) overList(name string, args []any, p place) (list, body node, err error) {
	at, inside := p.at("0"), p.at("1")
	at.depth++
	inside.depth, inside.inside = inside.depth+1, true
	of, err := c.compile(args[0], at)
	if err != nil {
		return nil, nil, err
	}
	if err := c.fits(operations[name], 0, of, at); err != nil {
		return nil, nil, err
	}
	each, err := c.compile(args[1], inside)
	return of.run, each.run, err
}

func mapped(m *machine, list []any, body node) any {
	if !m.grow(16 * len(list)) {
		return nil
	}
	out := make([]any, 0, len(list))
	for _, v := range list {
		out = append(out, m.with(v, body))
		if m.failed != "" {
			return nil
		}
	}
	return out
}

func filtered(m *machine, list []any, body node) any {
	out := []any{}
	for _, v := range list {
		if truthy(m.with(v, body)) && m.grow(16) {
			out = append(out, v)
		}
		if m.failed != "" {
			return nil
		}
	}
	return out
}

// count is how many elements satisfy the body; it stops after enough.
func (m *machine) count(list []any, body node, truth bool) bool {
	for _, v := range list {
		if truthy(m.with(v, body)) == truth || m.failed != "" {
			return true
		}
	}
	return false
}

func all(m *machine, list []any, body node) any {
	return len(list) > 0 && !m.count(list, body, false)
}
func none(m *machine, list []any, body node) any { return !m.count(list, body, true) }
func some(m *machine, list []any, body node) any { return m.count(list, body, true) }

func compileReduce(c *compiler, args []any, p place) (operand, error) {
	list, body, err := c.overList("reduce", args, p)
	if err != nil {
		return operand{}, err
	}
	at := p.at("2")
	at.depth++
	first, err := c.compile(args[2], at)
	return operand{run: func(m *machine) any {
		elements, _ := list(m).([]any)
		v := first.run(m)
		for _, e := range elements {
			if v = m.with(scope{e, v}, body); !m.step(1) {
				return nil
			}
		}
		return v
	}}, err
}
