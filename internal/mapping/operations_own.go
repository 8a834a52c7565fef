package mapping

import (
	"strconv"
	"strings"
)

// ownOperations are those that the product's users know beside JSON Logic, and text.
func ownOperations() []operation {
	return []operation{
		{name: "cast", least: 2, most: 2, special: compileCast},
		{name: "coalesce", least: 1, most: -1, special: compileCoalesce},
		{name: "map_values", least: 2, most: 3, special: compileMapValues},
		{name: "lookup", least: 3, most: 3, special: compileLookup},
		{name: "format_date", least: 2, most: 3, wants: []want{aDate}, special: compileFormatDate},
		{name: "add_days", least: 2, most: 3, wants: []want{aDate, aNumber}, special: compileAddDays},
		{name: "number_format", least: 1, most: 4, wants: []want{aNumber}, special: compileNumberFormat},
		{name: "text", least: 1, most: 1, special: compileText},
		{name: "list", least: 1, most: 3, wants: []want{aList}, special: compileListed},
	}
}

// casts read a value as another type. What cannot be read so is nothing.
var casts = map[string]func(m *machine, v any) any{
	"string": func(m *machine, v any) any {
		if s, ok := m.subject(v); ok {
			return s
		}
		return nil
	},
	"number": func(m *machine, v any) any {
		if n, ok := toNumber(v); ok {
			return n.value()
		}
		return noNumber(m, "cast")
	},
	"integer": func(m *machine, v any) any {
		n, ok := toNumber(v)
		if !ok {
			return noNumber(m, "cast")
		}
		if n.whole {
			return n.i
		}
		if n.f >= 1<<63 || n.f <= -1<<63 {
			return m.nothing("cast: the number is too large")
		}
		return int64(n.f)
	},
	"boolean": func(_ *machine, v any) any {
		if s, ok := v.(string); ok && strings.EqualFold(strings.TrimSpace(s), "false") {
			return false
		}
		return truthy(v)
	},
	"array": func(m *machine, v any) any {
		s, ok := v.(string)
		if !ok {
			if _, list := v.([]any); list {
				return v
			}
			return []any{v}
		}
		by := ","
		if strings.Contains(s, ";") {
			by = ";"
		}
		out := split(m, []any{s, by})
		list, _ := out.([]any)
		for i, part := range list {
			list[i] = strings.TrimSpace(part.(string))
		}
		return out
	},
}

// compileCast is the product's: nothing, and the text null, stay nothing whatever the type.
func compileCast(c *compiler, args []any, p place) (operand, error) {
	name, _ := args[1].(string)
	cast := casts[name]
	if cast == nil {
		return operand{}, p.at("1").errorf("say string, number, integer, boolean or array")
	}
	parts, err := c.operands(args[:1], p)
	return operand{run: eager(parts, func(m *machine, args []any) any {
		if args[0] == nil || args[0] == "null" {
			return nil
		}
		return cast(m, args[0])
	})}, err
}

// compileCoalesce is the first of its arguments that is neither nothing nor a blank text nor an empty list.
func compileCoalesce(c *compiler, args []any, p place) (operand, error) {
	parts, err := c.operands(args, p)
	return operand{run: func(m *machine) any {
		for i := range parts {
			v := parts[i].run(m)
			if s, ok := v.(string); ok && !m.read(s) {
				return nil
			}
			if !blank(v) {
				return v
			}
		}
		return nil
	}}, err
}

// compileMapValues puts another value in the place of each that its table has. A value that is not in it becomes the third
// argument, and nothing without one.
func compileMapValues(c *compiler, args []any, p place) (operand, error) {
	table, ok := args[1].(*object)
	if !ok {
		return operand{}, p.at("1").errorf(`give a table of values, such as {"HIGH": "Alta"}`)
	}
	at := p.at("1")
	at.depth++
	values := make(map[string]any, len(table.keys))
	for i, key := range table.keys {
		v, err := c.compile(table.values[i], at.at(key))
		if err != nil {
			return operand{}, err
		}
		if _, list := v.value.([]any); !v.literal || list {
			return operand{}, at.at(key).errorf("the table holds texts, numbers, true, false and null")
		}
		values[key] = v.value
	}
	parts, err := c.operands([]any{args[0]}, p)
	if err != nil {
		return operand{}, err
	}
	otherwise := constant(nil)
	if len(args) == 3 {
		last := p.at("2")
		last.depth++
		if otherwise, err = c.compile(args[2], last); err != nil {
			return operand{}, err
		}
	}
	return operand{run: func(m *machine) any {
		v := parts[0].run(m)
		if key, ok := m.text(v); ok && v != nil {
			if to, ok := values[key]; ok {
				return to
			}
		}
		if m.failed != "" {
			return nil
		}
		m.nothing("map_values: the table does not have the value")
		return otherwise.run(m)
	}}, nil
}

// zoned is the style with another time zone, which stands as argument number i if there is one.
func (c *compiler) zoned(args []any, i int, p place) (*Style, error) {
	s := c.o.Style
	if len(args) <= i {
		return s, nil
	}
	zone, ok := args[i].(string)
	err := CheckZone(zone)
	if !ok || zone == "" || err != nil {
		return nil, p.at(strconv.Itoa(i)).errorf("there is no such time zone: use a name of IANA's list, such as America/Sao_Paulo")
	}
	language := ""
	if s != nil {
		language = s.name
	}
	return NewStyle(language, zone, "")
}

// dateOf reads the date of an argument.
func (m *machine) dateOf(v any) (moment, bool) {
	if blank(v) {
		return moment{}, false
	}
	s, _ := v.(string)
	t, err := parseMoment(s)
	if err != nil {
		m.nothing(err.Error())
	}
	return t, err == nil
}

// compileFormatDate writes a date by a word or a pattern, in the language and the zone of the flow or in another zone.
func compileFormatDate(c *compiler, args []any, p place) (operand, error) {
	style, err := c.zoned(args, 2, p)
	if err != nil {
		return operand{}, err
	}
	words := c.o.Style.words()
	text, ok := args[1].(string)
	if !ok {
		return operand{}, p.at("1").errorf("give the pattern as a text, such as dd/MM/yyyy, or one of the words short, medium, long, full, time, datetime")
	}
	pattern, err := compilePattern(text, words)
	if err != nil {
		return operand{}, p.at("1").errorf("%v", err)
	}
	parts, err := c.checked("format_date", args[:1], p)
	zone := style.where()
	return operand{run: eager(parts, func(m *machine, args []any) any {
		t, ok := m.dateOf(args[0])
		if !ok {
			return nil
		}
		return m.made(pattern.format(t.in(zone), words))
	})}, err
}

// compileAddDays moves a date by days of the calendar in the flow's zone or another one.
func compileAddDays(c *compiler, args []any, p place) (operand, error) {
	style, err := c.zoned(args, 2, p)
	if err != nil {
		return operand{}, err
	}
	parts, err := c.checked("add_days", args[:2], p)
	zone := style.where()
	return operand{run: eager(parts, func(m *machine, args []any) any {
		t, ok := m.dateOf(args[0])
		if !ok {
			return nil
		}
		n, ok := toNumber(args[1])
		if !ok || !n.whole || n.i > mostDays || n.i < -mostDays {
			return m.nothing("add_days: the number of days must be whole and a century at most")
		}
		moved := t.addDays(int(n.i), zone)
		if y := moved.t.Year(); y < 1 || y > 9999 {
			return m.nothing("add_days: the date is beyond the calendar")
		}
		return m.made(moved.String())
	})}, err
}

// mostFraction bounds the digits after the point.
const mostFraction = 20

// compileNumberFormat writes a number with the marks of the language: value, least and most digits after the point, unit.
func compileNumberFormat(c *compiler, args []any, p place) (operand, error) {
	digits := [2]int{0, 3}
	for i := 1; i < len(args) && i < 3; i++ {
		v, err := c.compile(args[i], p.at(strconv.Itoa(i)))
		if err != nil {
			return operand{}, err
		}
		n, ok := numberOf(v.value)
		if !v.literal || !ok || !n.whole || n.i < 0 || n.i > mostFraction {
			return operand{}, p.at(strconv.Itoa(i)).errorf("how many digits stand after the point is a whole number from 0 to %d", mostFraction)
		}
		digits[i-1] = int(n.i)
		if i == 1 {
			digits[1] = max(digits[1], digits[0])
		}
	}
	if digits[0] > digits[1] {
		return operand{}, p.at("2").errorf("the most digits after the point are fewer than the least")
	}
	words := c.o.Style.words()
	unit := ""
	if len(args) == 4 {
		var ok bool
		if unit, ok = args[3].(string); !ok || len(unit) > maxUnit {
			return operand{}, p.at("3").errorf("give the unit as a text of at most %d bytes", maxUnit)
		}
		unit = words.before(unit)
	}
	parts, err := c.checked("number_format", args[:1], p)
	return operand{run: eager(parts, func(m *machine, args []any) any {
		text, ok := digitsText(args[0])
		if !ok {
			if blank(args[0]) {
				return nil
			}
			return noNumber(m, "number_format")
		}
		return m.made(formatNumber(text, digits[0], digits[1], words) + unit)
	})}, err
}

const maxUnit = 40

// before is a unit with the space that the language puts before it.
func (l *locale) before(unit string) string {
	switch unit {
	case "":
		return ""
	case "%":
		return l.percent + unit
	}
	return l.unit + unit
}

// compileText writes a value as it would read if it stood alone in the message: see Style.Text.
func compileText(c *compiler, args []any, p place) (operand, error) {
	parts, err := c.operands(args, p)
	if err != nil {
		return operand{}, err
	}
	fact, style := parts[0].fact, c.o.Style
	return operand{run: eager(parts, func(m *machine, args []any) any {
		if !m.weigh(args[0]) {
			return nil
		}
		s, ok := style.Text(args[0], fact)
		if !ok {
			return m.nothing("text: the value cannot be written as text")
		}
		return m.made(s)
	})}, nil
}
