package mapping

import (
	"strconv"
	"strings"
)

// Bounds of the operator list.
const (
	usualListed = 10
	mostListed  = 100
)

// compileListed writes the first elements of a list as they would read alone, and how many more there are: OT-1, OT-2 and 7 more. How many
// are written and what stands between them may be given.
func compileListed(c *compiler, args []any, p place) (operand, error) {
	most, by := usualListed, ", "
	if len(args) > 1 {
		v, err := c.compile(args[1], p.at("1"))
		if err != nil {
			return operand{}, err
		}
		n, ok := numberOf(v.value)
		if !v.literal || !ok || !n.whole || n.i < 1 || n.i > mostListed {
			return operand{}, p.at("1").errorf("how many elements are written is a whole number from 1 to %d", mostListed)
		}
		most = int(n.i)
	}
	if len(args) > 2 {
		text, ok := args[2].(string)
		if !ok || len(text) > maxUnit {
			return operand{}, p.at("2").errorf("give what stands between the elements as a text of at most %d bytes", maxUnit)
		}
		by = text
	}
	parts, err := c.checked("list", args[:1], p)
	if err != nil {
		return operand{}, err
	}
	fact, style := parts[0].fact.element(), c.o.Style
	return operand{run: eager(parts, func(m *machine, args []any) any {
		elements, ok := args[0].([]any)
		if !ok && !blank(args[0]) {
			elements = args[:1]
		}
		return m.listed(elements, fact, style, most, by)
	})}, nil
}

func (m *machine) listed(elements []any, fact Fact, style *Style, most int, by string) any {
	var out strings.Builder
	n := 0
	for _, e := range elements {
		if !m.step(1) {
			return nil
		}
		text, ok := style.Text(e, fact)
		if !ok || strings.TrimSpace(text) == "" {
			continue
		}
		if n++; n > most {
			continue
		}
		if n > 1 {
			out.WriteString(by)
		}
		if !m.read(text) || !m.grow(len(by)+len(text)) {
			return nil
		}
		out.WriteString(text)
	}
	if n > most {
		out.WriteString(" " + style.words().andMore(n-most))
	}
	if n == 0 {
		return m.nothing("list: there is nothing in the list")
	}
	return m.made(out.String())
}

// andMore says how many there are beside those that were named.
func (l *locale) andMore(n int) string {
	if n == 1 {
		return l.more[0] + " " + l.more[1]
	}
	return l.more[0] + " " + strings.Replace(l.more[2], "#", strconv.Itoa(n), 1)
}
