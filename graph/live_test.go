package graph_test

import (
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestADeliverysSubscriberSeesItsStepsAndNothingElse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
	s.settled(first)
	second := s.workOrder("OT-2", "jonas").text("occurrencePublish", "executions", 0, "id")
	s.settled(second)
	delivery := s.do(s.admin, `query($id: ID!) { execution(id: $id) { deliveries { id } } }`, vars{"id": second}).text("execution", "deliveries", 0, "id")
	const query = `subscription($flow: ID, $event: ID, $execution: ID, $delivery: ID, $states: [DeliveryState!], $after: Cursor) {
		deliveryChanged(flow: $flow, event: $event, execution: $execution, delivery: $delivery, states: $states, after: $after) {
			cursor change { cursor subject from to } delivery { id state } execution { id } } }`
	for name, c := range map[string]struct {
		vars vars
		want []string
	}{
		"of one delivery":  {vars{"delivery": delivery}, []string{"PENDING", "SENDING", "ACCEPTED"}},
		"of one execution": {vars{"execution": second}, []string{"PENDING", "SENDING", "ACCEPTED"}},
		"of a flow":        {vars{"flow": s.flow}, []string{"PENDING", "SENDING", "ACCEPTED", "PENDING", "SENDING", "ACCEPTED"}},
		"of an event":      {vars{"event": s.event}, []string{"PENDING", "SENDING", "ACCEPTED", "PENDING", "SENDING", "ACCEPTED"}},
		"to a state":       {vars{"states": []string{"ACCEPTED"}}, []string{"ACCEPTED", "ACCEPTED"}},
		"of another":       {vars{"delivery": hub.ID(hub.KindDelivery, 7)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c.vars["after"] = hub.Cursor(0)
			w := s.connect(bearer(s.admin))
			w.say("subscribe", "1", vars{"query": query, "variables": c.vars})
			for _, to := range c.want {
				r := w.hear().reply(t)
				if r.text("deliveryChanged", "change", "to") != to || r.text("deliveryChanged", "change", "subject") != "DELIVERY" ||
					r.text("deliveryChanged", "cursor") != r.text("deliveryChanged", "change", "cursor") || r.text("deliveryChanged", "delivery", "state") != "ACCEPTED" {
					t.Errorf("instead of %s it is told %v", to, r.Data)
				}
			}
			w.say("ping", "", nil)
			if m := w.hear(); m.Type != "pong" {
				t.Errorf("then comes %s %s", m.Type, m.Payload)
			}
		})
	}
	t.Run("of no delivery", func(t *testing.T) {
		w := s.connect(bearer(s.admin))
		w.say("subscribe", "1", vars{"query": query, "variables": vars{"delivery": first}})
		if m := w.hear(); m.Type != "error" || m.errorCode(t) != "INVALID" {
			t.Errorf("it is answered with %s %s", m.Type, m.Payload)
		}
	})
}

const receiving = `subscription($type: String, $after: Cursor) { occurrenceReceived(type: $type, after: $after) {
	cursor change { to node { id } } occurrence { id type subject } } }`

func TestWhoeverMaySeeAnEventTypeIsToldOfItsOccurrences(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	orders := hub.Row{Module: "work_management", Submodule: "work_orders"}
	sees := hubtest.CallerWith(t, s.db, hubtest.May(orders, hub.See))
	blind := hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See))
	all, orderly, other := s.connect(bearer(s.admin)), s.connect(bearer(s.tokenOf(sees))), s.connect(bearer(s.tokenOf(blind)))
	all.say("subscribe", "1", vars{"query": receiving, "variables": vars{"after": hub.Cursor(0)}})
	orderly.say("subscribe", "1", vars{"query": receiving, "variables": vars{"after": hub.Cursor(0), "type": "work_management.work_orders.new"}})
	other.say("subscribe", "1", vars{"query": receiving, "variables": vars{"after": hub.Cursor(0)}})
	id := s.workOrder("OT-1", "maria").text("occurrencePublish", "occurrence", "id") // no event matches it
	for name, w := range map[string]*socket{"the administrator": all, "who sees the row": orderly} {
		r := w.hear().reply(t)
		if r.text("occurrenceReceived", "occurrence", "id") != id || r.text("occurrenceReceived", "occurrence", "subject") != "OT-1" || r.text("occurrenceReceived", "change", "to") != "RECEIVED" ||
			r.text("occurrenceReceived", "change", "node", "id") != id {
			t.Errorf("%s is told %v", name, r.Data)
		}
	}
	other.say("ping", "", nil)
	if m := other.hear(); m.Type != "pong" {
		t.Errorf("who may not see the row is told %s %s", m.Type, m.Payload)
	}
	t.Run("until the right is lost", func(t *testing.T) {
		if _, err := s.db.GroupUpdate(t.Context(), hubtest.Admin(t, s.db), sees.Group.Key, 0, hub.GroupInput{Grants: &[]hub.Grant{}}); err != nil {
			t.Fatal(err)
		}
		s.workOrder("OT-2", "maria")
		if got := all.hear().reply(t).text("occurrenceReceived", "occurrence", "subject"); got != "OT-2" {
			t.Errorf("the administrator is told of %s", got)
		}
		orderly.say("ping", "", nil)
		if m := orderly.hear(); m.Type != "pong" {
			t.Errorf("it is told %s %s", m.Type, m.Payload)
		}
	})
	t.Run("and a type that there is not is refused", func(t *testing.T) {
		all.say("subscribe", "2", vars{"query": receiving, "variables": vars{"type": "moon.full"}})
		if m := all.hear(); m.Type != "error" || m.errorCode(t) != "INVALID" {
			t.Errorf("it is answered with %s %s", m.Type, m.Payload)
		}
	})
}

func TestAConnectorsChangesAreToldToWhoeverHasAToken(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	nobody := d.connect(bearer(d.tokenOf(hubtest.CallerWith(t, d.db))))
	const query = `subscription($name: String) { connectorChanged(name: $name, after: "c0") { cursor change { connector from to } connector { name state title } } }`
	nobody.say("subscribe", "post", vars{"query": query, "variables": vars{"name": "post"}})
	d.engine.ConnectorChanged(hub.Connector{Name: "other", State: hub.ConnectorBackoff})
	d.engine.ConnectorChanged(hub.Connector{Name: "post", State: hub.ConnectorBackoff, Problem: "it does not start"})
	for {
		r := nobody.hear().reply(t)
		if r.text("connectorChanged", "change", "connector") != "post" || r.text("connectorChanged", "connector", "name") != "post" {
			t.Fatalf("it is told %v", r.Data)
		}
		if r.text("connectorChanged", "change", "to") == "BACKOFF" {
			break
		}
	}
	nobody.say("subscribe", "other", vars{"query": query, "variables": vars{"name": "other"}})
	r := nobody.hear().reply(t)
	for r.text("connectorChanged", "change", "to") != "BACKOFF" {
		r = nobody.hear().reply(t)
	}
	if r.text("connectorChanged", "change", "connector") != "other" || r.at("connectorChanged", "connector") != nil {
		t.Errorf("of one that is gone it is told %v", r.Data)
	}
}

func TestTheQueuesSubscriberIsToldHowItIsAndWhatItBecomes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.connect(bearer(s.admin))
	w.say("subscribe", "1", vars{"query": `subscription { queueChanged { depth queued paused { reason { message } } } }`})
	if r := w.hear().reply(t); r.at("queueChanged", "depth") != 0.0 || r.at("queueChanged", "paused") != nil {
		t.Fatalf("at first it is told %v", r.Data)
	}
	s.do(s.admin, `mutation { queuePause(input: {reason: "works"}) { userErrors { message } } }`, nil)
	const many = 20
	for i := range many {
		s.workOrder("OT-"+time.Duration(i).String(), "jonas")
	}
	items := 0
	for {
		r := w.hear().reply(t)
		items++
		if r.at("queueChanged", "queued") == float64(many) {
			break
		}
	}
	if items >= many {
		t.Errorf("%d changes are told one by one", many)
	}
}
