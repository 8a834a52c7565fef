//go:build unix

package app_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// What the load is, and after how many answers the hub is killed.
const (
	posters = 16
	posts   = 2000
)

var killsAt = []int64{600, 1300}

// load is what is posted to a hub that is killed meanwhile.
type load struct {
	*world
	answers  [posts]answered // by number of the work order
	answered atomic.Int64
	reached  []chan struct{} // closed when so many answers have come

	mu sync.Mutex
	up chan struct{} // closed while the hub serves
}

func TestAKilledHubLosesNothingThatItAcceptedAndSendsNothingTwice(t *testing.T) {
	w := newWorld(t, sandbox.Options{Callbacks: sandbox.Callbacks{RetryFirst: quick.RetryFirst, RetryMost: quick.RetryMost, Batch: 20}})
	l := &load{world: w, up: make(chan struct{})}
	close(l.up)
	for range killsAt {
		l.reached = append(l.reached, make(chan struct{}))
	}
	var posting sync.WaitGroup
	next := atomic.Int64{}
	for range posters {
		posting.Go(func() {
			for n := next.Add(1) - 1; n < posts; n = next.Add(1) - 1 {
				l.post(t, int(n))
			}
		})
	}
	for _, reached := range l.reached {
		select {
		case <-reached:
		case <-time.After(patience):
			t.Fatalf("only %d answers have come", l.answered.Load())
		}
		l.killAndRestart(t)
	}
	posting.Wait()
	l.settle(t)
	l.judge(t, l.executions(t))
}

// post publishes a work order until it is answered with 202: a sender that got no answer sends the same again.
func (l *load) post(t testing.TB, n int) {
	event := workOrder(folioOf(n), n+1, fmt.Sprintf("+55319%08d", n))
	for t.Context().Err() == nil {
		l.mu.Lock()
		up := l.up
		l.mu.Unlock()
		select {
		case <-up:
		case <-t.Context().Done():
			return
		}
		a, err := l.consumer.tryPublish(event)
		if err != nil && !errors.Is(err, errRefused) {
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", folioOf(n), err)
		}
		l.answers[n] = a
		if i := slices.Index(killsAt, l.answered.Add(1)); i >= 0 {
			close(l.reached[i])
		}
		return
	}
}

func folioOf(n int) string { return fmt.Sprintf("OS-%04d", n) }

func (l *load) killAndRestart(t *testing.T) {
	connector := connectorOf(t, l.hub)
	l.mu.Lock()
	l.up = make(chan struct{})
	l.mu.Unlock()
	l.hub.end(t, syscall.SIGKILL)
	eventually(t, "the connector of the killed hub ends by itself", func() bool { return gone(t, connector) })
	l.again(t)
	l.mu.Lock()
	close(l.up)
	l.mu.Unlock()
}

// settle waits until nothing is to be done and the provider has said all that it had to say.
func (l *load) settle(t *testing.T) {
	eventually(t, "everything is done", func() bool {
		var data struct {
			Queue struct{ Queued, Running, Waiting int }
		}
		l.consumer.ask(t, `{ queue { queued running waiting } }`, nil, &data)
		return data.Queue.Queued+data.Queue.Running+data.Queue.Waiting == 0 && l.sandbox.Stats().CallbacksWaiting == 0
	})
}

// executions reads all there are, by the id of their occurrence.
func (l *load) executions(t *testing.T) map[string]execution {
	all := map[string]execution{}
	const query = `query($after: Cursor) { executions(first: 200, after: $after) { pageInfo { hasNextPage endCursor }
		nodes { id state outcome subject occurrence { id name } deliveries { id state reason { code message } } } } }`
	vars := object{}
	for {
		var data struct {
			Executions struct {
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
				Nodes []execution
			}
		}
		l.consumer.ask(t, query, vars, &data)
		for _, e := range data.Executions.Nodes {
			if other, twice := all[e.Occurrence.ID]; twice {
				t.Errorf("%s has two executions, %s and %s", e.Subject, e.ID, other.ID)
			}
			all[e.Occurrence.ID] = e
		}
		if !data.Executions.PageInfo.HasNextPage {
			return all
		}
		vars["after"] = data.Executions.PageInfo.EndCursor
	}
}

// judge holds what the hub says against the phones.
func (l *load) judge(t *testing.T, all map[string]execution) {
	perDelivery, perFolio := map[string]int{}, map[string]int{}
	for _, m := range l.sandbox.Messages() {
		perDelivery[m.Callback]++
		perFolio[m.Values[1]]++
	}
	unknown, unsent := 0, 0
	for n, a := range l.answers {
		e, there := all[a.ID]
		if !there || len(e.Deliveries) != 1 {
			t.Errorf("%s was accepted as %s and has no execution with a delivery: %+v", folioOf(n), a.ID, e)
			continue
		}
		d := e.Deliveries[0]
		if perFolio[folioOf(n)] > 1 || perDelivery[d.ID] > 1 {
			t.Errorf("%s was sent %d times, its delivery %s %d times", folioOf(n), perFolio[folioOf(n)], d.ID, perDelivery[d.ID])
		}
		switch {
		case e.State == "CLOSED" && e.Outcome == "SUCCEEDED" && d.State == "READ" && perDelivery[d.ID] == 1:
		case e.State == "CLOSED" && e.Outcome == "UNSETTLED" && d.State == "UNKNOWN" && d.Reason != nil && d.Reason.Code == "INTERRUPTED" && perDelivery[d.ID] == 0:
			unknown++ // the hub cannot know what the phones show: it never left
		default:
			t.Errorf("%s: %s %s, delivery %s %+v, on the phones %d times", folioOf(n), e.State, e.Outcome, d.State, d.Reason, perDelivery[d.ID])
		}
		unsent += 1 - perDelivery[d.ID]
	}
	if len(all) != posts {
		t.Errorf("there are %d executions of %d occurrences", len(all), posts)
	}
	t.Logf("%d occurrences, %d messages on the phones, %d UNKNOWN that never left", posts, len(l.sandbox.Messages()), unknown)
	if unsent != unknown {
		t.Errorf("%d were not sent, %d of them are UNKNOWN", unsent, unknown)
	}
}
