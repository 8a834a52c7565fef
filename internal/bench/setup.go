package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The names of the ways in the report.
const (
	wayRelay  = "relay"
	wayRecado = "recado"
)

// bench is everything that runs during a measurement.
type bench struct {
	plan      plan
	client    *http.Client
	sink      *sink
	processes []*exec.Cmd
	used      int // event numbers handed out
}

// theHub names the hub of a measurement that has one.
const theHub = "hub"

// warmup is how many events go through each way before anything is measured.
const warmup = 3000

// prepare starts what all measurements need. most is how many events there will be, those aside that a directory has already.
func prepare(p plan, most int) (*bench, error) {
	b := &bench{plan: p, client: &http.Client{Transport: transport()}, used: usedBefore(p.data)}
	var err error
	if b.sink, err = startSink(b.used + most); err != nil {
		return nil, err
	}
	if p.keep {
		err = noteUsed(p.data, b.used+most)
	}
	return b, err
}

// relay starts the bare relay.
func (b *bench) relay() (way, error) {
	_, url, err := b.start(relayCommand, b.sink.url)
	return way{name: wayRelay, url: url, header: http.Header{"Content-Type": {"application/json"}}, body: writeEvent}, err
}

// hub starts a hub on a directory below that of the data, and sets it up unless it has been.
func (b *bench) hub(ctx context.Context, name string) (*instance, error) {
	h := &instance{data: filepath.Join(b.plan.data, name), client: b.client, sinkURL: b.sink.url}
	err := b.rise(h)
	if err == nil {
		h.token, err = h.fetchToken(ctx, benchKey, benchSecret)
	}
	if err == nil {
		err = h.setUp(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("the hub %s: %w", name, err)
	}
	return h, nil
}

// rise starts the process of a hub.
func (b *bench) rise(h *instance) (err error) {
	args := []string{hubCommand, "--data", h.data}
	if b.plan.profile != "" && !b.plan.screens { // the screens are profiled one by one
		prefix := b.plan.profile
		if name := filepath.Base(h.data); name != theHub {
			prefix += name + "."
		}
		args = append(args, "--profile", prefix)
	}
	line := ""
	if h.cmd, line, err = b.start(args...); err == nil {
		h.url, h.door, _ = strings.Cut(line, " ")
	}
	return err
}

// start runs this executable as another process and returns the line that it prints first: where it is reached.
func (b *bench) start(args ...string) (*exec.Cmd, string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	cmd := exec.Command(self, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	b.processes = append(b.processes, cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, "", fmt.Errorf("%s did not start: %w", args[0], err)
	}
	go io.Copy(io.Discard, out)
	return cmd, strings.TrimSpace(line), nil
}

// close ends the processes and says how much CPU each kind used: the relay, and the hubs with their connectors.
func (b *bench) close() map[string]time.Duration {
	used := map[string]time.Duration{}
	for _, cmd := range b.processes {
		cmd.Process.Signal(syscall.SIGTERM)
	}
	for _, cmd := range b.processes {
		cmd.Wait()
		if s := cmd.ProcessState; s != nil {
			used[cmd.Args[1]] += s.UserTime() + s.SystemTime() // with the children that it waited for
		}
	}
	b.processes = nil
	b.sink.server.Close()
	return used
}

// round sends the next n events through a way.
func (b *bench) round(ctx context.Context, w way, n int) (result, error) {
	from := b.used
	b.used += n
	return b.post(ctx, w, from, n)
}
