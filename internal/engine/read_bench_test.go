package engine_test

import (
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// BenchmarkReading runs a flow by hand over 20,000 records of which its filter keeps 100, until its last outcome is
// committed.
func BenchmarkReading(b *testing.B) {
	h := hubtest.Engine(b, hubtest.EngineOptions{FeedSize: 1 << 14})
	h.Connector.Forget()
	const records, kept = 20_000, 100
	upsertAll(b, h, records, kept)
	reader := hubtest.CallerWith(b, h.DB, hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See))
	in := hubtest.AssignmentFlow(reader.Consumer.Key, h.Integration(b, "bench").Key)
	in.Trigger = ptr(hub.TriggerManual)
	in.Filter = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "code", Operation: hub.Equal, Value: "KEPT"}}}
	flow := h.Flow(b, in)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		run(b, h, flow.Key, hub.FlowRunInput{})
		h.Until(b, "it is closed", func() bool { return open(b, h) == 0 })
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N*records)/b.Elapsed().Seconds(), "records/s")
}

func upsertAll(b *testing.B, h *hubtest.Hub, records, kept int) {
	upsert(b, h, hubtest.Person(jonas, jonasPhone))
	for from := 0; from < records; from += hub.MaxOccurrenceRecord {
		list := make([]hub.RecordInput, hub.MaxOccurrenceRecord)
		for i := range list {
			list[i] = hubtest.Task("OT-1", from+i+1, jonas)
			if (from+i)%(records/kept) == 0 {
				list[i].Data["code"] = "KEPT"
			}
		}
		upsert(b, h, list...)
	}
}
