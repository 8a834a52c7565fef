package sqlite

import "github.com/recado-hub/recado/internal/hub"

// Of messages that must not overtake each other, one goes when no earlier one holds it any more. Nobody looks for that: who ends the
// holding says so, and the next one is woken in the same transaction.

// holding are the states in which a delivery holds others, as [hub.Delivery.Holds] says: word for word the condition of the index.
const holding = "order_key IS NOT NULL AND (state = 'PENDING' OR state = 'SENDING' OR hold_at IS NOT NULL)"

// HeldBy is the last of the earlier deliveries of a flow that hold one of the same order key, those of one execution left out; 0 if none
// does.
func (tx *Tx) HeldBy(d *hub.Delivery, without int64) (key int64, err error) {
	_, err = tx.get("SELECT key FROM deliveries WHERE flow = ? AND order_key = ? AND key < ? AND "+holding+" AND execution <> ? ORDER BY key DESC LIMIT 1",
		[]any{d.FlowKey, d.OrderKey, d.Key, without}, &key)
	return key, err
}

// passed is a delivery that held others and does so no more.
type passed struct {
	flow  int64
	order string
	key   int64
}

// Passed says that a delivery does not hold those behind it any more. The next of them is woken once the function that was handed to
// [DB.Write] has written everything: until then it may itself be about to be written, as it was read.
func (tx *Tx) Passed(flow int64, order string, key int64) {
	if order != "" {
		tx.passed = append(tx.passed, passed{flow, order, key})
	}
}

// wakePassed wakes for each delivery that passed the one behind it, if that waits for its turn. If another one holds that still, it
// notes which.
func (tx *Tx) wakePassed() error {
	for _, p := range tx.passed {
		var next, execution int64
		var waitingFor hub.ReasonCode
		found, err := tx.get("SELECT key, execution, waiting_for FROM deliveries WHERE flow = ? AND order_key = ? AND key > ? AND "+holding+" ORDER BY key LIMIT 1",
			[]any{p.flow, p.order, p.key}, &next, &execution, text[hub.ReasonCode]{&waitingFor})
		if err != nil {
			return err
		}
		if !found || waitingFor != hub.ReasonOrdered {
			continue
		}
		if err := tx.exec("UPDATE deliveries SET due_at = ? WHERE key = ?", ms(tx.now), next); err != nil {
			return err
		}
		if err := tx.exec("UPDATE executions SET due_at = ?, updated_at = ? WHERE key = ? AND state = 'WAITING' AND due_at > ?", ms(tx.now), ms(tx.now), execution, ms(tx.now)); err != nil {
			return err
		}
	}
	return nil
}
