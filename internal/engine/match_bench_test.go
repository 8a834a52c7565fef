package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// BenchmarkPublishBesideAThousandEvents publishes a work order with one task about which a thousand enabled events are asked, none of which
// fires; it counts what is kept of them too.
func BenchmarkPublishBesideAThousandEvents(b *testing.B) {
	h := hubtest.Engine(b, hubtest.EngineOptions{FeedSize: 1 << 14})
	a := h.Assignment(b, func(_ *hub.FlowInput, ev *hub.EventInput) {
		ev.Terms = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{equal("responsible", "nobody")}}
	})
	for i := range 999 {
		h.Event(b, hub.EventInput{Description: ptr(fmt.Sprint("event ", i)), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{a.Flow.Key},
			Terms: &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{equal("responsible", fmt.Sprint("XX-", i)), notEqual("id_priorities", 5)}}})
	}
	h.Publish(b, forJonas("OT-0"))
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		i++
		if _, err := h.Engine.Publish(context.Background(), h.Admin, forJonas(fmt.Sprint("OT-", i))); err != nil {
			b.Fatal(err)
		}
	}
	p := h.Publish(b, forJonas("OT-last"))
	kept, err := json.Marshal(p.Occurrence.Matches)
	if err != nil || len(p.Occurrence.Matches) != 1000 {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(kept)), "answer-B")
}
