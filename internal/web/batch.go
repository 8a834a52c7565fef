package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/recado-hub/recado/internal/auth"
	"github.com/recado-hub/recado/internal/hub"
)

// typeBatch is the media type of a list of events (CloudEvents HTTP binding 1.0 §3.3).
const typeBatch = "application/cloudevents-batch+json"

// batchAbreast is how many events of a batch are taken in at a time: as many share a commit.
const batchAbreast = 128

// taken is what became of an event of a batch.
type taken struct {
	published *hub.Published
	err       error
}

// batch answers a list of events with 200 and what became of each, in its order. If none was taken the status is that of what all of
// them lacked, or 400. A list that cannot be read, or that is too long, is refused whole, and nothing of it is kept.
func (s *surface) batch(w http.ResponseWriter, r *http.Request) {
	d := readers.Get().(*reader)
	defer readers.Put(d)
	results, err := s.publishAll(w, r, d)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	locale := localeOf(r)
	d.out = append(d.out[:0], `{"results":[`...)
	status := 0
	if len(results) == 0 { // CloudEvents HTTP binding §3.3.2: a batch may be empty
		status = http.StatusOK
	}
	for i, t := range results {
		d.out = comma(d.out, i)
		got := http.StatusAccepted
		if t.err == nil {
			d.out = appendResult(d.out, t.published, locale)
		} else {
			p := s.told(r, t.err)
			got = p.Status
			text, err := json.Marshal(p)
			if err != nil { // texts and numbers can always be written
				panic(err)
			}
			d.out = append(d.out, text...)
		}
		status = common(status, got)
	}
	d.out = append(d.out, "]}\n"...)
	h := w.Header()
	h["Content-Type"] = jsonType
	h["Cache-Control"] = noStore
	speak(h, locale)
	if status == http.StatusServiceUnavailable {
		h["Retry-After"] = retryLater
	}
	w.WriteHeader(status)
	w.Write(d.out)
}

// common is the status of a whole, to which a part is added: 200 if any part was taken; 0 stands for no part yet.
func common(all, part int) int {
	switch {
	case all == http.StatusOK || part == http.StatusAccepted:
		return http.StatusOK
	case all == 0 || all == part:
		return part
	default:
		return http.StatusBadRequest
	}
}

// appendResult writes what became of an event that was taken: as the answer to one that comes alone, with its status.
func appendResult(b []byte, p *hub.Published, locale string) []byte {
	b = append(b, `{"status":202,`...)
	return append(appendMembers(b, p, locale), '}')
}

// publishAll publishes a list of events.
func (s *surface) publishAll(w http.ResponseWriter, r *http.Request, d *reader) ([]taken, error) {
	token, err := auth.Bearer(r.Header)
	if err != nil {
		return nil, err
	}
	caller, _, err := s.auth.Caller(r.Context(), token, localeOf(r))
	if err != nil {
		return nil, err
	}
	if err := uncompressed(w, r); err != nil {
		return nil, err
	}
	if err := readBody(r, hub.MaxBatchBytes, &d.body); err != nil {
		return nil, err
	}
	events, err := d.events()
	if err != nil {
		return nil, err
	}
	if err := s.within(w.Header(), caller.Consumer, max(1, len(events))); err != nil {
		return nil, err
	}
	ctx := hub.WithTrace(r.Context(), hub.TraceOfHeader(r.Header))
	results := make([]taken, len(events))
	item := readers.Get().(*reader)
	defer readers.Put(item)
	var q queue
	room := make(chan struct{}, batchAbreast)
	var all sync.WaitGroup
	for i, raw := range events {
		in, err := item.item(raw)
		if err != nil {
			results[i].err = err
			continue
		}
		after, done := q.join(in)
		room <- struct{}{}
		all.Go(func() {
			defer func() { close(done); <-room }()
			for _, earlier := range after {
				<-earlier
			}
			results[i] = s.take(ctx, caller, in)
		})
	}
	all.Wait()
	return results, nil
}

// take publishes one event. That of a panic is an error here: nobody else would catch it.
func (s *surface) take(ctx context.Context, c hub.Caller, in hub.OccurrenceInput) (t taken) {
	defer func() {
		if p := recover(); p != nil {
			t = taken{err: fmt.Errorf("publishing an event of a batch panicked: %v\n%s", p, debug.Stack())}
		}
	}()
	t.published, t.err = s.engine.Publish(ctx, c, in)
	return t
}

// events reads the body as a list and finds the text of each event in it, before anything is done with the first.
func (d *reader) events() (list [][]byte, err error) {
	d.start()
	if d.in.PeekKind() != '[' {
		return nil, d.wrong("", "a list of CloudEvents")
	}
	body := d.body.Bytes()
	err = d.list(func(i int) error {
		if i >= hub.MaxBatchEvents {
			return &hub.Error{Code: hub.CodeTooLarge, Message: fmt.Sprintf("a batch can have at most %d events; send several", hub.MaxBatchEvents)}
		}
		raw, err := d.in.ReadValue()
		if err != nil {
			return d.explain(err)
		}
		end := int(d.in.InputOffset())
		list = append(list, body[end-len(raw):end])
		return nil
	})
	if err == nil && d.in.PeekKind() != 0 {
		err = d.at(d.in.InputOffset(), "there is more after the end of the batch; send one batch in one request")
	}
	if err == nil {
		err = d.end()
	}
	return list, err
}

// item reads an event of a batch. Paths in errors begin at the event.
func (d *reader) item(raw []byte) (hub.OccurrenceInput, error) {
	if jsontext.Value(raw).Kind() != '{' {
		return hub.OccurrenceInput{}, hub.Invalid("", "an event of a batch must be a JSON object")
	}
	if len(raw) > hub.MaxOccurrenceBytes {
		return hub.OccurrenceInput{}, tooLarge(hub.MaxOccurrenceBytes)
	}
	d.body.Reset()
	d.body.Write(raw)
	return d.event()
}

// queue says which events of a batch must wait for which: those that bring the same record, or bear the same id, are taken in
// the order of the list, and all others side by side.
type queue struct{ last map[[3]string]chan struct{} }

// join gives an event its place: what it waits for, and what it closes when it is done.
func (q *queue) join(in hub.OccurrenceInput) (after []chan struct{}, done chan struct{}) {
	if q.last == nil {
		q.last = map[[3]string]chan struct{}{}
	}
	done = make(chan struct{})
	take := func(what [3]string) {
		if earlier := q.last[what]; earlier != nil && earlier != done {
			after = append(after, earlier)
		}
		q.last[what] = done
	}
	take([3]string{"id", in.Source, in.ID})
	if in.Subject != "" {
		take([3]string{"subject", in.Type, in.Subject})
	}
	for _, r := range in.Records {
		if r.Name != "" {
			take([3]string{"record", r.Type, r.Name})
		}
	}
	return after, done
}
