package condition

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

type kind uint8

const (
	other kind = iota // an object, a number that is none, or a Go type outside JSON
	null
	boolean
	integer
	decimal // a number that is no int64
	text
	list
)

// value is a JSON-like value with its many Go spellings removed. It is passed by value
// so that reading a row's field allocates nothing.
type value struct {
	kind  kind
	int   int64 // integer; boolean as 0 or 1
	float float64
	text  string
	list  []any
}

func read(v any) value {
	switch v := v.(type) {
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
		return value{kind: list, list: v}
	}
	return readNumber(v)
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
	return value{kind: decimal, float: f}
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
		return len(v.list) == 0
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
		return a.float == b.float
	case text:
		return a.text == b.text
	case list:
		return slices.EqualFunc(a.list, b.list, func(x, y any) bool { return same(read(x), read(y)) })
	}
	return false
}
