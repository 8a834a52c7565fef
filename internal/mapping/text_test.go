package mapping_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/mapping"
)

func TestTextReadsAsPeopleWrite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   any
		want string
	}{
		{"a text is itself, spaces and all", " OT-1496 ", " OT-1496 "},
		{"a time in RFC 3339 is itself", "2026-09-17T14:00:34.404671+00:00", "2026-09-17T14:00:34.404671+00:00"},
		{"nothing is empty", nil, ""},
		{"true", true, "true"},
		{"false", false, "false"},
		{"a whole float has no point", 1496.0, "1496"},
		{"a large float has no exponent", 1e21, "1000000000000000000000"},
		{"a small float has no exponent", 1e-7, "0.0000001"},
		{"a fraction", 12.5, "12.5"},
		{"minus zero has no sign", math.Copysign(0, -1), "0"},
		{"a float32 has its own few digits", float32(0.1), "0.1"},
		{"an int64", int64(-9007199254740993), "-9007199254740993"},
		{"the largest unsigned", uint64(math.MaxUint64), "18446744073709551615"},
		{"a decoded whole number", json.Number("1496"), "1496"},
		{"a decoded number beyond float64's digits", json.Number("12345678901234567890123"), "12345678901234567890123"},
		{"a decoded number with a needless zero", json.Number("12.50"), "12.5"},
		{"a decoded number with only needless zeros", json.Number("100.00"), "100"},
		{"a decoded zero with a sign and a point", json.Number("-0.0"), "0"},
		{"a decoded number with an exponent", json.Number("1.5E3"), "1500"},
		{"a list", []any{"Electrical", 2.0, true}, "Electrical, 2, true"},
		{"a list leaves out what is empty", []any{"a", nil, "", "b"}, "a, b"},
		{"a list without elements", []any{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, ok := mapping.Text(c.in); !ok || got != c.want {
				t.Errorf("Text(%#v) = %q, %v; want %q", c.in, got, ok, c.want)
			}
		})
	}
}

func TestEveryGoIntegerReadsTheSame(t *testing.T) {
	t.Parallel()
	for _, v := range []any{7, int8(7), int16(7), int32(7), int64(7), uint(7), uint8(7), uint16(7), uint32(7), uint64(7)} {
		if got, ok := mapping.Text(v); !ok || got != "7" {
			t.Errorf("Text(%T) = %q, %v", v, got, ok)
		}
	}
}

func TestTextRefusesWhatIsNoText(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]any{
		"an object":                      map[string]any{"a": 1},
		"an object in a list":            []any{"a", map[string]any{}},
		"a list in a list":               []any{[]any{"a"}},
		"not a number":                   math.NaN(),
		"infinity":                       math.Inf(1),
		"a decoded number too large":     json.Number("1e1000000000"),
		"a number that is none":          json.Number("12abc"),
		"a number in hexadecimal":        json.Number("0x10"),
		"a number without any character": json.Number(""),
		"a Go type outside JSON":         struct{}{},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, ok := mapping.Text(v); ok || got != "" {
				t.Errorf("Text(%#v) = %q, %v; want a refusal", v, got, ok)
			}
		})
	}
}

// Whatever JSON holds: Text does not panic, refuses objects and nothing that is simple, and writes a
// number that reads back as the same number, without exponent and within a bound.
func FuzzText(f *testing.F) {
	for _, seed := range []string{`null`, `"OT-1496"`, `1e3`, `-0.0`, `12.50`, `1e308`, `5e-324`, `1e999`, `[1,"a",null,[]]`, `{"a":1}`, `[{"a":1}]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var v any
		if d.Decode(&v) != nil {
			t.Skip()
		}
		s, ok := mapping.Text(v)
		switch v := v.(type) {
		case string:
			if !ok || s != v {
				t.Errorf("a text became %q", s)
			}
		case map[string]any:
			if ok {
				t.Errorf("an object became %q", s)
			}
		case json.Number:
			checkNumber(t, v, s, ok)
		}
	})
}

func checkNumber(t *testing.T, n json.Number, s string, ok bool) {
	t.Helper()
	want, err := n.Float64()
	if err != nil {
		if ok {
			t.Errorf("%s, beyond float64, became %q", n, s)
		}
		return
	}
	back, err := json.Number(s).Float64()
	if !ok || err != nil || back != want {
		t.Errorf("%s became %q, %v", n, s, ok)
	}
	if strings.ContainsAny(s, "eE") || strings.Contains(s, ".") && strings.HasSuffix(s, "0") || len(s) > max(len(n), 400) {
		t.Errorf("%s is written as %q", n, s)
	}
}
