package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// How an idle hub is measured.
const (
	idleRate    = 50          // events a second
	idleStretch = time.Second // long ones would not meet the same moods of the disk
	idleTurns   = 5           // of each in a round
	fsyncBytes  = 4096
)

// idle compares the time of a single event through a hub that has little to do with its floor: that through the bare relay, and two waits
// for the disk.
func idle(ctx context.Context, p plan, o output) error {
	stretches := p.rounds * idleTurns
	each := int(idleStretch.Seconds() * idleRate)
	b, err := prepare(p, 2*(stretches+idleTurns)*each)
	if err != nil {
		return err
	}
	defer b.close()
	relay, err := b.relay()
	if err != nil {
		return err
	}
	h, err := b.hub(ctx, theHub)
	if err != nil {
		return err
	}
	ways := []way{relay, h.recado(wayRecado, writeEvent)}
	var took [2][]int64
	var fsyncs []int64
	fmt.Fprintf(o, "%d events/s, %d stretches of %s each of relay, Recado and fsync, by turns\n", idleRate, stretches, idleStretch)
	for i := range stretches + idleTurns { // the first ones warm up
		var list [2][]int64
		for which, w := range ways {
			if list[which], err = b.drip(ctx, w, each); err != nil {
				return err
			}
		}
		synced, err := fsync(ctx, h.data, each)
		if err != nil {
			return err
		}
		if i < idleTurns {
			continue
		}
		took[0], took[1], fsyncs = append(took[0], list[0]...), append(took[1], list[1]...), append(fsyncs, synced...)
		if i%idleTurns == idleTurns-1 {
			some := idleTurns * each
			fmt.Fprintf(o, "p50: relay %8s  Recado %8s  fsync %8s\n", last(took[0], some), last(took[1], some), last(fsyncs, some))
		}
	}
	relayed, told, synced := ms(median(took[0])), ms(median(took[1])), ms(median(fsyncs))
	o.figure(figure{Name: fmt.Sprintf("idle latency at %d events/s as a multiple of its floor", idleRate), Value: told / (relayed + 2*synced), Most: 1.3,
		Detail: map[string]float64{"relay p50, ms": relayed, "Recado p50, ms": told, "fsync p50, ms": synced, "floor, ms": relayed + 2*synced}})
	return nil
}

// last is the median of the last n.
func last(took []int64, n int) string { return short(time.Duration(median(took[len(took)-n:]))) }

func ms(ns int64) float64 { return float64(ns) / 1e6 }

// pace waits for the next of the moments at which an idle sender posts: at the rate on average, and never in step with anything else.
func pace(ctx context.Context, due *time.Time) error {
	*due = due.Add(time.Duration((0.5 + rand.Float64()) * float64(time.Second) / idleRate))
	select {
	case <-time.After(time.Until(*due)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// drip posts events one by one, whether or not the last one has been answered, and says how long each took to the sink.
func (b *bench) drip(ctx context.Context, w way, n int) ([]int64, error) {
	from := b.used
	b.used += n
	b.sink.expect(n)
	posted := make([]int64, n)
	errs := make([]error, n)
	var posts sync.WaitGroup
	due := time.Now()
	for i := range n {
		if err := pace(ctx, &due); err != nil {
			return nil, err
		}
		posts.Go(func() {
			var buf bytes.Buffer
			w.write(&buf, from+i, 1)
			posted[i] = int64(time.Since(b.sink.epoch))
			errs[i] = b.postOne(ctx, w, &buf)
		})
	}
	posts.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if err := b.settle(ctx, n); err != nil {
		return nil, err
	}
	var took []int64
	for i := range n {
		at := b.sink.arrived[from+i].Load()
		if at == 0 {
			return nil, fmt.Errorf("%s lost an event", w.name)
		}
		took = append(took, at-posted[i])
	}
	return took, nil
}

// fsync appends to a file on the disk of a directory at the same pace, waits each time until that is durable, and says how long each took.
func fsync(ctx context.Context, dir string, n int) (took []int64, err error) {
	f, err := os.Create(filepath.Join(dir, "bench-fsync"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	page := bytes.Repeat([]byte{0xa5}, fsyncBytes)
	due := time.Now()
	for range n {
		if err := pace(ctx, &due); err != nil {
			return nil, err
		}
		began := time.Now()
		if _, err := f.Write(page); err != nil {
			return nil, err
		}
		if err := f.Sync(); err != nil {
			return nil, err
		}
		took = append(took, int64(time.Since(began)))
	}
	return took, nil
}
