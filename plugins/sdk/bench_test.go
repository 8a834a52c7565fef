//go:build unix

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
	b.ReportAllocs()
	b.ResetTimer()
	exchange(b, s, b.N)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}

// exchange sends n deliveries in batches of 16, as many at once as the stream takes, and reads their outcomes.
func exchange(b *testing.B, s *sdk.DeliverStream, n int) {
	const batch = 16
	deliveries := make([]sdk.Delivery, batch)
	for i := range deliveries {
		deliveries[i] = someDelivery(fmt.Sprintf("dlv_%d", i))
		deliveries[i].Deadline = time.Now().Add(time.Hour)
	}
	room := make(chan struct{}, s.InFlight())
	go func() {
		for sent := 0; sent < n; sent += batch {
			n := min(batch, n-sent)
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
	if got != n {
		b.Fatalf("%d outcomes for %d deliveries", got, n)
	}
}

// BenchmarkProcessBorder is what it costs that a connector is a process of its own. The same connector, which does nothing, is given the same deliveries
// three ways in one run, by turns: called, over the stream inside this process, and over the stream to a child process (a Unix socket and TLS, as
// the hub has it). The border is the third without the first; the second says how much of it is the stream and not the process.
//
//	go test -run '^$' -bench ProcessBorder -benchtime 200000x ./plugins/sdk
func BenchmarkProcessBorder(b *testing.B) {
	connector := &destination{plain: plain{sdk.Description{Name: "child", Capabilities: sdk.Capabilities{InFlight: 256}}}, send: childSend}
	_, child := mustStart(b, io.Discard)
	memory := sdktest.Connect(b, connector)
	open := func(client *sdk.Client) func(int) {
		return func(n int) {
			s, err := client.OpenDeliver(b.Context(), sdk.Integration{ID: "int_1"})
			if err != nil {
				b.Fatal(err)
			}
			exchange(b, s, n)
		}
	}
	ways := []struct {
		name string
		send func(n int)
	}{
		{"called", func(n int) { call(b, connector, n) }},
		{"stream", open(memory)},
		{"process", open(child)},
	}
	const rounds = 5
	took := make([]time.Duration, len(ways))
	for range rounds {
		for i, w := range ways {
			began := time.Now()
			w.send(max(b.N/rounds, 1))
			took[i] += time.Since(began)
		}
	}
	n := float64(max(b.N/rounds, 1) * rounds)
	for i, w := range ways {
		b.ReportMetric(n/took[i].Seconds(), w.name+"/s")
	}
	b.ReportMetric(float64((took[2]-took[0]).Nanoseconds())/n, "ns-border")
	b.ReportMetric(took[0].Seconds()/took[2].Seconds(), "process:called")
	b.ReportMetric(took[1].Seconds()/took[2].Seconds(), "process:stream")
	b.ReportMetric(0, "ns/op") // of all three ways together it would say nothing
}

// call gives the connector n deliveries as the SDK does, one after the other, without a wire between.
func call(b *testing.B, c sdk.Destination, n int) {
	s, err := c.Open(b.Context(), sdk.Integration{ID: "int_1"})
	if err != nil {
		b.Fatal(err)
	}
	d := someDelivery("dlv_1")
	d.Deadline = time.Now().Add(time.Hour)
	for range n {
		ctx, cancel := context.WithDeadline(b.Context(), d.Deadline)
		if o := s.Send(ctx, d); o.Kind != sdk.Accepted {
			b.Fatalf("%+v", o)
		}
		cancel()
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}
