package sqlite

import (
	"encoding/json"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// executionPayloads takes away what is in an execution and its deliveries; what stays says who, when, about which record, what
// became of it, and by which codes. The execution is marked last, so that a step that ends in between leaves it to be found.
func (p *pruning) executionPayloads(key int64) (whole bool, err error) {
	e, err := p.ended(key)
	if err != nil || e == nil || e.emptied {
		return true, err
	}
	list, err := p.tx.deliveries("WHERE execution = ? AND emptied_at IS NULL ORDER BY key LIMIT ?", key, pruneRows)
	if err != nil {
		return false, err
	}
	for _, d := range list {
		if err := p.deliveryPayloads(d); err != nil {
			return false, err
		}
		if p.rows >= 2*pruneRows {
			return false, nil
		}
	}
	if len(list) == pruneRows {
		return false, nil
	}
	if whole, err := p.quotes(key); err != nil || !whole {
		return false, err
	}
	if err := p.delete("UPDATE replays SET input = '[]' WHERE execution = ? AND input IS NOT NULL", key); err != nil {
		return false, err
	}
	if whole, err := p.fetched(key); err != nil || !whole {
		return false, err
	}
	if whole, err := p.collected(key); err != nil || !whole {
		return false, err
	}
	if err := p.delete("UPDATE executions SET parameters = NULL, reason = ?, emptied_at = ? WHERE key = ?", reason(quiet(e.reason)), ms(p.tx.now), key); err != nil {
		return false, err
	}
	return true, p.with(e.occurrence, hub.PruneOccurrencePayloads, (*pruning).occurrencePayloads)
}

// fetched takes away what an execution asked its source, and what came.
func (p *pruning) fetched(key int64) (whole bool, err error) {
	for p.rows < 2*pruneRows {
		before := p.rows
		if err := p.delete("DELETE FROM fetched WHERE execution = ? AND number IN (SELECT number FROM fetched WHERE execution = ? LIMIT ?)", key, key, pruneRows); err != nil {
			return false, err
		}
		if p.rows > before {
			continue
		}
		f, err := p.tx.Fetch(key)
		if err != nil || f == nil {
			return true, err
		}
		f.Questions, f.Reason = nil, quiet(f.Reason)
		return true, p.tx.FetchSave(f)
	}
	return false, nil
}

// collected takes away what occurrences brought to an execution that gathered it, but for the names, and whom it was gathered for.
func (p *pruning) collected(key int64) (whole bool, err error) {
	for p.rows < 2*pruneRows {
		before := p.rows
		if err := p.delete(`UPDATE collected SET rows = (SELECT json_group_array(json_object('name', value ->> 'name')) FROM json_each(collected.rows))
			WHERE execution = ? AND occurrence IN (SELECT occurrence FROM collected WHERE execution = ? AND instr(rows, '"data":') > 0 LIMIT ?)`, key, key, pruneRows); err != nil {
			return false, err
		}
		if p.rows == before {
			return true, p.delete("UPDATE collections SET gathers = '' WHERE execution = ? AND gathers <> ''", key)
		}
	}
	return false, nil
}

// deliveryPayloads empties a delivery. The provider's ids go too: some write the recipient into them.
func (p *pruning) deliveryPayloads(d *hub.Delivery) error {
	if err := p.delete("UPDATE attempts SET provider_id = NULL, detail = NULL WHERE delivery = ?", d.Key); err != nil {
		return err
	}
	if err := p.delete("UPDATE receipts SET provider_id = 'pruned ' || key, message = NULL, detail = NULL WHERE delivery = ?", d.Key); err != nil {
		return err
	}
	return p.delete(`UPDATE deliveries SET recipient = '', provider_recipient = NULL, "values" = '[]', provider_id = NULL, reason = ?, emptied_at = ? WHERE key = ?`,
		reason(quiet(d.Reason)), ms(p.tx.now), d.Key)
}

// quiet is a reason without its free text.
func quiet(r *hub.Reason) *hub.Reason {
	if r != nil {
		unquote(r)
	}
	return r
}

// occurrencePayloads takes away what an occurrence brought, unless an execution of it still has its own payloads. Its hash stays,
// so that a repeat is known.
func (p *pruning) occurrencePayloads(key int64) (whole bool, err error) {
	var matches []hub.Match
	var held bool
	found, err := p.tx.get(`SELECT matches, EXISTS (SELECT 1 FROM executions WHERE occurrence = o.key AND occurrence <> 0 AND emptied_at IS NULL)
		FROM occurrences o WHERE key = ? AND emptied_at IS NULL`, []any{key}, matchesColumn{&matches}, &held)
	if err != nil || !found || held {
		return true, err
	}
	if whole, err := p.quotes(key); err != nil || !whole {
		return false, err
	}
	for i := range matches {
		m := &matches[i]
		m.Rows, m.Reason = nil, quiet(m.Reason)
		for j := range m.Skipped {
			unquote(&m.Skipped[j].Reason)
		}
	}
	return true, p.delete("UPDATE occurrences SET records = '[]', extensions = NULL, matches = ?, emptied_at = ? WHERE key = ?", doc(packMatches(matches)), ms(p.tx.now), key)
}

// quotes takes the free text out of what the journal says of a root.
func (p *pruning) quotes(root int64) (whole bool, err error) {
	type row struct {
		seq   int64
		lines []storedLine
	}
	list, err := readAll(p.tx.each, func(r scanner) (v row, err error) {
		err = r.Scan(&v.seq, document{&v.lines})
		return v, err
	}, `SELECT seq, lines FROM changes WHERE root = ? AND (instr(lines, '"message":') > 0 OR instr(lines, '"next":') > 0) ORDER BY seq LIMIT ?`, root, pruneRows)
	if err != nil {
		return false, err
	}
	for _, v := range list {
		for i := range v.lines {
			if v.lines[i].Cause, err = quietCause(v.lines[i].Cause); err != nil {
				return false, err
			}
		}
		if err := p.delete("UPDATE changes SET lines = ? WHERE seq = ?", doc(v.lines), v.seq); err != nil {
			return false, err
		}
	}
	return len(list) < pruneRows, nil
}

// quietCause is the cause of a line without its free text.
func quietCause(cause json.RawMessage) (json.RawMessage, error) {
	if !strings.HasPrefix(string(cause), "{") {
		return cause, nil
	}
	var r hub.Reason
	if err := json.Unmarshal(cause, &r); err != nil {
		return nil, err
	}
	unquote(&r)
	if r == (hub.Reason{Code: r.Code}) {
		return json.RawMessage(doc(r.Code)), nil
	}
	return json.RawMessage(doc(r)), nil
}
