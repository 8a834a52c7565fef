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
		{"a part of several recipients that does not exist", func(f *hub.Flow, _ *hub.FlowFacts) {
			target(f).Recipient = hub.Recipient{All: []hub.Recipient{{Field: "phone"}, {First: []hub.Recipient{{Field: "boss"}, {Constant: "x"}}}}}
		}, "FIELD_UNKNOWN targets.0.recipient.all.1.first.0.field, RECIPIENT_INVALID targets.0.recipient.all.1.first.1.constant"},
		{"several inside several", func(f *hub.Flow, _ *hub.FlowFacts) {
			target(f).Recipient = hub.Recipient{All: []hub.Recipient{{All: []hub.Recipient{{Field: "phone"}}}}}
		}, "RECIPIENT_INVALID targets.0.recipient"},
		{"a constant without a country code", func(f *hub.Flow, _ *hub.FlowFacts) { target(f).Recipient = hub.Recipient{Constant: "011 99999-0001"} }, "RECIPIENT_INVALID targets.0.recipient.constant"},
		{"the same with a country", func(f *hub.Flow, _ *hub.FlowFacts) {
			target(f).Recipient, f.Definition.Settings.DefaultCountry = hub.Recipient{Constant: "011 99999-0001"}, "BR"
		}, ""},
		{"a country, a locale and a zone that do not exist", func(f *hub.Flow, _ *hub.FlowFacts) {
			f.Definition.Settings = hub.FlowSettings{Locale: "xx", TimeZone: "Nowhere", DefaultCountry: "brazil"}
		}, "SETTING_INVALID settings.locale, SETTING_INVALID settings.timeZone, SETTING_INVALID settings.defaultCountry"},
		{"an unknown field in an expression", func(f *hub.Flow, _ *hub.FlowFacts) {
			target(f).Mapping[0] = hub.MappingEntry{Position: 1, Expression: json.RawMessage(`{"cat":[{"var":"colour"}]}`)}
		}, "FIELD_UNKNOWN targets.0.mapping.0.expression"},
		{"an expression that does not compile", func(f *hub.Flow, _ *hub.FlowFacts) {
			target(f).Mapping[0] = hub.MappingEntry{Position: 1, Expression: json.RawMessage(`{"cat":[{"==":[1]}]}`)}
		}, "MAPPING_INVALID targets.0.mapping.0.expression.cat.0.=="},
		{"a lookup of a type that does not exist", func(f *hub.Flow, w *hub.FlowFacts) {
			w.Lookup = func(typ, _ string) hub.FieldFact {
				return hub.FieldFact{Known: typ == "person", Needs: []hub.Row{persons}}
			}
			target(f).Mapping[0] = hub.MappingEntry{Position: 1, Expression: json.RawMessage(`{"lookup":["robot","1","name"]}`)}
		}, "FIELD_UNKNOWN targets.0.mapping.0.expression"},
		{"a lookup without the right", func(f *hub.Flow, w *hub.FlowFacts) {
			w.Lookup = func(typ, _ string) hub.FieldFact {
				return hub.FieldFact{Known: typ == "person", Needs: []hub.Row{persons}}
			}
			target(f).Mapping[0] = hub.MappingEntry{Position: 1, Expression: json.RawMessage(`{"lookup":["person","1","name"]}`)}
		}, "PERMISSION_MISSING targets.0.mapping.0.expression"},
		{"names for an action that takes positions", func(f *hub.Flow, w *hub.FlowFacts) {
			w.Targets[0].Connector.Actions[0].Values.Positional = true
			target(f).Mapping = []hub.MappingEntry{{Name: "a", Field: "folio"}}
		}, "MAPPING_PLACES targets.0.mapping"},
		{"positions for an action that takes names", func(_ *hub.Flow, w *hub.FlowFacts) { w.Targets[0].Connector.Actions[0].Values.Named = true }, "MAPPING_PLACES targets.0.mapping"},
		{"names for an action that takes both", func(f *hub.Flow, w *hub.FlowFacts) {
			v := &w.Targets[0].Connector.Actions[0].Values
			v.Positional, v.Named = true, true
			target(f).Mapping = []hub.MappingEntry{{Name: "a", Field: "folio"}}
		}, ""},
		{"positions and names", func(f *hub.Flow, _ *hub.FlowFacts) {
			target(f).Mapping[1] = hub.MappingEntry{Name: "a", Field: "folio"}
		}, "MAPPING_INVALID targets.0.mapping.1.name"},
		{"a constant and a default that are too long for the action", func(f *hub.Flow, w *hub.FlowFacts) {
			w.Targets[0].Connector.Actions[0].Values.MaxLength = 3
			target(f).Mapping = []hub.MappingEntry{{Position: 1, Constant: ptr("ação")}, {Position: 2, Field: "folio", Policy: hub.MissingDefault, Default: ptr("none")}, {Position: 3, Constant: ptr("çãé")}}
		}, "VALUE_TOO_LONG targets.0.mapping.0.constant, VALUE_TOO_LONG targets.0.mapping.1.default"},
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
		{"an unknown ordering", func(f *hub.Flow, _ *hub.FlowFacts) { f.Definition.Settings.Ordering = "ALPHABET" }, "SETTING_INVALID settings.ordering"},
		{"orderings that there are", func(f *hub.Flow, _ *hub.FlowFacts) {
			f.Definition.Settings.Ordering, f.Definition.Settings.MaxInFlight = hub.OrderedByRecipient, hub.MaxMaxInFlight
		}, ""},
		{"more under way than may be", func(f *hub.Flow, _ *hub.FlowFacts) { f.Definition.Settings.MaxInFlight = hub.MaxMaxInFlight + 1 }, "SETTING_INVALID settings.maxInFlight"},
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
	if got, err := hub.NormalRecipient("+55 (11) 99999-0001", phone, ""); got != "+5511999990001" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := hub.NormalRecipient("ask Jonas", phone, ""); err == nil {
		t.Error("letters are taken for a number")
	}
	for _, free := range []*hub.ConnectorAction{nil, {}} {
		if got, err := hub.NormalRecipient(" ask Jonas", free, ""); got != " ask Jonas" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
}

func TestWhatMayFailIsAWarning(t *testing.T) {
	t.Parallel()
	f, facts := sound()
	types := map[string]string{"folio": "TEXT", "name": "TEXT", "phone": "TEXT"}
	known := facts.Field
	facts.Field = func(path string) hub.FieldFact {
		fact := known(path)
		fact.Type, fact.Filled = types[path], path == "folio"
		return fact
	}
	f.Definition.Targets[0].Mapping = []hub.MappingEntry{{Position: 1, Field: "folio"}, {Position: 2, Field: "name"}, {Position: 3, Expression: json.RawMessage(`{"+":[1,{"var":"name"}]}`)}}
	problems := hub.FlowProblems(f, facts)
	if got := written(problems); got != "VALUE_COERCED targets.0.mapping.2.expression.+.1, VALUE_MAY_BE_MISSING targets.0.mapping.1.missing" {
		t.Errorf("warnings are %s", got)
	}
	for _, p := range problems {
		if !p.Warning() || p.Level() != hub.SeverityWarning {
			t.Errorf("%+v is no warning", p)
		}
	}
	f.Definition.Targets[0].Mapping = []hub.MappingEntry{{Position: 1, Field: "folio"}, {Position: 2, Field: "name", Policy: hub.MissingSkip}}
	if got := written(hub.FlowProblems(f, facts)); got != "" {
		t.Errorf("with a policy warnings are %s", got)
	}
	if p := (hub.Problem{}); p.Warning() || p.Level() != hub.SeverityError {
		t.Error("a problem without a severity is no error")
	}
}

func TestAFlowThatWasSavedBeforeStaysAsItIs(t *testing.T) {
	t.Parallel()
	const saved = `{"trigger":"EVENT","filter":{"mode":"NONE"},"targets":[{"integration":3,"action":"send","recipient":{"field":"phone"},"mapping":[{"field":"folio","position":1}]}],"settings":{"maxAttempts":3}}`
	var d hub.FlowDefinition
	if err := json.Unmarshal([]byte(saved), &d); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(d)
	if err != nil || string(again) != saved {
		t.Errorf("it is written as %s, %v", again, err)
	}
	if e := d.Targets[0].Mapping[0]; e.Missing() != hub.MissingFail || e.Constant != nil || e.Expression != nil {
		t.Errorf("its mapping is %+v", e)
	}
}
