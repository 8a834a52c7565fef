package demo

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// play tells the hub what happens and follows every message.
type play struct {
	*stage
	taken  order
	acts   [][]order           // of each rule
	told   map[*order][]string // the reasons that the hub gave for what was not sent
	of     map[string]*order   // by execution
	ways   map[string]*way     // by execution
	states map[string]string   // by delivery
	boxes  map[string]bool     // deliveries whose text was shown
	why    string              // id of an occurrence that nothing was sent for
}

func (s *stage) newPlay() (*play, error) {
	s.memory.Tellings++
	if err := s.memory.save(); err != nil {
		return nil, err
	}
	now := time.Now()
	t := telling{number: s.memory.Tellings - 1, run: strconv.FormatInt(now.UnixMilli(), 36), now: now}
	return &play{stage: s, taken: t.takenOver(), acts: t.acts(), told: map[*order][]string{}, of: map[string]*order{}, ways: map[string]*way{},
		states: map[string]string{}, boxes: map[string]bool{}}, nil
}

// perform tells the story, one thing after the other. When its time is over it stops where it is.
func (p *play) perform(ctx context.Context) error {
	err := p.tellAll(ctx)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil // the sum says what is missing
	}
	return err
}

func (p *play) tellAll(ctx context.Context) error {
	p.screen.chapter("What the company has is taken over")
	if _, err := p.upsertRecords(ctx, p.consumer, &p.taken); err != nil {
		return err
	}
	for i, r := range p.rules {
		p.screen.part("Data flow %d of 4: %s, in %s", i+1, r.about, r.locale)
		for j := range p.acts[i] {
			if err := p.act(ctx, r, &p.acts[i][j]); err != nil {
				return err
			}
		}
	}
	return nil
}

// act tells the hub one thing, follows its messages to their end, and tells why others were not sent.
func (p *play) act(ctx context.Context, r rule, o *order) error {
	p.screen.chapter("%s: %s", o.folio, o.title)
	caller := p.consumer.in(r.locale)
	became, err := p.send(ctx, caller, o)
	if err != nil {
		return err
	}
	if became.repeat {
		p.unsent(o, "Not sent again: it is known as a repeat of %s.", became.occurrences[0].ID)
		return nil
	}
	for _, e := range became.executions() {
		p.of[e] = o
	}
	if err := p.follow(ctx, func() bool { return p.ended(became) }); err != nil {
		return err
	}
	return p.explain(ctx, caller, o, became)
}

// unsent tells why something was not sent.
func (p *play) unsent(o *order, format string, args ...any) {
	p.told[o] = append(p.told[o], p.screen.line("   "+format, args...))
}

// ended says whether nothing more will happen to the messages of what was told.
func (p *play) ended(became *became) bool {
	for _, id := range became.executions() {
		w := p.ways[id]
		if w == nil || !w.closed {
			return false
		}
		for _, d := range w.deliveries {
			if !final(p.states[d]) {
				return false
			}
		}
	}
	return true
}

// final says whether a delivery of the story stays in a state. One that was accepted is going to be read, or fails.
func final(state string) bool {
	switch state {
	case "READ", "FAILED", "SUPPRESSED", "UNKNOWN", "CANCELLED":
		return true
	}
	return false
}

// stay goes on showing messages until ctx ends.
func (p *play) stay(ctx context.Context) error {
	err := p.follow(ctx, func() bool { return false })
	p.screen.end()
	return err
}
