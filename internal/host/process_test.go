package host_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/host"
	"github.com/recado-hub/recado/internal/hub"
)

func TestAStartedConnectorDescribesItself(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe", "other")})
	c := r.Connector("probe")
	if c == nil {
		t.Fatal("the connector is not described after Start")
	}
	if c.State != hub.ConnectorReady || c.Version != "1.2.3" || c.Title.In("en") != "Probe" || len(c.Roles) != 1 || c.Roles[0] != "DESTINATION" ||
		c.Until != nil || c.Problem != "" || c.Restarts != 0 {
		t.Errorf("connector %+v", c)
	}
	a := c.Action("ok")
	if len(c.Actions) != 1 || a == nil || a.Values != (hub.ValuesSpec{Positional: true, Min: 1, Max: 3, MaxLength: 60}) ||
		a.Recipient.Format != "e164" || a.Category != "probe" || a.Language != "en" || string(a.Parameters.JSON) != `{"type":"object"}` {
		t.Errorf("actions %+v", c.Actions)
	}
	if !c.Capabilities.Receipts || c.Capabilities.Lookup || c.Capabilities.InFlight != 64 {
		t.Errorf("capabilities %+v", c.Capabilities)
	}
	if len(c.Limits) != 1 || !reflect.DeepEqual(c.Limits[0], hub.Limit{Key: "rate", Scope: "INTEGRATION", PerSecond: 80, Burst: 10, Setting: "rate"}) {
		t.Errorf("limits %+v", c.Limits)
	}
	if !strings.Contains(string(c.Settings.JSON), "writeOnly") || c.Settings.Labels["token"].Title.In("en") != "Token" {
		t.Errorf("settings %s %+v", c.Settings.JSON, c.Settings.Labels)
	}
	if list := r.List(); len(list) != 2 || list[0].Name != "other" || list[1].Name != "probe" {
		t.Errorf("List has %d connectors, want other and probe", len(list))
	}
	if r.Connector("third") != nil {
		t.Error("a connector that nobody configured is known")
	}
}

func TestAConnectorThatCannotStartIsInBackoffWithTheReason(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{
		StartTimeout: 5 * time.Second,
		Builtin: map[string][]string{
			"good":    command("good"),
			"missing": {"/nowhere/recado-connector-x"},
			"exits":   command("exits", "exit"),
			"hangs":   command("hangs", "hang"),
			"mute":    command("mute", "hang-describe"),
			"garbage": command("garbage", "garbage"),
			"alias":   command("wrong-name"),
			"schema":  command("schema", `schema=["no","object"]`),
			"invalid": command("invalid", `schema={"type":7}`),
			"refers":  command("refers", `schema={"type":"object","properties":{"a":{"$ref":"file:///etc/passwd"}}}`),
			"pattern": command("pattern", `schema={"type":"object","properties":{"a":{"type":"string","pattern":"("}}}`),
		},
	})
	for name, words := range map[string]string{
		"missing": "no such file",
		"exits":   "exit status 7); its last words: cannot find my configuration",
		"hangs":   "not ready within 5s",
		"mute":    "not ready within 5s",
		"garbage": `no handshake but "Hello, world"`,
		"alias":   `describes itself as "name"`,
		"schema":  "the schema of settings that it describes is no JSON object",
		"invalid": "the schema of settings that it describes is no JSON Schema (draft 2020-12): at /type: ",
		"refers":  "a schema may not refer to other documents",
		"pattern": "the schema of settings that it describes is no JSON Schema (draft 2020-12): at /properties/a/pattern: ",
	} {
		c := r.state(t, name, hub.ConnectorBackoff, 0)
		if !strings.Contains(c.Problem, words) || c.Until == nil || c.Restarts != 0 {
			t.Errorf("%s: problem %q until %v, want a time and the words %q", name, c.Problem, c.Until, words)
		}
		if r.Connector(name) != nil {
			t.Errorf("%s never described itself, but is described", name)
		}
	}
	r.state(t, "exits", hub.ConnectorBackoff, 3) // it is tried again and again
	if c := r.Connector("good"); c == nil || c.State != hub.ConnectorReady {
		t.Errorf("their neighbour is %+v, want READY", c)
	}
	if list := r.List(); len(list) != 11 {
		t.Errorf("List has %d connectors, want all 11", len(list))
	}
}

func TestStartRefusesWhatCanNeverRun(t *testing.T) {
	t.Parallel()
	for name, command := range map[string][]string{"Upper": {"x"}, "empty": nil, "blank": {""}} {
		if err := host.New(host.Options{Builtin: map[string][]string{name: command}}).Start(t.Context()); err == nil ||
			!strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v, want one that names it", name, err)
		}
	}
	h := host.New(host.Options{})
	must(t, h.Start(t.Context()))
	if err := h.Start(t.Context()); err == nil {
		t.Error("a second Start is no error")
	}
	must(t, h.Close(t.Context()))
}

func TestACrashedConnectorIsStartedAgain(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe", "other")})
	in, other := integration("probe"), integration("other")
	other.Key = 43
	r.send(t, in, "facts", 1, 1)
	first := r.outcome(t, 1).Detail["pid"]

	t.Run("with UNKNOWN for what was on its way, and nothing lost or doubled", func(t *testing.T) {
		r.send(t, other, "slow", 500, 50, "500ms")
		r.send(t, in, "crash-after", 1000, 300, "101")
		kinds := r.kinds(t, 351)
		// One stream has 64 in flight: those and the batch being written are unknown, the 99 before are accepted, the rest never left.
		if kinds[hub.OutcomeUnknown] < 1 || kinds[hub.OutcomeUnknown] > 64 || kinds["NOT_STARTED"] < 300-99-64-64 {
			t.Errorf("outcomes by kind: %v", kinds)
		}
		for key := int64(500); key < 550; key++ {
			if o := r.outcome(t, key); o.Kind != hub.OutcomeAccepted {
				t.Errorf("delivery %d of the other connector: %+v, want ACCEPTED", key, o)
			}
		}
	})
	t.Run("and works as before, in another process", func(t *testing.T) {
		c := r.state(t, "probe", hub.ConnectorBackoff, 0)
		if !strings.Contains(c.Problem, "exit status 3") {
			t.Errorf("problem %q does not say how it ended", c.Problem)
		}
		c = r.state(t, "probe", hub.ConnectorReady, 1)
		if c.Restarts != 1 || c.Problem != "" || c.Until != nil {
			t.Errorf("connector %+v, want one restart and no problem", c)
		}
		r.send(t, in, "facts", 2, 1)
		if pid := r.outcome(t, 2).Detail["pid"]; pid == first {
			t.Errorf("the same process %s answers after the crash", pid)
		}
	})
	t.Run("and the other connector has never noticed", func(t *testing.T) {
		if c := r.Connector("other"); c.Restarts != 0 || c.State != hub.ConnectorReady {
			t.Errorf("connector %+v", c)
		}
	})
	t.Run("and a panic is named", func(t *testing.T) {
		r.send(t, in, "panic", 3, 1)
		if o := r.outcome(t, 3); o.Kind != hub.OutcomeUnknown || !o.Lost || o.Message != "the connector stopped while the message was on its way" {
			t.Errorf("outcome %+v", o)
		}
		if c := r.state(t, "probe", hub.ConnectorBackoff, 1); !strings.Contains(c.Problem, "assignment to entry in nil map") {
			t.Errorf("problem %q", c.Problem)
		}
	})
}

func TestAFrozenConnectorIsKilledAndStartedAgain(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot freeze itself here")
	}
	r := start(t, host.Options{Builtin: builtin("probe"), HealthEvery: time.Second})
	r.send(t, integration("probe"), "stop", 1, 1)
	if o := r.outcome(t, 1); o.Kind != hub.OutcomeUnknown {
		t.Errorf("outcome %+v, want UNKNOWN", o)
	}
	if c := r.state(t, "probe", hub.ConnectorBackoff, 0); !strings.Contains(c.Problem, "health checks") {
		t.Errorf("problem %q", c.Problem)
	}
	r.state(t, "probe", hub.ConnectorReady, 1)
	r.send(t, integration("probe"), "ok", 2, 1)
	if o := r.outcome(t, 2); o.Kind != hub.OutcomeAccepted {
		t.Errorf("outcome %+v", o)
	}
}

func TestAConnectorThatHangsWhenItIsStartedAgainKeepsItsDescription(t *testing.T) {
	t.Parallel()
	flag := filepath.Join(t.TempDir(), "started")
	r := start(t, host.Options{Builtin: with(builtin(), "probe", command("probe", "once="+flag)), StartTimeout: 5 * time.Second})
	r.send(t, integration("probe"), "crash", 1, 1)
	c := r.state(t, "probe", hub.ConnectorBackoff, 1)
	if !strings.Contains(c.Problem, "not ready within") {
		t.Errorf("problem %q", c.Problem)
	}
	if c := r.Connector("probe"); c == nil || c.Action("ok") == nil {
		t.Errorf("connector %+v, want its last known description", c)
	}
	began := time.Now()
	gone, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	must(t, r.Close(gone))
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("Close waited %s for a start that hangs", took)
	}
}

func TestWhatAConnectorPrintsDoesNoHarm(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe")})
	r.send(t, integration("probe"), "print", 1, 4)
	r.send(t, integration("probe"), "ok", 5, 1)
	wantKinds(t, r.kinds(t, 5), map[hub.OutcomeKind]int{hub.OutcomeAccepted: 5})
	if strings.Contains(r.log.String(), "standard output") {
		t.Error("its standard output is in the log")
	}
}

func TestAConnectorsLogIsTheHubsLogWithoutSecrets(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe")})
	r.send(t, integration("probe"), "log", 1, 1)
	r.outcome(t, 1)
	for _, want := range []string{`"level":"INFO","msg":"a line with ***","connector":"probe","attribute":"value"`, `"msg":"redirected ***"`, `"msg":"real ***"`} {
		eventually(t, "the log has "+want, func() bool { return strings.Contains(r.log.String(), want) })
	}
	if strings.Contains(r.log.String(), token) {
		t.Error("the secret is in the log")
	}
}

func TestAConnectorSeesOnlyTheAllowedEnvironmentAndNoSecret(t *testing.T) {
	// Not parallel: it sets variables of this process.
	for name, value := range map[string]string{
		"RECADO_JWT_KEY": "not for connectors", "AWS_SECRET_ACCESS_KEY": "nor this", "HTTPS_PROXY": "http://proxy:3128", "SSL_CERT_DIR": "/certs",
	} {
		t.Setenv(name, value)
	}
	r := start(t, host.Options{
		Builtin: builtin("probe"), Version: "9.8.7", Runtime: host.Runtime{MaxProcs: 1, GCPercent: 400, MemoryLimit: 1 << 30},
	})
	r.send(t, integration("probe"), "environment", 1, 1)
	detail := r.outcome(t, 1).Detail
	allowed := map[string]bool{}
	for _, name := range strings.Fields("PATH HOME TMPDIR SSL_CERT_FILE SSL_CERT_DIR HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY " +
		"http_proxy https_proxy no_proxy all_proxy GOMAXPROCS GOGC GOMEMLIMIT RECADO_VERSION RECADO_CONNECTOR " +
		"PLUGIN_MIN_PORT PLUGIN_MAX_PORT PLUGIN_PROTOCOL_VERSIONS PLUGIN_CLIENT_CERT PLUGIN_UNIX_SOCKET_DIR SystemRoot TEMP TMP USERPROFILE") {
		allowed[name] = true
	}
	for key, value := range detail {
		if name, ok := strings.CutPrefix(key, "env."); ok && !allowed[name] {
			t.Errorf("the connector sees the variable %s", name)
		}
		if strings.Contains(value, token) {
			t.Errorf("the secret is in %s", key)
		}
	}
	for name, want := range map[string]string{
		"PATH": os.Getenv("PATH"), "HTTPS_PROXY": "http://proxy:3128", "SSL_CERT_DIR": "/certs",
		"GOMAXPROCS": "1", "GOGC": "400", "GOMEMLIMIT": "1073741824", "RECADO_VERSION": "9.8.7",
	} {
		if got := detail["env."+name]; got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}

func TestManyCrashesLeaveNothingBehind(t *testing.T) {
	tmp := t.TempDir()
	if len(tmp) > 60 {
		tmp = "/tmp" // a socket's path may have about 100 characters
	}
	t.Setenv("TMPDIR", tmp)
	r := start(t, host.Options{Builtin: builtin("probe"), Log: slog.New(slog.DiscardHandler)})
	crash := func(key int64) {
		t.Helper()
		r.state(t, "probe", hub.ConnectorReady, int(key)-1)
		r.send(t, integration("probe"), "crash", key, 1)
		r.outcome(t, key)
	}
	crash(1)
	r.state(t, "probe", hub.ConnectorReady, 1)
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	for key := int64(2); key <= 5; key++ {
		crash(key)
	}
	r.state(t, "probe", hub.ConnectorReady, 5)
	eventually(t, "no goroutine or file of the crashed processes is left", func() bool {
		return runtime.NumGoroutine() <= goroutines && openFiles(t) <= files
	})
	must(t, r.Close(t.Context()))
	if left, err := filepath.Glob(filepath.Join(tmp, "plugin*")); tmp != "/tmp" && (err != nil || len(left) > 0) {
		t.Errorf("left in the temporary directory: %v %v", left, err)
	}
}

// openFiles counts this process's descriptors where that is possible.
func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe")})
	check := func(ctx context.Context, name string) ([]hub.Problem, error) {
		in := integration("probe")
		in.Name = name
		return r.Check(ctx, in)
	}
	t.Run("finds nothing wrong with good settings", func(t *testing.T) {
		if got, err := check(t.Context(), "fine"); err != nil || len(got) != 0 {
			t.Errorf("%v, %v", got, err)
		}
	})
	t.Run("gives the connector's problems and warnings with their paths", func(t *testing.T) {
		got, err := check(t.Context(), "problems")
		want := hub.Problem{Code: "EXPIRED", Path: "secrets.token", Message: "the token has expired", NextStep: "Make a new one."}
		if err != nil || len(got) != 2 || got[0] != want {
			t.Fatalf("%+v, %v; want %+v and a warning", got, err, want)
		}
		if !got[1].Warning() || got[1].Code != "SOON" || got[1].Message != "it is about to be switched off" {
			t.Errorf("the warning is %+v", got[1])
		}
	})
	t.Run("says without secrets that the connector failed", func(t *testing.T) {
		_, err := check(t.Context(), "fail")
		wantCode(t, err, hub.CodeUnavailable, "cannot say with ***")
	})
	t.Run("ends with the caller's patience", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := check(ctx, "hang")
		wantCode(t, err, hub.CodeUnavailable, "in time")
	})
	t.Run("says that the connector crashed", func(t *testing.T) {
		_, err := check(t.Context(), "crash")
		wantCode(t, err, hub.CodeUnavailable, "stopped before it answered")
	})
	t.Run("of a connector that is not there is UNAVAILABLE", func(t *testing.T) {
		_, err := r.Check(t.Context(), integration("other"))
		wantCode(t, err, hub.CodeUnavailable)
	})
}

func TestReceive(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe")})
	now := time.Now().UTC()
	cb := hub.Callback{
		Method: "POST", URL: "https://hub.example/callbacks/x?a=1", Header: map[string][]string{"X-Signature": {token}},
		Body: []byte(hub.ID(hub.KindDelivery, 77)), ReceivedAt: now,
	}
	t.Run("gives the receipts of a genuine callback, with our key where it was carried along", func(t *testing.T) {
		got, err := r.Receive(t.Context(), integration("probe"), cb)
		must(t, err)
		if !got.Verified || got.Status != 200 || string(got.Body) != "thanks" || got.Header["Content-Type"] != "text/plain" || len(got.Receipts) != 2 {
			t.Fatalf("reception %+v", got)
		}
		a, b := got.Receipts[0], got.Receipts[1]
		if a.DeliveryKey != 77 || a.ProviderID != "p-1" || a.Status != hub.ReceiptDelivered || a.At.UnixMilli() != 1700000000000 ||
			!a.ReceivedAt.Equal(now) || a.Recipient != "+15550001" {
			t.Errorf("first receipt %+v", a)
		}
		if b.DeliveryKey != 0 || b.ProviderID != "p-2" || b.Status != hub.ReceiptFailed || b.Code != "131026" || b.Scope != hub.ScopeRecipient ||
			b.Detail["url"] != cb.URL {
			t.Errorf("second receipt %+v", b)
		}
	})
	t.Run("says that a forged one is not genuine", func(t *testing.T) {
		forged := cb
		forged.Header = map[string][]string{"X-Signature": {"guess"}}
		got, err := r.Receive(t.Context(), integration("probe"), forged)
		if err != nil || got.Verified || got.Status != 401 || len(got.Receipts) != 0 {
			t.Errorf("%+v, %v; want not verified, 401", got, err)
		}
	})
	t.Run("is UNAVAILABLE with the problems when the settings cannot be used", func(t *testing.T) {
		in := integration("probe")
		in.Name = "bad"
		_, err := r.Receive(t.Context(), in, cb)
		wantCode(t, err, hub.CodeUnavailable)
		if e := err.(*hub.Error); len(e.Problems) != 1 || e.Problems[0].Path != "secrets.key" {
			t.Errorf("problems %+v", e.Problems)
		}
	})
	t.Run("is UNAVAILABLE when the connector is down", func(t *testing.T) {
		must(t, r.Close(t.Context()))
		_, err := r.Receive(t.Context(), integration("probe"), cb)
		wantCode(t, err, hub.CodeUnavailable)
	})
}
