package host

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"time"
)

// runner is one connector process for go-plugin, in place of go-plugin's own: it gives the process a group of its own, so that a
// SIGTERM or Ctrl-C to the hub's group does not end it in the middle of a drain; it takes whatever the process started down with
// it; and it notices the process's end also while a descendant still holds its standard streams.
type runner struct {
	cmd            *exec.Cmd
	stdout, stderr *os.File // reading ends
	tmpDir         string   // of the socket
	openFiles      int      // the most; 0: no limit

	done chan struct{} // closed when the process has ended
	err  error         // why, once done is closed

	mu     sync.Mutex
	alive  bool
	killed bool // by us; before the start it prevents the start
}

// straggle is how long after the end of a process its standard streams are still read.
const straggle = time.Second

func newRunner(command []string, openFiles int) *runner {
	cmd := exec.Command(command[0], command[1:]...)
	isolate(cmd)
	return &runner{cmd: cmd, openFiles: openFiles, done: make(chan struct{})}
}

// Start starts the process.
func (r *runner) Start(context.Context) error {
	started := make(chan error, 1)
	go r.live(started)
	return <-started
}

// live starts the process and waits for its end, on one thread of the operating system: where the kernel ties a child's life to its
// parent, that is to the thread which started it.
func (r *runner) live(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := r.begin(); err != nil {
		r.err = err
		close(r.done)
		started <- err
		return
	}
	started <- nil
	err := r.cmd.Wait()
	r.mu.Lock()
	r.alive = false
	r.mu.Unlock()
	// The process is gone, its descendants may not be.
	killGroup(r.cmd.Process)
	r.err = err
	close(r.done)
	time.AfterFunc(straggle, func() { _, _ = r.stdout.Close(), r.stderr.Close() })
}

func (r *runner) begin() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.killed {
		return errors.New("it was stopped before it began")
	}
	closeWriters, err := r.pipes()
	if err != nil {
		return err
	}
	defer closeWriters()
	if err := r.cmd.Start(); err != nil {
		return errors.Join(err, r.stdout.Close(), r.stderr.Close())
	}
	r.alive = true
	confine(r.cmd.Process.Pid, r.openFiles)
	return nil
}

// pipes makes the standard streams: nothing to read, and two pipes to write to.
func (r *runner) pipes() (closeWriters func(), err error) {
	var out, errs *os.File
	if r.stdout, out, err = os.Pipe(); err != nil {
		return nil, err
	}
	if r.stderr, errs, err = os.Pipe(); err != nil {
		return nil, errors.Join(err, r.stdout.Close(), out.Close())
	}
	r.cmd.Stdin, r.cmd.Stdout, r.cmd.Stderr = nil, out, errs
	return func() { _, _ = out.Close(), errs.Close() }, nil
}

// Kill ends the process and all of its group at once.
func (r *runner) Kill(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.killed = true
	if r.alive { // else its number may belong to another process by now
		killGroup(r.cmd.Process)
	}
	return nil
}

// Wait waits for the end of the process.
func (r *runner) Wait(context.Context) error {
	<-r.done
	return r.err
}

// Stdout is the handshake line and nothing after it.
func (r *runner) Stdout() io.ReadCloser { return &firstLine{r: bufio.NewReader(r.stdout), c: r.stdout} }

// Stderr has the log.
func (r *runner) Stderr() io.ReadCloser { return r.stderr }

// Name is the executable.
func (r *runner) Name() string { return r.cmd.Path }

// ID is the process number, empty before the start.
func (r *runner) ID() string {
	if r.cmd.Process == nil {
		return ""
	}
	return strconv.Itoa(r.cmd.Process.Pid)
}

func (r *runner) pid() int { return r.cmd.Process.Pid }

// Diagnose adds nothing: what is known of a failed start is said by process.startFailure.
func (r *runner) Diagnose(context.Context) string { return "" }

// PluginToHost leaves the address as it is: both sides see the same file system.
func (r *runner) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

// HostToPlugin leaves the address as it is.
func (r *runner) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

// hasEnded tells whether the process has ended.
func (r *runner) hasEnded() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// endedByItself tells whether the process ended, or never began, without our doing. It gives the process a moment, since its streams
// may end before it does.
func (r *runner) endedByItself() bool {
	select {
	case <-r.done:
	case <-time.After(500 * time.Millisecond):
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var exit *exec.ExitError
	return !r.killed || r.err == nil || (errors.As(r.err, &exit) && exit.Exited())
}

// ended says in words how the process ended. Call it only after done is closed.
func (r *runner) ended() string {
	var exit *exec.ExitError
	if r.err == nil {
		return "the process ended by itself (exit status 0)"
	}
	if errors.As(r.err, &exit) {
		return fmt.Sprintf("the process ended (%s)", exit.ProcessState)
	}
	return fmt.Sprintf("the process could not be run: %s", r.err)
}

// firstLine reads the first line and then swallows everything, so that a process that prints never waits for a reader.
type firstLine struct {
	r    *bufio.Reader
	c    io.Closer
	rest bool
}

// Read gives the first line, at most as long as p at a time, then waits for the end of the stream.
func (f *firstLine) Read(p []byte) (int, error) {
	if f.rest {
		_, _ = io.Copy(io.Discard, f.r)
		return 0, io.EOF
	}
	for i := range p {
		b, err := f.r.ReadByte()
		if err != nil {
			return i, io.EOF
		}
		p[i] = b
		if b == '\n' {
			f.rest = true
			return i + 1, nil
		}
	}
	return len(p), nil
}

// Close closes the stream.
func (f *firstLine) Close() error { return f.c.Close() }
