package whatsapp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/whatsapp"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

const specFile = "meta_business-messaging-api_v23.0.yaml"

// specPath finds a provider's own description of its API beside the repository, or where RECADO_SPECS says.
func specPath(t *testing.T, specFile string) string {
	t.Helper()
	if dir := os.Getenv("RECADO_SPECS"); dir != "" {
		return filepath.Join(dir, specFile)
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		path := filepath.Join(dir, "shared", "specs", specFile)
		if _, err := os.Stat(path); err == nil {
			return path
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Skipf("SKIPPED: %s was found in no shared/specs above the package, and RECADO_SPECS is not set: the connector's requests are NOT checked against the provider's API description", specFile)
		}
		dir = up
	}
}

// referee validates requests against the description.
type referee struct {
	router routers.Router
}

func newReferee(t *testing.T) *referee {
	t.Helper()
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromFile(specPath(t, specFile))
	if err != nil {
		t.Fatalf("reading the API description: %v", err)
	}
	// Many paths of the document differ only in the names of their placeholders, which no router can tell apart; these are ours.
	paths := openapi3.NewPaths()
	for _, path := range []string{"/{Version}/{Phone-Number-ID}", "/{Version}/{Phone-Number-ID}/messages", "/{Version}/{WABA-ID}/message_templates"} {
		item := doc.Paths.Value(path)
		if item == nil {
			t.Fatalf("the API description has no path %s", path)
		}
		paths.Set(path, item)
	}
	doc.Paths = paths
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation(), openapi3.AllowExtraSiblingFields("parameterGroups"))
	if err != nil {
		t.Fatalf("routing by the API description: %v", err)
	}
	return &referee{router}
}

// check is nil if the description allows the request.
func (f *referee) check(r *http.Request, body []byte) error {
	as := r.Clone(r.Context())
	as.URL, _ = url.Parse("https://graph.facebook.com" + strings.Replace(r.URL.RequestURI(), "/v25.0/", "/v23.0/", 1))
	as.Host = as.URL.Host
	as.Body = io.NopCloser(bytes.NewReader(body))
	route, params, err := f.router.FindRoute(as)
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, as.URL, err)
	}
	return openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: as, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: func(_ context.Context, in *openapi3filter.AuthenticationInput) error {
			if !strings.HasPrefix(in.RequestValidationInput.Request.Header.Get("Authorization"), "Bearer ") {
				return fmt.Errorf("no bearer token")
			}
			return nil
		}},
	})
}

// refereed is the sandbox behind a referee that looks at every request.
func refereed(t *testing.T) (base string, requests func() [][]byte) {
	t.Helper()
	f, box := newReferee(t), sandbox.New(sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	t.Cleanup(func() { _ = box.Close() })
	var mu sync.Mutex
	var seen [][]byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := f.check(r, body); err != nil {
			t.Errorf("Meta's API description refuses %s\n%s\n%v", r.URL, body, err)
		}
		mu.Lock()
		seen = append(seen, body)
		mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		box.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() [][]byte { mu.Lock(); defer mu.Unlock(); return seen }
}

func TestRequestsFitMetasAPIDescription(t *testing.T) {
	base, requests := refereed(t)
	in := changed(integration(base), "default_language", "en_US")
	s := sender(t, in)
	deliveries := map[string]func(*sdk.Delivery){
		"the article's message":    func(*sdk.Delivery) {},
		"digits without plus sign": func(d *sdk.Delivery) { d.Recipient = "351 912-345 678" },
		"a template without variable": func(d *sdk.Delivery) {
			d.Action, d.Parameters, d.Values = "template", json.RawMessage(`{"template":"hello_world"}`), nil
		},
		"a template and its language": func(d *sdk.Delivery) {
			d.Action, d.Parameters = "template", json.RawMessage(`{"template":"wo_assigned","language":"es"}`)
		},
		"named values": func(d *sdk.Delivery) {
			d.Action, d.Parameters = "template", json.RawMessage(`{"template":"wo_assigned_named","language":"pt_BR"}`)
			d.Values = []sdk.Value{{Name: "first_name", Text: "Jonas"}, {Name: "folio", Text: "OT-1"}}
		},
		"odd text": func(d *sdk.Delivery) { d.Values[2].Text = "a\n\tb  \"c\" \\ \u2028 \U0001F6E0 <&>\x00" },
	}
	for name, change := range deliveries {
		d := assignment("dlv_" + strings.ReplaceAll(name, " ", "_"))
		change(&d)
		if o := send(t, s, d); o.Kind != sdk.Accepted {
			t.Errorf("%s: %+v", name, o)
		}
	}
	templates := map[string]string{"wo_assignment": "wo_assigned", "wo_status": "wo_status", "critical_alert": "critical_alert", "request_update": "request_update"}
	for kind, template := range templates {
		for _, l := range []string{"pt_BR", "pt_PT", "es", "en", "fr", "it"} {
			d := assignment("dlv_" + kind + "_" + l)
			d.Action, d.Parameters = kind+"_"+l, json.RawMessage(`{"template":"`+template+`"}`)
			if kind != "wo_assignment" {
				d.Values = d.Values[:6]
			}
			if o := send(t, s, d); o.Kind != sdk.Accepted {
				t.Errorf("%s: %+v", d.Action, o)
			}
		}
	}
	if found, err := whatsapp.New().(sdk.Checker).Check(t.Context(), in); err != nil || len(found) > 0 {
		t.Errorf("Check: %v, %v", found, err)
	}
	if p, err := whatsapp.New().(sdk.Previewer).Preview(t.Context(), in, assignment("dlv_preview")); err != nil || p.Text == "" {
		t.Errorf("Preview: %+v, %v", p, err)
	}

	sends := 0
	for _, body := range requests() {
		if len(body) > 0 {
			sends++
			beyondTheDescription(t, body)
		}
	}
	if want := len(deliveries) + len(templates)*6; sends != want {
		t.Errorf("%d requests were looked at, want %d", sends, want)
	}
}

var spaces = regexp.MustCompile(`[\n\t\r]| {5}`)

// beyondTheDescription looks at what Meta's text demands and its API description does not see.
func beyondTheDescription(t *testing.T, body []byte) {
	t.Helper()
	var r struct {
		To       string `json:"to"`
		Callback string `json:"biz_opaque_callback_data"`
		Template struct {
			Components []struct {
				Type       string `json:"type"`
				Parameters []map[string]any
			} `json:"components"`
		} `json:"template"`
	}
	if err := json.Unmarshal(body, &r); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if !regexp.MustCompile(`^\+[1-9]\d{6,14}$`).MatchString(r.To) {
		t.Errorf("to %q must have the leading plus sign", r.To)
	}
	if !strings.HasPrefix(r.Callback, "dlv_") || len(r.Callback) > 256 {
		t.Errorf("biz_opaque_callback_data %q must be the delivery's id", r.Callback)
	}
	for _, c := range r.Template.Components {
		if len(c.Parameters) == 0 {
			t.Errorf("an empty component: %s", body)
		}
		for _, p := range c.Parameters {
			text, ok := p["text"].(string)
			if p["type"] != "text" || !ok || text == "" || spaces.MatchString(text) {
				t.Errorf("parameter %v", p)
			}
		}
	}
}

func TestTheRefereeRefusesWhatIsWrong(t *testing.T) {
	f := newReferee(t)
	const right = `{"messaging_product":"whatsapp","recipient_type":"individual","to":"+351912345678","type":"template","template":{"name":"x","language":{"policy":"deterministic","code":"en"}}}`
	check := func(body string) error {
		r := httptest.NewRequest(http.MethodPost, "/v25.0/1/messages", nil)
		r.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer x"}, "User-Agent": {"recado-whatsapp/1.0.0"}}
		return f.check(r, []byte(body))
	}
	if err := check(right); err != nil {
		t.Fatalf("the right one: %v", err)
	}
	for name, body := range map[string]string{
		"no recipient": strings.Replace(right, `"to":"+351912345678",`, "", 1),
		"no policy":    strings.Replace(right, `"policy":"deterministic",`, "", 1),
		"no template":  strings.Replace(right, `"name":"x",`, "", 1),
	} {
		if check(body) == nil {
			t.Errorf("%s: it was allowed: %s", name, body)
		}
	}
}
