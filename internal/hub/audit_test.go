package hub_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

// toldBy writes changes as path: from → to.
func toldBy(list []hub.AuditChange) string {
	lines := make([]string, len(list))
	for i, c := range list {
		lines[i] = fmt.Sprintf("%s: %s → %s", c.Path, c.From, c.To)
	}
	return strings.Join(lines, "; ")
}

func TestChangesAreToldFieldByField(t *testing.T) {
	t.Parallel()
	see, edit := hub.ActionSet(hub.See), hub.ActionSet(hub.See, hub.Edit)
	stock, orders := hub.Row{Module: "warehouses", Submodule: "stock"}, hub.Row{Module: "work_management", Submodule: "work_orders"}
	target := func(field string, positions ...int) hub.FlowDefinition {
		t := hub.FlowTarget{IntegrationKey: 1, Action: "a", Parameters: json.RawMessage(`{"template": "hello", "n": 12345678901234567890}`), Recipient: hub.Recipient{Field: field}}
		for _, p := range positions {
			t.Mapping = append(t.Mapping, hub.MappingEntry{Field: "f", Position: p})
		}
		return hub.FlowDefinition{Targets: []hub.FlowTarget{t}}
	}
	for name, c := range map[string]struct {
		before, after hub.Facts
		want          string
	}{
		"nothing":        {(&hub.Group{Version: 1}).Audited(), (&hub.Group{Version: 1}).Audited(), ""},
		"a text":         {(&hub.Group{Note: "a"}).Audited(), (&hub.Group{Note: "b"}).Audited(), `note: "a" → "b"`},
		"a text emptied": {(&hub.Group{Note: "a"}).Audited(), (&hub.Group{}).Audited(), `note: "a" → `},
		"grants": {(&hub.Group{Grants: hub.Grants{orders: edit}}).Audited(), (&hub.Group{Grants: hub.Grants{orders: see, stock: edit}}).Audited(),
			`grants.added:  → ["warehouses/stock:SEE,EDIT"]; grants.removed: ["work_management/work_orders:EDIT"] → `},
		"a group that is made": {(*hub.Group)(nil).Audited(), (&hub.Group{Version: 1, Description: "g", Grants: hub.Grants{stock: see}}).Audited(),
			`description:  → "g"; grants.added:  → ["warehouses/stock:SEE"]; readOnly:  → false; version:  → 1`},
		"a setting deep inside": {(&hub.Integration{Settings: json.RawMessage(`{"a": {"b": 1.50, "c": true}, "d": "x"}`)}).Audited(),
			(&hub.Integration{Settings: json.RawMessage(`{"d":"x","a":{"c":true,"b":2.50}}`)}).Audited(), `settings.a.b: 1.50 → 2.50`},
		"a part of a flow": {(&hub.Flow{Definition: target("responsible.sms", 1)}).Audited(), (&hub.Flow{Definition: target("created_by.sms", 1, 2)}).Audited(),
			`targets.0.mapping.1.field:  → "f"; targets.0.mapping.1.position:  → 2; targets.0.recipient.field: "responsible.sms" → "created_by.sms"`},
		"the order of an event's flows": {(&hub.Event{FlowKeys: []int64{1, 2}}).Audited(), (&hub.Event{FlowKeys: []int64{2, 1}}).Audited(),
			fmt.Sprintf(`flows: [%q,%q] → [%q,%q]`, hub.ID(hub.KindFlow, 1), hub.ID(hub.KindFlow, 2), hub.ID(hub.KindFlow, 2), hub.ID(hub.KindFlow, 1))},
	} {
		if got := toldBy(hub.AuditChanges(c.before, c.after)); got != c.want {
			t.Errorf("%s:\n%s, not\n%s", name, got, c.want)
		}
	}
}

func TestWhatAnEntryTellsIsBounded(t *testing.T) {
	t.Parallel()
	many := map[string]string{"long": strings.Repeat("é", 40_000)}
	for i := range 500 {
		many[fmt.Sprintf("field%03d", i)] = "x"
	}
	settings, err := json.Marshal(many)
	if err != nil {
		t.Fatal(err)
	}
	list := hub.AuditChanges(nil, (&hub.Integration{Settings: settings}).Audited())
	last := list[len(list)-1]
	if len(list) != 129 || last.Path != "…" || !strings.Contains(string(last.To), "and 374 more fields") {
		t.Errorf("%d fields are told, the last is %s: %s", len(list), last.Path, last.To)
	}
	list = hub.AuditChanges(nil, (&hub.Integration{Settings: json.RawMessage(`{"long":"` + many["long"] + `"}`)}).Audited())
	for _, c := range list {
		if len(c.To) > 16<<10 || !json.Valid(c.To) {
			t.Errorf("%s has %d bytes", c.Path, len(c.To))
		}
	}
}

func TestOfSecretsItIsToldThatTheyChangedAndNothingElse(t *testing.T) {
	t.Parallel()
	got := toldBy(hub.AuditSecrets(map[string]string{"kept": "1", "gone": "2", "other": "3", "emptied": "4"}, map[string]string{"kept": "1", "other": "33", "new": "5", "emptied": ""}))
	if want := `secrets.emptied: "set" → ; secrets.gone: "set" → ; secrets.new:  → "set"; secrets.other: "set" → "changed"`; got != want {
		t.Errorf("it says %s", got)
	}
}

func TestOfWhatAnUnknownClientCallsItselfOnlyTheBeginningIsKept(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"": "", "short": "short", "exactly8": "exactly8", "a secret in the wrong place": "a secret…", "a\x00\n\u202eb\xff": "a???b?"} {
		if got := hub.ClipClientID(given); got != want {
			t.Errorf("of %q it keeps %q, not %q", given, got, want)
		}
	}
}

func TestTheAddressOfARequestIsToldWithoutItsPort(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"192.0.2.1:80": "192.0.2.1", "[2001:db8::1]:80": "2001:db8::1", "[::ffff:192.0.2.1]:80": "192.0.2.1",
		"[fe80::1%eth0]:80": "fe80::1", "203.0.113.9": "203.0.113.9", "@": "@", "": ""} {
		if got := hub.ViaOf(hub.DoorOAuth, given, "r"); got.Address != want || got.Request != "r" {
			t.Errorf("%q is told as %+v, not %q", given, got, want)
		}
	}
}

func TestADenialIsForbiddenOrUnauthenticatedOfSomebodyWhoIsKnown(t *testing.T) {
	t.Parallel()
	bare := hub.Caller{Consumer: &hub.Consumer{Key: 7, Enabled: true}, Group: &hub.Group{Description: "g"}}
	off := hub.Caller{Consumer: &hub.Consumer{Key: 7}, Group: &hub.Group{}}
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"a missing permission":        {bare.Need(hub.RowHub, hub.See), true},
		"behind another error":        {fmt.Errorf("while reading: %w", bare.Need(hub.RowHub, hub.See)), true},
		"a consumer that is off":      {off.NeedToken(), true},
		"nobody":                      {hub.Caller{}.NeedToken(), false},
		"another error of the hub":    {hub.NotFound(hub.KindFlow, 1), false},
		"an error of somebody else's": {errors.New("x"), false},
		"none":                        {nil, false},
	} {
		d, ok := hub.DenialOf(c.err, "flows", hub.Via{})
		if ok != c.want || ok && (d.ConsumerKey != 7 || d.Kind != hub.AuditDenied || d.Asked != "flows") {
			t.Errorf("%s: %+v, %v", name, d, ok)
		}
	}
}
