package sqlite

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

var audit = table[hub.AuditEntry]{
	kind: hub.KindAudit,
	name: "audit",
	columns: "key, at, last_at, count, kind, consumer, consumer_name, client, subject_type, subject, subject_name, changes, asked, reason, needs, others, " +
		"door, address, request",
	key: func(e *hub.AuditEntry) int64 { return e.Key },
	scan: func(r scanner) (*hub.AuditEntry, error) {
		e := &hub.AuditEntry{}
		return e, r.Scan(&e.Key, millis{&e.At}, millis{&e.LastAt}, &e.Count, text[hub.AuditKind]{&e.Kind}, &e.ConsumerKey, &e.ConsumerName, &e.ClientID,
			text[hub.AuditSubject]{&e.Subject}, &e.SubjectKey, &e.SubjectName, document{&e.Changes}, &e.Asked, &e.Reason, document{&e.Needs}, &e.Others,
			text[hub.AuditDoor]{&e.Via.Door}, &e.Via.Address, &e.Via.Request)
	},
}

// AuditLog lists who did what; values of objects that the caller may not see are left out. It needs SEE on
// settings/transactions_log.
func (db *DB) AuditLog(ctx context.Context, c hub.Caller, f hub.AuditFilter, p hub.Page) (hub.List[*hub.AuditEntry], error) {
	if err := c.Need(hub.RowTransactionsLog, hub.See); err != nil {
		return hub.List[*hub.AuditEntry]{}, err
	}
	q := auditWalk(f)
	l, err := audit.walk(db.reads(ctx), q, p)
	l.Total = audit.total(db.reads(ctx), q, hub.MaxCounted)
	discloseAudit(c, l.Items)
	return l, err
}

func auditWalk(f hub.AuditFilter) (q walk) {
	q.number("subject", "subject <> 0", f.SubjectKey)
	q.number("consumer", "consumer <> 0", f.ConsumerKey)
	q.oneOf("kind", texts(f.Kinds), wholeIndex)
	if !f.Since.IsZero() { // a tally that began an hour before may have gone on
		q.keys.and("key >= ?", hub.KeyAt(f.Since.Add(-time.Hour-clockSlack)))
		q.rest.and("last_at >= ?", ms(f.Since))
	}
	if !f.Until.IsZero() {
		q.keys.and("key < ?", hub.KeyAt(f.Until.Add(clockSlack)))
		q.rest.and("at < ?", ms(f.Until))
	}
	return q
}

// AuditEntry reads one entry; NOT_FOUND if there is none. It needs SEE on settings/transactions_log.
func (db *DB) AuditEntry(ctx context.Context, c hub.Caller, key int64) (*hub.AuditEntry, error) {
	if err := c.Need(hub.RowTransactionsLog, hub.See); err != nil {
		return nil, err
	}
	e, err := audit.get(db.reads(ctx), key)
	if err != nil {
		return nil, err
	}
	discloseAudit(c, []*hub.AuditEntry{e})
	return e, nil
}

// AuditEntriesByKey reads many entries in the order of the keys: nil where there is none, or everywhere without SEE on
// settings/transactions_log.
func (db *DB) AuditEntriesByKey(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.AuditEntry, error) {
	list, err := seen(ctx, db, c, hub.RowTransactionsLog, audit, keys)
	discloseAudit(c, list)
	return list, err
}

// discloseAudit leaves out what changed in objects that the caller may not see: what an object is belongs to its own row of the
// matrix, and the log must not be a way around it. Names stay, of who did it and of what it was done to: a log without them
// says nothing, and whoever may see it is to watch over everybody.
func discloseAudit(c hub.Caller, list []*hub.AuditEntry) {
	for _, e := range list {
		if e == nil || len(e.Changes) == 0 {
			continue
		}
		if row, ok := e.Subject.Row(); ok && !c.May(row, hub.See) {
			e.Changes = nil
			e.Hidden = []hub.Hidden{{Path: []string{"changes"}, Needs: []hub.Permission{row.Permission(hub.See)}}}
		}
	}
}

// Audit writes an entry into the audit log, in the transaction of what it tells: kind, subject and changes are given, the rest
// follows from the caller. A caller without a consumer is the machine itself.
func (tx *Tx) Audit(c hub.Caller, e hub.AuditEntry) error {
	e.Key, e.At, e.LastAt, e.Count, e.Via = hub.NewKey(tx.now), tx.now, tx.now, 1, c.Via
	if c.Consumer != nil {
		e.ConsumerKey, e.ConsumerName = c.Consumer.Key, c.Consumer.Name
	}
	return tx.auditInsert(&e, nil)
}

// auditInsert writes an entry; hour is nil unless it is a tally.
func (tx *Tx) auditInsert(e *hub.AuditEntry, hour any) error {
	return tx.exec("INSERT INTO audit ("+audit.columns+", hour) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		e.Key, ms(e.At), ms(e.LastAt), e.Count, string(e.Kind), e.ConsumerKey, e.ConsumerName, e.ClientID, string(e.Subject), e.SubjectKey, e.SubjectName,
		list(e.Changes), e.Asked, e.Reason, list(e.Needs), e.Others, string(e.Via.Door), e.Via.Address, e.Via.Request, hour)
}

// list writes a list as JSON text; none as an empty one.
func list[T any](items []T) string {
	if len(items) == 0 {
		return "[]"
	}
	return doc(items)
}

// The entries about the objects of configuration: before is nil when one was made, after when it was deleted.

func (tx *Tx) auditGroup(c hub.Caller, kind hub.AuditKind, before, after *hub.Group) error {
	of := after
	if of == nil {
		of = before
	}
	return tx.Audit(c, hub.AuditEntry{Kind: kind, Subject: hub.AuditGroup, SubjectKey: of.Key, SubjectName: of.Description,
		Changes: hub.AuditChanges(before.Audited(), after.Audited())})
}

func (tx *Tx) auditConsumer(c hub.Caller, kind hub.AuditKind, before, after *hub.Consumer, more ...hub.AuditChange) error {
	of := after
	if of == nil {
		of = before
	}
	return tx.Audit(c, hub.AuditEntry{Kind: kind, Subject: hub.AuditConsumer, SubjectKey: of.Key, SubjectName: of.Name,
		Changes: append(hub.AuditChanges(before.Audited(), after.Audited()), more...)})
}

func (tx *Tx) auditIntegration(c hub.Caller, kind hub.AuditKind, before, after *hub.Integration, secrets []hub.AuditChange) error {
	of := after
	if of == nil {
		of = before
	}
	return tx.Audit(c, hub.AuditEntry{Kind: kind, Subject: hub.AuditIntegration, SubjectKey: of.Key, SubjectName: of.Name,
		Changes: append(hub.AuditChanges(before.Audited(), after.Audited()), secrets...)})
}

func (tx *Tx) auditFlow(c hub.Caller, kind hub.AuditKind, before, after *hub.Flow) error {
	return tx.Audit(c, hub.AuditEntry{Kind: kind, Subject: hub.AuditFlow, SubjectKey: after.Key, SubjectName: after.Description,
		Changes: hub.AuditChanges(before.Audited(), after.Audited())})
}

func (tx *Tx) auditEvent(c hub.Caller, kind hub.AuditKind, before, after *hub.Event) error {
	return tx.Audit(c, hub.AuditEntry{Kind: kind, Subject: hub.AuditEvent, SubjectKey: after.Key, SubjectName: after.Description,
		Changes: hub.AuditChanges(before.Audited(), after.Audited())})
}

// switched is the kind of an entry about something that may have been enabled or disabled.
func switched(before, after bool) hub.AuditKind {
	switch {
	case before == after:
		return hub.AuditChanged
	case after:
		return hub.AuditEnabled
	}
	return hub.AuditDisabled
}

// KeysRotated has the keys that sign tokens replaced, and says so in the audit log: should rotate fail, nothing is written. It
// asks nobody: who can open the data directory owns what is in it.
func (db *DB) KeysRotated(ctx context.Context, rotate func() error) error {
	return db.Write(ctx, func(tx *Tx) error {
		if err := tx.Audit(theMachine, hub.AuditEntry{Kind: hub.AuditKeysRotated}); err != nil {
			return err
		}
		return rotate()
	})
}

// theMachine is who acts when a command does, or the first start.
var theMachine = hub.Caller{Via: hub.Via{Door: hub.DoorCommand}}
