package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// fetching is the asking of a source for an execution.
type fetching struct {
	hub.Fetch
	e     *Engine
	p     *program
	exec  *hub.Execution
	about []*row // of the occurrence
}

// fetch asks the source connector of a flow for rows, takes them over as records with the rights of the flow's consumer, and keeps them. A
// reason says why there is nothing, and [notNow] that there may be later.
func (a *fetching) fetch(ctx context.Context) (why *hub.Reason, err error) {
	in, connector, why, err := a.ready(ctx)
	if why != nil || err != nil {
		return why, err
	}
	if a.Questions, why, err = a.e.fetchQuestions(a.p, connector, a.about); why != nil || err != nil {
		return why, err
	}
	asked := time.Now()
	a.AskedAt, a.Reason = &asked, nil
	rows, err := a.e.askAll(ctx, a.p, in, a.Questions, maxFetched)
	var many tooManyFetched
	switch {
	case err != nil && a.e.draining.Load():
		return nil, errDraining // the connectors are ending: the next start asks again
	case errors.As(err, &many):
		return tooMany(many.Error()), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return a.failed(err)
	}
	taken, err := a.e.takeOver(ctx, a.p, rows)
	if code := hub.CodeOf(err); err != nil && code != hub.CodeInternal && code != hub.CodeUnavailable && ctx.Err() == nil {
		return unfetched(err), nil
	}
	if err != nil {
		return nil, err
	}
	return nil, a.keep(ctx, taken)
}

// ready is whom to ask, if nothing keeps that from being asked now. What does is waited for, for as long as messages of the flow may wait.
func (a *fetching) ready(ctx context.Context) (in *integration, connector *hub.Connector, why *hub.Reason, err error) {
	if in, err = a.e.integration(ctx, a.e.now(), a.p.flow.Definition.Source.Fetch.IntegrationKey); err != nil {
		return nil, nil, nil, err
	}
	if in == nil {
		return nil, nil, notFetched("source.fetch.integration", "the integration from which the flow fetches is gone", "choose another one"), nil
	}
	flow, err := a.e.flow(ctx, a.e.now(), a.exec.FlowKey)
	if err != nil {
		return nil, nil, nil, err
	}
	connector = a.e.connectors.Connector(in.Connector)
	held := heldFromAsking(flow, in, connector)
	if held == nil {
		return in, connector, nil, nil
	}
	expires := a.expires()
	if !time.Now().Before(expires) {
		return nil, nil, notFetched(held.Path, held.Message+"; that took longer than the flow allows", "replay it"), nil
	}
	return nil, nil, nil, &notNow{fetch: &a.Fetch, reason: *held, due: expires}
}

// expires is until when the execution may wait for its source.
func (a *fetching) expires() time.Time {
	return a.exec.CreatedAt.Add(a.p.flow.Definition.Settings.Retry().MaxAge)
}

// heldFromAsking is why a source is not asked now, although nobody knows that it would fail; nil if it is asked.
func heldFromAsking(flow *hub.Flow, in *integration, connector *hub.Connector) *hub.Reason {
	switch {
	case flow.Paused != nil:
		return &hub.Reason{Code: hub.ReasonFlowPaused, Path: "source.fetch", Message: "the source is asked when the flow goes on"}
	case in.State == hub.IntegrationPaused:
		return &hub.Reason{Code: hub.ReasonIntegrationPaused, Path: "source.fetch.integration", Message: "the source is asked when its integration goes on"}
	case connector == nil || connector.State != hub.ConnectorReady:
		return &hub.Reason{Code: hub.ReasonConnectorDown, Path: "source.fetch.integration", Message: "the source is asked when its connector is running"}
	}
	return nil
}

// failed says what follows when a source could not be asked: like a message it is tried again, later each time, as often and for as long
// as the flow allows. Settings that cannot be used pause the integration.
func (a *fetching) failed(err error) (*hub.Reason, error) {
	a.Reason = unfetched(err)
	var known *hub.Error
	if errors.As(err, &known) && len(known.Problems) > 0 && ofSettings(known.Problems[0].Path) {
		why := *a.Reason
		why.Code = hub.ReasonIntegrationPaused
		return nil, &notNow{fetch: &a.Fetch, reason: why, due: a.expires(), pause: known.Problems[0].Path}
	}
	if hub.CodeOf(err) != hub.CodeUnavailable {
		return a.Reason, nil
	}
	o := hub.Outcome{Kind: hub.OutcomeRetry, Message: a.Reason.Message}
	if known != nil {
		o.RetryAfter = known.RetryAfter
	}
	next := hub.Decide(a.Attempts, a.exec.CreatedAt, o, a.p.flow.Definition.Settings, time.Now(), rand.Float64())
	a.Attempts = next.Attempts
	why := *a.Reason
	switch {
	case next.State == hub.Pending:
		why.Code = hub.ReasonSourceWaits
		return nil, &notNow{fetch: &a.Fetch, reason: why, due: next.DueAt}
	case next.Reason.Code == hub.ReasonTooOld:
		why.Message = fmt.Sprintf("%s; when it may be asked again is later than the flow allows", why.Message)
	default:
		why.Message = fmt.Sprintf("%s; it was asked as often as the flow allows: %d", why.Message, a.Attempts)
	}
	return &why, nil
}

// keep keeps what was asked and what came, in order that nobody is asked again for this execution, and that it can be seen later.
func (a *fetching) keep(ctx context.Context, rows []hub.FetchedRow) error {
	for first := true; first || len(rows) > 0; first = false {
		some := rows[:min(len(rows), keepBatch)]
		rows = rows[len(some):]
		err := a.e.db.Write(ctx, func(tx *sqlite.Tx) error {
			if first {
				a.Rows = 0
				if err := tx.FetchedClear(a.ExecutionKey); err != nil { // of a time before a crash
					return err
				}
			}
			f := a.Fetch
			if f.Rows += len(some); len(rows) == 0 {
				now := tx.Now()
				f.DoneAt = &now
				tx.Change(hub.Change{Subject: hub.SubjectExecution, Key: a.exec.Key, Root: a.exec.Key, Aspect: hub.AspectFetch, To: strconv.Itoa(f.Rows),
					Cause: hub.Reason{Code: hub.ReasonFetched, By: hub.ID(hub.KindIntegration, a.p.flow.Definition.Source.Fetch.IntegrationKey)}, FlowKey: a.exec.FlowKey, EventKey: a.exec.EventKey})
			}
			if err := tx.FetchSave(&f); err != nil {
				return err
			}
			return tx.FetchedInsert(a.ExecutionKey, some)
		})
		if err != nil {
			return err
		}
		a.Rows += len(some)
	}
	return nil
}
