package mapping

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// textOperations are those that make texts of texts. Positions count characters (Unicode code points) from 0.
func textOperations() []operation {
	texts := []want{aText}
	numbered := []want{aText, aNumber}
	return []operation{
		{name: "cat", least: 0, most: -1, eval: cat},
		{name: "substr", least: 2, most: 3, wants: numbered, eval: substr},
		{name: "substring", least: 2, most: 3, wants: numbered, eval: substring},
		{name: "trim", least: 1, most: 3, wants: texts, special: compileTrim},
		{name: "split", least: 2, most: 3, wants: []want{aText, aText, aNumber}, eval: split},
		{name: "join", least: 1, most: 2, wants: []want{aList, aText}, eval: joinList},
		{name: "replace", least: 3, most: 3, wants: texts, eval: replace},
		{name: "case", least: 2, most: 2, wants: texts, special: compileCase},
	}
}

// subject is the text on which an operator works; nothing has none.
func (m *machine) subject(v any) (string, bool) {
	if v == nil {
		return "", false
	}
	s, ok := m.text(v)
	if !ok && m.failed == "" {
		m.nothing("the value cannot be written as text")
	}
	return s, ok
}

func cat(m *machine, args []any) any {
	var b strings.Builder
	for _, v := range args {
		s, ok := m.text(v)
		if !ok && m.failed == "" {
			return m.nothing("cat: a value cannot be written as text")
		}
		if !m.grow(len(s)) {
			return nil
		}
		b.WriteString(s)
	}
	return b.String()
}

// bound reads a position in a text of n characters; a negative one counts from the end.
func bound(v any, n int) (int, bool) {
	at, ok := toNumber(v)
	if !ok {
		return 0, false
	}
	i := int(math.Trunc(min(max(at.f, -MaxMemory), 16*MaxMemory)))
	if i < 0 {
		i += n
	}
	return min(max(i, 0), n), true
}

// cut is the characters of s from one place to another.
func (m *machine) cut(s string, from, to int) any {
	if from >= to {
		return ""
	}
	start, i := 0, 0
	for at := range s {
		if i == from {
			start = at
		}
		if i == to {
			return m.made(s[start:at])
		}
		i++
	}
	if from >= i {
		return ""
	}
	return m.made(s[start:])
}

// substr is JSON Logic's: from where, and how many characters; a negative length leaves so many out at the end.
func substr(m *machine, args []any) any {
	return m.between("substr", args, func(length num, from, n int) int {
		if length.f < 0 {
			to, _ := bound(args[2], n)
			return to
		}
		return from + int(min(length.f, float64(n-from)))
	})
}

// substring is the product's: from where, and up to which character; 0 means to the end.
func substring(m *machine, args []any) any {
	return m.between("substring", args, func(end num, _, n int) int {
		if end.f == 0 {
			return n
		}
		to, _ := bound(args[2], n)
		return to
	})
}

// between is the characters of a text of n from a place on, up to where the third argument says, or to the end without one.
func (m *machine) between(op string, args []any, upTo func(third num, from, n int) int) any {
	s, ok := m.subject(args[0])
	if !ok {
		return nil
	}
	n := utf8.RuneCountInString(s)
	from, ok := bound(args[1], n)
	if !ok {
		return noNumber(m, op)
	}
	to := n
	if len(args) == 3 && args[2] != nil {
		third, ok := toNumber(args[2])
		if !ok {
			return noNumber(m, op)
		}
		to = upTo(third, from, n)
	}
	return m.cut(s, from, to)
}

// compileTrim takes white space, or the characters that are given, from one end or both.
func compileTrim(c *compiler, args []any, p place) (operand, error) {
	side := "all"
	if len(args) == 3 {
		side, _ = args[2].(string)
		if side != "all" && side != "left" && side != "right" {
			return operand{}, p.at("2").errorf("say all, left or right")
		}
		args = args[:2]
	}
	parts, err := c.checked("trim", args, p)
	return operand{run: eager(parts, func(m *machine, args []any) any {
		s, ok := m.subject(args[0])
		if !ok {
			return nil
		}
		drop := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
		if len(args) == 2 && args[1] != nil {
			chars, ok := m.text(args[1])
			if !ok || !m.step(len(s)*(1+len(chars)>>6)>>10) {
				return nil
			}
			if chars != "" {
				drop = func(r rune) bool { return strings.ContainsRune(chars, r) }
			}
		}
		if side != "right" {
			s = strings.TrimLeftFunc(s, drop)
		}
		if side != "left" {
			s = strings.TrimRightFunc(s, drop)
		}
		return s
	})}, err
}

// checked compiles arguments and holds their types against the operator's.
func (c *compiler) checked(name string, args []any, p place) ([]operand, error) {
	parts, err := c.operands(args, p)
	for i := 0; err == nil && i < len(parts); i++ {
		err = c.fits(operations[name], i, parts[i], p.at(string(rune('0'+i))))
	}
	return parts, err
}

// split is the parts of a text between separators, or one of them; a negative number counts from the end.
func split(m *machine, args []any) any {
	s, ok := m.subject(args[0])
	if !ok {
		return nil
	}
	by, ok := m.text(args[1])
	if !ok || by == "" {
		return m.nothing("split: the separator is empty")
	}
	n := strings.Count(s, by) + 1
	if !m.step(n) || !m.grow(16*n) {
		return nil
	}
	parts := strings.Split(s, by)
	if len(args) == 3 && args[2] != nil {
		at, ok := toNumber(args[2])
		if !ok || !at.whole {
			return noNumber(m, "split")
		}
		if at.i < 0 {
			at.i += int64(n)
		}
		if at.i < 0 || at.i >= int64(n) {
			return m.nothing("split: the text has fewer parts")
		}
		return parts[at.i]
	}
	out := make([]any, n)
	for i, part := range parts {
		out[i] = part
	}
	return out
}

// joinList writes the elements of a list with a separator between them, leaving out empty ones.
func joinList(m *machine, args []any) any {
	list, ok := args[0].([]any)
	if !ok {
		if args[0] == nil {
			return nil
		}
		list = []any{args[0]}
	}
	by := ", "
	if len(args) == 2 && args[1] != nil {
		if by, ok = m.text(args[1]); !ok {
			return nil
		}
	}
	var b strings.Builder
	for _, v := range list {
		s, ok := m.text(v)
		if !ok && m.failed == "" {
			return m.nothing("join: an element cannot be written as text")
		}
		if !m.step(1) || !m.grow(len(s)+len(by)) {
			return nil
		}
		if s == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(by)
		}
		b.WriteString(s)
	}
	return b.String()
}

// replace puts one text in the place of another, wherever it is. It knows no patterns.
func replace(m *machine, args []any) any {
	s, ok := m.subject(args[0])
	if !ok {
		return nil
	}
	old, ok := m.text(args[1])
	fresh, also := m.text(args[2])
	if !ok || !also {
		return nil
	}
	if old == "" {
		return s
	}
	n := strings.Count(s, old)
	if n == 0 {
		return s
	}
	if !m.step(n>>6) || !m.grow(len(s)+n*(len(fresh)-len(old))) {
		return nil
	}
	return strings.ReplaceAll(s, old, fresh)
}

// compileCase writes a text in capitals or small letters by the rules of the language.
func compileCase(c *compiler, args []any, p place) (operand, error) {
	how, _ := args[1].(string)
	tag := language.Und
	if c.o.Style != nil && c.o.Style.name != "" {
		tag = language.MustParse(c.o.Style.name) // one of the six
	}
	// A caser has a state of its own, so each use makes one.
	write := map[string]func(string) string{
		"upper": func(s string) string { return cases.Upper(tag).String(s) },
		"lower": func(s string) string { return cases.Lower(tag).String(s) },
		"title": func(s string) string { return cases.Title(tag).String(s) },
		"capitalise": func(s string) string {
			_, n := utf8.DecodeRuneInString(s)
			return cases.Upper(tag).String(s[:n]) + s[n:]
		},
	}
	write["capitalize"] = write["capitalise"]
	change := write[how]
	if change == nil {
		return operand{}, p.at("1").errorf("say upper, lower, title or capitalise")
	}
	parts, err := c.checked("case", args[:1], p)
	return operand{run: eager(parts, func(m *machine, args []any) any {
		s, ok := m.subject(args[0])
		if !ok || !m.grow(len(s)) {
			return nil
		}
		return m.made(change(s))
	})}, err
}
