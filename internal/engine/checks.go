package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Connectors are asked whether they could do what a flow means to have them do: outside of any transaction, because they ask their
// providers. What they say is kept, since screens read the problems of flows often.

// saveTimeout is how long saving or enabling a flow waits for what connectors say. Whoever is slower could not be asked.
const saveTimeout = 10 * time.Second

// askTargets asks the connectors of a flow about its targets, as far as they make sense without them. A caller who may not read what
// the flow reads learns nothing by it: it is told so when the flow is saved.
func (e *Engine) askTargets(ctx context.Context, c hub.Caller, f *hub.Flow) ([]hub.TargetCheck, error) {
	judged := f.Definition.Judged()
	if len(judged) == 0 || e.mayUse(c, f) != nil {
		return nil, nil
	}
	own, err := e.ownProblems(ctx, c, f, nil)
	if err != nil {
		return nil, err
	}
	ask, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	var checks []hub.TargetCheck
	for _, i := range judged {
		if !askable(i, own) {
			continue
		}
		check, err := e.askTarget(ask, f, i)
		if err != nil {
			return nil, err
		}
		checks = append(checks, check)
	}
	return checks, ctx.Err()
}

// mappingBroken are problems with which nobody can tell which values a target would give.
var mappingBroken = []hub.ProblemCode{hub.ProblemMappingEmpty, hub.ProblemMappingInvalid, hub.ProblemMappingCount, hub.ProblemMappingPlaces}

// askable says whether a target is so far in order that its connector can be asked about it.
func askable(target int, own []hub.Problem) bool {
	at := hub.Path("targets", target)
	if target == hub.FetchTarget {
		at = "source.fetch"
	}
	return !slices.ContainsFunc(own, func(p hub.Problem) bool {
		rest, in := strings.CutPrefix(p.Path, at)
		head, _, _ := strings.Cut(strings.TrimPrefix(rest, "."), ".")
		return in && !p.Warning() && (head == "" || head == "integration" || head == "action" || head == "parameters" || slices.Contains(mappingBroken, p.Code))
	})
}

// askTarget asks a target's connector now. When it cannot be asked, that is what the check says.
func (e *Engine) askTarget(ctx context.Context, f *hub.Flow, target int) (hub.TargetCheck, error) {
	integration, use, _ := f.Definition.Intends(target)
	check := hub.TargetCheck{FlowKey: f.Key, FlowVersion: f.Version, Target: target, IntegrationKey: integration, Use: use.Fingerprint()}
	in, err := e.integration(ctx, e.now(), integration)
	if err != nil {
		return check, err
	}
	asked := time.Now()
	if in != nil {
		check.IntegrationVersion = in.Version
		check.Problems, err = e.askConnectorFor(ctx, in, use)
	}
	if in == nil || err != nil {
		check.Problems = []hub.Problem{notAsked}
	}
	if check.Answered() {
		check.At = asked
	}
	check.DueAt = hub.Never
	if f.Enabled || f.Paused != nil {
		check.DueAt = check.Next(time.Now(), f.Paused != nil)
	}
	return check, nil
}

// notAsked is what is said when a connector cannot be asked: that keeps nobody from saving or enabling a flow.
var notAsked = hub.Problem{Code: hub.ProblemUnchecked, Path: "settings", Severity: hub.SeverityWarning,
	Message:  "the connector could not be asked whether the provider would take these messages",
	NextStep: "it is asked again by itself; save the flow again to have it asked now"}

func (e *Engine) askConnectorFor(ctx context.Context, in *integration, use hub.ActionUse) ([]hub.Problem, error) {
	if c := e.connectors.Connector(in.Connector); c == nil || c.State != hub.ConnectorReady {
		return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "the connector is not running; try again in a moment"}
	}
	return e.connectors.CheckAction(ctx, in.open, use)
}

// keptProblems are what connectors last said of the targets that a flow has, with paths into the flow.
func (e *Engine) keptProblems(ctx context.Context, c hub.Caller, f *hub.Flow, own []hub.Problem, a *ahead) ([]hub.Problem, error) {
	if f.Key == 0 {
		return nil, nil
	}
	kept, err := e.checksOf(ctx, f.Key, a)
	if err != nil {
		return nil, err
	}
	checks := make([]hub.TargetCheck, len(kept))
	for i := range kept {
		checks[i] = *kept[i]
	}
	return checkProblems(c, f, own, checks), nil
}

// checkProblems are what checks say of a flow, with paths into it. A target that no connector was asked about has a warning.
func checkProblems(c hub.Caller, f *hub.Flow, own []hub.Problem, checks []hub.TargetCheck) (list []hub.Problem) {
	for _, i := range f.Definition.Judged() {
		if !askable(i, own) {
			continue
		}
		found := slices.IndexFunc(checks, func(k hub.TargetCheck) bool { return k.Target == i && k.Of(&f.Definition) })
		if found < 0 {
			list = append(list, inFlow(c, i, f, notAsked))
			continue
		}
		for _, p := range checks[found].Problems {
			list = append(list, inFlow(c, i, f, p))
		}
	}
	return list
}

// inFlow is a connector's problem with its path in the flow. What it says of the settings of an integration is for those who may see
// them.
func inFlow(c hub.Caller, target int, f *hub.Flow, p hub.Problem) hub.Problem {
	p.Message = hub.SaidOf(p.Path, p.Message)
	if p.Code != notAsked.Code && ofSettings(p.Path) && !c.May(hub.RowAPIConnections, hub.See) {
		p.Message, p.NextStep = "the settings of the integration cannot be used", ""
	}
	if p.Path = f.Definition.PathIn(target, p.Path); !strings.HasPrefix(p.Path, "targets.") && target != hub.FetchTarget {
		p.Path = hub.Path("targets", target)
	}
	return p
}

func ofSettings(path string) bool {
	return strings.HasPrefix(path, "settings") || strings.HasPrefix(path, "secrets")
}

// FlowsCheckedAt is, for many flows in their order and in one read, when connectors last said whether the targets of each would work: of several
// targets, the earliest; nil if one of them was never asked, or there is none. SEE on automator/fracttal_hub.
func (e *Engine) FlowsCheckedAt(ctx context.Context, c hub.Caller, list []*hub.Flow) ([]*time.Time, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	keys := make([]int64, len(list))
	for i, f := range list {
		keys[i] = f.Key
	}
	kept, err := e.db.FlowsChecks(ctx, keys)
	at := make([]*time.Time, len(list))
	for i, f := range list {
		at[i] = checkedAt(f, kept[f.Key])
	}
	return at, err
}

func checkedAt(f *hub.Flow, kept []*hub.TargetCheck) (at *time.Time) {
	for _, i := range f.Definition.Judged() {
		found := slices.IndexFunc(kept, func(k *hub.TargetCheck) bool {
			return k.Target == i && k.Of(&f.Definition) && !k.At.IsZero()
		})
		if found < 0 {
			return nil
		}
		if at == nil || kept[found].At.Before(*at) {
			at = &kept[found].At
		}
	}
	return at
}
