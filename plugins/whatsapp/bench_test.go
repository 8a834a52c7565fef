package whatsapp_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// BenchmarkSend is one delivery by HTTP to a sandbox in this process, 32 at once: it is the cost of both sides together.
func BenchmarkSend(b *testing.B) {
	box := meta(b, sandbox.Options{Keep: -1, Callbacks: sandbox.Callbacks{Off: true}})
	s := sender(b, integration(box.URL()))
	d := assignment("dlv_1")
	d.Deadline = time.Now().Add(time.Hour)
	var n atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		own := d
		for pb.Next() {
			own.ID = fmt.Sprintf("dlv_%d", n.Add(1))
			if o := s.Send(b.Context(), own); o.Kind != sdk.Accepted {
				b.Fatalf("%+v", o)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sends/s")
}
