package hub_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

func ptr[T any](v T) *T { return &v }

// written writes problems as "CODE path".
func written(problems []hub.Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, string(p.Code)+" "+p.Path)
	}
	return strings.Join(out, ", ")
}

// problemsOf are the problems that an error carries.
func problemsOf(err error) string {
	if err == nil {
		return ""
	}
	var e *hub.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	if len(e.Problems) == 0 {
		return string(e.Code) + " " + e.Path
	}
	if e.Code != hub.CodeInvalid || e.Path != e.Problems[0].Path || e.Message != e.Problems[0].Message {
		return fmt.Sprintf("the error %+v does not begin with its first problem", e)
	}
	return written(e.Problems)
}

// sound is a flow without problems, in the world of facts.
func sound() (*hub.Flow, hub.FlowFacts) {
	f := &hub.Flow{Key: 1, Description: "Tell the responsible", Definition: hub.FlowDefinition{
		Trigger: hub.TriggerEvent, Filter: hub.Terms{Mode: hub.ModeNone},
		Source: &hub.FlowSource{Module: hub.SourceModuleRecords, ConsumerKey: 2, Action: "query", Rows: hub.RowsMatching},
		Targets: []hub.FlowTarget{{IntegrationKey: 3, Action: "send", Recipient: hub.Recipient{Field: "phone"},
			Mapping: []hub.MappingEntry{{Field: "folio", Position: 1}, {Field: "name", Position: 2}}}},
	}}
	action := hub.ConnectorAction{Key: "send", Values: hub.ValuesSpec{Min: 1, Max: 3}, Recipient: hub.RecipientSpec{Format: "e164"}}
	facts := hub.FlowFacts{
		Consumer: &hub.Consumer{Name: "Reader", Enabled: true, HubEnabled: true}, Group: &hub.Group{Description: "Readers", Grants: hub.Grants{orders: hub.ActionSet(hub.See)}},
		ActionKnown: true,
		Field: func(path string) hub.FieldFact {
			switch path {
			case "folio", "name", "phone":
				return hub.FieldFact{Known: true, Needs: []hub.Row{orders}}
			case "responsible.sms":
				return hub.FieldFact{Known: true, Needs: []hub.Row{orders, persons}}
			}
			return hub.FieldFact{}
		},
		Targets: []hub.TargetFacts{{Integration: &hub.Integration{Connector: "whatsapp"}, Connector: &hub.Connector{Name: "whatsapp", Actions: []hub.ConnectorAction{action}}}},
	}
	return f, facts
}

func TestTheRequiredInformationOfAFlow(t *testing.T) {
	t.Parallel()
	problems := hub.FlowProblems(&hub.Flow{Definition: hub.FlowDefinition{Filter: hub.Terms{Mode: hub.ModeNone}}}, hub.FlowFacts{})
	want := []hub.Problem{
		{Code: hub.ProblemDescriptionEmpty, Path: "description", Message: "Description cannot be empty"},
		{Code: hub.ProblemSourceEmpty, Path: "source", Message: "Source configuration cannot be empty"},
		{Code: hub.ProblemTargetEmpty, Path: "targets", Message: "Target connection settings cannot be empty"},
		{Code: hub.ProblemMappingEmpty, Path: "targets.0.mapping", Message: "Mapping to destination configuration cannot be empty"},
	}
	if len(problems) != len(want) {
		t.Fatalf("%d problems: %s", len(problems), written(problems))
	}
	for i, p := range problems {
		if p != want[i] {
			t.Errorf("problem %d is %+v, want %+v", i, p, want[i])
		}
	}
	f, facts := sound()
	f.Description, f.Definition.Source = "  ", &hub.FlowSource{}
	f.Definition.Targets = []hub.FlowTarget{{Recipient: hub.Recipient{Constant: "+5511999990001"}}}
	facts.Targets = []hub.TargetFacts{{}}
	if got := hub.FlowProblems(f, facts); written(got) != "DESCRIPTION_EMPTY description, SOURCE_EMPTY source, TARGET_EMPTY targets.0, MAPPING_EMPTY targets.0.mapping" ||
		got[2].Message != want[2].Message || got[3].Message != want[3].Message {
		t.Errorf("forms that were opened and left empty: %s", written(got))
	}
}

func TestEveryProblemOfAFlowHasItsCodeAndPath(t *testing.T) {
	t.Parallel()
	target := func(f *hub.Flow) *hub.FlowTarget { return &f.Definition.Targets[0] }
	for _, c := range []struct {
		name   string
		change func(*hub.Flow, *hub.FlowFacts)
		want   string
	}{
		{"none", func(*hub.Flow, *hub.FlowFacts) {}, ""},
		{"a long description", func(f *hub.Flow, _ *hub.FlowFacts) { f.Description = strings.Repeat("ã", 201) }, "SETTING_INVALID description"},
		{"a description of 200 runes", func(f *hub.Flow, _ *hub.FlowFacts) { f.Description = strings.Repeat("ã", 200) }, ""},
		{"another source module", func(f *hub.Flow, _ *hub.FlowFacts) { f.Definition.Source.Module = "ORACLE" }, "SOURCE_ACTION_UNKNOWN source.module"},
		{"an unknown source action", func(_ *hub.Flow, w *hub.FlowFacts) { w.ActionKnown, w.Field = false, nil }, "SOURCE_ACTION_UNKNOWN source.action"},
		{"no consumer", func(_ *hub.Flow, w *hub.FlowFacts) { w.Consumer, w.Group = nil, nil }, "CONSUMER_UNKNOWN source.consumer"},
		{"an expired consumer", func(_ *hub.Flow, w *hub.FlowFacts) { w.Now, w.Consumer.ExpiresAt = noon, &noon }, "CONSUMER_DISABLED source.consumer"},
		{"a disabled consumer", func(_ *hub.Flow, w *hub.FlowFacts) { w.Consumer.Enabled = false }, "CONSUMER_DISABLED source.consumer"},
		{"hubEnabled is off", func(_ *hub.Flow, w *hub.FlowFacts) { w.Consumer.HubEnabled = false }, "CONSUMER_HUB_DISABLED source.consumer"},
		{"a right is missing", func(f *hub.Flow, _ *hub.FlowFacts) { target(f).Mapping[1].Field = "responsible.sms" }, "PERMISSION_MISSING targets.0.mapping.1.field"},
		{"a right for the recipient is missing", func(f *hub.Flow, _ *hub.FlowFacts) { target(f).Recipient.Field = "responsible.sms" }, "PERMISSION_MISSING targets.0.recipient.field"},
		{"no integration", func(_ *hub.Flow, w *hub.FlowFacts) { w.Targets[0].Integration = nil }, "INTEGRATION_UNKNOWN targets.0.integration"},
		{"facts that do not know the target", func(_ *hub.Flow, w *hub.FlowFacts) { w.Targets = nil }, "INTEGRATION_UNKNOWN targets.0.integration"},
		{"no connector", func(_ *hub.Flow, w *hub.FlowFacts) { w.Targets[0].Connector = nil }, "CONNECTOR_UNKNOWN targets.0.integration"},
		{"an unknown action", func(f *hub.Flow, _ *hub.FlowFacts) { target(f).Action = "sing" }, "ACTION_UNKNOWN targets.0.action"},
		{"wrong parameters", func(_ *hub.Flow, w *hub.FlowFacts) {
			w.Targets[0].Parameters = []hub.Problem{{Code: hub.ProblemParameterInvalid, Path: "template"}, {Code: hub.ProblemParameterInvalid}}
		}, "PARAMETER_INVALID targets.0.parameters.template, PARAMETER_INVALID targets.0.parameters"},
		{"no recipient", func(f *hub.Flow, _ *hub.FlowFacts) { target(f).Recipient = hub.Recipient{} }, "RECIPIENT_EMPTY targets.0.recipient"},
		{"two recipients", func(f *hub.Flow, _ *hub.FlowFacts) { target(f).Recipient.Constant = "+5511999990001" }, "RECIPIENT_INVALID targets.0.recipient"},
		{"a number with letters", func(f *hub.Flow, _ *hub.FlowFacts) { target(f).Recipient = hub.Recipient{Constant: "+55 JONAS"} }, "RECIPIENT_INVALID targets.0.recipient.constant"},
		{"a number as people write it", func(f *hub.Flow, _ *hub.FlowFacts) {
			target(f).Recipient = hub.Recipient{Constant: "+55 (11) 99999-0001"}
		}, ""},
		{"an unknown recipient field", func(f *hub.Flow, _ *hub.FlowFacts) { target(f).Recipient.Field = "boss" }, "FIELD_UNKNOWN targets.0.recipient.field"},
		{"no mapping", func(f *hub.Flow, _ *hub.FlowFacts) { target(f).Mapping = nil }, "MAPPING_EMPTY targets.0.mapping"},
		{"a mapping of an unknown field", func(f *hub.Flow, _ *hub.FlowFacts) { target(f).Mapping[0].Field = "colour" }, "FIELD_UNKNOWN targets.0.mapping.0.field"},
		{"a mapping of no field", func(f *hub.Flow, _ *hub.FlowFacts) { target(f).Mapping[0].Field = "" }, "MAPPING_INVALID targets.0.mapping.0.field"},
		{"a mapping with a gap", func(f *hub.Flow, _ *hub.FlowFacts) { target(f).Mapping[1].Position = 3 }, "MAPPING_INVALID targets.0.mapping.1.position"},
		{"a mapping with a repetition", func(f *hub.Flow, _ *hub.FlowFacts) { target(f).Mapping[1].Position = 1 }, "MAPPING_INVALID targets.0.mapping.1.position"},
		{"too many values", func(_ *hub.Flow, w *hub.FlowFacts) { w.Targets[0].Connector.Actions[0].Values.Max = 1 }, "MAPPING_COUNT targets.0.mapping"},
		{"too few values", func(_ *hub.Flow, w *hub.FlowFacts) { w.Targets[0].Connector.Actions[0].Values.Min = 3 }, "MAPPING_COUNT targets.0.mapping"},
		{"values for an action that takes none", func(_ *hub.Flow, w *hub.FlowFacts) { w.Targets[0].Connector.Actions[0].Values = hub.ValuesSpec{} }, "MAPPING_COUNT targets.0.mapping"},
		{"no values for an action that takes none", func(f *hub.Flow, w *hub.FlowFacts) {
			w.Targets[0].Connector.Actions[0].Values, target(f).Mapping = hub.ValuesSpec{}, nil
		}, ""},
		{"a filter without terms", func(f *hub.Flow, _ *hub.FlowFacts) { f.Definition.Filter.Mode = hub.ModeAll }, "TERM_INVALID filter"},
		{"an unknown filter mode", func(f *hub.Flow, _ *hub.FlowFacts) { f.Definition.Filter.Mode = "SOME" }, "TERM_INVALID filter.mode"},
		{"a filter on an unknown field", func(f *hub.Flow, _ *hub.FlowFacts) {
			f.Definition.Filter = hub.Terms{Mode: hub.ModeAny, Terms: []hub.Term{{Field: "folio", Operation: hub.Equal, Value: "1"}, {Field: "colour", Operation: hub.Equal, Value: "1"}}}
		}, "FIELD_UNKNOWN filter.terms.1.field"},
		{"a filter on no field", func(f *hub.Flow, _ *hub.FlowFacts) {
			f.Definition.Filter = hub.Terms{Mode: hub.ModeAny, Terms: []hub.Term{{Operation: hub.Equal, Value: "1"}}}
		}, "TERM_INVALID filter.terms.0.field"},
		{"a filter by an unknown operation", func(f *hub.Flow, _ *hub.FlowFacts) {
			f.Definition.Filter = hub.Terms{Mode: hub.ModeAny, Terms: []hub.Term{{Field: "folio", Operation: "LIKE", Value: "1"}}}
		}, "TERM_INVALID filter.terms.0.operation"},
		{"a filter that is switched off may be half written", func(f *hub.Flow, _ *hub.FlowFacts) {
			f.Definition.Filter = hub.Terms{Mode: hub.ModeNone, Terms: []hub.Term{{Field: "colour"}}}
		}, ""},
		{"settings out of bounds", func(f *hub.Flow, _ *hub.FlowFacts) {
			f.Definition.Settings = hub.FlowSettings{MaxAttempts: 51, MaxAgeSeconds: -1, UnknownWaitSeconds: 8 * 24 * 3600}
		}, "SETTING_INVALID settings.maxAttempts, SETTING_INVALID settings.maxAge, SETTING_INVALID settings.unknownWait"},
		{"an unknown policy", func(f *hub.Flow, _ *hub.FlowFacts) { f.Definition.Settings.UnknownPolicy = "PRAY" }, "SETTING_INVALID settings.unknownPolicy"},
		{"rows of an unknown kind", func(f *hub.Flow, _ *hub.FlowFacts) { f.Definition.Source.Rows = "SOME" }, "SETTING_INVALID source.rows"},
	} {
		f, facts := sound()
		c.change(f, &facts)
		problems := hub.FlowProblems(f, facts)
		if got := written(problems); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		for _, p := range problems {
			if p.Message == "" && c.name != "wrong parameters" {
				t.Errorf("%s: %s has no message", c.name, p.Code)
			}
		}
	}
}

func TestEveryProblemOfAnEventHasItsCodeAndPath(t *testing.T) {
	t.Parallel()
	archived := time.Now()
	flows := map[int64]*hub.Flow{1: {Enabled: true, Description: "On"}, 2: {Description: "Off"}, 3: {Enabled: true, ArchivedAt: &archived}}
	term := func(field string) hub.Term { return hub.Term{Field: field, Operation: hub.Equal, Value: "x"} }
	for _, c := range []struct {
		name   string
		change func(*hub.Event, *hub.EventFacts)
		want   string
	}{
		{"none", func(*hub.Event, *hub.EventFacts) {}, ""},
		{"no description", func(e *hub.Event, _ *hub.EventFacts) { e.Description = "" }, "DESCRIPTION_EMPTY description"},
		{"no type", func(e *hub.Event, w *hub.EventFacts) { e.Type, w.TypeKnown = "", false }, "EVENT_TYPE_UNKNOWN type"},
		{"an unknown type", func(e *hub.Event, w *hub.EventFacts) { e.Type, w.TypeKnown = "x.y.z", false }, "EVENT_TYPE_UNKNOWN type"},
		{"no flow", func(e *hub.Event, _ *hub.EventFacts) { e.FlowKeys = nil }, "ACTIONS_EMPTY flows"},
		{"a flow that is gone, one that is off and one that is archived", func(e *hub.Event, _ *hub.EventFacts) { e.FlowKeys = []int64{1, 9, 2, 3} },
			"FLOW_UNKNOWN flows.1, FLOW_DISABLED flows.2, FLOW_UNKNOWN flows.3"},
		{"terms without a term", func(e *hub.Event, _ *hub.EventFacts) { e.Terms.Mode = hub.ModeAll }, "TERM_INVALID terms"},
		{"an unknown field", func(e *hub.Event, _ *hub.EventFacts) {
			e.Terms = hub.Terms{Mode: hub.ModeAny, Terms: []hub.Term{term("folio"), term("colour")}}
		}, "FIELD_UNKNOWN terms.terms.1.field"},
		{"no field", func(e *hub.Event, _ *hub.EventFacts) {
			e.Terms = hub.Terms{Mode: hub.ModeAny, Terms: []hub.Term{term("")}}
		}, "TERM_INVALID terms.terms.0.field"},
		{"terms that are switched off", func(e *hub.Event, _ *hub.EventFacts) {
			e.Terms = hub.Terms{Mode: hub.ModeNone, Terms: []hub.Term{term("colour")}}
		}, ""},
	} {
		e := &hub.Event{Description: "New WO", Type: "a.b.c", Terms: hub.Terms{Mode: hub.ModeNone}, FlowKeys: []int64{1}}
		facts := hub.EventFacts{TypeKnown: true, Flows: flows, Field: func(p string) hub.FieldFact { return hub.FieldFact{Known: p == "folio"} }}
		c.change(e, &facts)
		if got := written(hub.EventProblems(e, facts)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

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
	two, large := make([]hub.FlowTarget, 2), []hub.FlowTarget{{Parameters: json.RawMessage(`"` + strings.Repeat("x", 64<<10) + `"`)}}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"two targets":        {(&hub.Flow{}).Apply(hub.FlowInput{Targets: &two}), "INVALID targets"},
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

func TestErrorsNameTheirPlace(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]string{
		hub.Invalid("a.0", "wrong: %d", 7):   "INVALID a.0: wrong: 7",
		hub.Conflict("", "too late"):         "CONFLICT too late",
		hub.NotFound(hub.KindFlow, 7):        "NOT_FOUND id: there is no flw_0000000000007",
		hub.Stale(3, 5):                      "CONFLICT expectedVersion: you changed version 3, but the current version is 5; read it again and repeat your change",
		errors.New("the disk is on fire"):    "INTERNAL the disk is on fire",
		fmt.Errorf("x: %w", hub.Stale(1, 2)): "CONFLICT x: expectedVersion: you changed version 1, but the current version is 2; read it again and repeat your change",
	} {
		if got := string(hub.CodeOf(err)) + " " + err.Error(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if err := hub.WithProblems(nil); err != nil {
		t.Errorf("no problems are no error: %v", err)
	}
	if got := hub.Path("targets", 0, "mapping", 12, "field"); got != "targets.0.mapping.12.field" {
		t.Errorf("the path is %s", got)
	}
}

func TestALabelFallsBackToEnglish(t *testing.T) {
	t.Parallel()
	l := hub.Labels{"en": "Work order", "pt-BR": "Ordem de serviço"}
	for locale, want := range map[string]string{"pt-BR": "Ordem de serviço", "en": "Work order", "it": "Work order", "": "Work order"} {
		if got := l.In(locale); got != want {
			t.Errorf("in %q it is %q", locale, got)
		}
	}
	if got := (hub.Labels{}).In("it"); got != "" {
		t.Errorf("no label is %q", got)
	}
}

func TestARecipientIsWrittenAsItsActionWantsIt(t *testing.T) {
	t.Parallel()
	phone := &hub.ConnectorAction{Recipient: hub.RecipientSpec{Format: "e164"}}
	if got, err := hub.NormalRecipient("+55 (11) 99999-0001", phone); got != "+5511999990001" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := hub.NormalRecipient("ask Jonas", phone); err == nil {
		t.Error("letters are taken for a number")
	}
	for _, free := range []*hub.ConnectorAction{nil, {}} {
		if got, err := hub.NormalRecipient(" ask Jonas", free); got != " ask Jonas" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
}
