package sqlite

import "time"

// TestsSince counts the test messages that a consumer sent since a time, and those that anybody sent to a recipient. It is
// for the engine, which has asked for the permission to send one.
func (tx *Tx) TestsSince(consumer int64, recipient string, since time.Time) (byConsumer, toRecipient int, err error) {
	if _, err = tx.get("SELECT count(*) FROM executions WHERE test = 1 AND started_by = ? AND created_at >= ?", []any{consumer, ms(since)}, &byConsumer); err != nil {
		return 0, 0, err
	}
	_, err = tx.get("SELECT count(*) FROM deliveries WHERE test = 1 AND recipient = ? AND created_at >= ?", []any{recipient, ms(since)}, &toRecipient)
	return byConsumer, toRecipient, err
}
