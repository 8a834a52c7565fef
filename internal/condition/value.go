package condition

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

type kind uint8

const (
	other kind = iota // a number that is none, or a Go type outside JSON
	null
	boolean
	integer
	decimal // a number that is no int64
	text
	list
	object
	instant // a moment that was written as text
)

// value is a JSON-like value with its many Go spellings removed. It is passed by value
// so that reading a row's field allocates nothing.
type value struct {
	kind kind
	nano int32  // of an instant: nanoseconds beside the seconds
	int  int64  // integer; boolean as 0 or 1; decimal as its bits; instant as seconds since 1970 UTC
	text string // text; instant as it was written
	raw  any    // list, object: as it came, since a slice beside the text would make every value larger
}

func (v value) float() float64 { return math.Float64frombits(uint64(v.int)) }

// list is the elements of a list; none of anything else.
func (v value) list() []any {
	elements, _ := v.raw.([]any)
	return elements
}

// named is the fields of an object; none of anything else.
func (v value) named() map[string]any {
	fields, _ := v.raw.(map[string]any)
	return fields
}

func read(raw any) value {
	switch v := raw.(type) {
	case nil:
		return value{kind: null}
	case string:
		return value{kind: text, text: v}
	case bool:
		if v {
			return value{kind: boolean, int: 1}
		}
		return value{kind: boolean}
	case json.Number:
		return readLiteral(string(v))
	case []any:
		return value{kind: list, raw: raw}
	case map[string]any:
		return value{kind: object, raw: raw}
	}
	return readNumber(raw)
}

func readNumber(v any) value {
	switch v := v.(type) {
	case float64:
		return readFloat(v)
	case float32:
		return readFloat(float64(v))
	case int64:
		return value{kind: integer, int: v}
	case int:
		return value{kind: integer, int: int64(v)}
	case int32:
		return value{kind: integer, int: int64(v)}
	case int16:
		return value{kind: integer, int: int64(v)}
	case int8:
		return value{kind: integer, int: int64(v)}
	case uint64:
		return readUnsigned(v)
	case uint:
		return readUnsigned(uint64(v))
	case uint32:
		return value{kind: integer, int: int64(v)}
	case uint16:
		return value{kind: integer, int: int64(v)}
	case uint8:
		return value{kind: integer, int: int64(v)}
	}
	return value{}
}

func readUnsigned(u uint64) value {
	if u > math.MaxInt64 {
		return readFloat(float64(u))
	}
	return value{kind: integer, int: int64(u)}
}

// readFloat makes a whole number an integer, so that 7.0 and 7 are one value.
func readFloat(f float64) value {
	const edge = 1 << 63
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return value{}
	case f == math.Trunc(f) && f >= -edge && f < edge:
		return value{kind: integer, int: int64(f)}
	}
	return value{kind: decimal, int: int64(math.Float64bits(f))}
}

// readLiteral reads the text of a JSON number. Zeros after the point are cut first:
// 9007199254740993.0 would lose its last digit as a float64.
func readLiteral(s string) value {
	if strings.Trim(s, "0123456789+-.eE") != "" {
		return value{} // the spellings that only Go knows: hexadecimal, infinities
	}
	if dot := strings.IndexByte(s, '.'); dot >= 0 && strings.Trim(s[dot+1:], "0") == "" {
		s = s[:dot]
	}
	if !strings.ContainsAny(s, ".eE") {
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return value{kind: integer, int: i}
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return value{}
	}
	return readFloat(f)
}

func (v value) empty() bool {
	switch v.kind {
	case null:
		return true
	case text:
		return v.text == ""
	case list:
		return len(v.list()) == 0
	}
	return false
}

// same reports whether two values are equal. It recurses no deeper than a term's value,
// whose lists hold no lists.
func same(a, b value) bool {
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case null:
		return true
	case boolean, integer:
		return a.int == b.int
	case decimal:
		return a.float() == b.float()
	case text:
		return a.text == b.text
	case instant:
		return a.int == b.int && a.nano == b.nano
	case list:
		return slices.EqualFunc(a.list(), b.list(), func(x, y any) bool { return same(read(x), read(y)) })
	}
	return false
}

// order compares two numbers or two moments; ok is false for anything else, which has no order.
func order(a, b value) (c int, ok bool) {
	switch {
	case a.kind == integer && b.kind == integer:
		return cmp.Compare(a.int, b.int), true
	case a.kind == instant && b.kind == instant:
		return cmp.Or(cmp.Compare(a.int, b.int), cmp.Compare(a.nano, b.nano)), true
	}
	x, okX := a.number()
	y, okY := b.number()
	return cmp.Compare(x, y), okX && okY
}

func (v value) number() (float64, bool) {
	switch v.kind {
	case integer:
		return float64(v.int), true
	case decimal:
		return v.float(), true
	}
	return 0, false
}

// maxNesting bounds how deep unchanged looks into lists and objects; what lies deeper counts as changed.
const maxNesting = 100

// unchanged reports whether a field holds what it held: everything that is empty is one and the same, and lists and
// objects are looked into.
func unchanged(now, before value) bool { return alike(now, before, maxNesting) }

func alike(a, b value, levels int) bool {
	switch {
	case a.empty() || b.empty():
		return a.empty() && b.empty()
	case levels == 0 || a.kind != b.kind:
		return false
	case a.kind == list:
		return slices.EqualFunc(a.list(), b.list(), func(x, y any) bool { return alike(read(x), read(y), levels-1) })
	case a.kind == object:
		was := b.named()
		if len(a.named()) != len(was) {
			return false
		}
		for key, x := range a.named() {
			y, ok := was[key]
			if !ok || !alike(read(x), read(y), levels-1) {
				return false
			}
		}
		return true
	}
	return same(a, b)
}
