package demo

import (
	"context"
	"fmt"
)

// eventInfo is what the demo wants to know of an event.
type eventInfo struct {
	ID        string
	Version   int
	Enabled   bool
	EventType struct{ Title string }
}

const eventFields = `{ id version enabled eventType { title } }`

// makeEvents makes the events that run the flows, and enables them.
func (s *stage) makeEvents(ctx context.Context) error {
	s.screen.chapter("Step 4 of 4: the events")
	for _, r := range s.rules {
		for _, e := range r.events {
			if err := s.makeEvent(ctx, r, e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *stage) makeEvent(ctx context.Context, r rule, e rulesEvent) error {
	admin := s.admin.in(r.locale)
	there, err := s.known(ctx, e.name, s.memory.Events[e.name])
	if err != nil {
		return err
	}
	if !there {
		if err := s.createEvent(ctx, admin, r, e); err != nil {
			return err
		}
	}
	var data struct{ Event eventInfo }
	if err := admin.ask(ctx, `query($id: ID!) { event(id: $id) `+eventFields+` }`, variables{"id": s.memory.Events[e.name]}, &data); err != nil {
		return err
	}
	if data.Event.Enabled {
		return nil
	}
	const enable = `mutation($id: ID!, $version: Int) { eventEnable(id: $id, expectedVersion: $version) { event ` + eventFields + ` userErrors { code problem field message } } }`
	var made struct{ Event eventInfo }
	return admin.act(ctx, enable, variables{"id": data.Event.ID, "version": data.Event.Version}, &made)
}

func (s *stage) createEvent(ctx context.Context, admin *client, r rule, e rulesEvent) error {
	const create = `mutation($input: EventCreateInput!) { eventCreate(input: $input) { event ` + eventFields + ` userErrors { code problem field message } } }`
	input := variables{"description": e.name, "type": e.kind, "terms": e.terms, "flows": []string{s.memory.Flows[r.name]}}
	var made struct{ Event eventInfo }
	if err := admin.act(ctx, create, variables{"input": input}, &made); err != nil {
		return fmt.Errorf("%q: %w", e.name, err)
	}
	s.screen.fact("eventCreate", "%q  %s", e.name, made.Event.ID)
	s.screen.fact("  when", "%s (%s)", made.Event.EventType.Title, e.kind)
	if e.told != "" {
		s.screen.fact("  and", "%s", e.told)
	}
	s.screen.fact("  then", "the flow %q", r.name)
	s.memory.Events[e.name] = made.Event.ID
	return s.memory.save()
}
