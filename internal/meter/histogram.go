package meter

import (
	"sync/atomic"
	"time"
)

// Histogram counts observations by their size. Observing is one addition to a bucket and one to the sum.
type Histogram struct {
	bounds []int64         // of the buckets: the largest value that belongs into each
	counts []atomic.Uint64 // by bucket; the last is for what is larger than all bounds
	sum    atomic.Int64
}

// NewHistogram makes a histogram whose buckets have these upper bounds, which must ascend.
func NewHistogram(bounds ...int64) *Histogram {
	return &Histogram{bounds: bounds, counts: make([]atomic.Uint64, len(bounds)+1)}
}

// NewDurations makes a histogram of durations; it observes and reads nanoseconds.
func NewDurations(bounds ...time.Duration) *Histogram {
	list := make([]int64, len(bounds))
	for i, b := range bounds {
		list[i] = int64(b)
	}
	return NewHistogram(list...)
}

// Observe counts a value.
func (h *Histogram) Observe(v int64) {
	i := 0
	for i < len(h.bounds) && v > h.bounds[i] {
		i++
	}
	h.counts[i].Add(1)
	h.sum.Add(v)
}

// Distribution is what a histogram has counted.
type Distribution struct {
	Bounds     []int64  // upper bounds of the buckets
	Cumulative []uint64 // by bound: how many values were at most that
	Count      uint64   // of all values
	Sum        int64
}

// Read reads the histogram. What is observed meanwhile may be in the sum and not yet in the count.
func (h *Histogram) Read() Distribution {
	d := Distribution{Bounds: h.bounds, Cumulative: make([]uint64, len(h.bounds)), Sum: h.sum.Load()}
	for i := range h.counts {
		d.Count += h.counts[i].Load()
		if i < len(d.Cumulative) {
			d.Cumulative[i] = d.Count
		}
	}
	return d
}
