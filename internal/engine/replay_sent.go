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
		targets, err := same(exec)
		if err != nil {
			return nil, err
		}
		s.add(list, targets)
	}
	return s, nil
}

// add notes the deliveries of an execution; those of targets that are none any more say nothing.
func (s *sent) add(list []*hub.Delivery, targets []int) {
	done := make(map[sentPlace]bool, len(list))
	for _, d := range list {
		if d.State == hub.Suppressed && d.Reason != nil && d.Reason.Code == hub.ReasonNotNeeded {
			continue // there was nothing to send
		}
		at := sentPlace{d.Target, d.Record}
		if targets != nil {
			if d.Target >= len(targets) || targets[d.Target] < 0 {
				continue
			}
			at.target = targets[d.Target]
		}
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
	for at, all := range done {
		s.done[at] = all
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

// hasTo is has for a message about many records.
func (s *sent) hasTo(target int, recipient string) bool {
	found, left := false, false
	for at, done := range s.done {
		if at.target != target {
			continue
		}
		if s.to[at][recipient] {
			return true
		}
		found, left = true, left || !done
	}
	return found && !left
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
