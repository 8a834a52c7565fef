package hub_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// diff writes the changes one to a line: "settings maxAttempts: 8 → 3".
func diff(c hub.Caller, before, after *hub.FlowVersion) string {
	var lines []string
	for _, change := range hub.FlowDiff(c, before, after) {
		lines = append(lines, fmt.Sprintf("%s: %s → %s", strings.Join(change.Path, " "), change.From, change.To))
	}
	return strings.Join(lines, "\n")
}

// whole is a version in which everything is set.
func whole() *hub.FlowVersion {
	return &hub.FlowVersion{Version: 1, Description: "d", Definition: hub.FlowDefinition{Trigger: hub.TriggerFrequency,
		Schedule: &hub.Schedule{Cron: "0 8 * * *", TimeZone: "UTC"},
		Source:   &hub.FlowSource{Module: hub.SourceModuleRecords, ConsumerKey: 1, Action: "a", Parameters: json.RawMessage(`{"folio":"OT-1","status":[1,2]}`), Rows: hub.RowsMatching},
		Filter: hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "a", Operation: hub.Equal, Value: "1"}, {Field: "b", Operation: hub.IsEmpty}},
			Groups: []hub.Terms{{Mode: hub.ModeAny, Terms: []hub.Term{{Field: "c", Operation: hub.Equal, Value: json.Number("9007199254740993")}}}}},
		Targets: []hub.FlowTarget{{IntegrationKey: 2, Action: "letter", Parameters: json.RawMessage(`{"template":"x"}`), Recipient: hub.Recipient{Field: "sms"},
			Mapping: []hub.MappingEntry{{Position: 1, Field: "f"}, {Position: 2, Field: "g"}, {Position: 10, Field: "h"}}}},
		Settings: hub.FlowSettings{MaxAgeSeconds: 36 * 60 * 60}}}
}

func TestADiffNamesEveryPlaceThatChangedAndNoOther(t *testing.T) {
	t.Parallel()
	everything := hub.Caller{Consumer: &hub.Consumer{Key: 1, Enabled: true}, Group: &hub.Group{Grants: hub.Grants{hub.RowAPIConnections: hub.ActionSet(hub.See)}}}
	for name, c := range map[string]struct {
		change func(*hub.FlowVersion)
		want   string
	}{
		"nothing":                     {func(*hub.FlowVersion) {}, ""},
		"a default that is written":   {func(v *hub.FlowVersion) { v.Definition.Settings.MaxAttempts = hub.DefaultMaxAttempts }, ""},
		"the order of a mapping":      {func(v *hub.FlowVersion) { m := v.Definition.Targets[0].Mapping; m[0], m[1] = m[1], m[0] }, ""},
		"the order of terms":          {func(v *hub.FlowVersion) { m := v.Definition.Filter.Terms; m[0], m[1] = m[1], m[0] }, ""},
		"a setting":                   {func(v *hub.FlowVersion) { v.Definition.Settings.MaxAgeSeconds = 0 }, `settings maxAge: "P1DT12H" → "P1D"`},
		"no ordering that is written": {func(v *hub.FlowVersion) { v.Definition.Settings.Ordering = hub.OrderedNot }, ""},
		"an ordering and a bound": {func(v *hub.FlowVersion) {
			v.Definition.Settings.Ordering, v.Definition.Settings.MaxInFlight = hub.OrderedByRecord, 4
		}, "settings maxInFlight:  → 4\nsettings ordering: \"NONE\" → \"RECORD\""},
		"a value of a parameter":      {func(v *hub.FlowVersion) { v.Definition.Source.Parameters = json.RawMessage(`{"status":[1]}`) }, "source parameters folio: \"OT-1\" → \nsource parameters status: [1,2] → [1]"},
		"a mapping before the others": {func(v *hub.FlowVersion) { v.Definition.Targets[0].Mapping[0].Field = "z" }, `targets 0 mapping position:1 field: "f" → "z"`},
		"one that went": {func(v *hub.FlowVersion) { v.Definition.Targets[0].Mapping = v.Definition.Targets[0].Mapping[1:] },
			"targets 0 mapping position:1 field: \"f\" → \ntargets 0 mapping position:1 missing: \"FAIL\" → "},
		"numbers in order": {func(v *hub.FlowVersion) { m := v.Definition.Targets[0].Mapping; m[1].Field, m[2].Field = "y", "z" },
			"targets 0 mapping position:2 field: \"g\" → \"y\"\ntargets 0 mapping position:10 field: \"h\" → \"z\""},
		"a named value and a second of it": {func(v *hub.FlowVersion) {
			v.Definition.Targets[0].Mapping = append(v.Definition.Targets[0].Mapping, hub.MappingEntry{Name: "n", Constant: ptr("c")}, hub.MappingEntry{Name: "n", Expression: json.RawMessage(`{"var":"f"}`)})
		}, "targets 0 mapping name:n constant:  → \"c\"\ntargets 0 mapping name:n missing:  → \"FAIL\"\ntargets 0 mapping name:n #2 expression:  → {\"var\":\"f\"}\ntargets 0 mapping name:n #2 missing:  → \"FAIL\""},
		"a term that went": {func(v *hub.FlowVersion) { v.Definition.Filter.Terms = v.Definition.Filter.Terms[:1] },
			`filter terms b IS_EMPTY: {"field":"b","operation":"IS_EMPTY","value":null} → `},
		"the value of a term in a group": {func(v *hub.FlowVersion) {
			v.Definition.Filter.Groups[0].Terms[0].Value = json.Number("9007199254740994")
		},
			`filter groups 0 terms c EQUAL: {"field":"c","operation":"EQUAL","value":9007199254740993} → {"field":"c","operation":"EQUAL","value":9007199254740994}`},
		"the recipient": {func(v *hub.FlowVersion) {
			v.Definition.Targets[0].Recipient = hub.Recipient{All: []hub.Recipient{{Constant: "+1"}}}
		}, "targets 0 recipient all 0 constant:  → \"+1\"\ntargets 0 recipient field: \"sms\" → "},
		"the trigger":     {func(v *hub.FlowVersion) { v.Definition.Trigger, v.Definition.Schedule = "", nil }, "trigger: \"FREQUENCY\" → \"EVENT\"\nschedule cron expression: \"0 8 * * *\" → \nschedule cron missed: \"ONCE\" → \nschedule cron timeZone: \"UTC\" → "},
		"the description": {func(v *hub.FlowVersion) { v.Description = "e" }, `description: "d" → "e"`},
		"whose rights": {func(v *hub.FlowVersion) { v.Definition.Source.ConsumerKey = 3 },
			fmt.Sprintf("source consumer: %q → %q", hub.ID(hub.KindConsumer, 1), hub.ID(hub.KindConsumer, 3))},
		"through what": {func(v *hub.FlowVersion) { v.Definition.Targets[0].IntegrationKey = 0 },
			fmt.Sprintf("targets 0 integration: %q → ", hub.ID(hub.KindIntegration, 2))},
		"the source": {func(v *hub.FlowVersion) { v.Definition.Source = nil },
			"source action: \"a\" → \nsource consumer: \"" + hub.ID(hub.KindConsumer, 1) + "\" → \nsource module: \"RECORDS\" → \nsource parameters folio: \"OT-1\" → \nsource parameters status: [1,2] → \nsource rows: \"MATCHING\" → "},
	} {
		t.Run(name, func(t *testing.T) {
			after := whole()
			c.change(after)
			if got := diff(everything, whole(), after); got != c.want {
				t.Errorf("it says\n%s\nnot\n%s", got, c.want)
			}
		})
	}
	t.Run("of the first version it is everything", func(t *testing.T) {
		if got := hub.FlowDiff(everything, nil, whole()); len(got) < 20 || got[0].Path[0] != "description" || got[0].From != nil {
			t.Errorf("it is %+v", got)
		}
	})
	t.Run("who may not see consumers is told that they changed, and not which they are", func(t *testing.T) {
		after := whole()
		after.Definition.Source.ConsumerKey, after.Definition.Targets[0].IntegrationKey = 3, 4
		got := hub.FlowDiff(hub.Caller{Consumer: &hub.Consumer{Key: 1, Enabled: true}, Group: &hub.Group{}}, whole(), after)
		if len(got) != 2 {
			t.Fatalf("it is %+v", got)
		}
		for _, change := range got {
			if change.From != nil || change.To != nil || len(change.Needs) != 1 || change.Needs[0] != hub.RowAPIConnections.Permission(hub.See) {
				t.Errorf("it is %+v", change)
			}
		}
	})
}

func TestTheFlowThatTheAuditLogComparesHasItsSchedule(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	before := &hub.Flow{Definition: hub.FlowDefinition{Trigger: hub.TriggerDate, Schedule: &hub.Schedule{Instant: &at}}}
	after := &hub.Flow{Definition: hub.FlowDefinition{Trigger: hub.TriggerDate, Schedule: &hub.Schedule{Local: "2026-11-22T08:00:00", TimeZone: "UTC"}}}
	var paths []string
	for _, c := range hub.AuditChanges(before.Audited(), after.Audited()) {
		paths = append(paths, c.Path)
	}
	if got := strings.Join(paths, " "); got != "schedule.instant schedule.local schedule.timeZone" {
		t.Errorf("it says %s", got)
	}
}
