package sqlite

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
)

// changeColumns reads the journal (c) with the execution (e) that a line belongs to, for its flow and event.
const (
	changeColumns = "c.seq, c.at, c.subject, c.key, c.root, c.name, c.aspect, c.from_state, c.to_state, c.cause, c.detail, coalesce(e.flow, 0), coalesce(e.event, 0)"
	changeTables  = "changes c LEFT JOIN executions e ON e.key = c.root AND c.subject IN ('EXECUTION', 'DELIVERY')"
)

func scanChange(r scanner) (c hub.Change, err error) {
	var code hub.ReasonCode
	err = r.Scan(&c.Seq, millis{&c.At}, text[hub.Subject]{&c.Subject}, &c.Key, &c.Root, text[string]{&c.Name}, text[hub.Aspect]{&c.Aspect},
		&c.From, &c.To, text[hub.ReasonCode]{&code}, document{&c.Cause}, &c.FlowKey, &c.EventKey)
	c.Cause.Code = code
	return c, err
}

// ChangesAfter reads the journal after a cursor, oldest first, at most limit. It asks nobody: the feed that calls it asks
// for every item.
func (db *DB) ChangesAfter(ctx context.Context, seq int64, limit int) (list []hub.Change, err error) {
	rows, err := db.read.QueryContext(ctx, "SELECT "+changeColumns+" FROM "+changeTables+" WHERE c.seq > ? ORDER BY c.seq LIMIT ?", seq, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		c, err := scanChange(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// LastChange is the newest cursor of the journal; 0 if it is empty.
func (db *DB) LastChange(ctx context.Context) (seq int64, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM changes").Scan(&seq)
	return seq, err
}
