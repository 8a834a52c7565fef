package engine_test

import (
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// simWithin is in which time messages of a play have to be read, where a flow has follow-ups.
const simWithin = 90 * time.Second

// followWalk goes through the journal with an eye on follow-ups: none goes as long as its condition does not hold, none goes twice, and none
// is left out but for a message that needs it not.
type followWalk struct {
	s       *sim
	follows map[int64][]*hub.Awaited // by follow-up
	states  map[int64]hub.DeliveryState
	tried   map[int64]time.Time // when a delivery was first sent
	made    map[int64]time.Time
	held    map[int64]int  // how often the condition of a follow-up came to hold
	redrive map[int64]bool // a person had it sent
}

func (s *sim) judgeFollowUps(changes []hub.Change, executions []*hub.Execution) {
	if !s.followsUp {
		return
	}
	w := followWalk{s: s, follows: map[int64][]*hub.Awaited{}, states: map[int64]hub.DeliveryState{}, tried: map[int64]time.Time{}, made: map[int64]time.Time{},
		held: map[int64]int{}, redrive: map[int64]bool{}}
	for _, e := range executions {
		if e.FlowKey == s.flows[0] {
			w.tied(e)
		}
	}
	for _, c := range changes {
		if c.Subject == hub.SubjectDelivery {
			w.change(c)
		}
	}
}

// tied looks whether every message of the first target has a follow-up, and each recipient one for each row.
func (w *followWalk) tied(e *hub.Execution) {
	t := w.s.t
	_, list := execution(t, w.s.h, e.Key)
	var keys []int64
	once := map[[2]string]bool{}
	for _, d := range list {
		keys = append(keys, d.Key)
		at := [2]string{d.Record, d.Recipient}
		if d.Target == 1 && once[at] {
			t.Errorf("%s follows up for %s once more", d.ID(), d.Recipient)
		}
		once[at] = once[at] || d.Target == 1
	}
	of, err := w.s.h.DB.FollowsOf(t.Context(), w.s.h.Admin, keys)
	if err != nil {
		t.Fatal(err)
	}
	followed := map[int64]bool{}
	for key, tied := range of {
		w.follows[key] = tied
		for _, a := range tied {
			followed[a.FollowsKey] = true
		}
	}
	for _, d := range list {
		if d.Target == 0 && !followed[d.Key] || d.Target == 1 && len(of[d.Key]) == 0 {
			t.Errorf("%s of target %d is tied to nothing", d.ID(), d.Target)
		}
	}
}

func (w *followWalk) change(c hub.Change) {
	t := w.s.t
	tied := w.follows[c.Key]
	if c.Aspect == hub.AspectFollowUp {
		if w.held[c.Key]++; w.held[c.Key] > 1 || len(tied) == 0 {
			t.Errorf("the condition of %s came to hold %d times", hub.ID(hub.KindDelivery, c.Key), w.held[c.Key])
		}
		if !w.any(tied, func(a *hub.Awaited) bool { return w.holds(a, c.At) }) {
			t.Errorf("%s goes, although its message is %s since %s", hub.ID(hub.KindDelivery, c.Key), w.said(tied), c.At)
		}
		return
	}
	if c.Aspect != hub.AspectState {
		return
	}
	to := hub.DeliveryState(c.To)
	switch {
	case c.From == "":
		w.made[c.Key] = c.At
	case to == hub.Pending && c.Cause.Code == hub.ReasonOperator:
		w.redrive[c.Key] = true
	case to == hub.Sending && w.tried[c.Key].IsZero():
		w.tried[c.Key] = c.At
		if len(tied) > 0 && w.held[c.Key] == 0 && !w.redrive[c.Key] {
			t.Errorf("%s was sent, and nothing had come to nothing", hub.ID(hub.KindDelivery, c.Key))
		}
	case to == hub.Suppressed && c.Cause.Code == hub.ReasonNotNeeded:
		if w.any(tied, func(a *hub.Awaited) bool { return !w.needless(a) }) {
			t.Errorf("%s is not sent as not needed, although its message is %s", hub.ID(hub.KindDelivery, c.Key), w.said(tied))
		}
	}
	w.states[c.Key] = to
}

func (w *followWalk) any(tied []*hub.Awaited, is func(*hub.Awaited) bool) bool {
	for _, a := range tied {
		if is(a) {
			return true
		}
	}
	return false
}

// holds says whether what a follow-up waits for was so at a time. Its time begins with the first try, or before that when the connector was
// down, of which the journal of the message says nothing: never before the message was made. Of a clock that was set back nobody can tell
// how long something took.
func (w *followWalk) holds(a *hub.Awaited, at time.Time) bool {
	switch w.states[a.FollowsKey] {
	case hub.DeliveryFailed, hub.Suppressed:
		return true
	case hub.Read, hub.DeliveryCancelled:
		return false
	}
	return w.s.setBack || !at.Before(w.made[a.FollowsKey].Add(simWithin))
}

func (w *followWalk) needless(a *hub.Awaited) bool {
	switch w.states[a.FollowsKey] {
	case hub.Read, hub.DeliveryCancelled, hub.Suppressed:
		return true
	}
	return false
}

func (w *followWalk) said(tied []*hub.Awaited) (states []hub.DeliveryState) {
	for _, a := range tied {
		states = append(states, w.states[a.FollowsKey])
	}
	return states
}
