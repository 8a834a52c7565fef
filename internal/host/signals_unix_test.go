//go:build unix

package host_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/host"
	"github.com/recado-hub/recado/internal/hub"
)

func TestASignalToTheConnectorDoesNotEndIt(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe")})
	in := integration("probe")
	r.send(t, in, "facts", 1, 1)
	pid := pidOf(t, r.outcome(t, 1))
	if group, err := syscall.Getpgid(pid); err != nil || group != pid {
		t.Errorf("the connector is in group %d (%v), want its own, %d", group, err, pid)
	}
	begun, wait := sign(t)
	r.send(t, in, "slow", 2, 1, "300ms", begun)
	wait()
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		must(t, syscall.Kill(pid, s))
	}
	if o := r.outcome(t, 2); o.Kind != hub.OutcomeAccepted {
		t.Errorf("the send that was begun: %+v, want ACCEPTED", o)
	}
	r.send(t, in, "facts", 3, 1)
	if again := pidOf(t, r.outcome(t, 3)); again != pid {
		t.Errorf("process %d answers, want the same as before, %d", again, pid)
	}
}

func TestAnOutcomeThatComesAfterTheDeadlineIsDropped(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe"), HealthEvery: patience})
	in := integration("probe")
	r.send(t, in, "facts", 1, 1)
	pid := pidOf(t, r.outcome(t, 1))
	batch := handovers("stop", 2, 1)
	batch[0].Deadline = time.Now().Add(100 * time.Millisecond)
	must(t, r.Send(in, batch))
	if o := r.outcome(t, 2); o.Kind != hub.OutcomeUnknown || o.Lost || !strings.Contains(o.Message, "by the deadline") {
		t.Errorf("outcome of the one at a frozen connector: %+v, want UNKNOWN", o)
	}
	must(t, syscall.Kill(pid, syscall.SIGCONT))
	eventually(t, "the late outcome is dropped", func() bool { return strings.Contains(r.log.String(), "came for no delivery on its way") })
	r.send(t, in, "ok", 3, 1)
	if o := r.outcome(t, 3); o.Kind != hub.OutcomeAccepted {
		t.Errorf("outcome after it goes on: %+v", o)
	}
}

func TestASigtermToTheHubsWholeGroupLetsABegunSendFinish(t *testing.T) {
	t.Parallel()
	p := startHub(t)
	must(t, syscall.Kill(-p.hub, syscall.SIGTERM))
	var o hub.Outcome
	if err := p.out.Decode(&o); err != nil {
		t.Fatalf("%v; the hub said:\n%s", err, p.stderr)
	}
	if o.Key != 2 || o.Kind != hub.OutcomeAccepted {
		t.Errorf("outcome %+v, want delivery 2 ACCEPTED", o)
	}
	eventually(t, "the connector is gone", func() bool { return gone(p.connector) })
}

func TestAConnectorGoesWhenItsHubIsKilled(t *testing.T) {
	t.Parallel()
	p := startHub(t)
	must(t, syscall.Kill(p.hub, syscall.SIGKILL))
	eventually(t, "the connector is gone", func() bool { return gone(p.connector) })
}

func TestThroughManyKillsNothingIsLostOrDoubledOrWronglyCalledNotStarted(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe")})
	in := integration("probe")
	journal := filepath.Join(t.TempDir(), "journal")
	const kills = 5
	key := int64(1)
	for kill := range kills {
		r.state(t, "probe", hub.ConnectorReady, kill)
		facts := handovers("facts", 1_000_000+int64(kill), 1)
		must(t, r.Send(in, facts))
		pid := pidOf(t, r.outcome(t, facts[0].Key))
		killed := make(chan struct{})
		begin := key
		for {
			if r.Send(in, handovers("journal", key, 20, journal)) != nil {
				break // the hub has noticed, or the queue is full: both belong here
			}
			key += 20
			if key-begin == 400 {
				r.until(t, "some are answered", func() bool { return int64(len(r.outcomes)) > begin+50 })
				go func() { defer close(killed); _ = syscall.Kill(pid, syscall.SIGKILL) }()
			}
		}
		<-killed
		r.state(t, "probe", hub.ConnectorBackoff, kill)
	}
	kinds := r.kinds(t, int(key-1)+kills)
	if kinds["NOT_STARTED"] == 0 || kinds[hub.OutcomeAccepted] == 0 || kinds[hub.OutcomeUnknown] == 0 {
		t.Errorf("outcomes by kind: %v; the test should see all three", kinds)
	}
	text, err := os.ReadFile(journal)
	must(t, err)
	seen := map[string]int{}
	for id := range strings.Lines(string(text)) {
		seen[strings.TrimSpace(id)]++
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for at, list := range r.outcomes {
		id, o := hub.ID(hub.KindDelivery, at[0]), list[0]
		switch n := seen[id]; {
		case at[0] >= 1_000_000:
		case n > 1:
			t.Errorf("%s was sent %d times", id, n)
		case o.NotStarted && n > 0:
			t.Errorf("%s is called not started, but the connector sent it", id)
		case o.Kind == hub.OutcomeAccepted && n != 1:
			t.Errorf("%s is called accepted, but the connector never sent it", id)
		}
	}
}

func TestWhatACrashedConnectorStartedGoesWithIt(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe")})
	path := filepath.Join(t.TempDir(), "pid")
	r.send(t, integration("probe"), "crash-with-child", 1, 1, path)
	if o := r.outcome(t, 1); o.Kind != hub.OutcomeUnknown {
		t.Fatalf("outcome %+v, want UNKNOWN", o)
	}
	// The child has the connector's standard streams open, which must not keep the hub from noticing the crash.
	r.state(t, "probe", hub.ConnectorReady, 1)
	text, err := os.ReadFile(path)
	must(t, err)
	pid, err := strconv.Atoi(string(text))
	must(t, err)
	eventually(t, "the connector's child is gone", func() bool { return gone(pid) })
}

// gone tells whether a process has ended; one that nobody has waited for yet has.
func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false // another system without /proc: Kill decides
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(after, "Z")
}

// hubProcess is a hub in a process of its own, whose connector has begun to send.
type hubProcess struct {
	hub, connector int
	out            *json.Decoder
	stderr         *bytes.Buffer
}

func startHub(t *testing.T) *hubProcess {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	begun, wait := sign(t)
	cmd := exec.Command(self, "hub", begun)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// A hub that is killed leaves the directory of its socket behind. t.TempDir's paths are too long for a socket.
	tmp, err := os.MkdirTemp("", "hub")
	must(t, err)
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp)
	p := &hubProcess{stderr: &bytes.Buffer{}}
	cmd.Stderr = p.stderr
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = os.RemoveAll(tmp)
	})
	p.hub, p.out = cmd.Process.Pid, json.NewDecoder(stdout)
	var o hub.Outcome
	if err := p.out.Decode(&o); err != nil {
		t.Fatalf("the hub did not start: %v\n%s", err, p.stderr)
	}
	p.connector = pidOf(t, o)
	wait()
	return p
}

func pidOf(t *testing.T, o hub.Outcome) int {
	t.Helper()
	pid, err := strconv.Atoi(o.Detail["pid"])
	if err != nil {
		t.Fatalf("outcome %+v has no pid", o)
	}
	return pid
}

// runHub is the program of hubProcess: it says what became of a first delivery, hands over a slow one, and at SIGTERM closes and
// says what became of that.
func runHub(begun string) {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	outcomes := make(chan hub.Outcome, 10)
	h := host.New(host.Options{
		Builtin: builtin("probe"), Log: slog.New(slog.DiscardHandler),
		Outcomes: func(_ int64, list []hub.Outcome) {
			for _, o := range list {
				outcomes <- o
			}
		},
	})
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	check(h.Start(context.Background()))
	check(h.Send(integration("probe"), handovers("facts", 1, 1)))
	say := json.NewEncoder(os.Stdout)
	check(say.Encode(<-outcomes))
	check(h.Send(integration("probe"), handovers("slow", 2, 1, "1500ms", begun)))
	<-terminated
	check(h.Close(context.Background()))
	check(say.Encode(<-outcomes))
}
