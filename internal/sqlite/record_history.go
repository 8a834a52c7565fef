package sqlite

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

// recordHistories are the states of records. The one that a record is in stands with it.
var recordHistories = nest[*hub.RecordVersion]{
	kept: []kept{{"records", "key", "key", "version, data, updated_at, source_at, consumer, occurrence"},
		{"record_versions", "record", "record, version", "version, data, at, source_at, consumer, occurrence"}},
	scan: scanVersion, by: byKey("version"), cursor: func(v *hub.RecordVersion) string { return hub.Cursor(int64(v.Version)) },
}

// RecordHistories lists the states of each of many records, newest first, from the one that it is in, in the order of the records' keys, which
// are distinct; the cursor of a state is its version. It is nil where there is no record, or where SEE on the row that guards its type is missing.
func (db *DB) RecordHistories(ctx context.Context, c hub.Caller, keys []int64, p hub.Page) ([]*hub.List[*hub.RecordVersion], error) {
	if err := c.NeedToken(); err != nil {
		return nil, err
	}
	r, types, may := db.reads(ctx), db.recordTypes(), make(map[int64]bool, len(keys))
	err := eachIn(keys, func(in string, args []any) error {
		return r("SELECT key, type FROM records WHERE key IN "+in, args, func(row scanner) error {
			var key int64
			var typ string
			err := row.Scan(&key, &typ)
			may[key] = types.may(c, typ)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return ofThose(keys, func(key int64) bool { return may[key] }, func(keys []int64) ([]*hub.List[*hub.RecordVersion], error) {
		n := recordHistories
		lists, err := pagedEach(n.by, p, n.cursor, keys, func(travels []travel) ([][]*hub.RecordVersion, error) {
			lists, err := n.read(r, travels)
			if err != nil {
				return nil, err
			}
			return lists, compare(r, travels, lists)
		})
		if err == nil {
			offer(n, r, lists, keys, hub.MaxConfigured)
		}
		return lists, err
	})
}

// recordState is one of the states of a record.
type recordState struct {
	record  int64
	version int
}

// compare says of states that follow each other, either way, what differs from the one before.
func compare(r reader, travels []travel, lists [][]*hub.RecordVersion) error {
	data := map[recordState]hub.Fields{}
	var before []recordState
	for i, t := range travels {
		list := lists[i]
		for _, v := range list {
			data[recordState{t.whole, v.Version}] = v.Data
		}
		if n := len(list); n > 0 && (t.back || n < t.limit) { // else the last one is beyond the page
			if oldest := min(list[0].Version, list[n-1].Version); oldest > 1 {
				before = append(before, recordState{t.whole, oldest - 1})
			}
		}
	}
	if err := statesInto(data, r, before); err != nil {
		return err
	}
	for i, t := range travels {
		for _, v := range lists[i] {
			if of, kept := data[recordState{t.whole, v.Version - 1}]; kept || v.Version == 1 {
				v.Changed = changedFields(of, v.Data)
			}
		}
	}
	return nil
}

// statesInto reads the data of states that have passed.
func statesInto(data map[recordState]hub.Fields, r reader, states []recordState) error {
	return inParts(len(states), func(from, to, size int) error {
		var args []any
		for i := range size {
			s := states[min(from+i, to-1)]
			args = append(args, s.record, s.version)
		}
		return r("SELECT record, version, data FROM record_versions WHERE (record, version) IN (VALUES "+rows(size, 2)+")", args, func(row scanner) error {
			var s recordState
			var fields hub.Fields
			err := row.Scan(&s.record, &s.version, exact{&fields})
			data[s] = fields
			return err
		})
	})
}

func scanVersion(r scanner) (*hub.RecordVersion, error) {
	v := &hub.RecordVersion{}
	err := r.Scan(&v.Version, exact{&v.Data}, millis{&v.At}, micros{&v.SourceUpdatedAt}, &v.ConsumerKey, &v.OccurrenceKey)
	return v, err
}

// changedFields names the fields that differ, those that only one of the two has among them.
func changedFields(before, after hub.Fields) []string {
	names := []string{}
	for key, v := range after {
		if old, ok := before[key]; !ok || !sameJSON(old, v) {
			names = append(names, key)
		}
	}
	for key := range before {
		if _, ok := after[key]; !ok {
			names = append(names, key)
		}
	}
	slices.Sort(names)
	return names
}

func sameJSON(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}
