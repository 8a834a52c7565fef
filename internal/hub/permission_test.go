package hub_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

var (
	orders  = hub.Row{Module: "work_management", Submodule: "work_orders"}
	persons = hub.Row{Module: "inhouse_personnel", Submodule: "general"}
)

func TestASetOfActionsHoldsWhatWasPutIn(t *testing.T) {
	t.Parallel()
	for _, list := range [][]hub.Action{nil, {hub.See}, {hub.See, hub.Report}, hub.AllActions} {
		s := hub.ActionSet(list...)
		for _, a := range hub.AllActions {
			if s.Has(a) != slices.Contains(list, a) {
				t.Errorf("%v has %s: %v", list, a, s.Has(a))
			}
		}
		if !slices.Equal(s.List(), list) && len(s.List())+len(list) > 0 {
			t.Errorf("%v lists as %v", list, s.List())
		}
	}
	if s := hub.ActionSet("DESTROY", hub.Edit); s.Has("DESTROY") || !s.Has(hub.Edit) || len(s.List()) != 1 {
		t.Errorf("an unknown action makes %v", s.List())
	}
}

func TestAMatrixGoesToJSONAndBack(t *testing.T) {
	t.Parallel()
	g := hub.GrantsOf([]hub.Grant{
		{Module: orders.Module, Submodule: orders.Submodule, Actions: []hub.Action{hub.See}},
		{Module: persons.Module, Submodule: persons.Submodule, Actions: []hub.Action{hub.Add, hub.See}},
		{Module: orders.Module, Submodule: orders.Submodule, Actions: []hub.Action{hub.Edit}},
		{Module: "settings", Submodule: "general"},
	})
	const want = `[{"module":"inhouse_personnel","submodule":"general","actions":["SEE","ADD"]},{"module":"work_management","submodule":"work_orders","actions":["SEE","EDIT"]}]`
	b, err := json.Marshal(g)
	if err != nil || string(b) != want {
		t.Errorf("%s, %v", b, err)
	}
	var back hub.Grants
	if err := json.Unmarshal(b, &back); err != nil || !back.Allows(orders, hub.Edit) || !back.Allows(persons, hub.Add) || back.Allows(orders, hub.Add) || len(back) != 2 {
		t.Errorf("%v, %v", back, err)
	}
	if json.Unmarshal([]byte(`{"not":"a list"}`), &back) == nil {
		t.Error("an object is taken for a matrix")
	}
	if b, err := json.Marshal(hub.Grants(nil)); err != nil || string(b) != "[]" {
		t.Errorf("no matrix is %s, %v", b, err)
	}
}

func TestCoversNamesWhatIsLacking(t *testing.T) {
	t.Parallel()
	has := hub.Grants{orders: hub.ActionSet(hub.See, hub.Edit)}
	for name, c := range map[string]struct {
		other hub.Grants
		lacks string
	}{
		"nothing":        {nil, ""},
		"the same":       {hub.Grants{orders: hub.ActionSet(hub.See, hub.Edit)}, ""},
		"less":           {hub.Grants{orders: hub.ActionSet(hub.Edit)}, ""},
		"an empty row":   {hub.Grants{persons: 0}, ""},
		"another action": {hub.Grants{orders: hub.ActionSet(hub.See, hub.Remove)}, "work_management/work_orders:REMOVE"},
		"another row":    {hub.Grants{persons: hub.ActionSet(hub.See)}, "inhouse_personnel/general:SEE"},
		"several, sorted": {hub.Grants{orders: hub.ActionSet(hub.AllActions...), persons: hub.ActionSet(hub.See)},
			"inhouse_personnel/general:SEE work_management/work_orders:ADD work_management/work_orders:REMOVE work_management/work_orders:REPORT"},
	} {
		var names []string
		for _, p := range has.Covers(c.other) {
			names = append(names, p.String())
		}
		if got := strings.Join(names, " "); got != c.lacks {
			t.Errorf("%s: it lacks %q, want %q", name, got, c.lacks)
		}
	}
}

func TestACallerIsToldWhatIsMissing(t *testing.T) {
	t.Parallel()
	c := hub.Caller{Consumer: &hub.Consumer{Enabled: true}, Group: &hub.Group{Description: "Planners", Grants: hub.Grants{orders: hub.ActionSet(hub.See)}}}
	if c.Need(orders, hub.See) != nil || c.NeedToken() != nil || !c.May(orders, hub.See) || c.NeedAll(hub.Grants{orders: hub.ActionSet(hub.See)}) != nil {
		t.Error("it may not do what its group grants")
	}
	forbidden := func(err error, needs ...hub.Permission) {
		t.Helper()
		e, ok := err.(*hub.Error)
		if !ok || e.Code != hub.CodeForbidden || !slices.Equal(e.Needs, needs) || e.Group != "Planners" || !strings.Contains(e.Message, `the group "Planners" lacks `+needs[0].String()) {
			t.Errorf("%#v", err)
		}
	}
	add := hub.Permission{Module: orders.Module, Submodule: orders.Submodule, Action: hub.Add}
	see := hub.Permission{Module: persons.Module, Submodule: persons.Submodule, Action: hub.See}
	forbidden(c.Need(orders, hub.Add), add)
	forbidden(c.NeedAll(hub.Grants{orders: hub.ActionSet(hub.See, hub.Add), persons: hub.ActionSet(hub.See)}), see, add)

	disabled := c
	disabled.Consumer = &hub.Consumer{}
	for name, nobody := range map[string]hub.Caller{"nobody": {}, "without a group": {Consumer: c.Consumer}, "without a consumer": {Group: c.Group}, "disabled": disabled} {
		if nobody.May(orders, hub.See) {
			t.Errorf("%s may see", name)
		}
		for _, err := range []error{nobody.Need(orders, hub.See), nobody.NeedToken(), nobody.NeedAll(hub.Grants{orders: hub.ActionSet(hub.See)})} {
			if hub.CodeOf(err) != hub.CodeUnauthenticated {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
