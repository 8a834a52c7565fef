package engine

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// notNow says that a source could not be asked, and that it is to be asked later.
type notNow struct {
	fetch  *hub.Fetch
	reason hub.Reason // why; its code is what the execution waits for
	due    time.Time
	pause  string // the place in the integration that is wrong: it is paused, so that one bad setting does not burn every occurrence
}

// Error says why.
func (n *notNow) Error() string { return n.reason.Message }

// readLater has an execution wait until its source is asked again.
func (e *Engine) readLater(ctx context.Context, p *program, key int64, n *notNow) error {
	return e.db.Write(ctx, func(tx *sqlite.Tx) error {
		return e.amendReading(tx, key, func(r *run) error {
			if n.pause != "" {
				cause := n.reason
				cause.By, cause.Code, cause.Path = r.exec.ID(), hub.ReasonMisconfigured, n.pause
				if err := tx.IntegrationPause(p.flow.Definition.Source.Fetch.IntegrationKey, cause); err != nil {
					return err
				}
			}
			if err := tx.FetchSave(n.fetch); err != nil {
				return err
			}
			gone, err := r.nothingHolds(p, n)
			if err != nil {
				return err
			}
			r.quiet = r.exec.State == hub.Waiting
			if r.later = n; gone {
				r.later = nil
				tx.AfterCommit(e.reread)
			} else {
				r.line(hub.SubjectExecution, key, hub.AspectFetch, "", string(n.reason.Code), n.reason)
			}
			tx.AfterCommit(e.nudge)
			return r.settle(n.reason)
		})
	})
}

// nothingHolds tells whether what an execution is to wait for has gone since that was found: whoever ended it woke those that waited then.
func (r *run) nothingHolds(p *program, n *notNow) (bool, error) {
	of := p.flow.Definition.Source.Fetch.IntegrationKey
	switch n.reason.Code {
	case hub.ReasonFlowPaused:
		f, err := r.tx.Flow(r.exec.FlowKey)
		return err == nil && f.Paused == nil, err
	case hub.ReasonIntegrationPaused, hub.ReasonConnectorDown:
		in, err := r.tx.Integration(of)
		switch {
		case hub.CodeOf(err) == hub.CodeNotFound:
			return true, nil
		case err != nil:
			return false, err
		case n.reason.Code == hub.ReasonIntegrationPaused:
			return in.State != hub.IntegrationPaused, nil
		}
		c := r.e.connectors.Connector(in.Connector)
		return c != nil && c.State == hub.ConnectorReady, nil
	}
	return false, nil
}
