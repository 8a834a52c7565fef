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
	for _, r := range c.PermissionRows() {
		whole(r.Module, r.ModuleTitle)
		whole(r.Row().String(), r.Title)
	}
	for _, e := range c.EventTypes() {
		whole(e.Key, e.Title)
		whole(e.Key+" help", e.Help)
	}
	for _, a := range c.SourceActions() {
		whole(a.Key, a.Title)
		whole(a.Key+" help", a.Help)
	}
	for _, r := range c.RecordTypes() {
		whole(r.Key, r.Title)
		whole(r.Key+" help", r.Help)
		for _, f := range r.Fields {
			whole(r.Key+"."+f.Key, f.Title)
			if f.Help != nil {
				whole(r.Key+"."+f.Key+" help", f.Help)
			}
			for _, v := range f.Enum {
				whole(r.Key+"."+f.Key+" value", v.Title)
			}
		}
	}
	if count < 500 {
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
