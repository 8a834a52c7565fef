package mapping

import (
	"encoding/json"
	"strconv"
	"strings"
)

// truthy is JSON Logic's: nothing, false, 0, "" and the empty list are false, everything else is true.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	}
	if n, ok := numberOf(v); ok {
		return n.f != 0
	}
	return true
}

// blank says whether a value holds nothing that can be read.
func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	}
	return false
}

// kind groups values for strict equality.
func kind(v any) byte {
	switch v.(type) {
	case nil:
		return 0
	case bool:
		return 'b'
	case string:
		return 's'
	case []any:
		return 'l'
	case map[string]any, scope:
		return 'o'
	}
	return 'n'
}

// strictly is ===. Two lists are equal if their elements are; objects never are.
func (m *machine) strictly(a, b any) bool {
	if !m.step(1) || kind(a) != kind(b) {
		return false
	}
	switch a := a.(type) {
	case nil:
		return true
	case bool:
		return a == b.(bool)
	case string:
		return m.read(a) && a == b.(string)
	case map[string]any, scope:
		return false
	case []any:
		other := b.([]any)
		if len(a) != len(other) {
			return false
		}
		for i := range a {
			if !m.strictly(a[i], other[i]) {
				return false
			}
		}
		return true
	}
	x, ok := numberOf(a)
	y, also := numberOf(b)
	return ok && also && compareNum(x, y) == 0
}

// loosely is ==, as JavaScript has it: a text or a boolean is compared with a number as a number, nothing equals nothing
// else. A list is compared with a text as Text writes it.
func (m *machine) loosely(a, b any) bool {
	if kind(a) == kind(b) {
		return m.strictly(a, b)
	}
	if a == nil || b == nil || kind(a) == 'o' || kind(b) == 'o' {
		return false
	}
	if kind(a) == 'l' || kind(b) == 'l' {
		x, ok := m.text(a)
		y, also := m.text(b)
		return ok && also && x == y
	}
	x, ok := javaScriptNumber(a)
	y, also := javaScriptNumber(b)
	return ok && also && compareNum(x, y) == 0
}

// javaScriptNumber reads nothing and a blank text as 0, as comparisons of JSON Logic do.
func javaScriptNumber(v any) (num, bool) {
	if s, ok := v.(string); v == nil || ok && strings.TrimSpace(s) == "" {
		return wholeNum(0), true
	}
	return toNumber(v)
}

// compare says how two values are ordered: texts by their characters, everything else as numbers. false if they are not.
func (m *machine) compare(a, b any) (int, bool) {
	if x, ok := a.(string); ok {
		if y, ok := b.(string); ok {
			return strings.Compare(x, y), m.read(x)
		}
	}
	x, ok := javaScriptNumber(a)
	y, also := javaScriptNumber(b)
	return compareNum(x, y), ok && also
}

// text writes a value as data; it counts what it makes. Objects have no text.
func (m *machine) text(v any) (string, bool) {
	if s, ok := v.(string); ok {
		return s, m.read(s)
	}
	if !m.weigh(v) {
		return "", false
	}
	return Text(v)
}

// weigh counts what a value takes as text, before it is made: a list may name the same long text many times.
func (m *machine) weigh(v any) bool {
	switch v := v.(type) {
	case string:
		return m.grow(len(v))
	case json.Number:
		return m.grow(len(v))
	case []any:
		if !m.step(len(v)) {
			return false
		}
		for _, e := range v {
			if s, ok := e.(string); ok && !m.grow(len(s)+2) {
				return false
			}
		}
	}
	return m.grow(32)
}

// reach follows a path inside an element of a list: keys of objects and places in lists.
func reach(v any, path []string) any {
	for _, part := range path {
		switch at := v.(type) {
		case map[string]any:
			v = at[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(at) {
				return nil
			}
			v = at[i]
		case scope:
			v = at.get(part)
		default:
			return nil
		}
	}
	return v
}

// scope is what var reads inside reduce.
type scope struct{ current, accumulator any }

func (s scope) get(name string) any {
	switch name {
	case "current":
		return s.current
	case "accumulator":
		return s.accumulator
	}
	return nil
}
