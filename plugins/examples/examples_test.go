//go:build unix

// Package examples_test builds the examples in other languages as their authors would, and runs them by the hub's own host.
package examples_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/host"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/conformance"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
	"github.com/recado-hub/recado/plugins/sdk/sdktest"
	"github.com/recado-hub/recado/plugins/template"
)

// cannotRun ends a test for want of a language. .ci/run takes no excuse for what could have been installed.
func cannotRun(t *testing.T, required bool, why string) {
	t.Helper()
	if required && os.Getenv("RECADO_CI") != "" {
		t.Fatal(why)
	}
	t.Skip("NOT TESTED: " + why)
}

func copied(t *testing.T, example string) string {
	t.Helper()
	dir := t.TempDir()
	entries, err := os.ReadDir(example)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "node_modules" || e.Name() == ".venv" {
			continue
		}
		from, to := filepath.Join(example, e.Name()), filepath.Join(dir, e.Name())
		if e.IsDir() {
			err = os.CopyFS(to, os.DirFS(from))
		} else if text, e := os.ReadFile(from); e != nil {
			err = e
		} else {
			err = os.WriteFile(to, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func must(t *testing.T, dir string, command ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
	}
}

// needNode skips a test where there is no Node.
func needNode(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			cannotRun(t, false, "the example in Node needs node and npm, and this machine has no "+tool)
		}
	}
}

// builtInNode runs a project's tests and builds it.
func builtInNode(t *testing.T, dir, name string) (executable string) {
	t.Helper()
	installInNode(t, dir)
	must(t, dir, "npm", "test")
	must(t, dir, "npm", "run", "build")
	return filepath.Join(dir, "recado-connector-"+name)
}

// installInNode installs what the lock file of a project names.
func installInNode(t *testing.T, dir string) {
	t.Helper()
	install := exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--fetch-retries=1", "--fetch-timeout=30000")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		cannotRun(t, true, fmt.Sprintf("npm ci: %v\n%s", err, out))
	}
}

// pythonWithPackages is the first Python that has the packages, and skips a test where there is none.
func pythonWithPackages(t *testing.T) string {
	t.Helper()
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(t.Context(), python, "-c", "import grpc, cryptography, google.protobuf").Run() == nil {
			return python
		}
	}
	cannotRun(t, false, "what is in Python needs python3 with grpcio, protobuf and cryptography (Debian: python3-grpcio, python3-cryptography)")
	return ""
}

// builtInPython runs a project's tests and builds it.
func builtInPython(t *testing.T, python, dir, name string) (executable string) {
	t.Helper()
	must(t, dir, python, "-m", "unittest")
	must(t, dir, python, "build.py")
	return filepath.Join(dir, "recado-connector-"+name)
}

// lockedBuffer is written to by a host while the test reads.
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

// delivered is a host with one connector that has been given one delivery and was closed again.
func delivered(t *testing.T, name, executable string, in hub.OpenIntegration, d hub.Handover) (hub.Outcome, *hub.MessagePreview, string) {
	t.Helper()
	// As an operator installs it: the hub trusts the file, and runs a copy of it in a directory of its own.
	plugins, data := t.TempDir(), t.TempDir()
	installed := filepath.Join(plugins, "recado-connector-"+name)
	must(t, plugins, "cp", executable, installed)
	if _, err := host.PinsOf(data).Trust(name, installed, time.Now()); err != nil {
		t.Fatal(err)
	}
	var log lockedBuffer
	outcomes := make(chan hub.Outcome, 8)
	h := host.New(host.Options{
		Plugins: host.Plugins{Dir: plugins, Data: data}, Version: "1.0.0",
		Environment: []string{outbound.AllowVariable + "=127.0.0.1"},
		Log:         slog.New(slog.NewJSONHandler(&log, nil)),
		Outcomes: func(_ int64, list []hub.Outcome) {
			for _, o := range list {
				outcomes <- o
			}
		},
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := h.Start(ctx); err != nil {
		t.Fatal(err)
	}
	closed := false
	shut := func() {
		if closed {
			return
		}
		closed = true
		began := time.Now()
		if err := h.Close(ctx); err != nil {
			t.Errorf("the host closed with %v", err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("the connector took %s to end", took)
		}
	}
	defer shut()
	for c := h.Connector(name); c == nil || c.State != hub.ConnectorReady; c = h.Connector(name) {
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("the connector is %+v\n%s", c, &log)
		}
	}
	if problems, err := h.Check(ctx, in); err != nil || len(problems) > 0 {
		t.Fatalf("the settings have the problems %v, %v", problems, err)
	}
	preview, err := h.Preview(ctx, in, d)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Send(in, []hub.Handover{d}); err != nil {
		t.Fatal(err)
	}
	select {
	case o := <-outcomes:
		shut()
		return o, preview, log.String()
	case <-ctx.Done():
		t.Fatalf("there was no outcome\n%s", &log)
		return hub.Outcome{}, nil, ""
	}
}

func handover(action, parameters, recipient string) hub.Handover {
	return hub.Handover{Key: 7, Attempt: 1, Action: action, Parameters: json.RawMessage(parameters), Recipient: recipient,
		Values: []string{"WO-7", "Pump 7 leaks"}, Deadline: time.Now().Add(20 * time.Second)}
}

// A new project is right as it is written, before its author has touched it.
func TestANewProjectPassesTheSuiteAtOnce(t *testing.T) {
	t.Parallel()
	for _, p := range []template.Project{{Language: "node"}, {Language: "python"}, {Language: "node", Source: true}, {Language: "python", Source: true}} {
		t.Run(fmt.Sprintf("%s, source: %v", p.Language, p.Source), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "notes")
			p.Name = "notes"
			if err := p.Write(dir); err != nil {
				t.Fatal(err)
			}
			var exe string
			if p.Language == "node" {
				needNode(t)
				exe = builtInNode(t, dir, "notes")
			} else {
				exe = builtInPython(t, pythonWithPackages(t), dir, "notes")
			}
			config, err := conformance.ReadFile(filepath.Join(dir, "suite.json"))
			if err != nil {
				t.Fatal(err)
			}
			(&sdktest.Suite{Command: []string{exe}, Local: config, Deliveries: 20_000}).Run(t)
		})
	}
}

// chat is a webhook of a chat that keeps what it got.
func chat(t *testing.T) (url string, got func() []map[string]string) {
	var mu sync.Mutex
	var list []map[string]string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var one map[string]string
		if err := json.NewDecoder(r.Body).Decode(&one); err != nil {
			http.Error(w, "invalid_payload", http.StatusBadRequest)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		list = append(list, one)
		fmt.Fprint(w, "ok")
	}))
	t.Cleanup(server.Close)
	return server.URL + "/services/T0/a-secret-hook", func() []map[string]string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(list)
	}
}

func TestTheExampleInNodePostsToAChat(t *testing.T) {
	t.Parallel()
	needNode(t)
	exe := builtInNode(t, copied(t, "chat"), "chat")
	t.Run("for the hub", func(t *testing.T) {
		url, got := chat(t)
		in := hub.OpenIntegration{Key: 1, Version: 1, Connector: "chat", Name: "ops", Settings: json.RawMessage(`{}`), Secrets: map[string]string{"webhook_url": url}}
		o, preview, log := delivered(t, "chat", exe, in, handover("post", `{"text":"Work order {1}: {2}"}`, "workshop"))
		if o.Kind != hub.OutcomeAccepted || o.ProviderID == "" {
			t.Errorf("the outcome is %+v", o)
		}
		if list := got(); len(list) != 1 || list[0]["text"] != "Work order WO-7: Pump 7 leaks" || list[0]["channel"] != "workshop" {
			t.Errorf("the chat got %v", list)
		}
		if preview.Text != "Work order WO-7: Pump 7 leaks" {
			t.Errorf("the preview is %+v", preview)
		}
		if strings.Contains(log, "a-secret-hook") {
			t.Errorf("the secret is in the log:\n%s", log)
		}
	})
	t.Run("suite", func(t *testing.T) {
		url, got := chat(t)
		in := func(url string) sdk.Integration {
			return sdk.Integration{ID: "int_1", Settings: json.RawMessage(`{}`), Secrets: map[string]string{"webhook_url": url}}
		}
		(&sdktest.Suite{
			Command: []string{exe}, Integration: in(url), Deliveries: 20_000,
			BadIntegrations: map[string]sdk.Integration{"no address": in(""), "another protocol": in("ftp://chat.example/hook")},
			Delivery: func(n int) sdk.Delivery {
				return sdk.Delivery{Action: "post", Parameters: json.RawMessage(`{"text":"{1}"}`), Recipient: "workshop", Values: []sdk.Value{{Position: 1, Text: fmt.Sprint("WO-", n)}}}
			},
			Sent: func() int { return len(got()) },
		}).Run(t)
	})
	t.Run("suite, as a bot", func(t *testing.T) { botSuite(t, exe) })
}

// syslogServer takes frames with their length before them, and keeps them.
func syslogServer(t *testing.T) (port int, got func() []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	var mu sync.Mutex
	var list []string
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				if text, err := io.ReadAll(c); err == nil && len(text) > 0 {
					mu.Lock()
					defer mu.Unlock()
					list = append(list, string(text))
				}
			}()
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(list)
	}
}

func TestTheExampleInPythonWritesToSyslog(t *testing.T) {
	t.Parallel()
	exe := builtInPython(t, pythonWithPackages(t), copied(t, "syslog"), "syslog")
	settings := func(port int) json.RawMessage {
		return json.RawMessage(fmt.Sprintf(`{"host":"127.0.0.1","port":%d,"tls":false}`, port))
	}
	t.Run("for the hub", func(t *testing.T) {
		port, got := syslogServer(t)
		in := hub.OpenIntegration{Key: 1, Version: 1, Connector: "syslog", Name: "siem", Settings: settings(port)}
		o, preview, _ := delivered(t, "syslog", exe, in, handover("log", `{"severity":"alert"}`, "workshop"))
		if o.Kind != hub.OutcomeAccepted || o.ProviderID == "" {
			t.Errorf("the outcome is %+v", o)
		}
		list := got()
		if len(list) != 1 || !strings.Contains(list[0], " <129>1 ") || !strings.HasSuffix(list[0], " WO-7 Pump 7 leaks") {
			t.Errorf("the server got %q", list)
		}
		if !strings.HasSuffix(preview.Text, " WO-7 Pump 7 leaks") {
			t.Errorf("the preview is %+v", preview)
		}
	})
	t.Run("suite", func(t *testing.T) {
		port, got := syslogServer(t)
		(&sdktest.Suite{
			Command: []string{exe}, Integration: sdk.Integration{ID: "int_1", Settings: settings(port)}, Deliveries: 2000,
			BadIntegrations: map[string]sdk.Integration{"no server": {ID: "int_1", Settings: json.RawMessage(`{}`)}},
			Delivery: func(n int) sdk.Delivery {
				return sdk.Delivery{Action: "log", Parameters: json.RawMessage(`{}`), Recipient: "workshop", Values: []sdk.Value{{Position: 1, Text: fmt.Sprint("WO-", n)}}}
			},
			Sent: func() int { return len(got()) },
		}).Run(t)
	})
}
