package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// rested is how long a hub has nothing to do before its memory is read a second time.
const rested = 30 * time.Second

// memory measures what the hub's process holds after many executions at full speed.
func memory(ctx context.Context, p plan, o output) error {
	b, err := prepare(p, p.memory)
	if err != nil {
		return err
	}
	defer b.close()
	h, err := b.hub(ctx, theHub)
	if err != nil {
		return err
	}
	begin, err := h.resident()
	if err != nil {
		return err
	}
	load, end := context.WithCancel(ctx)
	var most float64
	var sampling sync.WaitGroup
	sampling.Go(func() { most = h.mostResident(load) })
	r, err := b.round(ctx, h.recado(wayRecado, writeEvent), p.memory)
	end()
	sampling.Wait()
	if err != nil {
		return err
	}
	after, err := h.resident()
	if err != nil {
		return err
	}
	heap, err := h.status("RssAnon")
	if err != nil {
		return err
	}
	measured, err := h.measure(ctx)
	if err != nil {
		return err
	}
	select {
	case <-time.After(rested):
	case <-ctx.Done():
		return ctx.Err()
	}
	later, err := h.resident()
	if err != nil {
		return err
	}
	fmt.Fprintf(o, "%d executions at %.0f/s (%d lost, %d twice); resident: %.1f MB at the start, %.1f MB at most, %.1f MB after the last (%.1f MB of its own, the rest is the program's file), %.1f MB %s later; /metrics after the last:",
		p.memory, r.rate, r.lost, r.twice, begin, most, after, heap, later, rested)
	detail := map[string]float64{"start, MB": begin, "most, MB": most, "rested, MB": later, "its own, MB": heap}
	for i, m := range measures {
		fmt.Fprintf(o, " %s %.1f;", m.name, measured.values[i])
		detail["/metrics: "+m.name] = measured.values[i]
	}
	fmt.Fprintln(o)
	o.figure(figure{Name: fmt.Sprintf("resident memory after %d executions, hub without children", p.memory), Value: after, Unit: "MB", Most: 100, Detail: detail})
	return nil
}

// resident is the resident memory of the hub's process in MB, as the system says.
func (h *instance) resident() (float64, error) { return h.status("VmRSS") }

// status is a size in MB of the hub's process, by the name that the system gives it.
func (h *instance) status(name string) (float64, error) {
	path := filepath.Join("/proc", strconv.Itoa(h.cmd.Process.Pid), "status")
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return kib * 1024 / 1e6, err
		}
	}
	return 0, fmt.Errorf("%s has no %s", path, name)
}

// mostResident is the most that was seen until ctx ended.
func (h *instance) mostResident(ctx context.Context) (most float64) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		if v, err := h.resident(); err == nil {
			most = max(most, v)
		}
		select {
		case <-ctx.Done():
			return most
		case <-tick.C:
		}
	}
}

func fileSize(dir, name string) float64 {
	info, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		return 0
	}
	return float64(info.Size())
}
