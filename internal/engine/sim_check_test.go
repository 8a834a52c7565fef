package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// end mends everything, has everybody who was not answered ask again and the provider tell all that it has to tell, and lets time go on
// until nothing moves any more.
func (s *sim) end() {
	if s.faulty {
		s.calmDisk()
	}
	s.calls = s.disk.Calls()
	if !s.gentle {
		s.crash() // whatever was still to go wrong does not
		s.gentle = true
		s.begin()
	}
	s.note("the end begins")
	s.mu.Lock()
	s.calm = true
	s.mu.Unlock()
	s.connectorUp()
	for n := range 30 {
		s.quiet()
		if n < 3 {
			for _, i := range s.intents {
				s.publish(i)
			}
		}
		s.answer(true)
		s.callback(s.news(s.dice, true))
		s.check()
		s.pass([]time.Duration{30 * time.Second, time.Minute, 2 * time.Minute}[min(n/4, 2)])
		if n > 4 && s.closed() {
			break
		}
	}
	s.quiet()
	s.askForAll()
	settled()
}

// closed says whether every execution is.
func (s *sim) closed() bool {
	settled()
	return open(s.t, s.h) == 0
}

// askForAll asks what became of each message whose provider can be asked, instead of waiting for days.
func (s *sim) askForAll() {
	for range 2 { // one that is sent again by the first is asked for by the second
		for _, d := range s.deliveries() {
			switch d.State {
			case hub.Unknown, hub.Accepted, hub.Sent, hub.Delivered:
				if s.lookup {
					_, _, err := s.h.Engine.DeliveryLookup(s.t.Context(), s.h.Admin, d.Key)
					s.bad("lookup", err)
				}
			}
		}
		for n := 0; n < 20 && (n == 0 || !s.closed()); n++ {
			s.pass(time.Minute)
		}
		settled()
		s.callback(s.news(s.dice, true))
		settled()
	}
}

// all reads every page of a list.
func all[T interface{ ID() string }](s *sim, read func(hub.Page) (hub.List[T], error)) (list []T) {
	p := hub.Page{First: hub.MaxPage}
	for {
		l, err := read(p)
		if err != nil {
			s.t.Fatal(err)
		}
		list = append(list, l.Items...)
		if !l.HasNext {
			return list
		}
		last := l.Items[len(l.Items)-1].ID()
		_, key, err := hub.ParseID(last)
		if err != nil {
			s.t.Fatal(err)
		}
		p.After = hub.Cursor(key)
	}
}

func (s *sim) deliveries() []*hub.Delivery {
	return all(s, func(p hub.Page) (hub.List[*hub.Delivery], error) {
		return s.h.DB.Deliveries(s.t.Context(), s.h.Admin, hub.DeliveryFilter{}, p)
	})
}

func (s *sim) executions() []*hub.Execution {
	return all(s, func(p hub.Page) (hub.List[*hub.Execution], error) {
		return s.h.DB.Executions(s.t.Context(), s.h.Admin, hub.ExecutionFilter{}, p)
	})
}

// judge holds what the hub says against what really happened.
func (s *sim) judge() {
	changes, err := s.h.DB.ChangesAfter(s.t.Context(), 0, 1<<30)
	if err != nil {
		s.t.Fatal(err)
	}
	executions := s.executions()
	s.judgeIntake(executions)
	s.judgeReader(changes)
	s.judgeFollowUps(changes, executions)
	w := walk{s: s, states: map[int64]string{}, outcomes: map[int64]string{}, attempts: map[int64]int{}}
	for i, c := range changes {
		if i > 0 && c.Seq != changes[i-1].Seq+1 {
			s.t.Errorf("after the cursor %d comes %d", changes[i-1].Seq, c.Seq)
		}
		w.change(c)
	}
	w.arrived(executions)
	if n := s.h.Engine.Stats().InFlight; n != 0 {
		s.t.Errorf("%d are in flight", n)
	}
}

// judgeIntake looks for whatever was acknowledged.
func (s *sim) judgeIntake(executions []*hub.Execution) {
	by, known := map[int64][]*hub.Execution{}, map[int64]bool{}
	for _, e := range executions {
		known[e.Key] = true
		if e.Trigger == hub.StartedByEvent {
			for _, occurrence := range s.occurrencesOf(e) {
				by[occurrence] = append(by[occurrence], e)
			}
		}
	}
	named := map[string][]*hub.Occurrence{}
	for _, o := range all(s, func(p hub.Page) (hub.List[*hub.Occurrence], error) {
		return s.h.DB.Occurrences(s.t.Context(), s.h.Admin, hub.OccurrenceFilter{}, p)
	}) {
		named[o.Source+" "+o.Name] = append(named[o.Source+" "+o.Name], o)
	}
	for _, i := range s.intents {
		list := named[i.in.Source+" "+i.in.ID]
		switch {
		case i.acked == nil:
			s.t.Errorf("%s was never acknowledged", i.in.ID)
		case len(list) != 1 || list[0].Key != i.acked.Occurrence.Key:
			s.t.Errorf("%s was acknowledged as %s; there are %d of it", i.in.ID, i.acked.Occurrence.ID(), len(list))
		default:
			made := by[list[0].Key]
			if !slices.Equal(keysOf(made), keysOf(i.acked.Executions)) || len(made) == 0 || len(made) > 1 && !s.gathers {
				s.t.Errorf("%s was acknowledged with the executions %v, and has %v", i.in.ID, keysOf(i.acked.Executions), keysOf(made))
			}
		}
	}
	for name, list := range named {
		if len(list) != 1 {
			s.t.Errorf("there are %d occurrences %s", len(list), name)
		}
	}
	for _, key := range s.runs {
		if !known[key] {
			s.t.Errorf("the execution %s was told of and is not there", hub.ID(hub.KindExecution, key))
		}
	}
}

// occurrencesOf are those that an execution is about: the one that started it, or all that it has gathered.
func (s *sim) occurrencesOf(e *hub.Execution) (keys []int64) {
	if !s.gathers {
		return []int64{e.OccurrenceKey}
	}
	list := all(s, func(p hub.Page) (hub.List[*hub.Occurrence], error) {
		return hubtest.Alone(s.h.DB.CollectedOf(s.t.Context(), s.h.Admin, []int64{e.Key}, p))
	})
	for _, o := range list {
		keys = append(keys, o.Key)
	}
	return keys
}

// judgeReader holds what the subscriber saw, over all crashes, against the journal: each change once, in order, none that was undone.
func (s *sim) judgeReader(changes []hub.Change) {
	s.reader.mu.Lock()
	defer s.reader.mu.Unlock()
	seen := s.reader.seen
	for _, c := range changes {
		if c.Execution() == 0 {
			continue
		}
		if len(seen) == 0 {
			s.t.Errorf("the subscriber missed %d %s %s→%s and what came after", c.Seq, c.Subject, c.From, c.To)
			return
		}
		if got := seen[0]; got.Seq != c.Seq || got.Key != c.Key || got.From != c.From || got.To != c.To || got.Aspect != c.Aspect {
			s.t.Errorf("the subscriber saw %d %s %s→%s, the journal has %d %s %s→%s", got.Seq, got.Subject, got.From, got.To, c.Seq, c.Subject, c.From, c.To)
			return
		}
		seen = seen[1:]
	}
	if len(seen) > 0 {
		s.t.Errorf("the subscriber saw %d changes that are not in the journal", len(seen))
	}
}

// walk goes through the journal along the arrows, and must arrive where everything is.
type walk struct {
	s        *sim
	states   map[int64]string
	outcomes map[int64]string
	attempts map[int64]int // how often a delivery became SENDING
}

func (w *walk) change(c hub.Change) {
	switch {
	case c.Subject != hub.SubjectExecution && c.Subject != hub.SubjectDelivery || c.Aspect == hub.AspectReceipt:
		return
	case c.Aspect == hub.AspectOutcome:
		if c.From != "" && c.From != w.outcomes[c.Key] {
			w.s.t.Errorf("the outcome was %s, but the journal goes %s→%s", w.outcomes[c.Key], c.From, c.To)
		}
		w.outcomes[c.Key] = c.To
		return
	case c.Aspect != hub.AspectState:
		return
	case c.From != w.states[c.Key]:
		w.s.t.Errorf("%s %d was %s, but the journal goes %s→%s", c.Subject, c.Key, w.states[c.Key], c.From, c.To)
	case c.From != "" && c.Subject == hub.SubjectExecution && !hub.ExecutionState(c.From).May(hub.ExecutionState(c.To)),
		c.From != "" && c.Subject == hub.SubjectDelivery && !hub.DeliveryState(c.From).May(hub.DeliveryState(c.To)):
		w.s.t.Errorf("no arrow leads from %s to %s for an %s", c.From, c.To, c.Subject)
	}
	w.states[c.Key] = c.To
	if c.To == string(hub.Sending) {
		w.attempts[c.Key]++
	}
}

func (w *walk) arrived(executions []*hub.Execution) {
	t, h := w.s.t, w.s.h
	for _, e := range executions {
		_, list := execution(t, h, e.Key)
		if string(e.State) != w.states[e.Key] || e.State != hub.Closed || string(e.Outcome) != w.outcomes[e.Key] {
			t.Errorf("%s is %s %s %s, the journal says %s %s", e.ID(), e.State, e.WaitingFor, e.Outcome, w.states[e.Key], w.outcomes[e.Key])
		}
		count := map[hub.DeliveryState]int{}
		for _, d := range list {
			count[d.State]++
			w.delivery(d)
			w.s.judgeOne(d)
		}
		if want := hub.OutcomeOf(count, e.Reason); want != e.Outcome {
			t.Errorf("the outcome of %v is %s, want %s", count, e.Outcome, want)
		}
		if t.Failed() {
			t.Fatalf("%s of %s; its journal is\n%s", e.ID(), e.Subject, journal(t, h, e.Key))
		}
	}
}

// delivery holds a delivery against its journal and its attempts.
func (w *walk) delivery(d *hub.Delivery) {
	t := w.s.t
	if string(d.State) != w.states[d.Key] {
		t.Errorf("%s is %s, the journal says %s", d.ID(), d.State, w.states[d.Key])
	}
	list, err := w.s.h.DB.AttemptsOf(t.Context(), w.s.h.Admin, []int64{d.Key})
	if err != nil {
		t.Fatal(err)
	}
	counted := 0
	for i, a := range list[d.Key] {
		if a.Number != i+1 {
			t.Errorf("the attempt %d has the number %d", i+1, a.Number)
		}
		if a.Counted && (d.RedrivenAt == nil || a.StartedAt.After(*d.RedrivenAt)) {
			counted++
		}
	}
	if len(list[d.Key]) != d.Tries || d.Tries != w.attempts[d.Key] || d.Attempts > 4 || d.RedrivenAt == nil && counted != d.Attempts {
		t.Errorf("%s: %d attempts are kept, %d count; the delivery says %d and %d, the journal %d", d.ID(), len(list[d.Key]), counted, d.Tries, d.Attempts, w.attempts[d.Key])
	}
}

// judgeOne holds what the hub says of a delivery against what really became of it.
func (s *sim) judgeOne(d *hub.Delivery) {
	l := s.letter(d.Key)
	for attempt, n := range l.tried {
		if n != 1 {
			s.t.Errorf("the attempt %d of %s was handed over %d times", attempt, d.ID(), n)
		}
	}
	if l.effective() > 1 {
		s.t.Errorf("%s was messaged %d times", d.Recipient, l.effective())
	}
	unsent := []hub.DeliveryState{hub.DeliveryFailed, hub.DeliveryCancelled, hub.Suppressed}
	if !s.lookup { // whether it was taken nobody can find out
		unsent = append(unsent, hub.Unknown)
	}
	want := unsent
	if n := len(l.taken); n > 0 && !l.taken[n-1].failed() {
		want = []hub.DeliveryState{hub.Accepted}
		if fate := l.taken[n-1].fate; len(fate) > 0 {
			want = []hub.DeliveryState{hub.DeliveryState(fate[len(fate)-1])}
		} else if !s.lookup { // nothing is told of it, and the answer may have been lost
			want = append(want, hub.Unknown)
		}
	}
	if !slices.Contains(want, d.State) {
		s.t.Errorf("%s is %s, want %s; taken %+v; receipts %s; attempts %s; reason %+v", d.ID(), d.State,
			strings.Trim(fmt.Sprint(want), "[]"), l.taken, receipts(s.t, s.h, d.Key), attempts(s.t, s.h, d.Key), d.Reason)
	}
}
