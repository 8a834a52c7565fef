package engine

import (
	"context"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// notices lets follow what follows from news of a provider, in the transaction that keeps what else its callback brought.
func (e *Engine) notices(tx *sqlite.Tx, integration int64, list []hub.Notice) error {
	for i := range list {
		if err := e.notice(tx, integration, &list[i]); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) notice(tx *sqlite.Tx, integration int64, n *hub.Notice) error {
	concerned, err := e.concerned(tx, integration, n)
	if err != nil {
		return err
	}
	for _, in := range concerned {
		switch n.Kind {
		case hub.NoticeOptedOut, hub.NoticeOptedIn:
			err = e.optOut(tx, in.Key, *n)
		case hub.NoticeActionChanged:
			err = e.actionChanged(tx, in, n)
			tx.AfterCommit(e.askAnew)
		case hub.NoticeIntegrationChanged:
			err = e.integrationChanged(tx, in, n)
			tx.AfterCommit(e.askAnew)
		default: // news of a kind that this hub does not know
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// concerned are the integrations that a notice is about: the one that received it, or those with the settings that it names, if they
// verify their callbacks with the same secret. Nobody can tell anything of the others.
func (e *Engine) concerned(tx *sqlite.Tx, integration int64, n *hub.Notice) (list []*hub.Integration, err error) {
	keys := []int64{integration}
	if len(n.Settings) > 0 {
		if keys, err = e.siblings(tx, integration); err != nil {
			return nil, err
		}
	}
	for _, key := range keys {
		in, err := tx.Integration(key)
		if hub.CodeOf(err) == hub.CodeNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if hub.Includes(in.Settings, n.Settings) {
			list = append(list, in)
		}
	}
	return list, nil
}

// actionChanged keeps with every flow that uses the action like this what is wrong, or that it is in order again; and has the
// connector asked, which may find more.
func (e *Engine) actionChanged(tx *sqlite.Tx, in *hub.Integration, n *hub.Notice) error {
	flows, err := tx.FlowsThrough(in.Key)
	if err != nil {
		return err
	}
	for _, f := range flows {
		for i := range f.Definition.Targets {
			if t := &f.Definition.Targets[i]; t.IntegrationKey == in.Key && n.Concerns(t) {
				if err := e.targetChanged(tx, f, i, in, n); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (e *Engine) targetChanged(tx *sqlite.Tx, f *hub.Flow, target int, in *hub.Integration, n *hub.Notice) error {
	kept, err := tx.FlowChecks(f.Key)
	if err != nil {
		return err
	}
	t := &f.Definition.Targets[target]
	check := hub.TargetCheck{FlowKey: f.Key, FlowVersion: f.Version, Target: target, IntegrationKey: in.Key, IntegrationVersion: in.Version, Use: t.Use().Fingerprint()}
	if old, _ := theOther(kept, target); old.Of(&f.Definition) {
		check.Problems = old.Problems
	}
	return e.applyCheck(tx, check.Told(n.Problems, tx.Now()), following{cause: toldBy(in), told: len(n.Problems) == 0})
}

// toldBy is the cause of what follows from a provider's news.
func toldBy(in *hub.Integration) hub.Reason {
	return hub.Reason{Code: hub.ReasonNotice, Message: "the provider told of it", By: in.ID()}
}

// integrationChanged pauses an integration that cannot send any more. That it can again is first seen by a check: the provider tells
// of one thing, and another may be wrong as well.
func (e *Engine) integrationChanged(tx *sqlite.Tx, in *hub.Integration, n *hub.Notice) error {
	if len(n.Problems) == 0 {
		if in.State != hub.IntegrationPaused {
			return nil
		}
		return tx.IntegrationCheckDue(in.Key, hub.AtOnce)
	}
	check := hub.TargetCheck{Problems: n.Problems}
	wrong, warnings := hub.Apart(n.Problems)
	worst := append(wrong, warnings...)[0]
	why := hub.Reason{Code: hub.ReasonNotice, Message: worst.Message, Path: worst.Path, Provider: string(worst.Code), NextStep: worst.NextStep, By: in.ID()}
	tx.Change(hub.Change{Subject: hub.SubjectIntegration, Key: in.Key, Aspect: hub.AspectProblems, To: string(check.Level()), Cause: why})
	if worst.Warning() {
		return nil
	}
	why.Code = hub.ReasonMisconfigured
	return tx.IntegrationPause(in.Key, why)
}

// checkIntegration checks a paused integration of which its provider told that it is in order again.
func (e *Engine) checkIntegration(ctx context.Context, key int64) error {
	in, err := e.integration(ctx, e.now(), key)
	if err != nil || in == nil {
		return err
	}
	ask, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	problems, err := e.connectors.Check(ask, in.open)
	wrong, _ := hub.Apart(problems)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return e.db.Write(ctx, func(tx *sqlite.Tx) error {
		if err != nil {
			return tx.IntegrationCheckDue(key, tx.Now().Add(hub.CheckAgain))
		}
		if err := tx.IntegrationCheckDue(key, time.Time{}); err != nil || len(wrong) > 0 {
			return err
		}
		tx.AfterCommit(e.nudge)
		return tx.IntegrationResumed(key, toldBy(in.Integration))
	})
}

// resumeFlows asks again about the flows of an integration that are paused, because a person checks it, and lets those go on of which
// nothing is found.
func (e *Engine) resumeFlows(ctx context.Context, c hub.Caller, integration int64) error {
	flows, err := e.db.FlowsThrough(ctx, integration)
	if err != nil {
		return err
	}
	ask, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	why := following{cause: hub.Reason{Code: hub.ReasonCheck, By: c.Consumer.ID()}, by: &c}
	for _, f := range flows {
		if ask.Err() != nil {
			return ctx.Err() // the others are looked at later
		}
		if f.Paused == nil || f.Paused.Code != hub.ReasonMisconfigured {
			continue
		}
		for i := range f.Definition.Targets {
			if err := e.askAgain(ask, f, i, why); err != nil {
				return err
			}
		}
	}
	return nil
}

// aboutMapping says whether a path, in a flow or of a connector, leads to the values of a mapping.
func aboutMapping(path string) bool {
	return strings.HasPrefix(path, "values") || strings.Contains(path, ".mapping")
}
