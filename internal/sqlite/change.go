package sqlite

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// changeColumns reads rows of the journal (c) with the execution (e) to which they belong, for its flow and event.
const (
	changeColumns = "c.first, c.at, c.root, c.lines, coalesce(e.flow, 0), coalesce(e.event, 0)"
	changeTables  = "changes c LEFT JOIN executions e ON e.key = c.root"
)

// storedLine is a line of the journal inside its row. What is the same as in most lines is left out.
type storedLine struct {
	Subject hub.Subject     `json:"s"`
	Key     int64           `json:"k,omitempty"` // left out when it is the root
	Name    string          `json:"n,omitempty"`
	Aspect  hub.Aspect      `json:"a,omitempty"` // left out when it is STATE
	From    string          `json:"f,omitempty"`
	To      string          `json:"t"`
	Cause   json.RawMessage `json:"c"` // the code alone, or the whole reason as an object
}

// flush writes the journal lines of the whole batch: neighbours about one root become one row.
func (tx *Tx) flush() error {
	for start := 0; start < len(tx.changes); {
		end := start + 1
		for end < len(tx.changes) && tx.changes[end].Root == tx.changes[start].Root && tx.changes[end].Name == "" {
			end++
		}
		group := tx.changes[start:end]
		tx.lines = appendLines(tx.lines[:0], group)
		if err := tx.exec("INSERT INTO changes (seq, first, at, root, lines) VALUES (?, ?, ?, ?, ?)",
			group[len(group)-1].Seq, group[0].Seq, ms(group[0].At), group[0].Root, string(tx.lines)); err != nil {
			return err
		}
		start = end
	}
	return nil
}

// appendLines writes lines as JSON. Their words are constants of package hub, which need no escaping; whatever else a
// reason says goes through the JSON writer.
func appendLines(b []byte, group []hub.Change) []byte {
	for i := range group {
		c := &group[i]
		if i == 0 {
			b = append(b, '[')
		} else {
			b = append(b, ',')
		}
		b = append(append(b, `{"s":"`...), c.Subject...)
		if c.Key != c.Root {
			b = strconv.AppendInt(append(b, `","k":`...), c.Key, 10)
			b = append(b, `,"t":"`...)
		} else {
			b = append(b, `","t":"`...)
		}
		b = append(b, c.To...)
		if c.From != "" {
			b = append(append(b, `","f":"`...), c.From...)
		}
		if c.Aspect != hub.AspectState {
			b = append(append(b, `","a":"`...), c.Aspect...)
		}
		b = append(b, '"')
		if c.Name != "" {
			b = append(append(b, `,"n":`...), doc(c.Name)...)
		}
		b = append(b, `,"c":`...)
		if c.Cause == (hub.Reason{Code: c.Cause.Code}) {
			b = append(append(append(b, '"'), c.Cause.Code...), '"', '}')
		} else {
			b = append(append(b, doc(c.Cause)...), '}')
		}
	}
	return append(b, ']')
}

// scanChanges reads a row of the journal into its lines.
func scanChanges(r scanner) ([]hub.Change, error) {
	var first, root, flow, event int64
	var at time.Time
	var lines []storedLine
	if err := r.Scan(&first, millis{&at}, &root, document{&lines}, &flow, &event); err != nil {
		return nil, err
	}
	list := make([]hub.Change, len(lines))
	for i, l := range lines {
		c := hub.Change{Seq: first + int64(i), At: at, Subject: l.Subject, Key: l.Key, Root: root, Name: l.Name, Aspect: l.Aspect,
			From: l.From, To: l.To, FlowKey: flow, EventKey: event}
		if c.Key == 0 {
			c.Key = root
		}
		if c.Aspect == "" {
			c.Aspect = hub.AspectState
		}
		var err error
		if l.Cause[0] == '"' {
			err = json.Unmarshal(l.Cause, &c.Cause.Code)
		} else {
			err = json.Unmarshal(l.Cause, &c.Cause)
		}
		if err != nil {
			return nil, err
		}
		list[i] = c
	}
	return list, nil
}

// ChangesAfter reads the journal after a cursor, oldest first: at least limit lines if there are so many. For a cursor behind
// which lines are gone it is CURSOR_EXPIRED. It asks nobody: the feed that calls it asks for every item.
func (db *DB) ChangesAfter(ctx context.Context, seq int64, limit int) (list []hub.Change, err error) {
	rows, err := readAll(db.reads(ctx), scanChanges, "SELECT "+changeColumns+" FROM "+changeTables+" WHERE c.seq > ? ORDER BY c.seq LIMIT ?", seq, limit)
	for _, lines := range rows {
		for _, c := range lines {
			if c.Seq > seq {
				list = append(list, c)
			}
		}
	}
	if err == nil { // after they were read: what went meanwhile may be missing among them
		err = db.CursorUsable(seq)
	}
	if err != nil {
		return nil, err
	}
	return list, nil
}

// LastChange is the newest cursor of the journal, whose line may be gone; 0 if there never was one.
func (db *DB) LastChange(ctx context.Context) (seq int64, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM changes").Scan(&seq)
	return max(seq, db.floor.Load()), fault(err)
}
