package engine

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// earlier is what records were before an occurrence. It is read outside
// the transaction that stores the occurrence, so that this one has to ask whether it still holds.
type earlier struct {
	ctx   context.Context
	db    *sqlite.DB
	known map[recordName]hub.RecordState
}

func (e *Engine) earlier(ctx context.Context) *earlier {
	return &earlier{ctx: ctx, db: e.db, known: map[recordName]hub.RecordState{}}
}

// row is what a row was before; nil if nobody asks. Of a record that is new, every field is empty.
func (b *earlier) row(w *row) *row {
	if b == nil {
		return nil
	}
	before := &row{catalog: w.catalog, typ: w.typ, name: w.name, lookup: b.find}
	before.data, before.err = b.find(w.typ.Key, w.name)
	return before
}

func (b *earlier) find(typ, name string) (hub.Fields, error) {
	key := recordName{typ, name}
	if state, ok := b.known[key]; ok {
		return state.Data, nil
	}
	state, err := b.db.RecordState(b.ctx, typ, name)
	if err == nil {
		b.known[key] = state
	}
	return state.Data, err
}

// unmoved says errStale if a record is not as it was when it was read: another writer came first.
func (b *earlier) unmoved(tx *sqlite.Tx) error {
	if b == nil {
		return nil
	}
	for key, state := range b.known {
		version, err := tx.RecordVersion(key.typ, key.name)
		if err != nil {
			return err
		}
		if version != state.Version {
			return errStale
		}
	}
	return nil
}
