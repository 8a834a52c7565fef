package engine

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

// fetchFacts is what the world says of where a flow fetches its rows; nil if it fetches none.
func (e *Engine) fetchFacts(ctx context.Context, f *hub.Flow, group *hub.Group, a *ahead) (*hub.FetchFacts, error) {
	s := f.Definition.Source
	if s.Fetch == nil {
		return nil, nil
	}
	facts := &hub.FetchFacts{}
	if action := e.catalog.SourceAction(s.Action); action != nil {
		about := s.Fetch.TypeAbout(action.RecordType)
		if facts.AboutKnown = e.catalog.RecordType(about) != nil; facts.AboutKnown {
			facts.Field = e.fieldsOf(about)
		}
	} else {
		facts.AboutKnown = s.Fetch.About == "" || e.catalog.RecordType(s.Fetch.About) != nil // the action is a problem of its own
	}
	if action := e.catalog.SourceAction(s.Action); action != nil && group != nil {
		row := e.catalog.RecordType(action.RecordType).Row
		cells, _ := e.catalog.Cells(row)
		needs := hub.Grants{row: cells & hub.ActionSet(hub.Add, hub.Edit)}
		facts.Lacks = needs.Without(group.Grants).Permissions()
	}
	in, err := e.integrationNow(ctx, s.Fetch.IntegrationKey, a)
	if hub.CodeOf(err) == hub.CodeNotFound {
		return facts, nil
	}
	if err != nil {
		return nil, err
	}
	facts.Integration, facts.Connector = in, e.connectors.Connector(in.Connector)
	if facts.Connector == nil {
		return facts, nil
	}
	if source := facts.Connector.Source(s.Fetch.Action); source != nil {
		var given json.RawMessage
		given, facts.Mapping = sampled(source.Parameters.JSON, s.Fetch)
		facts.Parameters, err = e.checkObject(facts.Connector, "source/"+source.Key, source.Parameters.JSON, given, hub.ProblemParameterInvalid)
		facts.Parameters = slices.DeleteFunc(facts.Parameters, func(p hub.Problem) bool { // of a value that is not known yet
			return slices.ContainsFunc(s.Fetch.Mapping, func(m hub.MappingEntry) bool { return m.Name == p.Path })
		})
	}
	return facts, err
}
