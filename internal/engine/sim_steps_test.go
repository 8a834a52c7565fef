package engine_test

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// intent is an occurrence that somebody has to report: until it is acknowledged, it is reported again.
type intent struct {
	in    hub.OccurrenceInput
	tried bool
	acked *hub.Published
}

// act lets so much happen, each when nothing moves any more by itself.
func (s *sim) act(steps int) {
	for range steps {
		s.step()
		s.quiet()
	}
}

// quiet waits until nothing moves without time going on, and starts the hub again if its process has ended.
func (s *sim) quiet() {
	settled()
	if s.disk.Crashed() {
		s.note("the process has ended")
		s.crash()
		s.begin()
		settled()
	}
}

func (s *sim) step() {
	switch n := s.dice.IntN(40); {
	case n < 9:
		s.publish(s.next())
	case n < 11:
		s.publishMany()
	case n < 13:
		s.complete()
	case n < 16:
		s.callback(s.news(s.dice, false))
	case n < 19:
		s.answer(false)
	case n < 24:
		s.operate(n)
	case n == 24:
		s.connectorCrashes()
	case n == 25:
		s.connectorUp()
	case n == 26:
		s.check()
	case n < 30:
		s.disturb(n)
	case n == 30:
		s.pass(time.Duration(s.dice.IntN(1500)) * time.Second)
	default:
		s.pass(time.Duration(s.dice.IntN(60)) * time.Second)
	}
}

// disturb has something go wrong that nobody asked for.
func (s *sim) disturb(n int) {
	switch {
	case s.gentle:
		s.pass(time.Second)
	case n == 27:
		s.note("it is stopped in order")
		s.stop()
		s.begin()
	case n == 28:
		call, done := 1+s.dice.IntN(40), s.dice.IntN(2) == 0
		s.note("it will crash in %d calls, done %v", call, done)
		s.disk.CrashAt(call, done)
	case s.faulty:
		s.calmDisk()
	default:
		s.breakDisk()
	}
}

// breakDisk has calls fail from here on.
func (s *sim) breakDisk() {
	often := []int{1, 3, 30}[s.dice.IntN(3)]
	list := []*hubtest.DiskFault{hubtest.DiskFull, hubtest.DiskNoRoom, hubtest.DiskBusy, hubtest.DiskBroken}
	if s.dice.IntN(2) == 0 {
		list = list[:1]
	}
	dice, reads := s.post.dice("disk", s.dice.Uint64()), s.dice.IntN(2) == 0
	s.note("one in %d calls fails, reads too: %v", often, reads)
	s.faulty = true
	s.disk.Fail(func(c sqlite.Call) *hubtest.DiskFault {
		if c.Done || c.Query == "ROLLBACK" || c.Read && !reads || dice.IntN(often) > 0 {
			return nil
		}
		return list[dice.IntN(len(list))]
	})
}

func (s *sim) calmDisk() {
	s.note("the disk is well again")
	s.disk.Fail(nil)
	s.faulty = false
}

func (s *sim) pass(d time.Duration) {
	s.note("%s pass", d)
	time.Sleep(d)
}

// bad fails for an error that nothing excuses.
func (s *sim) bad(what string, err error, excused ...hub.Code) bool {
	if err == nil {
		return false
	}
	code := hub.CodeOf(err)
	if code == hub.CodeUnavailable && (s.faulty || s.disk.Crashed()) || slices.Contains(excused, code) {
		s.note("%s: %v", what, err)
		return true
	}
	s.t.Errorf("%s: %v", what, err)
	return true
}

// next is what is reported next: something new, something that was not acknowledged, or something that was, once more.
func (s *sim) next() *intent {
	if len(s.intents) > 0 && s.dice.IntN(3) == 0 {
		return s.intents[s.dice.IntN(len(s.intents))]
	}
	n := len(s.intents)
	folio := fmt.Sprintf("OT-%d", n)
	i := &intent{in: []func() hub.OccurrenceInput{
		func() hub.OccurrenceInput { return forJonas(folio) },
		func() hub.OccurrenceInput { return team(folio) },
		func() hub.OccurrenceInput { return another(n) },
		func() hub.OccurrenceInput { return crew(folio) },
	}[min(s.dice.IntN(9)/2, 3)]()}
	s.intents = append(s.intents, i)
	return i
}

func (s *sim) publish(i *intent) {
	i.tried = true
	out, err := s.h.Engine.Publish(s.t.Context(), s.h.Admin, i.in)
	if s.bad("publish "+i.in.ID, err) {
		return
	}
	s.note("published %s, a repeat: %v", i.in.ID, out.Repeat)
	s.acknowledge(i, out)
}

func (s *sim) acknowledge(i *intent, out *hub.Published) {
	switch {
	case i.acked == nil:
		i.acked = out
	case !out.Repeat || out.Occurrence.Key != i.acked.Occurrence.Key || !slices.Equal(keysOf(out.Executions), keysOf(i.acked.Executions)):
		s.t.Errorf("%s was acknowledged as %s with %v, and again as %s with %v", i.in.ID, i.acked.Occurrence.ID(), keysOf(i.acked.Executions), out.Occurrence.ID(), keysOf(out.Executions))
	}
}

func keysOf(list []*hub.Execution) (keys []int64) {
	for _, e := range list {
		keys = append(keys, e.Key)
	}
	slices.Sort(keys)
	return keys
}

// publishMany reports several things at once, which share a transaction.
func (s *sim) publishMany() {
	var many []*intent
	for range 2 + s.dice.IntN(4) {
		if i := s.next(); !slices.Contains(many, i) {
			many = append(many, i)
		}
	}
	var work sync.WaitGroup
	outs, errs := make([]*hub.Published, len(many)), make([]error, len(many))
	for n, i := range many {
		i.tried = true
		work.Go(func() { outs[n], errs[n] = s.h.Engine.Publish(s.t.Context(), s.h.Admin, i.in) })
	}
	work.Wait()
	for n, i := range many {
		if !s.bad("publish beside others "+i.in.ID, errs[n]) {
			s.note("published %s beside others, a repeat: %v", i.in.ID, outs[n].Repeat)
			s.acknowledge(i, outs[n])
		}
	}
}

// complete writes that all tasks of a work order are done, from which the hub makes an occurrence of its own.
func (s *sim) complete() {
	i := s.one()
	if i == nil {
		return
	}
	var list []hub.RecordInput
	for _, r := range i.in.Records {
		if r.Type == "work_order_task" {
			list = append(list, with(r, hub.Fields{"id_status_work_order": 3}))
		}
	}
	out, err := s.h.Engine.RecordsUpsert(s.t.Context(), s.h.Admin, hub.RecordsInput{Records: list})
	if s.bad("upsert", err) {
		return
	}
	s.note("%s is completed; the hub made %d occurrences", i.in.ID, len(out.Derived))
	for _, o := range out.Derived {
		for _, m := range o.Matches {
			s.runs = append(s.runs, m.Executions...)
		}
	}
}

// one draws something that was acknowledged.
func (s *sim) one() *intent {
	if len(s.intents) == 0 {
		return nil
	}
	if i := s.intents[s.dice.IntN(len(s.intents))]; i.acked != nil {
		return i
	}
	return nil
}

// callback sends receipts, in batches; a provider whose callback is not answered with 200 sends it again later.
func (s *sim) callback(list []hub.Receipt) {
	for len(list) > 0 {
		some := list[:1+s.dice.IntN(len(list))]
		cb := hubtest.Genuine(some...)
		if s.dice.IntN(10) == 0 {
			_, err := s.h.Engine.Callback(s.t.Context(), s.through, hubtest.Forged(some...))
			s.bad("forged callback", err)
		}
		got, err := s.h.Engine.Callback(s.t.Context(), s.through, cb)
		if !s.bad("callback", err) && got.Status == 200 {
			s.note("%d receipts are told", len(some))
			s.heard(some)
			if s.dice.IntN(6) == 0 { // as one whose answer was lost on the way back
				_, err := s.h.Engine.Callback(s.t.Context(), s.through, cb)
				s.bad("callback again", err)
			}
		}
		list = list[len(some):]
	}
}

// answer gives answers that are owed, late and out of order; and some that were given already.
func (s *sim) answer(all bool) {
	for _, o := range s.answers(s.dice, all) {
		s.note("an answer comes: %s to attempt %d of %s", o.Kind, o.Attempt, hub.ID(hub.KindDelivery, o.Key))
		s.h.Engine.Outcomes(s.through, []hub.Outcome{o})
	}
}

// connectorCrashes ends the connector's process, which the host tells of whatever it was working on, or does not.
func (s *sim) connectorCrashes() {
	s.note("the connector crashes")
	s.up = false
	lost := s.cut()
	s.h.Connector.Crash()
	if s.dice.IntN(4) > 0 {
		s.h.Engine.Outcomes(s.through, lost)
	}
}

func (s *sim) connectorUp() {
	s.note("the connector is up")
	s.up = true
	s.h.Connector.Up()
}

// check resumes what a connector's answer paused.
func (s *sim) check() {
	_, _, err := s.h.Engine.IntegrationCheck(s.t.Context(), s.h.Admin, s.through)
	if !s.up && hub.CodeOf(err) == hub.CodeUnavailable {
		return
	}
	if s.bad("check", err, hub.CodeConflict) {
		return
	}
	for _, key := range s.flows {
		_, err := s.h.Engine.FlowResume(s.t.Context(), s.h.Admin, key, 0)
		s.bad("resume", err, hub.CodeConflict)
	}
	s.note("what was paused goes on")
}

// operate has a person do something.
func (s *sim) operate(n int) {
	ctx, admin := s.t.Context(), s.h.Admin
	i := s.one()
	if i == nil || len(i.acked.Executions) == 0 {
		return
	}
	key := i.acked.Executions[0].Key
	switch n {
	case 19:
		_, err := s.h.Engine.ExecutionCancel(ctx, admin, key)
		s.note("cancel of %s: %v", i.in.ID, err)
		s.bad("cancel", err, hub.CodeConflict)
	case 20:
		out, err := s.h.Engine.ExecutionReplay(ctx, admin, key, hub.ReplayInput{Version: hub.ReplayPinned, ID: fmt.Sprint("replay ", s.dice.IntN(3), " of ", i.in.ID)})
		s.note("replay of %s: %v", i.in.ID, err)
		if !s.bad("replay", err, hub.CodeConflict) {
			s.runs = append(s.runs, out.Execution.Key)
		}
	case 21:
		out, err := s.h.Engine.FlowRun(ctx, admin, s.flows[1], hub.FlowRunInput{ID: fmt.Sprint("run ", s.dice.IntN(3)), Parameters: fmt.Appendf(nil, `{"folio":%q}`, i.in.Subject)})
		s.note("run for %s: %v", i.in.ID, err)
		if !s.bad("run", err, hub.CodeConflict) {
			s.runs = append(s.runs, out.Execution.Key)
		}
	case 22:
		s.suppress()
	default:
		s.deliver(key)
	}
}

func (s *sim) suppress() {
	ctx, admin := s.t.Context(), s.h.Admin
	list, err := s.h.DB.Suppressions(ctx, admin, hub.SuppressionFilter{}, hub.Page{})
	if err != nil || len(list.Items) == 0 || s.dice.IntN(2) == 0 {
		until := time.Now().Add(time.Duration(1+s.dice.IntN(600)) * time.Second)
		_, err := s.h.Engine.SuppressionAdd(ctx, admin, hub.SuppressionInput{IntegrationKey: s.through, Recipient: []string{jonasPhone, martaPhone}[s.dice.IntN(2)], Until: &until})
		s.note("somebody is left alone: %v", err)
		s.bad("suppress", err)
		return
	}
	err = s.h.Engine.SuppressionRemove(ctx, admin, list.Items[0].Key)
	s.note("somebody is not left alone any more: %v", err)
	s.bad("remove a suppression", err, hub.CodeNotFound, hub.CodeConflict)
}

// deliver has a person look after deliveries, who knows what really went out.
func (s *sim) deliver(execution int64) {
	ctx, admin := s.t.Context(), s.h.Admin
	all, err := s.h.DB.DeliveriesOf(ctx, admin, []int64{execution})
	if s.bad("deliveries", err) || len(all[execution]) == 0 {
		return
	}
	d := all[execution][s.dice.IntN(len(all[execution]))]
	s.mu.Lock()
	taken := len(s.letter(d.Key).taken) > 0
	s.mu.Unlock()
	switch {
	case d.State == hub.Unknown && s.dice.IntN(2) == 0:
		how := hub.ResolveFailed
		if taken {
			how = hub.ResolveAccepted
		}
		_, err = s.h.Engine.DeliveryResolve(ctx, admin, d.Key, how)
		s.note("%s is settled as %s: %v", d.ID(), how, err)
	case d.State == hub.DeliveryFailed || d.State == hub.Suppressed:
		time.Sleep(time.Millisecond) // nobody acts in the instant of an attempt; the provider, asked by time alone, could not tell the next one from it
		_, err = s.h.Engine.DeliveryRetry(ctx, admin, d.Key)
		s.note("%s is sent again: %v", d.ID(), err)
	default:
		_, _, err = s.h.Engine.DeliveryLookup(ctx, admin, d.Key)
		s.note("it is asked about %s: %v", d.ID(), err)
		if !s.up && hub.CodeOf(err) == hub.CodeUnavailable {
			return
		}
	}
	s.bad("operate on a delivery", err, hub.CodeConflict, hub.CodeNotFound)
}
