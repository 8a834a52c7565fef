package catalog_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

func TestEveryTextIsThereInSixLanguages(t *testing.T) {
	t.Parallel()
	c := catalog.Load()
	count := 0
	whole := func(what string, l hub.Labels) {
		count++
		for _, locale := range []string{"pt-BR", "pt-PT", "es", "en", "fr", "it"} {
			if strings.TrimSpace(l[locale]) == "" {
				t.Errorf("%s has no text in %s", what, locale)
			}
		}
	}
	var ofFields func(string, []catalog.Field)
	ofFields = func(what string, fields []catalog.Field) {
		for _, f := range fields {
			whole(what+"."+f.Key, f.Title)
			if f.Help != nil {
				whole(what+"."+f.Key+" help", f.Help)
			}
			for _, v := range f.Enum {
				whole(what+"."+f.Key+" value", v.Title)
			}
			ofFields(what+"."+f.Key, f.Fields)
		}
	}
	for _, r := range c.PermissionRows() {
		whole(r.Module, r.ModuleTitle)
		whole(r.Row().String(), r.Title)
	}
	for _, e := range c.EventTypes() {
		whole(e.Key, e.Title)
		whole(e.Key+" help", e.Help)
		if e.Derived != nil {
			ofFields(e.Key, e.Derived.Settings)
		}
	}
	for _, a := range c.SourceActions() {
		whole(a.Key, a.Title)
		whole(a.Key+" help", a.Help)
		ofFields(a.Key, a.Parameters)
	}
	for _, r := range c.RecordTypes() {
		whole(r.Key, r.Title)
		whole(r.Key+" help", r.Help)
		ofFields(r.Key, r.Fields)
	}
	for _, e := range c.Enums() {
		for _, v := range e.Values {
			whole(e.Name+" "+v.Value, v.Title)
		}
	}
	for _, o := range c.OperationInfos() {
		whole(string(o.Operation), o.Title)
	}
	ofFields("flow settings", c.FlowSettings())
	if count < 2000 {
		t.Errorf("only %d texts were looked at", count)
	}
}

func TestNoKeyOfAnObjectInTheDataIsWrittenTwice(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir("data", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, twice := range repeatedKeys(t, b) {
			t.Errorf("%s: %q stands twice in one object", path, twice)
		}
		return nil
	})
	if err != nil || files < 4 {
		t.Fatalf("%d files, %v", files, err)
	}
	if got := repeatedKeys(t, []byte(`{"a": [{"b": 1, "b": 2}], "c": "a", "a": 3}`)); !slices.Equal(got, []string{"b", "a"}) {
		t.Fatalf("the test itself finds %q", got)
	}
}

// repeatedKeys finds what encoding/json forgives: the last of two equal keys wins.
func repeatedKeys(t *testing.T, b []byte) []string {
	t.Helper()
	type frame struct {
		object, value bool
		seen          map[string]bool
	}
	var twice []string
	stack := []frame{{}}
	d := json.NewDecoder(bytes.NewReader(b))
	for {
		token, err := d.Token()
		if err != nil {
			return twice
		}
		top := &stack[len(stack)-1]
		if token == json.Delim('}') || token == json.Delim(']') {
			stack = stack[:len(stack)-1]
			continue
		}
		if top.object && !top.value {
			key := token.(string)
			if top.seen[key] {
				twice = append(twice, key)
			}
			top.seen[key], top.value = true, true
			continue
		}
		top.value = false
		if token == json.Delim('{') || token == json.Delim('[') {
			stack = append(stack, frame{object: token == json.Delim('{'), seen: map[string]bool{}})
		}
	}
}

func TestThePermissionMatrixIsTheProductsWithOneRowOfOurs(t *testing.T) {
	t.Parallel()
	c := catalog.Load()
	if got := len(c.PermissionRows()); got != 82 {
		t.Errorf("there are %d rows, want the product's 81 and settings/api_connections", got)
	}
	for row, want := range map[string]string{
		"assets/equipment":                                       "SEE ADD EDIT REMOVE REPORT",
		"inhouse_personnel/general":                              "SEE ADD EDIT REMOVE REPORT",
		"work_management/work_orders":                            "SEE ADD EDIT REMOVE REPORT",
		"work_management/in_process_inventory_resources":         "SEE ADD EDIT REMOVE",
		"work_management/completed_non_catalogued_services":      "SEE ADD EDIT REMOVE",
		"work_management/record_task_in_other_users_work_orders": "SEE",
		"work_management/meter_readings":                         "SEE",
		"work_management/comments_on_work_order_history":         "SEE ADD",
		"work_management/create_reports_in_task":                 "SEE REPORT",
		"work_management/approve_cancel_budget":                  "EDIT REMOVE",
		"work_management/compliance_and_safety":                  "SEE EDIT REMOVE REPORT",
		"work_management/work_order_projects":                    "SEE",
		"settings/attach_images":                                 "SEE ADD",
		"work_requests/my_requests":                              "SEE ADD EDIT REMOVE REPORT",
	} {
		module, submodule, _ := strings.Cut(row, "/")
		cells, ok := c.Cells(hub.Row{Module: module, Submodule: submodule})
		var got []string
		for _, a := range cells.List() {
			got = append(got, string(a))
		}
		if !ok || strings.Join(got, " ") != want {
			t.Errorf("%s has the cells %v (%v), want %s", row, got, ok, want)
		}
	}
	if _, ok := c.Cells(hub.Row{Module: "work_management", Submodule: "unheard_of"}); ok {
		t.Error("a row that does not exist is known")
	}
}

func TestTheRowsThatGuardTheHubItselfExist(t *testing.T) {
	t.Parallel()
	for _, row := range []hub.Row{hub.RowUserAccounts, hub.RowAPIConnections, hub.RowEvents, hub.RowHub} {
		cells, ok := catalog.Load().Cells(row)
		for _, a := range []hub.Action{hub.See, hub.Add, hub.Edit, hub.Remove} {
			if !ok || !cells.Has(a) {
				t.Errorf("%s lacks the cell %s", row, a)
			}
		}
	}
}

func TestAGroupCanBeGrantedExactlyTheCellsOfTheMatrix(t *testing.T) {
	t.Parallel()
	c := catalog.Load()
	var all []hub.Grant
	for _, r := range c.PermissionRows() {
		all = append(all, hub.Grant{Module: r.Module, Submodule: r.Submodule, Actions: r.Actions})
	}
	name := "everything"
	if err := new(hub.Group).Apply(hub.GroupInput{Description: &name, Grants: &all}, c.Matrix()); err != nil {
		t.Errorf("the whole matrix cannot be granted: %v", err)
	}
	absent := []hub.Grant{{Module: "work_management", Submodule: "work_order_projects", Actions: []hub.Action{hub.Add}}}
	if err := new(hub.Group).Apply(hub.GroupInput{Description: &name, Grants: &absent}, c.Matrix()); err == nil {
		t.Error("a cell that the matrix does not have was granted")
	}
}

func TestAnEventTypeIsFoundByTheTypeOfItsCloudEvents(t *testing.T) {
	t.Parallel()
	c := catalog.Load()
	for _, key := range []string{
		"work_management.work_orders.new", "work_management.work_orders.in_process", "work_management.work_orders.under_review",
		"work_management.work_orders.completed", "work_management.work_orders.cancelled", "work_management.work_orders.tasks_expired",
		"work_management.work_orders.label_added", "work_management.work_orders.label_removed",
		"work_management.pending_tasks.pending_or_delayed", "warehouses.stock.under_minimum", "work_requests.my_requests.new",
		"settings.document_management.document_expiry", "settings.document_management.warranty_expiry",
		"monitoring.meters.out_of_range", "monitoring.meters.not_updated",
	} {
		e := c.EventType(key)
		if e == nil {
			t.Errorf("there is no event type %s", key)
			continue
		}
		if c.RecordType(e.RecordType) == nil {
			t.Errorf("%s brings rows of %q, which does not exist", key, e.RecordType)
		}
		if e.Origin != catalog.OriginFracttal {
			t.Errorf("%s is evidenced in the product, but its origin is %s", key, e.Origin)
		}
	}
	if c.EventType("work_management.work_orders.NEW") != nil || c.EventType("") != nil {
		t.Error("a key that does not exist is found")
	}
}

func TestEverySubmoduleOfTheDispatcherHasEventTypes(t *testing.T) {
	t.Parallel()
	c := catalog.Load()
	has := map[string]int{}
	for _, m := range c.Modules() {
		for i := range m.Submodules {
			for _, e := range c.EventTypesOf(&m.Submodules[i]) {
				if e.Module != m.Key || e.Submodule != m.Submodules[i].Key {
					t.Errorf("%s is listed under %s/%s", e.Key, m.Key, m.Submodules[i].Key)
				}
				has[m.Key+"/"+m.Submodules[i].Key]++
			}
		}
	}
	total := 0
	for _, n := range has {
		total += n
	}
	for _, row := range []string{"work_management/work_orders", "work_management/pending_tasks", "work_management/budgets", "work_requests/my_requests", "monitoring/meters",
		"warehouses/stock", "warehouses/entries", "warehouses/outgoings", "warehouses/purchase_orders", "warehouses/material_requisitions",
		"settings/document_management", "assets/locations", "assets/equipment", "teams/agenda_programming", "material_requests/my_requests"} {
		if has[row] == 0 {
			t.Errorf("nothing can happen in %s", row)
		}
	}
	if total != len(c.EventTypes()) {
		t.Errorf("the submodules list %d event types of %d", total, len(c.EventTypes()))
	}
}

func TestWhatTheHubNoticesByItselfIsSaidAsARule(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]struct {
		on    catalog.DerivedOn
		kind  catalog.DerivedKind
		field string
	}{
		"work_management.work_orders.in_process":           {catalog.DerivedUpsert, catalog.DerivedBecame, "id_status_work_order"},
		"work_management.work_orders.under_review":         {catalog.DerivedUpsert, catalog.DerivedBecame, "id_status_work_order"},
		"work_management.work_orders.completed":            {catalog.DerivedUpsert, catalog.DerivedBecame, "id_status_work_order"},
		"work_management.work_orders.cancelled":            {catalog.DerivedUpsert, catalog.DerivedBecame, "id_status_work_order"},
		"work_management.work_orders.task_assigned":        {catalog.DerivedUpsert, catalog.DerivedChanged, "code_responsible"},
		"work_management.work_orders.label_added":          {catalog.DerivedUpsert, catalog.DerivedAdded, "labels.description"},
		"work_management.work_orders.label_removed":        {catalog.DerivedUpsert, catalog.DerivedRemoved, "labels.description"},
		"work_management.work_orders.tasks_expired":        {catalog.DerivedClock, catalog.DerivedDue, "date_maintenance"},
		"work_management.pending_tasks.pending_or_delayed": {catalog.DerivedClock, catalog.DerivedDue, "cal_date_maintenance"},
		"monitoring.meters.out_of_range":                   {catalog.DerivedUpsert, catalog.DerivedOutOfRange, "data.value"},
		"monitoring.meters.not_updated":                    {catalog.DerivedClock, catalog.DerivedDue, "last_data.date"},
		"warehouses.stock.under_minimum":                   {catalog.DerivedUpsert, catalog.DerivedFellUnder, "stock"},
		"work_requests.my_requests.new":                    {catalog.DerivedUpsert, catalog.DerivedCreated, ""},
		"work_requests.my_requests.status_changed":         {catalog.DerivedUpsert, catalog.DerivedChanged, "id_status"},
		"settings.document_management.document_expiry":     {catalog.DerivedClock, catalog.DerivedDue, "valid_through"},
		"settings.document_management.warranty_expiry":     {catalog.DerivedClock, catalog.DerivedDue, "valid_through"},
	} {
		d := catalog.Load().EventType(key).Derived
		if d == nil || d.On != want.on || d.Kind != want.kind || d.Field != want.field {
			t.Errorf("%s is noticed by %+v", key, d)
		}
	}
	if d := catalog.Load().EventType("work_management.work_orders.new").Derived; d != nil {
		t.Errorf("a new work order is told by whoever made it, and not noticed by %+v", d)
	}
}

func TestTheRowsOfEveryEventTypeCanBeReadByASourceAction(t *testing.T) {
	t.Parallel()
	c := catalog.Load()
	readable := map[string]bool{}
	for _, a := range c.SourceActions() {
		readable[a.RecordType] = true
	}
	for _, e := range c.EventTypes() {
		if !readable[e.RecordType] {
			t.Errorf("no source action reads %s, which %s brings", e.RecordType, e.Key)
		}
	}
	if a := c.SourceAction("query_work_order_tasks"); a == nil || a.Title["en"] != "Query Tasks in Work Orders (Items)" || a.RecordType != "work_order_task" {
		t.Errorf("the product's action is %+v", a)
	}
	if c.SourceAction("query_everything") != nil {
		t.Error("an action that does not exist is found")
	}
}

func TestACountrySaysWorkOrderInItsOwnWay(t *testing.T) {
	t.Parallel()
	title := catalog.Load().EventType("work_management.work_orders.new").Title
	for locale, want := range map[string]string{"pt-BR": "OS", "pt-PT": "OT", "es": "OT", "en": "WO", "fr": "OT", "it": "OdL"} {
		if !strings.Contains(title[locale], want) {
			t.Errorf("in %s it is %q, want %s in it", locale, title[locale], want)
		}
	}
}
