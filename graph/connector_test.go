package graph_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

// stranger is a connector that no screen was written for: it has all that a form can have.
func stranger(t *testing.T) hub.Schema {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "stranger.json"))
	if err != nil {
		t.Fatal(err)
	}
	all := func(word string) hub.Labels {
		l := hub.Labels{}
		for _, locale := range hub.Locales {
			l[locale] = word + " (" + locale + ")"
		}
		return l
	}
	return hub.Schema{JSON: text, Labels: map[string]hub.FieldLabels{
		"transport": {Title: all("Transport"), Help: all("How it is sent")}, "token": {Title: all("Token"), Help: all("From the account")}}}
}

const formQuery = `query($locale: Locale) { connector(name: "post", locale: $locale) { settings { form { groups { key title help } fields { path name title help placeholder group input required
	requiredWhen { all { path values not } } shownWhen { all { path values not } } secret secretDestination default examples options { value title help }
	minimum maximum above below step minLength maxLength pattern format } } } } }`

// drawn is what a small frontend makes of a form, with nothing in its hands but the answer: one line for each input that is to be seen with the
// values that are filled in.
func drawn(form map[string]any, values map[string]any) (lines []string) {
	holds := func(rules any) bool {
		for _, r := range rules.([]any) {
			if !slices.ContainsFunc(r.(map[string]any)["all"].([]any), func(c any) bool {
				cond := c.(map[string]any)
				value, filled := values[cond["path"].(string)]
				is := slices.ContainsFunc(cond["values"].([]any), func(v any) bool { return v == nil && filled || filled && v == value })
				return is == cond["not"].(bool)
			}) {
				return true
			}
		}
		return false
	}
	for _, raw := range form["fields"].([]any) {
		f := raw.(map[string]any)
		if len(f["shownWhen"].([]any)) > 0 && !holds(f["shownWhen"]) {
			continue
		}
		star := ""
		if f["required"].(bool) || holds(f["requiredWhen"]) {
			star = "*"
		}
		line := fmt.Sprintf("%s%s [%s] %s", f["title"], star, f["input"], f["path"])
		var options []string
		for _, o := range f["options"].([]any) {
			options = append(options, fmt.Sprint(o.(map[string]any)["title"]))
		}
		if len(options) > 0 {
			line += " <" + strings.Join(options, "|") + ">"
		}
		if f["help"] != "" {
			line += fmt.Sprintf(" (%s)", f["help"])
		}
		lines = append(lines, line)
	}
	return lines
}

func TestAFormIsDrawnOfAConnectorThatNobodyHasSeen(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	schema := stranger(t)
	d.post.strange.Store(&schema)
	form := func(locale string) map[string]any {
		return d.do(d.admin, formQuery, vars{"locale": locale}).at("connector", "settings", "form").(map[string]any)
	}
	f := form("pt-BR")
	t.Run("with what is chosen by default", func(t *testing.T) {
		want := []string{
			"Transport (pt-BR)* [CHOICE] transport <Por TLS|Sem cifra|Fila> (How it is sent (pt-BR))",
			"Token (pt-BR)* [SECRET] token (From the account (pt-BR))",
			"Servidor* [URL] host (Sem o caminho)",
			"Port [INTEGER] port",
			"Retries [SWITCH] retries",
			"Assinatura [LINES] signature",
			"Days [CHOICES] days <Mon|Tue>",
			"Address [OBJECT] address",
			"Street* [TEXT] address.street",
			"Since [DATE] address.since",
			"Rules [LIST] rules",
			"Name* [TEXT] rules[].name",
			"Weight [NUMBER] rules[].weight",
			"Tags [LIST] tags",
			"Item* [EMAIL] tags[]",
			"Extra [JSON] extra",
			"Certificado* [TEXT] certificate",
		}
		if got := drawn(f, map[string]any{"transport": "tls"}); !slices.Equal(got, want) {
			t.Errorf("it is drawn as\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
	t.Run("and another form with another choice", func(t *testing.T) {
		got := strings.Join(drawn(f, map[string]any{"transport": "queue", "host": "https://x"}), "\n")
		if strings.Contains(got, "certificate") || !strings.Contains(got, "Queue name* [TEXT] queue_name") || !strings.Contains(got, "Port* [INTEGER] port") {
			t.Errorf("it is drawn as\n%s", got)
		}
	})
	t.Run("in every language, with a title for each input", func(t *testing.T) {
		for _, locale := range hub.Locales {
			for _, raw := range form(locale)["fields"].([]any) {
				if g := raw.(map[string]any); g["title"] == "" || g["input"] == "" {
					t.Errorf("%s: %v", locale, g)
				}
			}
			if got := drawn(form(locale), nil)[0]; !strings.HasPrefix(got, "Transport ("+locale+")*") {
				t.Errorf("in %s the first input is %s", locale, got)
			}
		}
	})
	t.Run("with all that bounds a value", func(t *testing.T) {
		by := map[string]map[string]any{}
		for _, raw := range f["fields"].([]any) {
			by[raw.(map[string]any)["path"].(string)] = raw.(map[string]any)
		}
		for path, want := range map[string]map[string]any{
			"port":           {"minimum": 1.0, "maximum": 65535.0, "default": 443.0, "group": "net", "requiredWhen": `[map[all:[map[not:false path:host values:[<nil>]]]]]`},
			"token":          {"secret": true, "minLength": 8.0, "placeholder": ""},
			"host":           {"secretDestination": true, "pattern": "^https?://", "format": "uri", "placeholder": "https://mail.example.org", "group": "net"},
			"rules[].weight": {"above": 0.0, "below": 1.0, "step": 0.25},
			"days":           {"maxLength": 2.0},
			"signature":      {"maxLength": 500.0},
		} {
			for name, w := range want {
				if got := by[path][name]; fmt.Sprint(got) != fmt.Sprint(w) {
					t.Errorf("%s of %s is %v, want %v", name, path, got, w)
				}
			}
		}
		if got := fmt.Sprint(f["groups"]); got != "[map[help: key:net title:Rede]]" {
			t.Errorf("the groups are %s", got)
		}
		option := by["transport"]["options"].([]any)[0].(map[string]any)
		if option["value"] != "tls" || option["help"] != "O mais seguro" {
			t.Errorf("the first option is %v", option)
		}
	})
}

func TestWhatIsGivenInAFormIsJudgedWithThePathOfTheInputAndInTheLanguageOfTheCaller(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	schema := stranger(t)
	d.post.strange.Store(&schema)
	for name, c := range map[string]struct {
		settings vars
		path     string
		says     string
	}{
		"a number that is too great":  {vars{"transport": "plain", "host": "https://x", "port": 70000}, "input.settings.port", "deve ser 65535 no máximo"},
		"what cannot be chosen":       {vars{"transport": "pigeon", "host": "https://x"}, "input.settings.transport", "não é um dos valores possíveis"},
		"a text of the wrong form":    {vars{"transport": "plain", "host": "ftp://x"}, "input.settings.host", "não tem a forma esperada"},
		"a value of another kind":     {vars{"transport": "plain", "host": 7}, "input.settings.host", "deve ser do tipo string"},
		"what depends and is missing": {vars{"transport": "queue", "host": "https://x"}, "input.settings.queue_name", "é obrigatório"},
		"inside of a list":            {vars{"transport": "plain", "host": "https://x", "rules": []vars{{"name": "a", "weight": 2}}}, "input.settings.rules.0.weight", "deve ser menos que 1"},
		"what is not known":           {vars{"transport": "plain", "host": "https://x", "moon": 1}, "input.settings.moon", "não existe propriedade"},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := json.Marshal(vars{"query": `mutation($in: IntegrationCreateInput!) { integrationCreate(input: $in) { userErrors { code message field problem } } }`,
				"variables": vars{"in": vars{"connector": "post", "name": "x", "settings": c.settings, "secrets": []vars{{"name": "token", "value": "a-token-that-is-long"}}}}})
			if err != nil {
				t.Fatal(err)
			}
			r := d.send("POST", d.url, strings.NewReader(string(body)), headers("Authorization", "Bearer "+d.admin, "Content-Type", "application/json", "Accept-Language", "pt-BR"))
			found := false
			for _, raw := range r.list("integrationCreate", "userErrors") {
				e := raw.(map[string]any)
				var path []string
				for _, p := range e["field"].([]any) {
					path = append(path, fmt.Sprint(p))
				}
				if strings.Contains(e["message"].(string), "ftp://") {
					t.Errorf("a value is repeated: %v", e)
				}
				found = found || strings.HasSuffix(c.path, strings.Join(path, ".")) && strings.Contains(e["message"].(string), c.says)
			}
			if !found {
				t.Errorf("it is answered with %v", r.at("integrationCreate"))
			}
		})
	}
}
