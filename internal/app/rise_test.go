//go:build unix

package app_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// verdict is what a mutation was answered with: the code of the error, and what it needs, or the first userError.
func (c *client) verdict(t *testing.T, mutation string, vars object) (code, about string) {
	t.Helper()
	status, body, err := c.send("/graphql", "application/json", object{"query": mutation, "variables": vars})
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Data map[string]struct {
			UserErrors []struct {
				Code  string
				Field []string
			}
		}
		Errors []struct {
			Extensions struct {
				Code  string
				Needs []struct{ Module, Submodule, Action string }
			}
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("answered %d %s: %v", status, body, err)
	}
	if len(answer.Errors) > 0 {
		e := answer.Errors[0].Extensions
		if len(e.Needs) > 0 {
			about = e.Needs[0].Module + "/" + e.Needs[0].Submodule + ":" + e.Needs[0].Action
		}
		return e.Code, about
	}
	for _, payload := range answer.Data {
		if len(payload.UserErrors) > 0 {
			return payload.UserErrors[0].Code, strings.Join(payload.UserErrors[0].Field, ".")
		}
	}
	return "", ""
}

// A consumer that administers everything, and may read nothing of maintenance, tries to read work orders all the same.
func TestNobodyRises(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	var g, c made
	all := []string{"SEE", "ADD", "EDIT", "REMOVE"}
	grants := []object{
		{"module": "settings", "submodule": "user_accounts", "actions": all},
		{"module": "settings", "submodule": "api_connections", "actions": all},
		{"module": "automator", "submodule": "fracttal_hub", "actions": all},
		{"module": "automator", "submodule": "events", "actions": all},
	}
	more := append([]object{{"module": "work_management", "submodule": "work_orders", "actions": []string{"SEE"}}}, grants...)
	w.admin.act(t, `mutation($in: GroupCreateInput!) { groupCreate(input: $in) { group { id } userErrors { message field } } }`,
		object{"in": object{"description": "Operators", "grants": grants}}, &g)
	w.admin.act(t, `mutation($in: ConsumerCreateInput!) { consumerCreate(input: $in) { consumer { id clientId } secret userErrors { message field } } }`,
		object{"in": object{"name": "operator", "group": g.Group.ID, "hubEnabled": true}}, &c)
	operator := signIn(t, w.hub.url, c.Consumer.ClientID, c.Secret)
	var strong struct {
		Viewer struct{ Consumer, Group struct{ ID string } }
	}
	w.consumer.ask(t, `{ viewer { consumer { id } group { id } } }`, nil, &strong)
	stronger, strongerGroup := strong.Viewer.Consumer.ID, strong.Viewer.Group.ID
	var top struct {
		Viewer struct{ Consumer, Group struct{ ID string } }
	}
	w.admin.ask(t, `{ viewer { consumer { id } group { id } } }`, nil, &top)
	flow := object{"description": "Mine", "source": object{"consumer": stronger, "action": "query_work_order_tasks"}}

	const groupUpdate = `mutation($id: ID!, $in: GroupUpdateInput!) { groupUpdate(id: $id, input: $in) { userErrors { code field } } }`
	const groupCreate = `mutation($in: GroupCreateInput!) { groupCreate(input: $in) { userErrors { code field } } }`
	const consumerUpdate = `mutation($id: ID!, $in: ConsumerUpdateInput!) { consumerUpdate(id: $id, input: $in) { userErrors { code field } } }`
	const consumerCreate = `mutation($in: ConsumerCreateInput!) { consumerCreate(input: $in) { secret userErrors { code field } } }`
	const rotate = `mutation($id: ID!, $in: ConsumerSecretRotateInput!) { consumerSecretRotate(id: $id, input: $in) { secret userErrors { code field } } }`
	const readsOrders = "work_management/work_orders:SEE"
	for _, attempt := range []struct {
		name, mutation string
		vars           object
		needs          string // the first right that it lacks
	}{
		{"by more rights of its own group", groupUpdate, object{"id": g.Group.ID, "in": object{"grants": more}}, readsOrders},
		{"by all rights of its own group", groupUpdate, object{"id": g.Group.ID, "in": object{"selectAll": true}}, ""},
		{"by its own group made read-only, which sees everything", groupUpdate, object{"id": g.Group.ID, "in": object{"readOnly": true}}, ""},
		{"by a new group with more rights", groupCreate, object{"in": object{"description": "More", "grants": more}}, readsOrders},
		{"by a clone of a stronger group", `mutation($id: ID!) { groupClone(id: $id, input: {description: "Clone"}) { userErrors { code field } } }`,
			object{"id": strongerGroup}, readsOrders},
		{"by a new consumer in a stronger group", consumerCreate, object{"in": object{"name": "x", "group": strongerGroup}}, readsOrders},
		{"by a new administrator", consumerCreate, object{"in": object{"name": "x", "group": top.Viewer.Group.ID}}, ""},
		{"by joining a stronger group", consumerUpdate, object{"id": c.Consumer.ID, "in": object{"group": strongerGroup}}, readsOrders},
		{"by letting a stronger consumer be used by flows", consumerUpdate, object{"id": stronger, "in": object{"hubEnabled": true}}, readsOrders},
		{"by a new secret of a stronger consumer", rotate, object{"id": stronger, "in": object{}}, readsOrders},
		{"by a new secret of the administrator", rotate, object{"id": top.Viewer.Consumer.ID, "in": object{}}, ""},
		{"by a flow that reads through a stronger consumer", `mutation($in: FlowCreateInput!) { flowCreate(input: $in) { userErrors { code field } } }`,
			object{"in": flow}, readsOrders},
		{"by changing a flow that reads through a stronger consumer", `mutation($id: ID!) { flowUpdate(id: $id, input: {description: "Mine"}) { userErrors { code field } } }`,
			object{"id": w.flow}, readsOrders},
		{"by enabling a flow that reads through a stronger consumer", `mutation($id: ID!) { flowEnable(id: $id) { userErrors { code field } } }`,
			object{"id": w.flow}, readsOrders},
	} {
		t.Run(attempt.name, func(t *testing.T) {
			t.Parallel()
			code, needs := operator.verdict(t, attempt.mutation, attempt.vars)
			if code != "FORBIDDEN" || needs == "" || attempt.needs != "" && needs != attempt.needs {
				t.Errorf("it was answered with %q, needing %q", code, needs)
			}
			var now struct {
				Viewer struct {
					Group  struct{ Version int }
					Grants []object
				}
			}
			operator.ask(t, `{ viewer { group { version } grants { module submodule } } }`, nil, &now)
			if now.Viewer.Group.Version != 1 || len(now.Viewer.Grants) != len(grants) {
				t.Errorf("its group is now %+v", now.Viewer)
			}
		})
	}
}

// The secrets of an integration go to where its settings say; whoever may change these must not learn them.
func TestATokenIsNotStolenByAnotherAddress(t *testing.T) {
	t.Parallel()
	var called, stolen atomic.Bool
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		called.Store(true)
		if strings.Contains(r.Header.Get("Authorization")+r.URL.RawQuery, sandbox.DefaultAccessToken) {
			stolen.Store(true)
		}
	}))
	t.Cleanup(thief.Close)
	w := newWorld(t, sandbox.Options{})
	settings := func(base string) object {
		return object{"phone_number_id": sandbox.DefaultPhoneNumberID, "waba_id": sandbox.DefaultWABAID, "base_url": base}
	}
	secret := func(name string) object { return object{"name": name, "value": "another"} }
	const update = `mutation($id: ID!, $in: IntegrationUpdateInput!) { integrationUpdate(id: $id, input: $in) { userErrors { code field } } }`
	for _, attempt := range []struct {
		name string
		in   object
		code string
	}{
		{"without the secrets", object{"settings": settings(thief.URL)}, "INVALID"},
		{"without the base URL, which is Meta's then", object{"settings": object{"phone_number_id": sandbox.DefaultPhoneNumberID, "waba_id": sandbox.DefaultWABAID}}, "INVALID"},
		{"with one of the secrets", object{"settings": settings(thief.URL), "secrets": []object{secret("verify_token")}}, "INVALID"},
		{"with all but the one that is wanted", object{"settings": settings(thief.URL), "secrets": []object{secret("verify_token"), secret("app_secret")}}, "INVALID"},
		{"with that one empty", object{"settings": settings(thief.URL), "secrets": []object{secret("verify_token"), secret("app_secret"), {"name": "access_token", "value": ""}}}, "INVALID"},
	} {
		code, field := w.admin.verdict(t, update, object{"id": w.integration, "in": attempt.in})
		if code != attempt.code || !strings.HasPrefix(field, "secrets") {
			t.Errorf("%s it was answered with %q at %q", attempt.name, code, field)
		}
	}
	const check = `mutation($id: ID!) { integrationCheck(id: $id) { problems { code } userErrors { message field } } }`
	w.admin.act(t, check, object{"id": w.integration}, &made{})
	w.consumer.settled(t, w.consumer.publish(t, workOrder("OS-1", 1, "+5531998765432")).Executions[0].ID, "READ")
	if called.Load() {
		t.Error("the other address was called before it was allowed")
	}
	given := []object{secret("verify_token"), secret("app_secret"), secret("access_token")}
	if code, field := w.admin.verdict(t, update, object{"id": w.integration, "in": object{"settings": settings(thief.URL), "secrets": given}}); code != "" {
		t.Errorf("with all secrets given again it was answered with %s at %s", code, field)
	}
	w.admin.act(t, check, object{"id": w.integration}, &made{})
	if stolen.Load() || !called.Load() {
		t.Errorf("the token went to the other address: %v; it was called: %v", stolen.Load(), called.Load())
	}
}
