package sdk

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// Program says how a connector's executable is started outside of a hub: by the tools of authors and by tests. A hub has more to
// do (supervise, limit, start again) and starts it by itself, with the same handshake and the same environment.
type Program struct {
	// Command is the executable and its arguments.
	Command []string
	// Env is added to what a hub passes on of its environment ([HostEnvironment]).
	Env []string
	// Stderr gets what the program writes to standard error, its log; nil for nobody.
	Stderr io.Writer
	// Wire is told of every message on the wire, in the order in which it is sent or received, without secrets. It may be called by
	// several goroutines, never by two at once.
	Wire func(WireMessage)
	// Dir is the working directory. Empty: that of this process.
	Dir string
	// Dial are options of the connection, for who looks at all that comes.
	Dial []grpc.DialOption
	// StartTimeout bounds the start until the handshake. Zero: 10 s.
	StartTimeout time.Duration
}

// Running is a connector's process, and the client of it.
type Running struct {
	*Client
	plugin *plugin.Client
	conn   grpc.ClientConnInterface
	cmd    *exec.Cmd
}

// Start starts the program and does the handshake. The caller ends it with Stop or Kill. An error says in one sentence what the program did
// instead of the handshake, and quotes the last line of its log: no secret has been given to it yet.
func (p Program) Start() (*Running, error) {
	if len(p.Command) == 0 {
		return nil, errors.New("no executable was named")
	}
	cmd := exec.Command(p.Command[0], p.Command[1:]...)
	cmd.Dir, cmd.Env = p.Dir, append(HostEnvironment(), p.Env...)
	ownGroup(cmd)
	words := &lastLine{to: p.Stderr}
	r := &Running{cmd: cmd, plugin: plugin.NewClient(p.config(cmd, words))}
	protocol, err := r.plugin.Client()
	if err != nil {
		r.Kill()
		return nil, startError(err, words.String())
	}
	raw, err := protocol.Dispense(PluginName)
	if err != nil {
		r.Kill()
		return nil, startError(err, "")
	}
	r.Client = raw.(*Client)
	r.conn = protocol.(*plugin.GRPCClient).Conn // the only protocol that is allowed
	return r, nil
}

func (p Program) config(cmd *exec.Cmd, stderr io.Writer) *plugin.ClientConfig {
	c := &plugin.ClientConfig{
		HandshakeConfig: Handshake(), VersionedPlugins: VersionedPlugins(),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         true,
		SkipHostEnv:      true, // what is to be passed on is in cmd
		Cmd:              cmd,
		StartTimeout:     cmp.Or(p.StartTimeout, 10*time.Second),
		Stderr:           stderr,
		SyncStderr:       stderr, // what a connector in Go writes there while it serves
		GRPCDialOptions:  p.Dial,
		Logger:           hclog.New(&hclog.LoggerOptions{Level: hclog.Off}),
	}
	if p.Wire != nil {
		t := &tap{tell: p.Wire}
		c.GRPCDialOptions = append(c.GRPCDialOptions[:len(p.Dial):len(p.Dial)], grpc.WithChainUnaryInterceptor(t.unary), grpc.WithChainStreamInterceptor(t.stream))
	}
	return c
}

// startError shortens what go-plugin says, which goes on with general advice in further lines.
func startError(err error, words string) error {
	if problem := VersionProblem(err); problem != "" {
		return errors.New(problem)
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	if line, garbled := strings.CutPrefix(first, "Unrecognized remote plugin message:"); garbled {
		first = "it ended, or closed its standard output, before the handshake"
		if line = strings.TrimSpace(line); line != "" {
			first = fmt.Sprintf("its first line on standard output is no handshake but %q; a connector prints nothing there", line)
		}
	}
	if words != "" {
		first += "; its last words: " + words
	}
	return errors.New(first)
}

// PID is the number of the process.
func (r *Running) PID() int { return r.cmd.Process.Pid }

// Conn is the connection, for what every connector serves beside the contract: its health, and that it is told to end.
func (r *Running) Conn() grpc.ClientConnInterface { return r.conn }

// Signal sends the process a signal.
func (r *Running) Signal(s os.Signal) error { return r.cmd.Process.Signal(s) }

// Exited tells whether the process has ended.
func (r *Running) Exited() bool { return r.plugin.Exited() }

// Ended says how the process ended, once Exited says that it did.
func (r *Running) Ended() string {
	if s := r.cmd.ProcessState; s != nil {
		return s.String()
	}
	return "it is gone"
}

// Stop asks the process to end, kills it two seconds later, and returns when it and what it started are gone.
func (r *Running) Stop() {
	if r.plugin.Exited() {
		return
	}
	// A descendant that holds on to the standard streams would be waited for.
	insist := time.AfterFunc(3*time.Second, func() { killGroup(r.cmd) })
	defer insist.Stop()
	r.plugin.Kill()
}

// Kill ends the process at once, as a crash would, and what it started with it.
func (r *Running) Kill() {
	if !r.plugin.Exited() {
		killGroup(r.cmd)
	}
	r.plugin.Kill()
}
