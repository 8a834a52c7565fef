package conformance

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// memoryCheck may take longer than others.
const memoryCheck = "process/memory"

func processChecks() []Check {
	return []Check{
		{"process/signals", "SIGINT, SIGTERM and SIGHUP do not end it",
			"they reach the whole group while the hub still drains: what is on its way would be lost", secLife, processSignals},
		{"process/shutdown", "told to end, it is gone within two seconds, also with a stream open",
			"the hub kills it then, and with it whatever it was doing", secLife, processShutdown},
		{"process/crash", "after a crash in the middle of a batch, the next process works",
			"the hub starts it again by itself, with everything that the last one left behind", secLife, processCrash},
		{memoryCheck, "memory does not grow with the number of deliveries",
			"a hub runs for months", secLife, processMemory},
	}
}

func processSignals(t *T) {
	p := t.process()
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if err := p.Signal(s); err != nil && !p.Exited() {
			t.skip("a signal cannot be sent to another process here: %v", err)
		}
		pause(t, 100*time.Millisecond)
		if p.Exited() {
			t.fail("%s ended it (%s)", signalName(s), p.Ended())
			t.instance.Close()
			t.instance = nil
			p = t.process()
		}
	}
	ctx, cancel := t.patient()
	defer cancel()
	if _, err := t.client().Describe(ctx); err != nil {
		t.fail("after the signals it does not answer: %v", err)
	}
}

func signalName(s os.Signal) string {
	switch s {
	case syscall.SIGINT:
		return "SIGINT"
	case syscall.SIGTERM:
		return "SIGTERM"
	case syscall.SIGHUP:
		return "SIGHUP"
	}
	return s.String()
}

// shutdownTime is what the hub gives a process that it told to end.
const shutdownTime = 2 * time.Second

// own starts a process for a check that ends it.
func (t *T) own() *Instance {
	t.executable()
	t.client() // says why there is none
	i, err := t.start()
	if err != nil {
		t.stop("a second process did not start: %v", err)
	}
	return i
}

func processShutdown(t *T) {
	i := t.own()
	defer i.Close()
	if t.d != nil && t.noUse == nil && isDestination(t.d) {
		if s, err := i.Client.OpenDeliver(t, t.example.Integration); err == nil {
			defer s.Close()
		}
	}
	if !i.Process.shutdown(t, shutdownTime) {
		t.fail("it was still there two seconds after plugin.GRPCController/Shutdown")
	}
}

func processCrash(t *T) {
	t.executable()
	t.warmUp()
	i := t.own()
	defer i.Close()
	s, err := i.Client.OpenDeliver(t, t.example.Integration)
	if err != nil {
		t.stop("%v", err)
	}
	defer s.Close()
	list := t.deliveries(min(s.InFlight(), 16))
	if err := s.Send(list); err != nil {
		t.stop("%v", err)
	}
	if _, err := s.Recv(); err != nil {
		t.stop("no outcome came: %v", err)
	}
	i.Process.Kill()
	if ctx, cancel := t.patient(); !i.Process.wait(ctx) {
		cancel()
		t.stop("it survived SIGKILL")
	} else {
		cancel()
	}
	if t.instance != nil { // the one that ran beside it goes too: the next one finds only what was left behind
		t.instance.Close()
		t.instance = nil
	}
	next, err := t.start()
	if err != nil {
		t.stop("the next process did not start: %v", err)
	}
	t.instance = next
	if o, err := t.one(t.example.Integration, t.delivery()); err != nil || o.Kind != sdk.Accepted {
		t.fail("the next process did not accept a delivery: %s%s %v", o.Kind, reason(o.Message), err)
	}
}

// How much a process may grow over all deliveries of a round: what runtimes need to settle, or a quarter of what it had. Whoever grows by more is
// given more rounds: one that only warms up stops growing, one that keeps what belongs to a delivery does not.
const (
	growth  = 24 << 20
	samples = 40
	rounds  = 3
)

func processMemory(t *T) {
	t.process()
	t.warmUp()
	p := t.process()
	n := max(t.options.Deliveries, samples)
	allowed := max(growth, t.memory(p)/4)
	var early, late int64
	for range rounds {
		if early, late = t.load(p, n); late-early <= allowed {
			return
		}
	}
	t.fail("it grew over each of %d rounds of %d deliveries, in the last one from %d to %d MB, %d bytes a delivery: what belongs to a delivery must not be kept",
		rounds, n, early>>20, late>>20, (late-early)/(int64(n)*7/10))
}

// load sends n deliveries and tells the least memory during the second fifth of them and during the last: between two collections of garbage a
// process may have what it likes.
func (t *T) load(p *Process, n int) (early, late int64) {
	var sizes []int64
	for i := range samples {
		list := t.deliveries(n*(i+1)/samples - n*i/samples)
		if err := t.exchangeEach(t.example.Integration, list, func(sdk.Outcome) {}); err != nil {
			t.stop("after %d deliveries: %v", n*i/samples, err)
		}
		sizes = append(sizes, t.memory(p))
	}
	fifth := samples / 5
	return slices.Min(sizes[fifth : 2*fifth]), slices.Min(sizes[4*fifth:])
}

// memory is how much of a process is in memory (its resident set), in bytes.
func (t *T) memory(p *Process) int64 {
	if runtime.GOOS != "linux" {
		t.skip("the memory of another process is read from /proc, which this system does not have")
	}
	n, err := residentSet(p.PID())
	if err != nil {
		t.skip("the memory of the process cannot be read: %v", err)
	}
	return n
}

func residentSet(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmRSS:")); ok {
			kb, err := strconv.ParseInt(string(bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(rest), []byte("kB")))), 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status has no VmRSS", pid)
}
