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
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/whatsapp"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// twilioReferee validates requests against Twilio's descriptions of its two APIs.
type twilioReferee struct {
	messages, content routers.Router
	fields            []string // of a message
}

func newTwilioReferee(t *testing.T) *twilioReferee {
	t.Helper()
	openapi3.DefineStringFormatValidator("phone-number", openapi3.NewCallbackValidator(func(string) error { return nil }))
	openapi3.DefineStringFormatValidator("uri", openapi3.NewCallbackValidator(func(s string) error {
		if u, err := url.Parse(s); err != nil || !u.IsAbs() || u.Host == "" {
			return fmt.Errorf("%q is no absolute URL", s)
		}
		return nil
	}))
	f := &twilioReferee{}
	var send *openapi3.PathItem
	for file, into := range map[string]*routers.Router{"twilio_api_v2010.json": &f.messages, "twilio_content_v1.json": &f.content} {
		doc, err := openapi3.NewLoader().LoadFromFile(specPath(t, file))
		if err != nil {
			t.Fatalf("reading %s: %v", file, err)
		}
		paths := openapi3.NewPaths() // only ours: the whole document is slow to route
		for _, path := range []string{"/2010-04-01/Accounts/{AccountSid}/Messages.json", "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json", "/v1/Content", "/v1/Content/{Sid}", "/v1/Content/{Sid}/ApprovalRequests"} {
			if item := doc.Paths.Value(path); item != nil {
				paths.Set(strings.Replace(path, "{Sid}.json", "{Sid}", 1), item) // the router takes no suffix after a variable
			}
		}
		doc.Paths = paths
		if item := paths.Value("/2010-04-01/Accounts/{AccountSid}/Messages.json"); item != nil {
			send = item
		}
		if *into, err = legacy.NewRouter(doc, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation()); err != nil {
			t.Fatalf("routing by %s: %v", file, err)
		}
	}
	for name := range send.Post.RequestBody.Value.Content["application/x-www-form-urlencoded"].Schema.Value.Properties {
		f.fields = append(f.fields, name)
	}
	return f
}

// check is nil if the description allows the request.
func (f *twilioReferee) check(r *http.Request, body []byte) error {
	router, host := f.messages, "https://api.twilio.com"
	if strings.HasPrefix(r.URL.Path, "/v1/") {
		router, host = f.content, "https://content.twilio.com"
	}
	as := r.Clone(r.Context())
	as.URL, _ = url.Parse(host + r.URL.RequestURI())
	if strings.Contains(as.URL.Path, "/Messages/") {
		as.URL.Path = strings.TrimSuffix(as.URL.Path, ".json")
	}
	as.Host, as.Body = as.URL.Host, io.NopCloser(bytes.NewReader(body))
	route, params, err := router.FindRoute(as)
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, as.URL, err)
	}
	return openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: as, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: func(_ context.Context, in *openapi3filter.AuthenticationInput) error {
			if _, _, ok := in.RequestValidationInput.Request.BasicAuth(); !ok {
				return fmt.Errorf("no basic authentication")
			}
			return nil
		}},
	})
}

// beyond looks at what Twilio's text demands and its API description does not see.
func (f *twilioReferee) beyond(t *testing.T, form url.Values) {
	t.Helper()
	for name, list := range form {
		if !slices.Contains(f.fields, name) || len(list) != 1 {
			t.Errorf("the field %s is not Twilio's, or comes twice", name)
		}
	}
	if !regexp.MustCompile(`^whatsapp:\+[1-9]\d{6,14}$`).MatchString(form.Get("To")) {
		t.Errorf("To %q", form.Get("To"))
	}
	if from := form.Get("From"); from == "" && form.Get("MessagingServiceSid") == "" || from != "" && !strings.HasPrefix(from, "whatsapp:+") {
		t.Errorf("From %q", from)
	}
	if !strings.Contains(form.Get("StatusCallback"), "?k=dlv_") {
		t.Errorf("StatusCallback %q must carry the delivery's id", form.Get("StatusCallback"))
	}
	if form.Has("Body") || form.Has("MediaUrl") {
		t.Error("neither Body nor MediaUrl may come with ContentSid")
	}
	if !form.Has("ContentVariables") {
		return
	}
	var variables map[string]string
	if err := json.Unmarshal([]byte(form.Get("ContentVariables")), &variables); err != nil || len(variables) == 0 {
		t.Errorf("ContentVariables must be an object of strings: %s", form.Get("ContentVariables"))
	}
	for key, v := range variables {
		if v == "" || spaces.MatchString(v) {
			t.Errorf("ContentVariables %s: %q", key, v)
		}
	}
}

func TestRequestsFitTwiliosAPIDescription(t *testing.T) {
	f := newTwilioReferee(t)
	box := sandbox.New(sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	t.Cleanup(func() { _ = box.Close() })
	var mu sync.Mutex
	seen := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := f.check(r, body); err != nil {
			t.Errorf("Twilio's API description refuses %s %s\n%s\n%v", r.Method, r.URL, body, err)
		}
		mu.Lock()
		seen[r.Method+" "+kindOf.ReplaceAllString(r.URL.Path, "{Sid}")]++
		mu.Unlock()
		if r.Method == http.MethodPost {
			f.beyond(t, values(string(body)))
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		box.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	in := throughTwilio(server.URL)
	for name, c := range map[string]struct {
		in     sdk.Integration
		change func(*sdk.Delivery)
	}{
		"the article's message":   {in, func(*sdk.Delivery) {}},
		"with an API key":         {withKey(in, sandbox.DefaultAPIKeySID), func(*sdk.Delivery) {}},
		"through a service":       {changed(changed(in, "from", nil), "messaging_service_sid", sandbox.DefaultMessagingServiceSID), func(*sdk.Delivery) {}},
		"through a service, from": {changed(in, "messaging_service_sid", sandbox.DefaultMessagingServiceSID), func(*sdk.Delivery) {}},
		"without variables":       {in, func(d *sdk.Delivery) { d.Parameters, d.Values = content("hello_world", "en_US"), nil }},
		"with names": {in, func(d *sdk.Delivery) {
			d.Parameters, d.Values = content("wo_assigned_named", "pt_BR"), []sdk.Value{{Name: "first_name", Text: "Ana"}, {Name: "folio", Text: "1"}}
		}},
		"odd text": {in, func(d *sdk.Delivery) { d.Values[2].Text = "a\n\tb  \"c\" \\ & = + % \u2028 \U0001F6E0 <&>\x00" }},
	} {
		d := twilioAssignment("dlv_" + strings.ReplaceAll(name, " ", "_"))
		c.change(&d)
		if o := send(t, sender(t, c.in), d); o.Kind != sdk.Accepted {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if found, err := whatsapp.New().(sdk.Checker).Check(t.Context(), in); err != nil || len(found) > 0 {
		t.Errorf("Check: %v, %v", found, err)
	}
	if _, err := whatsapp.New().(sdk.Lookuper).Lookup(t.Context(), in, sdk.LookupQuery{Items: []sdk.LookupItem{
		{DeliveryID: "dlv_1", ProviderID: box.Messages()[0].ID}, {DeliveryID: "dlv_2", Recipient: "+351912345678", SentAt: time.Now()},
	}}); err != nil {
		t.Error(err)
	}
	sid := sdk.ActionUse{Action: "template", Parameters: content("wo_assigned", "pt_BR"), Positions: 7}
	if found, err := whatsapp.New().(sdk.ActionChecker).CheckAction(t.Context(), in, sid); err != nil || len(found) > 0 {
		t.Errorf("CheckAction: %v, %v", found, err)
	}
	for _, request := range []string{"GET /2010-04-01/Accounts/{Sid}/Messages.json", "GET /2010-04-01/Accounts/{Sid}/Messages/{Sid}.json", "GET /v1/Content",
		"GET /v1/Content/{Sid}", "GET /v1/Content/{Sid}/ApprovalRequests"} {
		if seen[request] == 0 {
			t.Errorf("the referee saw no %s, only %v", request, seen)
		}
	}
	if seen["POST /2010-04-01/Accounts/{Sid}/Messages.json"] != 7 {
		t.Errorf("the referee saw %v", seen)
	}
}

// kindOf leaves of a path what kind of request it is.
var kindOf = regexp.MustCompile(`[A-Z]{2}[0-9a-fA-F]{32}`)

func TestTheRefereeRefusesWhatIsWrongForTwilio(t *testing.T) {
	f := newTwilioReferee(t)
	right := "To=whatsapp%3A%2B351912345678&From=whatsapp%3A%2B553133334400&ContentSid=" + sandbox.ContentSID("x", "y") + "&StatusCallback=https%3A%2F%2Fhub.example%2Fx%3Fk%3Ddlv_1%23rc%3D5%26rp%3Dall"
	check := func(path, kind, body string) error {
		r := httptest.NewRequest(http.MethodPost, path, nil)
		r.Header = http.Header{"Content-Type": {kind}, "Authorization": {"Basic eDp5"}}
		return f.check(r, []byte(body))
	}
	const path, kind = "/2010-04-01/Accounts/" + sandbox.DefaultAccountSID + "/Messages.json", "application/x-www-form-urlencoded"
	if err := check(path, kind, right); err != nil {
		t.Fatalf("the right one: %v", err)
	}
	for name, err := range map[string]error{
		"no recipient":         check(path, kind, strings.TrimPrefix(right, "To=whatsapp%3A%2B351912345678&")),
		"a SID of no form":     check(path, kind, strings.Replace(right, "ContentSid=HX", "ContentSid=XX", 1)),
		"a callback of no URL": check(path, kind, strings.Replace(right, "https%3A%2F%2F", "", 1)),
		"JSON":                 check(path, "application/json", `{"To":"x"}`),
		"another account":      check(strings.Replace(path, "AC", "XX", 1), kind, right),
	} {
		if err == nil {
			t.Errorf("%s: it was allowed", name)
		}
	}
}
