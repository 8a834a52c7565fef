package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// What a history is made of: the events of so many persons, by turns; each work order is told of so often, and each of so many
// flows tells of a share of the persons.
const (
	persons  = 20
	flows    = 4
	perOrder = 50 // a page
	small    = 1000
	failsOf  = 20 // one message of so many is refused by the provider
	chunk    = 50_000
	atOnce   = 100 // in a batch
)

// past is the history of a hub: which event of it says what.
type past struct{ from, n int }

// orders is how many work orders it tells of. Its events tell of all of them in turn, so that those of one stand far apart.
func (p past) orders() int { return max(p.n/perOrder, 1) }

func (p past) order(number int) int { return (number - p.from) % p.orders() }

func (p past) folio(order int) string { return fmt.Sprintf("OT-%d", order) }

func (p past) person(order int) string { return fmt.Sprint("P-", 101+order%persons) }

// fails says whether the provider refuses the message of an event.
func (p past) fails(number int) bool {
	return (p.order(number)+(number-p.from)/p.orders())%failsOf == failsOf/2
}

// write writes an event of it: of a new task of its work order, since a message shows its record as it is when it is sent.
func (p past) write(buf *bytes.Buffer, number int) {
	of := p.order(number)
	mark := ""
	if p.fails(number) {
		mark = string(refused)
	}
	writeOrder(buf, order{number: number, event: historyType, folio: p.folio(of), task: fmt.Sprint(1_000_000_000 + number), person: p.person(of),
		text: fmt.Sprint("Lubrificar rolamentos ", marker, mark, number)})
}

// past is the history that the hub has.
func (h *instance) past() past { return past{h.From, h.History} }

// remember gives a new hub a history of n executions through its own door: flows, persons, and then batches of events, each event with
// everything that the hub does for one. A hub that has it from an earlier run keeps it.
func (b *bench) remember(ctx context.Context, o output, h *instance, n int) error {
	if h.History == n {
		return nil
	}
	if h.History != 0 {
		return fmt.Errorf("%s has a history of %d executions, not of %d; choose another directory", h.data, h.History, n)
	}
	for f := range flows {
		var list []string
		for p := f; p < persons; p += flows {
			list = append(list, fmt.Sprint("P-", 101+p))
		}
		flow, err := h.assignment(ctx, fmt.Sprint("History ", f+1), historyType, list...)
		if err != nil {
			return err
		}
		h.Flows = append(h.Flows, flow)
	}
	h.From, h.History = b.used, n
	w := h.recado("history", h.past().write).batches(atOnce)
	began := time.Now()
	for left := n; left > 0; left -= chunk {
		r, err := b.round(ctx, w, min(left, chunk))
		if err != nil {
			return err
		}
		if r.lost > 0 || r.twice > 0 {
			return fmt.Errorf("of the history %d messages did not arrive, %d came twice", r.lost, r.twice)
		}
	}
	fmt.Fprintf(o, "a history of %d executions in %s, %.0f/s, %.0f MB\n", n, time.Since(began).Round(time.Second), float64(n)/time.Since(began).Seconds(), h.size())
	return h.note()
}

// size is that of the database, in MB.
func (h *instance) size() float64 { return fileSize(h.data, "recado.db") / 1e6 }

// long measures what a long history costs: the hot path, and reading it.
func long(ctx context.Context, p plan, o output) error {
	n := cmp.Or(p.history, p.size, 1_000_000)
	b, err := prepare(p, n+small+(2*p.rounds+1)*p.events+2*warmup+2*held)
	if err != nil {
		return err
	}
	defer b.close()
	full, err := b.hub(ctx, fmt.Sprint("history-", n))
	if err != nil {
		return err
	}
	if p.screens {
		if err := b.employ(ctx, full); err != nil {
			return err
		}
	}
	if err := b.remember(ctx, o, full, n); err != nil {
		return err
	}
	if p.history > 0 {
		if err := b.throughput(ctx, p, o, full); err != nil {
			return err
		}
	}
	if !p.pages && !p.screens {
		return nil
	}
	short, err := b.hub(ctx, fmt.Sprint("history-", small))
	if err != nil {
		return err
	}
	if p.screens {
		if err := b.employ(ctx, short); err != nil {
			return err
		}
	}
	if err := b.remember(ctx, o, short, small); err != nil {
		return err
	}
	if p.pages {
		err = b.pages(ctx, o, short, full)
	}
	if p.screens && err == nil {
		err = b.screens(ctx, p, o, short, full)
	}
	return err
}

// throughput compares the hot path of a hub with a history with that of one that has none but what the rounds make.
func (b *bench) throughput(ctx context.Context, p plan, o output, full *instance) error {
	none, err := b.hub(ctx, fmt.Sprint("none-", b.used))
	if err != nil {
		return err
	}
	fmt.Fprintf(o, "%d clients, %d events a round, %d rounds of each way\n\n", p.clients, p.events, p.rounds)
	c, err := b.compare(ctx, o, none.recado("no history", writeEvent), full.recado("history", writeEvent), p.events, p.rounds)
	if err != nil {
		return err
	}
	fmt.Fprintf(o, "\n%s; no history against itself (A/A control): %.2f ± %.2f\n", c.took.Round(time.Second), c.control, c.controlErr)
	o.figure(c.figure(fmt.Sprintf("throughput with %d executions in the history against that with none", full.History), 0.9))
	return errors.Join(b.end(none), os.RemoveAll(none.data))
}
