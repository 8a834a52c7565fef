package conformance_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/conformance"
)

func labels() sdk.Labels {
	l := sdk.Labels{}
	for _, tag := range sdk.Languages() {
		l[tag] = "x"
	}
	return l
}

// faultless is a description without a fault.
func faultless() sdk.Description {
	schema := sdk.Schema{
		JSON:   json.RawMessage(`{"type":"object","properties":{"token":{"type":"string","writeOnly":true},"rate":{"type":"number"}}}`),
		Labels: map[string]sdk.FieldLabels{"token": {Title: labels(), Help: labels()}, "rate": {Title: labels(), Help: labels()}},
	}
	return sdk.Description{
		Name: "right", Version: "1.0.0", Title: labels(), Roles: []sdk.Role{sdk.RoleDestination}, Settings: schema,
		Actions: []sdk.Action{{
			Key: "send", Title: labels(), Parameters: sdk.Schema{JSON: json.RawMessage(`{"type":"object"}`)}, Values: sdk.ValuesSpec{Max: 1},
			Recipient: sdk.RecipientSpec{Format: sdk.FormatE164, Parameter: "phone", Title: labels()},
		}},
		Limits:       []sdk.Limit{{Key: "rate", Scope: sdk.LimitIntegration, PerSecond: 1, Setting: "rate"}},
		Capabilities: sdk.Capabilities{InFlight: 1},
	}
}

func TestDescriptionProblems(t *testing.T) {
	d := faultless()
	if p := conformance.DescriptionProblems(&d); len(p) > 0 {
		t.Fatalf("the right one: %q", p)
	}
	for want, spoil := range map[string]func(*sdk.Description){
		"name":                      func(d *sdk.Description) { d.Name = "Right" },
		"version":                   func(d *sdk.Description) { d.Version = "1" },
		"roles":                     func(d *sdk.Description) { d.Roles = nil },
		"title: no text in it":      func(d *sdk.Description) { delete(d.Title, "it") },
		"settings: the JSON Schema": func(d *sdk.Description) { d.Settings.JSON = json.RawMessage(`{"type":"objekt"}`) },
		"settings: the schema must": func(d *sdk.Description) {
			d.Settings = sdk.Schema{JSON: json.RawMessage(`{"type":"array"}`)}
			d.Limits = nil
		},
		"settings.token (help)": func(d *sdk.Description) {
			l := d.Settings.Labels["token"]
			l.Help = nil
			d.Settings.Labels["token"] = l
		},
		"a secret must be a string": func(d *sdk.Description) {
			d.Settings.JSON = json.RawMessage(strings.Replace(string(d.Settings.JSON), `"string"`, `"integer"`, 1))
		},
		"must be a secret (writeOnly)": func(d *sdk.Description) {
			d.Settings.JSON = json.RawMessage(strings.Replace(string(d.Settings.JSON), `"number"`, `"number","x-recado-callback-secret":true`, 1))
		},
		"has labels but":         func(d *sdk.Description) { d.Settings.Labels["other"] = sdk.FieldLabels{} },
		"actions: a connector":   func(d *sdk.Description) { d.Actions = nil },
		"comes twice":            func(d *sdk.Description) { d.Actions = append(d.Actions, d.Actions[0]) },
		"a key must be":          func(d *sdk.Description) { d.Actions[0].Key = "Send it" },
		"values":                 func(d *sdk.Description) { d.Actions[0].Values = sdk.ValuesSpec{Min: 2, Max: 1} },
		"recipient.format":       func(d *sdk.Description) { d.Actions[0].Recipient.Format = "phone" },
		"recipient.parameter":    func(d *sdk.Description) { d.Actions[0].Recipient.Parameter = "" },
		"per_second":             func(d *sdk.Description) { d.Limits[0].PerSecond = 0 },
		"there is no setting":    func(d *sdk.Description) { d.Limits[0].Setting = "speed" },
		"capabilities.in_flight": func(d *sdk.Description) { d.Capabilities.InFlight = 0 },
	} {
		d := faultless()
		spoil(&d)
		if p := fmt.Sprint(conformance.DescriptionProblems(&d)); !strings.Contains(p, want) {
			t.Errorf("nothing was said about %q: %q", want, p)
		}
	}
}
