package host

import (
	"context"
	"fmt"
	"time"
)

// usage is what a process and all that it started use: they are one process group.
type usage struct {
	memory int64 // resident, bytes
	files  int   // open ones
	cpu    time.Duration
}

// usageEvery is how often it is looked what connectors use.
const usageEvery = 2 * time.Second

// mostOver is how far a connector may be over its limit of memory before it is killed, in place of having another process take over.
const mostOver = 1.5

// observe looks every now and then what connectors use, and acts on those that use too much.
func (h *Host) observe(ctx context.Context) {
	tick := time.NewTicker(usageEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			h.measure()
		}
	}
}

func (h *Host) measure() {
	groups := map[int]*usage{}
	var all []*process
	for _, c := range h.everyone() {
		for _, p := range c.processes() {
			groups[p.run.pid()] = &usage{}
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		return
	}
	measureGroups(groups)
	for _, p := range all {
		u := groups[p.run.pid()]
		p.usage.Store(u)
		p.judge(u)
	}
}

// judge has another process take over from one that is over its limit of memory twice in a row, so that what it has begun is finished. One
// that is far over, or over for long, is killed: the machine must not suffer.
func (p *process) judge(u *usage) {
	limit := p.c.limits.Memory
	if limit <= 0 || u.memory <= limit {
		p.over = 0
		return
	}
	// Pages that it shares with others count once for each: where these make the difference, it is not over.
	if exact := proportional(p.run.pid(), u.memory); exact <= limit {
		p.over = 0
		return
	}
	why := fmt.Sprintf("it used %d MiB of memory; its limit is %d MiB", u.memory>>20, limit>>20)
	switch p.over++; {
	case float64(u.memory) > mostOver*float64(limit):
		p.condemn(why + ", and it was killed")
	case p.over == 2 && p.c.current() == p:
		p.c.restart(why)
	case p.over == 30: // another process has not taken over, or this one does not end
		p.condemn(why + " for a minute, and it was killed")
	}
}
