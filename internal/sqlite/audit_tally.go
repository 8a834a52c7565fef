package sqlite

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// AuditDelay is how long the audit log keeps tokens and denials in memory before it writes them, so that they cost the callers
// nothing and the writer little. A crash loses those of that time; a stop loses none. The first token that a consumer is
// given from an address in an hour is written without delay.
const AuditDelay = 5 * time.Second

// How many tallies an hour can have. What comes beyond goes into one of its kind for all others: counts stay exact, whoever
// calls, and however many addresses they have. With the most of strangers and of refused consumers, every hour for 400 days,
// the log has 2.3 million rows, about half a gigabyte.
const (
	talliesOfGrants    = 1000 // of consumers that proved who they are
	talliesOfKnown     = 100  // refused tokens, denials, or revoked tokens, of consumers that are known
	talliesOfStrangers = 20
)

// tallyKept is how long tallies are kept. The table refuses to lose younger ones.
const tallyKept = 400 * 24 * time.Hour

// tallyChunk is how many tallies are written in one transaction: intake must not wait for more.
const tallyChunk = 50

// tally is what is the same in all that one row stands for.
type tally struct {
	hour          int64
	kind          hub.AuditKind
	consumer      int64
	subject       int64 // a consumer, of a revoked token
	client        string
	address       string
	door          hub.AuditDoor
	asked, reason string
	needs         string
	others        bool
}

// class is what shares one bound.
type class struct {
	hour  int64
	kind  hub.AuditKind
	known bool
}

func (t tally) class() class { return class{t.hour, t.kind, t.consumer != 0} }

func (c class) most() int {
	switch {
	case !c.known:
		return talliesOfStrangers
	case c.kind == hub.AuditTokenGranted:
		return talliesOfGrants
	}
	return talliesOfKnown
}

// rest is the tally of all others.
func (t tally) rest() tally {
	return tally{hour: t.hour, kind: t.kind, needs: list[hub.Permission](nil), others: true}
}

// tallied is how often and when.
type tallied struct {
	count       int
	first, last time.Time
	request     string // of the first
}

func (t *tallied) add(more tallied) {
	if t.count == 0 || more.first.Before(t.first) {
		t.first, t.request = more.first, more.request
	}
	if more.last.After(t.last) {
		t.last = more.last
	}
	t.count += more.count
}

// tallies is what was counted and not written yet.
type tallies struct {
	mu      sync.Mutex
	pending map[tally]*tallied
	sizes   map[class]int
	granted map[tally]struct{} // of this hour
	hour    int64
	timer   *time.Timer
	closed  bool

	writing sync.Mutex // one flush at a time
	pruned  time.Time  // guarded by writing
}

func hourOf(at time.Time) int64 { return at.Truncate(time.Hour).UnixMilli() }

// NoteDenial counts a denial, or a token that was granted or refused, for the audit log. It asks nobody: the doors tell it what
// they answered. It never waits for the disk.
func (db *DB) NoteDenial(d hub.Denial, at time.Time) {
	at = at.UTC().Truncate(time.Millisecond)
	t := tally{hour: hourOf(at), kind: d.Kind, consumer: d.ConsumerKey, address: d.Via.Address, door: d.Via.Door, asked: d.Asked, reason: d.Reason, needs: list(d.Needs)}
	if t.consumer == 0 {
		t.client = hub.ClipClientID(d.ClientID)
	}
	db.tallies.mu.Lock()
	defer db.tallies.mu.Unlock()
	if db.tallies.closed {
		return
	}
	db.tallies.add(t, tallied{count: 1, first: at, last: at, request: d.Via.Request})
	db.arm(db.tallies.delay(t))
}

// add counts; it is called with the lock held.
func (t *tallies) add(key tally, n tallied) {
	if t.pending == nil {
		t.pending, t.sizes = map[tally]*tallied{}, map[class]int{}
	}
	row, ok := t.pending[key]
	if !ok {
		if c := key.class(); !key.others && t.sizes[c] >= c.most() {
			t.add(key.rest(), n)
			return
		} else if !key.others {
			t.sizes[c]++
		}
		row = &tallied{}
		t.pending[key] = row
	}
	row.add(n)
}

// delay is how long what was counted last can wait: not at all if it is the first token in the hour.
func (t *tallies) delay(key tally) time.Duration {
	if key.kind != hub.AuditTokenGranted {
		return AuditDelay
	}
	if t.granted == nil || t.hour != key.hour {
		t.granted, t.hour = map[tally]struct{}{}, key.hour
	}
	if _, ok := t.granted[key]; ok || len(t.granted) >= talliesOfGrants {
		return AuditDelay
	}
	t.granted[key] = struct{}{}
	return 0
}

// arm has what is pending written after a while; it is called with the lock held.
func (db *DB) arm(after time.Duration) {
	t := &db.tallies
	switch {
	case t.closed:
	case t.timer == nil:
		t.timer = time.AfterFunc(after, func() { _ = db.flushAudit() }) // what was not written waits for the next turn
	case after == 0:
		t.timer.Reset(0)
	}
}

// take hands out what is pending, oldest first.
func (t *tallies) take() []tally {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
	return slices.SortedFunc(maps.Keys(t.pending), func(a, b tally) int { return t.pending[a].first.Compare(t.pending[b].first) })
}

// flushAudit writes what is pending, a few rows at a time.
func (db *DB) flushAudit() error {
	t := &db.tallies
	t.writing.Lock()
	defer t.writing.Unlock()
	keys := t.take()
	for chunk := range slices.Chunk(keys, tallyChunk) {
		if err := db.flushChunk(chunk); err != nil {
			t.mu.Lock()
			defer t.mu.Unlock()
			db.arm(AuditDelay)
			return err
		}
	}
	if now := time.Now(); len(keys) > 0 && now.Sub(t.pruned) >= time.Hour {
		t.pruned = now
		return db.pruneAudit(now)
	}
	return nil
}

// flushChunk writes the counts that some tallies have now, and then takes them off: what is counted meanwhile stays.
func (db *DB) flushChunk(keys []tally) error {
	t := &db.tallies
	counts := make([]tallied, len(keys))
	t.mu.Lock()
	for i, key := range keys {
		counts[i] = *t.pending[key]
	}
	t.mu.Unlock()
	err := db.Write(context.Background(), func(tx *Tx) error {
		for i, key := range keys {
			if err := tx.tally(key, counts[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	more := false
	for i, key := range keys {
		row := t.pending[key]
		if row.count -= counts[i].count; row.count > 0 {
			row.first, row.request, more = counts[i].last, "", true
			continue
		}
		delete(t.pending, key)
		if c := key.class(); !key.others {
			if t.sizes[c]--; t.sizes[c] == 0 {
				delete(t.sizes, c)
			}
		}
	}
	if more {
		db.arm(AuditDelay)
	}
	return nil
}

// closeAudit writes what is pending, and counts nothing from then on.
func (db *DB) closeAudit() error {
	db.tallies.mu.Lock()
	db.tallies.closed = true
	db.tallies.mu.Unlock()
	return db.flushAudit()
}

const tallyOf = "hour = ? AND kind = ? AND consumer = ? AND subject = ? AND client = ? AND address = ? AND door = ? AND asked = ? AND reason = ? AND needs = ? AND others = ?"

// tally counts n more of a kind: in their own row, or in that of all others when the hour has no more room.
func (tx *Tx) tally(key tally, n tallied) error {
	counted, err := tx.one("UPDATE audit SET count = count + ?, last_at = max(last_at, ?) WHERE hour IS NOT NULL AND "+tallyOf,
		n.count, ms(n.last), key.hour, string(key.kind), key.consumer, key.subject, key.client, key.address, string(key.door), key.asked, key.reason, key.needs, key.others)
	if err != nil || counted {
		return err
	}
	if !key.others {
		c := key.class()
		rows, err := number(tx.each, "SELECT count(*) FROM audit WHERE hour IS NOT NULL AND hour = ? AND kind = ? AND (consumer <> 0) = ? AND others = 0", c.hour, string(c.kind), c.known)
		if err != nil {
			return err
		}
		if rows >= c.most() {
			return tx.tally(key.rest(), n)
		}
	}
	e := &hub.AuditEntry{Key: hub.NewKey(n.first), At: n.first, LastAt: n.last, Count: n.count, Kind: key.kind, ConsumerKey: key.consumer, ClientID: key.client,
		SubjectKey: key.subject, Asked: key.asked, Reason: key.reason, Others: key.others, Via: hub.Via{Door: key.door, Address: key.address, Request: n.request}}
	if err := (document{&e.Needs}).Scan(key.needs); err != nil {
		return err
	}
	if key.consumer != 0 {
		if e.ConsumerName, err = tx.consumerName(key.consumer); err != nil {
			return err
		}
	}
	if key.subject != 0 {
		e.Subject = hub.AuditConsumer
		if e.SubjectName, err = tx.consumerName(key.subject); err != nil {
			return err
		}
	}
	return tx.auditInsert(e, key.hour)
}

// auditRevoked counts a token that was taken back, in the transaction that does it. It is a tally as well: a consumer may take
// back as many of its own tokens as it likes.
func (tx *Tx) auditRevoked(c hub.Caller, holder int64) error {
	return tx.tally(tally{hour: hourOf(tx.now), kind: hub.AuditTokenRevoked, consumer: c.Consumer.Key, subject: holder, address: c.Via.Address, door: c.Via.Door,
		needs: list[hub.Permission](nil)}, tallied{count: 1, first: tx.now, last: tx.now, request: c.Via.Request})
}

// consumerName is what a consumer is called now; empty if it is gone.
func (tx *Tx) consumerName(key int64) (name string, err error) {
	_, err = tx.get("SELECT name FROM consumers WHERE key = ?", []any{key}, &name)
	return name, err
}

// Old tallies go so many in one transaction, and so many times in an hour: more than an hour can bring.
const (
	pruneStep  = 200
	pruneSteps = 10
)

// pruneAudit takes tallies away that are older than they are kept.
func (db *DB) pruneAudit(now time.Time) error {
	before := hourOf(now.Add(-tallyKept)) - 2*time.Hour.Milliseconds() // the last of an hour, and a newest row that is of this one
	for range pruneSteps {
		var gone int64
		err := db.Write(context.Background(), func(tx *Tx) (err error) {
			gone, err = tx.c.exec("DELETE FROM audit WHERE key IN (SELECT key FROM audit WHERE hour IS NOT NULL AND hour < ? ORDER BY hour LIMIT ?)", before, pruneStep)
			return err
		})
		if err != nil || gone < pruneStep {
			return err
		}
	}
	return nil
}
