package mapping

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// num is a number of an expression: exact if it is whole and fits in 64 bits.
type num struct {
	i     int64
	f     float64 // always set
	whole bool
}

func wholeNum(i int64) num { return num{i, float64(i), true} }

// floatNum is a float; one that is whole and small enough to be exact becomes whole. Digits beyond the fifteenth are noise of
// binary fractions and go, so that 0.1 + 0.2 is 0.3. Not a number and infinities are none.
func floatNum(f float64) (num, bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return num{}, false
	}
	if f == math.Trunc(f) && math.Abs(f) <= 1<<53 {
		return wholeNum(int64(f)), true
	}
	return num{f: f}, true
}

func rounded(f float64) (num, bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return num{}, false
	}
	r, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	if err != nil {
		return num{}, false
	}
	return floatNum(r)
}

// value is the number as expressions hand it on.
func (n num) value() any {
	if n.whole {
		return n.i
	}
	return n.f
}

// numberOf reads what is a number by its type.
func numberOf(v any) (num, bool) {
	switch v := v.(type) {
	case int64:
		return wholeNum(v), true
	case int:
		return wholeNum(int64(v)), true
	case float64:
		return floatNum(v)
	case json.Number:
		return parseNumber(string(v))
	case float32:
		return floatNum(float64(v))
	case uint64:
		if v > math.MaxInt64 {
			return floatNum(float64(v))
		}
		return wholeNum(int64(v)), true
	}
	if s, ok := whole(v); ok {
		return parseNumber(s)
	}
	return num{}, false
}

// parseNumber reads the text of a number as JSON writes it, with surrounding white space and a plus sign allowed.
func parseNumber(s string) (num, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxDigitsRead || strings.Trim(s, "0123456789+-.eE") != "" {
		return num{}, false
	}
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return wholeNum(i), true
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return num{}, false
	}
	return floatNum(f)
}

// maxDigitsRead bounds the text that is read as a number: float64 has no more than 309 digits before the point.
const maxDigitsRead = 400

// toNumber reads a value as a number: also the text of one, and true and false as 1 and 0. Nothing is no number.
func toNumber(v any) (num, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return wholeNum(1), true
		}
		return wholeNum(0), true
	case string:
		return parseNumber(v)
	}
	return numberOf(v)
}

// arithmetic is one of + - * / % on two numbers; false if there is no result. Whole numbers stay exact as long as they fit.
func arithmetic(op byte, a, b num) (num, bool) {
	if a.whole && b.whole {
		if n, ok := exact(op, a.i, b.i); ok {
			return wholeNum(n), true
		}
	}
	switch op {
	case '+':
		return rounded(a.f + b.f)
	case '-':
		return rounded(a.f - b.f)
	case '*':
		return rounded(a.f * b.f)
	case '/':
		return rounded(a.f / b.f)
	}
	return rounded(math.Mod(a.f, b.f))
}

// exact is false where the result does not fit or is no whole number.
func exact(op byte, a, b int64) (int64, bool) {
	switch op {
	case '+':
		n := a + b
		return n, (n > a) == (b > 0)
	case '-':
		n := a - b
		return n, (n < a) == (b > 0)
	case '*':
		if a == 0 || b == 0 {
			return 0, true
		}
		n := a * b
		return n, n/b == a && !(a == -1 && b == math.MinInt64) && !(b == -1 && a == math.MinInt64)
	}
	if b == 0 || b == -1 && a == math.MinInt64 {
		return 0, false
	}
	if op == '%' {
		return a % b, true
	}
	return a / b, a%b == 0
}

// compareNum is -1, 0 or 1. Two whole numbers are compared exactly.
func compareNum(a, b num) int {
	switch {
	case a.whole && b.whole && a.i < b.i, (!a.whole || !b.whole) && a.f < b.f:
		return -1
	case a.whole && b.whole && a.i > b.i, (!a.whole || !b.whole) && a.f > b.f:
		return 1
	}
	return 0
}

// digitsText writes a number without exponent, exactly as far as it is known; false if it is none.
func digitsText(v any) (string, bool) {
	switch v := v.(type) {
	case nil, bool, []any, map[string]any:
		return "", false
	case string:
		v = strings.TrimPrefix(strings.TrimSpace(v), "+")
		if v == "" || len(v) > maxDigitsRead || !json.Valid([]byte(v)) {
			return "", false
		}
		return literal(v)
	case json.Number:
		if len(v) > maxDigitsRead {
			return "", false
		}
	}
	return scalar(v)
}

// formatNumber writes digits with the marks of a language, at least least and at most most digits after the point, rounded
// half away from zero as people do.
func formatNumber(digits string, least, most int, l *locale) string {
	negative := strings.HasPrefix(digits, "-")
	before, after, _ := strings.Cut(strings.TrimPrefix(digits, "-"), ".")
	before, after = roundDigits(before, after, most)
	for len(after) > least && strings.HasSuffix(after, "0") {
		after = after[:len(after)-1]
	}
	if len(after) < least {
		after += strings.Repeat("0", least-len(after))
	}
	out := grouped(before, l)
	if after != "" {
		out += l.decimal + after
	}
	if negative && strings.Trim(before+after, "0") != "" {
		out = "-" + out
	}
	return out
}

// roundDigits keeps at most most digits after the point.
func roundDigits(before, after string, most int) (string, string) {
	if len(after) <= most {
		return before, after
	}
	up := after[most] >= '5'
	kept := []byte(before + after[:most])
	for i := len(kept) - 1; up && i >= 0; i-- {
		if kept[i]++; kept[i] > '9' {
			kept[i] = '0'
			continue
		}
		up = false
	}
	if up {
		kept = append([]byte{'1'}, kept...)
	}
	point := len(kept) - most
	return string(kept[:point]), string(kept[point:])
}

func grouped(digits string, l *locale) string {
	if len(digits) < l.leastGrouped {
		return digits
	}
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(l.group)
		}
		b.WriteRune(c)
	}
	return b.String()
}
