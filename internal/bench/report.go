package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// evaluate reads the round from the sink's own notes.
func (b *bench) evaluate(posted []int64, from, n int, begin time.Duration) result {
	var r result
	latencies := make([]int64, 0, n)
	last := int64(begin)
	for i := range n {
		at := b.sink.arrived[from+i].Load()
		if at == 0 {
			r.lost++
			continue
		}
		last = max(last, at)
		latencies = append(latencies, at-posted[i])
	}
	slices.Sort(latencies)
	if len(latencies) > 0 {
		r.p50 = time.Duration(latencies[len(latencies)/2])
		r.p99 = time.Duration(latencies[len(latencies)*99/100])
		r.rate = float64(len(latencies)) / time.Duration(last-int64(begin)).Seconds()
	}
	return r
}

// report prints every round, the means, and the ratio of each round of Recado to the relay's rounds right before and after.
func report(w io.Writer, p plan, rounds []result, used map[string]time.Duration, took time.Duration) {
	fmt.Fprintf(w, "%d clients, %d events a round, %d rounds of each way, %s\n\n", p.clients, p.events, p.rounds, took.Round(time.Second))
	fmt.Fprintf(w, "%-8s %10s %10s %10s %6s %6s\n", "way", "events/s", "p50", "p99", "lost", "twice")
	for _, r := range rounds {
		fmt.Fprintf(w, "%-8s %10.0f %10s %10s %6d %6d\n", r.way, r.rate, short(r.p50), short(r.p99), r.lost, r.twice)
	}
	var ratios, control []float64
	for i, r := range rounds {
		if r.way == wayRecado {
			ratios = append(ratios, r.rate/((rounds[i-1].rate+rounds[i+1].rate)/2))
		} else if i >= 2 {
			control = append(control, r.rate/rounds[i-2].rate)
		}
	}
	mean, err := meanError(ratios)
	same, sameErr := meanError(control)
	perEvent := func(command string, rounds int) time.Duration {
		return (used[command] / time.Duration(rounds*p.events+warmup)).Round(time.Microsecond)
	}
	fmt.Fprintf(w, "\nCPU an event, start and stop included: relay %s, hub with its connector %s\n", perEvent(relayCommand, p.rounds+1), perEvent(hubCommand, p.rounds))
	fmt.Fprintf(w, "relay against itself (A/A control): %.2f ± %.2f\n", same, sameErr)
	fmt.Fprintf(w, "Recado against the relay: %.3f ± %.3f (standard error of %d rounds)\n", mean, err, len(ratios))
	fmt.Fprintf(w, "ratio: %.2f\n", mean)
}

func short(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }

func meanError(list []float64) (mean, stderr float64) {
	for _, v := range list {
		mean += v / float64(len(list))
	}
	var sum float64
	for _, v := range list {
		sum += (v - mean) * (v - mean)
	}
	if len(list) > 1 {
		stderr = math.Sqrt(sum/float64(len(list)-1)) / math.Sqrt(float64(len(list)))
	}
	return mean, stderr
}
