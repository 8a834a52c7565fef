package engine

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// sent is what an execution and its replays sent already, or may have, by the targets of the version that is asked about.
type sent struct {
	to   map[sentPlace]map[string]bool // the recipients
	done map[sentPlace]bool            // whether the newest messages all went out; a place without any is not in it
}

// sentPlace is a record and the target through which a message about it goes.
type sentPlace struct {
	target int
	record string
}

// sentBy gathers what went out of some executions, oldest first, leaving out one of them. same translates the targets of an execution's
// version into those that are asked about.
func sentBy(tx *sqlite.Tx, family []*hub.Execution, without int64, same func(*hub.Execution) ([]int, error)) (*sent, error) {
	s := &sent{to: map[sentPlace]map[string]bool{}, done: map[sentPlace]bool{}}
	for _, exec := range family {
		if exec.Key == without {
			continue
		}
		list, err := tx.DeliveriesOf(exec.Key)
		if err != nil {
			return nil, err
		}
		rows, err := tx.DeliveryRows(exec.Key)
		if err != nil {
			return nil, err
		}
		targets, err := same(exec)
		if err != nil {
			return nil, err
		}
		s.add(list, rows, targets)
	}
	return s, nil
}

// add notes the deliveries of an execution, with the rows that they are about where these are others than their records; those of targets that
// are none any more say nothing.
func (s *sent) add(list []*hub.Delivery, rows map[int64][]string, targets []int) {
	done := make(map[sentPlace]bool, len(list))
	for _, d := range list {
		if d.State == hub.Suppressed && d.Reason != nil && d.Reason.Code == hub.ReasonNotNeeded {
			continue // there was nothing to send
		}
		target := d.Target
		if targets != nil {
			if target >= len(targets) || targets[target] < 0 {
				continue
			}
			target = targets[target]
		}
		for _, record := range recordsTold(d, rows) {
			s.note(done, sentPlace{target, record}, d)
		}
	}
	for at, all := range done {
		s.done[at] = all
	}
}

// recordsTold are the names of the records that a delivery is about, given which rows those of its execution are about.
func recordsTold(d *hub.Delivery, rows map[int64][]string) []string {
	if names, known := rows[d.Key]; known {
		return names
	}
	return []string{d.Record}
}

// note notes what a delivery says of a place.
func (s *sent) note(done map[sentPlace]bool, at sentPlace, d *hub.Delivery) {
	gone := d.MayHaveGone()
	if before, known := done[at]; !known || before {
		done[at] = gone
	}
	if gone && d.Recipient != "" {
		if s.to[at] == nil {
			s.to[at] = map[string]bool{}
		}
		s.to[at][d.Recipient] = true
	}
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

// has says whether a message to a recipient is not to be sent again: that one went out, or all that there were about the record.
func (s *sent) has(at sentPlace, recipient string) bool {
	return s.done[at] || s.to[at][recipient]
}

// sameTargets says which targets of a version those of an execution's version are; nil if they are the same ones.
func (e *Engine) sameTargets(ctx context.Context, now *hub.Flow) func(*hub.Execution) ([]int, error) {
	return func(exec *hub.Execution) ([]int, error) {
		if exec.FlowVersion == now.Version {
			return nil, nil
		}
		then, err := e.program(ctx, exec.FlowKey, exec.FlowVersion)
		if err != nil {
			if cannotRun(err) {
				return nil, nil // their places have to do
			}
			return nil, err
		}
		return hub.SameTargets(then.flow.Definition.Targets, now.Definition.Targets), nil
	}
}
