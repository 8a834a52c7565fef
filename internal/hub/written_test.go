package hub_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

func TestAGroupIsJudgedWhenItIsWritten(t *testing.T) {
	t.Parallel()
	matrix := hub.Grants{orders: hub.ActionSet(hub.See, hub.Edit), hub.RowEvents: hub.ActionSet(hub.See), hub.RowHub: hub.ActionSet(hub.Edit)}
	see := []hub.Grant{{Module: orders.Module, Submodule: orders.Submodule, Actions: []hub.Action{hub.See}},
		{Module: hub.RowEvents.Module, Submodule: hub.RowEvents.Submodule, Actions: []hub.Action{hub.See}}}
	grant := func(row hub.Row, a ...hub.Action) *[]hub.Grant {
		return &[]hub.Grant{{Module: row.Module, Submodule: row.Submodule, Actions: a}}
	}
	for _, c := range []struct {
		name string
		in   hub.GroupInput
		want string
	}{
		{"all is well", hub.GroupInput{Description: ptr(" Planners "), Grants: grant(orders, hub.See, hub.Edit)}, ""},
		{"no description", hub.GroupInput{}, "DESCRIPTION_EMPTY description"},
		{"a long note", hub.GroupInput{Description: ptr("x"), Note: ptr(strings.Repeat("n", 2001))}, "SETTING_INVALID note"},
		{"bytes that are no text", hub.GroupInput{Description: ptr("x\xff")}, "SETTING_INVALID description"},
		{"a zero byte", hub.GroupInput{Description: ptr("x\x00")}, "SETTING_INVALID description"},
		{"an escape sequence", hub.GroupInput{Description: ptr("x\x1b[31m")}, "SETTING_INVALID description"},
		{"two lines", hub.GroupInput{Description: ptr("x\ny")}, "SETTING_INVALID description"},
		{"a note of two lines", hub.GroupInput{Description: ptr("x"), Note: ptr("x\r\n\ty")}, ""},
		{"nothing that can be seen", hub.GroupInput{Description: ptr(" \u200b\u2060")}, "DESCRIPTION_EMPTY description"},
		{"a row that there is not", hub.GroupInput{Description: ptr("x"), Grants: grant(persons, hub.See)}, "SETTING_INVALID grants.0"},
		{"cells that there are not", hub.GroupInput{Description: ptr("x"), Grants: grant(orders, hub.See, hub.Remove, "FLY")},
			"SETTING_INVALID grants.0.actions.1, SETTING_INVALID grants.0.actions.2"},
		{"read-only and more than SEE", hub.GroupInput{Description: ptr("x"), ReadOnly: ptr(true), Grants: grant(orders, hub.Edit)}, "SETTING_INVALID grants"},
		{"read-only and SEE on some rows", hub.GroupInput{Description: ptr("x"), ReadOnly: ptr(true), Grants: grant(orders, hub.See)}, "SETTING_INVALID grants"},
		{"read-only and SEE wherever it exists", hub.GroupInput{Description: ptr("x"), ReadOnly: ptr(true), Grants: &see}, ""},
		{"read-only and everything", hub.GroupInput{Description: ptr("x"), ReadOnly: ptr(true), SelectAll: true}, "SETTING_INVALID selectAll"},
		{"read-only and nothing", hub.GroupInput{Description: ptr("x"), ReadOnly: ptr(true), UnselectAll: true}, "SETTING_INVALID unselectAll"},
		{"everything", hub.GroupInput{Description: ptr("x"), SelectAll: true}, ""},
		{"everything and nothing", hub.GroupInput{Description: ptr("x"), SelectAll: true, UnselectAll: true}, "SETTING_INVALID unselectAll"},
		{"grants and everything", hub.GroupInput{Description: ptr("x"), SelectAll: true, Grants: grant(orders, hub.See)}, "SETTING_INVALID selectAll"},
	} {
		g := &hub.Group{}
		if got := problemsOf(g.Apply(c.in, matrix)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	g := &hub.Group{Description: "Planners", Note: "n", Grants: hub.Grants{orders: hub.ActionSet(hub.Edit)}}
	if err := g.Apply(hub.GroupInput{Description: ptr(" Others ")}, matrix); err != nil || g.Description != "Others" || g.Note != "n" || !g.Grants.Allows(orders, hub.Edit) {
		t.Errorf("what is not given stays: %+v, %v", g, err)
	}
	for _, c := range []struct {
		name string
		in   hub.GroupInput
		want string // the problem, or what the group grants then
	}{
		{"select all grants every cell that exists", hub.GroupInput{SelectAll: true}, "[{automator events [SEE]} {automator fracttal_hub [EDIT]} {work_management work_orders [SEE EDIT]}]"},
		{"read-only grants SEE wherever it exists", hub.GroupInput{ReadOnly: ptr(true)}, "[{automator events [SEE]} {work_management work_orders [SEE]}]"},
		{"a read-only group refuses everything", hub.GroupInput{SelectAll: true}, "SETTING_INVALID selectAll"},
		{"and other grants", hub.GroupInput{Grants: grant(orders, hub.Edit)}, "SETTING_INVALID grants"},
		{"but takes what it grants", hub.GroupInput{Grants: &see}, "[{automator events [SEE]} {work_management work_orders [SEE]}]"},
		{"and keeps it without being read-only", hub.GroupInput{ReadOnly: ptr(false)}, "[{automator events [SEE]} {work_management work_orders [SEE]}]"},
		{"until another matrix is given", hub.GroupInput{UnselectAll: true}, "[]"},
	} {
		after := *g
		got := problemsOf(after.Apply(c.in, matrix))
		if got == "" {
			got = fmt.Sprint(after.Grants.List())
			g = &after
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if matrix[orders] != hub.ActionSet(hub.See, hub.Edit) || len(matrix) != 3 {
		t.Error("the matrix of the catalogue was altered")
	}
}

func TestAConsumerIsJudgedWhenItIsWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   hub.ConsumerInput
		want string
	}{
		{"all is well", hub.ConsumerInput{Name: ptr(" Reader "), GroupKey: ptr(int64(1)), HubEnabled: ptr(true)}, ""},
		{"no name", hub.ConsumerInput{Name: ptr(" "), GroupKey: ptr(int64(1))}, "DESCRIPTION_EMPTY name"},
		{"a long name", hub.ConsumerInput{Name: ptr(strings.Repeat("n", 101)), GroupKey: ptr(int64(1))}, "SETTING_INVALID name"},
		{"a long description", hub.ConsumerInput{Name: ptr("n"), Description: ptr(strings.Repeat("n", 2001)), GroupKey: ptr(int64(1))}, "SETTING_INVALID description"},
		{"no group", hub.ConsumerInput{Name: ptr("n")}, "SETTING_INVALID group"},
		{"an expiry date to come", hub.ConsumerInput{Name: ptr("n"), GroupKey: ptr(int64(1)), ExpiresAt: ptr(ptr(noon.Add(time.Second)))}, ""},
		{"an expiry date that is now", hub.ConsumerInput{Name: ptr("n"), GroupKey: ptr(int64(1)), ExpiresAt: ptr(&noon)}, "SETTING_INVALID expiresAt"},
		{"no expiry date", hub.ConsumerInput{Name: ptr("n"), GroupKey: ptr(int64(1)), ExpiresAt: ptr[*time.Time](nil)}, ""},
	} {
		if got := problemsOf((&hub.Consumer{}).Apply(c.in, noon)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	consumer := &hub.Consumer{Name: "Reader", GroupKey: 1, HubEnabled: true, Enabled: true}
	if err := consumer.Apply(hub.ConsumerInput{Enabled: ptr(false)}, noon); err != nil || consumer.Enabled || !consumer.HubEnabled || consumer.Name != "Reader" {
		t.Errorf("what is not given stays: %+v, %v", consumer, err)
	}
	if b, err := json.Marshal(&hub.Consumer{SecretHash: []byte("hash"), OldSecretHash: []byte("hash")}); err != nil || strings.Contains(string(b), "Hash") {
		t.Errorf("the hash is in its JSON: %s, %v", b, err)
	}
}

func TestAnIntegrationIsJudgedWhenItIsWritten(t *testing.T) {
	t.Parallel()
	raw := func(s string) *json.RawMessage { return ptr(json.RawMessage(s)) }
	i := &hub.Integration{}
	if err := i.Apply(hub.IntegrationInput{Connector: ptr("whatsapp"), Name: ptr(" nt ")}); err != nil || i.Name != "nt" || string(i.Settings) != "{}" || i.Connector != "whatsapp" {
		t.Errorf("%+v, %v", i, err)
	}
	if err := i.Apply(hub.IntegrationInput{Connector: ptr("whatsapp"), Settings: raw(`{"a":1}`)}); err != nil || string(i.Settings) != `{"a":1}` || i.Name != "nt" {
		t.Errorf("what is not given stays: %+v, %v", i, err)
	}
	for _, c := range []struct {
		name string
		in   hub.IntegrationInput
		want string
	}{
		{"another connector", hub.IntegrationInput{Connector: ptr("sms")}, "INVALID connector"},
		{"no name", hub.IntegrationInput{Name: ptr("")}, "DESCRIPTION_EMPTY name"},
		{"settings that are too large", hub.IntegrationInput{Settings: raw(`"` + strings.Repeat("x", 64<<10) + `"`)}, "INVALID settings"},
	} {
		changed := *i
		if got := problemsOf(changed.Apply(c.in)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestAFlowAndAnEventAreJudgedByWhatCanBeStored(t *testing.T) {
	t.Parallel()
	f := &hub.Flow{}
	source := &hub.FlowSource{Action: "query"}
	if err := f.Apply(hub.FlowInput{Description: ptr(" x "), Source: &source}); err != nil || f.Description != "x" || f.Definition.Source.Rows != hub.RowsMatching ||
		f.Definition.Filter.Mode != hub.ModeNone || f.Definition.Trigger != hub.TriggerEvent {
		t.Errorf("%+v, %v", f, err)
	}
	var none *hub.FlowSource
	if err := f.Apply(hub.FlowInput{Source: &none}); err != nil || f.Definition.Source != nil || f.Description != "x" {
		t.Errorf("a source is cleared by one that is nil: %+v, %v", f, err)
	}
	many, large := make([]hub.FlowTarget, hub.MaxTargets+1), []hub.FlowTarget{{Parameters: json.RawMessage(`"` + strings.Repeat("x", 64<<10) + `"`)}}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"too many targets":   {(&hub.Flow{}).Apply(hub.FlowInput{Targets: &many}), "INVALID targets"},
		"a flow too large":   {(&hub.Flow{}).Apply(hub.FlowInput{Targets: &large}), "INVALID "},
		"a long description": {(&hub.Flow{}).Apply(hub.FlowInput{Description: ptr(strings.Repeat("x", 201))}), "SETTING_INVALID description"},
		"nothing":            {(&hub.Flow{}).Apply(hub.FlowInput{}), ""},
		"an empty event":     {(&hub.Event{}).Apply(hub.EventInput{}), ""},
		"too many flows":     {(&hub.Event{}).Apply(hub.EventInput{FlowKeys: ptr([]int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21})}), "SETTING_INVALID flows"},
		"a flow twice":       {(&hub.Event{}).Apply(hub.EventInput{FlowKeys: &[]int64{4, 7, 4}}), "SETTING_INVALID flows.2"},
	} {
		if got := problemsOf(c.err); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
