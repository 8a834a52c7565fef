package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// play publishes the work orders and follows every message.
type play struct {
	*stage
	orders []order
	of     map[string]int      // execution → index of its order
	ways   map[string]*way     // by execution
	states map[string]string   // by delivery
	told   map[string]bool     // deliveries whose text was shown
	sent   map[string][]string // execution → deliveries
	why    string              // id of an occurrence that nothing was sent for
}

// way is what is known of how far an execution has come.
type way struct {
	name  string
	since time.Time
	new   bool // it came to be before our eyes
}

func (s *stage) newPlay() *play {
	now := time.Now()
	return &play{stage: s, orders: story(strconv.FormatInt(now.UnixMilli(), 36), now), of: map[string]int{}, ways: map[string]*way{},
		states: map[string]string{}, told: map[string]bool{}, sent: map[string][]string{}}
}

// published is what the hub says became of an occurrence.
type published struct {
	ID         string
	Repeat     bool
	Executions []struct{ ID string }
}

// perform tells the story, one work order after the other. When its time is over it stops where it is.
func (p *play) perform(ctx context.Context) error {
	for i := range p.orders {
		err := p.publish(ctx, i)
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil // the sum says what is missing
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *play) publish(ctx context.Context, i int) error {
	o := &p.orders[i]
	p.screen.chapter("%s: %s", o.folio, o.title)
	send := p.postEvent
	if o.graphQL {
		send = p.publishOccurrence
	}
	became, err := send(ctx, o)
	if err != nil {
		return err
	}
	if became.Repeat {
		p.screen.line("   Not sent again: it is known as a repeat of %s.", became.ID)
		return nil
	}
	for _, e := range became.Executions {
		p.of[e.ID] = i
	}
	if err := p.follow(ctx, func() bool { return p.done(i) }); err != nil {
		return err
	}
	return p.explain(ctx, became.ID, len(became.Executions) == 0)
}

// postEvent publishes a CloudEvent (CloudEvents 1.0, structured mode).
func (p *play) postEvent(ctx context.Context, o *order) (b published, err error) {
	event := variables{"specversion": "1.0", "id": o.id, "source": source, "type": o.kind, "subject": o.folio,
		"time": p.time(o), "data": variables{"records": o.records}}
	err = p.consumer.post(ctx, "/events", "application/cloudevents+json", http.StatusAccepted, event, &b)
	if err != nil {
		return b, fmt.Errorf("POST /events: %w", err)
	}
	p.screen.line("   POST /events: 202, %s, executions: %d", b.ID, len(b.Executions))
	return b, nil
}

func (p *play) publishOccurrence(ctx context.Context, o *order) (b published, err error) {
	const mutation = `mutation($input: OccurrencePublishInput!) { occurrencePublish(input: $input) {
		occurrence { id } executions { id } repeat userErrors { code field message } } }`
	input := variables{"id": o.id, "source": source, "type": o.kind, "subject": o.folio, "time": p.time(o), "records": o.records}
	payload := struct {
		Occurrence struct{ ID string }
		*published
	}{published: &b}
	if err := p.consumer.act(ctx, mutation, variables{"input": input}, &payload); err != nil {
		return b, err
	}
	b.ID = payload.Occurrence.ID
	p.screen.line("   occurrencePublish: %s, executions: %d", b.ID, len(b.Executions))
	return b, nil
}

// time is when the work order was created: the same for a repeat, or it would be another occurrence.
func (p *play) time(o *order) any { return o.records[0].Data["creation_date"] }

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

// show adds one change to the way of its message.
func (p *play) show(item changed) {
	w := p.ways[item.Execution.ID]
	if w == nil {
		w = &way{name: item.Execution.Subject, since: item.Change.At, new: item.Change.To == "QUEUED"}
		p.ways[item.Execution.ID] = w
	}
	if d := item.Delivery; d != nil {
		if _, known := p.states[d.ID]; !known {
			p.sent[item.Execution.ID] = append(p.sent[item.Execution.ID], d.ID)
		}
		p.states[d.ID] = d.State
	}
	c := item.Change
	if c.Aspect != "STATE" || c.To == "CLOSED" {
		return
	}
	if c.Subject == "DELIVERY" && onPhone(c.To) {
		p.phone(item.Delivery.ID)
	}
	p.screen.step(item.Execution.ID, w.name, c.To, w.since, c.At)
	if c.Cause.Message != "" {
		p.screen.line("      because: %s %s", c.Cause.Code, c.Cause.Message)
	}
	if c.To == "READ" {
		p.screen.end()
	}
}

func onPhone(state string) bool { return slices.Contains([]string{"SENT", "DELIVERED", "READ"}, state) }

// phone shows a message once, as the phone got it.
func (p *play) phone(delivery string) {
	if p.told[delivery] {
		return
	}
	p.told[delivery] = true
	for _, m := range p.sandbox.Messages() {
		if m.Callback == delivery {
			p.screen.phone(m.To, m.Text)
		}
	}
}

// onPhones counts the messages that phones got, but for those that another run had left to be sent.
func (p *play) onPhones() int {
	old := map[string]bool{}
	for execution, deliveries := range p.sent {
		for _, d := range deliveries {
			old[d] = !p.ways[execution].new
		}
	}
	return len(slices.DeleteFunc(p.sandbox.Messages(), func(m sandbox.Message) bool { return old[m.Callback] }))
}

// done says whether an order has all the messages that it is to have, and nothing more will happen to them.
func (p *play) done(i int) bool {
	n := 0
	for execution, order := range p.of {
		for _, d := range p.sent[execution] {
			if order == i && slices.Contains([]string{"READ", "FAILED", "SUPPRESSED", "UNKNOWN", "CANCELLED"}, p.states[d]) {
				n++
			}
		}
	}
	return n >= p.orders[i].expect
}

func (p *play) expected() (n int) {
	for _, o := range p.orders {
		n += o.expect
	}
	return n
}

// read counts the messages of the story that the hub says were read.
func (p *play) read() (n int) {
	for execution := range p.of {
		for _, d := range p.sent[execution] {
			if p.states[d] == "READ" {
				n++
			}
		}
	}
	return n
}

// sum closes the story: hub and phones must agree with what was to happen.
func (p *play) sum() bool {
	p.screen.chapter("The sum")
	got := p.onPhones()
	p.screen.line("   %d published, %d messages expected, %d on the phones, %d read.", len(p.orders), p.expected(), got, p.read())
	for i, o := range p.orders {
		if !p.done(i) {
			p.screen.line("   %s is missing a message.", o.folio)
		}
	}
	if got > p.expected() {
		p.screen.line("   The phones got more messages than they should.")
	}
	return p.read() == p.expected() && got == p.expected()
}

// stay goes on showing messages until ctx ends.
func (p *play) stay(ctx context.Context) error {
	err := p.follow(ctx, func() bool { return false })
	p.screen.end()
	return err
}
