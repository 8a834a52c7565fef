package main

import (
	"context"
	"fmt"
	"time"
)

// singles compares the hot path with the bare relay: one event a post.
func singles(ctx context.Context, p plan, o output) error {
	return againstRelay(ctx, p, o, 0, "single events against the bare relay's", 0.65)
}

// batches compares events that come as CloudEvents batches with single ones through the bare relay.
func batches(ctx context.Context, p plan, o output) error {
	return againstRelay(ctx, p, o, p.batch, fmt.Sprintf("events in batches of %d against the bare relay's single ones", p.batch), 1)
}

func againstRelay(ctx context.Context, p plan, o output, batch int, name string, least float64) error {
	b, err := prepare(p, (2*p.rounds+1)*p.events+2*warmup)
	if err != nil {
		return err
	}
	defer b.close()
	relay, err := b.relay()
	if err != nil {
		return err
	}
	h, err := b.hub(ctx, theHub)
	if err != nil {
		return err
	}
	recado := h.recado(wayRecado, writeEvent)
	if batch > 0 {
		recado = recado.batches(batch)
	}
	fmt.Fprintf(o, "%d clients, %d events a round, %d rounds of each way\n\n", p.clients, p.events, p.rounds)
	c, err := b.compare(ctx, o, relay, recado, p.events, p.rounds)
	if err != nil {
		return err
	}
	used := b.close()
	perEvent := func(command string, rounds int) time.Duration {
		return (used[command] / time.Duration(rounds*p.events+warmup)).Round(time.Microsecond)
	}
	fmt.Fprintf(o, "\n%s; CPU an event, start and stop included: relay %s, hub with its connector %s\n", c.took.Round(time.Second),
		perEvent(relayCommand, p.rounds+1), perEvent(hubCommand, p.rounds))
	fmt.Fprintf(o, "relay against itself (A/A control): %.2f ± %.2f\n", c.control, c.controlErr)
	o.figure(c.figure(name, least))
	if batch == 0 {
		fmt.Fprintf(o, "ratio: %.2f\n", c.ratio)
	}
	return nil
}
