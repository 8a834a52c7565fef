package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

const (
	replayOne  = `mutation($id: ID!, $in: ExecutionReplayInput!) { executionReplay(id: $id, input: $in) { execution { id trigger replayOf { id } replay { records evenIfSent input { type key data } } } repeat userErrors { code message field } } }`
	replayMany = `mutation($in: ExecutionsReplayInput!) { executionsReplay(input: $in) { matched replayed repeated refused hasMore endCursor lastAt results { execution { id } replay { id replayOf { id } } repeat reason { code message } } userErrors { code message field } } }`
	previewOne = `query($id: ID!, $in: ExecutionReplayInput!) { executionReplayPreview(id: $id, input: $in) { problems { code } obstacles { code message } executions { trigger outcome subject rows { record } deliveries { state recipient values text reason { code message } } hidden { path } } } }`
	history    = `query($id: ID!, $n: Int, $after: Cursor) { flow(id: $id) { history(first: $n, after: $after) { nodes { version description savedAt savedBy { id } restoredFrom source { consumer { id } } diff { path from to needs { submodule action } } all: diff(against: 1) { path } } pageInfo { hasNextPage endCursor } totalCount } } }`
)

// failing publishes a work order whose message the provider refuses.
func (s *site) failing(folio string) string {
	s.t.Helper()
	s.refusing("+5511999991234")
	execution := s.workOrder(folio, "jonas").text("occurrencePublish", "executions", 0, "id")
	s.settled(execution)
	s.refusing("")
	return execution
}

func (s *site) refusing(recipient string) {
	s.post.mu.Lock()
	s.post.refuse = recipient
	s.post.mu.Unlock()
}

func TestAFlowsHistorySaysWhoChangedWhatAndIsRolledBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	update := func(in vars) {
		t.Helper()
		if errs := s.do(s.admin, `mutation($id: ID!, $in: FlowUpdateInput!) { flowUpdate(id: $id, input: $in) { userErrors { code message } } }`, vars{"id": s.flow, "in": in}).userErrors("flowUpdate"); len(errs) > 0 {
			t.Fatal(errs)
		}
	}
	update(vars{"settings": vars{"maxAttempts": 3}})
	update(vars{"description": "third"})
	back := func(in vars) reply {
		return s.do(s.admin, `mutation($id: ID!, $in: FlowRollbackInput!) { flowRollback(id: $id, input: $in) { flow { version description settings { maxAttempts } } userErrors { code message field } } }`, vars{"id": s.flow, "in": in})
	}
	for _, c := range []struct {
		in   vars
		want string
	}{{vars{"version": 1, "expectedVersion": 2}, "[CONFLICT expectedVersion]"}, {vars{"version": 9}, "[INVALID version]"}, {vars{"version": 3}, "[CONFLICT version]"}, {vars{"version": 1, "expectedVersion": 0}, "[INVALID expectedVersion]"}} {
		if got := fmt.Sprint(back(c.in).userErrors("flowRollback")); got != c.want {
			t.Errorf("%v is answered with %s", c.in, got)
		}
	}
	if r := back(vars{"version": 1, "expectedVersion": 3}); r.at("flowRollback", "flow", "version") != 4.0 || r.at("flowRollback", "flow", "settings", "maxAttempts") != 8.0 {
		t.Fatalf("it is answered with %v", r.Data)
	}
	r := s.do(s.admin, history, vars{"id": s.flow, "n": 2})
	if r.at("flow", "history", "totalCount") != 4.0 || r.at("flow", "history", "pageInfo", "hasNextPage") != true {
		t.Errorf("the page says %v", r.at("flow", "history"))
	}
	first := r.at("flow", "history", "nodes", 0).(map[string]any)
	if first["version"] != 4.0 || first["restoredFrom"] != 1.0 || len(first["all"].([]any)) != 0 || first["savedBy"] == nil {
		t.Errorf("the newest is %v", first)
	}
	if got := fmt.Sprint(first["diff"]); got != "[map[from:third needs:[] path:[description] to:WO assigned] map[from:3 needs:[] path:[settings maxAttempts] to:8]]" {
		t.Errorf("it differs by %s", got)
	}
	r = s.do(s.admin, history, vars{"id": s.flow, "n": 2, "after": r.at("flow", "history", "pageInfo", "endCursor")})
	if last := r.at("flow", "history", "nodes", 1).(map[string]any); last["version"] != 1.0 || len(last["diff"].([]any)) < 10 || r.at("flow", "history", "pageInfo", "hasNextPage") != false {
		t.Errorf("the oldest is %v", last)
	}
	bad := s.ask(s.admin, `query($id: ID!) { flow(id: $id) { history { nodes { version diff(against: 77) { path } } } } }`, vars{"id": s.flow})
	if len(bad.Errors) != 4 || bad.Errors[0].code() != "INVALID" || bad.at("flow", "history", "nodes", 0, "version") != 4.0 {
		t.Errorf("a version that there is not is answered with %v %+v", bad.Data, bad.Errors)
	}
	t.Run("who may see flows only is not told which consumers and integrations they are", func(t *testing.T) {
		r := s.do(s.tokenOf(hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See))), history, vars{"id": s.flow})
		if got := told(t, r.Data, "cns_", "int_"); got != nil {
			t.Errorf("it tells %v", got)
		}
		hidden := 0
		for _, change := range r.list("flow", "history", "nodes", 3, "diff") {
			if len(change.(map[string]any)["needs"].([]any)) > 0 {
				hidden++
			}
		}
		if hidden != 2 {
			t.Errorf("%d changes are hidden", hidden)
		}
	})
	t.Run("and no secret of an integration is in it", func(t *testing.T) {
		if got := told(t, s.do(s.admin, history, vars{"id": s.flow}).Data, "s3cret"); got != nil {
			t.Errorf("it tells %v", got)
		}
	})
}

func TestAnExecutionIsReplayedThroughTheDoor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	execution := s.failing("OT-1")
	look := func(in vars) reply { return s.do(s.admin, previewOne, vars{"id": execution, "in": in}) }
	if r := look(vars{"version": "PINNED"}); len(r.list("executionReplayPreview", "obstacles")) != 0 || r.text("executionReplayPreview", "executions", 0, "deliveries", 0, "state") != "PENDING" || r.text("executionReplayPreview", "executions", 0, "trigger") != "REPLAY" {
		t.Errorf("the preview is %v", r.Data)
	}
	in := vars{"version": "CURRENT", "idempotencyKey": "k"}
	r := s.do(s.admin, replayOne, vars{"id": execution, "in": in})
	replay := r.text("executionReplay", "execution", "id")
	if r.text("executionReplay", "execution", "replayOf", "id") != execution || r.text("executionReplay", "execution", "trigger") != "REPLAY" || r.text("executionReplay", "execution", "replay", "records") != "NOW" {
		t.Errorf("it is answered with %v", r.Data)
	}
	s.settled(replay)
	if again := s.do(s.admin, replayOne, vars{"id": execution, "in": in}); again.at("executionReplay", "repeat") != true || again.text("executionReplay", "execution", "id") != replay {
		t.Errorf("the repeat is %v", again.Data)
	}
	r = s.do(s.admin, replayOne, vars{"id": execution, "in": vars{"version": "CURRENT"}})
	if got := fmt.Sprint(r.userErrors("executionReplay")); got != "[CONFLICT id]" || r.at("executionReplay", "execution") != nil || !strings.Contains(r.text("executionReplay", "userErrors", 0, "message"), "sent already") {
		t.Errorf("what went out is answered with %v", r.Data)
	}
	if r := look(vars{"version": "PINNED"}); r.text("executionReplayPreview", "obstacles", 0, "code") != "ALREADY_SENT" || r.text("executionReplayPreview", "executions", 0, "deliveries", 0, "state") != "SUPPRESSED" {
		t.Errorf("the preview is %v", r.Data)
	}
	r = s.do(s.admin, `query($id: ID!) { execution(id: $id) { replay { records } replayOf { id } replays { nodes { id } pageInfo { hasNextPage } } } list: executions(filter: {trigger: REPLAY}) { nodes { id } } }`, vars{"id": execution})
	if r.at("execution", "replay") != nil || r.at("execution", "replayOf") != nil || r.text("execution", "replays", "nodes", 0, "id") != replay || r.text("list", "nodes", 0, "id") != replay {
		t.Errorf("the original says %v", r.Data)
	}
	if r := s.do(s.admin, previewOne, vars{"id": hub.ID(hub.KindExecution, 1), "in": vars{"version": "PINNED"}}); r.at("executionReplayPreview") != nil {
		t.Errorf("of one that there is not the preview is %v", r.Data)
	}
}

func TestManyExecutionsAreReplayedThroughTheDoor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var executions []string
	for i := range 3 {
		executions = append(executions, s.failing(fmt.Sprint("OT-", i)))
	}
	in := vars{"filter": vars{"flow": s.flow}, "version": "PINNED", "atMost": 2, "idempotencyKey": "k", "perSecond": 100}
	dry := vars{}
	for k, v := range in {
		dry[k] = v
	}
	dry["dryRun"] = true
	r := s.do(s.admin, replayMany, vars{"in": dry})
	if r.at("executionsReplay", "matched") != 3.0 || r.at("executionsReplay", "replayed") != 2.0 || r.at("executionsReplay", "results", 0, "replay") != nil || r.at("executionsReplay", "hasMore") != true {
		t.Errorf("the dry run is %v", r.Data)
	}
	r = s.do(s.admin, replayMany, vars{"in": in})
	if r.text("executionsReplay", "results", 0, "execution", "id") != executions[1] || r.text("executionsReplay", "results", 0, "replay", "replayOf", "id") != executions[1] {
		t.Errorf("it is answered with %v", r.Data)
	}
	in["after"] = r.text("executionsReplay", "endCursor")
	if r = s.do(s.admin, replayMany, vars{"in": in}); r.at("executionsReplay", "matched") != 1.0 || r.text("executionsReplay", "results", 0, "execution", "id") != executions[0] || r.at("executionsReplay", "hasMore") != false {
		t.Errorf("the rest is answered with %v", r.Data)
	}
	heavy := s.ask(s.admin, strings.Replace(replayMany, "results { execution { id }", "results { execution { id flow { history(first: 100) { nodes { version } } } }", 1), vars{"in": dry})
	if len(heavy.Errors) != 1 || heavy.Errors[0].code() != "TOO_COSTLY" {
		t.Errorf("what asks much of each result is answered with %+v", heavy.Errors)
	}
	for field, v := range map[string]any{"atMost": 1001, "perSecond": 0, "filter": vars{"test": true}, "idempotencyKey": ""} {
		wrong := vars{"filter": vars{}, "version": "PINNED", "atMost": 1, "idempotencyKey": "k"}
		wrong[field] = v
		if got := s.do(s.admin, replayMany, vars{"in": wrong}).userErrors("executionsReplay"); len(got) != 1 || !strings.HasPrefix(got[0], "INVALID "+field) {
			t.Errorf("%s %v is answered with %v", field, v, got)
		}
	}
}

func TestAReplayTellsNothingThatItsReaderMayNotSee(t *testing.T) {
	t.Parallel()
	m := newMarked(t)
	m.act(`flowEnable(id: $id)`, m.flow)
	execution := m.executions[1] // whose message was refused
	given := []vars{{"type": "work_order_task", "key": "1", "data": vars{"wo_folio": "OT-77", "code_responsible": "jonas"}}, {"type": "person", "key": "jonas", "data": vars{"code": "jonas", "sms": "+55 11 99999-1234"}}}
	r := m.do(m.admin, replayOne, vars{"id": execution, "in": vars{"version": "CURRENT", "input": given}})
	m.settled(r.text("executionReplay", "execution", "id"))
	schema := loadSchema(t)
	whole := `query($id: ID!) { execution(id: $id) ` + everything(schema, schema.Types["Execution"], 4) + ` }`
	for _, id := range []string{execution, r.text("executionReplay", "execution", "id")} {
		for _, row := range rows {
			got := m.ask(m.tokenOf(hubtest.CallerWith(t, m.db, hubtest.May(row, hub.See))), whole, vars{"id": id})
			if leaks := m.leaks([]any{got.Data, got.Errors}, row); leaks != nil {
				t.Errorf("an execution tells who may only see %s %v", row, leaks)
			}
		}
	}
	orders := m.tokenOf(hubtest.CallerWith(t, m.db, hubtest.May(hub.RowHub, hub.See), hubtest.May(workOrders, hub.See)))
	got := m.do(orders, `query($id: ID!) { execution(id: $id) { replay { input { type key } } } }`, vars{"id": r.text("executionReplay", "execution", "id")})
	if fmt.Sprint(got.at("execution", "replay", "input")) != "[map[key:1 type:work_order_task]]" {
		t.Errorf("of what was given it tells %v", got.Data)
	}
	t.Run("nor does an act, or its preview", func(t *testing.T) {
		edit, see := hubtest.May(hub.RowHub, hub.Edit), hubtest.May(hub.RowHub, hub.See)
		for name, c := range map[string]struct {
			query string
			vars  vars
			holds []hub.Permission
		}{
			"the replay":      {replayOne, vars{"id": execution, "in": vars{"version": "CURRENT", "evenIfSent": true}}, []hub.Permission{edit}},
			"the preview":     {previewOne, vars{"id": execution, "in": vars{"version": "CURRENT"}}, []hub.Permission{see}},
			"of many":         {replayMany, vars{"in": vars{"filter": vars{}, "version": "CURRENT", "atMost": 100, "idempotencyKey": "x"}}, []hub.Permission{edit}},
			"of many, seeing": {replayMany, vars{"in": vars{"filter": vars{}, "version": "CURRENT", "atMost": 100, "idempotencyKey": "x"}}, []hub.Permission{edit, see}},
			"by a subject":    {replayMany, vars{"in": vars{"filter": vars{"subject": "OT-77"}, "version": "CURRENT", "atMost": 100, "idempotencyKey": "x"}}, []hub.Permission{edit, see}},
		} {
			r := m.ask(m.tokenOf(hubtest.CallerWith(t, m.db, c.holds...)), c.query, c.vars)
			if leaks := m.leaks([]any{r.Data, r.Errors}, hub.RowHub); leaks != nil {
				t.Errorf("%s tells %v", name, leaks)
			}
			if name == "by a subject" && r.at("executionsReplay", "matched") != 0.0 {
				t.Errorf("a filter by a subject that is hidden finds %v", r.Data)
			}
			if r.Data != nil && told(t, r.Data, `"replayed":1`) != nil {
				t.Errorf("%s replays what its caller may not read: %v", name, r.Data)
			}
		}
	})
}
