package host_test

import (
	"io"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/host"
	"github.com/recado-hub/recado/internal/hub"
)

// BenchmarkSend is the cost of a delivery through Send, the stream, the connector's process and back to Outcomes, with a connector
// that does nothing. Handovers come in batches of 16, as after a group commit.
func BenchmarkSend(b *testing.B) {
	var answered atomic.Int64
	room := make(chan struct{}, 2048)
	h := host.New(host.Options{
		Builtin: map[string][]string{"probe": command("probe", "in-flight=256")},
		Log:     slog.New(slog.NewTextHandler(io.Discard, nil)),
		Runtime: host.Runtime{MaxProcs: 1, GCPercent: 400},
		Outcomes: func(_ int64, list []hub.Outcome) {
			answered.Add(int64(len(list)))
			for range list {
				<-room
			}
		},
	})
	must(b, h.Start(b.Context()))
	defer func() { _ = h.Close(b.Context()) }()
	in := integration("probe")
	values := []string{"Jonas Campos", "OT-1042", "Check the pump of line 3", "2026-11-22 09:30", "Maria Silva", "normal", "Pump P-103"}
	parameters := []byte(`{"template":"wo_assigned"}`)
	deadline := time.Now().Add(time.Hour)
	const size = 16
	b.ReportAllocs()
	b.ResetTimer()
	for key := int64(1); key <= int64(b.N); key += size {
		batch := make([]hub.Handover, 0, size)
		for i := key; i < key+size && i <= int64(b.N); i++ {
			room <- struct{}{}
			batch = append(batch, hub.Handover{
				Key: i, Attempt: 1, FlowKey: 7, Action: "ok", Parameters: parameters, Recipient: "+5511999990000", Values: values,
				Language: "pt-BR", Deadline: deadline,
			})
		}
		must(b, h.Send(in, batch))
	}
	for answered.Load() < int64(b.N) {
		time.Sleep(time.Millisecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}

// BenchmarkSendOne is the time from Send to Outcomes of a single delivery on an idle connector.
func BenchmarkSendOne(b *testing.B) {
	answered := make(chan struct{})
	h := host.New(host.Options{
		Builtin: builtin("probe"), Log: slog.New(slog.DiscardHandler),
		Outcomes: func(int64, []hub.Outcome) { answered <- struct{}{} },
	})
	must(b, h.Start(b.Context()))
	defer func() { _ = h.Close(b.Context()) }()
	in := integration("probe")
	for key := int64(1); b.Loop(); key++ {
		must(b, h.Send(in, handovers("ok", key, 1, "one", "two")))
		<-answered
	}
}
