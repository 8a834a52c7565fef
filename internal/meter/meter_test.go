package meter_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/meter"
)

func TestAHistogramPutsEachValueIntoTheFirstBucketThatHoldsIt(t *testing.T) {
	t.Parallel()
	h := meter.NewHistogram(1, 10, 100)
	for _, v := range []int64{0, 1, 2, 10, 11, 100, 101, 5000} {
		h.Observe(v)
	}
	d := h.Read()
	if !slices.Equal(d.Cumulative, []uint64{2, 4, 6}) || d.Count != 8 || d.Sum != 5225 {
		t.Errorf("the buckets are %v of %d values, which make %d", d.Cumulative, d.Count, d.Sum)
	}
}

func TestNothingIsLostWhenManyCountAtOnce(t *testing.T) {
	t.Parallel()
	var c meter.Counter
	var g meter.Gauge
	h := meter.NewDurations(time.Millisecond, time.Second)
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			for range 1000 {
				c.Add(2)
				g.Add(1)
				g.Add(-1)
				h.Observe(int64(time.Millisecond))
			}
		})
	}
	work.Wait()
	if d := h.Read(); c.Value() != 16_000 || g.Value() != 0 || d.Count != 8000 || d.Cumulative[0] != 8000 || d.Sum != 8000*int64(time.Millisecond) {
		t.Errorf("the counter shows %d, the gauge %d, the histogram %+v", c.Value(), g.Value(), d)
	}
}

func TestAGaugeThatIsNotThereIgnoresWhatItIsTold(t *testing.T) {
	t.Parallel()
	var none *meter.Gauge
	none.Add(1)
	if none.Value() != 0 {
		t.Error("it shows something")
	}
}

func TestCountingAllocatesNothing(t *testing.T) {
	var c meter.Counter
	h := meter.NewHistogram(1, 2, 3)
	if n := testing.AllocsPerRun(100, func() { c.Add(1); h.Observe(2) }); n != 0 {
		t.Errorf("counting allocated %v times", n)
	}
}
