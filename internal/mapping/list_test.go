package mapping_test

import (
	"encoding/json"
	"testing"

	"github.com/recado-hub/recado/internal/mapping"
)

func TestAListSaysInItsLanguageHowManyMoreThereAre(t *testing.T) {
	t.Parallel()
	r := row{"six": []any{"a", "b", "c", "d", "e", "f"}, "moments": []any{"2026-09-17T14:00:34Z", "2026-09-18T14:00:34Z"}, "levels": []any{"HIGH", "LOW"}}
	for language, want := range map[string]string{"": "a, b and 4 more", "en": "a, b and 4 more", "pt-BR": "a, b e mais 4", "pt-PT": "a, b e mais 4", "es": "a, b y 4 más", "fr": "a, b et 4 autres", "it": "a, b e 4 altri"} {
		if got := one(t, style(t, language, ""), r, `{"list":[{"var":"six"},2]}`); got != want {
			t.Errorf("in %q it is %q, want %q", language, got, want)
		}
	}
	for language, want := range map[string]string{"en": "a, b, c, d, e and 1 more", "es": "a, b, c, d, e y 1 más", "fr": "a, b, c, d, e et 1 autre", "it": "a, b, c, d, e e 1 altro"} {
		if got := one(t, style(t, language, ""), r, `{"list":[{"var":"six"},5]}`); got != want {
			t.Errorf("in %q it is %q, want %q", language, got, want)
		}
	}
	facts := map[string]mapping.Fact{"moments": {Type: "LIST", Items: "TIMESTAMP"}, "levels": {Type: "LIST", Items: "ENUM", Labels: map[string]string{"HIGH": "Alta", "LOW": "Baixa"}}}
	p, err := mapping.Compile([]mapping.Entry{{Position: 1, Expression: json.RawMessage(`{"list":{"var":"moments"}}`)}, {Position: 2, Expression: json.RawMessage(`{"list":[{"var":"levels"},1]}`)}, {Position: 3, Field: "moments"}},
		mapping.Options{Style: style(t, "pt-BR", "America/Sao_Paulo"), Field: func(path string) mapping.Fact { return facts[path] }})
	if err != nil || len(p.Notes()) > 0 {
		t.Fatal(err, p.Notes())
	}
	texts, problems := p.Apply(r, nil)
	const both = "17 de set. de 2026, 11:00, 18 de set. de 2026, 11:00"
	if len(problems) > 0 || texts[0] != both || texts[1] != "Alta e mais 1" || texts[2] != both {
		t.Errorf("they are %q, %v", texts, problems)
	}
	for expression, part := range map[string]string{`{"list":[{"var":"six"},0]}`: "1", `{"list":[{"var":"six"},{"var":"n"}]}`: "1", `{"list":[{"var":"six"},5,7]}`: "2", `{"list":["text"]}`: "0"} {
		_, err := mapping.Compile([]mapping.Entry{{Position: 1, Expression: json.RawMessage(expression)}}, mapping.Options{})
		if at, ok := err.(*mapping.CompileError); !ok || at.Path != "0.expression.list."+part {
			t.Errorf("%s is answered with %v", expression, err)
		}
	}
}
