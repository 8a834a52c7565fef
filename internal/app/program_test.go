//go:build unix

package app_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait; nothing comes near it unless it is broken.
const patience = 20 * time.Second

// program is a running process of the binary.
type program struct {
	cmd  *exec.Cmd
	out  output
	errs output
	done chan struct{} // closed when the process has ended
	url  string        // where the hub serves
}

// run starts the binary. It is killed when the test ends, if it has not ended by then.
func run(t testing.TB, env []string, args ...string) *program {
	t.Helper()
	return runCommand(t, env, binary, args...)
}

// runCommand is run for a command that becomes the binary in the end.
func runCommand(t testing.TB, env []string, name string, args ...string) *program {
	t.Helper()
	p := &program{cmd: exec.Command(name, args...), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.errs
	p.cmd.Env = append(environment(), env...)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // how it ended is in ProcessState
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s\n%s%s", strings.Join(args, " "), p.out.String(), p.errs.String())
		}
	})
	return p
}

// environment is that of the test, without what would set options of the program, and with a temporary directory of its own.
func environment() (env []string) {
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "RECADO_") && !strings.HasPrefix(e, "OTEL_") {
			env = append(env, e)
		}
	}
	return append(env, "TMPDIR="+temporary)
}

// The first consumer of every hub that a test starts.
const (
	adminKey    = "whole-program-administrator"
	adminSecret = "whole-program-administrator-secret"
)

var servesAt = regexp.MustCompile(`serves at (http://\S+)`)

// serve starts a hub and waits until it serves. An addr of an earlier start gives it the same address again.
func serve(t testing.TB, dir, addr string, env ...string) *program {
	t.Helper()
	p := run(t, append(env, firstConsumer...), "serve", "--addr", addr, "--data", dir, "--log-level", "warn")
	p.url = p.wait(t, servesAt)[1]
	return p
}

// firstConsumer is the environment that makes the first consumer.
var firstConsumer = []string{"RECADO_BOOTSTRAP_KEY=" + adminKey, "RECADO_BOOTSTRAP_SECRET=" + adminSecret}

const anyPort = "127.0.0.1:0"

func (p *program) addr() string { return strings.TrimPrefix(p.url, "http://") }

// wait waits until the standard output has what matches.
func (p *program) wait(t testing.TB, wanted *regexp.Regexp) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		found, more := p.out.find(wanted)
		if found != nil {
			return found
		}
		select {
		case <-more:
		case <-p.done:
			if found, _ = p.out.find(wanted); found != nil {
				return found
			}
			t.Fatalf("it ended before it said %s:\n%s%s", wanted, p.out.String(), p.errs.String())
		case <-ctx.Done():
			t.Fatalf("it never said %s:\n%s%s", wanted, p.out.String(), p.errs.String())
		}
	}
}

// end sends a signal and waits for the end of the process; it returns the exit code.
func (p *program) end(t testing.TB, s syscall.Signal) int {
	t.Helper()
	p.signal(t, s)
	return p.exit(t)
}

func (p *program) signal(t testing.TB, s syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
}

// exit waits for the end of the process; it returns the exit code, -1 if a signal ended it.
func (p *program) exit(t testing.TB) int {
	t.Helper()
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		t.Fatalf("the process did not end:\n%s%s", p.out.String(), p.errs.String())
		return 0
	}
}

func (p *program) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// output is what a process writes; it can be waited for.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed by the next write
}

// Write keeps the text and wakes who waits for more of it.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.more != nil {
		close(o.more)
		o.more = nil
	}
	return o.text.Write(b)
}

func (o *output) find(wanted *regexp.Regexp) (found []string, more <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.more == nil {
		o.more = make(chan struct{})
	}
	return wanted.FindStringSubmatch(o.text.String()), o.more
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// eventually asks again and again until the answer is yes. It is for what can only be asked: states of processes, and of a hub
// that is being started again.
func eventually(t testing.TB, what string, yes func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("it never came about that %s", what)
		}
	}
}
