package main

import "time"

// ask is an operation of the screens, and how a screen asks it.
type ask struct {
	operation string
	how       string // in which way, where there are several
	variables func(p *places, i int) map[string]any
	// At this place of the answer there is something, or a list of at least so many: what is measured is a whole screen.
	at    string
	least int
}

type vars = map[string]any

func nothing(*places, int) vars { return nil }

func always(v vars) func(*places, int) vars { return func(*places, int) vars { return v } }

// with is a variable that is another one of a list each time.
func with(name string, list func(*places) []string) func(*places, int) vars {
	return func(p *places, i int) vars { return vars{name: one(list(p), i)} }
}

func flowsOf(p *places) []string      { return p.flows }
func eventsOf(p *places) []string     { return p.events }
func executionsOf(p *places) []string { return p.executions }

var (
	tasks        = always(vars{"recordType": "work_order_task"})
	responsibles = always(vars{"recordType": "work_order_task", "field": "responsible"})
)

// asks are all queries of the screens; a test sees that none is missing.
var asks = []ask{
	{"Shell", "", nothing, "viewer.permissions", 1},
	{"Titles", "", nothing, "catalog.enums", 10},
	{"Modules", "", nothing, "catalog.modules", 3},
	{"WouldBeAllowed", "", func(p *places, i int) vars {
		return vars{"query": "mutation($id: ID!) { flowEnable(id: $id) { flow { id enabled } } }", "variables": vars{"id": one(p.flows, i)}}
	}, "permissionExplain.fields", 1},

	{"Groups", "", nothing, "groups.nodes", configured},
	{"Matrix", "", nothing, "catalog.permissions", 20},
	{"GroupEditor", "", with("id", func(p *places) []string { return p.groups }), "group.grants", 1},
	{"Consumers", "", nothing, "consumers.nodes", configured},
	{"ConsumerGroups", "", nothing, "groups.nodes", configured},
	{"ConsumerEditor", "", with("id", func(p *places) []string { return p.consumers }), "consumer.clientId", 0},

	{"ConnectorTable", "", nothing, "connectors", 1},
	{"ConnectorPlugins", "", nothing, "", 0},
	{"ConnectorPage", "", always(vars{"name": "whatsapp"}), "connector.actions", 1},
	{"Integrations", "", nothing, "integrations.nodes", 1},
	{"Connectors", "", nothing, "connectors", 1},
	{"IntegrationEditor", "", func(p *places, _ int) vars { return vars{"id": p.h.Integration} }, "integration.settings", 0},
	{"LeftAloneList", "", func(p *places, _ int) vars { return vars{"integration": p.h.Integration} }, "suppressions.nodes", configured},

	{"Flows", "", nothing, "flows.nodes", configured},
	{"FlowEditor", "", with("id", flowsOf), "flow.targets", 1},
	{"FlowConsumers", "", nothing, "consumers.nodes", configured},
	{"SourceActions", "", nothing, "catalog.sourceActions", 5},
	{"FilterFields", "", tasks, "catalog.recordType.fields", 20},
	{"FilterValues", "", responsibles, "fieldOptions.nodes", 20},
	{"FlowConnections", "", nothing, "integrations.nodes", 1},
	{"FlowSettingInputs", "", nothing, "catalog.flowSettings", 5},
	{"FlowNextRuns", "", always(vars{"schedule": vars{"cron": vars{"expression": "0 8 * * *", "timeZone": "America/Sao_Paulo"}}}), "scheduleNextRuns.runs", 5},
	{"FlowVersions", "", with("id", flowsOf), "flow.history.nodes", 1},

	{"MappingEditor", "", with("flow", flowsOf), "flow.source.sourceAction.recordType.fields", 20},
	{"MappingFields", "", tasks, "catalog.recordType.fields", 20},
	{"MappingSamples", "", tasks, "records.nodes", 10},
	{"MappingPreview", "", func(p *places, i int) vars {
		return vars{"input": vars{"flow": one(p.h.Flows, i), "on": vars{"record": one(p.records, i)}}}
	}, "flowPreview.executions.0.rows", 1},

	{"Events", "", nothing, "events.nodes", configured},
	{"EventTypes", "", nothing, "catalog.modules", 3},
	{"EventEditor", "", with("id", eventsOf), "event.flows", 1},
	{"EventFields", "", tasks, "catalog.recordType.fields", 20},
	{"EventValues", "", responsibles, "fieldOptions.nodes", 20},
	{"EventFlows", "", nothing, "flows.nodes", configured},
	{"EventTry", "", func(p *places, i int) vars {
		return vars{"input": vars{"type": historyType, "flows": []string{one(p.h.Flows, i)}, "terms": vars{"mode": "ALL",
			"terms": []vars{{"field": "responsible", "operation": "EQUAL", "value": p.h.past().person(i)}}}}}
	}, "eventBacktest.samples", 1},

	{"Executions", "all", nothing, "executions.nodes", 50},
	{"Executions", "a flow's", func(p *places, i int) vars { return vars{"filter": vars{"flow": one(p.h.Flows, i)}} }, "executions.nodes", 50},
	{"Executions", "failed", always(vars{"filter": vars{"outcomes": []string{"FAILED"}}}), "executions.nodes", 50},
	{"Executions", "a record's", func(p *places, i int) vars { return vars{"filter": vars{"subject": p.h.folio(i)}} }, "executions.nodes", 50},
	{"Executions", "the last page", always(vars{"last": 50}), "executions.nodes", 50},
	{"ExecutionDetail", "", with("id", executionsOf), "execution.timeline", 3},
	{"ReplayDialogue", "", func(p *places, i int) vars { return vars{"id": one(p.fail, i), "input": vars{"version": "CURRENT"}} }, "executionReplayPreview.executions", 1},

	{"QueueNumbers", "", nothing, "queue.waitingFor", 1},
	{"QueueItems", "", nothing, "executions.nodes", 50},
	{"QueueReceived", "", nothing, "occurrences.nodes", 50},
	{"QueueFailures", "", nothing, "deliveryFailures.groups", 1},
	{"QueueMessages", "", always(vars{"filter": vars{"states": []string{"FAILED"}, "reasons": []string{"REJECTED"}}}), "deliveries.nodes", 50},
	{"QueueChart", "", func(p *places, _ int) vars {
		return vars{"from": p.now.Add(-24 * time.Hour).Format(time.RFC3339), "to": p.now.Format(time.RFC3339), "bucket": "PT30M"}
	}, "activity", 48},

	{"RecordTypes", "", nothing, "catalog.recordTypes", 5},
	{"RecordsRead", "a work order's", func(p *places, i int) vars { return vars{"subject": p.h.folio(i)} }, "records.nodes", 50},
	{"RecordsRead", "by a condition", func(p *places, i int) vars {
		return vars{"type": "work_order_task", "where": vars{"mode": "ALL", "terms": []vars{{"field": "wo_folio", "operation": "EQUAL", "value": p.h.folio(i)}}}}
	}, "records.nodes", 1},
	{"RecordHistory", "", with("id", func(p *places) []string { return p.records }), "record.history.nodes", 1},

	{"PublishTypes", "", nothing, "catalog.eventTypes", 10},
	{"PublishOutcome", "", with("execution", executionsOf), "execution.deliveries", 1},

	{"WhyCameIn", "", func(p *places, i int) vars { return vars{"filter": vars{"subject": p.h.folio(i)}} }, "occurrences.nodes", 10},
	{"WhyEvents", "", always(vars{"type": historyType}), "events.nodes", flows},
	{"WhyNothing", "", func(p *places, i int) vars {
		return vars{"event": one(p.ofHistory, i), "occurrence": one(p.occurrences, i)}
	}, "event.explain", 0},
	{"WhyMessage", "", with("delivery", func(p *places) []string { return p.deliveries }), "delivery.attempts", 1},
}
