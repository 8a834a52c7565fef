//go:build unix

package sdk_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"

	"github.com/recado-hub/recado/plugins/sdk"
)

// TestMain lets this test binary also be a connector, and a host that starts one and waits to be killed.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "example" {
		Example()
		return
	}
	switch os.Getenv("SDK_TEST_ROLE") {
	case "connector":
		sdk.Serve(&destination{plain: plain{sdk.Description{Name: "child", Capabilities: sdk.Capabilities{InFlight: 256}}}, send: childSend})
	case "host":
		client, connector, err := startChild(io.Discard)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		if dir := os.Getenv("SDK_TEST_DIR"); dir != "" {
			if err := sendBeforeDying(connector, dir); err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
		}
		fmt.Println(client.ReattachConfig().Pid)
		select {}
	default:
		os.Exit(m.Run())
	}
}

func childSend(_ context.Context, d sdk.Delivery) sdk.Outcome {
	switch d.Action {
	case "slow":
		slog.Info("sending slowly", "delivery", d.ID)
		time.Sleep(300 * time.Millisecond)
	case "env":
		return sdk.Outcome{Kind: sdk.Rejected, Message: strings.Join(os.Environ(), "\n")}
	case "finish":
		_ = os.WriteFile(filepath.Join(d.Recipient, "begun"), nil, 0o600)
		time.Sleep(time.Second)
		_ = os.WriteFile(filepath.Join(d.Recipient, "finished"), nil, 0o600)
	case "print":
		fmt.Println("noise on standard output")
	}
	return sdk.Outcome{Kind: sdk.Accepted, ProviderID: d.ID}
}

// background is for hosts that run outside any test.
var background = context.Background()

// startChild starts this binary as a connector the way a host does.
func startChild(logs io.Writer) (*plugin.Client, *sdk.Client, error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{"SDK_TEST_ROLE=connector"}
	killWithHost(cmd)
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: sdk.Handshake(), VersionedPlugins: sdk.VersionedPlugins(), Cmd: cmd, SkipHostEnv: true, AutoMTLS: true,
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Logger:           hclog.New(&hclog.LoggerOptions{Output: logs, Level: hclog.Info, JSONFormat: true}),
	})
	rpc, err := client.Client()
	if err != nil {
		return client, nil, err
	}
	raw, err := rpc.Dispense(sdk.PluginName)
	if err != nil {
		return client, nil, err
	}
	return client, raw.(*sdk.Client), nil
}

func mustStart(tb testing.TB, logs io.Writer) (*plugin.Client, *sdk.Client) {
	tb.Helper()
	process, client, err := startChild(logs)
	tb.Cleanup(process.Kill)
	if err != nil {
		tb.Fatal(err)
	}
	return process, client
}

// lockedBuffer may be written to by a process's log reader while the test reads.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestServeAsAProcess(t *testing.T) {
	t.Setenv("SDK_TEST_SECRET_OF_THE_HOST", "1")
	var logs lockedBuffer
	process, client := mustStart(t, &logs)
	s, err := client.OpenDeliver(t.Context(), sdk.Integration{})
	if err != nil {
		t.Fatal(err)
	}
	deliver := func(action string) sdk.Outcome {
		d := someDelivery("dlv_" + action)
		d.Action = action
		if err := s.Send([]sdk.Delivery{d}); err != nil {
			t.Fatal(err)
		}
		return receive(t, s, 1)[d.ID]
	}
	if o := deliver("any"); o.Kind != sdk.Accepted {
		t.Errorf("%+v", o)
	}
	if o := deliver("env"); strings.Contains(o.Message, "SDK_TEST_SECRET_OF_THE_HOST") || !strings.Contains(o.Message, "SDK_TEST_ROLE") {
		t.Errorf("the host's environment reached the connector: %q", o.Message)
	}
	if o := deliver("print"); o.Kind != sdk.Accepted {
		t.Errorf("printing on standard output after the handshake: %+v", o)
	}

	pid := process.ReattachConfig().Pid
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		if err := syscall.Kill(pid, sig); err != nil {
			t.Fatal(err)
		}
		if o := deliver("slow"); o.Kind != sdk.Accepted {
			t.Errorf("after %v: %+v", sig, o)
		}
	}
	if log := logs.String(); !strings.Contains(log, `"@message":"sending slowly"`) || !strings.Contains(log, `"delivery":"dlv_slow"`) {
		t.Errorf("the connector's log did not reach the host as a structured one: %s", log)
	}

	d := someDelivery("last")
	d.Action = "slow"
	if err := s.Send([]sdk.Delivery{d}); err != nil {
		t.Fatal(err)
	}
	if err := s.CloseSend(); err != nil {
		t.Fatal(err)
	}
	if o := receive(t, s, 1)["last"]; o.Kind != sdk.Accepted {
		t.Errorf("in flight while draining: %+v", o)
	}
	if _, err := s.Recv(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	began := time.Now()
	process.Kill()
	if took := time.Since(began); took > 1500*time.Millisecond {
		t.Errorf("a drained connector took %v to end", took)
	}
	if _, err := client.Describe(t.Context()); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("a call to the ended process: %v, want ErrUnavailable", err)
	}
}

func TestAKilledConnectorBreaksItsStream(t *testing.T) {
	process, client := mustStart(t, io.Discard)
	s, err := client.OpenDeliver(t.Context(), sdk.Integration{})
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(process.ReattachConfig().Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Recv(); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
}

func TestAConnectorEndsWithItsHost(t *testing.T) {
	host := exec.Command(os.Args[0])
	host.Env = append(os.Environ(), "SDK_TEST_ROLE=host")
	out, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatalf("the host said %q", line)
	}
	_ = host.Process.Kill()
	_ = host.Wait()
	waitFor(t, func() bool { return !alive(pid) })
}

// alive tells whether a process runs; a zombie that nobody has reaped does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z")
}

func TestAConnectorRunByHandExplainsItself(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{"SDK_TEST_ROLE=connector"}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("ended with %v, want exit code 1", err)
	}
	if stdout.Len() > 0 || !strings.Contains(stderr.String(), "plugin") {
		t.Errorf("stdout %q, stderr %q", stdout.String(), stderr.String())
	}
}

// BenchmarkDeliverToAProcess is BenchmarkDeliver across the process border, with TLS.
func BenchmarkDeliverToAProcess(b *testing.B) {
	_, client := mustStart(b, io.Discard)
	benchmarkStream(b, client)
}
