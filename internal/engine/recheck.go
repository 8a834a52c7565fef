package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// Bounds of asking connectors again by itself. Providers allow only so many such questions in an hour.
const (
	recheckBatch = 10              // questions at once
	recheckPause = 5 * time.Minute // between batches, unless somebody told of a change
)

// rechecking is the loop that asks connectors again what they said of flows: slowly by itself, and at once when a provider told of a
// change or a message was refused because of one.
type rechecking struct {
	e      *Engine
	resume time.Time // before it only what is urgent is asked
	lanes  lanes
}

func (e *Engine) recheck(ctx context.Context) {
	r := &rechecking{e: e, lanes: lanes{log: e.log, idle: e.askAnew}}
	defer r.lanes.all.Wait()
	e.loop(ctx, "checks", e.checking, retryLoop, r.round)
}

// askAnew wakes the loop.
func (e *Engine) askAnew() { signal(e.checking) }

// round has asked what is due, each connector beside the others, and says when to look again. What is to be asked is first noted as due
// later: it is not found again meanwhile, unless somebody finds that it is to be asked once more.
func (r *rechecking) round(ctx context.Context) (next time.Time, err error) {
	if r.e.draining.Load() {
		return time.Time{}, nil
	}
	if err := r.integrations(ctx); err != nil {
		return time.Time{}, err
	}
	now := time.Now()
	until := now
	if now.Before(r.resume) {
		until = hub.AtOnce
	}
	due, err := r.e.db.FlowChecksDue(ctx, until, recheckBatch)
	if err != nil {
		return time.Time{}, err
	}
	if err := r.targets(ctx, due); err != nil {
		return time.Time{}, err
	}
	switch {
	case len(due) < recheckBatch:
		next, err = r.e.db.NextFlowCheck(ctx)
		return later(next, r.resume), err
	case until.Equal(now):
		r.resume = now.Add(recheckPause)
	}
	return now, nil // there may be more that is urgent
}

// targets has connectors asked about flows.
func (r *rechecking) targets(ctx context.Context, due []*hub.TargetCheck) error {
	if len(due) == 0 {
		return nil
	}
	if err := r.e.db.Write(ctx, func(tx *sqlite.Tx) error {
		for _, c := range due {
			if err := tx.FlowCheckDue(c.FlowKey, c.Target, tx.Now().Add(hub.CheckAgain)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, c := range due {
		urgent := !c.DueAt.After(hub.AtOnce)
		q := question{subject{flow: c.FlowKey, target: c.Target}, func(ctx context.Context) error { return r.e.recheckTarget(ctx, c.FlowKey, c.Target, urgent) }}
		if err := r.add(ctx, c.IntegrationKey, q); err != nil {
			return err
		}
	}
	return nil
}

// integrations has paused ones checked of which their providers told that they are in order again.
func (r *rechecking) integrations(ctx context.Context) error {
	keys, err := r.e.db.IntegrationsToCheck(ctx, time.Now())
	if err != nil || len(keys) == 0 {
		return err
	}
	if err := r.e.db.Write(ctx, func(tx *sqlite.Tx) error {
		for _, key := range keys {
			if err := tx.IntegrationCheckDue(key, tx.Now().Add(hub.CheckAgain)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, key := range keys {
		q := question{subject{integration: key}, func(ctx context.Context) error { return r.e.checkIntegration(ctx, key) }}
		if err := r.add(ctx, key, q); err != nil {
			return err
		}
	}
	return nil
}

// add puts a question where the others to its connector are.
func (r *rechecking) add(ctx context.Context, integration int64, q question) error {
	in, err := r.e.integration(ctx, r.e.now(), integration)
	if err != nil {
		return err
	}
	connector := "" // of an integration that is gone: there is nobody to wait for
	if in != nil {
		connector = in.Connector
	}
	r.lanes.add(ctx, connector, q)
	return nil
}

// later keeps what is not urgent waiting.
func later(next, resume time.Time) time.Time {
	if !next.IsZero() && next.After(hub.AtOnce) && next.Before(resume) {
		return resume
	}
	return next
}

// recheckTarget asks the connector of a flow's target again, as the flow is now, and lets follow what follows. Of a flow that does nothing
// it is only asked if that is urgent.
func (e *Engine) recheckTarget(ctx context.Context, flow int64, target int, urgent bool) error {
	f, err := e.db.FlowNow(ctx, flow)
	if err != nil {
		return err
	}
	live := f.Enabled || f.Paused != nil
	if _, _, has := f.Definition.Intends(target); !has || !live && !urgent {
		return e.db.Write(ctx, func(tx *sqlite.Tx) error { return tx.FlowCheckDue(flow, target, hub.Never) })
	}
	ask, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	return e.askAgain(ask, f, target, following{cause: hub.Reason{Code: hub.ReasonCheck}})
}

// askAgain asks the connector of a flow's target and lets follow what follows. It first notes that it does: who finds meanwhile that the
// connector is to be asked once more is heard, and a question that ends the connector is not repeated at once.
func (e *Engine) askAgain(ctx context.Context, f *hub.Flow, target int, why following) error {
	write := context.WithoutCancel(ctx) // its end is that of the question
	if err := e.db.Write(write, func(tx *sqlite.Tx) error { return tx.FlowCheckDue(f.Key, target, tx.Now().Add(hub.CheckAgain)) }); err != nil {
		return err
	}
	check, err := e.askTarget(ctx, f, target)
	if err != nil || errors.Is(ctx.Err(), context.Canceled) {
		return err
	}
	return e.db.Write(write, func(tx *sqlite.Tx) error {
		kept, err := tx.FlowChecks(f.Key)
		if err != nil {
			return err
		}
		if own, _ := theOther(kept, target); own.FlowKey != 0 && !own.DueAt.After(hub.AtOnce) {
			tx.AfterCommit(e.askAnew)
			return nil
		}
		return e.applyCheck(tx, check, why)
	})
}

// following says what is to follow from a check, and why.
type following struct {
	cause hub.Reason
	// A paused flow goes on when something that an earlier check found is put right: what no check found, none can tell that it is right
	// again. It goes on without that, too, when a person asks for it or the provider told that it is in order.
	by   *hub.Caller
	told bool
}

// applyCheck keeps what is now known of a flow's target. What would make every message of an enabled flow fail pauses it, so that they
// wait; what was put right lets one go on that was paused for it.
func (e *Engine) applyCheck(tx *sqlite.Tx, check hub.TargetCheck, why following) error {
	f, err := tx.Flow(check.FlowKey)
	if err != nil {
		return err
	}
	if f.ArchivedAt != nil || !check.Of(&f.Definition) {
		return nil // it was saved anew meanwhile, and was checked then
	}
	kept, err := tx.FlowChecks(f.Key)
	if err != nil {
		return err
	}
	old, others := theOther(kept, check.Target)
	check = check.After(old, tx.Now())
	if err := e.followCheck(tx, f, old, &check, others, why); err != nil {
		return err
	}
	return tx.FlowCheckSave(check) // after a pause, which asks for another one
}

// theOther takes the check of a target out of those of its flow.
func theOther(kept []*hub.TargetCheck, target int) (own *hub.TargetCheck, others []*hub.TargetCheck) {
	own = &hub.TargetCheck{}
	for _, k := range kept {
		if k.Target == target {
			own = k
		} else {
			others = append(others, k)
		}
	}
	return own, others
}

func (e *Engine) followCheck(tx *sqlite.Tx, f *hub.Flow, old, check *hub.TargetCheck, others []*hub.TargetCheck, why following) error {
	if was, is := old.Worst(), check.Worst(); (f.Enabled || f.Paused != nil) && !was.Like(is) {
		tx.Change(hub.Change{Subject: hub.SubjectFlow, Key: f.Key, Aspect: hub.AspectProblems, From: string(old.Level()), To: string(check.Level()), Cause: causeOfProblems(is, check, f, why.cause)})
	}
	stops := check.Stops()
	if stops != nil && f.Enabled && f.Paused == nil {
		return tx.FlowPause(f.Key, reasonOf(*stops, check, f, hub.ReasonMisconfigured))
	}
	held := f.Paused != nil && f.Paused.Code == hub.ReasonMisconfigured
	if stops != nil || !held || slices.ContainsFunc(others, func(k *hub.TargetCheck) bool { return k.Stops() != nil }) {
		return nil
	}
	switch {
	case why.told && aboutMapping(f.Paused.Path): // of which the provider knows nothing
		return nil
	case !why.told && (!check.Answered() || why.by == nil && old.Stops() == nil):
		return nil
	}
	tx.AfterCommit(e.nudge)
	if why.by != nil {
		return tx.FlowResumeBy(*why.by, f.Key, why.cause)
	}
	return tx.FlowResume(f.Key, why.cause)
}

// causeOfProblems is the cause of a change of the problems of a target: the worst of them, if there are any.
func causeOfProblems(worst *hub.Problem, check *hub.TargetCheck, f *hub.Flow, cause hub.Reason) hub.Reason {
	if worst == nil {
		return cause
	}
	return reasonOf(*worst, check, f, cause.Code)
}

// reasonOf says a connector's problem with a target as a reason.
func reasonOf(p hub.Problem, check *hub.TargetCheck, f *hub.Flow, code hub.ReasonCode) hub.Reason {
	return hub.Reason{Code: code, Message: hub.SaidOf(p.Path, p.Message), Path: f.Definition.PathIn(check.Target, p.Path), Provider: string(p.Code), NextStep: p.NextStep,
		By: hub.ID(hub.KindIntegration, check.IntegrationKey)}
}
