package webhook_test

import (
	"encoding/json"
	"encoding/xml"
	"net/url"
	"strings"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/webhook"
)

func preview(t *testing.T, d sdk.Delivery) sdk.Preview {
	t.Helper()
	p, err := webhook.New().(sdk.Previewer).Preview(t.Context(), integration("https://example.com", nil), d)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestATemplateIsFilled(t *testing.T) {
	t.Parallel()
	values := []sdk.Value{{Name: "folio", Text: "OT-1"}, {Name: "hours", Text: " 2.5 "}, {Name: "urgent", Text: "true"}, {Name: "tags", Text: `["a",{"b":1}]`}, {Name: "none", Text: ""}}
	for _, c := range []struct{ contentType, template, want string }{
		{"application/json", `{"t":"WO {{folio}} for {{ recipient }}","id":"{{delivery_id}}"}`, `{"t":"WO OT-1 for workshop","id":"dlv_1"}`},
		{"application/json", `{"h": "{{hours:number}}", "u":"{{urgent:boolean}}","g":"{{tags:json}}","n":"{{none:number}}"}`, `{"h": 2.5, "u":true,"g":["a",{"b":1}],"n":null}`},
		{"application/json", `{"{{folio}}": "\"{{folio}}\""}`, `{"OT-1": "\"OT-1\""}`},
		{"application/json", `"{{folio}}{{folio}}"`, `"OT-1OT-1"`},
		{"application/x-www-form-urlencoded", `text={{tags}}&to={{recipient}}`, `text=%5B%22a%22%2C%7B%22b%22%3A1%7D%5D&to=workshop`},
		{"application/xml", `<wo id="{{folio}}"><t>{{tags}}</t></wo>`, `<wo id="OT-1"><t>[&#34;a&#34;,{&#34;b&#34;:1}]</t></wo>`},
		{"text/plain", `{{folio}}: {{hours}}`, `OT-1:  2.5 `},
	} {
		p := preview(t, templated("dlv_1", c.template, c.contentType, values...))
		if len(p.Problems) > 0 || p.Text != c.want {
			t.Errorf("%s:\n%s\nwant\n%s\n%+v", c.template, p.Text, c.want, p.Problems)
		}
	}
	p := preview(t, templated("dlv_1", `{"a":"{{2}} {{1}}"}`, "application/json", sdk.Value{Position: 1, Text: "x"}, sdk.Value{Position: 2, Text: "y"}))
	if p.Text != `{"a":"y x"}` {
		t.Errorf("%s %+v", p.Text, p.Problems)
	}
}

func TestNoValueBecomesStructure(t *testing.T) {
	t.Parallel()
	for _, value := range []string{`","admin":"yes`, `"}`, `\`, "a\nb", "\x00", "</t><t>", "&x;", "]]>", "a&b=c", "{{folio}}", "\u2028", "\xff", strings.Repeat(`"`, 1000)} {
		v := sdk.Value{Name: "x", Text: value}
		var object map[string]string
		p := preview(t, templated("dlv_1", `{"a":"<{{x}}>","b":"c"}`, "application/json", v))
		if err := json.Unmarshal([]byte(p.Text), &object); err != nil || len(object) != 2 || object["b"] != "c" || object["a"] != "<"+strings.ToValidUTF8(value, "\uFFFD")+">" {
			t.Errorf("%q in JSON: %s, %v", value, p.Text, err)
		}
		var element struct {
			T []string `xml:"t"`
			X []struct{}
		}
		p = preview(t, templated("dlv_1", `<a y="{{x}}"><t>{{x}}</t></a>`, "application/xml", v))
		if err := xml.Unmarshal([]byte(p.Text), &element); err != nil || len(element.T) != 1 {
			t.Errorf("%q in XML: %s, %v", value, p.Text, err)
		}
		p = preview(t, templated("dlv_1", `a={{x}}&b=c`, "application/x-www-form-urlencoded", v))
		if form, err := url.ParseQuery(p.Text); err != nil || len(form) != 2 || form.Get("a") != value {
			t.Errorf("%q in a form: %s, %v", value, p.Text, err)
		}
	}
}

func TestAValueThatIsNotOfItsTypeIsRefused(t *testing.T) {
	t.Parallel()
	for typed, list := range map[string][]string{"number": {"two", "1,5", "true", `"1"`, "1 2", "0x1", "NaN"}, "boolean": {"yes", "1"}, "json": {"{", "a"}} {
		for _, text := range list {
			p := preview(t, templated("dlv_1", `{"a":"{{x:`+typed+`}}"}`, "application/json", sdk.Value{Name: "x", Text: text}))
			if len(p.Problems) != 1 || p.Problems[0].Path != "values.x" {
				t.Errorf("%s %q: %s, %+v", typed, text, p.Text, p.Problems)
			}
		}
	}
}

func TestCheckActionNamesTheParameterAtFault(t *testing.T) {
	t.Parallel()
	use := func(action, parameters string, names ...string) sdk.ActionUse {
		return sdk.ActionUse{Action: action, Parameters: json.RawMessage(parameters), Names: names}
	}
	for name, c := range map[string]struct {
		use        sdk.ActionUse
		code, path string
	}{
		"nothing wrong":             {use("send_template", `{"template":"{\"a\":\"{{x}} {{recipient}}\"}"}`, "x"), "", ""},
		"values as they are":        {use("send_values", `{"type":"a.b"}`, "x", "y"), "", ""},
		"no parameters":             {use("send_values", ``), "", ""},
		"no action":                 {use("call", `{}`), "UNKNOWN_ACTION", "action"},
		"no object":                 {use("send_values", `[]`), "MALFORMED", "parameters"},
		"no template":               {use("send_template", `{}`), "REQUIRED", "parameters.template"},
		"no JSON":                   {use("send_template", `{"template":"{\"a\": {{x}}}"}`, "x"), "MALFORMED", "parameters.template"},
		"no XML":                    {use("send_template", `{"template":"<{{x}}/>","content_type":"application/xml"}`, "x"), "MALFORMED", "parameters.template"},
		"entities":                  {use("send_template", `{"template":"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>{{x}}</a>","content_type":"application/xml"}`, "x"), "MALFORMED", "parameters.template"},
		"no place":                  {use("send_template", `{"template":"{{a b}}","content_type":"text/plain"}`), "INVALID", "parameters.template"},
		"a type inside a text":      {use("send_template", `{"template":"\"a {{x:number}}\""}`, "x"), "INVALID", "parameters.template"},
		"a type as a key":           {use("send_template", `{"template":"{\"{{x:number}}\" : 1}"}`, "x"), "INVALID", "parameters.template"},
		"a type behind a quote":     {use("send_template", `{"template":"\"\\\"{{x:number}}\""}`, "x"), "INVALID", "parameters.template"},
		"a type outside of JSON":    {use("send_template", `{"template":"{{x:number}}","content_type":"text/plain"}`, "x"), "INVALID", "parameters.template"},
		"another content type":      {use("send_template", `{"template":"a","content_type":"text/html"}`), "INVALID", "parameters.content_type"},
		"nothing mapped":            {use("send_template", `{"template":"\"{{x}}\""}`), "MISSING", "parameters.template"},
		"mapped for nothing":        {use("send_template", `{"template":"\"x\""}`, "x"), "UNUSED", "parameters.template"},
		"another method":            {use("send_values", `{"method":"DELETE"}`), "INVALID", "parameters.method"},
		"a path upwards":            {use("send_values", `{"path":"/a/../../b"}`), "INVALID", "parameters.path"},
		"a path elsewhere":          {use("send_values", `{"path":"//evil.example/x"}`), "INVALID", "parameters.path"},
		"a path with a query":       {use("send_values", `{"path":"/a?b"}`), "INVALID", "parameters.path"},
		"an escaped path":           {use("send_values", `{"path":"/%2e%2e/a"}`), "INVALID", "parameters.path"},
		"a header of ours":          {use("send_values", `{"headers":{"Webhook-Signature":"v1,x"}}`), "INVALID", "parameters.headers"},
		"a credential in a flow":    {use("send_values", `{"headers":{"authorization":"Bearer x"}}`), "INVALID", "parameters.headers"},
		"another host":              {use("send_values", `{"headers":{"Host":"internal"}}`), "INVALID", "parameters.headers"},
		"a header of two lines":     {use("send_values", `{"headers":{"X-A":"a\r\nX-B: b"}}`), "INVALID", "parameters.headers"},
		"a header with no name":     {use("send_values", `{"headers":{"X A":"a"}}`), "INVALID", "parameters.headers"},
		"names and positions mixed": {sdk.ActionUse{Action: "send_values", Positions: 1, Names: []string{"a"}}, "INVALID", "values"},
	} {
		found, err := webhook.New().(sdk.ActionChecker).CheckAction(t.Context(), integration("https://example.com", nil), c.use)
		switch {
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case c.code == "" && len(found) > 0, c.code != "" && (len(found) != 1 || found[0].Code != c.code || found[0].Path != c.path || found[0].NextStep == ""):
			t.Errorf("%s: %+v", name, found)
		}
	}
}
