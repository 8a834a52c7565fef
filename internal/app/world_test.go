//go:build unix

package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// world is a hub that is set up to send through a sandbox.
type world struct {
	dir         string
	hub         *program
	sandbox     *sandbox.Sandbox
	meta        string // where the hub finds Meta
	admin       *client
	consumer    *client // of a group that may report work orders and follow what becomes of them
	reader      string  // the id of that consumer, with whose rights flows read
	integration string
	flow        string
}

// newWorld starts sandbox and hub and makes everything that a work order needs to become a message: its recipient is the
// field requested_by.
func newWorld(t testing.TB, o sandbox.Options) *world {
	t.Helper()
	return newWorldBehind(t, o, nil)
}

// newWorldBehind is newWorld with something between hub and sandbox; nil: nothing.
func newWorldBehind(t testing.TB, o sandbox.Options, between func(http.Handler) http.Handler) *world {
	t.Helper()
	s, err := sandbox.Start("127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{dir: t.TempDir(), sandbox: s, meta: s.URL()}
	if between != nil {
		front := httptest.NewServer(between(s))
		t.Cleanup(front.Close)
		w.meta = front.URL
	}
	w.hub = serve(t, w.dir, anyPort)
	t.Cleanup(func() {
		w.hub.kill() // before the sandbox, which would wait for its requests
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w.admin = signIn(t, w.hub.url, adminKey, adminSecret)
	w.setUp(t)
	return w
}

// again starts the hub anew on the same data and address.
func (w *world) again(t testing.TB) {
	t.Helper()
	w.hub = serve(t, w.dir, w.hub.addr())
}

// made is the payload of every mutation that the set-up uses.
type made struct {
	Group, Integration, Flow, Event struct {
		ID       string
		Enabled  bool
		Problems []object
	}
	Consumer struct{ ID, ClientID string }
	Secret   string
	Problems []object
}

func (w *world) setUp(t testing.TB) {
	t.Helper()
	var g, c, f, ev made
	w.admin.act(t, `mutation($input: GroupCreateInput!) { groupCreate(input: $input) { group { id } userErrors { message field } } }`,
		object{"input": object{"description": "Integrations", "grants": []object{
			{"module": "work_management", "submodule": "work_orders", "actions": []string{"SEE", "ADD", "EDIT"}},
			{"module": "automator", "submodule": "events", "actions": []string{"SEE"}},
			{"module": "automator", "submodule": "fracttal_hub", "actions": []string{"SEE"}}}}}, &g)
	w.admin.act(t, `mutation($input: ConsumerCreateInput!) { consumerCreate(input: $input) { consumer { id clientId } secret userErrors { message field } } }`,
		object{"input": object{"name": "Integration", "group": g.Group.ID, "hubEnabled": true}}, &c)
	w.reader = c.Consumer.ID
	w.consumer = signIn(t, w.hub.url, c.Consumer.ClientID, c.Secret)
	w.connect(t)
	mapping := []object{}
	for i, field := range []string{"user_assigned", "wo_folio", "task_todo_description", "creation_date", "created_by", "user_assigned", "item_description"} {
		mapping = append(mapping, object{"field": field, "position": i + 1})
	}
	w.admin.act(t, `mutation($input: FlowCreateInput!) { flowCreate(input: $input) { flow { id problems { code message } } userErrors { message field } } }`,
		object{"input": object{"description": "WhatsApp", "source": object{"consumer": c.Consumer.ID, "action": "query_work_order_tasks"},
			"targets": []object{{"integration": w.integration, "action": "wo_assignment_pt_BR", "parameters": object{"template": "wo_assigned"},
				"recipient": object{"field": "requested_by"}, "mapping": mapping}}}}, &f)
	w.flow = f.Flow.ID
	w.admin.act(t, `mutation($id: ID!) { flowEnable(id: $id) { flow { id enabled } userErrors { message field } } }`, object{"id": w.flow}, &f)
	w.admin.act(t, `mutation($input: EventCreateInput!) { eventCreate(input: $input) { event { id } userErrors { message field } } }`,
		object{"input": object{"description": "New WO of Jonas Campos", "type": "work_management.work_orders.new", "flows": []string{w.flow},
			"terms": object{"mode": "ALL", "terms": []object{{"field": "responsible", "operation": "EQUAL", "value": "JCAMPOS"}}}}}, &ev)
	w.admin.act(t, `mutation($id: ID!) { eventEnable(id: $id) { event { id enabled } userErrors { message field } } }`, object{"id": ev.Event.ID}, &ev)
	if !f.Flow.Enabled || !ev.Event.Enabled {
		t.Fatalf("not enabled: %+v %+v", f.Flow, ev.Event)
	}
}

// connect makes the integration, has it checked, and has the sandbox verify and call its callback URL.
func (w *world) connect(t testing.TB) {
	t.Helper()
	var i made
	w.admin.act(t, `mutation($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { id } userErrors { message field } } }`,
		object{"input": object{"connector": "whatsapp", "name": "whatsapp nt",
			"settings": object{"phone_number_id": sandbox.DefaultPhoneNumberID, "waba_id": sandbox.DefaultWABAID, "base_url": w.meta, "rate_per_second": 100000, "pair_rate_per_second": 100000},
			"secrets": []object{{"name": "access_token", "value": sandbox.DefaultAccessToken}, {"name": "app_secret", "value": sandbox.DefaultAppSecret},
				{"name": "verify_token", "value": sandbox.DefaultVerifyToken}}}}, &i)
	w.integration = i.Integration.ID
	w.admin.act(t, `mutation($id: ID!) { integrationCheck(id: $id) { problems { code message } userErrors { message field } } }`, object{"id": w.integration}, &i)
	if len(i.Problems) > 0 {
		t.Fatalf("the integration has problems: %v", i.Problems)
	}
	answer, err := http.PostForm(w.meta+"/v25.0/"+sandbox.DefaultAppID+"/subscriptions", url.Values{
		"object": {"whatsapp_business_account"}, "callback_url": {w.callbackURL()}, "verify_token": {sandbox.DefaultVerifyToken},
		"access_token": {sandbox.DefaultAppID + "|" + sandbox.DefaultAppSecret}})
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("the webhook subscription was answered with %s", answer.Status)
	}
}

func (w *world) callbackURL() string { return w.hub.url + "/callbacks/" + w.integration }

// messagesOf are the messages that the phones got about a work order.
func (w *world) messagesOf(folio string) (list []sandbox.Message) {
	for _, m := range w.sandbox.Messages() {
		if len(m.Values) > 1 && m.Values[1] == folio {
			list = append(list, m)
		}
	}
	return list
}

// arrived waits until the phones have got so many messages.
func (w *world) arrived(t testing.TB, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := w.sandbox.Wait(ctx, func(m []sandbox.Message) bool { return len(m) >= n }); err != nil {
		t.Fatalf("the phones have %d messages, %d were to come: %v", len(w.sandbox.Messages()), n, err)
	}
}

// quick has the messages read at once.
var quick = sandbox.Callbacks{Sent: time.Millisecond, Delivered: 2 * time.Millisecond, Read: 3 * time.Millisecond, RetryFirst: 50 * time.Millisecond, RetryMost: 200 * time.Millisecond}

// wayOf lists what a delivery went through, by the items of a subscription.
func wayOf(items []seen, subject string) string {
	var states []string
	for _, i := range items {
		if i.Execution.Subject == subject && i.Change.Aspect == "STATE" {
			states = append(states, i.Change.Subject+":"+i.Change.To)
		}
	}
	return strings.Join(states, " ")
}
