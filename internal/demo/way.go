package demo

import (
	"context"
	"slices"
	"time"
)

// way is what is known of how far an execution has come.
type way struct {
	name       string
	since      time.Time
	new        bool // it came to be before our eyes
	closed     bool
	deliveries []string
	text       string                     // the last that was shown
	been       map[string]map[string]bool // delivery → states in which it was
	shown      map[string]bool            // states that were shown
}

// follow shows what the subscription brings, until enough says so.
func (p *play) follow(ctx context.Context, enough func() bool) error {
	for !enough() {
		select {
		case item, ok := <-p.watch.items:
			if !ok {
				return p.watch.err
			}
			p.show(item)
		case <-p.hub.Done:
			return p.hub.Err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// show adds one change to the way of its messages.
func (p *play) show(item changed) {
	c := item.Change
	w := p.ways[item.Execution.ID]
	if w == nil {
		w = &way{name: item.Execution.Subject, since: c.At, new: c.To == "QUEUED", been: map[string]map[string]bool{}, shown: map[string]bool{}}
		p.ways[item.Execution.ID] = w
	}
	if d := item.Delivery; d != nil {
		p.states[d.ID] = d.State
		w.enter(d.ID, c.To, c.Aspect == "STATE")
	}
	if c.Aspect != "STATE" {
		return
	}
	if c.Subject == "DELIVERY" && slices.Contains([]string{"SENT", "DELIVERED", "READ"}, c.To) {
		p.phone(w, item.Delivery.ID)
	}
	w.closed = w.closed || c.To == "CLOSED"
	if c.To == "CLOSED" || c.Subject == "DELIVERY" && !p.together(w, c.To) {
		return
	}
	p.screen.step(item.Execution.ID, w.name, c.To, w.since, c.At)
	if c.Cause.Message != "" {
		p.screen.line("      because: %s %s", c.Cause.Code, c.Cause.Message)
	}
	if c.To == "READ" {
		p.screen.end()
	}
}

// enter notes that a delivery of the execution is in a state.
func (w *way) enter(delivery, state string, is bool) {
	if w.been[delivery] == nil {
		w.been[delivery] = map[string]bool{}
		w.deliveries = append(w.deliveries, delivery)
	}
	if is {
		w.been[delivery][state] = true
	}
}

// together says whether a state is to be shown: messages of one execution are shown as one, by the slowest of them. A
// message that comes to another end is shown at once.
func (p *play) together(w *way, state string) bool {
	if final(state) && state != "READ" {
		return true
	}
	for _, d := range w.deliveries {
		ended := final(p.states[d]) && p.states[d] != "READ"
		if !ended && !w.been[d][state] {
			return false
		}
	}
	if w.shown[state] && len(w.deliveries) > 1 {
		return false
	}
	w.shown[state] = true
	return true
}

// phone shows a message once, as the phone got it. Where several phones got the same, its text is shown once.
func (p *play) phone(w *way, delivery string) {
	if p.boxes[delivery] {
		return
	}
	p.boxes[delivery] = true
	for _, m := range p.sandbox.Messages() {
		switch {
		case m.Callback != delivery:
		case m.Text == w.text:
			p.screen.line("      and just so on %s", m.To)
		default:
			p.screen.phone(m.To, m.Text)
			w.text = m.Text
		}
	}
}
