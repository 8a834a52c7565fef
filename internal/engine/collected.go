package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// asCollection makes a run ready to find its rows if its execution has gathered them: as they were brought. From here on nothing joins it.
func (r *run) asCollection(p *program) error {
	if p.collect == nil || r.tx == nil || r.exec.Trigger != hub.StartedByEvent {
		return nil
	}
	rows, col, err := r.gathered(p, r.exec.Key, false)
	if err != nil || col == nil {
		return err
	}
	r.given = rows
	r.exec.Rows = distinctNames(r.given)
	if err := r.tx.ExecutionRows(r.exec.Key, r.exec.Rows); err != nil {
		return err
	}
	col.Open = false
	return r.tx.CollectionSave(col)
}

// gatheredFor is a recipient for whom a target of a flow gathers.
type gatheredFor struct {
	target    int
	recipient string // as the store keeps it: of a long one, its hash
}

// key is how a collection names it: "=+5511999990001", and "2=..." of any target but the first.
func (g gatheredFor) key() string {
	key := "=" + shortened(g.recipient)
	if g.target > 0 {
		key = strconv.Itoa(g.target) + key
	}
	return key
}

// only is the one recipient of a collection, if it was gathered for one; nil otherwise.
func only(p *program, col *hub.Collection) *gatheredFor {
	number, to, ok := strings.Cut(col.Of, "=")
	if !ok || p.collect == nil || p.collect.Key() != hub.CollectByRecipient {
		return nil
	}
	g := &gatheredFor{recipient: to}
	if number != "" {
		var err error
		if g.target, err = strconv.Atoi(number); err != nil || g.target >= len(p.flow.Definition.Targets) || p.flow.Definition.Follows(g.target) {
			return nil // of no recipient, or of a target that another version had
		}
	}
	return g
}

func distinctNames(rows []*row) []string {
	list := []string{}
	known := map[string]bool{}
	for _, w := range rows {
		if !known[w.name] {
			known[w.name], list = true, append(list, w.name)
		}
	}
	return list
}

// gathered are the rows that an execution has gathered, as they were brought or as they are now, with the collection; no collection if it is
// none.
func (r *run) gathered(p *program, execution int64, now bool) ([]*row, *hub.Collection, error) {
	col, err := r.from().Collection(execution)
	if err != nil || col == nil {
		return nil, nil, err
	}
	list, err := r.from().Collected(execution)
	if err != nil {
		return nil, nil, err
	}
	r.only = only(p, col)
	rows, err := r.collectedRows(p, list, now)
	return rows, col, err
}

// gatheredBefore makes a replay ready to find its rows if it replays an execution that has gathered them. A version that does not collect gets
// each record once.
func (r *run) gatheredBefore(p *program, root int64, now bool) (is bool, err error) {
	rows, col, err := r.gathered(p, root, now)
	if err != nil || col == nil {
		return false, err
	}
	if r.given = rows; p.collect == nil {
		r.given = lastOfEach(r.given)
	}
	return true, nil
}

func lastOfEach(rows []*row) []*row {
	last := make(map[string]*row, len(rows))
	for _, w := range rows {
		last[w.name] = w
	}
	return slices.DeleteFunc(rows, func(w *row) bool { return last[w.name] != w })
}

// collectedRows are the rows that occurrences brought, in the order in which they came, and notes which occurrences each came with. Those that
// brought none stand for all rows of their subject, once.
func (r *run) collectedRows(p *program, list []*hub.Collected, now bool) ([]*row, error) {
	rows := []*row{}
	r.heard = map[*row][]int64{}
	subjects := map[string][]*row{}
	for _, c := range list {
		var more []*row
		var err error
		if len(c.Rows) > 0 && p.flow.Definition.Source.Rows != hub.RowsSubject {
			more, err = r.broughtRows(p, c, now)
		} else if c.Subject != "" {
			known, is := subjects[c.Subject]
			if more = known; !is {
				more, err = r.recordsOf(p, c.Subject)
				subjects[c.Subject] = more
			}
		}
		if err != nil {
			return nil, err
		}
		for _, w := range more {
			if r.heard[w] == nil {
				rows = append(rows, w)
			}
			r.heard[w] = append(r.heard[w], c.OccurrenceKey)
		}
	}
	if len(rows) > 2*hub.MaxCollected {
		r.exec.Reason = tooMany(fmt.Sprintf("it gathered more than %d rows", 2*hub.MaxCollected))
	}
	return rows, nil
}

func (r *run) broughtRows(p *program, c *hub.Collected, now bool) (rows []*row, err error) {
	for _, one := range c.Rows {
		rec := &hub.Record{Name: one.Name, Data: one.Data}
		if one.Data == nil || now {
			if rec, err = r.from().Record(p.records.Key, one.Name); err != nil {
				return nil, err
			}
		}
		if rec != nil {
			rows = append(rows, r.row(p, rec))
		}
	}
	return rows, nil
}

func (r *run) recordsOf(p *program, subject string) (rows []*row, err error) {
	records, err := r.from().RecordsOfSubject(p.records.Key, subject, maxRows+1)
	for _, rec := range records {
		rows = append(rows, r.row(p, rec))
	}
	return rows, err
}

// rowsAgain are the rows of an execution of a collecting flow as they are now: what it gathered, or what it replays had; else those that it has
// deliveries for.
func (r *run) rowsAgain(p *program, it *item) ([]*row, error) {
	root := r.exec.Key
	if r.exec.Trigger == hub.StartedByReplay {
		replay, err := r.replays()
		if err != nil {
			return nil, err
		}
		root = replay.RootKey
	}
	rows, col, err := r.gathered(p, root, true)
	if err != nil || col != nil {
		return rows, err
	}
	names := r.exec.Rows
	if len(names) == 0 {
		names = []string{it.Record}
	}
	for _, name := range names {
		rec, err := r.tx.Record(p.records.Key, name)
		if err != nil {
			return nil, err
		}
		if rec != nil {
			rows = append(rows, r.row(p, rec))
		}
	}
	return rows, nil
}
