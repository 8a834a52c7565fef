package engine

import (
	"container/heap"
	"time"
)

// ripening is when a delivery's place comes.
type ripening struct {
	at       time.Time
	delivery int64
}

// places is a heap by time (container/heap). One whose delivery was taken up stays in it until its time.
type places []ripening

// Len, Less, Swap, Push and Pop are those of heap.Interface.
func (h places) Len() int           { return len(h) }
func (h places) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h places) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push appends one.
func (h *places) Push(x any) { *h = append(*h, x.(ripening)) }

// Pop takes the last.
func (h *places) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

// due lists executions of which a delivery's place has come, at most limit. Each comes again after a while unless its delivery was
// taken up: whoever asked may not have got to it.
func (p *pacer) due(now time.Time, limit int) (executions []int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var later []ripening
	known := map[int64]bool{}
	for len(p.ripe) > 0 && !p.ripe[0].at.After(now) && len(executions) < limit {
		r := heap.Pop(&p.ripe).(ripening)
		pl, ok := p.places[r.delivery]
		switch {
		case !ok || pl.at.After(now): // it was taken up, and may have a later place by now
			continue
		case now.Sub(pl.at) > paceKeep:
			delete(p.places, r.delivery)
			continue
		case !known[pl.execution]:
			known[pl.execution] = true
			executions = append(executions, pl.execution)
		}
		later = append(later, ripening{now.Add(paceAgain), r.delivery})
	}
	for _, r := range later {
		heap.Push(&p.ripe, r)
	}
	return executions
}

// next is when the next place comes; the zero time if there is none.
func (p *pacer) next() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.ripe) == 0 {
		return time.Time{}
	}
	return p.ripe[0].at
}
