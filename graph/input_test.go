package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

func TestAFieldThatIsLeftOutStaysAndNullClears(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	update := func(in vars) reply {
		t.Helper()
		return s.do(s.admin, flowUpdate, vars{"id": s.flow, "in": in})
	}
	if errs := s.do(s.admin, `mutation($id: ID!) { flowDisable(id: $id) { userErrors { code message field } } }`, vars{"id": s.flow}).userErrors("flowDisable"); len(errs) > 0 {
		t.Fatal(errs)
	}
	t.Run("in a flow", func(t *testing.T) {
		r := update(vars{"settings": vars{"maxAttempts": 3, "maxAge": "PT1H", "unknownWait": "PT30S"}})
		if got := fmt.Sprint(r.at("flowUpdate", "flow", "settings")); got != "map[maxAge:PT1H maxAttempts:3 unknownPolicy:HOLD unknownWait:PT30S]" {
			t.Errorf("the settings are %s", got)
		}
		r = update(vars{"description": "renamed"})
		if r.text("flowUpdate", "flow", "source", "action") != "query_work_order_tasks" || len(r.list("flowUpdate", "flow", "targets", 0, "mapping")) != 2 ||
			fmt.Sprint(r.at("flowUpdate", "flow", "settings", "maxAttempts")) != "3" {
			t.Errorf("what was left out changed: %v", r.Data)
		}
		r = update(vars{"source": nil, "targets": nil, "settings": nil, "description": nil})
		if r.at("flowUpdate", "flow", "source") != nil || len(r.list("flowUpdate", "flow", "targets")) != 0 || r.text("flowUpdate", "flow", "description") != "" {
			t.Errorf("null cleared nothing: %v", r.Data)
		}
		if got := fmt.Sprint(r.at("flowUpdate", "flow", "settings")); got != "map[maxAge:P1D maxAttempts:8 unknownPolicy:HOLD unknownWait:PT15M]" {
			t.Errorf("the defaults are %s", got)
		}
		var codes []string
		for _, p := range r.list("flowUpdate", "flow", "problems") {
			codes = append(codes, p.(map[string]any)["code"].(string))
		}
		if want := []string{"DESCRIPTION_EMPTY", "SOURCE_EMPTY", "TARGET_EMPTY", "MAPPING_EMPTY"}; !slices.Equal(codes, want) {
			t.Errorf("the required information is %v, not %v", codes, want)
		}
	})
	t.Run("in a group", func(t *testing.T) {
		const q = `mutation($id: ID!, $in: GroupUpdateInput!) { groupUpdate(id: $id, input: $in) { group { description note grants { submodule } } userErrors { code message field } } }`
		s.do(s.admin, q, vars{"id": s.group, "in": vars{"note": "first"}})
		r := s.do(s.admin, q, vars{"id": s.group, "in": vars{"description": "other"}})
		if r.text("groupUpdate", "group", "note") != "first" || len(r.list("groupUpdate", "group", "grants")) != 2 {
			t.Errorf("what was left out changed: %v", r.Data)
		}
		r = s.do(s.admin, q, vars{"id": s.group, "in": vars{"note": nil, "grants": nil}})
		if r.text("groupUpdate", "group", "note") != "" || len(r.list("groupUpdate", "group", "grants")) != 0 {
			t.Errorf("null cleared nothing: %v", r.Data)
		}
		r = s.do(s.admin, q, vars{"id": s.group, "in": vars{"description": nil}})
		if errs := r.userErrors("groupUpdate"); !slices.Equal(errs, []string{"INVALID description"}) {
			t.Errorf("null where it cannot be is answered with %v", errs)
		}
	})
	t.Run("in an event", func(t *testing.T) {
		const q = `mutation($id: ID!, $in: EventUpdateInput!) { eventUpdate(id: $id, input: $in) { event { type terms { mode terms { value } } flows { id } } userErrors { code message field } } }`
		s.do(s.admin, `mutation($id: ID!) { eventDisable(id: $id) { userErrors { code } } }`, vars{"id": s.event})
		r := s.do(s.admin, q, vars{"id": s.event, "in": vars{"description": "other"}})
		if len(r.list("eventUpdate", "event", "flows")) != 1 || r.text("eventUpdate", "event", "terms", "mode") != "ALL" {
			t.Errorf("what was left out changed: %v", r.Data)
		}
		r = s.do(s.admin, q, vars{"id": s.event, "in": vars{"flows": nil, "terms": nil, "type": nil}})
		if got := fmt.Sprint(r.at("eventUpdate", "event")); got != "map[flows:[] terms:map[mode:NONE terms:[]] type:]" {
			t.Errorf("null left %s", got)
		}
	})
	t.Run("in a consumer and an integration", func(t *testing.T) {
		r := s.do(s.admin, `mutation($id: ID!) { consumerUpdate(id: $id, input: {hubEnabled: null}) { userErrors { code message field } } }`, vars{"id": s.consumer})
		if errs := r.userErrors("consumerUpdate"); !slices.Equal(errs, []string{"INVALID hubEnabled"}) {
			t.Errorf("null where it cannot be is answered with %v", errs)
		}
		r = s.do(s.admin, `mutation($id: ID!) { integrationUpdate(id: $id, input: {name: "renamed"}) { integration { name settings secretsSet } userErrors { code message field } } }`, vars{"id": s.integration})
		if got := fmt.Sprint(r.at("integrationUpdate", "integration")); got != "map[name:renamed secretsSet:[key] settings:map[stamp:red]]" {
			t.Errorf("the integration is %s", got)
		}
	})
}

func TestWrongInputIsToldWithCodeAndPath(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := func(query string, v vars) reply { return s.do(s.admin, query, v) }
	bad := func(change func(in, target vars)) vars {
		in := flowInput(s.consumer, s.integration)
		change(in, in["targets"].([]vars)[0])
		return vars{"in": in}
	}
	wrongID := hub.ID(hub.KindGroup, 99)
	for name, c := range map[string]struct {
		mutation, query string
		vars            vars
		want            []string
	}{
		"a description that is empty":               {"groupCreate", groupCreate, vars{"in": vars{"description": " "}}, []string{"INVALID description"}},
		"a row that does not exist":                 {"groupCreate", groupCreate, vars{"in": vars{"description": "x", "grants": grants("moon/dust:SEE")}}, []string{"INVALID grants 0"}},
		"a cell that does not exist":                {"groupCreate", groupCreate, vars{"in": vars{"description": "x", "grants": grants("work_management/meter_readings:SEE,ADD")}}, []string{"INVALID grants 0 actions 1"}},
		"an id that is none":                        {"consumerCreate", consCreate, vars{"in": vars{"name": "x", "group": "7"}}, []string{"INVALID group"}},
		"an id of another kind":                     {"consumerCreate", consCreate, vars{"in": vars{"name": "x", "group": s.flow}}, []string{"INVALID group"}},
		"an object that is not there":               {"consumerCreate", consCreate, vars{"in": vars{"name": "x", "group": wrongID}}, []string{"INVALID group"}},
		"settings that the connector refuses":       {"integrationCreate", intCreate, vars{"in": vars{"connector": "post", "name": "x", "settings": vars{"stamp": 7}, "secrets": []vars{{"name": "key", "value": "k"}}}}, []string{"INVALID settings stamp"}},
		"a secret that the connector does not have": {"integrationCreate", intCreate, vars{"in": vars{"connector": "post", "name": "x", "settings": vars{"stamp": "red"}, "secrets": []vars{{"name": "key", "value": "k"}, {"name": "shoeSize", "value": "44"}}}}, []string{"INVALID secrets 1 name"}},
		"a secret that stands twice":                {"integrationCreate", intCreate, vars{"in": vars{"connector": "post", "name": "x", "secrets": []vars{{"name": "key"}, {"name": "key"}}}}, []string{"INVALID secrets 1 name"}},
		"a recipient of both kinds":                 {"flowCreate", flowCreate, bad(func(_, target vars) { target["recipient"] = vars{"constant": "+5511999991234", "field": "x"} }), []string{"INVALID targets 0 recipient"}},
		"an integration that is no id":              {"flowCreate", flowCreate, bad(func(_, target vars) { target["integration"] = "post" }), []string{"INVALID targets 0 integration"}},
		"a time that is no number of seconds":       {"flowCreate", flowCreate, bad(func(in, _ vars) { in["settings"] = vars{"maxAge": "PT0.5S"} }), []string{"INVALID settings maxAge"}},
		"no attempt at all":                         {"flowCreate", flowCreate, bad(func(in, _ vars) { in["settings"] = vars{"maxAttempts": 0} }), []string{"INVALID settings maxAttempts"}},
		"a flow that may send nothing":              {"flowCreate", flowCreate, bad(func(in, _ vars) { in["settings"] = vars{"ordering": "RECORD", "maxInFlight": 0} }), []string{"INVALID settings maxInFlight"}},
		"an integration that may send nothing":      {"integrationCreate", intCreate, vars{"in": vars{"connector": "post", "name": "x", "settings": vars{"stamp": "red"}, "maxInFlight": 0, "secrets": []vars{{"name": "key", "value": "k"}}}}, []string{"INVALID maxInFlight"}},
		"an integration that may send too much":     {"integrationCreate", intCreate, vars{"in": vars{"connector": "post", "name": "x", "settings": vars{"stamp": "red"}, "maxInFlight": 1025, "secrets": []vars{{"name": "key", "value": "k"}}}}, []string{"INVALID maxInFlight"}},
		"a flow in the list that is no id":          {"eventCreate", eventCreate, vars{"in": vars{"flows": []string{s.flow, "x"}}}, []string{"INVALID flows 1"}},
		"a flow twice":                              {"eventCreate", eventCreate, vars{"in": vars{"flows": []string{s.flow, s.flow}}}, []string{"INVALID flows 1"}},
		"a stale version":                           {"flowEnable", flowEnable, vars{"id": s.flow, "v": 99}, []string{"CONFLICT expectedVersion"}},
		"a version that cannot be":                  {"flowEnable", flowEnable, vars{"id": s.flow, "v": 0}, []string{"INVALID expectedVersion"}},
		"an event type that is not there":           {"occurrencePublish", publish, vars{"in": vars{"source": "/t", "id": "1", "type": "moon.landed"}}, []string{"INVALID type"}},
		"a record of the wrong type":                {"occurrencePublish", publish, vars{"in": vars{"source": "/t", "id": "1", "type": "work_management.work_orders.new", "subject": "OT-1", "records": []vars{{"type": "work_order_task", "key": "1", "data": vars{"done": "maybe"}}}}}, []string{"INVALID records 0 data done"}},
		"a record of an unknown type":               {"occurrencePublish", publish, vars{"in": vars{"source": "/t", "id": "1", "type": "work_management.work_orders.new", "subject": "OT-1", "records": []vars{{"type": "moon", "key": "1", "data": vars{}}}}}, []string{"INVALID records 0 type"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := admin(c.query, c.vars)
			if got := r.userErrors(c.mutation); !slices.Equal(got, c.want) {
				t.Errorf("the errors are %v, not %v (%v)", got, c.want, r.at(c.mutation))
			}
		})
	}
	t.Run("a flow with problems cannot be enabled: one error for each of them", func(t *testing.T) {
		r := admin(flowCreate, vars{"in": vars{"description": "draft"}})
		id := r.text("flowCreate", "flow", "id")
		r = admin(flowEnable, vars{"id": id})
		if r.at("flowEnable", "flow") != nil {
			t.Error("a refused act returns an object")
		}
		var got []string
		for _, e := range r.list("flowEnable", "userErrors") {
			e := e.(map[string]any)
			got = append(got, fmt.Sprintf("%s %s: %s", e["code"], e["problem"], e["message"]))
		}
		want := []string{"INVALID SOURCE_EMPTY: Source configuration cannot be empty", "INVALID TARGET_EMPTY: Target connection settings cannot be empty",
			"INVALID MAPPING_EMPTY: Mapping to destination configuration cannot be empty"}
		if !slices.Equal(got, want) {
			t.Errorf("the errors are %q", got)
		}
	})
	t.Run("what others use cannot be deleted, and they are named", func(t *testing.T) {
		for mutation, id := range map[string]string{"groupDelete": s.group, "consumerDelete": s.consumer, "integrationDelete": s.integration} {
			r := admin(`mutation($id: ID!) { `+mutation+`(id: $id) { deletedId userErrors { code message field } } }`, vars{"id": id})
			errs := r.list(mutation, "userErrors")
			if len(errs) != 1 || errs[0].(map[string]any)["code"] != "IN_USE" || r.at(mutation, "deletedId") != nil {
				t.Errorf("%s is answered with %v", mutation, r.at(mutation))
			}
		}
	})
	t.Run("what nobody uses can", func(t *testing.T) {
		id := admin(groupCreate, vars{"in": vars{"description": "for a moment"}}).text("groupCreate", "group", "id")
		r := admin(`mutation($id: ID!) { groupDelete(id: $id, expectedVersion: 1) { deletedId userErrors { code } } }`, vars{"id": id})
		if r.text("groupDelete", "deletedId") != id {
			t.Errorf("it is answered with %v", r.Data)
		}
		if r := admin(`query($id: ID!) { group(id: $id) { id } node(id: $id) { id } nodes(ids: [$id]) { id } }`, vars{"id": id}); r.at("group") != nil || r.at("node") != nil || r.at("nodes", 0) != nil {
			t.Errorf("it is still there: %v", r.Data)
		}
	})
}

func TestTheSecretOfAConsumerIsShownOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.do(s.admin, consCreate, vars{"in": vars{"name": "another", "group": s.group}})
	if len(r.text("consumerCreate", "secret")) < 30 || r.text("consumerCreate", "consumer", "clientId") == "" {
		t.Errorf("it is answered with %v", r.Data)
	}
	r = s.do(s.admin, intCreate, vars{"in": vars{"connector": "post", "name": "x", "settings": vars{"stamp": "red"}, "secrets": []vars{{"name": "key", "value": "hunter2"}}}})
	if got := fmt.Sprint(r.at("integrationCreate", "integration", "secretsSet")); got != "[key]" {
		t.Errorf("the secrets that are set: %s", got)
	}
}

func TestAnIntegrationIsCheckedByItsConnector(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const q = `mutation($id: ID!) { integrationCheck(id: $id) { integration { state } problems { code path message nextStep } warnings { code path } userErrors { code message field } } }`
	if r := s.do(s.admin, q, vars{"id": s.integration}); len(r.list("integrationCheck", "problems")) != 0 || r.text("integrationCheck", "integration", "state") != "READY" {
		t.Errorf("it is answered with %v", r.Data)
	}
	s.post.mu.Lock()
	s.post.problems = []hub.Problem{{Code: "STAMP_WORN", Path: "stamp", Message: "the stamp is worn", NextStep: "cut a new one"},
		{Code: "INK_LOW", Path: "secrets.ink", Message: "there is little ink", Severity: hub.SeverityWarning}}
	s.post.mu.Unlock()
	r := s.do(s.admin, q, vars{"id": s.integration})
	if got := fmt.Sprint(r.at("integrationCheck", "problems", 0)); got != "map[code:STAMP_WORN message:the stamp is worn nextStep:cut a new one path:[stamp]]" {
		t.Errorf("the problem reads %s", got)
	}
	if got := fmt.Sprint(r.list("integrationCheck", "problems"), r.at("integrationCheck", "warnings")); !strings.HasSuffix(got, "[map[code:INK_LOW path:[secrets ink]]]") || strings.Count(got, "code:") != 2 {
		t.Errorf("problem and warning read %s", got)
	}
	if r := s.do(s.admin, q, vars{"id": hub.ID(hub.KindIntegration, 7)}); !slices.Equal(r.userErrors("integrationCheck"), []string{"NOT_FOUND id"}) {
		t.Errorf("one that is not there is answered with %v", r.Data)
	}
}
