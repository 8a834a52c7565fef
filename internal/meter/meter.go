package meter

import "sync/atomic"

// Counter only grows. The zero value counts from 0.
type Counter struct{ n atomic.Int64 }

// Add counts n more.
func (c *Counter) Add(n int64) { c.n.Add(n) }

// Value is how much was counted since the process started.
func (c *Counter) Value() int64 { return c.n.Load() }

// Gauge goes up and down. The zero value is 0. A nil one ignores what it is told, for whoever is not counted.
type Gauge struct{ n atomic.Int64 }

// Add changes the gauge by n, which may be negative.
func (g *Gauge) Add(n int64) {
	if g != nil {
		g.n.Add(n)
	}
}

// Value is what the gauge shows; 0 for a nil one.
func (g *Gauge) Value() int64 {
	if g == nil {
		return 0
	}
	return g.n.Load()
}
