package sqlite

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// activityColumns hold the numbers of a hub.Activity, in their order.
var activityColumns = [hub.ActivityNumbers]string{"published", "noticed",
	"started", "succeeded", "partial", "failed", "skipped", "cancelled", "unsettled",
	"d_made", "d_accepted", "d_sent", "d_delivered", "d_read", "d_unknown", "d_failed", "d_suppressed", "d_cancelled",
	"a_accepted", "a_retry", "a_rejected", "a_misconfigured", "a_unknown"}

// The statements of the activity. Adding to it is one statement for both spans, so a commit pays for one.
var activityAdd, activityRead = activityStatements()

func activityStatements() (add, read string) {
	var sums, updates []string
	for _, c := range activityColumns {
		sums = append(sums, "sum("+c+")")
		updates = append(updates, c+" = "+c+" + excluded."+c)
	}
	// ?1 and ?2 are when the spans began; the numbers follow and stand in both rows.
	numbers := ""
	for i := range activityColumns {
		numbers += ", ?" + strconv.Itoa(i+3)
	}
	add = "INSERT INTO activity (span, at, " + strings.Join(activityColumns[:], ", ") + ") VALUES (60, ?1" + numbers + "), (900, ?2" + numbers +
		") ON CONFLICT (span, at) DO UPDATE SET " + strings.Join(updates, ", ")
	read = "SELECT (at - ?1) / ?2, " + strings.Join(sums, ", ") + " FROM activity WHERE span = ?3 AND at >= ?1 AND at < ?4 GROUP BY 1 ORDER BY 1"
	return add, read
}

// Attempted counts an attempt that ended. The journal, which tells of everything else that is counted, has no line for one.
func (tx *Tx) Attempted(kind hub.OutcomeKind) { tx.attempts.Count(kind) }

// happened adds up what the batch brought and keeps it with what the same minute and quarter of an hour had before.
func (tx *Tx) happened() error {
	a := &tx.activity
	for i := range tx.changes {
		a.Count(&tx.changes[i])
	}
	a.Attempts = tx.attempts
	if a.Nothing() {
		return nil
	}
	var args [2 + hub.ActivityNumbers]any
	args[0], args[1] = ms(tx.now.Truncate(hub.ActivityMinute)), ms(tx.now.Truncate(hub.ActivityQuarter))
	for i, n := range a.Numbers() {
		args[i+2] = *n
	}
	return tx.exec(activityAdd, args[:]...)
}

// Activity is how much happened in each bucket of a range, oldest first; the range is made whole as hub.ActivityRange says. It is read
// from one row for each minute, or each quarter of an hour, whatever happened in it. SEE on automator/fracttal_hub.
func (db *DB) Activity(ctx context.Context, c hub.Caller, r hub.ActivityRange) ([]*hub.Activity, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	r, err := r.Check()
	if err != nil {
		return nil, err
	}
	var list []*hub.Activity
	for at := r.From; at.Before(r.To); at = at.Add(r.Bucket) {
		list = append(list, &hub.Activity{From: at, To: at.Add(r.Bucket)})
	}
	rows, err := db.read.QueryContext(ctx, activityRead, r.From.UnixMilli(), r.Bucket.Milliseconds(), int64(r.Step()/time.Second), r.To.UnixMilli())
	if err != nil {
		return nil, fault(err)
	}
	defer rows.Close()
	for rows.Next() {
		var bucket int
		var a hub.Activity
		dest := []any{&bucket}
		for _, n := range a.Numbers() {
			dest = append(dest, n)
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		list[bucket].Add(&a)
	}
	return list, fault(rows.Err())
}

// lately remembers what was committed: since the start, and second by second for a minute.
type lately struct {
	mu      sync.Mutex // taken once a commit, and by whoever reads
	all     hub.Activity
	seconds [61]hub.Activity // a ring by the second; From says which one it is
}

// add notes what a commit brought. A clock that was set back finds seconds of the future, which it begins anew when their turn comes.
func (l *lately) add(at time.Time, a *hub.Activity) {
	if a.Nothing() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all.Add(a)
	at = at.Truncate(time.Second)
	s := &l.seconds[at.Unix()%int64(len(l.seconds))]
	if !s.From.Equal(at) {
		*s = hub.Activity{From: at}
	}
	s.Add(a)
}

// read is what happened in the last sixty seconds that are over or have begun.
func (l *lately) read(now time.Time) hub.Activity {
	now = now.UTC()
	sum := hub.Activity{From: now.Add(-time.Minute), To: now}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.seconds {
		if s := &l.seconds[i]; s.From.After(sum.From.Add(-time.Second)) && !s.From.After(now) {
			sum.Add(s)
		}
	}
	return sum
}

// total is what happened since the start.
func (l *lately) total() hub.Activity {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all
}
