package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

const (
	retentionUpdate = `mutation($in: RetentionUpdateInput!) { retentionUpdate(input: $in) { retention { version history payloads unmatched audit beginsAt } userErrors { code message field } } }`
	flowRetention   = `mutation($id: ID!, $in: FlowRetentionUpdateInput!) { flowRetentionUpdate(id: $id, input: $in) { retention { version history payloads ownHistory ownPayloads } userErrors { code message field } } }`
)

// pruneAll prunes as if it were years later, by the kinds in their order.
func (s *site) pruneAll(kinds ...hub.PruneKind) {
	s.t.Helper()
	at := time.Now().Add(1000 * 24 * time.Hour)
	for _, kind := range kinds {
		for {
			step, err := s.db.Prune(s.t.Context(), hub.PruneTask{Kind: kind, Before: at, Shared: at})
			if err != nil {
				s.t.Fatal(err)
			}
			if step.Done {
				break
			}
		}
	}
}

func TestTheGuideOnHowLongThingsAreKeptCanBeFollowed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	operations := guideOperations(t, loadSchema(t))
	samples := blocks(t, "../schema/README.md", "jsonc")
	run := func(name string, sample int) reply {
		t.Helper()
		var v vars
		if sample != 0 {
			if err := json.Unmarshal([]byte(strings.ReplaceAll(samples[len(samples)+sample], "flw_…", s.flow)), &v); err != nil {
				t.Fatal(err)
			}
		}
		body, _ := json.Marshal(vars{"query": operations[name], "operationName": name, "variables": v})
		r := s.send("POST", s.url, strings.NewReader(string(body)), headers("Authorization", "Bearer "+s.admin, "Content-Type", "application/json"))
		if len(r.Errors) > 0 {
			t.Fatalf("%s is answered with %+v", name, r.Errors)
		}
		return r
	}
	s.settled(s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id"))
	if r := run("Retention", 0); fmt.Sprint([]any{r.at("retention", "version"), r.at("retention", "history"), r.at("retention", "payloads"), r.at("retention", "unmatched"), r.at("retention", "audit"), r.at("retention", "prunable")}) !=
		"[1 P400D P90D P30D <nil> map[atMost:10000 executionPayloads:0 executions:0 occurrencePayloads:0 occurrences:0]]" || r.text("retention", "oldestCursor") != hub.Cursor(0) {
		t.Errorf("it is %v", r.Data)
	}
	if r := run("KeepFor", -2); fmt.Sprint(r.at("retentionUpdate")) != "map[retention:map[history:P730D payloads:P60D prunable:map[executionPayloads:0 executions:0] version:1] userErrors:[]]" {
		t.Errorf("the dry run says %v", r.Data)
	}
	if r := run("KeepFlowFor", -1); fmt.Sprint(r.at("flowRetentionUpdate")) != "map[retention:map[history:P3650D ownHistory:P3650D ownPayloads:P1W payloads:P1W version:2] userErrors:[]]" {
		t.Errorf("the flow keeps %v", r.Data)
	}
}

func TestRetentionIsSetForTheHubAndForAFlow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.do(s.admin, retentionUpdate, vars{"in": vars{"history": nil, "audit": "P800D", "beginsAt": "2030-01-02T03:04:05Z"}})
	if got := fmt.Sprint(r.at("retentionUpdate", "retention")); got != "map[audit:P800D beginsAt:2030-01-02T03:04:05.000Z history:<nil> payloads:P90D unmatched:P30D version:2]" {
		t.Errorf("it is %s", got)
	}
	for name, c := range map[string]struct {
		in   vars
		want string
	}{
		"too short":              {vars{"history": "PT1H"}, "[INVALID history]"},
		"an audit log too short": {vars{"audit": "P30D"}, "[INVALID audit]"},
		"payloads for longer":    {vars{"history": "P10D", "payloads": "P11D"}, "[INVALID payloads]"},
		"another version":        {vars{"expectedVersion": 1, "history": "P10D"}, "[CONFLICT expectedVersion]"},
		"no beginning":           {vars{"beginsAt": nil}, "[INVALID beginsAt]"},
	} {
		r := s.do(s.admin, retentionUpdate, vars{"in": c.in})
		if got := fmt.Sprint(r.userErrors("retentionUpdate")); got != c.want || r.at("retentionUpdate", "retention") != nil {
			t.Errorf("%s is answered with %s %v", name, got, r.Data)
		}
	}
	r = s.do(s.admin, flowRetention, vars{"id": s.flow, "in": vars{"history": "P40D"}})
	if got := fmt.Sprint(r.at("flowRetentionUpdate", "retention")); got != "map[history:P40D ownHistory:P40D ownPayloads:<nil> payloads:P40D version:2]" {
		t.Errorf("the flow keeps %s", got)
	}
	for name, c := range map[string]struct {
		id   string
		in   vars
		want string
	}{
		"another version": {s.flow, vars{"expectedVersion": 1, "history": nil}, "[CONFLICT expectedVersion]"},
		"no such flow":    {hub.ID(hub.KindFlow, 404), vars{"history": "P1D"}, "[NOT_FOUND id]"},
		"no flow":         {s.event, vars{"history": "P1D"}, "[INVALID id]"},
		"too short":       {s.flow, vars{"payloads": "PT1S"}, "[INVALID payloads]"},
		"payloads longer": {s.flow, vars{"payloads": "P41D"}, "[INVALID payloads]"},
	} {
		if got := fmt.Sprint(s.do(s.admin, flowRetention, vars{"id": c.id, "in": c.in}).userErrors("flowRetentionUpdate")); got != c.want {
			t.Errorf("%s is answered with %s", name, got)
		}
	}
	r = s.do(s.admin, `query($id: ID!) { flow(id: $id) { version retention { history } } flows { nodes { retention { version ownHistory } } } }`, vars{"id": s.flow})
	if got := fmt.Sprint(r.at("flow"), r.at("flows")); got != "map[retention:map[history:P40D] version:1] map[nodes:[map[retention:map[ownHistory:P40D version:2]]]]" {
		t.Errorf("flows say %s", got)
	}
	r = s.do(s.admin, auditLog, vars{"n": 2})
	if got := fmt.Sprint([]any{r.at("auditLog", "nodes", 0, "changes"), r.at("auditLog", "nodes", 1, "kind"), r.at("auditLog", "nodes", 1, "subjectId")}); !strings.Contains(got, "path:retention.ownHistory to:P40D") || !strings.HasSuffix(got, "RETENTION_CHANGED <nil>]") {
		t.Errorf("the audit log says %s", got)
	}

	t.Run("and who may set it but not see it is told no more than that it is done", func(t *testing.T) {
		edits := s.tokenOf(hubtest.CallerWith(t, s.db, hubtest.May(hub.RowGeneral, hub.Edit), hubtest.May(hub.RowHub, hub.Remove)))
		if r := s.do(edits, retentionUpdate, vars{"in": vars{"unmatched": "P9D"}}); fmt.Sprint(r.at("retentionUpdate")) != "map[retention:<nil> userErrors:[]]" {
			t.Errorf("it is answered with %v", r.Data)
		}
		if r := s.do(edits, flowRetention, vars{"id": s.flow, "in": vars{"history": "P9D"}}); fmt.Sprint(r.at("flowRetentionUpdate")) != "map[retention:<nil> userErrors:[]]" {
			t.Errorf("it is answered with %v", r.Data)
		}
	})
}

func TestWhatIsPrunedIsAnsweredSo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.workOrder("OT-1", "jonas")
	occurrence, execution := r.text("occurrencePublish", "occurrence", "id"), r.text("occurrencePublish", "executions", 0, "id")
	s.settled(execution)
	const q = `query($o: ID!, $e: ID!) {
		occurrence(id: $o) { subject payloadsPruned records { key } matches { fired rows { record } executions { id } } }
		execution(id: $e) { state outcome payloadsPruned occurrence { id } timeline { to cause { message } }
			deliveries { state payloadsPruned recipient providerId values record attempts { kind message providerId } receipts { status } } }
		nodes(ids: [$o, $e]) { id } executions { nodes { id } } records { nodes { history { nodes { occurrence { id } } } } } }`
	v := vars{"o": occurrence, "e": execution}
	if r := s.do(s.admin, q, v); r.at("occurrence", "payloadsPruned") != false || r.at("execution", "payloadsPruned") != false || r.at("execution", "deliveries", 0, "payloadsPruned") != false {
		t.Errorf("before it is %v", r.Data)
	}
	s.pruneAll(hub.PrunePayloads, hub.PruneOccurrencePayloads)
	r = s.do(s.admin, q, v)
	if got := fmt.Sprint(r.at("occurrence")); got != fmt.Sprintf("map[matches:[map[executions:[map[id:%s]] fired:true rows:[]]] payloadsPruned:true records:[] subject:OT-1]", execution) {
		t.Errorf("the occurrence is %s", got)
	}
	d := r.at("execution", "deliveries", 0).(map[string]any)
	if r.at("execution", "payloadsPruned") != true || r.at("execution", "outcome") != "SUCCEEDED" || d["payloadsPruned"] != true || d["recipient"] != nil || d["providerId"] != nil || len(d["values"].([]any)) != 0 ||
		d["record"] == nil || d["state"] != "ACCEPTED" || fmt.Sprint(d["attempts"]) != "[map[kind:ACCEPTED message: providerId:<nil>]]" {
		t.Errorf("the execution is %v", r.at("execution"))
	}
	s.tasks-- // the same content once more
	if r := s.workOrder("OT-1", "jonas"); r.at("occurrencePublish", "repeat") != true {
		t.Errorf("published again it is %v", r.Data)
	}

	w := s.connect(bearer(s.admin))
	s.pruneAll(hub.PruneHistory, hub.PruneOccurrences, hub.PruneJournal)
	r = s.do(s.admin, q, v)
	if got := fmt.Sprint(r.at("occurrence"), r.at("execution"), r.at("nodes"), r.at("executions"), r.at("records", "nodes", 0)); got != "<nil> <nil> [<nil> <nil>] map[nodes:[]] map[history:map[nodes:[map[occurrence:<nil>]]]]" {
		t.Errorf("what is gone is answered with %s", got)
	}
	w.say("subscribe", "1", vars{"query": watching, "variables": vars{"after": hub.Cursor(0)}})
	m := w.hear()
	var errs []struct{ Extensions map[string]any }
	if err := json.Unmarshal(m.Payload, &errs); m.Type != "error" || err != nil || len(errs) != 1 {
		t.Fatalf("a subscription after what is gone is answered with %s %s", m.Type, m.Payload)
	}
	oldest := s.do(s.admin, "{ retention { oldestCursor } }", nil).text("retention", "oldestCursor")
	if got := errs[0].Extensions; got["code"] != "CURSOR_EXPIRED" || got["oldest"] != oldest || fmt.Sprint(got["field"]) != "[after]" {
		t.Errorf("its error says %v, and the oldest cursor is %s", got, oldest)
	}
	w.say("subscribe", "2", vars{"query": watching, "variables": vars{"after": oldest}})
	s.workOrder("OT-2", "jonas")
	if r := w.hear().reply(t); r.text("executionChanged", "change", "to") != "QUEUED" {
		t.Errorf("after the oldest cursor comes %v", r.Data)
	}
}
