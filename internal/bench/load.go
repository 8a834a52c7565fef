package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// result is one round on one way.
type result struct {
	way      string
	rate     float64 // events a second, from the first post to the last arrival at the sink
	p50, p99 time.Duration
	lost     int
	twice    int
	refused  int
}

// way is one of the ways from client to sink.
type way struct {
	name   string
	url    string
	header http.Header
	body   func(buf *bytes.Buffer, number int)
	batch  int  // events in a post, as a CloudEvents batch; 0: one, by itself
	held   bool // nothing arrives at the sink, because the hub's queue is paused
}

// write writes the body of the post that begins with an event's number and has n of them.
func (w *way) write(buf *bytes.Buffer, from, n int) {
	buf.Reset()
	if w.batch == 0 {
		w.body(buf, from)
		return
	}
	buf.WriteByte('[')
	for i := range n {
		if i > 0 {
			buf.WriteByte(',')
		}
		w.body(buf, from+i)
	}
	buf.WriteByte(']')
}

// post sends events from..from+n through a way with many clients at once, each waiting for its answer before its next, and
// waits until all of them are at the sink or nothing has come for a while.
func (b *bench) post(ctx context.Context, w way, from, n int) (result, error) {
	b.sink.expect(n)
	twice := b.sink.twice.Load()
	var next, refused atomic.Int64
	next.Store(int64(from))
	posted := make([]int64, n)
	var firstError atomic.Pointer[string]
	var clients sync.WaitGroup
	each := max(w.batch, 1)
	begin := time.Since(b.sink.epoch)
	for range b.plan.clients {
		clients.Go(func() {
			var buf bytes.Buffer
			for ctx.Err() == nil {
				i := int(next.Add(int64(each))) - each
				if i >= from+n {
					return
				}
				some := min(each, from+n-i)
				w.write(&buf, i, some)
				at := int64(time.Since(b.sink.epoch))
				for j := range some {
					posted[i-from+j] = at
				}
				if err := b.postOne(ctx, w, &buf); err != nil {
					refused.Add(int64(some))
					text := err.Error()
					firstError.CompareAndSwap(nil, &text)
				}
			}
		})
	}
	clients.Wait()
	answered := time.Since(b.sink.epoch)
	r := result{way: w.name, rate: float64(n-int(refused.Load())) / (answered - begin).Seconds()}
	if !w.held {
		if err := b.settle(ctx, n-int(refused.Load())); err != nil {
			return result{}, err
		}
		r = b.evaluate(posted, from, n, begin)
	}
	r.way, r.refused, r.twice = w.name, int(refused.Load()), int(b.sink.twice.Load()-twice)
	if text := firstError.Load(); text != nil {
		return r, fmt.Errorf("%s refused %d of %d events; the first: %s", w.name, r.refused, n, *text)
	}
	return r, ctx.Err()
}

func (b *bench) postOne(ctx context.Context, w way, buf *bytes.Buffer) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(buf.Bytes()))
	if err != nil {
		return err
	}
	req.Header = w.header
	res, err := b.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	want := http.StatusAccepted
	if w.batch > 0 {
		want = http.StatusOK // with a result for each; what is wrong with one shows at the sink
	}
	if res.StatusCode != want {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 500))
		return fmt.Errorf("%s: %s", res.Status, text)
	}
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

// settle waits for what is still on its way.
func (b *bench) settle(ctx context.Context, n int) error {
	last, quiet := int64(-1), time.Now()
	for {
		select {
		case <-b.sink.full:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
		count := b.sink.count.Load()
		if count >= int64(n) {
			return nil
		}
		if count != last {
			last, quiet = count, time.Now()
		}
		if time.Since(quiet) > 10*time.Second {
			return nil // evaluate says how many are missing
		}
	}
}
