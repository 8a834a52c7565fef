package model

import (
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/recado-hub/recado/internal/hub"
)

// dateTime is RFC 3339 in UTC with exactly three digits, so that times sort as text.
const dateTime = "2006-01-02T15:04:05.000Z"

// MarshalDateTime writes a time as RFC 3339 in UTC, to the millisecond.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, `"`+t.UTC().Format(dateTime)+`"`)
	})
}

// UnmarshalDateTime reads RFC 3339 with any offset.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, _ := v.(string)
	var t time.Time
	// Unlike time.Parse, this takes RFC 3339 by the letter, save for a comma before the fraction.
	if t.UnmarshalText([]byte(s)) != nil || strings.Contains(s, ",") {
		return time.Time{}, wrong("%s is no DateTime: write it as 2026-11-22T14:00:34.404Z, with an offset (RFC 3339)", Shown(v))
	}
	return t.UTC(), nil
}

// MarshalDuration writes a length of time as ISO 8601, without years and months, which UnmarshalDuration does not take.
func MarshalDuration(d time.Duration) graphql.Marshaler {
	if d > 0 && d%time.Second == 0 {
		return graphql.MarshalString(hub.ISODuration(d))
	}
	return graphql.MarshalDuration(d)
}

// UnmarshalDuration reads a length of time by ISO 8601 that is not negative. Years and months are refused: their length
// varies.
func UnmarshalDuration(v any) (time.Duration, error) {
	s, _ := v.(string)
	date, _, _ := strings.Cut(s, "T")
	d, err := graphql.UnmarshalDuration(s)
	if err != nil || d < 0 || strings.ContainsAny(date, "YM") {
		return 0, wrong("%s is no Duration: write it as PT15M or P1D (ISO 8601, without years and months)", Shown(v))
	}
	return d, nil
}

// MarshalLocale writes a language tag (BCP 47).
func MarshalLocale(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalLocale reads one of the six languages of the product.
func UnmarshalLocale(v any) (string, error) {
	s, _ := v.(string)
	for _, l := range hub.Locales {
		if strings.EqualFold(l, s) {
			return l, nil
		}
	}
	return "", wrong("%s is no Locale: it is one of %s", Shown(v), strings.Join(hub.Locales, ", "))
}

// MarshalLocalDateTime writes what a clock shows.
func MarshalLocalDateTime(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalLocalDateTime reads what a clock shows: a date and a time without an offset, in the form of hub.LocalLayout. The
// seconds may be missing.
func UnmarshalLocalDateTime(v any) (string, error) {
	s, _ := v.(string)
	for _, layout := range []string{hub.LocalLayout, "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, s); err == nil && len(s) == len(layout) {
			return t.Format(hub.LocalLayout), nil
		}
	}
	return "", wrong("%s is no LocalDateTime: write it as 2026-12-01T08:00:00, without an offset", Shown(v))
}

// MarshalRawJSON writes JSON as it is; nothing is null.
func MarshalRawJSON(raw json.RawMessage) graphql.Marshaler {
	if len(raw) == 0 {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(raw) })
}

// UnmarshalRawJSON takes any JSON value.
func UnmarshalRawJSON(v any) (json.RawMessage, error) { return json.Marshal(v) }

// MarshalAnyJSON writes any JSON-like value.
func MarshalAnyJSON(v any) graphql.Marshaler {
	raw, err := json.Marshal(v)
	if err != nil {
		return graphql.Null
	}
	return MarshalRawJSON(raw)
}

// UnmarshalAnyJSON takes any JSON value; numbers stay as they were written (json.Number).
func UnmarshalAnyJSON(v any) (any, error) { return plain(v), nil }

// MarshalFieldsJSON writes the data of a record.
func MarshalFieldsJSON(f hub.Fields) graphql.Marshaler {
	if f == nil {
		return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, "{}") })
	}
	return MarshalAnyJSON(map[string]any(f))
}

// UnmarshalFieldsJSON takes an object.
func UnmarshalFieldsJSON(v any) (hub.Fields, error) {
	object, err := fields(v)
	if err != nil {
		return nil, err
	}
	return plain(object).(map[string]any), nil
}

func fields(v any) (map[string]any, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return nil, wrong("the data of a record is an object")
	}
	return object, nil
}

// plain turns the numbers of a literal in the document, which the parser has read as int64 or float64, into the form in
// which variables carry them, so that the same value is the same however it was sent.
func plain(v any) any {
	switch v := v.(type) {
	case int64:
		return json.Number(strconv.FormatInt(v, 10))
	case int:
		return json.Number(strconv.Itoa(v))
	case float64:
		return json.Number(strconv.FormatFloat(v, 'f', -1, 64))
	case []any:
		return slices.Collect(func(yield func(any) bool) {
			for _, e := range v {
				if !yield(plain(e)) {
					return
				}
			}
		})
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = plain(e)
		}
		return out
	}
	return v
}
