package sqlite

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

// RecordHistory lists the states of a record, newest first, from the one that it is in; the cursor of one is its version. It
// needs SEE on the row that guards the record's type.
func (db *DB) RecordHistory(ctx context.Context, c hub.Caller, key int64, p hub.Page) (hub.List[*hub.RecordVersion], error) {
	var none hub.List[*hub.RecordVersion]
	rec, err := db.Record(ctx, c, key)
	if err != nil {
		return none, err
	}
	limit, below, err := newestFirst(p)
	if err != nil {
		return none, err
	}
	// One more for whether there is a next page, and one to compare the last with.
	list, err := readAll(db.reads(ctx), scanVersion, `SELECT version, data, at, source_at, consumer, occurrence FROM (
	SELECT version, data, updated_at AS at, source_at, consumer, occurrence FROM records WHERE key = ?1
	UNION ALL SELECT version, data, at, source_at, consumer, occurrence FROM record_versions WHERE record = ?1)
	WHERE version < ?2 ORDER BY version DESC LIMIT ?3`, rec.Key, below, limit+1)
	if err != nil {
		return none, err
	}
	for i := range list[:max(len(list)-1, 0)] {
		list[i].Changed = changedFields(list[i+1].Data, list[i].Data)
	}
	if n := len(list); n > 0 && list[n-1].Version == 1 {
		list[n-1].Changed = changedFields(nil, list[n-1].Data)
	}
	return cutOff(list, limit), nil
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
