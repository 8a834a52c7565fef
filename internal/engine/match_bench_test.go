package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// besideAThousandEvents is a hub with a thousand enabled events about new work orders, none of which fires for Jonas.
func besideAThousandEvents(b *testing.B) *hubtest.Hub {
	h := hubtest.Engine(b, hubtest.EngineOptions{FeedSize: 1 << 14})
	a := h.Assignment(b, func(_ *hub.FlowInput, ev *hub.EventInput) {
		ev.Terms = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{equal("responsible", "nobody")}}
	})
	for i := range 999 {
		h.Event(b, hub.EventInput{Description: ptr(fmt.Sprint("event ", i)), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{a.Flow.Key},
			Terms: &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{equal("responsible", fmt.Sprint("XX-", i)), notEqual("id_priorities", 5)}}})
	}
	h.Publish(b, forJonas("OT-0"))
	return h
}

// BenchmarkJudgeAThousandEvents checks a work order with one task and asks a thousand enabled events about it, none of which fires; nothing
// is written.
func BenchmarkJudgeAThousandEvents(b *testing.B) {
	h := besideAThousandEvents(b)
	in := forJonas("OT-1")
	b.ReportAllocs()
	for b.Loop() {
		asked, fired, err := h.Engine.Judge(context.Background(), h.Admin, in)
		if err != nil || asked != 1000 || fired != 0 {
			b.Fatal(asked, fired, err)
		}
	}
}

// BenchmarkPublishBesideAThousandEvents publishes a work order with one task about which a thousand enabled events are asked, none of which
// fires; it counts what is kept of them too.
func BenchmarkPublishBesideAThousandEvents(b *testing.B) {
	h := besideAThousandEvents(b)
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
