package whatsapp_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/whatsapp"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// graph is Meta with templates that change: behind one address, one sandbox after the other.
type graph struct {
	testing.TB
	url      string
	box      atomic.Pointer[sandbox.Sandbox]
	listings atomic.Int32 // of templates
	deaf     atomic.Bool  // to the listing of templates
}

// newGraph has these templates, each as "name language STATUS: body"; with "name language: body" one is approved.
func newGraph(tb testing.TB, templates ...string) *graph {
	g := &graph{TB: tb}
	g.have(templates...)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/message_templates") {
			g.listings.Add(1)
			if g.deaf.Load() {
				w.WriteHeader(http.StatusForbidden)
				_, _ = w.Write([]byte(`{"error":{"message":"no","type":"OAuthException","code":200}}`))
				return
			}
		}
		g.box.Load().ServeHTTP(w, r)
	}))
	tb.Cleanup(server.Close)
	g.url = server.URL
	return g
}

// have has Meta have these templates from now on.
func (g *graph) have(templates ...string) {
	g.Helper()
	world := sandbox.DefaultWorld()
	var list []sandbox.Template
	for _, text := range templates {
		about, body, _ := strings.Cut(text, ": ")
		words := append(strings.Fields(about), "APPROVED")
		list = append(list, sandbox.Template{Name: words[0], Language: words[1], Status: words[2], Body: body})
	}
	world.Apps[0].WABAs[0].Templates = list
	g.box.Store(meta(g.TB, sandbox.Options{World: world, Callbacks: sandbox.Callbacks{Off: true}}))
}

func TestTheLanguageOfATemplateIsSettledAlikeForSendingPreviewAndCheck(t *testing.T) {
	t.Parallel()
	const en, enUS, ptBR, paused = "t en: {{1}}", "t en_US: {{1}}", "t pt_BR: {{1}}", "t en PAUSED: {{1}}"
	for name, c := range map[string]struct {
		have     []string
		action   string
		language string // the parameter
		delivery string // the delivery's language
		standard string // the integration's default
		want     string // the code that is sent; empty: refused
		path     string // of the refusal, or of the warning
	}{
		"the action's language":                           {have: []string{en, enUS}, action: "wo_status_en", want: "en"},
		"the action's, and nothing else matters":          {have: []string{en, ptBR}, action: "wo_status_en", standard: "pt_BR", delivery: "pt-BR", want: "en"},
		"the only one, though the action is for another":  {have: []string{enUS}, action: "wo_status_en", want: "en_US", path: "parameters.template"},
		"the only approved one":                           {have: []string{enUS, "t pt_BR REJECTED: {{1}}"}, action: "wo_status_en", want: "en_US", path: "parameters.template"},
		"two others":                                      {have: []string{enUS, ptBR}, action: "wo_status_en", path: "parameters.template"},
		"its own, which is not approved, before another":  {have: []string{paused, enUS}, action: "wo_status_en", path: "parameters.template"},
		"no such template":                                {action: "wo_status_en", path: "parameters.template"},
		"a parameter":                                     {have: []string{en, enUS, ptBR}, action: "template", language: "en_US", standard: "pt_BR", delivery: "pt-BR", want: "en_US"},
		"a parameter for which there is another":          {have: []string{enUS}, action: "template", language: "en", path: "parameters.language"},
		"the delivery's, without a parameter":             {have: []string{en, ptBR}, action: "template", delivery: "pt-BR", standard: "en", want: "pt_BR"},
		"the integration's default":                       {have: []string{en, ptBR}, action: "template", standard: "pt_BR", want: "pt_BR"},
		"the only one, though the default is another":     {have: []string{en}, action: "template", standard: "pt_BR", want: "en", path: "parameters.template"},
		"nobody says, and there is one":                   {have: []string{ptBR}, action: "template", want: "pt_BR"},
		"nobody says, and one is approved":                {have: []string{ptBR, paused}, action: "template", want: "pt_BR"},
		"nobody says, and there are two":                  {have: []string{ptBR, en}, action: "template", path: "parameters.language"},
		"nobody says, and none is approved":               {have: []string{paused}, action: "template", path: "parameters.language"},
		"nobody says, and there is no such template":      {action: "template", path: "parameters.template"},
		"the default is not there, and there are several": {have: []string{en, enUS}, action: "template", standard: "it", path: "parameters.language"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGraph(t, c.have...)
			in := integration(g.url)
			if c.standard != "" {
				in = changed(in, "default_language", c.standard)
			}
			d := assignment("dlv_1")
			d.Action, d.Language, d.Values = c.action, c.delivery, d.Values[:1]
			d.Parameters = json.RawMessage(`{"template":"t"}`)
			if c.language != "" {
				d.Parameters = json.RawMessage(fmt.Sprintf(`{"template":"t","language":%q}`, c.language))
			}
			connector := whatsapp.New()
			if c.delivery == "" || c.action != "template" { // a check knows of no delivery
				found, err := connector.(sdk.ActionChecker).CheckAction(t.Context(), in, sdk.ActionUse{Action: d.Action, Parameters: d.Parameters, Positions: 1})
				if err != nil || !judges(found, c.want != "", c.path) {
					t.Errorf("the check says %+v, %v", found, err)
				}
			}
			p, err := connector.(sdk.Previewer).Preview(t.Context(), in, d)
			if err != nil || !judges(p.Problems, c.want != "", c.path) {
				t.Errorf("the preview says %+v, %v", p.Problems, err)
			}
			if c.want != "" && !strings.Contains(string(p.Request), fmt.Sprintf(`"code":%q`, c.want)) {
				t.Errorf("the preview shows %s", p.Request)
			}
			s, err := connector.(sdk.Destination).Open(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			o := send(t, s, d)
			switch sent := g.box.Load().Messages(); {
			case c.want != "" && (o.Kind != sdk.Accepted || len(sent) != 1 || sent[0].Language != c.want):
				t.Errorf("sending: %+v, %+v", o, sent)
			case c.want == "" && (o.Kind != sdk.Misconfigured || o.Scope != sdk.ScopeFlow || o.Path != c.path || len(sent) > 0):
				t.Errorf("sending: %+v, %+v", o, sent)
			}
		})
	}
}

// judges says whether problems are as wanted: at most one, and whether that is a warning.
func judges(found []sdk.Problem, good bool, path string) bool {
	if path == "" {
		return len(found) == 0
	}
	return len(found) == 1 && found[0].Path == path && (found[0].Severity == sdk.SeverityWarning) == good && found[0].NextStep != ""
}

func TestARefusedLanguageComesWithTheListOfThoseThatThereAre(t *testing.T) {
	t.Parallel()
	g := newGraph(t, "t pt_BR: {{1}}", "t en_US: {{1}}", "t fr PENDING: {{1}}")
	found, err := whatsapp.New().(sdk.ActionChecker).CheckAction(t.Context(), integration(g.url), sdk.ActionUse{Action: "template", Parameters: json.RawMessage(`{"template":"t"}`), Positions: 1})
	if err != nil || len(found) != 1 || found[0].Message != "the template t is approved in en_US, pt_BR: say which language" {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestTemplatesAreReadOnceForAllMessages(t *testing.T) {
	t.Parallel()
	g := newGraph(t, "t en_US: {{1}}")
	s := sender(t, integration(g.url))
	d := assignment("dlv_1")
	d.Action, d.Parameters, d.Values = "template", json.RawMessage(`{"template":"t"}`), d.Values[:1]
	outcomes := make(chan sdk.Outcome)
	for range 50 {
		go func() { outcomes <- send(t, s, d) }()
	}
	for range 50 {
		if o := <-outcomes; o.Kind != sdk.Accepted {
			t.Errorf("%+v", o)
		}
	}
	if n := g.listings.Load(); n != 1 {
		t.Errorf("the templates were listed %d times for 50 messages", n)
	}
}

func TestATokenThatMayNotReadTemplatesSendsInTheLanguageThatIsWanted(t *testing.T) {
	t.Parallel()
	g := newGraph(t, "t en: {{1}}", "u en: {{1}}")
	g.deaf.Store(true)
	s := sender(t, integration(g.url))
	d := assignment("dlv_1")
	d.Values = d.Values[:1]
	for i := range 40 {
		d.Action, d.Parameters = "wo_status_en", json.RawMessage(fmt.Sprintf(`{"template":%q}`, []string{"t", "u"}[i%2]))
		if o := send(t, s, d); o.Kind != sdk.Accepted {
			t.Fatalf("%+v", o)
		}
	}
	if n := g.listings.Load(); n != 2 {
		t.Errorf("Meta was asked %d times for two templates", n)
	}
	d.Action, d.Parameters = "template", json.RawMessage(`{"template":"t"}`)
	if o := send(t, s, d); o.Kind != sdk.Misconfigured || o.Scope != sdk.ScopeFlow || o.Path != "parameters.language" {
		t.Errorf("in no language: %+v", o)
	}
}

func TestAMessageThatIsRefusedForItsTemplateSaysWhatIsDifferentNow(t *testing.T) {
	t.Parallel()
	d := assignment("dlv_1")
	d.Action, d.Parameters, d.Values = "wo_status_en", json.RawMessage(`{"template":"t"}`), d.Values[:2]
	for name, c := range map[string]struct {
		now     []string
		kind    sdk.OutcomeKind
		path    string
		message string
	}{
		"another number of variables": {[]string{"t en: {{1}} {{2}} {{3}}"}, sdk.Misconfigured, "values[3]", "the template changed: it now has 3 variables, the flow maps 2 ("},
		"paused":                      {[]string{"t en PAUSED: {{1}} {{2}}"}, sdk.Misconfigured, "parameters.template", "the template t (en) is paused, and only approved ones can be sent ("},
		"gone":                        {nil, sdk.Misconfigured, "parameters.template", "the account has no template t ("},
		"only in other languages":     {[]string{"t fr: {{1}} {{2}}", "t it: {{1}} {{2}}"}, sdk.Misconfigured, "parameters.template", "the template t is not there in en, only approved in fr, it ("},
		"only in another language":    {[]string{"t en_GB: {{1}} {{2}}"}, sdk.Retry, "", "the template is there in en_GB and no longer in en ("},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGraph(t, "t en: {{1}} {{2}}")
			s := sender(t, integration(g.url))
			if o := send(t, s, d); o.Kind != sdk.Accepted {
				t.Fatalf("%+v", o)
			}
			g.have(c.now...)
			whatsapp.Age(s)
			o := send(t, s, d)
			if o.Kind != c.kind || o.Path != c.path || !strings.HasPrefix(o.Message, c.message) || o.ProviderCode == "" || o.NextStep == "" {
				t.Errorf("%+v", o)
			}
			if c.kind == sdk.Retry {
				if o := send(t, s, d); o.Kind != sdk.Accepted {
					t.Errorf("in the other language: %+v", o)
				}
			}
		})
	}
}
