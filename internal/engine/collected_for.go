package engine

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/mapping"
)

// gatheredFor is a recipient for whom a target of a flow gathers.
type gatheredFor struct {
	target    int    // of the version that runs; -1: that has it no more
	recipient string // as the store keeps it: of a long one, its hash
}

// key is how a collection names it: "=+5511999990001", and "2=..." of any target but the first.
func (g gatheredFor) key() string {
	key := "=" + shortened(g.recipient)
	if g.target > 0 {
		key = strconv.Itoa(g.target) + key
	}
	return key
}

// gatheredForOne is for whom a collection was gathered, by the targets of the version of the flow that runs; nil if for nobody alone.
func (e *Engine) gatheredForOne(ctx context.Context, now *hub.Flow, col *hub.Collection) (*gatheredFor, error) {
	number, to, ok := strings.Cut(col.Of, "=")
	if !ok {
		return nil, nil
	}
	then := now
	if col.FlowVersion != now.Version {
		var err error
		if then, err = e.db.FlowForEngine(ctx, col.FlowKey, col.FlowVersion); err != nil {
			return nil, err
		}
	}
	if c := then.Definition.Settings.Collect; c == nil || c.Key() != hub.CollectByRecipient {
		return nil, nil
	}
	target := 0
	if number != "" {
		var err error
		if target, err = strconv.Atoi(number); err != nil {
			return nil, nil // the subject of an occurrence without rows
		}
	}
	return &gatheredFor{target: sameTarget(then, now, target), recipient: to}, nil
}

// sameTarget is which target of a version of a flow that of another one is, for what is to go to the same address; -1 if none is. One that
// stands in for another of another kind may take other addresses, unless it finds them in the same place.
func sameTarget(then, now *hub.Flow, target int) int {
	was := then.Definition.Targets
	if target >= len(was) {
		return -1
	}
	if then.Version != now.Version {
		if target = hub.SameTargets(was, now.Definition.Targets)[target]; target < 0 {
			return -1
		}
		a, b := &was[0], &now.Definition.Targets[target]
		if len(was) == 1 && (a.IntegrationKey != b.IntegrationKey || a.Action != b.Action) && !reflect.DeepEqual(a.Recipient, b.Recipient) {
			return -1
		}
	}
	if now.Definition.Follows(target) {
		return -1
	}
	return target
}

// among is the one of a row's recipients to whom it goes alone: also when the row does not name them any more, unless it may be anybody's. A
// recipient that is not known, such as one of whom the hash is kept, is whoever is in the row.
func (g *gatheredFor) among(list []mapping.To, p *program) []mapping.To {
	if g == nil {
		return list
	}
	if i := slices.IndexFunc(list, func(to mapping.To) bool { return to.Text == g.recipient }); i >= 0 {
		return list[i : i+1]
	}
	switch {
	case !g.known():
		return list
	case p.flow.Definition.Source.Rows == hub.RowsSubject:
		return nil
	}
	return []mapping.To{{Text: g.recipient}}
}

// known says whether the recipient can be written to whatever the rows say.
func (g *gatheredFor) known() bool { return g.recipient != "" && g.recipient[0] != '#' }
