package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	gql "github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/recado-hub/recado/internal/catalog"
)

// blocks are the fenced blocks of a language in a Markdown file.
func blocks(t *testing.T, file, language string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, part := range strings.Split(string(text), "```"+language+"\n")[1:] {
		block, _, closed := strings.Cut(part, "```")
		if !closed {
			t.Fatalf("%s has a block without an end", file)
		}
		list = append(list, block)
	}
	return list
}

// guideOperations are the operations of the guide, by name.
func guideOperations(t *testing.T, s *gql.Schema) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, block := range blocks(t, "../schema/README.md", "graphql") {
		doc, errs := gqlparser.LoadQueryWithRules(s, block, rules.NewDefaultRules())
		if errs != nil {
			t.Errorf("%v in\n%s", errs, block)
			continue
		}
		for _, op := range doc.Operations {
			found[op.Name] = block
		}
	}
	return found
}

func TestTheOperationsOfTheGuideFitTheSchema(t *testing.T) {
	t.Parallel()
	operations := guideOperations(t, loadSchema(t))
	for _, name := range []string{"CreateGroup", "CreateConsumer", "CreateIntegration", "CreateFlow", "EnableFlow", "CreateEvent", "EnableEvent", "ScheduleFlow", "PreviewSchedule", "RunFlow", "PreviewFlow", "TestFlow", "Publish", "Execution", "Watch", "Ticket", "Failures", "Buttons", "Explain", "GroupList",
		"CloneGroup", "WhatIsHidden", "KeepUpToDate", "Pick", "Backtest", "WhyNot", "Screens", "FlowHistory", "Rollback", "ReplayPreview", "Replay", "ReplayMany", "LeftAlone", "Suppressed", "LeaveAlone", "MessageAgain", "SendAgain",
		"DeadLetters", "RetryMany", "CancelMany", "CancelOne", "PauseQueue", "ResumeQueue", "PauseFlow", "PauseIntegration", "ResumeIntegration", "Breakers", "Retention", "KeepFor", "KeepFlowFor",
		"QuietNights", "AwaitingTheMorning", "CollectByPerson", "WhatIsGathered", "SendNow", "EmailIfNotRead", "WhatFollows"} {
		if operations[name] == "" {
			t.Errorf("the guide has lost its operation %s", name)
		}
	}
}

func TestTheGuideLeadsToAMessage(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	operations := guideOperations(t, loadSchema(t))
	samples := blocks(t, "../schema/README.md", "json")
	run := func(name string, v vars) reply {
		t.Helper()
		body, err := json.Marshal(vars{"query": operations[name], "operationName": name, "variables": v})
		if err != nil {
			t.Fatal(err)
		}
		r := d.send("POST", d.url, bytes.NewReader(body), headers("Authorization", "Bearer "+d.admin, "Content-Type", "application/json"))
		if len(r.Errors) > 0 {
			t.Fatalf("%s is answered with %+v", name, r.Errors)
		}
		return r
	}
	// mutate runs a step with the variables that stand under it, after the ids of earlier steps were put in.
	mutate := func(name, mutation string, sample int, replace ...string) reply {
		t.Helper()
		var v vars
		if err := json.Unmarshal([]byte(strings.NewReplacer(replace...).Replace(samples[sample])), &v); err != nil {
			t.Fatalf("the variables of %s: %v", name, err)
		}
		r := run(name, v)
		if errs := r.userErrors(mutation); len(errs) > 0 {
			t.Fatalf("%s is answered with %v", name, r.at(mutation, "userErrors"))
		}
		return r
	}
	group := mutate("CreateGroup", "groupCreate", 0).text("groupCreate", "group", "id")
	consumer := mutate("CreateConsumer", "consumerCreate", 1, "grp_…", group).text("consumerCreate", "consumer", "id")
	// The connector of these tests stands in for WhatsApp.
	integration := mutate("CreateIntegration", "integrationCreate", 2, `"whatsapp"`, `"post"`, "phone_number_id", "stamp", `, "waba_id": "102290129340398"`, "",
		`"access_token"`, `"key"`, `{ "name": "app_secret", "value": "…" },`, "", `{ "name": "verify_token", "value": "…" }`, `{ "name": "none" }`).text("integrationCreate", "integration", "id")
	if n := len(run("CheckIntegration", vars{"id": integration}).list("integrationCheck", "problems")); n > 0 {
		t.Errorf("%d problems with the integration", n)
	}
	flow := mutate("CreateFlow", "flowCreate", 3, "cns_…", consumer, "int_…", integration, "wo_assignment_pt_BR", "letter").text("flowCreate", "flow", "id")
	if errs := run("EnableFlow", vars{"id": flow, "version": 1}).userErrors("flowEnable"); len(errs) > 0 {
		t.Fatalf("the flow cannot be enabled: %v", errs)
	}
	event := mutate("CreateEvent", "eventCreate", 4, "flw_…", flow).text("eventCreate", "event", "id")
	if errs := run("EnableEvent", vars{"id": event}).userErrors("eventEnable"); len(errs) > 0 {
		t.Fatalf("the event cannot be enabled: %v", errs)
	}
	published := mutate("Publish", "occurrencePublish", 6)
	if published.at("occurrencePublish", "occurrence", "matches", 0, "fired") != true {
		t.Fatalf("the event did not fire: %v", published.Data)
	}
	execution := published.text("occurrencePublish", "executions", 0, "id")
	eventually(t, "the message is accepted", func() bool {
		return run("Execution", vars{"id": execution}).text("execution", "state") == "CLOSED"
	})
	r := run("Execution", vars{"id": execution})
	if got := fmt.Sprint(r.text("execution", "deliveries", 0, "recipient"), r.list("execution", "deliveries", 0, "values")); got != "+5511999991234[Jonas Campos OT-1496 Replace the conveyor belt 2026-11-22T14:00:34Z Ana Souza Jonas Campos Conveyor 3]" {
		t.Errorf("the message is %s", got)
	}
	if b := run("Backtest", nil); fmt.Sprint(b.at("eventBacktest", "fired")) != "1" || len(b.list("eventBacktest", "problems")) != 0 {
		t.Errorf("the back-test is answered with %v", b.Data)
	}
	why := run("WhyNot", vars{"event": event, "occurrence": published.at("occurrencePublish", "occurrence", "id")})
	if why.at("event", "explain", "fired") != true || len(why.list("event", "explain", "reasons")) != 0 {
		t.Errorf("why nothing was sent is answered with %v", why.Data)
	}
	if n := len(run("Failures", nil).list("executions", "nodes")); n != 0 {
		t.Errorf("%d failures", n)
	}
	if n := run("Queue", nil).at("queue", "throughput", "executions", "closed"); n != 1.0 {
		t.Errorf("%v executions were closed in the last minute", n)
	}
	now := time.Now().UTC()
	if n := len(run("Dashboard", vars{"from": now.Add(-time.Hour).Format(time.RFC3339), "to": now.Format(time.RFC3339)}).list("activity")); n < 4 || n > 5 {
		t.Errorf("the hour has %d quarters", n)
	}
	if n := run("Objects", vars{"ids": []string{flow, event}}).list("nodes"); n[0] == nil || n[1] == nil {
		t.Errorf("the objects are %v", n)
	}
	if run("Buttons", nil).at("viewer", "mayMakeFlows") != true || run("Explain", vars{"query": "{ queue { queued } }"}).text("permissionExplain", "verdict") != "ALLOWED" {
		t.Error("who holds everything may not")
	}
	if n := len(run("GroupList", vars{"search": "a"}).list("groups", "nodes")); n == 0 {
		t.Error("no group is listed")
	}
	if errs := run("CloneGroup", vars{"id": group, "description": "a clone"}).userErrors("groupClone"); len(errs) > 0 {
		t.Errorf("cloning is answered with %v", errs)
	}
	if hidden := run("WhatIsHidden", vars{"id": r.text("execution", "deliveries", 0, "id")}).list("delivery", "hidden"); len(hidden) > 0 {
		t.Errorf("from who may see everything is hidden %v", hidden)
	}
	added := run("LeaveAlone", vars{"input": vars{"integration": integration, "recipient": "+5511999991234", "until": "2030-01-31T00:00:00Z", "note": "on leave"}})
	if errs := added.userErrors("suppressionAdd"); len(errs) > 0 {
		t.Errorf("leaving somebody alone is answered with %v", errs)
	}
	if n := run("LeftAlone", vars{"integration": integration, "recipient": "+5511999991234"}).list("suppressions", "nodes"); len(n) != 1 {
		t.Errorf("left alone are %v", n)
	}
	mutate("Publish", "occurrencePublish", 6, "wo-1496-new", "wo-1496-again")
	held := ""
	eventually(t, "the next message is suppressed", func() bool {
		n := run("Suppressed", nil)
		if len(n.list("deliveries", "nodes")) == 0 {
			return false
		}
		held = n.text("deliveries", "nodes", 0, "id")
		return n.text("deliveries", "nodes", 0, "suppression", "id") == added.text("suppressionAdd", "suppression", "id")
	})
	if errs := run("SendAgain", vars{"delivery": held}).userErrors("deliveryRetry"); len(errs) != 1 {
		t.Errorf("sending again to who is left alone is answered with %v", errs)
	}
	if errs := run("MessageAgain", vars{"suppression": added.at("suppressionAdd", "suppression", "id")}).userErrors("suppressionRemove"); len(errs) > 0 {
		t.Errorf("removing it is answered with %v", errs)
	}
	if errs := run("SendAgain", vars{"delivery": held}).userErrors("deliveryRetry"); len(errs) > 0 {
		t.Errorf("sending again is answered with %v", errs)
	}
	version := d.do(d.admin, `query($id: ID!) { flow(id: $id) { version } }`, vars{"id": flow}).at("flow", "version")
	if errs := run("Rename", vars{"id": flow, "version": version}).userErrors("flowUpdate"); len(errs) > 0 {
		t.Errorf("renaming is answered with %v", errs)
	}
	guideGoesBack(t, run, flow, execution, integration)
	if errs := mutate("QuietNights", "flowUpdate", 10, "flw_…", flow).userErrors("flowUpdate"); len(errs) > 0 {
		t.Errorf("quiet hours are answered with %v", errs)
	}
	if n := run("AwaitingTheMorning", nil).at("queue"); n == nil {
		t.Error("the queue is not told")
	}
	collects := mutate("CollectByPerson", "flowUpdate", 9, "flw_…", flow, "int_…", integration, "wo_assignment_pt_BR", "letter")
	if problems := collects.list("flowUpdate", "flow", "problems"); len(problems) > 0 {
		t.Errorf("the flow that collects has the problems %v", problems)
	}
	mutate("Publish", "occurrencePublish", 6, "wo-1496-new", "wo-1496-collected")
	gathers := run("WhatIsGathered", vars{"flow": flow})
	if gathers.at("executions", "nodes", 0, "collection", "occurrenceCount") != 1.0 || gathers.text("executions", "nodes", 0, "waitingFor") != "COLLECTING" {
		t.Errorf("it gathers %v", gathers.Data)
	}
	if errs := run("SendNow", vars{"id": gathers.text("executions", "nodes", 0, "id")}).userErrors("executionFlush"); len(errs) > 0 {
		t.Errorf("sending it is answered with %v", errs)
	}
}

// guideGoesBack runs what the guide says of going back: to another version of a flow, and to an execution.
func guideGoesBack(t *testing.T, run func(string, vars) reply, flow, execution, integration string) {
	t.Helper()
	fill := func(sample int) (v vars) {
		t.Helper()
		text := strings.NewReplacer("exe_…", execution, "flw_…", flow, `"expectedVersion": 4`, `"expectedVersion": 2`, `"FAILED", "PARTIAL"`, `"SUCCEEDED"`).Replace(blocks(t, "../schema/README.md", "jsonc")[sample])
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatalf("the sample %d: %v", sample, err)
		}
		return v
	}
	one, many, again, back := fill(1), fill(2), fill(3), fill(4)
	if r := run("ReplayPreview", one); r.text("executionReplayPreview", "obstacles", 0, "code") != "ALREADY_SENT" {
		t.Errorf("the preview of a replay is %v", r.Data)
	}
	if errs := run("Replay", one).userErrors("executionReplay"); fmt.Sprint(errs) != "[CONFLICT id]" {
		t.Errorf("the replay of what went out is answered with %v", errs)
	}
	if r := run("ReplayMany", many); r.at("executionsReplay", "matched").(float64) < 1 || r.text("executionsReplay", "results", 0, "reason", "code") != "ALREADY_SENT" {
		t.Errorf("the replay of many is answered with %v", r.Data)
	}
	if errs := run("Rollback", back).userErrors("flowRollback"); len(errs) > 0 {
		t.Errorf("the rollback is answered with %v", errs)
	}
	if r := run("FlowHistory", vars{"id": flow}); r.at("flow", "history", "nodes", 0, "restoredFrom") != 1.0 {
		t.Errorf("the history is %v", r.Data)
	}
	guideWorksTheQueue(t, run, again, flow, integration)
}

// guideWorksTheQueue runs what the guide says of the queue by hand.
func guideWorksTheQueue(t *testing.T, run func(string, vars) reply, again vars, flow, integration string) {
	t.Helper()
	if r := run("DeadLetters", nil); r.at("deliveryFailures", "total") != 0.0 {
		t.Errorf("the dead letters are %v", r.Data)
	}
	if r := run("RetryMany", again); len(r.userErrors("deliveriesRetry")) > 0 || r.at("deliveriesRetry", "matched") != 0.0 {
		t.Errorf("sending again is answered with %v", r.Data)
	}
	if r := run("PauseQueue", vars{"reason": "the guide"}); r.text("queuePause", "queue", "paused", "reason", "message") != "the guide" {
		t.Errorf("pausing the queue is answered with %v", r.Data)
	}
	if r := run("ResumeQueue", nil); r.at("queueResume", "queue", "queued") != 0.0 {
		t.Errorf("resuming the queue is answered with %v", r.Data)
	}
	if r := run("CancelMany", vars{"filter": vars{"flow": flow}}); r.at("executionsCancel", "matched") != 0.0 {
		t.Errorf("cancelling many is answered with %v", r.Data)
	}
	if r := run("PauseFlow", vars{"id": flow, "input": vars{"reason": "the guide", "until": "2098-01-01T00:00:00Z"}}); r.text("flowPause", "flow", "pause", "until") != "2098-01-01T00:00:00.000Z" {
		t.Errorf("pausing the flow is answered with %v", r.Data)
	}
	if r := run("PauseIntegration", vars{"id": integration, "input": vars{"reason": "the guide"}}); r.text("integrationPause", "integration", "state") != "PAUSED" {
		t.Errorf("pausing the integration is answered with %v", r.Data)
	}
	if r := run("ResumeIntegration", vars{"id": integration}); r.text("integrationResume", "integration", "state") != "READY" {
		t.Errorf("resuming the integration is answered with %v", r.Data)
	}
	if r := run("Breakers", nil); r.text("integrations", "nodes", 0, "breaker", "state") != "CLOSED" {
		t.Errorf("the breakers are %v", r.Data)
	}
}

func TestTheFieldsThatTheGuideDeclaresCanBeDeclared(t *testing.T) {
	t.Parallel()
	samples := blocks(t, "../schema/README.md", "json")
	file := filepath.Join(t.TempDir(), "catalog.json")
	if err := os.WriteFile(file, []byte(samples[len(samples)-1]), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Load().WithFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if fact, _ := c.Resolve("work_order_task", "x_foreman_record.sms"); !fact.Known || len(fact.Needs) != 2 {
		t.Errorf("the foreman's telephone is %+v", fact)
	}
}

func TestTheGuidesOperationForScreensIsNotTooCostly(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	r := d.do(d.admin, guideOperations(t, loadSchema(t))["Screens"], nil)
	if n := len(r.list("catalog", "recordTypes")); n < 20 {
		t.Errorf("it has %d record types", n)
	}
}
