package whatsapp_test

import (
	"encoding/json"
	"strings"
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
	box := meta(t, sandbox.Options{})
	for name, c := range map[string]struct {
		use  sdk.ActionUse
		path string
	}{
		"what the article does": {sdk.ActionUse{Action: "wo_assignment_pt_BR", Parameters: json.RawMessage(`{"template":"wo_assigned"}`), Positions: 7}, ""},
		"no template":           {sdk.ActionUse{Action: "wo_assignment_pt_BR"}, "parameters.template"},
		"no language":           {sdk.ActionUse{Action: "template", Parameters: json.RawMessage(`{"template":"wo_assigned"}`)}, "parameters.language"},
		"no such action":        {sdk.ActionUse{Action: "call"}, "action"},
		"a value too few":       {sdk.ActionUse{Action: "wo_assignment_pt_BR", Parameters: json.RawMessage(`{"template":"wo_assigned"}`), Positions: 6}, "values[7]"},
		"a value too many":      {sdk.ActionUse{Action: "wo_assignment_pt_BR", Parameters: json.RawMessage(`{"template":"wo_assigned"}`), Positions: 8}, "values[8]"},
		"no such template":      {sdk.ActionUse{Action: "wo_assignment_pt_BR", Parameters: json.RawMessage(`{"template":"wo_assig"}`), Positions: 7}, "parameters.template"},
		"not approved":          {sdk.ActionUse{Action: "wo_assignment_pt_BR", Parameters: json.RawMessage(`{"template":"wo_pending"}`), Positions: 1}, "parameters.template"},
		"positions for names":   {sdk.ActionUse{Action: "wo_assignment_pt_BR", Parameters: json.RawMessage(`{"template":"wo_assigned_named"}`), Positions: 2}, "values"},
		"the names":             {sdk.ActionUse{Action: "wo_assignment_pt_BR", Parameters: json.RawMessage(`{"template":"wo_assigned_named"}`), Names: []string{"folio", "first_name"}}, ""},
		"a name that is none":   {sdk.ActionUse{Action: "wo_assignment_pt_BR", Parameters: json.RawMessage(`{"template":"wo_assigned_named"}`), Names: []string{"folio", "first_name", "x"}}, "values.x"},
		"a Content SID":         {sdk.ActionUse{Action: "wo_assignment_pt_BR", Parameters: json.RawMessage(`{"template":"HX0123456789abcdef0123456789abcdef"}`), Positions: 1}, "parameters.template"},
		"positions and names":   {sdk.ActionUse{Action: "wo_assignment_it", Parameters: json.RawMessage(`{"template":"x"}`), Positions: 1, Names: []string{"a"}}, "values"},
	} {
		found, err := whatsapp.New().(sdk.ActionChecker).CheckAction(t.Context(), integration(box.URL()), c.use)
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
	box := meta(t, sandbox.Options{})
	p, err := whatsapp.New().(sdk.Previewer).Preview(t.Context(), integration(box.URL()), d)
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
	if o := send(t, sender(t, integration(box.URL())), d); o.Kind != sdk.Accepted || box.Messages()[0].Text != p.Text {
		t.Errorf("the preview shows %q, the phone %q", p.Text, box.Messages()[0].Text)
	}
	if p, err := whatsapp.New().(sdk.Previewer).Preview(t.Context(), integration("http://127.0.0.1:1"), d); err != nil || p.Text != "" || len(p.Problems) != 1 || p.Problems[0].Severity != sdk.SeverityWarning || len(p.Request) == 0 {
		t.Errorf("without an answer of Meta the request is shown, and why there is no text: %+v, %v", p, err)
	}
	d.Values[2].Text, d.Values[3].Text = strings.Repeat("x", 600), strings.Repeat("y", 600)
	if p, err := whatsapp.New().(sdk.Previewer).Preview(t.Context(), integration(box.URL()), d); err != nil || len(p.Problems) != 1 || p.Problems[0].Code != "TOO_LONG" || p.Problems[0].Path != "values" {
		t.Errorf("more than 1,024 characters with the values in it: %+v, %v", p.Problems, err)
	}
	d.Values[3].Text = "2026-11-22 09:00"
	d.Values[2].Text = ""
	if p, err := whatsapp.New().(sdk.Previewer).Preview(t.Context(), integration("http://127.0.0.1:1"), d); err != nil || len(p.Problems) != 1 || p.Problems[0].Path != "values[3]" {
		t.Errorf("%+v, %v", p, err)
	}
}
