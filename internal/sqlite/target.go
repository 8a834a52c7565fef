package sqlite

import (
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Through is an integration through which something of an execution is due, and what that waited for.
type Through struct {
	IntegrationKey int64
	WaitingFor     hub.ReasonCode
}

// DueThrough lists through which integrations deliveries of an execution are to go by a time, each with what they waited for.
func (tx *Tx) DueThrough(execution int64, now time.Time) (list []Through, err error) {
	err = tx.each("SELECT DISTINCT integration, waiting_for FROM deliveries WHERE execution = ? AND +state = 'PENDING' AND due_at <= ?", []any{execution, ms(now)}, func(r scanner) error {
		var t Through
		err := r.Scan(&t.IntegrationKey, text[hub.ReasonCode]{&t.WaitingFor})
		list = append(list, t)
		return err
	})
	return list, err
}
