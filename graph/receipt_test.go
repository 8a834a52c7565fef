package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// tell has the provider call back with receipts.
func (s *site) tell(list ...hub.Receipt) {
	s.t.Helper()
	body, err := json.Marshal(list)
	if err != nil {
		s.t.Fatal(err)
	}
	_, key, err := hub.ParseID(s.integration)
	if err != nil {
		s.t.Fatal(err)
	}
	if got, err := s.engine.Callback(s.t.Context(), key, hub.Callback{Method: "POST", Body: body, ReceivedAt: time.Now()}); err != nil || !got.Verified {
		s.t.Fatal(got, err)
	}
}

func TestReceiptsAreToldToWhoListensWhetherTheyMoveAnythingOrNot(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	execution := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
	s.settled(execution)
	id := s.do(s.admin, `query($e: ID!) { deliveries(filter: {execution: $e}) { nodes { id } } }`, vars{"e": execution}).text("deliveries", "nodes", 0, "id")
	_, key, _ := hub.ParseID(id)
	word := func(status hub.ReceiptStatus, detail map[string]string) hub.Receipt {
		return hub.Receipt{DeliveryKey: key, ProviderID: "letter", Status: status, Code: map[bool]string{true: "131026"}[status == hub.ReceiptFailed], Message: "so says the post",
			At: time.Now(), Detail: detail}
	}
	w := s.connect(bearer(s.admin))
	w.say("subscribe", "1", vars{"query": `subscription { executionChanged(after: "` + hub.Cursor(0) + `") { change { aspect from to cause { code message provider } }
		delivery { id state flagged receipts { status code message pricing { category type model billable amount currency } } } } }`})
	hear := func(want string) reply {
		t.Helper()
		for {
			r := w.hear().reply(t)
			if r.at("executionChanged", "change", "cause", "code") != "RECEIPT" {
				continue
			}
			if got := fmt.Sprint(r.at("executionChanged", "change", "aspect"), " ", r.at("executionChanged", "change", "from"), "→", r.at("executionChanged", "change", "to")); got != want {
				t.Fatalf("it tells %s, not %s", got, want)
			}
			return r
		}
	}
	s.tell(word(hub.ReceiptDelivered, map[string]string{"pricing_category": "utility", "pricing_type": "regular", "pricing_model": "PMP", "billable": "true"}))
	r := hear("STATE ACCEPTED→DELIVERED")
	if r.text("executionChanged", "delivery", "id") != id || r.text("executionChanged", "delivery", "state") != "DELIVERED" {
		t.Errorf("it tells %v", r.Data)
	}
	if got := fmt.Sprint(r.at("executionChanged", "delivery", "receipts", 0, "pricing")); got != "map[amount:<nil> billable:true category:utility currency:<nil> model:PMP type:regular]" {
		t.Errorf("the price reads %s", got)
	}
	s.tell(word(hub.ReceiptSent, nil)) // late: it moves nothing
	if r := hear("RECEIPT DELIVERED→SENT"); r.at("executionChanged", "delivery", "flagged") != false || r.at("executionChanged", "delivery", "receipts", 1, "pricing") != nil {
		t.Errorf("it tells %v", r.Data)
	}
	s.tell(word(hub.ReceiptFailed, map[string]string{"price": "-0.005", "price_unit": "USD", "billable": "perhaps"})) // a contradiction
	r = hear("RECEIPT DELIVERED→FAILED")
	if r.at("executionChanged", "delivery", "flagged") != true || r.text("executionChanged", "change", "cause", "provider") != "131026" ||
		r.text("executionChanged", "delivery", "receipts", 2, "code") != "131026" {
		t.Errorf("it tells %v", r.Data)
	}
	if got := fmt.Sprint(r.at("executionChanged", "delivery", "receipts", 2, "pricing")); got != "map[amount:-0.005 billable:<nil> category:<nil> currency:USD model:<nil> type:<nil>]" {
		t.Errorf("the price reads %s", got)
	}
	s.tell(word(hub.ReceiptRead, nil))
	hear("STATE DELIVERED→READ")
}
