package model

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/recado-hub/recado/internal/hub"
)

// readers are by the names of the schema's scalars what reads their values.
var readers = map[string]func(any) error{
	"Int": reader(UnmarshalInt), "Float": reader(float), "String": reader(UnmarshalString), "Boolean": reader(UnmarshalBoolean), "ID": reader(UnmarshalID),
	"DateTime": reader(UnmarshalDateTime), "Duration": reader(UnmarshalDuration), "LocalDateTime": reader(UnmarshalLocalDateTime),
	"Locale": reader(UnmarshalLocale), "Cursor": reader(UnmarshalCursor),
	"JSON": func(any) error { return nil }, // it is anything
}

// closer are the fields of inputs that take less than their scalar does, because of what they are in Go.
var closer = map[string]func(any) error{"RecordInput.data": reader(fields)}

func reader[T any](read func(any) (T, error)) func(any) error {
	return func(v any) error {
		_, err := read(v)
		return err
	}
}

// Judge says what is wrong with a value for a scalar, by the function that reads it when the operation is run. in is the field of an input
// object that it is given for, as Type.field; empty if it is for none. A scalar of which nothing is known takes nothing.
func Judge(scalar, in string, v any) error {
	if judge, ok := closer[in]; ok {
		return judge(v)
	}
	if judge, ok := readers[scalar]; ok {
		return judge(v)
	}
	return fmt.Errorf("model: nothing reads the scalar %s", scalar)
}

// wrong is the error of a value that a scalar does not take.
func wrong(format string, args ...any) error { return hub.Invalid("", format, args...) }

// Shown is a value as an error shows it: text in quotes and cut short, numbers as they were written, and of all else the kind.
func Shown(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(hub.Clip(v, 40))
	case json.Number:
		return hub.Clip(v.String(), 40)
	case int64, float64, bool:
		return hub.Clip(fmt.Sprint(v), 40)
	}
	return kind(v)
}

// kind is what a value is.
func kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "a text"
	case bool:
		return "a boolean"
	case map[string]any:
		return "an object"
	case json.Number, int, int64, float64:
		return "a number"
	}
	return "a list"
}
