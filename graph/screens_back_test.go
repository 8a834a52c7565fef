package graph_test

import (
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// losing has the connector know nothing of what became of messages to a recipient.
func (s *stage) losing(recipient string, saw *hub.LookupAnswer) {
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	s.post.lose, s.post.saw = recipient, saw
}

func (s *stage) looksBack() {
	s.t.Helper()
	failed := s.failing("OT-2")
	s.show("Executions", vars{"filter": vars{"flow": s.flow, "outcomes": []string{"FAILED"}}}, "executions.nodes.0.id", failed, "executions.nodes.0.subject", "OT-2", "executions.nodes.0.event.description", "New WO for Jonas",
		"executions.nodes.0.deliveries.0.state", "FAILED")
	r := s.show("ExecutionDetail", vars{"id": failed}, "execution.outcome", "FAILED", "execution.flowVersion.version", 2, "execution.occurrence.subject", "OT-2", "execution.rows", some, "execution.timeline.0.to", "QUEUED",
		"execution.deliveries.0.attempts.0.code", "404", "execution.deliveries.0.reason.code", "REJECTED", "execution.deliveries.0.integration.name", "the post", "execution.hidden", "[]")
	message := r.text("execution", "deliveries", 0, "id")
	s.show("WhyMessage", vars{"delivery": message}, "delivery.state", "FAILED", "delivery.attempts.0.message", "nobody lives there", "delivery.reason.code", "REJECTED")
	s.show("QueueFailures", nil, "deliveryFailures.total", 1, "deliveryFailures.groups.0.reason", "REJECTED", "deliveryFailures.groups.0.sample.id", message, "deliveryFailures.groups.0.flow.id", s.flow)
	s.show("QueueMessages", vars{"filter": vars{"states": []string{"FAILED"}, "reasons": []string{"REJECTED"}, "providerCodes": []string{"404"}}}, "deliveries.nodes.0.id", message, "deliveries.nodes.0.execution.subject", "OT-2")
	retry := vars{"filter": vars{"flow": s.flow}, "atMost": 10, "idempotencyKey": "again", "dryRun": true}
	s.show("QueueRetry", vars{"input": retry}, "deliveriesRetry.retried", 1, "deliveriesRetry.results.0.delivery.id", message)

	timeline := r.list("execution", "timeline")
	last := r.text("execution", "timeline", len(timeline)-1, "cursor")
	next := s.listen("ExecutionLive", vars{"id": failed, "after": last})
	live := s.listen("QueueLive", vars{"flow": s.flow, "after": last})
	s.show("MessageSendAgain", vars{"id": message}, "deliveryRetry.delivery.id", message)
	next("executionChanged.execution.id", failed, "executionChanged.change.aspect", some)
	live("executionChanged.execution.flow.description", "WO assigned", "executionChanged.cursor", some)
	s.settled(failed)

	s.show("ReplayDialogue", vars{"id": failed, "input": vars{"version": "CURRENT"}}, "executionReplayPreview.obstacles.0.code", "ALREADY_SENT", "executionReplayPreview.executions.0.deliveries.0.state", "SUPPRESSED")
	replay := s.show("ReplayStart", vars{"id": failed, "input": vars{"version": "CURRENT", "evenIfSent": true, "idempotencyKey": "click-2"}}, "executionReplay.execution.replayOf.id", failed).text("executionReplay", "execution", "id")
	s.settled(replay)
	s.show("ExecutionDetail", vars{"id": failed}, "execution.replays.nodes.0.id", replay, "execution.outcome", "SUCCEEDED")
	about := vars{"subject": "OT-2"}
	end := s.show("Executions", vars{"filter": about, "last": 1}, "executions.nodes.0.id", failed, "executions.pageInfo.hasNextPage", false, "executions.pageInfo.hasPreviousPage", true, "executions.totalCount", 2,
		"executions.totalCountIsExact", true)
	s.show("Executions", vars{"filter": about, "last": 1, "before": end.text("executions", "pageInfo", "startCursor")}, "executions.nodes.0.id", replay, "executions.pageInfo.hasNextPage", true)
	s.show("Executions", vars{"filter": about, "first": 1, "orderBy": vars{"direction": "ASC"}}, "executions.nodes.0.id", failed)

	s.losing("+5511999991234", nil)
	lost := s.workOrder("OT-3", "jonas").text("occurrencePublish", "executions", 0, "id")
	s.settled(lost)
	unknown := s.show("ExecutionDetail", vars{"id": lost}, "execution.outcome", "UNSETTLED", "execution.deliveries.0.state", "UNKNOWN").text("execution", "deliveries", 0, "id")
	s.losing("", &hub.LookupAnswer{State: hub.LookupUndecided, Message: "the counter is closed"})
	s.show("MessageAsk", vars{"id": unknown}, "deliveryLookup.answer", "UNDECIDED", "deliveryLookup.message", "the counter is closed", "deliveryLookup.delivery.state", "UNKNOWN")
	s.show("MessageSettle", vars{"id": unknown, "input": vars{"resolution": "SENT_BY_PROVIDER"}}, "deliveryResolve.delivery.state", "ACCEPTED")

	s.workOrder("OT-4", "maria")
	came := s.show("WhyCameIn", vars{"filter": vars{"subject": "OT-4"}}, "occurrences.nodes.0.subject", "OT-4", "occurrences.nodes.0.matches.0.fired", false, "occurrences.nodes.0.matches.0.rows.0.trace.0.got", "maria")
	s.show("WhyEvents", vars{"type": "work_management.work_orders.new"}, "events.nodes.0.id", s.event, "events.nodes.0.enabled", true, "events.nodes.0.flows.0.enabled", true)
	s.show("WhyNothing", vars{"event": s.event, "occurrence": came.text("occurrences", "nodes", 0, "id")}, "event.explain.fired", false, "event.explain.reasons.0.reason.code", "TERMS_NOT_SATISFIED",
		"event.explain.rowsNow.0.trace.0.want", "jonas")
}

func (s *stage) worksTheQueue() {
	s.t.Helper()
	s.show("QueueHold", vars{"input": vars{"reason": "the provider moves"}}, "queuePause.queue.paused.reason.message", "the provider moves")
	first := s.workOrder("OT-5", "jonas").text("occurrencePublish", "executions", 0, "id")
	second := s.workOrder("OT-6", "jonas").text("occurrencePublish", "executions", 0, "id")
	s.show("QueueNumbers", nil, "queue.queued", 2, "queue.depth", 2, "queue.paused.since", some, "queue.oldestAge", some, "queue.throughput.occurrences.published", some)
	s.show("QueueItems", vars{"flow": s.flow}, "executions.nodes.0.id", second, "executions.nodes.0.state", "QUEUED", "executions.nodes.1.subject", "OT-5", "executions.nodes.0.occurrence.type", "work_management.work_orders.new")
	s.show("QueueReceived", vars{"filter": vars{"subject": "OT-6"}}, "occurrences.nodes.0.eventType.title", "New WO", "occurrences.nodes.0.matches.0.executions.0.id", second, "occurrences.nodes.0.consumer.id", some)
	s.show("ExecutionStop", vars{"id": first}, "executionCancel.execution.outcome", "CANCELLED")
	s.show("QueueCancel", vars{"input": vars{"filter": vars{"flow": s.flow, "states": []string{"QUEUED"}}, "atMost": 10}}, "executionsCancel.cancelled", 1, "executionsCancel.results.0.execution.id", second)
	s.show("QueueGoOn", nil, "queueResume.queue.paused", nil, "queueResume.queue.queued", 0)
	gathers := s.gathering("OT-7")
	s.show("QueueItems", vars{"states": []string{"WAITING"}}, "executions.nodes.0.id", gathers, "executions.nodes.0.waitingFor", "COLLECTING", "executions.nodes.0.until", some)
	s.show("QueueSendNow", vars{"id": gathers}, "executionFlush.execution.id", gathers)
	s.settled(gathers)
	now := time.Now().UTC()
	chart := s.show("QueueChart", vars{"from": now.Add(-time.Hour).Format(time.RFC3339), "to": now.Add(time.Minute).Format(time.RFC3339), "bucket": "PT1H"}, "activity.0.from", some)
	published := 0.0
	for i := range chart.list("activity") {
		published += chart.at("activity", i, "occurrences", "published").(float64)
	}
	if published != 8 {
		s.t.Errorf("the chart has %v occurrences, not 8", published)
	}
}

// takesAway ends what the story used.
func (s *stage) takesAway() {
	s.t.Helper()
	s.show("ConsumerRemove", vars{"id": s.consumer}, "consumerDelete.userErrors.0.code", "IN_USE")
	s.show("EventTurnOff", vars{"id": s.event}, "eventDisable.event.enabled", false)
	s.workOrder("OT-8", "jonas")
	r := s.show("WhyCameIn", vars{"filter": vars{"subject": "OT-8"}}, "occurrences.nodes.0.subject", "OT-8")
	s.show("WhyNothing", vars{"event": s.event, "occurrence": r.text("occurrences", "nodes", 0, "id")}, "event.explain.reasons.0.reason.code", "EVENT_DISABLED")
}
