package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"syscall"
	"time"
)

// kills is how often each hub is killed.
const kills = 7

// restart compares how long a killed hub takes to be ready when many executions wait with one that has nothing to do.
func restart(ctx context.Context, p plan, o output) error {
	b, err := prepare(p, p.restart+1)
	if err != nil {
		return err
	}
	defer b.close()
	empty, err := b.hub(ctx, "empty")
	if err != nil {
		return err
	}
	full, err := b.hub(ctx, fmt.Sprint("waiting-", p.restart))
	if err != nil {
		return err
	}
	if err := b.wait(ctx, o, full, p.restart); err != nil {
		return err
	}
	fmt.Fprintf(o, "kill -9 to /readyz ok, %d times each, by turns\n", kills)
	var took [2][]float64
	for i := range kills + 1 { // the first warms up
		for which, h := range []*instance{empty, full} {
			d, err := b.revive(ctx, h)
			if err != nil {
				return err
			}
			if i > 0 {
				took[which] = append(took[which], d.Seconds()*1000)
			}
		}
		if i > 0 {
			fmt.Fprintf(o, "nothing waits %7.1f ms, %d wait %7.1f ms\n", took[0][i-1], p.restart, took[1][i-1])
		}
	}
	if n, err := full.queued(ctx); err != nil || n != p.restart {
		return fmt.Errorf("after %d kills %d executions wait, not %d (%v)", kills+1, n, p.restart, err)
	}
	a, z := median(took[0]), median(took[1])
	o.figure(figure{Name: fmt.Sprintf("kill -9 to ready with %d waiting against an empty hub", p.restart), Value: z / a, Most: 3,
		Detail: map[string]float64{"empty, ms": a, "waiting, ms": z}})
	return nil
}

// wait has executions wait in a hub, whose queue is paused.
func (b *bench) wait(ctx context.Context, o output, h *instance, n int) error {
	if there, err := h.queued(ctx); err != nil || there == n {
		return err
	}
	var ignored json.RawMessage
	if err := h.query(ctx, `mutation{queuePause(input:{reason:"bench"}){userErrors{code message field}}}`, nil, &ignored); err != nil {
		return err
	}
	w := h.recado("waiting", writeEvent).batches(atOnce)
	w.held = true
	r, err := b.round(ctx, w, n)
	if err != nil {
		return err
	}
	fmt.Fprintf(o, "%d executions wait in the paused queue, taken in at %.0f/s\n", n, r.rate)
	if there, err := h.queued(ctx); err != nil || there != n {
		return fmt.Errorf("%d executions wait, not %d (%v)", there, n, err)
	}
	return nil
}

func (h *instance) queued(ctx context.Context) (int, error) {
	var answer struct{ Queue struct{ Queued int } }
	err := h.query(ctx, `{queue{queued}}`, nil, &answer)
	return answer.Queue.Queued, err
}

// revive kills a hub, starts it again, and says how long that took until it was ready.
func (b *bench) revive(ctx context.Context, h *instance) (time.Duration, error) {
	began := time.Now()
	if err := h.cmd.Process.Kill(); err != nil {
		return 0, err
	}
	b.forget(h)
	if err := b.rise(h); err != nil {
		return 0, err
	}
	for {
		res, err := b.client.Get(h.url + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				took := time.Since(began)
				h.token, err = h.fetchToken(ctx, benchKey, benchSecret)
				return took, err
			}
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

// end stops a hub that is needed no more.
func (b *bench) end(h *instance) error {
	if err := h.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	b.forget(h)
	return nil
}

// forget waits for the end of a hub's process.
func (b *bench) forget(h *instance) {
	h.cmd.Wait()
	for i, cmd := range b.processes {
		if cmd == h.cmd {
			b.processes = append(b.processes[:i], b.processes[i+1:]...)
			return
		}
	}
}
