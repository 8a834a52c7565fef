package catalog

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// wholeNumber reads a whole number within 64 bits from any of the forms in which JSON numbers and Go integers come.
func wholeNumber(v any) (int64, bool) {
	switch v := v.(type) {
	case json.Number:
		return wholeLiteral(string(v))
	case float64:
		return wholeFloat(v)
	case int64:
		return v, true
	case int:
		return int64(v), true
	case int32:
		return int64(v), true
	case uint64:
		return int64(v), v <= math.MaxInt64
	case float32:
		return wholeFloat(float64(v))
	}
	return 0, false
}

func wholeFloat(f float64) (int64, bool) {
	const edge = 1 << 63
	if f != math.Trunc(f) || f < -edge || f >= edge { // false for NaN and infinities
		return 0, false
	}
	return int64(f), true
}

// wholeLiteral cuts zeros after the point before it parses: 9007199254740993.0 would lose its last digit as a float64.
func wholeLiteral(s string) (int64, bool) {
	if !numeric(s) {
		return 0, false
	}
	if dot := strings.IndexByte(s, '.'); dot >= 0 && strings.Trim(s[dot+1:], "0") == "" {
		s = s[:dot]
	}
	if !strings.ContainsAny(s, ".eE") {
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, false
	}
	return wholeFloat(f)
}

// numeric keeps out the spellings that only Go knows: hexadecimal, infinities, underscores.
func numeric(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && c != '+' && c != '-' && c != '.' && c != 'e' && c != 'E' {
			return false
		}
	}
	return s != ""
}

func finiteNumber(v any) bool {
	switch v := v.(type) {
	case json.Number:
		if !numeric(string(v)) {
			return false
		}
		_, err := strconv.ParseFloat(string(v), 64)
		return err == nil
	case float64:
		return !math.IsNaN(v) && !math.IsInf(v, 0)
	case float32:
		return finiteNumber(float64(v))
	case uint64:
		return true
	}
	_, ok := wholeNumber(v)
	return ok
}

// text is the text of a value that names something: text itself, or the digits of a whole number.
func text(v any) (string, bool) {
	if s, ok := v.(string); ok {
		return s, true
	}
	if n, ok := wholeNumber(v); ok {
		return strconv.FormatInt(n, 10), true
	}
	return "", false
}

// ParseTime reads a timestamp as the records of the product hold it: RFC 3339 with or without a fraction of a second
// (2026-09-17T14:00:34.404671+00:00, 2026-09-17T14:00:34Z), with an offset of whole hours (2016-07-12T20:00:00-03), or a
// date alone (2026-09-17), which is the midnight of UTC that it begins with. A time of day needs an offset: without one
// nobody knows which moment is meant.
func ParseTime(s string) (time.Time, error) {
	layout := time.RFC3339
	switch n := len(s); {
	case n == len(time.DateOnly):
		layout = time.DateOnly
	case n > 3 && (s[n-3] == '+' || s[n-3] == '-'):
		layout = "2006-01-02T15:04:05Z07"
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		return t, err
	}
	if t = t.UTC(); t.Year() < 1 || t.Year() > 9999 {
		return t, errYear
	}
	return t, nil
}

var errYear = errors.New("the year has to be one from 1 to 9999 in UTC")

// utc writes a timestamp as records hold it: RFC 3339 in UTC with a Z, and a fraction only as long as it is not zero. Equal
// moments are equal texts. What is no timestamp stays as it is.
func utc(s string) string {
	t, err := ParseTime(s)
	if err != nil {
		return s
	}
	var buf [len(time.RFC3339Nano)]byte
	if b := t.AppendFormat(buf[:0], time.RFC3339Nano); string(b) != s {
		return string(b)
	}
	return s
}
