package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// flowInfo is what the demo wants to know of a flow.
type flowInfo struct {
	ID       string
	Version  int
	Enabled  bool
	Problems []struct{ Code string }
	Source   *struct{ SourceAction struct{ Title string } }
	Targets  []struct{ ConnectorAction struct{ Title string } }
}

const flowFields = `{ id version enabled problems { code } source { sourceAction { title } } targets { connectorAction { title } } }`

const flowPayload = `{ flow ` + flowFields + ` userErrors { code problem field message } }`

// makeFlows makes a flow for each rule. The first one begins as an empty draft, to show what the hub finds missing in it.
func (s *stage) makeFlows(ctx context.Context) error {
	s.screen.chapter("Step 3 of 4: four flows, each in a language of its own")
	for i, r := range s.rules {
		s.screen.line("   %d %s, in %s", i+1, r.about, r.locale)
		if err := s.makeFlow(ctx, r, i == 0); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) makeFlow(ctx context.Context, r rule, draft bool) error {
	admin := s.admin.in(r.locale)
	there, err := s.known(ctx, r.name, s.memory.Flows[r.name])
	if err != nil {
		return err
	}
	if !there {
		if err := s.createFlow(ctx, admin, r, draft); err != nil {
			return err
		}
	}
	var data struct{ Flow flowInfo }
	if err := admin.ask(ctx, `query($id: ID!) { flow(id: $id) `+flowFields+` }`, variables{"id": s.memory.Flows[r.name]}, &data); err != nil {
		return err
	}
	if data.Flow.Enabled {
		return nil
	}
	return s.completeFlow(ctx, admin, r, data.Flow)
}

func (s *stage) createFlow(ctx context.Context, admin *client, r rule, draft bool) error {
	input := variables{}
	if !draft {
		input = s.flowInput(r)
	}
	var made struct{ Flow flowInfo }
	const mutation = `mutation($input: FlowCreateInput!) { flowCreate(input: $input) ` + flowPayload + ` }`
	if err := admin.act(ctx, mutation, variables{"input": input}, &made); err != nil {
		return err
	}
	if draft {
		s.screen.fact("flowCreate", "an empty draft: %s, version %d", made.Flow.ID, made.Flow.Version)
	} else {
		s.tellFlow("flowCreate", r, made.Flow)
	}
	s.memory.Flows[r.name] = made.Flow.ID
	return s.memory.save()
}

// completeFlow fills in what is missing, and enables the flow.
func (s *stage) completeFlow(ctx context.Context, admin *client, r rule, f flowInfo) error {
	if len(f.Problems) > 0 {
		if err := s.tryEnable(ctx, admin, r, f); err != nil {
			return err
		}
		const update = `mutation($id: ID!, $input: FlowUpdateInput!) { flowUpdate(id: $id, input: $input) ` + flowPayload + ` }`
		input := s.flowInput(r)
		input["expectedVersion"] = f.Version
		var made struct{ Flow flowInfo }
		if err := admin.act(ctx, update, variables{"id": f.ID, "input": input}, &made); err != nil {
			return err
		}
		f = made.Flow
		s.tellFlow("flowUpdate", r, f)
	}
	if err := enableFlow(ctx, admin, &f); err != nil {
		return err
	}
	s.screen.fact("flowEnable", "enabled")
	return nil
}

// tellFlow tells what a flow is made of, by the labels that the catalogue and the connector have in its language.
func (s *stage) tellFlow(act string, r rule, f flowInfo) {
	s.screen.fact(act, "%q, version %d, %d problems", r.name, f.Version, len(f.Problems))
	if f.Source != nil && len(f.Targets) > 0 {
		s.screen.fact("  source", "%q, with the rights of %q", f.Source.SourceAction.Title, consumerName)
		s.screen.fact("  target", "%q by %q, template %s", f.Targets[0].ConnectorAction.Title, integrationName, r.template)
	}
	s.screen.fact("  recipient", "%s", r.to.told)
	told := make([]string, len(r.values))
	for i, v := range r.values {
		told[i] = v.field + v.told
		if v.otherwise != "" {
			told[i] += fmt.Sprintf(" (else %q)", v.otherwise)
		}
	}
	s.screen.fact("  values", "%s", strings.Join(told, "; "))
}

// tryEnable shows that a flow with problems cannot be enabled, and why, in the flow's own language.
func (s *stage) tryEnable(ctx context.Context, admin *client, r rule, f flowInfo) error {
	err := enableFlow(ctx, admin, &f)
	var no refused
	if !errors.As(err, &no) {
		return err
	}
	s.screen.fact("flowEnable", "refused; asked with Accept-Language: %s, it says why:", r.locale)
	for _, e := range no {
		s.screen.hanging(fmt.Sprintf("      %-18s ", e.Problem), 25, e.Message)
	}
	return nil
}

func enableFlow(ctx context.Context, admin *client, f *flowInfo) error {
	const enable = `mutation($id: ID!, $version: Int) { flowEnable(id: $id, expectedVersion: $version) ` + flowPayload + ` }`
	var made struct{ Flow flowInfo }
	err := admin.act(ctx, enable, variables{"id": f.ID, "version": f.Version}, &made)
	if err == nil {
		*f = made.Flow
	}
	return err
}

func (s *stage) flowInput(r rule) variables {
	mapping := make([]variables, len(r.values))
	for i, v := range r.values {
		entry := variables{"position": i + 1}
		if v.expression != nil {
			entry["expression"] = v.expression
		} else {
			entry["field"] = v.field
		}
		if v.otherwise != "" {
			entry["missing"], entry["default"] = "DEFAULT", v.otherwise
		}
		mapping[i] = entry
	}
	return variables{
		"description": r.name,
		"source":      variables{"module": "RECORDS", "consumer": s.memory.ConsumerID, "action": r.source},
		"targets": []variables{{"integration": s.memory.Integration, "action": r.action,
			"parameters": variables{"template": r.template}, "recipient": r.to.input, "mapping": mapping}},
		"settings": variables{"locale": r.locale, "timeZone": r.zone, "defaultCountry": r.country},
	}
}
