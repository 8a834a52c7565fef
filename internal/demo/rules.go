package demo

import (
	"context"
	"errors"
	"strings"
)

// flowInfo is what the demo wants to know of a flow.
type flowInfo struct {
	ID       string
	Version  int
	Enabled  bool
	Problems []struct {
		Code    string
		Path    []string
		Message string
	}
}

const flowFields = `{ flow { id version enabled problems { code path message } } userErrors { code problem field message } }`

// makeFlow saves a draft, shows what the hub finds missing in it, completes it, and enables it.
func (s *stage) makeFlow(ctx context.Context) error {
	s.screen.chapter("Step 3 of 4: the flow")
	there, err := s.known(ctx, flowName, s.memory.Flow)
	if err != nil {
		return err
	}
	if !there {
		if err := s.draftFlow(ctx); err != nil {
			return err
		}
	}
	var data struct{ Flow flowInfo }
	if err := s.admin.ask(ctx, `query($id: ID!) { flow(id: $id) { id version enabled problems { code path message } } }`,
		variables{"id": s.memory.Flow}, &data); err != nil {
		return err
	}
	if data.Flow.Enabled {
		s.screen.line("   It is enabled, version %d.", data.Flow.Version)
		return nil
	}
	return s.completeFlow(ctx, data.Flow)
}

func (s *stage) draftFlow(ctx context.Context) error {
	var made struct{ Flow flowInfo }
	const mutation = `mutation { flowCreate(input: {}) ` + flowFields + ` }`
	if err := s.admin.act(ctx, mutation, nil, &made); err != nil {
		return err
	}
	s.screen.line("   flowCreate      an empty draft: %s, version %d", made.Flow.ID, made.Flow.Version)
	s.memory.Flow = made.Flow.ID
	return s.memory.save()
}

func (s *stage) completeFlow(ctx context.Context, f flowInfo) error {
	if len(f.Problems) > 0 {
		s.screen.line("   Required information:")
	}
	for _, p := range f.Problems {
		s.screen.line("      %-18s %-18s %s", p.Code, strings.Join(p.Path, "."), p.Message)
	}
	if err := s.tryEnable(ctx, f); err != nil {
		return err
	}
	const update = `mutation($id: ID!, $input: FlowUpdateInput!) { flowUpdate(id: $id, input: $input) ` + flowFields + ` }`
	input := s.flowInput()
	input["expectedVersion"] = f.Version
	var made struct{ Flow flowInfo }
	if err := s.admin.act(ctx, update, variables{"id": f.ID, "input": input}, &made); err != nil {
		return err
	}
	s.screen.line("   flowUpdate      %q, version %d: %d problems", flowName, made.Flow.Version, len(made.Flow.Problems))
	s.screen.line("                   source  records of work orders, with the rights of %q", consumerName)
	s.screen.line("                   target  %q, template wo_assigned, to the field responsible.sms", integrationName)
	s.screen.line("                   values  %s", strings.Join(values, ", "))
	if err := s.enableFlow(ctx, &made.Flow); err != nil {
		return err
	}
	s.screen.line("   flowEnable      enabled")
	return nil
}

// tryEnable shows that a flow with problems cannot be enabled.
func (s *stage) tryEnable(ctx context.Context, f flowInfo) error {
	if len(f.Problems) == 0 {
		return nil
	}
	err := s.enableFlow(ctx, &f)
	var no refused
	if !errors.As(err, &no) {
		return err
	}
	s.screen.line("   flowEnable      refused, with these %d as its userErrors", len(no))
	return nil
}

func (s *stage) enableFlow(ctx context.Context, f *flowInfo) error {
	const enable = `mutation($id: ID!, $version: Int) { flowEnable(id: $id, expectedVersion: $version) ` + flowFields + ` }`
	var made struct{ Flow flowInfo }
	err := s.admin.act(ctx, enable, variables{"id": f.ID, "version": f.Version}, &made)
	if err == nil {
		*f = made.Flow
	}
	return err
}

// values are the fields that stand at the seven positions of the template.
var values = []string{"user_assigned", "wo_folio", "task_todo_description", "creation_date", "created_by", "user_assigned", "item_description"}

func (s *stage) flowInput() variables {
	mapping := make([]variables, len(values))
	for i, field := range values {
		mapping[i] = variables{"field": field, "position": i + 1}
	}
	return variables{
		"description": flowName,
		"source":      variables{"module": "RECORDS", "consumer": s.memory.ConsumerID, "action": "query_work_order_tasks"},
		"targets": []variables{{"integration": s.memory.Integration, "action": "wo_assignment_pt_BR",
			"parameters": variables{"template": "wo_assigned"}, "recipient": variables{"field": "responsible.sms"}, "mapping": mapping}},
	}
}

// eventInfo is what the demo wants to know of an event.
type eventInfo struct {
	ID      string
	Version int
	Enabled bool
}

const eventFields = `{ event { id version enabled } userErrors { code problem field message } }`

// makeEvent makes the rule that runs the flow, and enables it.
func (s *stage) makeEvent(ctx context.Context) error {
	s.screen.chapter("Step 4 of 4: the event")
	there, err := s.known(ctx, eventName, s.memory.Event)
	if err != nil {
		return err
	}
	if !there {
		if err := s.createEvent(ctx); err != nil {
			return err
		}
	}
	var data struct{ Event eventInfo }
	if err := s.admin.ask(ctx, `query($id: ID!) { event(id: $id) { id version enabled } }`, variables{"id": s.memory.Event}, &data); err != nil {
		return err
	}
	if data.Event.Enabled {
		s.screen.line("   It is enabled.")
		return nil
	}
	const enable = `mutation($id: ID!, $version: Int) { eventEnable(id: $id, expectedVersion: $version) ` + eventFields + ` }`
	var made struct{ Event eventInfo }
	if err := s.admin.act(ctx, enable, variables{"id": data.Event.ID, "version": data.Event.Version}, &made); err != nil {
		return err
	}
	s.screen.line("   eventEnable     enabled")
	return nil
}

func (s *stage) createEvent(ctx context.Context) error {
	const create = `mutation($input: EventCreateInput!) { eventCreate(input: $input) ` + eventFields + ` }`
	term := variables{"field": "responsible", "operation": "EQUAL", "value": jonas}
	input := variables{"description": eventName, "type": newWorkOrder, "terms": variables{"mode": "ALL", "terms": []variables{term}},
		"flows": []string{s.memory.Flow}}
	var made struct{ Event eventInfo }
	if err := s.admin.act(ctx, create, variables{"input": input}, &made); err != nil {
		return err
	}
	s.screen.line("   eventCreate     %q  %s", eventName, made.Event.ID)
	s.screen.line("                   when %s", newWorkOrder)
	s.screen.line("                   and all be true: responsible is equal to %s (Jonas Campos)", jonas)
	s.screen.line("                   then run the flow %q", flowName)
	s.memory.Event = made.Event.ID
	return s.memory.save()
}
