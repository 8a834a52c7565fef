package engine_test

import (
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestANewWorkOrderBecomesAMessageThatWasRead(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		p := h.Publish(t, forJonas("OT-7"))
		settled()
		key := started(t, p)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		_, d := one(t, h, key)
		callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptSent))
		callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptDelivered))
		callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptRead))
		is(t, h, key, "CLOSED SUCCEEDED: READ")
		wantJournal(t, h, key,
			"EXECUTION →QUEUED MATCHED",
			"EXECUTION QUEUED→RUNNING WORKER",
			"DELIVERY →PENDING MATCHED",
			"DELIVERY PENDING→SENDING WORKER",
			"DELIVERY SENDING→ACCEPTED OUTCOME",
			"EXECUTION RUNNING→CLOSED OUTCOME",
			"EXECUTION OUTCOME →SUCCEEDED OUTCOME",
			"DELIVERY ACCEPTED→SENT RECEIPT",
			"DELIVERY SENT→DELIVERED RECEIPT",
			"DELIVERY DELIVERED→READ RECEIPT")
	})
}
