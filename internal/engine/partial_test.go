package engine_test

import (
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestTenRowsWithOneBadNumberAreNineDeliveredAndOneFailedAndARetryTouchesOnlyThatOne(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, crew("OT-1")))
		settled()
		_, before := execution(t, h, key)
		var arrived []hub.Receipt
		for i, d := range before {
			if i != 4 {
				arrived = append(arrived, receipt(d.Key, hub.ReceiptDelivered))
			}
		}
		callback(t, h, a.Integration.Key, arrived...)
		settled()
		is(t, h, key, "CLOSED PARTIAL: DELIVERED DELIVERED DELIVERED DELIVERED FAILED DELIVERED DELIVERED DELIVERED DELIVERED DELIVERED")
		_, before = execution(t, h, key)
		upsert(t, h, hubtest.Person("P-4", "+5511999991004"))
		if _, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, before[4].Key); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: DELIVERED DELIVERED DELIVERED DELIVERED ACCEPTED DELIVERED DELIVERED DELIVERED DELIVERED DELIVERED")
		sent := h.Connector.Sent()
		if len(sent) != 10 || sent[9].Key != before[4].Key || sent[9].Recipient != "+5511999991004" {
			t.Fatalf("%d were sent, the last one %+v", len(sent), sent[len(sent)-1])
		}
		_, after := execution(t, h, key)
		for i := range after {
			if was, is := before[i], after[i]; i != 4 && (was.Tries != is.Tries || !was.UpdatedAt.Equal(is.UpdatedAt)) {
				t.Errorf("the retry touched delivery %d: %+v, and was %+v", i, is, was)
			}
		}
	})
}
