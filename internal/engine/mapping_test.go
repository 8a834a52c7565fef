package engine_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func text(s string) *string { return &s }

// mapped gives the flow's target another recipient and mapping, and the flow other settings.
func mapped(s hub.FlowSettings, to hub.Recipient, entries ...hub.MappingEntry) func(*hub.FlowInput, *hub.EventInput) {
	return func(f *hub.FlowInput, _ *hub.EventInput) {
		f.Settings = &s
		(*f.Targets)[0].Recipient, (*f.Targets)[0].Mapping = to, entries
	}
}

var responsible = hub.Recipient{Field: "responsible.sms"}

func TestAMessageIsMadeOfFieldsConstantsAndExpressions(t *testing.T) {
	due := hub.MappingEntry{Position: 3, Expression: json.RawMessage(`{"format_date":[{"add_days":[{"var":"cal_date_maintenance"},1]},"EEEE, d/MM HH:mm"]}`)}
	change := mapped(hub.FlowSettings{Locale: "pt-BR", TimeZone: "America/Sao_Paulo"}, responsible,
		hub.MappingEntry{Position: 2, Constant: text("Olá")}, hub.MappingEntry{Position: 1, Field: "wo_folio"}, due, hub.MappingEntry{Position: 4, Field: "cal_date_maintenance"},
		hub.MappingEntry{Position: 5, Expression: json.RawMessage(`{"lookup":["person",{"var":"code_responsible"},"name"]}`)})
	scene(t, change, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		want := "[OT-1 Olá terça-feira, 24/11 08:00 23 de nov. de 2026, 08:00 The one called JC-01]"
		if sent := h.Connector.Sent(); len(sent) != 1 || fmt.Sprint(sent[0].Values) != want || sent[0].Names != nil {
			t.Errorf("sent was %+v, want %s", sent, want)
		}
	})
}

func TestNamedValuesReachTheConnectorWithTheirNames(t *testing.T) {
	change := mapped(hub.FlowSettings{}, responsible, hub.MappingEntry{Name: "task", Field: "task_todo_description"}, hub.MappingEntry{Name: "folio", Field: "wo_folio"})
	scene(t, change, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if sent := h.Connector.Sent(); len(sent) != 1 || fmt.Sprint(sent[0].Names, sent[0].Values) != "[task folio] [Lubricate the bearings OT-1]" {
			t.Errorf("sent was %+v", sent)
		}
	})
}

func TestAMissingValueFollowsThePolicyOfItsEntry(t *testing.T) {
	folio := hub.MappingEntry{Position: 1, Field: "wo_folio"}
	for _, c := range []struct {
		name   string
		entry  hub.MappingEntry
		want   string
		reason hub.ReasonCode
		sent   string
	}{
		{"FAIL fails the delivery", hub.MappingEntry{Position: 2, Field: "responsible.full_name"}, "CLOSED FAILED: FAILED", hub.ReasonMapping, "[]"},
		{"DEFAULT sends the default", hub.MappingEntry{Position: 2, Field: "responsible.full_name", Policy: hub.MissingDefault, Default: text("nobody")}, "CLOSED SUCCEEDED: ACCEPTED", "", "[[OT-1 nobody]]"},
		{"SKIP suppresses the delivery, and the execution is no failure", hub.MappingEntry{Position: 2, Field: "responsible.full_name", Policy: hub.MissingSkip}, "CLOSED SKIPPED: SUPPRESSED", hub.ReasonValueMissing, "[]"},
		{"SKIP holds for an expression", hub.MappingEntry{Position: 2, Expression: json.RawMessage(`{"case":[{"var":"responsible.full_name"},"upper"]}`), Policy: hub.MissingSkip}, "CLOSED SKIPPED: SUPPRESSED", hub.ReasonValueMissing, "[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			scene(t, mapped(hub.FlowSettings{}, responsible, folio, c.entry), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
				key := started(t, h.Publish(t, forJonas("OT-1")))
				settled()
				is(t, h, key, c.want)
				var sent [][]string
				for _, s := range h.Connector.Sent() {
					sent = append(sent, s.Values)
				}
				if fmt.Sprint(sent) != c.sent {
					t.Errorf("sent was %v, want %s", sent, c.sent)
				}
				_, d := one(t, h, key)
				if c.reason != "" && (d.Reason == nil || d.Reason.Code != c.reason || !strings.HasPrefix(d.Reason.Path, "targets.0.mapping.1.") || d.Reason.Message == "") {
					t.Errorf("the reason is %+v", d.Reason)
				}
			})
		})
	}
}

func TestEachRecipientGetsADeliveryOfItsOwn(t *testing.T) {
	everyone := hub.Recipient{All: []hub.Recipient{{First: []hub.Recipient{{Field: "responsible.sms"}, {Field: "responsible.telephone"}}}, {Constant: "(11) 99999-0009"}, {Field: "responsible.telephone_2"}, {Constant: "+5511999990009"}}}
	scene(t, mapped(hub.FlowSettings{DefaultCountry: "BR"}, everyone, hub.MappingEntry{Position: 1, Field: "wo_folio"}), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		person := hubtest.Person(jonas, "none")
		person.Data["telephone"], person.Data["telephone_2"] = "011 99999-0001", "no number"
		in := hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 1, jonas), person)
		key := started(t, h.Publish(t, in))
		settled()
		{ // Once, normalised by the flow's country, and what cannot be used fails alone.
			is(t, h, key, "CLOSED PARTIAL: ACCEPTED ACCEPTED FAILED")
			var to []string
			for _, s := range h.Connector.Sent() {
				to = append(to, s.Recipient)
			}
			if fmt.Sprint(to) != "[+5511999990001 +5511999990009]" {
				t.Errorf("sent was to %v", to)
			}
			_, list := execution(t, h, key)
			if r := list[2].Reason; r.Code != hub.ReasonRecipient || r.Path != "targets.0.recipient" {
				t.Errorf("the third failed because %+v", r)
			}
		}
		{ // When it is sent again it is made anew for the recipient that the others do not have.
			person.Data["telephone_2"] = "11 99999-0002"
			if _, err := h.Engine.RecordsUpsert(t.Context(), h.Admin, hub.RecordsInput{Records: []hub.RecordInput{person}}); err != nil {
				t.Fatal(err)
			}
			_, list := execution(t, h, key)
			if _, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, list[2].Key); err != nil {
				t.Fatal(err)
			}
			settled()
			is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED ACCEPTED")
			if sent := h.Connector.Sent(); len(sent) != 3 || sent[2].Recipient != "+5511999990002" {
				t.Errorf("sent was %+v", sent[len(sent)-1])
			}
		}
	})
}

func TestWhatAnExpressionReadsNeedsItsPermission(t *testing.T) {
	for name, expression := range map[string]string{
		"a field behind a reference": `{"if":[true,"x",{"var":"responsible.name"}]}`,
		"a name that missing tests":  `{"if":[{"missing":["responsible.name"]},"x","y"]}`,
		"a record that is looked up": `{"lookup":["person","JC-01","name"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := hubtest.Engine(t, hubtest.EngineOptions{})
			reader := hubtest.CallerWith(t, h.DB, hubtest.May(hubtest.RowWorkOrders, hub.See))
			in := hubtest.AssignmentFlow(reader.Consumer.Key, h.Integration(t, "whatsapp").Key)
			mapped(hub.FlowSettings{}, hub.Recipient{Constant: jonasPhone}, hub.MappingEntry{Position: 1, Expression: json.RawMessage(expression)})(&in, nil)
			f, err := h.Engine.FlowCreate(t.Context(), h.Admin, in)
			if err != nil {
				t.Fatal(err)
			}
			problems, err := flowProblems(t, h, h.Admin, f)
			if err != nil || len(problems) != 1 || problems[0].Code != hub.ProblemPermissionMissing || problems[0].Path != "targets.0.mapping.0.expression" {
				t.Errorf("problems %+v, %v", problems, err)
			}
			needed, err := h.Engine.FlowPermissionsNeeded(t.Context(), h.Admin, f)
			if err != nil || len(needed) != 2 {
				t.Errorf("it needs %v, %v", needed, err)
			}
			poor := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.Add), hubtest.May(hubtest.RowWorkOrders, hub.See))
			if _, err := h.Engine.FlowCreate(t.Context(), poor, in); hub.CodeOf(err) != hub.CodeForbidden {
				t.Errorf("somebody who may not see persons made the flow: %v", err)
			}
		})
	}
}

func TestWhatAnExpressionReadIsHiddenFromWhoMayNotSeeIt(t *testing.T) {
	change := mapped(hub.FlowSettings{}, hub.Recipient{All: []hub.Recipient{{Field: "responsible.sms"}}}, hub.MappingEntry{Name: "who", Expression: json.RawMessage(`{"lookup":["person",{"var":"code_responsible"},"name"]}`)},
		hub.MappingEntry{Name: "folio", Expression: json.RawMessage(`{"cat":["OT ",{"var":"wo_folio"}]}`)}, hub.MappingEntry{Name: "greeting", Constant: text("hello")})
	scene(t, change, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		poor := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See), hubtest.May(hubtest.RowWorkOrders, hub.See))
		if err := h.DB.Disclose(t.Context(), poor, nil, d); err != nil {
			t.Fatal(err)
		}
		if d.Recipient != "" || fmt.Sprintf("%q", d.Values) != `["" "OT OT-1" "hello"]` {
			t.Errorf("shown are %q and %q", d.Recipient, d.Values)
		}
	})
}

func TestSettingsOfTheLanguageThatDoNotExistAreProblems(t *testing.T) {
	t.Parallel()
	h := hubtest.Engine(t, hubtest.EngineOptions{})
	reader := hubtest.CallerWith(t, h.DB, hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See))
	in := hubtest.AssignmentFlow(reader.Consumer.Key, h.Integration(t, "whatsapp").Key)
	in.Settings = &hub.FlowSettings{Locale: "de", TimeZone: "Mars/Olympus", DefaultCountry: "XX"}
	f, err := h.Engine.FlowCreate(t.Context(), h.Admin, in)
	if err != nil {
		t.Fatal(err)
	}
	problems, err := flowProblems(t, h, h.Admin, f)
	var paths []string
	for _, p := range problems {
		paths = append(paths, string(p.Code)+" "+p.Path)
	}
	if err != nil || strings.Join(paths, ", ") != "SETTING_INVALID settings.locale, SETTING_INVALID settings.timeZone, SETTING_INVALID settings.defaultCountry" {
		t.Errorf("problems %v, %v", paths, err)
	}
}
