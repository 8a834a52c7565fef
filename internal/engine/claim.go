package engine

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// Bounds of turns.
const (
	turnSize  = 8   // executions of a flow in its turn
	turnsMost = 256 // flows that are looked at in one transaction; the next one goes on behind them
)

// claiming is the taking up of due executions in one transaction. What has no room stays as it is and holds up no other.
type claiming struct {
	e     *Engine
	ctx   context.Context
	tx    *sqlite.Tx
	rules *rules
	hand  *handOver
	n     int
}

// due takes up a batch: first those whose place in a rate has come, which may stand behind many that have none; then whatever is due.
// When that is more than a batch, flows take turns, so that none waits until the flood of another is over. n is how many were taken
// up.
func (c *claiming) due() (n int, err error) {
	now := c.tx.Now()
	if err := c.paced(); err != nil {
		return c.n, err
	}
	list, err := c.tx.Due(now, claimBatch)
	if err != nil {
		return c.n, err
	}
	if len(list) == claimBatch {
		return c.n, c.turns()
	}
	clear(c.e.behind)
	for _, exec := range list {
		if _, err := c.take(exec); err != nil {
			return c.n, err
		}
	}
	return c.n, nil
}

func (c *claiming) paced() error {
	now := c.tx.Now()
	for _, key := range c.e.pacer.due(now, claimBatch) {
		exec, err := c.tx.Execution(key)
		if err != nil {
			return err
		}
		if exec == nil || exec.State != hub.Waiting || exec.DueAt == nil || exec.DueAt.After(now) {
			continue
		}
		if _, err := c.take(exec); err != nil {
			return err
		}
	}
	return nil
}

// turns gives each flow its turn, from the one behind that which had the last.
func (c *claiming) turns() error {
	idle := int64(0) // the first of the flows that had nothing since something was last taken up
	for range turnsMost {
		flow, err := c.tx.DueFlow(c.e.turn)
		if err != nil || flow == 0 && c.e.turn == 0 || flow != 0 && flow == idle {
			return err
		}
		c.e.turn = flow
		if flow == 0 { // behind the last one comes the first
			continue
		}
		taken, err := c.takeOf(flow)
		if err != nil || c.n >= claimBatch {
			return err
		}
		if taken > 0 {
			idle = 0
		} else if idle == 0 {
			idle = flow
		}
	}
	return nil
}

// takeOf is the turn of a flow.
func (c *claiming) takeOf(flow int64) (taken int, err error) {
	list, err := c.tx.DueOf(flow, c.tx.Now(), min(turnSize, claimBatch-c.n))
	if err != nil {
		return 0, err
	}
	for _, exec := range list {
		ok, err := c.take(exec)
		if err != nil {
			return taken, err
		}
		if !ok { // the others have no more room than this one, if they go the same way
			more, err := c.takeBehind(flow, exec)
			return taken + more, err
		}
		taken++
	}
	delete(c.e.behind, flow)
	return taken, nil
}

// take takes an execution up if it has room.
func (c *claiming) take(exec *hub.Execution) (taken bool, err error) {
	if !exec.Reading { // else it asks its source again, for which it needs no room
		room, err := c.e.hasRoom(c.ctx, c.tx, c.rules, exec, false)
		if err != nil || !room {
			return false, err
		}
	}
	if err := c.e.claimOne(c.ctx, c.tx, c.rules, exec, c.hand); err != nil {
		if hub.CodeOf(err) == hub.CodeInternal && c.ctx.Err() == nil {
			err = &stuckError{exec, err}
		}
		return false, err
	}
	c.n++
	return true, nil
}
