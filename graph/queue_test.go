package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

const (
	pausedQueue = `{ queue { queued paused { since until reason { code message by { id } } } } }`
	retryMany   = `mutation($in: DeliveriesRetryInput!) { deliveriesRetry(input: $in) { matched retried repeated refused hasMore endCursor lastAt
		results { delivery { id state redrivenAt } repeat at reason { code message } } userErrors { code message field } } }`
	cancelMany = `mutation($in: ExecutionsCancelInput!) { executionsCancel(input: $in) { matched cancelled refused hasMore endCursor
		results { execution { id state } deliveries reason { code message } } userErrors { code message field } } }`
	deadLetters = `query($f: DeliveryFilterInput) { deliveryFailures(filter: $f) { total cut groups { reason providerCode count flagged first last
		flow { id } integration { id } sample { id state reason { code } } } } }`
)

func TestAPersonPausesAndResumesTheQueue(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	until := time.Now().Add(time.Hour).UTC().Format("2006-01-02T15:04:05.000Z")
	r := s.do(s.admin, `mutation($in: QueuePauseInput!) { queuePause(input: $in) { queue { paused { until reason { message } } } userErrors { code field message } } }`,
		vars{"in": vars{"reason": "the provider moves", "until": until}})
	if r.text("queuePause", "queue", "paused", "reason", "message") != "the provider moves" || r.text("queuePause", "queue", "paused", "until") != until {
		t.Fatalf("it is answered with %v", r.Data)
	}
	execution := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
	r = s.do(s.admin, pausedQueue, nil)
	if r.at("queue", "queued") != 1.0 || r.text("queue", "paused", "reason", "code") != "OPERATOR" || r.at("queue", "paused", "reason", "by", "id") == nil {
		t.Errorf("the queue is %v", r.Data)
	}
	if r = s.do(s.tokenOf(hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See))), pausedQueue, nil); r.text("queue", "paused", "reason", "message") != "the provider moves" || r.at("queue", "paused", "reason", "by") != nil {
		t.Errorf("for who may not see consumers the queue is %v", r.Data)
	}
	if r = s.do(s.admin, `mutation { queueResume { queue { paused { since } } userErrors { code } } }`, nil); r.at("queueResume", "queue", "paused") != nil {
		t.Errorf("it is answered with %v", r.Data)
	}
	s.settled(execution)
	changes := s.do(s.admin, `{ auditLog(filter: {kinds: [QUEUE_PAUSED, QUEUE_RESUMED]}) { nodes { kind subjectId changes { path from to } } } }`, nil)
	if got := fmt.Sprint(changes.at("auditLog", "nodes", 1, "changes")); !strings.Contains(got, "queue.paused.reason.message") || !strings.Contains(got, "the provider moves") {
		t.Errorf("the audit log says %s", got)
	}
	for _, c := range []struct{ in, want string }{{`{reason: ""}`, "[INVALID reason]"}, {`{reason: "x", until: "2001-01-01T00:00:00Z"}`, "[INVALID until]"}} {
		if got := fmt.Sprint(s.do(s.admin, `mutation { queuePause(input: `+c.in+`) { userErrors { code field message } } }`, nil).userErrors("queuePause")); got != c.want {
			t.Errorf("%s is answered with %s", c.in, got)
		}
	}
}

func TestAPersonPausesAndResumesAFlowAndAnIntegration(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	pause := func(what, id string, in vars) reply {
		return s.do(s.admin, `mutation($id: ID!, $in: PauseInput!) { `+what+`Pause(id: $id, input: $in) { `+what+` { pause { reason { message } since until } } userErrors { code field message } } }`, vars{"id": id, "in": in})
	}
	for what, id := range map[string]string{"flow": s.flow, "integration": s.integration} {
		if got := fmt.Sprint(pause(what, id, vars{"reason": "x", "expectedVersion": 0}).userErrors(what + "Pause")); got != "[INVALID expectedVersion]" {
			t.Errorf("version 0 is answered with %s", got)
		}
		if r := pause(what, id, vars{"reason": "by hand", "expectedVersion": 1}); r.text(what+"Pause", what, "pause", "reason", "message") != "by hand" {
			t.Errorf("it is answered with %v", r.Data)
		}
	}
	r := s.do(s.admin, `query($f: ID!, $i: ID!) { flow(id: $f) { paused { code message } pause { until } } integration(id: $i) { state reason { code message } breaker { state since until failures } } }`,
		vars{"f": s.flow, "i": s.integration})
	if r.text("flow", "paused", "code") != "OPERATOR" || r.text("integration", "state") != "PAUSED" || r.text("integration", "reason", "message") != "by hand" || r.text("integration", "breaker", "state") != "CLOSED" {
		t.Errorf("they are %v", r.Data)
	}
	execution := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
	eventually(t, "it waits", func() bool {
		return s.do(s.admin, `query($id: ID!) { execution(id: $id) { waitingFor } }`, vars{"id": execution}).at("execution", "waitingFor") == "FLOW_PAUSED"
	})
	s.do(s.admin, `mutation($id: ID!) { flowResume(id: $id) { flow { id } } }`, vars{"id": s.flow})
	eventually(t, "it waits for the integration", func() bool {
		return s.do(s.admin, `query($id: ID!) { execution(id: $id) { waitingFor } }`, vars{"id": execution}).at("execution", "waitingFor") == "INTEGRATION_PAUSED"
	})
	if r = s.do(s.admin, `mutation($id: ID!) { integrationResume(id: $id) { integration { state pause { since } } userErrors { code } } }`, vars{"id": s.integration}); r.text("integrationResume", "integration", "state") != "READY" {
		t.Errorf("it is answered with %v", r.Data)
	}
	s.settled(execution)
}

func TestDeadLettersAreGroupedAndSentAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, folio := range []string{"OT-1", "OT-2", "OT-3"} {
		s.failing(folio)
	}
	r := s.do(s.admin, deadLetters, nil)
	if r.at("deliveryFailures", "total") != 3.0 || r.at("deliveryFailures", "cut") != false || len(r.list("deliveryFailures", "groups")) != 1 {
		t.Fatalf("the dead letters are %v", r.Data)
	}
	group := r.at("deliveryFailures", "groups", 0).(map[string]any)
	if group["count"] != 3.0 || group["reason"] != "REJECTED" || r.text("deliveryFailures", "groups", 0, "flow", "id") != s.flow || r.text("deliveryFailures", "groups", 0, "sample", "state") != "FAILED" {
		t.Errorf("the group is %v", group)
	}
	if r = s.do(s.admin, deadLetters, vars{"f": vars{"reasons": []string{"TOO_OLD"}}}); len(r.list("deliveryFailures", "groups")) != 0 {
		t.Errorf("of another reason there are %v", r.Data)
	}
	in := vars{"filter": vars{"reasons": []string{group["reason"].(string)}, "flow": s.flow}, "atMost": 2, "perSecond": 100, "idempotencyKey": "k", "dryRun": true}
	if r = s.do(s.admin, retryMany, vars{"in": in}); r.at("deliveriesRetry", "retried") != 2.0 || r.at("deliveriesRetry", "hasMore") != true || r.text("deliveriesRetry", "results", 0, "delivery", "state") != "FAILED" {
		t.Fatalf("a dry run is answered with %v", r.Data)
	}
	in["dryRun"], in["atMost"] = false, 10
	if r = s.do(s.admin, retryMany, vars{"in": in}); r.at("deliveriesRetry", "retried") != 3.0 || r.at("deliveriesRetry", "lastAt") == nil || r.at("deliveriesRetry", "results", 2, "at") == nil {
		t.Fatalf("it is answered with %v", r.Data)
	}
	eventually(t, "all are sent", func() bool {
		return len(s.do(s.admin, `{ deliveries(filter: {states: [ACCEPTED]}) { nodes { id } } }`, nil).list("deliveries", "nodes")) == 3
	})
	for _, c := range []struct {
		field string
		value any
	}{{"atMost", 0}, {"perSecond", 0}, {"idempotencyKey", ""}, {"filter", vars{"states": []string{"UNKNOWN"}}}} {
		wrong := vars{"filter": vars{}, "atMost": 1, "idempotencyKey": "k"}
		wrong[c.field] = c.value
		if got := s.do(s.admin, retryMany, vars{"in": wrong}).userErrors("deliveriesRetry"); len(got) != 1 || !strings.HasPrefix(got[0], "INVALID "+c.field) {
			t.Errorf("a wrong %s is answered with %v", c.field, got)
		}
	}
}

func TestManyExecutionsAreCancelledWithOneCall(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do(s.admin, `mutation { queuePause(input: {reason: "x"}) { userErrors { code } } }`, nil)
	for _, folio := range []string{"OT-1", "OT-2", "OT-3"} {
		s.workOrder(folio, "jonas")
	}
	in := vars{"filter": vars{"flow": s.flow}, "atMost": 2}
	r := s.do(s.admin, cancelMany, vars{"in": in})
	if r.at("executionsCancel", "matched") != 3.0 || r.at("executionsCancel", "cancelled") != 2.0 || r.at("executionsCancel", "hasMore") != true || r.text("executionsCancel", "results", 0, "execution", "state") != "CLOSED" {
		t.Fatalf("it is answered with %v", r.Data)
	}
	if r = s.do(s.admin, cancelMany, vars{"in": in}); r.at("executionsCancel", "cancelled") != 1.0 || r.at("executionsCancel", "hasMore") != false {
		t.Errorf("the rest is answered with %v", r.Data)
	}
	wrong := vars{"filter": vars{"states": []string{"CLOSED"}}, "atMost": 2}
	if got := fmt.Sprint(s.do(s.admin, cancelMany, vars{"in": wrong}).userErrors("executionsCancel")); got != "[INVALID filter states]" {
		t.Errorf("closed ones are answered with %s", got)
	}
}
