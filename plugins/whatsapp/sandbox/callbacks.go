package sandbox

import (
	"bytes"
	"container/heap"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// event is a step of a message that is to happen, and to be told.
type event struct {
	due     time.Time
	order   uint64 // among events due at the same time
	message *Message
	number  *number
	status  string
	code    int
	details string
	quiet   bool          // not told: lost, or told already
	happens bool          // the step is still to be written into the log
	told    chan struct{} // closed after the first try to tell it; may be nil
	tries   int
	at      time.Time // when it happened
	note    *note     // instead of a message's step: something else that a webhook is told
}

// teller lets events happen when they are due and tells them to the webhook, with a bounded number of requests at once.
type teller struct {
	options Callbacks
	log     *messageLog
	logger  *slog.Logger
	client  *http.Client
	ctx     context.Context
	cancel  context.CancelFunc
	ended   sync.WaitGroup

	queue chan *event

	mu     sync.Mutex
	events eventHeap
	order  uint64
	wake   chan struct{}

	taken, refused, waiting atomic.Int64
}

func newTeller(o Callbacks, log *messageLog, logger *slog.Logger) *teller {
	ctx, cancel := context.WithCancel(context.Background())
	t := &teller{
		options: o, log: log, logger: logger, ctx: ctx, cancel: cancel, queue: make(chan *event, 4*o.Workers), wake: make(chan struct{}, 1),
		client: &http.Client{
			Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: o.Workers, IdleConnTimeout: 30 * time.Second},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	t.ended.Add(1 + o.Workers)
	go t.run()
	for range o.Workers {
		go t.work()
	}
	return t
}

func (t *teller) close() {
	t.cancel()
	t.ended.Wait()
	t.client.CloseIdleConnections()
}

// schedule plans the steps of an accepted message. If the fault wants the first one told before the answer, the channel says when.
func (t *teller) schedule(m *Message, n *number, f *Fault) <-chan struct{} {
	if f == nil {
		f = &Fault{}
	}
	events := t.plan(m, n, f)
	if f.Reorder {
		for i, j := 0, len(events)-1; i < j; i, j = i+1, j-1 {
			events[i].due, events[j].due = events[j].due, events[i].due
		}
	}
	var early chan struct{}
	if f.Early {
		early = make(chan struct{})
		events[0].due, events[0].told = m.At, early
	}
	for _, e := range events {
		e.quiet = f.Lose
		for range f.Duplicate {
			again := *e
			again.happens, again.told = false, nil
			t.push(&again)
		}
		t.push(e)
	}
	return early
}

func (t *teller) plan(m *Message, n *number, f *Fault) []*event {
	step := func(status string, after time.Duration) *event {
		return &event{due: m.At.Add(after + f.Late), message: m, number: n, status: status, happens: true}
	}
	if f.Async {
		status := "failed"
		if n.account != nil && f.Code >= 63000 {
			status = "undelivered" // what Twilio calls a failure on WhatsApp's side
		}
		failed := step(status, t.options.Sent)
		failed.code, failed.details = f.code(), f.Details
		return []*event{failed}
	}
	list := []*event{step("sent", t.options.Sent), step("delivered", t.options.Delivered)}
	if t.options.Read > 0 {
		list = append(list, step("read", t.options.Read))
	}
	return list
}

func (t *teller) push(e *event) {
	t.waiting.Add(1)
	t.mu.Lock()
	t.order++
	e.order = t.order
	heap.Push(&t.events, e)
	first := t.events[0] == e
	t.mu.Unlock()
	if first {
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
}

// run hands events to the workers when they are due.
func (t *teller) run() {
	defer t.ended.Done()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		e, wait := t.next()
		if e != nil {
			select {
			case t.queue <- e:
				continue
			case <-t.ctx.Done():
				return
			}
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-t.wake:
		case <-t.ctx.Done():
			return
		}
	}
}

// next takes the first event if it is due, or says how long to wait.
func (t *teller) next() (*event, time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.events) == 0 {
		return nil, time.Hour
	}
	now := time.Now()
	if wait := t.events[0].due.Sub(now); wait > 0 {
		return nil, wait
	}
	e := heap.Pop(&t.events).(*event)
	if e.at.IsZero() {
		e.at = now
	}
	if e.happens {
		e.happens = false
		t.log.status(e.message, Status{Status: e.status, At: now, Code: e.code})
	}
	return e, 0
}

// work tells events, several of one app in a callback if that is wanted.
func (t *teller) work() {
	defer t.ended.Done()
	for {
		select {
		case <-t.ctx.Done():
			return
		case e := <-t.queue:
			if !t.alone(e) {
				t.tell(t.along(e))
			}
		}
	}
}

// alone deals with an event that never shares a callback; false if it may.
func (t *teller) alone(e *event) bool {
	switch {
	case e.quiet:
		t.done([]*event{e})
	case e.note != nil:
		t.tellNote(e)
	case e.number.account != nil:
		t.tellTwilio(e)
	default:
		return false
	}
	return true
}

// along takes what waits and can go in the same callback as e. What cannot is told by itself.
func (t *teller) along(e *event) []*event {
	batch := []*event{e}
	for len(batch) < t.options.Batch {
		select {
		case next := <-t.queue:
			switch {
			case t.alone(next):
			case next.number.waba.app != e.number.waba.app:
				t.tell([]*event{next})
			default:
				batch = append(batch, next)
			}
		default:
			return batch
		}
	}
	return batch
}

// tell sends one callback. What is not answered with 200 is told again later.
func (t *teller) tell(batch []*event) {
	a := batch[0].number.waba.app
	h := a.subscription()
	if !h.wants("messages") {
		t.done(batch)
		return
	}
	err := t.post(a, h, payload(batch))
	for _, e := range batch {
		if e.told != nil {
			close(e.told)
			e.told = nil
		}
	}
	if err == "" {
		t.taken.Add(1)
		t.done(batch)
		return
	}
	if t.ctx.Err() != nil {
		return
	}
	t.refused.Add(1)
	t.logger.Warn("a callback was not taken", "url", h.url, "statuses", len(batch), "answer", err)
	for _, e := range batch {
		t.waiting.Add(-1)
		t.repeat(e)
	}
}

// repeat plans to tell an event once more.
func (t *teller) repeat(e *event) {
	e.due = time.Now().Add(t.backOff(e.tries))
	e.tries++
	t.push(e)
}

func (t *teller) done(batch []*event) {
	for _, e := range batch {
		t.waiting.Add(-1)
		if e.told != nil {
			close(e.told)
			e.told = nil
		}
	}
}

func (t *teller) backOff(tries int) time.Duration {
	d := t.options.RetryFirst
	for range min(tries, 30) {
		if d *= 2; d >= t.options.RetryMost {
			return t.options.RetryMost
		}
	}
	return d
}

// post sends a signed body; the result is empty if it was answered with 200.
func (t *teller) post(a *app, h *hook, body []byte) string {
	r, err := http.NewRequestWithContext(t.ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return err.Error()
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "facebookexternalua")
	r.Header.Set("X-Hub-Signature-256", Sign(a.Secret, body))
	answer, err := t.client.Do(r)
	if err != nil {
		return err.Error()
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return strconv.Itoa(answer.StatusCode)
	}
	return ""
}

// eventHeap orders events by time.
type eventHeap []*event

func (h eventHeap) Len() int { return len(h) }
func (h eventHeap) Less(i, j int) bool {
	if h[i].due.Equal(h[j].due) {
		return h[i].order < h[j].order
	}
	return h[i].due.Before(h[j].due)
}
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *eventHeap) Push(x any)   { *h = append(*h, x.(*event)) }
func (h *eventHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return e
}
