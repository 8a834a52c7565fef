package mapping_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/mapping"
)

// people is a row that has other records beside it.
type people struct{ row }

func (people) Lookup(typ, key, path string) (any, bool) {
	v, ok := map[string]any{"person/jonas/sms": "5511999990001", "person/jonas/name": "Jonas"}[typ+"/"+key+"/"+path]
	return v, ok
}

var facts = map[string]mapping.Fact{
	"status":  {Type: "ENUM", Labels: map[string]string{"HIGH": "Alta"}},
	"created": {Type: "TIMESTAMP"}, "cost": {Type: "NUMBER"}, "name": {Type: "TEXT"}, "done": {Type: "BOOLEAN"}, "tags": {Type: "LIST"},
}

func style(t testing.TB, locale, zone string) *mapping.Style {
	t.Helper()
	s, err := mapping.NewStyle(locale, zone, "")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// one computes an expression in a style. What it yields is a text, or the code of the problem.
func one(t testing.TB, s *mapping.Style, r mapping.Row, expression string) string {
	t.Helper()
	p, err := mapping.Compile([]mapping.Entry{{Position: 1, Expression: json.RawMessage(expression)}},
		mapping.Options{Style: s, Field: func(path string) mapping.Fact { return facts[path] }})
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	texts, problems := p.Apply(r, nil)
	if len(problems) > 0 {
		return problems[0].Code
	}
	return texts[0]
}

type written struct{ expression, want string }

func TestTheExamplesOfJSONLogic(t *testing.T) {
	t.Parallel()
	r := row{"a": "apple", "b": "banana", "temp": json.Number("55"), "champ": map[string]any{"name": "Fezzig"}, "integers": []any{json.Number("1"), json.Number("2"), json.Number("3"), json.Number("4"), json.Number("5")},
		"desserts": []any{map[string]any{"name": "apple", "qty": json.Number("1")}, map[string]any{"name": "brownie", "qty": json.Number("2")}}, "financing": true, "vin": "", "zero": json.Number("0")}
	for _, c := range []written{
		{`{"==":[1,1]}`, "true"}, {`{"==":[1,"1"]}`, "true"}, {`{"==":[0,false]}`, "true"}, {`{"==":[null,0]}`, "false"},
		{`{"===":[1,1]}`, "true"}, {`{"===":[1,"1"]}`, "false"}, {`{"!=":[1,2]}`, "true"}, {`{"!=":[1,"1"]}`, "false"},
		{`{"!==":[1,2]}`, "true"}, {`{"!==":[1,"1"]}`, "true"}, {`{"!":[true]}`, "false"}, {`{"!":true}`, "false"}, {`{"!":[[]]}`, "true"}, {`{"!":["0"]}`, "false"},
		{`{"!!":[[]]}`, "false"}, {`{"!!":["0"]}`, "true"}, {`{"!!":[[0]]}`, "true"}, {`{"!!":[0]}`, "false"}, {`{"!!":[""]}`, "false"},
		{`{"or":[true,false]}`, "true"}, {`{"or":[false,"apple"]}`, "apple"}, {`{"or":[false,null,"x"]}`, "x"},
		{`{"and":[true,true]}`, "true"}, {`{"and":[true,"apple",false]}`, "false"}, {`{"and":[true,"apple",3.14]}`, "3.14"},
		{`{"if":[true,"yes","no"]}`, "yes"}, {`{"if":[false,"yes","no"]}`, "no"}, {`{"?:":[1,"yes","no"]}`, "yes"},
		{`{"if":[{"<":[{"var":"temp"},0]},"freezing",{"<":[{"var":"temp"},100]},"liquid","gas"]}`, "liquid"},
		{`{">":[2,1]}`, "true"}, {`{">=":[1,1]}`, "true"}, {`{"<":[1,2]}`, "true"}, {`{"<=":[1,1]}`, "true"}, {`{"<":[1,2,3]}`, "true"}, {`{"<":[1,1,3]}`, "false"},
		{`{"<":[1,4,3]}`, "false"}, {`{"<=":[1,1,3]}`, "true"}, {`{"<":["2","10"]}`, "false"}, {`{"<":[2,"10"]}`, "true"},
		{`{"max":[1,2,3]}`, "3"}, {`{"min":[1,2,3]}`, "1"}, {`{"+":[4,2]}`, "6"}, {`{"-":[4,2]}`, "2"}, {`{"*":[4,2]}`, "8"}, {`{"/":[4,2]}`, "2"},
		{`{"+":[2,2,2,2,2]}`, "10"}, {`{"*":[2,2,2,2,2]}`, "32"}, {`{"-":2}`, "-2"}, {`{"-":-2}`, "2"}, {`{"+":"3.14"}`, "3.14"}, {`{"%":[101,2]}`, "1"}, {`{"%":[7.5,2]}`, "1.5"},
		{`{"map":[{"var":"integers"},{"*":[{"var":""},2]}]}`, "2, 4, 6, 8, 10"}, {`{"filter":[{"var":"integers"},{"%":[{"var":""},2]}]}`, "1, 3, 5"},
		{`{"reduce":[{"var":"integers"},{"+":[{"var":"current"},{"var":"accumulator"}]},0]}`, "15"},
		{`{"all":[[1,2,3],{">":[{"var":""},0]}]}`, "true"}, {`{"all":[[],{">":[{"var":""},0]}]}`, "false"}, {`{"some":[[-1,0,1],{">":[{"var":""},0]}]}`, "true"}, {`{"some":[[],true]}`, "false"},
		{`{"none":[[-3,-2,-1],{">":[{"var":""},0]}]}`, "true"}, {`{"none":[[],true]}`, "true"}, {`{"some":[{"var":"desserts"},{"==":[{"var":"name"},"apple"]}]}`, "true"},
		{`{"map":[{"var":"desserts"},{"var":"qty"}]}`, "1, 2"}, {`{"merge":[[1,2],[3,4]]}`, "1, 2, 3, 4"}, {`{"merge":[1,2,[3,4]]}`, "1, 2, 3, 4"},
		{`{"in":["Ringo",["John","Paul","George","Ringo"]]}`, "true"}, {`{"in":["Spring","Springfield"]}`, "true"}, {`{"in":[1,["1"]]}`, "false"},
		{`{"cat":["I love"," pie"]}`, "I love pie"}, {`{"cat":["I love ",{"var":"a"}," pie ",1,null,true]}`, "I love apple pie 1true"},
		{`{"substr":["jsonlogic",4]}`, "logic"}, {`{"substr":["jsonlogic",-5]}`, "logic"}, {`{"substr":["jsonlogic",1,3]}`, "son"}, {`{"substr":["jsonlogic",4,-2]}`, "log"},
		{`{"var":"a"}`, "apple"}, {`{"var":["a"]}`, "apple"}, {`{"var":["z",26]}`, "26"}, {`{"var":["zero",26]}`, "0"},
		{`{"missing":["a","q"]}`, "q"}, {`{"if":[{"missing":["a","b"]},"not enough","ok"]}`, "ok"},
		{`{"missing":{"merge":["vin",{"if":[{"var":"financing"},["apr","term"],["never"]]}]}}`, "vin, apr, term"}, {`{"missing_some":[1,["a","q"]]}`, "EMPTY"}, {`{"missing_some":[2,["a","q","w"]]}`, "q, w"},
	} {
		if got := one(t, nil, r, c.expression); got != c.want {
			t.Errorf("%s is %q, want %q", c.expression, got, c.want)
		}
	}
}

func TestEveryOperatorOfTheProduct(t *testing.T) {
	t.Parallel()
	r := people{row{"name": "  Grease bearing  ", "status": "HIGH", "cost": json.Number("1234567.5"), "done": true, "tags": []any{"a", "b", ""}, "blank": " ", "null": nil, "code": "OT-1496-B",
		"created": "2026-09-17T14:00:34.404671+00:00", "who": "jonas", "days": json.Number("3"), "emoji": "👩🏽‍🔧 chave", "rtl": "مرحبا بالعالم", "control": "\x00a\x1b", "long": json.Number("9007199254740993")}}
	portuguese := style(t, "pt-BR", "America/Sao_Paulo")
	for name, list := range map[string][]written{
		"cast": {{`{"cast":[12.9,"integer"]}`, "12"}, {`{"cast":[-12.9,"integer"]}`, "-12"}, {`{"cast":["12.5","number"]}`, "12,5"}, {`{"cast":[true,"string"]}`, "true"}, {`{"cast":["false","boolean"]}`, "Não"},
			{`{"cast":["x","boolean"]}`, "Sim"}, {`{"cast":["a; b;c","array"]}`, "a, b, c"}, {`{"cast":["a,b","array"]}`, "a, b"}, {`{"cast":[7,"array"]}`, "7"}, {`{"cast":["null","string"]}`, "EMPTY"}, {`{"cast":[{"var":"null"},"boolean"]}`, "EMPTY"}, {`{"cast":["x","number"]}`, "EMPTY"}},
		"trim":      {{`{"trim":[{"var":"name"}]}`, "Grease bearing"}, {`{"cat":[{"trim":[{"var":"name"},null,"left"]},"|"]}`, "Grease bearing  |"}, {`{"trim":["--x--","-","right"]}`, "--x"}, {`{"trim":{"var":"control"}}`, "a"}},
		"split":     {{`{"split":[{"var":"code"},"-",1]}`, "1496"}, {`{"split":[{"var":"code"},"-",-1]}`, "B"}, {`{"split":[{"var":"code"},"-"]}`, "OT, 1496, B"}, {`{"split":[{"var":"code"},"-",9]}`, "EMPTY"}},
		"join":      {{`{"join":[{"var":"tags"}," / "]}`, "a / b"}, {`{"join":[{"var":"tags"}]}`, "a, b"}, {`{"join":[{"split":[{"var":"code"},"-"]},"+"]}`, "OT+1496+B"}},
		"substring": {{`{"substring":["ordem",1,3]}`, "rd"}, {`{"substring":["ordem",2,0]}`, "dem"}, {`{"substring":["ordem",2]}`, "dem"}, {`{"substring":[{"var":"emoji"},5]}`, "chave"}, {`{"substring":[{"var":"rtl"},0,5]}`, "مرحبا"}, {`{"substring":["ordem",9]}`, "EMPTY"}},
		"case": {{`{"case":["água","upper"]}`, "ÁGUA"}, {`{"case":["ÁGUA","lower"]}`, "água"}, {`{"case":["ordem de SERVIÇO","title"]}`, "Ordem De Serviço"}, {`{"case":["élan vital","capitalise"]}`, "Élan vital"}, {`{"case":["straße","upper"]}`, "STRASSE"},
			{`{"case":["👩🏽‍🔧 x","capitalise"]}`, "👩🏽‍🔧 x"}},
		"replace": {{`{"replace":["a.b.c",".","-"]}`, "a-b-c"}, {`{"replace":["abc",".","-"]}`, "abc"}, {`{"replace":["abc","","-"]}`, "abc"}, {`{"replace":["a b"," ",""]}`, "ab"}},
		"format_date": {{`{"format_date":[{"var":"created"},"short"]}`, "17/09/2026"}, {`{"format_date":[{"var":"created"},"medium"]}`, "17 de set. de 2026"}, {`{"format_date":[{"var":"created"},"long"]}`, "17 de setembro de 2026"},
			{`{"format_date":[{"var":"created"},"full"]}`, "quinta-feira, 17 de setembro de 2026"}, {`{"format_date":[{"var":"created"},"time"]}`, "11:00"}, {`{"format_date":[{"var":"created"},"datetime"]}`, "17 de set. de 2026, 11:00"},
			{`{"format_date":[{"var":"created"},"full_datetime"]}`, "quinta-feira, 17 de setembro de 2026 às 11:00"}, {`{"format_date":[{"var":"created"},"EEE d MMM yy HH:mm:ss.SSS XXX"]}`, "qui. 17 set. 26 11:00:34.404 -03:00"},
			{`{"format_date":[{"var":"created"},"HH:mm","Europe/Lisbon"]}`, "15:00"}, {`{"format_date":["2016-07-12T20:00:00-03","dd/MM/yyyy h:mm a"]}`, "12/07/2016 8:00 PM"}, {`{"format_date":["2026-01-02","d 'de' MMMM 'o''clock'"]}`, "2 de janeiro o'clock"},
			{`{"format_date":[{"var":"code"},"short"]}`, "EMPTY"}, {`{"format_date":[{"var":"null"},"short"]}`, "EMPTY"}},
		"add_days":   {{`{"add_days":[{"var":"created"},{"var":"days"}]}`, "2026-09-20T11:00:34.404671-03:00"}, {`{"add_days":["2026-02-27",2]}`, "2026-03-01"}, {`{"format_date":[{"add_days":["2026-02-27",-58]},"short"]}`, "31/12/2025"}, {`{"add_days":["2026-02-27",99999]}`, "EMPTY"}, {`{"add_days":["2026-02-27",1.5]}`, "EMPTY"}},
		"map_values": {{`{"map_values":[{"var":"status"},{"HIGH":"Urgente"}]}`, "Urgente"}, {`{"map_values":[{"var":"status"},{"LOW":"Baixa"},"outra"]}`, "outra"}, {`{"map_values":[{"var":"status"},{"LOW":"Baixa"}]}`, "EMPTY"}, {`{"map_values":[true,{"true":1}]}`, "1"}},
		"lookup":     {{`{"lookup":["person",{"var":"who"},"name"]}`, "Jonas"}, {`{"lookup":["person","ana","name"]}`, "EMPTY"}, {`{"coalesce":[{"lookup":["person",{"var":"null"},"name"]},"ninguém"]}`, "ninguém"}},
		"coalesce":   {{`{"coalesce":[{"var":"null"},{"var":"blank"},[],{"var":"code"}]}`, "OT-1496-B"}, {`{"coalesce":[{"var":"null"}]}`, "EMPTY"}, {`{"coalesce":[0,1]}`, "0"}},
		"number_format": {{`{"number_format":{"var":"cost"}}`, "1.234.567,5"}, {`{"number_format":[{"var":"cost"},2]}`, "1.234.567,50"}, {`{"number_format":[{"var":"cost"},0,0]}`, "1.234.568"}, {`{"number_format":[0.125,2,2,"km"]}`, "0,13\u00a0km"},
			{`{"number_format":[99.995,0,2,"%"]}`, "100%"}, {`{"number_format":[-0.001,2,2]}`, "0,00"}, {`{"number_format":{"var":"code"}}`, "EMPTY"}, {`{"number_format":{"var":"long"}}`, "9.007.199.254.740.993"}, {`{"number_format":["1e3"]}`, "1.000"}},
		"var":  {{`{"var":"status"}`, "Alta"}, {`{"var":["status","LOW"]}`, "Alta"}, {`{"var":"created"}`, "17 de set. de 2026, 11:00"}, {`{"var":["null","amanhã"]}`, "amanhã"}, {`{"var":"rtl"}`, "مرحبا بالعالم"}, {`{"var":"control"}`, "\x00a\x1b"}},
		"text": {{`{"cat":["Prioridade ",{"text":{"var":"status"}}]}`, "Prioridade Alta"}, {`{"cat":[{"text":{"var":"created"}}]}`, "17 de set. de 2026, 11:00"}, {`{"cat":[{"text":{"var":"done"}}]}`, "Sim"}},
		"list": {{`{"list":[{"var":"tags"}]}`, "a, b"}, {`{"list":[{"var":"tags"},1]}`, "a e mais 1"}, {`{"list":[[1,2.5,3,"x"],2," / "]}`, "1 / 2,5 e mais 2"}, {`{"list":{"var":"tags"}}`, "a, b"}, {`{"list":{"var":"created"}}`, "17 de set. de 2026, 11:00"},
			{`{"list":[[]]}`, "EMPTY"}, {`{"list":[["", null]]}`, "EMPTY"}, {`{"list":{"var":"null"}}`, "EMPTY"}, {`{"list":[{"filter":[{"var":"tags"},false]}]}`, "EMPTY"}},
		"arithmetic": {{`{"+":[{"var":"long"},1]}`, "9007199254740994"}, {`{"+":[0.1,0.2]}`, "0,3"}, {`{"*":[{"var":"long"},1000]}`, "9007199254740993000"}, {`{"/":[1,0]}`, "EMPTY"}, {`{"+":[{"var":"code"},1]}`, "EMPTY"}, {`{"+":[{"var":"null"},1]}`, "EMPTY"}, {`{"%":[5,0]}`, "EMPTY"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range list {
				if got := one(t, portuguese, r, c.expression); got != c.want {
					t.Errorf("%s is %q, want %q", c.expression, got, c.want)
				}
			}
		})
	}
}

func TestWholeNumbersAreExactUpToTheirEdges(t *testing.T) {
	t.Parallel()
	r := row{"most": int64(math.MaxInt64), "least": json.Number("-9223372036854775808"), "beyond": json.Number("12345678901234567890123")}
	for _, c := range []written{
		{`{"-":[{"var":"most"},1]}`, "9223372036854775806"}, {`{"+":[{"var":"least"},{"var":"most"}]}`, "-1"}, {`{"<":[{"-":[{"var":"most"},1]},{"var":"most"}]}`, "true"},
		{`{"==":["9223372036854775807",{"var":"most"}]}`, "true"}, {`{"+":[{"var":"most"},1]}`, "9223372036854780000"}, {`{"*":[{"var":"least"},-1]}`, "9223372036854780000"},
		{`{"/":[{"var":"least"},-1]}`, "9223372036854780000"}, {`{"%":[{"var":"least"},-1]}`, "0"}, {`{"var":"beyond"}`, "12345678901234567890123"}, {`{"-":{"var":"least"}}`, "9223372036854780000"},
	} {
		if got := one(t, nil, r, c.expression); got != c.want {
			t.Errorf("%s is %q, want %q", c.expression, got, c.want)
		}
	}
}

func TestAnExpressionThatCannotRunIsRefusedAtItsPlace(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"!":`, 22) + "true" + strings.Repeat("}", 22)
	for _, c := range []struct{ name, expression, path, message string }{
		{"no JSON", `{"cat":`, "", "no valid JSON"},
		{"two values", `1 2`, "", "more than one JSON value"},
		{"an operator that does not exist", `{"cat":["a",{"eval":["1"]}]}`, ".cat.1.eval", `no operator "eval"`},
		{"log, which would write somewhere", `{"log":"x"}`, ".log", "no operator"},
		{"an object of two keys", `{"a":1,"b":2}`, "", "exactly one key"},
		{"a key that is there twice", `{"map_values":[1,{"a":1,"a":2}]}`, ".map_values.1", "twice"},
		{"too few arguments", `{"==":[1]}`, ".==", "takes 2 arguments, not 1"},
		{"too many arguments", `{"case":["a","upper",1]}`, ".case", "takes 2 arguments, not 3"},
		{"a text where a number is meant", `{"+":[1,"x"]}`, ".+.1", "needs a number"},
		{"a constant that is no date", `{"format_date":["17/09/2026","short"]}`, ".format_date.0", "needs a date"},
		{"a constant that is no list", `{"map":["abc",1]}`, ".map.0", "needs a list"},
		{"a list where a text is meant", `{"trim":[["a"]]}`, ".trim.0", "needs a text"},
		{"a path that is computed", `{"var":{"cat":["a","b"]}}`, ".var", "written out"},
		{"the row as a whole", `{"var":""}`, ".var", "name the field"},
		{"names that are computed", `{"missing":{"var":"names"}}`, ".missing", "name the fields"},
		{"missing inside a list", `{"map":[[1],{"missing":["a"]}]}`, ".map.1.missing", "no row here"},
		{"a pattern with letters that mean nothing", `{"format_date":["2026-01-01","dd de MMMM"]}`, ".format_date.1", "between apostrophes"},
		{"a pattern with an open apostrophe", `{"format_date":["2026-01-01","d 'de"]}`, ".format_date.1", "second one"},
		{"a zone that does not exist", `{"format_date":["2026-01-01","short","Mars/Olympus"]}`, ".format_date.2", "no such time zone"},
		{"a type that does not exist", `{"cast":["1","money"]}`, ".cast.1", "say string"},
		{"a table that is none", `{"map_values":["1",["a"]]}`, ".map_values.1", "table"},
		{"a table of expressions", `{"map_values":["1",{"a":{"var":"x"}}]}`, ".map_values.1.a", "texts, numbers"},
		{"digits beyond what is shown", `{"number_format":[1,21]}`, ".number_format.1", "from 0 to 20"},
		{"a number with too many digits", `{"+":[123456789012345678901,1]}`, ".+.0", "too many digits"},
		{"a number beyond all", `{"+":[1e999,1]}`, ".+.0", "beyond"},
		{"more depth than allowed", deep, "", "nested more than 20"},
		{"more parts than allowed", `{"merge":[` + strings.Repeat("1,", 600) + `1]}`, "", "602 parts"},
		{"more bytes than allowed", `"` + strings.Repeat("x", mapping.MaxExpression) + `"`, "", "at most 8192"},
		{"a type to look up that is computed", `{"lookup":[{"var":"t"},"k","f"]}`, ".lookup.0", "name the record type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := mapping.Compile([]mapping.Entry{{Field: "a", Position: 1}, {Position: 2, Expression: json.RawMessage(c.expression)}}, mapping.Options{})
			e, ok := err.(*mapping.CompileError)
			if !ok {
				t.Fatalf("it compiles: %v", err)
			}
			if e.Code != mapping.CodeExpressionInvalid || e.Index != 1 || !strings.HasPrefix(e.Path, "1.expression"+c.path) || !strings.Contains(e.Message, c.message) {
				t.Errorf("got %+v, want 1.expression%s … %q …", e, c.path, c.message)
			}
		})
	}
}

func TestAnExpressionEndsWhateverTheRowHolds(t *testing.T) {
	t.Parallel()
	list := make([]any, 100_000)
	for i := range list {
		list[i] = json.Number(fmt.Sprint(i))
	}
	few := list[:60]
	megabyte := strings.Repeat("é", 500_000)
	r := row{"list": list, "few": few, "text": megabyte, "thousand": list[:1000], "texts": slices.Repeat([]any{megabyte}, 20), "kilobytes": slices.Repeat([]any{strings.Repeat("x", 1000)}, 1000)}
	for _, c := range []struct{ name, expression, code string }{
		{"a text that doubles with every element", `{"reduce":[{"var":"few"},{"cat":[{"var":"accumulator"},{"var":"accumulator"}]},"ab"]}`, mapping.CodeExpressionFailed},
		{"a list that doubles with every element", `{"reduce":[{"var":"few"},{"merge":[{"var":"accumulator"},{"var":"accumulator"}]},[1]]}`, mapping.CodeExpressionFailed},
		{"replacements that grow", `{"reduce":[{"var":"few"},{"replace":[{"var":"accumulator"},"a","aa"]},"a"]}`, mapping.CodeExpressionFailed},
		{"a list of 100,000 elements gone through", `{"map":[{"var":"list"},1]}`, mapping.CodeExpressionFailed},
		{"a list of 100,000 elements joined", `{"join":[{"var":"list"},","]}`, mapping.CodeExpressionFailed},
		{"a list in a list in a list", `{"map":[{"var":"thousand"},{"map":[[1,2,3,4,5,6,7,8,9,0],{"+":[{"var":""},1]}]}]}`, mapping.CodeExpressionFailed},
		{"a long text named once for each element", `{"join":[{"map":[{"var":"thousand"},"` + strings.Repeat("x", 7000) + `"]}]}`, mapping.CodeExpressionFailed},
		{"a text of 1 MB as it is", `{"var":"text"}`, mapping.CodeTooLong},
		{"a text of 1 MB in capitals", `{"case":[{"var":"text"},"upper"]}`, mapping.CodeExpressionFailed},
		{"a text of 1 MB read for every element", `{"filter":[{"var":"texts"},{"in":["z",{"var":""}]}]}`, mapping.CodeExpressionFailed},
		{"many characters to trim, looked for in every element", `{"filter":[{"var":"kilobytes"},{"trim":[{"var":""},"` + strings.Repeat("yz", 3000) + `x"]}]}`, mapping.CodeExpressionFailed},
		{"a record looked up for every element", `{"map":[{"var":"few"},{"lookup":["person",{"var":""},"name"]}]}`, mapping.CodeExpressionFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := one(t, nil, people{r}, c.expression); got != c.code {
				t.Errorf("it yields %.80q, want %s", got, c.code)
			}
		})
	}
	t.Run("the first characters of a text of 1 MB are cut off it", func(t *testing.T) {
		t.Parallel()
		if got := one(t, nil, r, `{"substr":[{"var":"text"},0,3]}`); got != "ééé" {
			t.Errorf("it yields %.80q", got)
		}
	})
	t.Run("one expression leaves the whole budget to the next", func(t *testing.T) {
		t.Parallel()
		x := json.RawMessage(`{"substr":[{"cat":[{"substr":[{"var":"text"},0,200000]}]},0,1]}`)
		p := compile(t, mapping.Entry{Position: 1, Expression: x}, mapping.Entry{Position: 2, Expression: x})
		if texts, problems := p.Apply(r, nil); len(problems) > 0 || texts[1] != "é" {
			t.Errorf("%q, %v", texts, problems)
		}
	})
}

func TestProblemsOfAnExpressionSayWhyAndNotWhat(t *testing.T) {
	t.Parallel()
	p := compile(t, mapping.Entry{Position: 1, Expression: json.RawMessage(`{"format_date":[{"var":"secret"},"short"]}`)})
	_, problems := p.Apply(row{"secret": "hunter2"}, nil)
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "is no date") || strings.Contains(problems[0].Message, "hunter2") {
		t.Errorf("problems %+v", problems)
	}
}

func TestWhatAnExpressionReadsIsKnownBeforeItRuns(t *testing.T) {
	t.Parallel()
	e := mapping.Entry{Expression: json.RawMessage(`{"if":[{"missing":["a",{"if":[{"var":"b"},"c","d"]}]},{"lookup":["person",{"var":"e.f"},"sms"]},{"map":[{"var":"g"},{"var":"inner"}]}]}`)}
	fields, lookups := e.Reads()
	if fmt.Sprint(fields, lookups) != "[a c d b e.f g] [{person sms}]" {
		t.Errorf("it reads %v %v", fields, lookups)
	}
	if fields, lookups := (mapping.Entry{Expression: json.RawMessage(`{"nonsense":{"var":"a"}}`)}).Reads(); fields != nil || lookups != nil {
		t.Errorf("what cannot run reads %v %v", fields, lookups)
	}
}

func TestAFieldThatIsReadAsAnotherTypeIsNoted(t *testing.T) {
	t.Parallel()
	p, err := mapping.Compile([]mapping.Entry{{Position: 1, Expression: json.RawMessage(`{"if":[{"+":[{"var":"cost"},{"var":"name"}]},{"format_date":[{"var":"created"},"short"]},{"join":[{"var":"name"}]}]}`)}},
		mapping.Options{Field: func(path string) mapping.Fact { return facts[path] }})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, n := range p.Notes() {
		paths = append(paths, n.Path)
	}
	if fmt.Sprint(paths) != "[0.expression.if.0.+.1 0.expression.if.2.join.0]" {
		t.Errorf("noted are %+v", p.Notes())
	}
}

// Whatever is written and whatever the row holds: an expression compiles or says where it is wrong, and a compiled one ends
// with a text within its bound or with a problem, twice the same.
func FuzzExpression(f *testing.F) {
	for _, seed := range []string{`{"reduce":[{"var":"list"},{"cat":[{"var":"accumulator"},{"var":"accumulator"}]},"a"]}`, `{"format_date":[{"var":"date"},"EEEE"]}`, `{"add_days":[{"var":"date"},1e3]}`,
		`{"number_format":[{"var":"number"},0,2,"%"]}`, `{"missing_some":[1,["a","list"]]}`, `{"split":[{"var":"text"},"",-1]}`, `{"substr":[{"var":"text"},-9223372036854775808,9e300]}`, `{"%":[-9223372036854775808,-1]}`,
		`{"map_values":[{"var":"text"},{"":null}]}`, `{"lookup":["person",{"var":"text"},"name"]}`, `{"all":[{"var":"list"},{"in":[{"var":""},"a"]}]}`, `{"case":[{"var":"text"},"title"]}`, `{"if":[]}`, `[[[[]]]]`, `{"var":1}`} {
		f.Add([]byte(seed), "2026-10-17T00:00:00-03")
	}
	s := style(f, "fr", "America/Sao_Paulo")
	f.Fuzz(func(t *testing.T, expression []byte, value string) {
		o := mapping.Options{Style: s, Field: func(path string) mapping.Fact { return facts[path] }}
		p, err := mapping.Compile([]mapping.Entry{{Position: 1, Expression: expression}}, o)
		if err != nil {
			if e, ok := err.(*mapping.CompileError); !ok || e.Message == "" || !strings.HasPrefix(e.Path, "0.expression") || len(e.Message) > 500 {
				t.Errorf("the error is %#v", err)
			}
			return
		}
		r := people{row{"text": value, "date": value, "number": json.Number(value), "list": []any{value, nil, true, json.Number("1"), []any{value}, map[string]any{"a": value}}, "a": 1.5, "b": true, "name": nil}}
		texts, problems := p.Apply(r, nil)
		if len(problems) == 0 && (strings.TrimSpace(texts[0]) == "" || len(texts[0]) > mapping.MaxValue) {
			t.Errorf("it yields %.80q of %d bytes", texts[0], len(texts[0]))
		}
		again, _ := p.Apply(r, nil)
		if again[0] != texts[0] {
			t.Errorf("it yields %q and then %q", texts[0], again[0])
		}
	})
}
