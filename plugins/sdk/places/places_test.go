package places_test

import (
	"strings"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/places"
)

func TestAValueInHTMLIsEscapedByWhereItStands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, value, want string }{
		{`<p>{{x}}</p>`, `<script>alert(1)</script>`, `<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>`},
		{`<p title="{{x}}">`, `" onclick="x`, `<p title="&#34; onclick=&#34;x">`},
		{`<a href="{{x}}">`, `javascript:alert(1)`, `<a href="#ZgotmplZ">`},
		{`<a href="{{x}}">`, `https://example.com/a?b=1&c=2`, `<a href="https://example.com/a?b=1&amp;c=2">`},
		{`<a href="https://example.com/wo?id={{x}}">`, `a&b=c`, `<a href="https://example.com/wo?id=a%26b%3dc">`},
		{`{{x}} {{ x }}`, `{{.}}`, `{{.}} {{.}}`},
	} {
		tpl, found := places.Parse("parameters.html", c.text, places.HTML)
		if len(found) > 0 {
			t.Errorf("%s: %+v", c.text, found)
			continue
		}
		got, found := tpl.Fill(map[string]string{"x": c.value})
		if string(got) != c.want || len(found) > 0 {
			t.Errorf("%s with %s: %s, %+v", c.text, c.value, got, found)
		}
	}
	for _, text := range []string{`<p {{x}}`, `<script>var a = "{{x}}`, `{{define "a"}}x{{end}}`, `{{template "a"}}`, `{{.}}{{x}}`} {
		if _, found := places.Parse("parameters.html", text, places.HTML); len(found) != 1 || found[0].Path != "parameters.html" {
			t.Errorf("%s is taken: %+v", text, found)
		}
	}
}

func TestAMissingValueIsSaidOfItsTemplateAndASpareOneIsAWarning(t *testing.T) {
	t.Parallel()
	subject, _ := places.Parse("parameters.subject", "WO {{folio}}", places.Text)
	text, _ := places.Parse("parameters.text", "{{folio}}: {{task}} for {{recipient}}", places.Text)
	found := places.Judge(sdk.ActionUse{Names: []string{"folio", "site"}}, subject, text, nil)
	if len(found) != 2 || found[0].Path != "parameters.text" || !strings.Contains(found[0].Message, "{{task}}") ||
		found[1].Code != "UNUSED" || found[1].Severity != sdk.SeverityWarning || !strings.Contains(found[1].Message, "site") {
		t.Errorf("%+v", found)
	}
	if _, found := text.Fill(map[string]string{"folio": "1", "recipient": "a"}); len(found) != 1 || found[0].Code != "MISSING" {
		t.Errorf("%+v", found)
	}
}

func TestAPlaceInXMLStandsWhereItsValueIsEscaped(t *testing.T) {
	t.Parallel()
	for text, wanted := range map[string]string{
		`<a><![CDATA[{{desc}}]]></a>`:                       "{{desc}}",
		`<a><!-- {{desc}} --></a>`:                          "{{desc}}",
		`<?app {{desc}}?><a/>`:                              "{{desc}}",
		`<a><![CDATA[<!-- ]]>{{x}}<!-- {{ desc }} --></a>`:  "{{ desc }}",
		`<a><!-- <![CDATA[ -->{{x}}</a>`:                    "",
		`<a b="{{x}}"><![CDATA[plain]]>{{x}}<!-- c --></a>`: "",
	} {
		_, found := places.Parse("parameters.template", text, places.XML)
		if wanted == "" && len(found) > 0 {
			t.Errorf("%s: %+v", text, found)
		}
		if wanted != "" && (len(found) != 1 || found[0].Path != "parameters.template" || !strings.Contains(found[0].Message, "the place "+wanted) || found[0].NextStep == "") {
			t.Errorf("%s is taken: %+v", text, found)
		}
	}
}
