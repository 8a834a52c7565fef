package model_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

func written(m graphql.Marshaler) string {
	var buf bytes.Buffer
	m.MarshalGQL(&buf)
	return buf.String()
}

func TestADateTimeIsUTCToTheMillisecond(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-11-22T14:00:34.404671+00:00": `"2026-11-22T14:00:34.404Z"`,
		"2026-11-22T14:00:34-03:00":        `"2026-11-22T17:00:34.000Z"`,
		"2026-11-22T14:00:34Z":             `"2026-11-22T14:00:34.000Z"`,
	} {
		got, err := model.UnmarshalDateTime(in)
		if err != nil || written(model.MarshalDateTime(got)) != want {
			t.Errorf("%s becomes %s, %v", in, written(model.MarshalDateTime(got)), err)
		}
	}
	for _, in := range []any{"yesterday", "2026-11-22", "2026-11-22T14:00:34", "2026-11-22T14:00:34,5Z", 7, nil} {
		if _, err := model.UnmarshalDateTime(in); hub.CodeOf(err) != hub.CodeInvalid {
			t.Errorf("%v is answered with %v", in, err)
		}
	}
}

func TestADurationHasAFixedLength(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Duration{"PT15M": 15 * time.Minute, "P1D": 24 * time.Hour, "PT0.5S": 500 * time.Millisecond, "P1DT1H": 25 * time.Hour, "P2W": 14 * 24 * time.Hour} {
		if got, err := model.UnmarshalDuration(in); got != want || err != nil {
			t.Errorf("%s is %s, %v", in, got, err)
		}
	}
	for _, in := range []any{"15m", "P1M", "P1Y", "-PT1S", "", 900, nil} {
		if got, err := model.UnmarshalDuration(in); hub.CodeOf(err) != hub.CodeInvalid {
			t.Errorf("%v is %s, %v", in, got, err)
		}
	}
	if got := written(model.MarshalDuration(90 * time.Minute)); got != `"PT1H30M"` {
		t.Errorf("90 minutes are written %s", got)
	}
}

func TestALocaleIsOneOfSix(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"pt-BR": "pt-BR", "PT-br": "pt-BR", "en": "en"} {
		if got, err := model.UnmarshalLocale(in); got != want || err != nil {
			t.Errorf("%s is %s, %v", in, got, err)
		}
	}
	for _, in := range []any{"pt", "ja", "", 1, nil} {
		if _, err := model.UnmarshalLocale(in); hub.CodeOf(err) != hub.CodeInvalid {
			t.Errorf("%v is answered with %v", in, err)
		}
	}
}

func TestAnIntHas32Bits(t *testing.T) {
	t.Parallel()
	if got, err := model.UnmarshalInt(json.Number("2147483647")); got != 2147483647 || err != nil {
		t.Errorf("the largest one is %d, %v", got, err)
	}
	for _, in := range []any{json.Number("2147483648"), json.Number("99999999999999999999"), int64(-1 << 40), "x", "5"} {
		if got, err := model.UnmarshalInt(in); hub.CodeOf(err) != hub.CodeInvalid {
			t.Errorf("%v is %d, %v", in, got, err)
		}
	}
}

func TestJSONIsTheSameHoweverItWasSent(t *testing.T) {
	t.Parallel()
	fromVariables := map[string]any{"a": json.Number("9007199254740993"), "b": []any{json.Number("1.5"), nil, true}}
	fromDocument := map[string]any{"a": int64(9007199254740993), "b": []any{1.5, nil, true}}
	const want = `{"a":9007199254740993,"b":[1.5,null,true]}`
	for _, in := range []any{fromVariables, fromDocument} {
		f, err := model.UnmarshalFieldsJSON(in)
		if err != nil || written(model.MarshalFieldsJSON(f)) != want {
			t.Errorf("%v becomes %s, %v", in, written(model.MarshalFieldsJSON(f)), err)
		}
		if n, ok := f["a"].(json.Number); !ok || n != "9007199254740993" {
			t.Errorf("the number became %#v", f["a"])
		}
		raw, err := model.UnmarshalRawJSON(in)
		if err != nil || string(raw) != want {
			t.Errorf("%v becomes %s, %v", in, raw, err)
		}
	}
	if _, err := model.UnmarshalFieldsJSON([]any{1}); hub.CodeOf(err) != hub.CodeInvalid {
		t.Errorf("a list as the data of a record is answered with %v", err)
	}
	for _, got := range []string{written(model.MarshalRawJSON(nil)), written(model.MarshalAnyJSON(nil))} {
		if got != "null" {
			t.Errorf("nothing is written %s", got)
		}
	}
	if got := written(model.MarshalFieldsJSON(nil)); got != "{}" {
		t.Errorf("a record without data is written %s", got)
	}
}

func TestTheScalarsOfGraphQLTakeWhatItsRulesSay(t *testing.T) {
	t.Parallel()
	object, list := map[string]any{}, []any{}
	for scalar, c := range map[string]struct{ takes, refuses []any }{
		"Int":     {[]any{json.Number("7"), int64(-7)}, []any{"7", json.Number("7.5"), 7.5, true, object, list, nil}},
		"Float":   {[]any{json.Number("7"), json.Number("7.5"), int64(7), 7.5}, []any{"7", true, object, list, nil}},
		"String":  {[]any{"", "7"}, []any{json.Number("7"), int64(7), 7.5, true, object, list, nil}},
		"Boolean": {[]any{true, false}, []any{"true", json.Number("1"), int64(1), object, list, nil}},
		"ID":      {[]any{"", "x", json.Number("7"), int64(7)}, []any{json.Number("7.5"), json.Number("1e3"), 7.5, true, object, list, nil}},
		"Cursor":  {[]any{"", "x"}, []any{json.Number("7"), true, object, list, nil}},
		"JSON":    {[]any{"x", json.Number("7.5"), true, object, list, nil}, nil},
	} {
		for _, v := range c.takes {
			if err := model.Judge(scalar, "", v); err != nil {
				t.Errorf("%#v is refused: %v", v, err)
			}
		}
		for _, v := range c.refuses {
			if err := model.Judge(scalar, "", v); hub.CodeOf(err) != hub.CodeInvalid {
				t.Errorf("%#v for %s is answered with %v", v, scalar, err)
			}
		}
	}
	if id, err := model.UnmarshalID(json.Number("7")); id != "7" || err != nil {
		t.Errorf("the ID 7 is %q, %v", id, err)
	}
	if err := model.Judge("Moon", "", "x"); err == nil {
		t.Error("a scalar of which nothing is known takes a value")
	}
}
