package sqlite

import (
	"context"
	"regexp"

	"github.com/recado-hub/recado/internal/hub"
)

// A reason is told in free text, and that may hold more than its reader may see: a connector that pauses a flow may quote the
// message that it was given, and the hub itself names the group, the consumer or the flow that stood in the way.

// naming says of the hub's own reasons which rows guard the objects that their messages name.
var naming = map[hub.ReasonCode][]hub.Row{
	hub.ReasonFlowDisabled: {hub.RowHub},
	hub.ReasonHubDisabled:  {hub.RowAPIConnections},
	hub.ReasonPermission:   {hub.RowAPIConnections, hub.RowUserAccounts},
}

// aName is a name as messages quote it, with the space before it.
var aName = regexp.MustCompile(` "(?:[^"\\]|\\.)*"`)

// unname leaves out of a reason the names of objects that the caller may not see, and says what it would need to see them. The
// sentence stays whole without them: the group of the flow's consumer lacks this or that.
func unname(c hub.Caller, r *hub.Reason) []hub.Permission {
	needs := lacks(c, naming[r.Code])
	if needs != nil {
		r.Message = aName.ReplaceAllString(r.Message, "")
	}
	return needs
}

// unnamed is unname for a reason that others may hold; what it left out is added to hidden.
func unnamed(c hub.Caller, r *hub.Reason, hidden *[]hub.Hidden) *hub.Reason {
	if r == nil {
		return nil
	}
	own := *r
	if needs := unname(c, &own); needs != nil {
		*hidden = append(*hidden, hub.Hidden{Path: []string{"reason", "message"}, Needs: needs})
	}
	return &own
}

// unquote takes the free text out of a reason.
func unquote(r *hub.Reason) { r.Message, r.NextStep = "", "" }

// DiscloseCause leaves out of the cause of a change what the caller may not see. e is the execution that the change is about, as
// the caller was given it.
func (db *DB) DiscloseCause(c hub.Caller, e *hub.Execution, cause *hub.Reason) {
	if e.Hides("timeline") {
		unquote(cause)
	}
	unname(c, cause)
}

// discloseFlow leaves out of a flow what the caller may not see of why it is paused.
func (db *DB) discloseFlow(ctx context.Context, c hub.Caller, f *hub.Flow) (err error) {
	f.Paused, f.Hidden, err = db.pausedFor(ctx, c, f.Paused, "paused")
	return err
}

// DiscloseIntegration leaves out of an integration what the caller may not see of why it is paused. Whatever reads one for a
// caller has done it already; it is for what was read with [DB.IntegrationNow], which asks nobody.
func (db *DB) DiscloseIntegration(ctx context.Context, c hub.Caller, i *hub.Integration) (err error) {
	i.Reason, i.Hidden, err = db.pausedFor(ctx, c, i.Reason, "reason")
	return err
}

// pausedFor is the reason for a pause as the caller may see it, and what was left out of it.
func (db *DB) pausedFor(ctx context.Context, c hub.Caller, r *hub.Reason, path string) (*hub.Reason, []hub.Hidden, error) {
	if r == nil || lacks(c, db.recordRows()) == nil {
		return r, nil, nil
	}
	rows, err := db.quotable(ctx, r)
	needs := lacks(c, rows)
	if err != nil || needs == nil {
		return r, nil, err
	}
	own := *r
	unquote(&own)
	return &own, []hub.Hidden{{Path: []string{path, "message"}, Needs: needs}, {Path: []string{path, "nextStep"}, Needs: needs}}, nil
}

// quotable are the rows of what the reason for a pause may quote: of all that stood in the message about which the connector
// said it. If it is not known which that was, it may have been any.
func (db *DB) quotable(ctx context.Context, r *hub.Reason) ([]hub.Row, error) {
	if r.Code == hub.ReasonOperator {
		return nil, nil // a person's own words, for whoever finds it paused
	}
	kind, key, err := hub.ParseID(r.By)
	if err == nil && kind == hub.KindIntegration {
		return nil, nil // its provider told of it, and not about a message
	}
	if err != nil || kind != hub.KindDelivery {
		return db.recordRows(), nil
	}
	d, err := first(readAll(db.reads(ctx), scanDelivery, deliveries.query(" WHERE key = ?"), key))
	if err != nil || d == nil {
		return db.recordRows(), err
	}
	p, err := db.provenance(ctx, d.FlowKey, d.FlowVersion)
	if err != nil {
		return nil, err
	}
	return p.all, nil
}

// shown discloses one thing that was read or written for a caller.
func shown[T any](ctx context.Context, c hub.Caller, disclose func(context.Context, hub.Caller, *T) error) func(*T, error) (*T, error) {
	return func(v *T, err error) (*T, error) {
		if err != nil || v == nil {
			return nil, err
		}
		if err := disclose(ctx, c, v); err != nil {
			return nil, err
		}
		return v, nil
	}
}

// allShown is shown for a list, in which some may be nil.
func allShown[T any](ctx context.Context, c hub.Caller, disclose func(context.Context, hub.Caller, *T) error) func([]*T, error) ([]*T, error) {
	return func(list []*T, err error) ([]*T, error) {
		if err != nil {
			return nil, err
		}
		return list, disclosing(ctx, c, list, disclose)
	}
}
