package graph_test

import (
	"fmt"
	"strings"
	"testing"
)

const recordsUpsert = `mutation($in: RecordsUpsertInput!) { recordsUpsert(input: $in) { results { outcome record { id version key sourceUpdatedAt } }
	derived { id type subject source matches { fired } } userErrors { code field message } } }`

func TestRecordsAreWrittenReadAndLookedBackOn(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	task := func(status int, at string) vars {
		v := vars{"type": "work_order_task", "key": "1", "data": vars{"wo_folio": "OT-1", "id_status_work_order": status}}
		if at != "" {
			v["sourceUpdatedAt"] = at
		}
		return v
	}
	write := func(in vars) reply { return d.do(d.admin, recordsUpsert, vars{"in": in}) }
	first := write(vars{"records": []vars{task(1, "2026-01-01T10:00:00.123456Z")}})
	id := first.text("recordsUpsert", "results", 0, "record", "id")
	if got := fmt.Sprint(first.at("recordsUpsert", "results", 0)); !strings.Contains(got, "outcome:WRITTEN") || !strings.Contains(got, "sourceUpdatedAt:2026-01-01T10:00:00.123Z") {
		t.Errorf("it is answered with %s", got)
	}
	if got := write(vars{"records": []vars{task(2, "2026-01-01T09:00:00Z")}}).text("recordsUpsert", "results", 0, "outcome"); got != "STALE" {
		t.Errorf("an older state is %s", got)
	}
	if got := fmt.Sprint(write(vars{"records": []vars{task(2, "2026-01-01T10:00:00.123456Z")}}).at("recordsUpsert", "userErrors", 0, "field")); got != "[records 0 sourceUpdatedAt]" {
		t.Errorf("another content under the same time is an error at %s", got)
	}
	derived := write(vars{"records": []vars{task(3, "")}}).list("recordsUpsert", "derived")
	if len(derived) != 1 || fmt.Sprint(derived[0]) != fmt.Sprintf("map[id:%s matches:[] source:/recado/derived subject:OT-1 type:work_management.work_orders.completed]", derived[0].(map[string]any)["id"]) {
		t.Errorf("what the hub noticed is %v", derived)
	}
	if got := write(vars{"records": []vars{task(1, "")}, "derive": false}).list("recordsUpsert", "derived"); len(got) != 0 {
		t.Errorf("with derive off it noticed %v", got)
	}
	merged := write(vars{"records": []vars{{"type": "work_order_task", "key": "1", "data": vars{"note": "x"}}}, "merge": true})
	if got := fmt.Sprint(merged.at("recordsUpsert", "results", 0, "record", "version")); got != "4" {
		t.Errorf("merging makes version %s", got)
	}

	history := d.do(d.admin, `query($id: ID!) { record(id: $id) { data consumer { name } history(first: 2) { nodes { version at changed data sourceUpdatedAt consumer { name } occurrence { id } } pageInfo { hasNextPage endCursor } } } }`, vars{"id": id})
	if got := fmt.Sprint(history.at("record", "history", "nodes", 0, "changed"), history.at("record", "history", "nodes", 1, "changed")); got != "[note] [id_status_work_order]" {
		t.Errorf("the last states changed %s", got)
	}
	more := d.do(d.admin, `query($id: ID!, $after: Cursor) { record(id: $id) { history(after: $after) { nodes { version } pageInfo { hasNextPage } } } }`,
		vars{"id": id, "after": history.text("record", "history", "pageInfo", "endCursor")})
	if got := fmt.Sprint(more.at("record", "history", "nodes")); got != "[map[version:2] map[version:1]]" {
		t.Errorf("the states before are %s", got)
	}

	where := `query($w: TermsInput) { records(type: "work_order_task", where: $w) { nodes { key } pageInfo { hasNextPage } } }`
	for folio, want := range map[string]int{"OT-1": 1, "OT-2": 0} {
		w := vars{"mode": "ALL", "terms": []vars{{"field": "wo_folio", "operation": "EQUAL", "value": folio}}}
		if got := d.do(d.admin, where, vars{"w": w}).list("records", "nodes"); len(got) != want {
			t.Errorf("of %s there are %v", folio, got)
		}
	}
	bad := d.ask(d.admin, where, vars{"w": vars{"mode": "ALL", "terms": []vars{{"field": "colour", "operation": "EQUAL", "value": 1}}}})
	if len(bad.Errors) != 1 || bad.Errors[0].code() != "INVALID" {
		t.Errorf("an unknown field is answered with %+v", bad.Errors)
	}

	options := `query($f: String!, $s: String) { fieldOptions(recordType: "work_order_task", field: $f, search: $s) { nodes { value label type record { key } } } }`
	write(vars{"records": []vars{{"type": "person", "key": "JC-01", "data": vars{"name": "Jonas"}}}})
	if got := fmt.Sprint(d.do(d.admin, options, vars{"f": "responsible", "s": "jon"}).at("fieldOptions", "nodes")); got != "[map[label:Jonas record:map[key:JC-01] type:person value:JC-01]]" {
		t.Errorf("persons to choose from are %s", got)
	}
	if got := fmt.Sprint(d.do(d.admin, options, vars{"f": "id_status_work_order"}).at("fieldOptions", "nodes", 0)); !strings.Contains(got, "type:<nil> value:1") {
		t.Errorf("a status to choose is %s", got)
	}
}
