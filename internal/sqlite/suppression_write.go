package sqlite

import (
	"hash/maphash"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// known remembers of whom there is, or was, a suppression, by the hash of integration and recipient: nearly every delivery goes to
// somebody else, and for those nothing is read. It only grows, so that a transaction that is taken back leaves nothing wrong in it:
// that somebody is in it is no answer, but a reason to read. Only the writer's goroutine touches it.
type known struct {
	seed maphash.Seed
	who  map[uint64]struct{}
}

func (k *known) hash(integration int64, recipient string) uint64 {
	return maphash.String(k.seed, recipient) ^ uint64(integration)
}

func (k *known) add(integration int64, recipient string) {
	k.who[k.hash(integration, recipient)] = struct{}{}
}

func (k *known) has(integration int64, recipient string) bool {
	if len(k.who) == 0 {
		return false
	}
	_, ok := k.who[k.hash(integration, recipient)]
	return ok
}

// rememberSuppressed reads of whom there is a suppression, at start.
func (w *writer) rememberSuppressed() error {
	w.suppressed = known{maphash.MakeSeed(), map[uint64]struct{}{}}
	return w.c.each("SELECT DISTINCT integration, recipient FROM suppressions", nil, func(r scanner) error {
		var integration int64
		var recipient string
		err := r.Scan(&integration, &recipient)
		w.suppressed.add(integration, recipient)
		return err
	})
}

// Suppressions reads all of a recipient, also those that are over. For a recipient of whom there never was any it reads nothing.
func (tx *Tx) Suppressions(integration int64, recipient string) (list []*hub.Suppression, err error) {
	if !tx.db.w.suppressed.has(integration, recipient) {
		return nil, nil
	}
	return readAll(tx.each, scanSuppression, suppressionsTo, integration, recipient)
}

// Suppress leaves a recipient alone, and says so in the journal: it joins what is there on the same ground ([hub.Suppression.Join]).
// What it gives back is the suppression as it is then; news is false if nothing changed by it. root is the execution whose timeline
// tells of it; 0 if none does.
func (tx *Tx) Suppress(s *hub.Suppression, root int64) (now *hub.Suppression, news bool, err error) {
	was, err := first(readAll(tx.each, scanSuppression, suppressions.query(" WHERE integration = ? AND recipient = ? AND category = ? AND ground = ?"),
		s.IntegrationKey, s.Recipient, s.Category, string(s.Ground)))
	if err != nil {
		return nil, false, err
	}
	joined, news := was.Join(s, tx.now)
	if !news {
		return was, false, nil
	}
	out, from := *joined, "ACTIVE"
	if out.UpdatedAt = tx.now; out.Key == 0 {
		out.Key, from = hub.NewKey(tx.now), ""
	}
	if was != nil {
		if err := tx.exec("DELETE FROM suppressions WHERE key = ?", was.Key); err != nil {
			return nil, false, err
		}
	}
	if err := tx.exec("INSERT INTO suppressions ("+suppressionColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", out.Key, out.IntegrationKey, out.Recipient,
		out.Category, string(out.Ground), string(out.Source), doc(out.Reason), out.Note, ms(out.Since), msp(out.Until), out.DeliveryKey, out.ConsumerKey, ms(out.UpdatedAt)); err != nil {
		return nil, false, err
	}
	tx.db.w.suppressed.add(out.IntegrationKey, out.Recipient)
	tx.Change(hub.Change{Subject: hub.SubjectSuppression, Key: out.Key, Root: root, From: from, To: "ACTIVE", Cause: out.Reason})
	return &out, true, nil
}

// SuppressionLift ends one at a time that has come, and says so in the journal. It stays until there is a new one on the same ground.
func (tx *Tx) SuppressionLift(s *hub.Suppression, at time.Time, cause hub.Reason) error {
	if err := tx.exec("UPDATE suppressions SET until = ?, updated_at = ? WHERE key = ?", ms(at), ms(tx.now), s.Key); err != nil {
		return err
	}
	tx.Change(hub.Change{Subject: hub.SubjectSuppression, Key: s.Key, From: "ACTIVE", To: "LIFTED", Cause: cause})
	return nil
}

// SuppressionRemove takes one away for a caller, and says so in the journal and in the audit log; NOT_FOUND if there is none.
func (tx *Tx) SuppressionRemove(c hub.Caller, key int64) error {
	s, err := suppressions.get(tx.each, key)
	if err != nil {
		return err
	}
	if err := tx.exec("DELETE FROM suppressions WHERE key = ?", key); err != nil {
		return err
	}
	tx.Change(hub.Change{Subject: hub.SubjectSuppression, Key: key, From: "ACTIVE", To: "REMOVED", Cause: hub.Reason{Code: hub.ReasonOperator, By: c.Consumer.ID()}})
	return tx.auditSuppression(c, hub.AuditDeleted, s, nil)
}

// AuditSuppressed says in the audit log that a caller added a suppression.
func (tx *Tx) AuditSuppressed(c hub.Caller, s *hub.Suppression) error {
	return tx.auditSuppression(c, hub.AuditCreated, nil, s)
}

func (tx *Tx) auditSuppression(c hub.Caller, kind hub.AuditKind, before, after *hub.Suppression) error {
	of := after
	if of == nil {
		of = before
	}
	return tx.Audit(c, hub.AuditEntry{Kind: kind, Subject: hub.AuditSuppression, SubjectKey: of.Key, Changes: hub.AuditChanges(before.Audited(), after.Audited())})
}

// LastDeliveryTo is the key of the last delivery to a recipient through an integration; 0 if there is none.
func (tx *Tx) LastDeliveryTo(integration int64, recipient string) (key int64, err error) {
	_, err = tx.get("SELECT key FROM deliveries WHERE recipient = ? AND integration + 0 = ? ORDER BY key DESC LIMIT 1", []any{recipient, integration}, &key)
	return key, err
}
