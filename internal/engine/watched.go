package engine

import (
	"context"
	"slices"

	"github.com/recado-hub/recado/internal/feed"
	"github.com/recado-hub/recado/internal/hub"
)

// Watch says which changes a subscriber wants. Zero fields do not narrow.
type Watch struct {
	// Of is what is watched: EXECUTION (or empty), which brings what happens to the deliveries of executions too, DELIVERY, OCCURRENCE,
	// CONNECTOR or QUEUE.
	Of hub.Subject

	FlowKey        int64
	EventKey       int64
	ExecutionKey   int64
	DeliveryKey    int64
	States         []hub.ExecutionState // only moves of an execution to one of these
	DeliveryStates []hub.DeliveryState  // only moves of a delivery to one of these
	Type           string               // only occurrences of this event type
	Connector      string               // only the connector of this name
	After          string               // cursor: begin after it; empty: from now on. The queue has none
}

// Need is what a caller needs to watch at all.
func (w *Watch) Need(c hub.Caller) error {
	if w.Of == hub.SubjectOccurrence || w.Of == hub.SubjectConnector {
		return c.NeedToken()
	}
	return c.Need(hub.RowHub, hub.See)
}

// maySee says whether a caller may be sent what the watch finds. Who may not see events learns nothing by asking for one.
func (w *Watch) maySee(c hub.Caller) bool {
	return w.Need(c) == nil && (w.EventKey == 0 || c.May(hub.RowEvents, hub.See))
}

// topic is the narrowest topic of the feed that has all that is wanted.
func (w *Watch) topic() feed.Topic {
	switch {
	case w.Of == hub.SubjectQueue:
		return feed.Everything() // of what is not an execution there is little
	case w.Of == hub.SubjectOccurrence, w.Of == hub.SubjectConnector:
		return feed.Of(w.Of)
	case w.DeliveryKey != 0:
		return feed.OfDelivery(w.DeliveryKey)
	case w.ExecutionKey != 0:
		return feed.OfExecution(w.ExecutionKey)
	case w.FlowKey != 0:
		return feed.OfFlow(w.FlowKey)
	case w.EventKey != 0:
		return feed.OfEvent(w.EventKey)
	case w.Of == hub.SubjectDelivery:
		return feed.Of(w.Of)
	}
	return feed.Executions()
}

// wants says whether a change is wanted, as far as the change itself tells.
func (w *Watch) wants(c *hub.Change) bool {
	switch w.Of {
	case hub.SubjectQueue:
		return c.Subject == hub.SubjectQueue || c.Execution() != 0
	case hub.SubjectOccurrence:
		return c.Subject == w.Of
	case hub.SubjectConnector:
		return c.Subject == w.Of && (w.Connector == "" || w.Connector == c.Name)
	case hub.SubjectDelivery:
		if c.Subject != w.Of || w.DeliveryKey != 0 && w.DeliveryKey != c.Key {
			return false
		}
	}
	key := c.Execution()
	if key == 0 || w.ExecutionKey != 0 && w.ExecutionKey != key || w.FlowKey != 0 && w.FlowKey != c.FlowKey || w.EventKey != 0 && w.EventKey != c.EventKey {
		return false
	}
	switch {
	case len(w.States) > 0:
		return c.Subject == hub.SubjectExecution && c.Aspect == hub.AspectState && slices.Contains(w.States, hub.ExecutionState(c.To))
	case len(w.DeliveryStates) > 0:
		return c.Aspect == hub.AspectState && slices.Contains(w.DeliveryStates, hub.DeliveryState(c.To))
	}
	return true
}

// seen reads what changes are about, with the caller's rights, and leaves out what the caller may not see or what is gone.
func (e *Engine) seen(ctx context.Context, c hub.Caller, w *Watch, changes []hub.Change) ([]Seen, error) {
	if !w.maySee(c) {
		return nil, nil
	}
	switch w.Of {
	case hub.SubjectOccurrence:
		return e.seenOccurrences(ctx, c, w, changes)
	case hub.SubjectConnector:
		items := make([]Seen, len(changes))
		for i, ch := range changes {
			items[i] = Seen{Change: ch, whole: ch, watch: w, Rights: c.Grants(), Connector: e.listed(ch.Name)}
			disclose(c, items[i].Connector)
			if ch.Aspect == hub.AspectProblems && !c.May(hub.RowAPIConnections, hub.See) {
				items[i].Change.Cause.NextStep = ""
			}
		}
		return items, nil
	}
	return e.seenExecutions(ctx, c, w, changes)
}

func (e *Engine) seenOccurrences(ctx context.Context, c hub.Caller, w *Watch, changes []hub.Change) ([]Seen, error) {
	keys := make([]int64, len(changes))
	for i, ch := range changes {
		keys[i] = ch.Key
	}
	list, err := e.db.OccurrencesByKey(ctx, c, keys)
	if err != nil {
		return nil, err
	}
	items := make([]Seen, 0, len(changes))
	for i, ch := range changes {
		if o := list[i]; o != nil && (w.Type == "" || w.Type == o.Type) {
			items = append(items, Seen{Change: ch, whole: ch, watch: w, Rights: c.Grants(), Occurrence: o})
		}
	}
	return items, nil
}

func (e *Engine) seenExecutions(ctx context.Context, c hub.Caller, w *Watch, changes []hub.Change) ([]Seen, error) {
	last := e.feed.Last()
	var executions, deliveries, whens, thens []int64 // with the places of their last changes
	note := func(keys, places *[]int64, key, seq int64) {
		if at := slices.Index(*keys, key); at >= 0 {
			(*places)[at] = max((*places)[at], seq)
			return
		}
		*keys, *places = append(*keys, key), append(*places, seq)
	}
	for _, ch := range changes {
		note(&executions, &whens, ch.Root, ch.Seq)
		if ch.Subject == hub.SubjectDelivery {
			note(&deliveries, &thens, ch.Key, ch.Seq)
		}
	}
	es, err := e.db.ExecutionsTold(ctx, c, executions, whens, last)
	if err != nil {
		return nil, err
	}
	ds, err := e.db.DeliveriesTold(ctx, c, deliveries, thens, last)
	if err != nil {
		return nil, err
	}
	items := make([]Seen, 0, len(changes))
	for _, ch := range changes {
		s := Seen{Change: ch, whole: ch, watch: w, Rights: c.Grants(), Execution: es[slices.Index(executions, ch.Root)]}
		if ch.Subject == hub.SubjectDelivery {
			s.Delivery = ds[slices.Index(deliveries, ch.Key)]
		}
		if s.Execution == nil || w.Of == hub.SubjectDelivery && s.Delivery == nil {
			continue
		}
		e.db.DiscloseCause(c, s.Execution, &s.Change.Cause)
		items = append(items, s)
	}
	return items, nil
}
