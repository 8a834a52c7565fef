package mapping

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// Text writes a JSON-like value as people read it:
//
//   - nil is empty; a string is itself, so a time in RFC 3339 stays as it is;
//   - a number has neither exponent nor needless zeros: 1e3 and 1000.0 are "1000", 12.50
//     is "12.5", -0 is "0". The digits of a json.Number without exponent are kept however
//     many they are; everything else has the precision of float64;
//   - bools are "true" and "false";
//   - a list has its elements joined by ", ", leaving out empty ones.
//
// It answers false for an object, a list within a list, a number that is not finite or
// beyond float64, and any other Go type.
func Text(v any) (string, bool) {
	if elements, ok := v.([]any); ok {
		return joined(elements)
	}
	return scalar(v)
}

func joined(elements []any) (string, bool) {
	texts := make([]string, 0, len(elements))
	for _, e := range elements {
		s, ok := scalar(e)
		if !ok {
			return "", false
		}
		if s != "" {
			texts = append(texts, s)
		}
	}
	return strings.Join(texts, ", "), true
}

func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return literal(string(v))
	case float64:
		return plain(v, 64)
	case float32:
		return plain(float64(v), 32)
	}
	return whole(v)
}

func whole(v any) (string, bool) {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10), true
	case int:
		return strconv.Itoa(v), true
	case int32:
		return strconv.FormatInt(int64(v), 10), true
	case int16:
		return strconv.FormatInt(int64(v), 10), true
	case int8:
		return strconv.FormatInt(int64(v), 10), true
	case uint64:
		return strconv.FormatUint(v, 10), true
	case uint:
		return strconv.FormatUint(uint64(v), 10), true
	case uint32:
		return strconv.FormatUint(uint64(v), 10), true
	case uint16:
		return strconv.FormatUint(uint64(v), 10), true
	case uint8:
		return strconv.FormatUint(uint64(v), 10), true
	}
	return "", false
}

// plain writes a float without exponent, in the fewest digits that read back as the same
// number of that many bits.
func plain(f float64, bits int) (string, bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "", false
	}
	if f == 0 {
		return "0", true // also for -0
	}
	return strconv.FormatFloat(f, 'f', -1, bits), true
}

// literal writes the text of a JSON number. One with an exponent goes through
// float64, which also bounds its length: 1e1000000000 has ten digits here and a billion written out.
func literal(s string) (string, bool) {
	if strings.Trim(s, "0123456789+-.eE") != "" {
		return "", false // the spellings that only Go knows: hexadecimal, infinities
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return "", false
	}
	if strings.ContainsAny(s, "eE") {
		return plain(f, 64)
	}
	if strings.Trim(s, "-+0.") == "" {
		return "0", true
	}
	if strings.Contains(s, ".") {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return s, true
}
