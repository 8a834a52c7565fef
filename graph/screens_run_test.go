package graph_test

import (
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// One hub is administered, fed and looked at through nothing but the operations of the screens.
func TestTheScreensShowWhatHappens(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.frame()
	s.administers()
	s.connects()
	s.operates()
	s.makesFlows()
	s.maps()
	s.dispatches()
	s.feeds()
	s.looksBack()
	s.worksTheQueue()
	s.takesAway()
	s.finish()
}

func (s *stage) frame() {
	s.t.Helper()
	s.show("Shell", nil, "viewer.consumer.name", some, "viewer.group.description", "Administrators", "viewer.permissions.0.action", "SEE", "viewer.locale", "en")
	s.show("Titles", nil, "catalog.enums.0.values.0.title", some)
	s.show("Modules", nil, "catalog.modules.0.title", some, "catalog.modules.0.submodules.0.key", some)
	s.show("WouldBeAllowed", vars{"query": `mutation($in: GroupCreateInput!) { groupCreate(input: $in) { group { id } } }`, "variables": vars{"in": vars{"description": "x"}}},
		"permissionExplain.verdict", "ALLOWED", "permissionExplain.fields.0.path", "[groupCreate]")
}

func (s *stage) administers() {
	s.t.Helper()
	s.show("Matrix", nil, "catalog.permissions.0.moduleTitle", "Assets", "catalog.permissions.0.actions", "[SEE ADD EDIT REMOVE REPORT]", "catalog.enum.values.0.title", some)
	added := s.show("GroupAdd", vars{"input": vars{"description": "Night shift", "note": "reads", "grants": grants("work_management/work_orders:SEE", "automator/events:SEE,EDIT")}},
		"groupCreate.group.version", 1, "groupCreate.group.grants.0.actions", "[SEE EDIT]")
	group := added.text("groupCreate", "group", "id")
	s.show("GroupSave", vars{"id": group, "input": vars{"expectedVersion": 1, "readOnly": true}}, "groupUpdate.group.version", 2, "groupUpdate.group.readOnly", true)
	s.show("GroupSave", vars{"id": group, "input": vars{"expectedVersion": 1, "note": "late"}}, "groupUpdate.userErrors.0.code", "CONFLICT", "groupUpdate.userErrors.0.field", "[expectedVersion]")
	s.show("Groups", vars{"search": "night", "orderBy": vars{"field": "DESCRIPTION", "direction": "ASC"}}, "groups.nodes.0.id", group, "groups.totalCount", 1, "groups.nodes.0.consumers.totalCount", 0)
	twin := s.show("GroupDuplicate", vars{"id": group, "input": vars{"description": "Day shift"}}, "groupClone.group.readOnly", true).text("groupClone", "group", "id")

	s.show("ConsumerGroups", vars{"search": "shift"}, "groups.nodes.0.description", "Day shift", "groups.nodes.1.description", "Night shift")
	made := s.show("ConsumerAdd", vars{"input": vars{"name": "BI", "group": group, "description": "reports"}}, "consumerCreate.secret", some, "consumerCreate.consumer.clientId", some, "consumerCreate.repeat", false)
	consumer := made.text("consumerCreate", "consumer", "id")
	s.show("ConsumerSave", vars{"id": consumer, "input": vars{"expectedVersion": 1, "enabled": false}}, "consumerUpdate.consumer.enabled", false)
	s.show("ConsumerNewSecret", vars{"id": consumer, "input": vars{"keepOldFor": "P1D"}}, "consumerSecretRotate.secret", some, "consumerSecretRotate.consumer.oldSecretUntil", some)
	s.show("ConsumerEditor", vars{"id": consumer}, "consumer.group.description", "Night shift", "consumer.description", "reports", "consumer.secretRotatedAt", some)
	s.show("Consumers", vars{"filter": vars{"group": group}, "orderBy": vars{"field": "NAME", "direction": "ASC"}}, "consumers.nodes.0.id", consumer, "consumers.totalCount", 1, "consumers.nodes.0.enabled", false)
	s.show("GroupEditor", vars{"id": group}, "group.consumers.nodes.0.name", "BI", "group.grants.0.actions", "[SEE]")
	s.show("GroupRemove", vars{"id": group}, "groupDelete.userErrors.0.code", "IN_USE")
	s.show("ConsumerRemove", vars{"id": consumer, "expectedVersion": 3}, "consumerDelete.deletedId", consumer)
	s.show("GroupRemove", vars{"id": twin, "expectedVersion": 1}, "groupDelete.deletedId", twin)
}

func (s *stage) connects() {
	s.t.Helper()
	s.show("Connectors", nil, "connectors.0.name", "post", "connectors.0.settings.labels.0.title", "Stamp", "connectors.0.state", "READY")
	made := s.show("IntegrationAdd", vars{"input": vars{"connector": "post", "name": "the other post", "settings": vars{"stamp": "blue"}, "secrets": []vars{{"name": "key", "value": "k"}}}},
		"integrationCreate.integration.secretsSet", "[key]", "integrationCreate.integration.connector.capabilities.preview", true)
	other := made.text("integrationCreate", "integration", "id")
	s.show("IntegrationSave", vars{"id": other, "input": vars{"expectedVersion": 1, "maxInFlight": 5}}, "integrationUpdate.integration.maxInFlight", 5)
	s.show("IntegrationEditor", vars{"id": other}, "integration.settings", "map[stamp:blue]", "integration.version", 2)
	s.show("IntegrationHold", vars{"id": other, "input": vars{"reason": "moving house"}}, "integrationPause.integration.pause.reason.message", "moving house")
	s.show("Integrations", vars{"filter": vars{"connector": "post"}, "orderBy": vars{"field": "CREATED_AT"}}, "integrations.nodes.0.state", "PAUSED", "integrations.nodes.1.breaker.state", "CLOSED", "integrations.nodes.1.rates.0.key", "rate")
	s.show("IntegrationGoOn", vars{"id": other}, "integrationResume.integration.state", "READY")
	s.post.mu.Lock()
	s.post.problems = []hub.Problem{{Code: "NO_STAMP", Path: "settings.stamp", Message: "there is no such stamp", NextStep: "buy one", Severity: hub.SeverityError}}
	s.post.mu.Unlock()
	s.show("IntegrationTry", vars{"id": other}, "integrationCheck.problems.0.path", "[settings stamp]", "integrationCheck.problems.0.nextStep", "buy one")
	s.post.mu.Lock()
	s.post.problems = nil
	s.post.mu.Unlock()
	alone := s.show("LeftAloneAdd", vars{"input": vars{"integration": other, "recipient": "+5511999990000", "note": "on leave"}}, "suppressionAdd.suppression.note", "on leave").text("suppressionAdd", "suppression", "id")
	s.show("LeftAloneList", vars{"integration": other}, "suppressions.nodes.0.recipient", "+5511999990000", "suppressions.nodes.0.ground", "OPERATOR")
	s.show("LeftAloneRemove", vars{"id": alone}, "suppressionRemove.deletedId", alone)
	s.show("IntegrationRemove", vars{"id": s.integration}, "integrationDelete.userErrors.0.code", "IN_USE")
	s.show("IntegrationRemove", vars{"id": other}, "integrationDelete.deletedId", other)
}

func (s *stage) operates() {
	s.t.Helper()
	next := s.listen("ConnectorFollow", nil)
	s.post.refused.Store(&hub.RefusedExecutable{File: "/plugins/recado-connector-post", Name: "post", SHA256: "abc", Problem: "the file is not trusted", NextStep: "look", At: time.Now()})
	s.show("ConnectorTable", nil, "connectors.0.state", "READY", "connectors.0.trust", "PINNED", "connectors.0.pid", 4711, "connectors.0.usage.memory", 40, "connectors.0.refused.sha256", "abc",
		"connectors.0.inFlight", 3, "connectors.0.usage.openFilesLimit", nil, "connectors.0.usage.cpu", "PT1.5S")
	s.show("ConnectorPlugins", nil, "pluginsDirectory.path", "/plugins", "pluginsDirectory.refused.0.name", "post")
	s.show("ConnectorPage", vars{"name": "post"}, "connector.settings.form.fields.0.title", "Stamp", "connector.settings.form.fields.1.input", "SECRET", "connector.actions.0.parameters.form.fields.0.title", "Template")
	s.show("ConnectorTakeOver", vars{"name": "post"}, "connectorRestart.connector.restarts", 1, "connectorRestart.userErrors", "[]")
	s.show("ConnectorTakeOver", vars{"name": "no such"}, "connectorRestart.userErrors.0.code", "NOT_FOUND")
	s.engine.ConnectorChanged(*s.post.describe())
	next("connectorChanged.change.aspect", "STATE", "connectorChanged.change.to", "READY")
	next("connectorChanged.change.aspect", "PROBLEMS", "connectorChanged.change.cause.message", "the file is not trusted", "connectorChanged.connector.refused.nextStep", "look")
}

func (s *stage) makesFlows() {
	s.t.Helper()
	s.show("SourceActions", nil, "catalog.sourceActions.0.title", some, "catalog.sourceActions.0.recordType.key", some, "catalog.sourceActions.0.parameters.0.key", some)
	s.show("FlowConsumers", vars{"search": "whats"}, "consumers.nodes.0.hubEnabled", true, "consumers.nodes.0.group.description", "Hub")
	s.show("FlowConnections", nil, "integrations.nodes.0.name", "the post", "integrations.nodes.0.connector.actions.0.key", "letter", "integrations.nodes.0.connector.actions.0.recipient.format", "e164")
	s.show("FilterFields", vars{"recordType": "work_order_task"}, "catalog.recordType.fields.0.operations", some, "catalog.operations.0.valueKind", some)
	s.show("FilterValues", vars{"recordType": "work_order_task", "field": "id_status_work_order"}, "fieldOptions.nodes.0.label", some, "fieldOptions.nodes.0.value", some)
	s.show("FlowSettingInputs", nil, "catalog.flowSettings.0.key", some, "catalog.flowSettings.0.title", some)
	daily := vars{"cron": vars{"expression": "0 8 * * *", "timeZone": "UTC"}}
	s.show("FlowNextRuns", vars{"schedule": daily}, "scheduleNextRuns.runs.4", some, "scheduleNextRuns.problems", "[]")

	added := s.show("FlowAdd", vars{"input": vars{"idempotencyKey": "form-1"}}, "flowCreate.flow.problems.0.message", "Description cannot be empty", "flowCreate.flow.problems.0.path", "[description]", "flowCreate.flow.enabled", false)
	flow := added.text("flowCreate", "flow", "id")
	s.show("FlowAdd", vars{"input": vars{"idempotencyKey": "form-1"}}, "flowCreate.repeat", true, "flowCreate.flow.id", flow)
	s.show("FlowTurnOn", vars{"id": flow}, "flowEnable.userErrors.0.message", "Description cannot be empty")
	in := flowInput(s.consumer, s.integration)
	in["expectedVersion"], in["description"], in["trigger"], in["schedule"] = 1, "every morning", "FREQUENCY", daily
	in["filter"] = vars{"mode": "ALL", "terms": []vars{{"field": "wo_folio", "operation": "STARTS_WITH", "value": "OT"}}, "groups": []vars{{"mode": "ANY", "terms": []vars{{"field": "code_responsible", "operation": "IS_NOT_EMPTY"}}}}}
	s.show("FlowSave", vars{"id": flow, "input": in}, "flowUpdate.flow.problems", "[]", "flowUpdate.flow.schedule.expression", "0 8 * * *", "flowUpdate.flow.nextRuns.4", some,
		"flowUpdate.flow.permissionsNeeded.0.submodule", some)
	in["targets"] = s.twoTargets(vars{"of": 0, "when": "NOT_READ", "within": "PT30M"})
	delete(in, "expectedVersion")
	s.show("FlowSave", vars{"id": flow, "input": in}, "flowUpdate.flow.problems", "[]", "flowUpdate.flow.targets.1.followUp.within", "PT30M", "flowUpdate.flow.targets.0.followUp", nil)
	s.show("FlowTurnOn", vars{"id": flow, "expectedVersion": 3}, "flowEnable.flow.enabled", true, "flowEnable.flow.nextRun", some)
	s.show("FlowEditor", vars{"id": flow}, "flow.filter.terms.0.value", "OT", "flow.filter.groups.0.terms.0.operation", "IS_NOT_EMPTY", "flow.targets.0.recipient.field", "responsible.sms",
		"flow.targets.0.mapping.0.field", "wo_folio", "flow.settings.maxAttempts", 8, "flow.source.sourceAction.title", "Query Tasks in Work Orders (Items)", "flow.targets.0.connectorAction.title", "Letter")
	s.show("Flows", vars{"filter": vars{"search": "morning"}, "orderBy": vars{"field": "UPDATED_AT"}}, "flows.nodes.0.nextRun", some, "flows.nodes.0.source.consumer.name", "WhatsApp", "flows.totalCount", 1, "flows.nodes.0.problems", "[]")
	started := s.show("FlowStart", vars{"id": flow, "input": vars{"idempotencyKey": "click-1"}}, "flowRun.execution.trigger", "MANUAL", "flowRun.repeat", false)
	s.show("FlowStart", vars{"id": flow, "input": vars{"idempotencyKey": "click-1"}}, "flowRun.repeat", true, "flowRun.execution.id", started.text("flowRun", "execution", "id"))
	s.show("FlowTry", vars{"id": flow, "input": vars{"recipient": "+5511999990001", "on": vars{"sample": []vars{
		{"type": "work_order_task", "key": "900", "data": vars{"id_work_orders_tasks": 900, "wo_folio": "OT-900", "description": "Grease", "code_responsible": "jonas"}},
		{"type": "person", "key": "jonas", "data": vars{"code": "jonas", "sms": "+5511999991234"}}}}}}, "flowTest.delivery.recipient", "+5511999990001", "flowTest.delivery.values", "[OT-900 Grease]")
	s.show("FlowHold", vars{"id": flow, "input": vars{"reason": "holidays"}}, "flowPause.flow.pause.reason.message", "holidays")
	s.show("FlowGoOn", vars{"id": flow}, "flowResume.flow.paused", nil)
	s.show("FlowVersions", vars{"id": flow}, "flow.history.nodes.0.version", 3, "flow.history.nodes.0.diff.0.path", some, "flow.history.nodes.0.savedBy.id", some)
	s.show("FlowTurnOff", vars{"id": flow}, "flowDisable.flow.enabled", false)
	s.show("FlowRestore", vars{"id": flow, "input": vars{"version": 1}}, "flowRollback.flow.description", "", "flowRollback.flow.problems.0.code", some)
	s.show("FlowRemove", vars{"id": flow}, "flowArchive.flow.archivedAt", some)
}

func (s *stage) maps() {
	s.t.Helper()
	s.show("MappingEditor", vars{"flow": s.flow}, "flow.source.sourceAction.recordType.fields.0.key", some, "flow.targets.0.connectorAction.values.max", 7, "flow.targets.0.recipient.field", "responsible.sms",
		"flow.targets.0.mapping.1.field", "task_todo_description")
	s.show("MappingFields", vars{"recordType": "person"}, "catalog.recordType.fields.0.title", some, "catalog.recordType.guardedBy.submodule", "general")
	target := flowInput(s.consumer, s.integration)["targets"].([]vars)
	target[0]["mapping"] = []vars{{"position": 1, "field": "wo_folio"}, {"position": 3, "field": "no_such_field"}}
	r := s.show("MappingSave", vars{"flow": s.flow, "targets": target}, "flowUpdate.userErrors.0.code", some)
	if r.at("flowUpdate", "flow") != nil {
		s.t.Errorf("an enabled flow was broken: %v", r.Data)
	}
	target[0]["mapping"] = []vars{{"position": 1, "field": "wo_folio"}, {"position": 2, "expression": vars{"cat": []any{"WO ", vars{"var": "description"}}}}}
	s.show("MappingSave", vars{"flow": s.flow, "expectedVersion": 1, "targets": target}, "flowUpdate.flow.version", 2, "flowUpdate.flow.targets.0.mapping.1.expression", some, "flowUpdate.flow.problems", "[]")
	s.workOrder("OT-0", "maria") // of whom no event tells
	record := s.show("MappingSamples", vars{"recordType": "work_order_task"}, "records.nodes.0.subject", "OT-0", "records.nodes.0.data", some).text("records", "nodes", 0, "id")
	draft := flowInput(s.consumer, s.integration)
	draft["targets"] = target
	s.show("MappingPreview", vars{"input": vars{"flow": s.flow, "draft": draft, "on": vars{"record": record}}},
		"flowPreview.executions.0.rows.0.deliveries.0.values", "[OT-0 WO Replace the belt]", "flowPreview.executions.0.rows.0.deliveries.0.text", "Dear +5511999991234: OT-0, WO Replace the belt")
}

func (s *stage) dispatches() {
	s.t.Helper()
	s.show("EventTypes", nil, "catalog.modules.0.title", some, "catalog.modules.0.submodules.0.title", some)
	s.show("EventFields", vars{"recordType": "work_order_task"}, "catalog.recordType.title", some, "catalog.enum.values.0.title", "Without conditions", "catalog.operations.0.title", "Is equal to")
	s.show("EventValues", vars{"recordType": "work_order_task", "field": "responsible", "search": "mar"}, "fieldOptions.nodes.0.value", "maria", "fieldOptions.nodes.0.type", "person")
	s.show("EventFlows", vars{"search": "assigned"}, "flows.nodes.0.id", s.flow, "flows.nodes.0.trigger", "EVENT")
	added := s.show("EventAdd", vars{"input": vars{"description": ""}}, "eventCreate.event.problems.0.path", some, "eventCreate.event.enabled", false)
	event := added.text("eventCreate", "event", "id")
	s.show("EventTurnOn", vars{"id": event}, "eventEnable.userErrors.0.problem", some)
	terms := vars{"mode": "ALL", "terms": []vars{{"field": "responsible", "operation": "EQUAL", "value": "maria"}}, "groups": []vars{{"mode": "ANY", "terms": []vars{{"field": "wo_folio", "operation": "CONTAINS", "value": "X"}}}}}
	s.show("EventSave", vars{"id": event, "input": vars{"expectedVersion": 1, "description": "for Maria", "type": "work_management.work_orders.new", "terms": terms, "flows": []string{s.flow}}},
		"eventUpdate.event.eventType.module.title", "Work Management", "eventUpdate.event.problems", "[]")
	s.show("EventEditor", vars{"id": event}, "event.terms.groups.0.terms.0.value", "X", "event.flows.0.description", "WO assigned", "event.eventType.recordType.key", "work_order_task")
	s.show("EventTry", vars{"input": vars{"type": "work_management.work_orders.new", "flows": []string{s.flow}, "terms": vars{"mode": "ALL", "terms": terms["terms"]}}},
		"eventBacktest.scanned", 1, "eventBacktest.fired", 1, "eventBacktest.samples.0.occurrence.subject", "OT-0", "eventBacktest.flows.0.messages", 1)
	s.show("EventTurnOn", vars{"id": event, "expectedVersion": 2}, "eventEnable.event.enabled", true)
	s.show("Events", vars{"filter": vars{"search": "maria"}, "orderBy": vars{"field": "DESCRIPTION", "direction": "ASC"}}, "events.nodes.0.eventType.submodule.title", "Work Orders", "events.totalCount", 1, "events.nodes.0.flows.0.id", s.flow)
	s.show("EventTurnOff", vars{"id": event}, "eventDisable.event.enabled", false)
	s.show("EventRemove", vars{"id": event}, "eventArchive.event.archivedAt", some)
}

func (s *stage) feeds() {
	s.t.Helper()
	next := s.listen("Follow", vars{"flow": s.flow, "after": hub.Cursor(0)})
	arrival := s.listen("Arrivals", vars{"type": "work_management.work_orders.new", "after": hub.Cursor(0)})
	s.show("PublishTypes", nil, "catalog.eventTypes.0.recordType.key", some, "catalog.eventTypes.0.guardedBy.submodule", some)
	in := vars{"source": "/cmms", "id": "wo-1", "type": "work_management.work_orders.new", "subject": "OT-1", "records": []vars{
		{"type": "work_order_task", "key": "101", "data": vars{"id_work_orders_tasks": 101, "wo_folio": "OT-1", "description": "Oil", "code_responsible": "jonas"}},
		{"type": "person", "key": "jonas", "data": vars{"code": "jonas", "sms": "+5511999991234"}}}}
	r := s.show("PublishOccurrence", vars{"input": in}, "occurrencePublish.repeat", false, "occurrencePublish.occurrence.matches.0.fired", true, "occurrencePublish.recordOutcomes", "[WRITTEN WRITTEN]",
		"occurrencePublish.executions.0.flow.description", "WO assigned")
	execution := r.text("occurrencePublish", "executions", 0, "id")
	s.show("PublishOccurrence", vars{"input": in}, "occurrencePublish.repeat", true, "occurrencePublish.executions.0.id", execution)
	for r := arrival("occurrenceReceived.cursor", some); r.follow("occurrenceReceived.occurrence.name") != "wo-1"; {
		r = arrival("occurrenceReceived.occurrence.type", "work_management.work_orders.new")
	}
	s.settled(execution)
	s.show("PublishOutcome", vars{"execution": execution}, "execution.outcome", "SUCCEEDED", "execution.deliveries.0.values", "[OT-1 WO Oil]", "execution.deliveries.0.recipient", "+5511999991234")
	for r := next("executionChanged.execution.id", execution, "executionChanged.execution.occurrence.name", "wo-1"); r.follow("executionChanged.change.to") != "CLOSED"; {
		r = next("executionChanged.execution.subject", "OT-1", "executionChanged.cursor", some, "executionChanged.change.cause.code", some)
	}
	w := s.connect(bearer(s.admin))
	w.say("subscribe", "renew", s.body("FollowRenew", vars{"token": s.tokens.give(s.tokens.known[s.admin].consumer, time.Now().Add(2*time.Hour))}))
	s.hold("FollowRenew", w.hear().reply(s.t), []any{"viewerRenew.expiresAt", some, "viewerRenew.userErrors", "[]"})

	s.show("RecordTypes", nil, "catalog.recordTypes.0.fields.0.key", some)
	s.show("RecordsWrite", vars{"input": vars{"records": []vars{{"type": "work_order_task", "key": "101", "data": vars{"id_work_orders_tasks": 101, "wo_folio": "OT-1", "description": "Oil", "code_responsible": "jonas", "id_status_work_order": 3}}}}},
		"recordsUpsert.results.0.outcome", "WRITTEN", "recordsUpsert.results.0.record.version", 2, "recordsUpsert.derived.0.subject", "OT-1")
	record := s.show("RecordsRead", vars{"type": "work_order_task", "where": vars{"mode": "ALL", "terms": []vars{{"field": "wo_folio", "operation": "EQUAL", "value": "OT-1"}}}}, "records.nodes.0.key", "101",
		"records.nodes.0.data.id_status_work_order", 3).text("records", "nodes", 0, "id")
	s.show("RecordHistory", vars{"id": record}, "record.history.nodes.0.changed", "[id_status_work_order]", "record.history.nodes.1.occurrence.type", "work_management.work_orders.new")
}
