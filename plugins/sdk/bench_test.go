package sdk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/sdktest"
)

// BenchmarkDeliver is the cost of one delivery there and its outcome back, with a connector that does nothing, in batches of 16 over
// a connection in memory; the process of both sides is this one.
func BenchmarkDeliver(b *testing.B) {
	c := &destination{plain: plain{sdk.Description{Name: "x", Capabilities: sdk.Capabilities{InFlight: 256}}}, send: accept}
	benchmarkStream(b, sdktest.Connect(b, c))
}

func benchmarkStream(b *testing.B, client *sdk.Client) {
	s, err := client.OpenDeliver(context.Background(), sdk.Integration{ID: "int_1"})
	if err != nil {
		b.Fatal(err)
	}
	const batch = 16
	deliveries := make([]sdk.Delivery, batch)
	for i := range deliveries {
		deliveries[i] = someDelivery(fmt.Sprintf("dlv_%d", i))
		deliveries[i].Deadline = time.Now().Add(time.Hour)
	}
	room := make(chan struct{}, s.InFlight())
	b.ReportAllocs()
	b.ResetTimer()
	go func() {
		for sent := 0; sent < b.N; sent += batch {
			n := min(batch, b.N-sent)
			for range n {
				room <- struct{}{}
			}
			if err := s.Send(deliveries[:n]); err != nil {
				b.Error(err)
			}
		}
		_ = s.CloseSend()
	}()
	got := 0
	for {
		list, err := s.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
		got += len(list)
		for range list {
			<-room
		}
	}
	if got != b.N {
		b.Fatalf("%d outcomes for %d deliveries", got, b.N)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}
