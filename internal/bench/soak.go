package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// How a soak samples, and the most events a second that it can count.
const (
	sampleEvery = 5 * time.Second
	soakMost    = 6000
	grain       = 5 * time.Millisecond // events are let go so often, as many as are due
)

// reading is what the hub uses at a moment.
type reading struct {
	at     time.Duration // since the start of the soak
	values [len(measures)]float64
}

// measures are what is sampled: the name of the metric and what one unit of the figure is.
var measures = [...]struct {
	name, metric string
	unit         float64
}{
	{"resident memory, MB", "process_resident_memory_bytes", 1e6},
	{"heap in use, MB", "go_memstats_heap_inuse_bytes", 1e6},
	{"file descriptors", "process_open_fds", 1},
	{"goroutines", "go_goroutines", 1},
	{"WAL, MB", "", 1e6},
}

// soak posts at half of the highest rate for a time, and watches what the hub uses.
func soak(ctx context.Context, p plan, w output) error {
	d := p.soak
	b, err := prepare(p, p.events+warmup+int(d.Seconds()*soakMost))
	if err != nil {
		return err
	}
	defer b.close()
	h, err := b.hub(ctx, theHub)
	if err != nil {
		return err
	}
	recado := h.recado(wayRecado, writeEvent)
	if _, err := b.round(ctx, recado, warmup); err != nil {
		return err
	}
	top, err := b.round(ctx, recado, b.plan.events)
	if err != nil {
		return err
	}
	rate := min(top.rate/2, soakMost)
	fmt.Fprintf(w, "at most %.0f events/s (%d lost, %d twice); now %.0f events/s for %s\n", top.rate, top.lost, top.twice, rate, d)
	load, end := context.WithTimeout(ctx, d)
	defer end()
	var readings []reading
	var sampling sync.WaitGroup
	sampling.Go(func() { readings = h.sample(load, w) })
	n, refused, err := b.pour(load, recado, rate)
	sampling.Wait()
	reportSoak(w, readings)
	if err != nil || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	err = b.settle(ctx, n-refused)
	fmt.Fprintf(w, "%d events posted, %d refused, %d at the sink, %d twice\n", n, refused, b.sink.count.Load(), b.sink.twice.Load()-int64(top.twice))
	return err
}

// pour posts at a rate until ctx ends.
func (b *bench) pour(ctx context.Context, w way, rate float64) (n, refused int, err error) {
	b.sink.expect(math.MaxInt32)
	from, most := b.used, len(b.sink.arrived)
	var failed atomic.Int64
	var first atomic.Pointer[error]
	due := make(chan int, b.plan.clients)
	var clients sync.WaitGroup
	for range b.plan.clients {
		clients.Go(func() {
			var buf bytes.Buffer
			for i := range due {
				buf.Reset()
				w.body(&buf, i)
				if err := b.postOne(context.WithoutCancel(ctx), w, &buf); err != nil {
					failed.Add(1)
					first.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	tick := time.NewTicker(grain)
	defer tick.Stop()
	for began := time.Now(); ctx.Err() == nil; {
		<-tick.C
		for ; n < int(time.Since(began).Seconds()*rate) && from+n < most && ctx.Err() == nil; n++ {
			due <- from + n
		}
	}
	close(due)
	clients.Wait()
	b.used += n
	if e := first.Load(); e != nil {
		err = fmt.Errorf("%d of %d events were refused; the first: %w", failed.Load(), n, *e)
	}
	return n, int(failed.Load()), err
}

// sample reads what the hub uses until ctx ends.
func (h *instance) sample(ctx context.Context, w io.Writer) (list []reading) {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for began := time.Now(); ; {
		select {
		case <-ctx.Done():
			return list
		case <-tick.C:
		}
		r, err := h.measure(context.WithoutCancel(ctx)) // one that has begun is read to its end
		if err != nil {
			fmt.Fprintln(w, "a sample is missing:", err)
			continue
		}
		r.at = time.Since(began)
		list = append(list, r)
	}
}

// metrics reads the hub's own metrics.
func (h *instance) metrics(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/metrics", nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+h.token)
	res, err := h.client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return string(text), err
}

// measure reads the hub's own metrics and the size of its log of writes.
func (h *instance) measure(ctx context.Context) (r reading, err error) {
	text, err := h.metrics(ctx)
	if err != nil {
		return r, err
	}
	for i, m := range measures {
		if m.metric == "" {
			info, err := os.Stat(filepath.Join(h.data, "recado.db-wal"))
			if err != nil {
				return r, err
			}
			r.values[i] = float64(info.Size()) / m.unit
		} else if r.values[i], err = metric(text, m.metric); err != nil {
			return r, err
		} else {
			r.values[i] /= m.unit
		}
	}
	return r, nil
}

// metric finds a metric without labels.
func metric(text, name string) (float64, error) {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			return strconv.ParseFloat(strings.TrimSpace(rest), 64)
		}
	}
	return 0, fmt.Errorf("/metrics has no %s", name)
}

// reportSoak prints of each measure its first and its last third, and how it grows.
func reportSoak(w io.Writer, list []reading) {
	third := len(list) / 3
	if third == 0 {
		fmt.Fprintln(w, "too short for figures")
		return
	}
	fmt.Fprintf(w, "\n%d samples, one in %s\n%-22s %12s %12s %12s %12s %14s\n", len(list), sampleEvery, "", "least", "most", "first third", "last third", "growth an hour")
	for i, m := range measures {
		least, most := math.Inf(1), math.Inf(-1)
		for _, r := range list {
			least, most = min(least, r.values[i]), max(most, r.values[i])
		}
		fmt.Fprintf(w, "%-22s %12.1f %12.1f %12.1f %12.1f %+14.1f\n", m.name, least, most, mean(list[:third], i), mean(list[len(list)-third:], i), slope(list[third:], i)*3600)
	}
	fmt.Fprintln(w, "(growth: a straight line through the last two thirds)")
}

func mean(list []reading, i int) (sum float64) {
	for _, r := range list {
		sum += r.values[i] / float64(len(list))
	}
	return sum
}

// slope is the growth a second of the straight line with the least squares.
func slope(list []reading, i int) float64 {
	var at float64
	for _, r := range list {
		at += r.at.Seconds() / float64(len(list))
	}
	middle := mean(list, i)
	var up, across float64
	for _, r := range list {
		up += (r.at.Seconds() - at) * (r.values[i] - middle)
		across += (r.at.Seconds() - at) * (r.at.Seconds() - at)
	}
	if across == 0 {
		return 0
	}
	return up / across
}
