package feed_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/recado-hub/recado/internal/feed"
	"github.com/recado-hub/recado/internal/hub"
)

// changes makes changes with these sequences.
func changes(seqs ...int64) []hub.Change {
	list := make([]hub.Change, len(seqs))
	for i, s := range seqs {
		list[i] = hub.Change{Seq: s, Key: 10 * s}
	}
	return list
}

// seqs are the sequences of changes; each must still be the change that was published.
func seqs(t *testing.T, list []hub.Change) []int64 {
	t.Helper()
	out := make([]int64, len(list))
	for i, c := range list {
		if out[i] = c.Seq; c.Key != 10*c.Seq {
			t.Errorf("the change %d has the key %d", c.Seq, c.Key)
		}
	}
	return out
}

func all(*hub.Change) bool { return true }

func TestAListenerTakesWhatCameAfterItsCursor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		size    int
		last    int64
		publish [][]hub.Change
		after   int64
		limit   int
		want    []int64
		behind  bool
		waits   bool
	}{
		{"nothing was published", 4, 7, nil, 7, 10, nil, false, true},
		{"nothing was published, and it is behind the journal's end", 4, 7, nil, 6, 10, nil, true, false},
		{"everything is in the tail", 4, 0, [][]hub.Change{changes(1, 2), changes(3)}, 0, 10, []int64{1, 2, 3}, false, false},
		{"only a part is wanted", 4, 0, [][]hub.Change{changes(1, 2, 3)}, 0, 2, []int64{1, 2}, false, false},
		{"from the middle", 4, 0, [][]hub.Change{changes(1, 2, 3)}, 2, 10, []int64{3}, false, false},
		{"it has seen everything", 4, 0, [][]hub.Change{changes(1, 2, 3)}, 3, 10, nil, false, true},
		{"it is ahead: the journal was faster", 4, 0, [][]hub.Change{changes(1, 2, 3)}, 5, 10, nil, false, true},
		{"the tail is just long enough", 4, 0, [][]hub.Change{changes(1, 2, 3, 4, 5)}, 1, 10, []int64{2, 3, 4, 5}, false, false},
		{"the tail is too short", 4, 0, [][]hub.Change{changes(1, 2, 3, 4, 5)}, 0, 10, nil, true, false},
		{"more at once than the tail holds", 4, 0, [][]hub.Change{changes(1, 2, 3, 4, 5, 6, 7, 8, 9)}, 5, 10, []int64{6, 7, 8, 9}, false, false},
		{"a gap in the journal", 4, 0, [][]hub.Change{changes(1, 2), changes(4, 5)}, 3, 10, []int64{4, 5}, false, false},
		{"before a gap", 4, 0, [][]hub.Change{changes(1, 2), changes(4, 5)}, 1, 10, nil, true, false},
	} {
		for _, first := range []bool{true, false} {
			name := c.name
			if !first {
				name += ", and it began before"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				f := feed.New(c.size, c.last)
				var l *feed.Listener
				if !first {
					l = f.Listen(feed.Everything(), c.after)
				}
				for _, p := range c.publish {
					f.Publish(p)
				}
				if first {
					l = f.Listen(feed.Everything(), c.after)
				}
				got := l.Take(c.limit, all)
				if !slices.Equal(seqs(t, got.Changes), c.want) && len(c.want) > 0 || got.Behind != c.behind || got.Idle != c.waits {
					t.Errorf("got %v, behind %v, waits %v; want %v, %v, %v", seqs(t, got.Changes), got.Behind, got.Idle, c.want, c.behind, c.waits)
				}
				if got.Behind && got.From != max(c.after, 0) {
					t.Errorf("the journal is to be read from %d on, not %d", got.From, c.after)
				}
			})
		}
	}
}

func isWoken(l *feed.Listener) bool {
	select {
	case <-l.More():
		return true
	default:
		return false
	}
}

func TestAListenerIsWokenByItsTopicAndByNothingElse(t *testing.T) {
	t.Parallel()
	one := func(s hub.Subject, key, root, flow, event int64) hub.Change {
		return hub.Change{Subject: s, Key: key, Root: root, FlowKey: flow, EventKey: event}
	}
	ofExecution := one(hub.SubjectExecution, 11, 11, 21, 31)
	ofDelivery := one(hub.SubjectDelivery, 41, 11, 21, 31)
	ofAnother := one(hub.SubjectExecution, 12, 12, 22, 32)
	ofFlow := one(hub.SubjectFlow, 21, 21, 0, 0)
	ofConnector := one(hub.SubjectConnector, 0, 0, 0, 0)
	for name, c := range map[string]struct {
		topic feed.Topic
		hears []hub.Change
		deaf  []hub.Change
	}{
		"everything":       {feed.Everything(), []hub.Change{ofExecution, ofDelivery, ofAnother, ofFlow, ofConnector}, nil},
		"a kind of things": {feed.Of(hub.SubjectConnector), []hub.Change{ofConnector}, []hub.Change{ofExecution, ofDelivery, ofFlow}},
		"executions":       {feed.Executions(), []hub.Change{ofExecution, ofDelivery, ofAnother}, []hub.Change{ofFlow, ofConnector}},
		"a flow":           {feed.OfFlow(21), []hub.Change{ofExecution, ofDelivery}, []hub.Change{ofAnother, ofFlow, ofConnector}},
		"an event":         {feed.OfEvent(31), []hub.Change{ofExecution, ofDelivery}, []hub.Change{ofAnother, ofFlow, ofConnector}},
		"an execution":     {feed.OfExecution(11), []hub.Change{ofExecution, ofDelivery}, []hub.Change{ofAnother, ofFlow}},
		"a delivery":       {feed.OfDelivery(41), []hub.Change{ofDelivery}, []hub.Change{ofExecution, ofAnother, ofFlow}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := feed.New(100, 0)
			l := f.Listen(c.topic, 0)
			defer l.Close()
			l.Take(1, all)
			for seq, ch := range slices.Concat(c.deaf, c.hears) {
				ch.Seq = int64(seq + 1)
				f.Publish([]hub.Change{ch})
				if woken, want := isWoken(l), seq >= len(c.deaf); woken != want {
					t.Errorf("a change of %s %d wakes it: %v", ch.Subject, ch.Key, woken)
				}
				if got := l.Take(10, all); len(got.Changes) > 1 || len(got.Changes) == 1 != (seq >= len(c.deaf)) {
					t.Errorf("after a change of %s %d it takes %v", ch.Subject, ch.Key, got.Changes)
				}
			}
			l.Close()
			f.Publish([]hub.Change{{Seq: 50, Subject: ofDelivery.Subject, Key: 41, Root: 11, FlowKey: 21, EventKey: 31}, {Seq: 51, Subject: hub.SubjectConnector}})
			if isWoken(l) {
				t.Error("it is woken although it was closed")
			}
		})
	}
}

func TestAListenerWhoseTopicIsQuietDoesNotFallBehind(t *testing.T) {
	t.Parallel()
	f := feed.New(4, 0)
	l := f.Listen(feed.OfFlow(7), 0)
	l.Take(1, all)
	for s := int64(1); s <= 100; s++ {
		f.Publish([]hub.Change{{Seq: s, Subject: hub.SubjectExecution, Key: s, Root: s, FlowKey: 1}})
	}
	if got := l.Take(1, all); !got.Idle || got.From != 100 {
		t.Errorf("it takes %+v", got)
	}
	f.Publish([]hub.Change{{Seq: 101, Subject: hub.SubjectExecution, Key: 5, Root: 5, FlowKey: 7}})
	if got := l.Take(9, all); got.Behind || len(got.Changes) != 1 || got.Changes[0].Seq != 101 {
		t.Errorf("then it takes %+v", got)
	}
}

func TestAListenerSaysHowFarItHasLooked(t *testing.T) {
	t.Parallel()
	f := feed.New(100, 5)
	l := f.Listen(feed.OfFlow(7), 5)
	says := func(want int64, ok bool) {
		t.Helper()
		if seq, got := l.Reached(); got != ok || ok && seq != want {
			t.Errorf("it has reached %d (%v), want %d (%v)", seq, got, want, ok)
		}
	}
	says(0, false) // it has not looked yet
	l.Take(1, all)
	says(5, true)
	f.Publish([]hub.Change{{Seq: 6, Subject: hub.SubjectExecution, Root: 1, FlowKey: 1}})
	says(6, true) // what does not concern it is behind it at once
	f.Publish([]hub.Change{{Seq: 7, Subject: hub.SubjectExecution, Root: 1, FlowKey: 7}})
	says(0, false)
	l.Take(1, all)
	says(0, false) // what it took is on its way
	l.Take(1, all)
	says(7, true)
}

func TestWhoReadTheJournalGoesOnWithTheTail(t *testing.T) {
	t.Parallel()
	f := feed.New(4, 0)
	l := f.Listen(feed.Everything(), 0)
	f.Publish(changes(1, 2, 3, 4, 5, 6, 7))
	if got := l.Take(10, all); !got.Behind || got.From != 0 {
		t.Fatalf("it takes %+v", got)
	}
	l.Read(5)
	if got := l.Take(10, all); !slices.Equal(seqs(t, got.Changes), []int64{6, 7}) {
		t.Errorf("then it takes %+v", got)
	}
	l.Read(7)
	if got := l.Take(10, all); !got.Idle {
		t.Errorf("at last it takes %+v", got)
	}
}

func TestWhoFollowsMissesNothing(t *testing.T) {
	t.Parallel()
	const number = 5000
	f := feed.New(number, 0)
	var work sync.WaitGroup
	for range 4 {
		l := f.Listen(feed.Everything(), 0)
		work.Go(func() {
			defer l.Close()
			for seq := int64(0); seq < number; {
				got := l.Take(7, all)
				if got.Behind {
					t.Error("the tail is long enough for all")
					return
				}
				if got.Idle {
					<-l.More()
					continue
				}
				for _, c := range got.Changes {
					if seq++; c.Seq != seq {
						t.Errorf("after %d came %d", seq-1, c.Seq)
						return
					}
				}
			}
		})
	}
	for s := int64(1); s <= number; s += 2 {
		f.Publish(changes(s, s+1))
	}
	work.Wait()
}

func BenchmarkPublishingToManyListenersOfOneFlowEach(b *testing.B) {
	f := feed.New(16_384, 0)
	for i := range int64(2000) {
		l := f.Listen(feed.OfFlow(i), 0)
		l.Take(1, all)
		go func() {
			for range l.More() {
				for !l.Take(100, all).Idle {
				}
			}
		}()
	}
	b.ReportAllocs()
	seq := int64(0)
	for b.Loop() {
		seq++
		f.Publish([]hub.Change{{Seq: seq, Subject: hub.SubjectExecution, Key: seq, Root: seq, FlowKey: seq % 2000}})
	}
}
