package engine

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
)

// flowReads is the least that a flow's consumer needs: SEE on the row of its source (and what writing its records needs, if they are
// fetched), on that of the occurrences for which it fetches, and on those of every record that its fields lead to or that it looks up. A draft that reads nothing yet needs nothing, and neither does a field that does not exist.
func (e *Engine) flowReads(f *hub.Flow) hub.Grants {
	needs := hub.Grants{}
	s := f.Definition.Source
	if s == nil || e.catalog.SourceAction(s.Action) == nil {
		return needs
	}
	typ := e.catalog.RecordType(e.catalog.SourceAction(s.Action).RecordType)
	needs[typ.Row] = hub.ActionSet(hub.See)
	if s.Fetch != nil { // what is fetched is written
		cells, _ := e.catalog.Cells(typ.Row)
		needs[typ.Row] |= cells & hub.ActionSet(hub.Add, hub.Edit)
	}
	add := func(recordType, path string, collect *hub.Collect) {
		fact, _, _ := e.resolve(recordType, path, collect)
		for _, row := range fact.Needs {
			needs[row] |= hub.ActionSet(hub.See)
		}
	}
	for _, path := range flowFields(&f.Definition) {
		at, field := f.Definition.TypeAt(typ.Key, path)
		add(at, field, f.Definition.Settings.Collect)
	}
	if f.Definition.AsksAbout() {
		about := s.Fetch.TypeAbout(typ.Key)
		if t := e.catalog.RecordType(about); t != nil {
			needs[t.Row] |= hub.ActionSet(hub.See)
		}
		for _, path := range fetchFields(s.Fetch) {
			add(about, path, nil)
		}
	}
	for _, l := range flowLookups(&f.Definition) {
		add(l.Type, l.Field, nil)
	}
	return needs
}

// FlowPermissionsNeeded lists the least that the consumer of a flow needs, whether it holds it or not. SEE on
// automator/fracttal_hub.
func (e *Engine) FlowPermissionsNeeded(_ context.Context, c hub.Caller, f *hub.Flow) ([]hub.Permission, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	return e.flowReads(f).Permissions(), nil
}

// FlowPermissionsExcess lists what the group of a flow's consumer grants beyond what all flows that read as that consumer
// need together, in their current versions. ok is false if the flow has no consumer. SEE on automator/fracttal_hub, and on
// settings/user_accounts, since it tells what a group grants.
func (e *Engine) FlowPermissionsExcess(ctx context.Context, c hub.Caller, f *hub.Flow) (excess []hub.Permission, ok bool, err error) {
	for _, row := range []hub.Row{hub.RowHub, hub.RowUserAccounts} {
		if err := c.Need(row, hub.See); err != nil {
			return nil, false, err
		}
	}
	if f.Definition.Source == nil {
		return nil, false, nil
	}
	consumer, group, err := e.db.ConsumerRights(ctx, f.Definition.Source.ConsumerKey)
	if err != nil || consumer == nil || group == nil {
		return nil, false, err
	}
	flows, err := e.db.FlowsReadingAs(ctx, consumer.Key)
	if err != nil {
		return nil, false, err
	}
	rest := group.Grants
	for _, flow := range flows {
		rest = rest.Without(e.flowReads(flow))
	}
	return rest.Permissions(), true, nil
}
