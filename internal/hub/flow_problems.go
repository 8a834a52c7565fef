package hub

import (
	"fmt"
	"time"

	"github.com/recado-hub/recado/internal/condition"
	"github.com/recado-hub/recado/internal/mapping"
)

// FlowFacts is what the world outside a flow says about it: gathered by the engine, judged by FlowProblems.
type FlowFacts struct {
	Consumer    *Consumer                               // of the source; nil if there is none
	Group       *Group                                  // of that consumer
	ActionKnown bool                                    // whether the catalogue has the source action
	Field       func(path string) FieldFact             // what the catalogue says of a field path of the source's rows
	Lookup      func(recordType, path string) FieldFact // the same of the records of a type; nil if it is not known
	Parameters  []Problem                               // what the source action says of its parameters, with paths inside the source
	Fetch       *FetchFacts                             // of where the source is fetched from; nil if it is not
	Targets     []TargetFacts                           // one for each target
	Events      []*Event                                // those that run the flow, archived ones aside
	Now         time.Time                               // when this holds: a consumer may have expired
}

// FieldFact is what the catalogue says of a field path: whether it exists and which rows of the matrix guard it.
type FieldFact struct {
	Known  bool
	Needs  []Row
	Type   string // of the field, as the catalogue has it: TEXT, TIMESTAMP ...; empty if it was not asked for
	Filled bool   // every record has something in the field
}

// TargetFacts is what is known of a target's integration and connector.
type TargetFacts struct {
	Integration *Integration // nil if there is none
	Connector   *Connector   // nil if it has never described itself
	Parameters  []Problem    // what the action's schema says of the parameters, with paths inside them
}

// FlowProblems lists everything that would make the flow fail, in the order of the screen. A flow with problems can be
// saved but not enabled; among them are warnings, which keep it from nothing. The first four are the "Required information"
// of the product.
func FlowProblems(f *Flow, facts FlowFacts) []Problem {
	var p []Problem
	d := &f.Definition
	p = append(p, checkText("description", f.Description, MaxDescription, true)...)
	p = append(p, triggerProblems(f, facts)...)
	p = append(p, sourceProblems(d.Source, facts)...)
	p = append(p, fetchProblems(f, facts)...)
	p = append(p, d.Filter.problems("filter")...)
	p = append(p, filterProblems(d, facts)...)
	if len(d.Targets) == 0 {
		p = append(p, Problem{Code: ProblemTargetEmpty, Path: "targets", Message: "Target connection settings cannot be empty"},
			Problem{Code: ProblemMappingEmpty, Path: "targets.0.mapping", Message: "Mapping to destination configuration cannot be empty"})
	}
	for i := range d.Targets {
		var tf TargetFacts
		if i < len(facts.Targets) {
			tf = facts.Targets[i]
		}
		p = append(p, targetProblems(Path("targets", i), &d.Targets[i], tf, facts, d.Settings)...)
	}
	p = append(p, followUpProblems(d, facts)...)
	p = append(p, d.Settings.problems()...)
	return append(p, collectProblems(d, facts)...)
}

// filterProblems judges the fields of the filter, and that it asks nothing of what was before: a flow runs when the records have
// long been written, and then nobody knows that any more.
func filterProblems(d *FlowDefinition, facts FlowFacts) (p []Problem) {
	d.Filter.Each("filter", func(path string, t Term) {
		if condition.Operation(t.Operation).AsksBefore() {
			p = append(p, Problem{Code: ProblemTermInvalid, Path: Path(path, "operation"),
				Message: "a flow's filter cannot ask for " + string(t.Operation) + ": it runs when the record has been written, and its earlier state is gone", NextStep: "move this term to the event"})
		}
		if _, ok := OccurrencePath(t.Field); ok && d.AsksAbout() {
			p = append(p, Problem{Code: ProblemTermInvalid, Path: Path(path, "field"),
				Message: "the filter is about the rows that were fetched, and asks nothing of the occurrence", NextStep: "move this term to the event"})
		} else if t.Field != "" && d.Source != nil && facts.Field != nil {
			p = append(p, fieldProblems(Path(path, "field"), t.Field, facts)...)
		}
	})
	return p
}

func sourceProblems(s *FlowSource, facts FlowFacts) []Problem {
	if s == nil || (s.Action == "" && s.ConsumerKey == 0) {
		return []Problem{{Code: ProblemSourceEmpty, Path: "source", Message: "Source configuration cannot be empty"}}
	}
	var p []Problem
	if s.Module != SourceModuleRecords {
		p = append(p, Problem{Code: ProblemSourceUnknown, Path: "source.module", Message: fmt.Sprintf("there is no source module %q; use RECORDS", Clip(s.Module, 40))})
	}
	switch {
	case s.Action == "":
		p = append(p, Problem{Code: ProblemSourceUnknown, Path: "source.action", Message: "The source needs an action; they are listed by catalog.sourceActions"})
	case !facts.ActionKnown:
		p = append(p, Problem{Code: ProblemSourceUnknown, Path: "source.action",
			Message: fmt.Sprintf("there is no source action %q; they are listed by catalog.sourceActions", Clip(s.Action, 60))})
	}
	switch s.Rows {
	case RowsMatching, RowsSubject:
	default:
		p = append(p, Problem{Code: ProblemSettingInvalid, Path: "source.rows", Message: fmt.Sprintf("there is no choice of rows %q; use MATCHING or SUBJECT", Clip(string(s.Rows), 40))})
	}
	for _, q := range facts.Parameters {
		q.Path = joinPath("source", q.Path)
		p = append(p, q)
	}
	return append(p, ConsumerProblems(facts.Consumer, facts.Now)...)
}

// ConsumerProblems says why a flow could not read with the rights of the consumer at a time; nil is one that does not
// exist.
func ConsumerProblems(c *Consumer, now time.Time) []Problem {
	const path = "source.consumer"
	switch {
	case c == nil:
		return []Problem{{Code: ProblemConsumerUnknown, Path: path, Message: "The source needs a consumer with whose rights it reads"}}
	case !c.Enabled:
		return []Problem{{Code: ProblemConsumerDisabled, Path: path, Message: Named("the consumer", c.Name) + " is disabled", NextStep: "enable it, or choose another"}}
	case c.Expired(now):
		return []Problem{{Code: ProblemConsumerDisabled, Path: path, Message: Named("the consumer", c.Name) + " has expired", NextStep: "give it a later expiry date or none, or choose another"}}
	case !c.HubEnabled:
		return []Problem{{Code: ProblemHubDisabled, Path: path, Message: Named("the consumer", c.Name) + " may not be used by flows: hubEnabled is off", NextStep: "switch hubEnabled on, or choose another consumer"}}
	}
	return nil
}

// fieldProblems judges one field path: it must exist, and the flow's consumer must be allowed to see it.
func fieldProblems(path, field string, facts FlowFacts) []Problem {
	fact := facts.Field(field)
	if !fact.Known && isCollected(field) {
		return []Problem{{Code: ProblemFieldUnknown, Path: path,
			Message: fmt.Sprintf("%q reads nothing here: in the message of a flow that collects there are collected.count, collected.occurrences, and collected.first, collected.last and collected.all with a field of the rows behind them", Clip(field, 60))}}
	}
	if !fact.Known {
		return []Problem{{Code: ProblemFieldUnknown, Path: path,
			Message: fmt.Sprintf("the source has no field %q; its fields are listed by catalog.recordTypes", Clip(field, 60))}}
	}
	return grantProblems(path, Clip(field, 60), fact, facts)
}

// grantProblems says which permission to read a field the flow's consumer lacks.
func grantProblems(path, field string, fact FieldFact, facts FlowFacts) []Problem {
	if facts.Group == nil {
		return nil
	}
	for _, row := range fact.Needs {
		if !facts.Group.Grants.Allows(row, See) {
			return []Problem{{Code: ProblemPermissionMissing, Path: path,
				Message:  fmt.Sprintf("%q needs %s:SEE, which %s of the flow's consumer lacks", field, row, Named("the group", facts.Group.Description)),
				NextStep: "grant it to the group, or choose another field"}}
		}
	}
	return nil
}

func targetProblems(path string, t *FlowTarget, tf TargetFacts, facts FlowFacts, s FlowSettings) []Problem {
	var p []Problem
	country := s.DefaultCountry
	if mapping.CheckCountry(country) != nil {
		country = "" // the settings have a problem of their own then
	}
	action, ap := targetAction(path, t, tf)
	p = append(p, ap...)
	for _, q := range tf.Parameters {
		q.Path = joinPath(path+".parameters", q.Path)
		p = append(p, q)
	}
	p = append(p, recipientProblems(path+".recipient", t.Recipient, action, facts, country)...)
	facts = facts.gathered(s)
	return append(p, mappingProblems(path+".mapping", t.Mapping, action, facts, facts.options(s))...)
}

func targetAction(path string, t *FlowTarget, tf TargetFacts) (*ConnectorAction, []Problem) {
	switch {
	case t.IntegrationKey == 0 && t.Action == "":
		return nil, []Problem{{Code: ProblemTargetEmpty, Path: path, Message: "Target connection settings cannot be empty"}}
	case tf.Integration == nil:
		return nil, []Problem{{Code: ProblemIntegrationUnknown, Path: path + ".integration", Message: "The target needs an integration"}}
	case tf.Connector == nil:
		return nil, []Problem{{Code: ProblemConnectorUnknown, Path: path + ".integration",
			Message: fmt.Sprintf("the connector %q of this integration is not there", tf.Integration.Connector), NextStep: "see connectors for its state"}}
	}
	action := tf.Connector.Action(t.Action)
	if action == nil {
		return nil, []Problem{{Code: ProblemActionUnknown, Path: path + ".action",
			Message: fmt.Sprintf("the connector %q has no action %q; they are listed by connectors.actions", tf.Connector.Name, Clip(t.Action, 60))}}
	}
	return action, nil
}

func joinPath(a, b string) string {
	if b == "" {
		return a
	}
	return a + "." + b
}

// Named is what a thing is, with its name quoted behind it: the group "Planners". Without a name, which it may have none of, or
// which its reader may not see, it is only what the thing is.
func Named(what, name string) string {
	if name == "" {
		return what
	}
	return fmt.Sprintf("%s %q", what, name)
}
