package mapping_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/mapping"
)

func ptr[T any](v T) *T { return &v }

func TestConstantsExpressionsAndFieldsStandSideBySide(t *testing.T) {
	t.Parallel()
	p := compile(t, mapping.Entry{Position: 3, Field: "wo_folio"}, mapping.Entry{Position: 1, Constant: ptr("Olá")}, mapping.Entry{Position: 2, Expression: json.RawMessage(`{"cat":["OT ",{"var":"wo_folio"}]}`)})
	texts, problems := p.Apply(row{"wo_folio": "1496"}, nil)
	if !slices.Equal(texts, []string{"Olá", "OT 1496", "1496"}) || len(problems) != 0 || p.Names() != nil {
		t.Errorf("Apply = %q, %v", texts, problems)
	}
}

func TestNamedParametersKeepTheOrderOfTheMapping(t *testing.T) {
	t.Parallel()
	p := compile(t, mapping.Entry{Name: "folio", Field: "wo_folio"}, mapping.Entry{Name: "due_date", Field: "due"})
	texts, problems := p.Apply(row{"wo_folio": "1496"}, nil)
	if !slices.Equal(texts, []string{"1496", ""}) || !slices.Equal(p.Names(), []string{"folio", "due_date"}) {
		t.Errorf("Apply = %q, names %v", texts, p.Names())
	}
	if len(problems) != 1 || problems[0].Position != 0 || problems[0].Entry != 1 {
		t.Errorf("problems %+v", problems)
	}
}

func TestAPolicySaysWhatBecomesOfAMissingValue(t *testing.T) {
	t.Parallel()
	nothing := json.RawMessage(`{"var":"empty"}`)
	endless := json.RawMessage(`{"map":[{"var":"long"},1]}`)
	r := row{"empty": " ", "object": map[string]any{}, "long": make([]any, 20_000)}
	for _, c := range []struct {
		name string
		e    mapping.Entry
		text string
		code string
		skip bool
	}{
		{"a field that the row does not have fails without a policy", mapping.Entry{Field: "none"}, "", mapping.CodeMissing, false},
		{"an empty field fails with FAIL", mapping.Entry{Field: "empty", Missing: mapping.MissingFail}, "", mapping.CodeEmpty, false},
		{"the default stands in for a field that is not there", mapping.Entry{Field: "none", Missing: mapping.MissingDefault, Default: "-"}, "-", "", false},
		{"the default stands in for an empty field", mapping.Entry{Field: "empty", Missing: mapping.MissingDefault, Default: "-"}, "-", "", false},
		{"the default stands in for an expression that yields nothing", mapping.Entry{Expression: nothing, Missing: mapping.MissingDefault, Default: "-"}, "-", "", false},
		{"SKIP marks what is missing as no failure", mapping.Entry{Field: "none", Missing: mapping.MissingSkip}, "", mapping.CodeMissing, true},
		{"SKIP holds for an expression that yields nothing", mapping.Entry{Expression: nothing, Missing: mapping.MissingSkip}, "", mapping.CodeEmpty, true},
		{"a value that is no text is not missing", mapping.Entry{Field: "object", Missing: mapping.MissingSkip}, "", mapping.CodeNotText, false},
		{"an expression that takes too much is not missing", mapping.Entry{Expression: endless, Missing: mapping.MissingDefault, Default: "-"}, "", mapping.CodeExpressionFailed, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.e.Position = 1
			texts, problems := compile(t, c.e).Apply(r, nil)
			code, skip := "", false
			if len(problems) > 0 {
				code, skip = problems[0].Code, problems[0].Skip
			}
			if texts[0] != c.text || code != c.code || skip != c.skip {
				t.Errorf("%q %s skip %v, want %q %s %v", texts[0], code, skip, c.text, c.code, c.skip)
			}
		})
	}
}

func TestAnEntryThatSaysTooMuchOrTooLittleIsRefused(t *testing.T) {
	t.Parallel()
	x := json.RawMessage(`{"var":"a"}`)
	for _, c := range []struct {
		name string
		e    mapping.Entry
		code string
		path string
	}{
		{"a field and a constant", mapping.Entry{Position: 2, Field: "a", Constant: ptr("b")}, mapping.CodeSourcesMixed, "1.field"},
		{"a field and an expression", mapping.Entry{Position: 2, Field: "a", Expression: x}, mapping.CodeSourcesMixed, "1.field"},
		{"a constant and an expression", mapping.Entry{Position: 2, Constant: ptr("b"), Expression: x}, mapping.CodeSourcesMixed, "1.field"},
		{"none of them", mapping.Entry{Position: 2}, mapping.CodeFieldEmpty, "1.field"},
		{"a blank constant", mapping.Entry{Position: 2, Constant: ptr(" ")}, mapping.CodeConstantInvalid, "1.constant"},
		{"a long constant", mapping.Entry{Position: 2, Constant: ptr(strings.Repeat("x", mapping.MaxValue+1))}, mapping.CodeConstantInvalid, "1.constant"},
		{"a position and a name", mapping.Entry{Position: 2, Name: "b", Field: "a"}, mapping.CodePlacesMixed, "1.name"},
		{"a name beside positions", mapping.Entry{Name: "b", Field: "a"}, mapping.CodePlacesMixed, "1.name"},
		{"a policy that does not exist", mapping.Entry{Position: 2, Field: "a", Missing: "IGNORE"}, mapping.CodeMissingInvalid, "1.missing"},
		{"DEFAULT without a default", mapping.Entry{Position: 2, Field: "a", Missing: mapping.MissingDefault}, mapping.CodeMissingInvalid, "1.default"},
		{"a default without DEFAULT", mapping.Entry{Position: 2, Field: "a", Default: "-"}, mapping.CodeMissingInvalid, "1.default"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			refused(t, c.code, c.path, mapping.Entry{Position: 1, Field: "a"}, c.e)
		})
	}
	named := mapping.Entry{Name: "folio", Field: "a"}
	t.Run("a position beside names", func(t *testing.T) {
		t.Parallel()
		refused(t, mapping.CodePlacesMixed, "1.position", named, mapping.Entry{Position: 1, Field: "a"})
	})
	t.Run("a name twice", func(t *testing.T) {
		t.Parallel()
		refused(t, mapping.CodeNameDuplicate, "1.name", named, named)
	})
	for _, name := range []string{"1st", "due date", "ação", "_x", strings.Repeat("n", mapping.MaxName+1)} {
		t.Run(fmt.Sprintf("the name %.20q", name), func(t *testing.T) {
			t.Parallel()
			refused(t, mapping.CodeNameInvalid, "1.name", named, mapping.Entry{Name: name, Field: "a"})
		})
	}
}

func refused(t *testing.T, code, path string, entries ...mapping.Entry) {
	t.Helper()
	_, err := mapping.Compile(entries, mapping.Options{})
	var e *mapping.CompileError
	if !errors.As(err, &e) || e.Code != code || e.Path != path || e.Message == "" {
		t.Errorf("got %+v, want %s at %s", err, code, path)
	}
}

func TestRecipientsAreDistinctAndFailEachForItself(t *testing.T) {
	t.Parallel()
	brazil := func(s string) (string, error) { return mapping.E164In(s, "BR") }
	field := func(path string) mapping.Recipient { return mapping.Recipient{Field: path} }
	all := func(list ...mapping.Recipient) mapping.Recipient { return mapping.Recipient{All: list} }
	first := func(list ...mapping.Recipient) mapping.Recipient { return mapping.Recipient{First: list} }
	r := row{"sms": "none", "telephone": "(11) 99999-0001", "other": "+5511999990001", "third": "21 98888-0002", "null": nil, "list": []any{"11 99999-0001", json.Number("5521988880002"), nil, "x"},
		"many": many(60, true), "same": many(60, false), "huge": make([]any, 1001), "blanks": []any{nil, " "}, "objects": []any{map[string]any{}}}
	for _, c := range []struct {
		name string
		in   mapping.Recipient
		want string
	}{
		{"several, each once however it is written", all(field("telephone"), field("other"), field("third")), "+5511999990001 +5521988880002"},
		{"one that cannot be used beside one that can", all(field("sms"), field("null"), field("third")), "none! ! +5521988880002"},
		{"a chain takes the first that can be used", first(field("null"), field("sms"), field("telephone"), field("third")), "+5511999990001"},
		{"a chain of which none can be used tells of the first that is filled", first(field("null"), field("sms")), "none!"},
		{"an empty chain tells that it is empty", first(field("null"), field("nowhere")), "!"},
		{"a chain among several", all(first(field("sms"), field("telephone")), mapping.Recipient{Constant: "21 98888-0002"}), "+5511999990001 +5521988880002"},
		{"each element of a list", field("list"), "+5511999990001 +5521988880002 x!"},
		{"a list of nothing", field("blanks"), "!"},
		{"a list of objects", field("objects"), "!"},
		{"a list of one number 60 times", field("same"), "+5511999990000"},
		{"more than 50 different ones", field("many"), "!"},
		{"more elements than are read", field("huge"), "!"},
		{"several inside several", all(all(field("sms"))), "!"},
		{"a chain inside a chain", first(first(field("sms"))), "!"},
		{"none at all", all(), "!"},
		{"more parts than allowed", all(slices.Repeat([]mapping.Recipient{field("sms")}, 20)...), "!"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, to := range c.in.Resolve(r, brazil) {
				text := to.Text
				if to.Problem != nil {
					text += "!"
					if to.Problem.Message == "" || to.Problem.Entry != -1 {
						t.Errorf("problem %+v", to.Problem)
					}
				}
				got = append(got, text)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %q, want %q", strings.Join(got, " "), c.want)
			}
		})
	}
}

func many(n int, different bool) (list []any) {
	for i := range n {
		if !different {
			i = 0
		}
		list = append(list, fmt.Sprintf("+55119999900%02d", i))
	}
	return list
}

func TestANumberWithoutCountryCodeIsOneOfTheFlowsCountry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ country, in, want string }{
		{"BR", "11 99999-1234", "+5511999991234"}, {"BR", "(011) 99999-1234", "+5511999991234"}, {"BR", "5511999991234", "+5511999991234"}, {"BR", "+351912345678", "+351912345678"}, {"BR", "351912345678", "+351912345678"},
		{"BR", "+55 11 99999-1234", "+5511999991234"}, {"PT", "912 345 678", "+351912345678"}, {"PT", "00351912345678", "+351912345678"}, {"PT", "5511999991234", "+5511999991234"}, {"FR", "06 12 34 56 78", "+33612345678"},
		{"IT", "055 123 4567", "+390551234567"}, {"ES", "612 34 56 78", "+34612345678"}, {"MX", "55 1234 5678", "+525512345678"}, {"GB", "020 7946 0018", "+442079460018"}, {"", "5511999991234", "+5511999991234"},
	} {
		if got, err := mapping.E164In(c.in, c.country); err != nil || got != c.want {
			t.Errorf("%q in %s is %q, %v; want %q", c.in, c.country, got, err, c.want)
		}
	}
	for _, c := range []struct{ country, in, message string }{
		{"", "011999991234", "begins with 0"}, {"BR", "123", "none of BR"}, {"BR", "call me", "letter"}, {"BR", "", "empty"}, {"BR", "+011999991234", "begins with 0"}, {"GB", "+44 (0)20 7946 0018", "(0)"},
	} {
		if got, err := mapping.E164In(c.in, c.country); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%q in %s is %q, %v; want %q", c.in, c.country, got, err, c.message)
		}
	}
}

// Whatever people write: the answer is in the form of E.164, has no digits that were not written but those of the country
// code, and is its own answer.
func FuzzE164In(f *testing.F) {
	for _, seed := range []string{"5511999991234", "+55 (11) 99999-1234", "011 99999-1234", "00351912345678", "0", "112", "0800 123 456", "\u202a11 99999 1234"} {
		f.Add(seed, "BR")
		f.Add(seed, "IT")
	}
	f.Fuzz(func(t *testing.T, s, country string) {
		if mapping.CheckCountry(country) != nil {
			t.Skip()
		}
		got, err := mapping.E164In(s, country)
		if err != nil {
			if got != "" {
				t.Errorf("%q in %s is %q, %v", s, country, got, err)
			}
			return
		}
		if !e164.MatchString(got) {
			t.Errorf("%q in %s is %q", s, country, got)
		}
		if again, err := mapping.E164In(got, country); err != nil || again != got {
			t.Errorf("%q becomes %q, %v", got, again, err)
		}
	})
}

// As BenchmarkSevenOfEightySevenFields, with what people map beside plain fields.
func BenchmarkSevenValuesWithExpressions(b *testing.B) {
	r := row{}
	for i := range 87 {
		r[fmt.Sprint("field_", i)] = fmt.Sprint("value ", i)
	}
	r["field_30"], r["field_70"], r["field_60"], r["status"] = json.Number("1496"), 12345.5, "2026-09-17T14:00:34.404671+00:00", "HIGH"
	s := style(b, "pt-BR", "America/Sao_Paulo")
	p, err := mapping.Compile([]mapping.Entry{
		{Position: 1, Expression: json.RawMessage(`{"cat":["OT-",{"var":"field_30"}]}`)},
		{Position: 2, Field: "field_20"},
		{Position: 3, Expression: json.RawMessage(`{"if":[{">":[{"var":"field_70"},1000]},"caro","barato"]}`)},
		{Position: 4, Expression: json.RawMessage(`{"map_values":[{"var":"status"},{"HIGH":"Alta","LOW":"Baixa"},"-"]}`)},
		{Position: 5, Expression: json.RawMessage(`{"coalesce":[{"var":"nowhere"},{"var":"field_50"}]}`)},
		{Position: 6, Expression: json.RawMessage(`{"format_date":[{"add_days":[{"var":"field_60"},3]},"long"]}`)},
		{Position: 7, Expression: json.RawMessage(`{"number_format":[{"var":"field_70"},2,2]}`)},
	}, mapping.Options{Style: s})
	if err != nil {
		b.Fatal(err)
	}
	var texts []string
	var problems []mapping.Problem
	b.ReportAllocs()
	for b.Loop() {
		texts, problems = p.Apply(r, texts)
	}
	if want := []string{"OT-1496", "value 20", "caro", "Alta", "value 50", "20 de setembro de 2026", "12.345,50"}; !slices.Equal(texts, want) || len(problems) != 0 {
		b.Fatalf("Apply = %q, %v", texts, problems)
	}
}

// The same seven fields, read in a language.
func BenchmarkSevenFieldsInALanguage(b *testing.B) {
	r := row{"text": "value", "whole": json.Number("1496"), "fraction": 12.5, "done": true, "at": "2026-09-17T14:00:34.404671+00:00", "status": "HIGH", "tags": []any{"a", "b"}}
	var entries []mapping.Entry
	for i, field := range []string{"text", "whole", "fraction", "done", "at", "status", "tags"} {
		entries = append(entries, mapping.Entry{Field: field, Position: i + 1})
	}
	p, err := mapping.Compile(entries, mapping.Options{Style: style(b, "pt-BR", "America/Sao_Paulo"), Field: func(path string) mapping.Fact {
		return map[string]mapping.Fact{"at": {Type: "TIMESTAMP"}, "status": facts["status"]}[path]
	}})
	if err != nil {
		b.Fatal(err)
	}
	var texts []string
	b.ReportAllocs()
	for b.Loop() {
		texts, _ = p.Apply(r, texts)
	}
	if want := []string{"value", "1496", "12,5", "Sim", "17 de set. de 2026, 11:00", "Alta", "a, b"}; !slices.Equal(texts, want) {
		b.Fatalf("Apply = %q", texts)
	}
}
