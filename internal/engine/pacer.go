package engine

import (
	"container/heap"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Bounds of pacing.
const (
	paceGrain   = 10 * time.Millisecond // times that are given out are whole multiples of it: what may go together is taken up together
	paceHorizon = 2 * time.Second       // so far ahead places of an integration's rate are given out; further on flows wait in lines
	paceAgain   = time.Second           // how soon what has its place and was not taken up is looked at again
	paceKeep    = time.Minute           // how long a place is kept for what never comes back
	paceSweep   = 1024                  // remembered paces before the first look at which of them can be forgotten
)

// pacer keeps to the rates that connectors declare. It gives each delivery a place in time, and remembers it until the delivery is
// taken up then. A rate that counts for a whole integration is given out only a little ahead; beyond that each flow waits in a line of
// its own, so that none has to wait until another's flood is over.
//
// All of it is in memory: after a restart every rate has rested, and what was given a time comes at that time.
type pacer struct {
	mu      sync.Mutex
	paces   map[paceKey]*pace
	places  map[int64]place // by delivery
	ripe    places
	sweepAt int // how many paces there may be before the next sweep
}

// paceKey names what is counted together: an integration and one of its limits, and a recipient if the limit is for each.
type paceKey struct {
	integration int64
	limit       string
	recipient   string
}

type pace struct {
	hub.Pace
	rate  hub.Rate
	lines map[int64]time.Time // by flow: where its line ends
	given map[int64]time.Time // by flow: the last place that it was given, in a line or not
}

// place is when a delivery may go on.
type place struct {
	paced
	at     time.Time
	passed int    // how many of its limits it has passed; it waits for the last of these
	line   bool   // it stands in a line, and asks for a place when it is there
	epoch  uint32 // of the pace that gave the place
}

// by is the limit that it waits for.
func (pl *place) by() *limit { return &pl.limits[pl.passed-1] }

// limit is a rate that holds for an integration.
type limit struct {
	key  string
	each bool // for each recipient
	rate hub.Rate
}

func newPacer() pacer {
	return pacer{paces: map[paceKey]*pace{}, places: map[int64]place{}, sweepAt: paceSweep}
}

// paced is a delivery that wants to go.
type paced struct {
	integration int64
	limits      []limit
	flow        int64
	execution   int64
	delivery    int64
	recipient   string
}

// ask says when a delivery may go: now, which takes what it needs, or later, and by which limit.
func (p *pacer) ask(a *paced, now time.Time) (time.Time, *limit) {
	if len(a.limits) == 0 {
		return now, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	had, was := p.places[a.delivery]
	if was && had.at.After(now) {
		return had.at, &a.limits[min(had.passed, len(a.limits))-1]
	}
	delete(p.places, a.delivery)
	from := p.resume(a, had)
	for i := from; i < len(a.limits); i++ {
		l := &a.limits[i]
		pc := p.pace(a, l, now)
		if at, full := pc.line(l, a.flow, now, was && had.line && i == from); full {
			return p.keep(pc, place{paced: *a, at: at, passed: i + 1, line: true}), l
		}
		if at := pc.Take(now, l.rate); at.After(now) {
			return p.keep(pc, place{paced: *a, at: at, passed: i + 1, epoch: pc.Epoch()}), l
		}
	}
	return now, nil
}

// resume is the first limit that a delivery with a place still has to pass.
func (p *pacer) resume(a *paced, had place) int {
	last := had.passed - 1
	if last < 0 || last >= len(a.limits) {
		return 0
	}
	pc := p.paces[a.key(&a.limits[last])]
	if had.line || pc == nil || pc.Epoch() != had.epoch {
		return last
	}
	return had.passed
}

func (a *paced) key(l *limit) paceKey {
	k := paceKey{integration: a.integration, limit: l.key}
	if l.each {
		k.recipient = a.recipient
	}
	return k
}

func (p *pacer) pace(a *paced, l *limit, now time.Time) *pace {
	k := a.key(l)
	pc := p.paces[k]
	if pc == nil {
		p.sweep(now)
		pc = &pace{}
		p.paces[k] = pc
	}
	pc.rate = l.rate
	return pc
}

// line puts a delivery at the end of its flow's line, if so much waits before it that no place can be given out. Lines move on in turn,
// so that the more of them there are the slower each is. The one who was at the front waits on only if much too early.
func (pc *pace) line(l *limit, flow int64, now time.Time, front bool) (time.Time, bool) {
	if l.each {
		return time.Time{}, false
	}
	ahead := paceHorizon
	if front {
		ahead *= 2
	}
	free := pc.Free(now, l.rate)
	if free.Sub(now) <= ahead {
		return time.Time{}, false
	}
	lines := 1
	for other, end := range pc.lines {
		switch {
		case !end.After(now):
			delete(pc.lines, other)
		case other != flow:
			lines++
		}
	}
	if pc.lines == nil {
		pc.lines = map[int64]time.Time{}
	}
	at := free
	if end := pc.lines[flow]; end.After(at) {
		at = end
	}
	pc.lines[flow] = at.Add(time.Duration(lines) * pc.every(l, now))
	return at, true
}

// every is the time between two at the rate in force.
func (pc *pace) every(l *limit, now time.Time) time.Duration {
	return time.Duration(float64(time.Second) / pc.Rate(now, l.rate).PerSecond)
}

// keep remembers a delivery's place.
func (p *pacer) keep(pc *pace, pl place) time.Time {
	if whole := pl.at.Truncate(paceGrain); whole.Before(pl.at) {
		pl.at = whole.Add(paceGrain)
	}
	p.places[pl.delivery] = pl
	if pc.given == nil {
		pc.given = map[int64]time.Time{}
	}
	if pl.at.After(pc.given[pl.flow]) {
		pc.given[pl.flow] = pl.at
	}
	heap.Push(&p.ripe, ripening{pl.at, pl.delivery})
	return pl.at
}

// forget gives back the place of a delivery that will not come for it: who asks next need not stand behind it.
func (p *pacer) forget(delivery int64, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pl, ok := p.places[delivery]
	if !ok {
		return
	}
	delete(p.places, delivery)
	l := pl.by()
	pc := p.paces[pl.key(l)]
	switch {
	case pc == nil:
	case pl.line:
		if end, stands := pc.lines[pl.flow]; stands {
			pc.lines[pl.flow] = end.Add(-time.Duration(len(pc.lines)) * pc.every(l, now))
		}
	case pl.epoch == pc.Epoch() && pl.at.After(now):
		pc.Back(now, l.rate)
	}
}

// back gives back what was taken for a delivery that does not go after all.
func (p *pacer) back(a *paced, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range a.limits {
		if pc := p.paces[a.key(&a.limits[i])]; pc != nil {
			pc.Back(now, a.limits[i].rate)
		}
	}
}

// room says whether a flow would be given a place of an integration's rates now. One that waits for none is let into a line however many others
// wait: lines take turns, and whoever has none would have to wait until those of all others are over.
func (p *pacer) room(integration int64, limits []limit, flow int64, now time.Time) bool {
	if len(limits) == 0 {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range limits {
		l := &limits[i]
		if l.each {
			continue
		}
		pc := p.paces[paceKey{integration: integration, limit: l.key}]
		if pc != nil && pc.Free(now, l.rate).Sub(now) > paceHorizon && pc.given[flow].After(now) {
			return false
		}
	}
	return true
}

// hit is the provider's word that a limit was passed: nothing that it counts goes before wait is over.
func (p *pacer) hit(a *paced, key string, wait time.Duration, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range a.limits {
		if l := &a.limits[i]; l.key == key {
			p.pace(a, l, now).Hit(now, wait, l.rate)
		}
	}
}

// sweep forgets paces that have rested, and places of deliveries that never came back.
func (p *pacer) sweep(now time.Time) {
	if len(p.paces) < p.sweepAt {
		return
	}
	for k, pc := range p.paces {
		if len(pc.lines) == 0 && pc.Rested(now, pc.rate) {
			delete(p.paces, k)
		}
	}
	for key, pl := range p.places {
		if now.Sub(pl.at) > paceKeep {
			delete(p.places, key)
		}
	}
	p.sweepAt = max(2*len(p.paces), paceSweep)
}
