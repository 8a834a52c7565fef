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
		{"process/orphan", "it ends when its hub is gone",
			"the hub that is started next has a connector of its own: two would send side by side", secLife, processOrphan},
		{"process/shutdown", "told to end, it is gone within two seconds, also with a stream open",
			"the hub kills it then, and with it whatever it was doing", secLife, processShutdown},
		{"process/crash", "after a crash in the middle of a batch or a query, the next process works",
			"the hub starts it again by itself, with everything that the last one left behind", secLife, processCrash},
		{memoryCheck, "memory does not grow with the number of deliveries, or of queries",
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
	if d := t.description(); !isDestination(d) {
		t.source(func(_ *sdk.Client, q sdk.Query) { t.crashInQuery(q) })
		return
	}
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
	t.replace(i)
	if o, err := t.one(t.example.Integration, t.delivery()); err != nil || o.Kind != sdk.Accepted {
		t.fail("the next process did not accept a delivery: %s%s %v", o.Kind, reason(o.Message), err)
	}
}

// crashInQuery is the same for a source: the process is killed between two pages.
func (t *T) crashInQuery(q sdk.Query) {
	i := t.own()
	defer i.Close()
	// How the query ends does not matter: all pages may have been sent before.
	_ = i.Client.Query(t, t.example.Integration, q, func(sdk.Page) error { i.Process.Kill(); return nil })
	t.replace(i)
	if pages, _ := t.pages(t.instance.Client, q); len(pages) == 0 {
		t.fail("%s: the next process gave no page", q.Action)
	}
}

// replace kills a process, and the one that ran beside it, and starts the next: it finds only what they left behind.
func (t *T) replace(i *Instance) {
	i.Process.Kill()
	ctx, cancel := t.patient()
	defer cancel()
	if !i.Process.wait(ctx) {
		t.stop("it survived SIGKILL")
	}
	if t.instance != nil {
		t.instance.Close()
		t.instance = nil
	}
	next, err := t.start()
	if err != nil {
		t.stop("the next process did not start: %v", err)
	}
	t.instance = next
}

// How much a process may grow over a round: what runtimes need to settle, or a quarter of what it had. Whoever grows by more is
// given more rounds: one that only warms up stops growing, one that keeps what belongs to a delivery does not.
const (
	growth  = 24 << 20
	samples = 40
	rounds  = 3
)

func processMemory(t *T) {
	t.process()
	n, send, what := max(t.options.Deliveries, samples), t.sendMany, "deliveries"
	if isDestination(t.description()) {
		t.warmUp()
	} else {
		n, send, what = max(n/deliveriesPerQuery, samples), t.queryMany, "queries"
	}
	p := t.process()
	allowed := max(growth, t.memory(p)/4)
	var early, late int64
	for range rounds {
		if early, late = t.load(p, n, send); late-early <= allowed {
			return
		}
	}
	t.fail("it grew over each of %d rounds of %d %s, in the last one from %d to %d MB, %d bytes for each: what belongs to one must not be kept",
		rounds, n, what, early>>20, late>>20, (late-early)/(int64(n)*7/10))
}

// deliveriesPerQuery: a query reads many rows, so that fewer of them are as much work.
const deliveriesPerQuery = 50

func (t *T) sendMany(n int) {
	if err := t.exchangeEach(t.example.Integration, t.deliveries(n), func(sdk.Outcome) {}); err != nil {
		t.stop("%v", err)
	}
}

func (t *T) queryMany(n int) {
	for range n {
		t.source(func(c *sdk.Client, q sdk.Query) { t.pages(c, q) })
	}
}

// load has n things done and tells the least memory during the second fifth of them and during the last: between two collections of garbage a
// process may have what it likes.
func (t *T) load(p *Process, n int, do func(n int)) (early, late int64) {
	var sizes []int64
	for i := range samples {
		do(n*(i+1)/samples - n*i/samples)
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
