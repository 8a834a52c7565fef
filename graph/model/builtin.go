package model

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

// The scalars that GraphQL has of itself are read by the letter of its rules (GraphQL §3.5). Those of the library take more: a number for
// text, text for a number, true for an ID.

// MarshalInt writes a whole number.
func MarshalInt(n int) graphql.Marshaler { return graphql.MarshalInt(n) }

// UnmarshalInt reads a whole number of 32 bits, which is what an Int of GraphQL can be.
func UnmarshalInt(v any) (int, error) {
	_, text := v.(string) // a number in variables is a json.Number, which is none
	n, err := graphql.UnmarshalInt64(v)
	if text || v == nil || err != nil || n < math.MinInt32 || n > math.MaxInt32 {
		return 0, wrong("%s is no Int: it is a whole number of 32 bits", Shown(v))
	}
	return int(n), nil
}

// MarshalString writes text.
func MarshalString(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalString reads text.
func UnmarshalString(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", wrong("%s is no String: it is text, in quotes", kind(v))
	}
	return s, nil
}

// MarshalCursor writes a place in a list.
func MarshalCursor(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalCursor reads a place in a list. Which one it is, and whether it is one at all, only the list knows.
func UnmarshalCursor(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", wrong("%s is no Cursor: it is text that this API returned", kind(v))
	}
	return s, nil
}

// MarshalID writes an id.
func MarshalID(s string) graphql.Marshaler { return graphql.MarshalID(s) }

// UnmarshalID reads text, or a whole number as it is written.
func UnmarshalID(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case int64: // of a literal
		return strconv.FormatInt(v, 10), nil
	case json.Number:
		if _, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return v.String(), nil
		}
	}
	return "", wrong("%s is no ID: it is text or a whole number", kind(v))
}

// MarshalBoolean writes true or false.
func MarshalBoolean(b bool) graphql.Marshaler { return graphql.MarshalBoolean(b) }

// UnmarshalBoolean reads true or false.
func UnmarshalBoolean(v any) (bool, error) {
	b, ok := v.(bool)
	if !ok {
		return false, wrong("%s is no Boolean: it is true or false, without quotes", kind(v))
	}
	return b, nil
}

// float reads a number. No input of the schema has a Float, but a variable can be one that stands inside of JSON.
func float(v any) (float64, error) {
	_, text := v.(string)
	f, err := graphql.UnmarshalFloat(v)
	if text || v == nil || err != nil {
		return 0, wrong("%s is no Float: it is a number, without quotes", kind(v))
	}
	return f, nil
}
