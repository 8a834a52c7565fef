package main

import (
	"context"
	"time"
)

// places are things of a hub that screens are opened on.
type places struct {
	h                                         *instance
	executions, occurrences, deliveries, fail []string // from everywhere in the history; fail: executions that failed
	records, flows, events, groups, consumers []string
	ofHistory                                 []string // events that made the history
	now                                       time.Time
}

// looked is so many work orders of the history that screens are opened on.
const looked = 40

// identified are nodes of which the ids are wanted.
type identified struct {
	Nodes []struct {
		ID         string
		Occurrence struct{ ID string }
		Deliveries []struct{ ID string }
	}
}

func (l identified) ids() (list []string) {
	for _, n := range l.Nodes {
		list = append(list, n.ID)
	}
	return list
}

const (
	ordersPlaces = `query($s:String!){executions(filter:{subject:$s},first:3){nodes{id occurrence{id} deliveries{id}}} failed:executions(filter:{subject:$s,outcomes:[FAILED]},first:1){nodes{id}}
records(subject:$s,first:2){nodes{id}}}`
	otherPlaces = `query($t:String!){flows(first:50){nodes{id}} events(first:50){nodes{id}} groups(first:50){nodes{id}} consumers(first:50){nodes{id}} history:events(filter:{type:$t}){nodes{id}}}`
)

// find finds them, with the rights of the caller that the instance has.
func (h *instance) find(ctx context.Context) (*places, error) {
	p := &places{h: h, now: time.Now().UTC()}
	var other struct{ Flows, Events, Groups, Consumers, History identified }
	if err := h.query(ctx, otherPlaces, map[string]any{"t": historyType}, &other); err != nil {
		return nil, err
	}
	p.ofHistory = other.History.ids()
	p.flows, p.events, p.groups, p.consumers = other.Flows.ids(), other.Events.ids(), other.Groups.ids(), other.Consumers.ids()
	for i := range looked {
		var of struct{ Executions, Failed, Records identified }
		if err := h.query(ctx, ordersPlaces, map[string]any{"s": h.folio(i)}, &of); err != nil {
			return nil, err
		}
		p.executions, p.fail, p.records = append(p.executions, of.Executions.ids()...), append(p.fail, of.Failed.ids()...), append(p.records, of.Records.ids()...)
		for _, e := range of.Executions.Nodes {
			p.occurrences = append(p.occurrences, e.Occurrence.ID)
			for _, d := range e.Deliveries {
				p.deliveries = append(p.deliveries, d.ID)
			}
		}
	}
	return p, nil
}

// folio is a work order of the history, one that has nothing to do with that before.
func (h *instance) folio(asking int) string {
	return h.past().folio(h.some(asking) % h.past().orders())
}

// one is one of a list.
func one(list []string, i int) string { return list[i%len(list)] }
