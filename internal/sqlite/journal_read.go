package sqlite

import (
	"context"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

const timeline = "SELECT " + changeColumns + " FROM " + changeTables + " WHERE c.root = ? AND e.key IS NOT NULL ORDER BY c.seq"

// Timeline reads what became of an execution and its deliveries, oldest first: every line of the journal about them. It is
// empty for an execution that there is not. It needs SEE on automator/fracttal_hub.
func (db *DB) Timeline(ctx context.Context, c hub.Caller, executionKey int64) ([]hub.Change, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	rows, err := readAll(db.reads(ctx), scanChanges, timeline, executionKey)
	return slices.Concat(rows...), err
}
