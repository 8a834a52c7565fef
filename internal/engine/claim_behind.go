package engine

import (
	"slices"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Bounds of looking behind what has no room.
const (
	behindSize  = 32                     // executions that one look goes on by, and as many of those that came due last
	behindEvery = 20 * time.Millisecond  // between two looks at a flow whose messages go through several integrations
	behindElse  = 200 * time.Millisecond // of any other one: an earlier version of it may have used another integration
	behindRest  = 500 * time.Millisecond // from the end of what is due to the next look from the beginning
)

// behind is how far a flow has been looked through, of which the longest due have no room. What goes through another integration may have,
// and stands anywhere among them; to look at all of them each time would cost more than to send.
type behind struct {
	due  time.Time // the last that was looked at
	key  int64
	next time.Time // when to look again
}

// takeBehind takes up what has room behind an execution of a flow that has none.
func (c *claiming) takeBehind(flow int64, stuck *hub.Execution) (taken int, err error) {
	now := c.tx.Now()
	if c.e.behind == nil {
		c.e.behind = map[int64]*behind{}
	}
	b := c.e.behind[flow]
	if b == nil {
		b = &behind{}
		c.e.behind[flow] = b
	}
	if now.Before(b.next) {
		return 0, nil
	}
	if b.key == 0 || b.due.Before(*stuck.DueAt) {
		b.due, b.key = *stuck.DueAt, stuck.Key
	}
	list, err := c.tx.DueBehind(flow, now, b.due, b.key, behindSize)
	if err != nil {
		return 0, err
	}
	b.next = now.Add(c.every(stuck))
	ended := len(list) < behindSize
	for i, exec := range list {
		b.due, b.key = *exec.DueAt, exec.Key
		if ok, err := c.take(exec); err != nil {
			return taken, err
		} else if ok {
			taken++
		}
		if taken >= turnSize {
			ended = ended && i == len(list)-1
			break
		}
	}
	if ended {
		b.key, b.next = 0, now.Add(behindRest)
		return taken, nil
	}
	last, err := c.takeLast(flow, turnSize-taken)
	return taken + last, err
}

// takeLast takes up what has room among those that came due last: what was tried in vain a moment ago stands there, and what a new version
// of the flow has started, which may go another way than all before it.
func (c *claiming) takeLast(flow int64, most int) (taken int, err error) {
	list, err := c.tx.DueLast(flow, c.tx.Now(), behindSize)
	if err != nil {
		return 0, err
	}
	for _, exec := range slices.Backward(list) {
		if taken >= most || c.n >= claimBatch {
			break
		}
		ok, err := c.take(exec)
		if err != nil {
			return taken, err
		}
		if ok {
			taken++
		}
	}
	return taken, nil
}

// every is how often a flow is looked through.
func (c *claiming) every(stuck *hub.Execution) time.Duration {
	p, err := c.e.program(c.ctx, stuck.FlowKey, stuck.FlowVersion)
	if err != nil {
		return behindElse
	}
	targets := p.flow.Definition.Targets
	if slices.ContainsFunc(targets, func(t hub.FlowTarget) bool { return t.IntegrationKey != targets[0].IntegrationKey }) {
		return behindEvery
	}
	return behindElse
}

// nextBehind is when a flow is to be looked through next; the zero time if none is. What has been looked through whole waits for an outcome.
// One whose time has passed was not come to since: nothing of it may be due any more, or many others had their turn.
func (e *Engine) nextBehind(now time.Time) (next time.Time) {
	for flow, b := range e.behind {
		switch {
		case b.key == 0:
			continue
		case now.Sub(b.next) > behindRest:
			delete(e.behind, flow)
			continue
		}
		at := b.next
		if at.Before(now) {
			at = now.Add(behindEvery)
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}
