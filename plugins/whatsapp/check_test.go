package whatsapp_test

import (
	"encoding/json"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/whatsapp"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

func TestCheckNamesTheSettingAtFault(t *testing.T) {
	t.Parallel()
	box := meta(t, sandbox.Options{})
	good := integration(box.URL())
	for name, c := range map[string]struct {
		in       sdk.Integration
		path     string
		severity sdk.Severity
	}{
		"an expired token":      {changed(good, "access_token", sandbox.ExpiredAccessToken), "secrets.access_token", sdk.SeverityError},
		"an unknown number":     {changed(good, "phone_number_id", "999999999999999"), "settings.phone_number_id", sdk.SeverityError},
		"an unknown account":    {changed(good, "waba_id", "999999999999999"), "settings.waba_id", sdk.SeverityWarning},
		"a server that is gone": {changed(good, "base_url", "http://127.0.0.1:1"), "settings.base_url", sdk.SeverityError},
		"another API":           {changed(good, "base_url", box.URL()+"/elsewhere"), "settings", sdk.SeverityError},
	} {
		found, err := whatsapp.New().(sdk.Checker).Check(t.Context(), c.in)
		if err != nil || len(found) != 1 || found[0].Path != c.path || found[0].Severity != c.severity {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}

func TestCheckAction(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		use  sdk.ActionUse
		path string
	}{
		"what the article does": {sdk.ActionUse{Action: "wo_assignment_pt_BR", Parameters: json.RawMessage(`{"template":"wo_assigned"}`), Positions: 7}, ""},
		"no template":           {sdk.ActionUse{Action: "wo_assignment_pt_BR"}, "parameters.template"},
		"no language":           {sdk.ActionUse{Action: "template", Parameters: json.RawMessage(`{"template":"wo_assigned"}`)}, "parameters.language"},
		"no such action":        {sdk.ActionUse{Action: "call"}, "action"},
		"positions and names":   {sdk.ActionUse{Action: "wo_assignment_it", Parameters: json.RawMessage(`{"template":"x"}`), Positions: 1, Names: []string{"a"}}, "values"},
	} {
		found, err := whatsapp.New().(sdk.ActionChecker).CheckAction(t.Context(), integration("http://127.0.0.1:1"), c.use)
		switch {
		case err != nil, c.path == "" && len(found) > 0, c.path != "" && (len(found) != 1 || found[0].Path != c.path):
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}

func TestPreviewShowsTheRequest(t *testing.T) {
	t.Parallel()
	d := assignment("dlv_1")
	d.Recipient, d.Values[2].Text = "351 912 345 678", "a\nb"
	p, err := whatsapp.New().(sdk.Previewer).Preview(t.Context(), integration("http://127.0.0.1:1"), d)
	var request struct {
		To       string
		Template struct{ Name string }
	}
	if err != nil || json.Unmarshal(p.Request, &request) != nil || request.To != "+351912345678" || request.Template.Name != "wo_assigned" {
		t.Fatalf("%+v, %v", p, err)
	}
	if p.Recipient != "+351912345678" || len(p.Adjusted) != 1 || p.Adjusted[0].Sent != "a b" || len(p.Problems) > 0 {
		t.Errorf("%+v", p)
	}
	d.Values[2].Text = ""
	if p, err := whatsapp.New().(sdk.Previewer).Preview(t.Context(), integration("http://127.0.0.1:1"), d); err != nil || len(p.Problems) != 1 || p.Problems[0].Path != "values[3]" {
		t.Errorf("%+v, %v", p, err)
	}
}
