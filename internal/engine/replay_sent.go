package engine

import (
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// sent is what an execution and its replays sent already, or may have.
type sent struct {
	to   map[string]map[string]bool // by record, the recipients
	done map[string]bool            // by record, whether its newest messages all went out; a record without any is not in it
}

// sentBy gathers what went out of some executions, oldest first, leaving out one of them.
func sentBy(tx *sqlite.Tx, family []*hub.Execution, without int64) (*sent, error) {
	s := &sent{to: map[string]map[string]bool{}, done: map[string]bool{}}
	for _, exec := range family {
		if exec.Key == without {
			continue
		}
		list, err := tx.DeliveriesOf(exec.Key)
		if err != nil {
			return nil, err
		}
		done := make(map[string]bool, len(list))
		for _, d := range list {
			gone := d.MayHaveGone()
			if before, known := done[d.Record]; !known || before {
				done[d.Record] = gone
			}
			if gone && d.Recipient != "" {
				if s.to[d.Record] == nil {
					s.to[d.Record] = map[string]bool{}
				}
				s.to[d.Record][d.Recipient] = true
			}
		}
		for record, all := range done {
			s.done[record] = all
		}
	}
	return s, nil
}

// all says whether there are messages, and nothing of them is left to be sent.
func (s *sent) all() bool {
	for _, done := range s.done {
		if !done {
			return false
		}
	}
	return len(s.done) > 0
}

// has says whether a message to a recipient about a record is not to be sent again: that one went out, or all that there
// were about the record.
func (s *sent) has(record, recipient string) bool {
	return s.done[record] || s.to[record][recipient]
}
