package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// compared is what rounds of two ways in turn say.
type compared struct {
	rounds              []result
	ratio, ratioError   float64 // of the second way to the first
	control, controlErr float64 // of the first to itself
	took                time.Duration
}

// compare measures two ways in turn, the first one first and last, so that each round of the second stands between two of the first. A
// round of each warms up.
func (b *bench) compare(ctx context.Context, o output, first, second way, events, rounds int) (c compared, err error) {
	for _, w := range []way{first, second} {
		if _, err := b.round(ctx, w, warmup); err != nil {
			return c, err
		}
	}
	began := time.Now()
	fmt.Fprintf(o, "%-14s %10s %10s %10s %6s %6s\n", "way", "events/s", "p50", "p99", "lost", "twice")
	for i := range 2*rounds + 1 {
		w := first
		if i%2 == 1 {
			w = second
		}
		r, err := b.round(ctx, w, events)
		if err != nil {
			return c, err
		}
		fmt.Fprintf(o, "%-14s %10.0f %10s %10s %6d %6d\n", r.way, r.rate, short(r.p50), short(r.p99), r.lost, r.twice)
		c.rounds = append(c.rounds, r)
	}
	c.took = time.Since(began)
	c.judge()
	return c, nil
}

// judge divides each round of the second way by the mean of those of the first right before and after it.
func (c *compared) judge() {
	var ratios, control []float64
	for i, r := range c.rounds {
		switch {
		case i%2 == 1:
			ratios = append(ratios, r.rate/((c.rounds[i-1].rate+c.rounds[i+1].rate)/2))
		case i >= 2:
			control = append(control, r.rate/c.rounds[i-2].rate)
		}
	}
	c.ratio, c.ratioError = meanError(ratios)
	c.control, c.controlErr = meanError(control)
}

// rate is the mean of the rounds of a way.
func (c *compared) rate(way int) (mean float64) {
	n := 0
	for i := way; i < len(c.rounds); i += 2 {
		mean += c.rounds[i].rate
		n++
	}
	return mean / float64(max(n, 1))
}

// figure makes the line of the table of it.
func (c *compared) figure(name string, least float64) figure {
	lost, twice := 0, 0
	for _, r := range c.rounds {
		lost, twice = lost+r.lost, twice+r.twice
	}
	return figure{Name: name, Value: c.ratio, Error: c.ratioError, Least: least, Detail: map[string]float64{
		c.rounds[0].way + ", events/s": c.rate(0), c.rounds[1].way + ", events/s": c.rate(1), "A/A control": c.control, "its standard error": c.controlErr,
		"lost": float64(lost), "twice": float64(twice)}}
}

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

func short(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }
