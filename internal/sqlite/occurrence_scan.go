package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// scanned is an occurrence without what events made of it, which would be most of what is read.
var scanned = table[hub.Occurrence]{
	kind: hub.KindOccurrence, name: "occurrences", columns: "key, type, subject, received_at, records",
	scan: func(r scanner) (*hub.Occurrence, error) {
		o := &hub.Occurrence{}
		return o, r.Scan(&o.Key, &o.Type, &o.Subject, millis{&o.ReceivedAt}, exact{&o.Records})
	},
	key: func(o *hub.Occurrence) int64 { return o.Key },
}

// scanPage bounds the memory of ScanOccurrences: an occurrence can be as large as hub.MaxOccurrenceBytes.
const scanPage = 20

// ScanOccurrences hands the occurrences of a type in a span of receipt to fn, newest first, until it says that it has enough. They come
// with all their records, for the engine to judge terms by: whatever is shown of them is for it to disclose. It needs SEE on
// automator/events, and on the row that guards the type.
func (db *DB) ScanOccurrences(ctx context.Context, c hub.Caller, typ string, since, until time.Time, fn func(*hub.Occurrence) (more bool, err error)) error {
	if err := c.Need(hub.RowEvents, hub.See); err != nil {
		return err
	}
	if err := db.eventTypes().need(c, typ); err != nil {
		return err
	}
	q := occurrenceWalk(hub.OccurrenceFilter{Type: typ, Since: since, Until: until}, nil, false)
	q.rest.and("emptied_at IS NULL")
	page := hub.Page{First: scanPage}
	for {
		list, err := scanned.walk(db.reads(ctx), q, page)
		if err != nil {
			return err
		}
		for _, o := range list.Items {
			page.After = hub.Cursor(o.Key)
			if more, err := fn(o); err != nil || !more {
				return err
			}
		}
		if !list.HasNext {
			return nil
		}
	}
}

// OccurrenceForEngine reads an occurrence with all that it brought; NOT_FOUND if there is none. It asks nobody: the engine judges
// terms by it, and discloses what it shows.
func (db *DB) OccurrenceForEngine(ctx context.Context, key int64) (*hub.Occurrence, error) {
	return occurrences.get(db.reads(ctx), key)
}
