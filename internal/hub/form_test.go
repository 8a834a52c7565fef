package hub_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

// drawn writes a form as lines: path, input, and when it is shown and required.
func drawn(f *hub.Form) (lines []string) {
	for _, x := range f.Fields {
		line := x.Path + " " + string(x.Input)
		if x.Required {
			line += " required"
		}
		if len(x.RequiredWhen) > 0 {
			line += " required if " + rules(x.RequiredWhen)
		}
		if len(x.ShownWhen) > 0 {
			line += " shown if " + rules(x.ShownWhen)
		}
		for _, o := range x.Options {
			line += " " + string(o.Value) + "=" + o.Title.In("en")
		}
		lines = append(lines, line)
	}
	return lines
}

func rules(list []hub.FormRule) string {
	var any []string
	for _, r := range list {
		var all []string
		for _, c := range r.All {
			op := "="
			if c.Not {
				op = "!="
			}
			var values []string
			for _, v := range c.Values {
				values = append(values, string(v))
			}
			all = append(all, c.Path+op+strings.Join(values, "/"))
		}
		any = append(any, strings.Join(all, " and "))
	}
	return strings.Join(any, " or ")
}

func TestAFormSaysWhatOfASchemaDependsOnWhat(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		schema string
		want   []string
	}{
		"if, then and else": {`{"properties":{"p":{"enum":["A","B"]},"a":{"type":"string"},"b":{"type":"string"}},
			"if":{"properties":{"p":{"const":"B"}},"required":["p"]},"then":{"required":["b"]},"else":{"required":["a"]}}`,
			[]string{`p CHOICE "A"=A "B"=B`, `a TEXT required if p!="B"`, `b TEXT required if p="B"`}},
		"properties that only a part has": {`{"properties":{"p":{"type":"boolean"}},"if":{"properties":{"p":{"const":true}}},"then":{"properties":{"x":{"type":"integer"}},"required":["x"]}}`,
			[]string{`p SWITCH`, `x INTEGER required if p=true shown if p=true`}},
		"two conditions at once, and their opposite": {`{"properties":{"p":{"type":"string"},"q":{"type":"string"},"x":{}},"if":{"properties":{"p":{"const":1},"q":{"enum":[2,3]}}},"then":{"required":["x"]},"else":{"required":["q"]}}`,
			[]string{`p TEXT`, `q TEXT required if p!=1 or q!=2/3`, `x JSON required if p=1 and q=2/3`}},
		"a condition that a form cannot say": {`{"properties":{"p":{"type":"string"},"x":{"type":"string"}},"if":{"properties":{"p":{"pattern":"^a"}}},"then":{"required":["x"],"properties":{"y":{"type":"string"}}}}`,
			[]string{`p TEXT`, `x TEXT`, `y TEXT`}},
		"not": {`{"properties":{"p":{"type":"string"},"x":{"type":"string"}},"if":{"not":{"required":["p"]}},"then":{"required":["x"]}}`,
			[]string{`p TEXT`, `x TEXT required if p!=null`}},
		"what needs what": {`{"properties":{"a":{"type":"string"},"b":{"type":"string"}},"dependentRequired":{"a":["b"]},"dependentSchemas":{"b":{"properties":{"c":{"type":"number"}}}}}`,
			[]string{`a TEXT`, `b TEXT required if a=null`, `c NUMBER shown if b=null`}},
		"alternatives that a constant tells apart": {`{"oneOf":[{"properties":{"kind":{"const":"key"},"key":{"type":"string","writeOnly":true}},"required":["kind","key"]},
			{"properties":{"kind":{"const":"user"},"user":{"type":"string"}},"required":["kind","user"]}]}`,
			[]string{`kind CHOICE required "key"=key "user"=user`, `key SECRET required if kind="key" shown if kind="key"`, `user TEXT required if kind="user" shown if kind="user"`}},
		"a reference, with more beside it": {`{"properties":{"a":{"$ref":"#/$defs/x","title":"A"}},"$defs":{"x":{"type":"integer"}}}`, []string{`a INTEGER`}},
		"a part of a part": {`{"properties":{"p":{"type":"string"},"q":{"type":"string"},"x":{"type":"string"}},"allOf":[{"if":{"properties":{"p":{"const":1}}},"then":{"if":{"properties":{"q":{"const":2}}},"then":{"required":["x"]}}}]}`,
			[]string{`p TEXT`, `q TEXT`, `x TEXT required if p=1 and q=2`}},
		"no schema at all": {`[1,2`, nil},
		"null":             {`null`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := hub.Schema{JSON: json.RawMessage(c.schema)}
			if got := drawn(s.Form()); !slices.Equal(got, c.want) {
				t.Errorf("it is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestASchemaThatRefersToItselfOrIsHugeMakesAFormThatEnds(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&many, `%s"p%d":{"type":"string"}`, map[bool]string{true: ",", false: ""}[i > 0], i)
	}
	for name, text := range map[string]string{
		"itself":         `{"$ref":"#"}`,
		"a tree":         `{"properties":{"left":{"$ref":"#"},"right":{"$ref":"#"},"list":{"type":"array","items":{"$ref":"#"}}}}`,
		"allOf itself":   `{"properties":{"a":{"type":"string"}},"allOf":[{"$ref":"#"},{"$ref":"#"}]}`,
		"two in a ring":  `{"properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"$ref":"#/$defs/y"},"y":{"$ref":"#/$defs/x"}}}`,
		"many":           `{"properties":{` + many.String() + `}}`,
		"nowhere":        `{"properties":{"a":{"$ref":"#/$defs/none"}}}`,
		"somewhere else": `{"properties":{"a":{"$ref":"https://example.org/a"}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := hub.Schema{JSON: json.RawMessage(text)}
			if n := len(s.Form().Fields); n > 500 {
				t.Errorf("it has %d inputs", n)
			}
		})
	}
}
