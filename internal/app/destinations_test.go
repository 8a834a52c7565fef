//go:build unix

package app_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
)

// reaching is the environment of a hub whose operator lets connectors reach this machine.
const reaching = "RECADO_OUTBOUND_ALLOW=127.0.0.1"

// route is what makes a new work order a message through some connector.
type route struct {
	admin       *client
	reader      string // the consumer with whose rights the flow reads
	integration string
	flow        string
}

// routed sets up an integration, checks it, and lets every new work order go through it as the target says; the target needs no integration.
func routed(t testing.TB, hub *program, connector string, settings object, secrets map[string]string, target object) *route {
	t.Helper()
	r := &route{admin: signIn(t, hub.url, adminKey, adminSecret)}
	var known struct {
		Viewer struct{ Consumer struct{ ID string } }
	}
	r.admin.ask(t, `{ viewer { consumer { id } } }`, nil, &known)
	r.reader = known.Viewer.Consumer.ID
	r.admin.act(t, `mutation($id: ID!) { consumerUpdate(id: $id, input: {hubEnabled: true}) { userErrors { message field } } }`, object{"id": r.reader}, &made{})
	r.integration = integrated(t, r.admin, connector, settings, secrets)
	if found := checked(t, r.admin, r.integration); len(found) > 0 {
		t.Fatalf("the integration has problems: %v", found)
	}
	target = maps.Clone(target)
	target["integration"] = r.integration
	r.flow = r.listen(t, object{"consumer": r.reader, "action": "query_work_order_tasks"}, target)
	return r
}

// listen makes a flow of a source and a target run for every new work order.
func (r *route) listen(t testing.TB, source, target object) string {
	t.Helper()
	var f, ev, enabled made
	r.admin.act(t, `mutation($input: FlowCreateInput!) { flowCreate(input: $input) { flow { id problems { code message } } userErrors { message field } } }`,
		object{"input": object{"description": "Every new WO", "source": source, "targets": []object{target}}}, &f)
	if len(f.Flow.Problems) > 0 {
		t.Fatalf("the flow has problems: %v", f.Flow.Problems)
	}
	r.admin.act(t, `mutation($id: ID!) { flowEnable(id: $id) { flow { enabled } userErrors { message field } } }`, object{"id": f.Flow.ID}, &enabled)
	r.admin.act(t, `mutation($input: EventCreateInput!) { eventCreate(input: $input) { event { id } userErrors { message field } } }`,
		object{"input": object{"description": "Every new WO", "type": "work_management.work_orders.new", "flows": []string{f.Flow.ID}}}, &ev)
	r.admin.act(t, `mutation($id: ID!) { eventEnable(id: $id) { event { enabled } userErrors { message field } } }`, object{"id": ev.Event.ID}, &enabled)
	if !enabled.Flow.Enabled || !enabled.Event.Enabled {
		t.Fatalf("not enabled: %+v", enabled)
	}
	return f.Flow.ID
}

// integrations counts them, since each must have a name of its own.
var integrations atomic.Int64

func integrated(t testing.TB, admin *client, connector string, settings object, secrets map[string]string) string {
	t.Helper()
	list := []object{}
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		list = append(list, object{"name": name, "value": secrets[name]})
	}
	var i made
	admin.act(t, `mutation($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { id } userErrors { message field } } }`,
		object{"input": object{"connector": connector, "name": fmt.Sprint(connector, " ", integrations.Add(1)), "settings": settings, "secrets": list}}, &i)
	return i.Integration.ID
}

func checked(t testing.TB, admin *client, integration string) []object {
	t.Helper()
	var c made
	admin.act(t, `mutation($id: ID!) { integrationCheck(id: $id) { problems { code path message nextStep } userErrors { message field } } }`, object{"id": integration}, &c)
	return c.Problems
}

// paused is why an integration is paused: the code, and what it says; empty if it is not.
func (r *route) paused(t testing.TB) (message string) {
	t.Helper()
	var data struct {
		Integration struct {
			State  string
			Reason *struct{ Message, NextStep string }
		}
	}
	r.admin.ask(t, `query($id: ID!) { integration(id: $id) { state reason { message nextStep } } }`, object{"id": r.integration}, &data)
	if data.Integration.State != "PAUSED" || data.Integration.Reason == nil {
		return ""
	}
	return data.Integration.Reason.Message
}

func atoi(t testing.TB, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
