//go:build unix

package app_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// build builds the connector of testdata in a version, and says where it lies.
func build(t *testing.T, version string) string {
	t.Helper()
	return buildAs(t, "file", version)
}

// buildAs is build under another name.
func buildAs(t *testing.T, name, version string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "recado-connector-"+name)
	build := exec.Command("go", "build", "-buildvcs=false", "-ldflags", "-X main.name="+name+" -X main.version="+version, "-o", path, "./testdata/connector")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the connector cannot be built: %v\n%s", err, out)
	}
	return path
}

// command runs a command of the program to its end, and says what it printed.
func command(t *testing.T, args ...string) (out, errs string, code int) {
	t.Helper()
	p := run(t, nil, args...)
	code = p.exit(t)
	return p.out.String(), p.errs.String(), code
}

// trusted has the hub of a data directory trust an executable.
func trusted(t *testing.T, data, path string) {
	t.Helper()
	if out, errs, code := command(t, "connector", "trust", "--data", data, path); code != 0 || !strings.Contains(out, "Trusted as the connector") {
		t.Fatalf("it ended with %d: %s%s", code, out, errs)
	}
}

// install puts an executable into a plugins directory by a rename.
func install(t *testing.T, path, plugins string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(filepath.Join(plugins, ".part"), text, 0o755)
	}
	if err == nil {
		err = os.Rename(filepath.Join(plugins, ".part"), filepath.Join(plugins, filepath.Base(path)))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// thirdParty is a plugins directory with a connector that the hub of the data directory trusts.
func thirdParty(t *testing.T, data string) string {
	t.Helper()
	plugins, path := t.TempDir(), build(t, "1.0.0")
	trusted(t, data, path)
	install(t, path, plugins)
	return plugins
}

// notebook is a hub with a flow that appends each new work order to a file, through the connector of a third party.
func notebook(t *testing.T, hub *program) (admin *client, file string) {
	t.Helper()
	admin = signIn(t, hub.url, adminKey, adminSecret)
	return admin, writesDown(t, admin, "file", nil)
}

// writesDown makes a flow that appends each new work order to a file through a connector.
func writesDown(t *testing.T, admin *client, connector string, more object) (file string) {
	t.Helper()
	var viewer struct {
		Viewer struct{ Consumer struct{ ID string } }
	}
	admin.ask(t, `{ viewer { consumer { id } } }`, nil, &viewer)
	file = filepath.Join(t.TempDir(), "messages")
	settings := object{"path": file}
	maps.Copy(settings, more)
	var i, f, ev made
	admin.act(t, `mutation($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { id } userErrors { message field } } }`,
		object{"input": object{"connector": connector, "name": connector, "settings": settings}}, &i)
	admin.act(t, `mutation($id: ID!) { consumerUpdate(id: $id, input: {hubEnabled: true}) { userErrors { message field } } }`,
		object{"id": viewer.Viewer.Consumer.ID}, &f)
	admin.act(t, `mutation($input: FlowCreateInput!) { flowCreate(input: $input) { flow { id } userErrors { message field } } }`,
		object{"input": object{"description": "Into " + connector, "source": object{"consumer": viewer.Viewer.Consumer.ID, "action": "query_work_order_tasks"},
			"targets": []object{{"integration": i.Integration.ID, "action": "append", "recipient": object{"constant": "workshop"},
				"mapping": []object{{"field": "wo_folio", "position": 1}, {"field": "description", "position": 2}}}}}}, &f)
	admin.act(t, `mutation($id: ID!) { flowEnable(id: $id) { flow { enabled } userErrors { message field } } }`, object{"id": f.Flow.ID}, &made{})
	admin.act(t, `mutation($input: EventCreateInput!) { eventCreate(input: $input) { event { id } userErrors { message field } } }`,
		object{"input": object{"description": "Every new WO, into " + connector, "type": "work_management.work_orders.new", "flows": []string{f.Flow.ID}}}, &ev)
	admin.act(t, `mutation($id: ID!) { eventEnable(id: $id) { event { enabled } userErrors { message field } } }`, object{"id": ev.Event.ID}, &made{})
	return file
}

// operated is what an operator sees of the connector.
type operated struct {
	State, Version, Trust, Problem, SHA256 string
	PID, Restarts, InFlight                int
	Refused                                *struct{ File, SHA256, Problem, NextStep string }
	Usage                                  struct{ Memory float64 }
}

func (c *client) operated(t *testing.T) *operated {
	t.Helper()
	var known struct{ Connector *operated }
	c.ask(t, `{ connector(name: "file") { state version trust problem sha256 pid restarts inFlight refused { file sha256 problem nextStep } usage { memory } } }`, nil, &known)
	return known.Connector
}

// count is how many deliveries are in a state.
func (c *client) count(t *testing.T, state string) int {
	t.Helper()
	var seen struct {
		Deliveries struct{ TotalCount int }
	}
	c.ask(t, `query($s: [DeliveryState!]) { deliveries(filter: {states: $s}) { totalCount } }`, object{"s": []string{state}}, &seen)
	return seen.Deliveries.TotalCount
}

func TestAThirdPartysConnectorInThePluginsDirectoryDeliversLikeABuiltInOne(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	hub := serve(t, data, anyPort, "RECADO_PLUGINS="+thirdParty(t, data))
	admin, file := notebook(t, hub)
	if c := admin.operated(t); c.State != "READY" || c.Trust != "PINNED" || c.PID == 0 || len(c.SHA256) != 64 {
		t.Fatalf("the connector is %+v", c)
	}
	answer := admin.publish(t, workOrder("OS-77", 77, ""))
	e := admin.settled(t, answer.Executions[0].ID, "ACCEPTED")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(text); strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, e.Deliveries[0].ID+" workshop: OS-77, ") {
		t.Errorf("the notebook says %q", got)
	}
}

func TestAnExecutableIsReplacedUnderLoadAndEveryMessageArrivesOnce(t *testing.T) {
	t.Parallel()
	data, plugins := t.TempDir(), t.TempDir()
	hub := serve(t, data, anyPort, "RECADO_PLUGINS="+plugins)
	versions := []string{build(t, "1.0.0"), build(t, "2.0.0"), build(t, "3.0.0")}
	trusted(t, data, versions[0])
	install(t, versions[0], plugins)
	watcher := signIn(t, hub.url, adminKey, adminSecret)
	eventually(t, "it is there, without a restart of the hub", func() bool { c := watcher.operated(t); return c != nil && c.State == "READY" })
	admin, file := notebook(t, hub)

	stop, published := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				published <- n
				return
			default:
				n++
				admin.publish(t, workOrder(fmt.Sprintf("OS-%d", n), n, ""))
			}
		}
	}()
	lines := func() []string {
		text, _ := os.ReadFile(file)
		return strings.Split(strings.TrimSpace(string(text)), "\n")
	}
	flows := func() {
		t.Helper()
		before := len(lines())
		eventually(t, "messages go on", func() bool { return len(lines()) > before+40 })
	}
	for _, v := range []string{"2.0.0", "3.0.0"} {
		flows()
		path := versions[v[0]-'1']
		install(t, path, plugins)
		eventually(t, "it is refused and shown", func() bool { return watcher.operated(t).Refused != nil })
		c := watcher.operated(t)
		if c.Version == v || c.State != "READY" || !strings.Contains(c.Refused.NextStep, "recado connector trust") {
			t.Errorf("a changed file that nobody trusts: %+v", c)
		}
		flows()
		trusted(t, data, path)
		eventually(t, "it has taken over", func() bool { c := watcher.operated(t); return c.Version == v && c.State == "READY" && c.Refused == nil })
	}
	flows()
	close(stop)
	n := <-published
	eventually(t, "all have arrived", func() bool { return len(lines()) >= n })
	seen := map[string]int{}
	for _, line := range lines() {
		_, rest, _ := strings.Cut(line, ": ")
		folio, _, _ := strings.Cut(rest, ",")
		seen[folio]++
	}
	if len(seen) != n || len(lines()) != n {
		t.Errorf("%d were published; the notebook has %d lines about %d work orders", n, len(lines()), len(seen))
	}
	eventually(t, "the hub knows that all were accepted", func() bool { return admin.count(t, "ACCEPTED") == n })
	if c := watcher.operated(t); c.Restarts != 0 {
		t.Errorf("it was restarted %d times", c.Restarts)
	}
}

func TestAConnectorInTroubleHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	good, bad := build(t, "1.0.0"), buildAs(t, "bad", "1.0.0")
	for _, trouble := range []string{"hang", "crash", "slow", "flood"} {
		t.Run("one that has the trouble "+trouble, func(t *testing.T) {
			data, plugins := t.TempDir(), t.TempDir()
			for _, path := range []string{good, bad} {
				trusted(t, data, path)
				install(t, path, plugins)
			}
			hub := serve(t, data, anyPort, "RECADO_PLUGINS="+plugins)
			defer hub.kill()
			admin, file := notebook(t, hub)
			writesDown(t, admin, "bad", object{"trouble": trouble})
			const n = 150
			for i := range n {
				if a, err := admin.tryPublish(workOrder(fmt.Sprintf("OS-%d", i), i+1, "")); err != nil || len(a.Executions) != 2 {
					t.Fatalf("POST /events: %v, %+v", err, a)
				}
			}
			eventually(t, "the other one has written all of them down", func() bool {
				text, _ := os.ReadFile(file)
				return strings.Count(string(text), "\n") == n
			})
			if c := admin.operated(t); c.State != "READY" || c.Restarts != 0 {
				t.Errorf("the other one is %+v", c)
			}
			if accepted := admin.count(t, "ACCEPTED"); trouble != "flood" && accepted > n {
				t.Errorf("%d are accepted, more than the %d of the other one: the bad one was in no trouble", accepted, n)
			}
		})
	}
}

func TestWhatIsTrustedIsListedAndTakenBackWhileTheHubRuns(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	plugins := thirdParty(t, data)
	hub := serve(t, data, anyPort, "RECADO_PLUGINS="+plugins)
	admin := signIn(t, hub.url, adminKey, adminSecret)
	c := admin.operated(t)
	if out, _, code := command(t, "connector", "trust", "--data", data, "--list"); code != 0 || !strings.Contains(out, "file") || !strings.Contains(out, c.SHA256) {
		t.Errorf("the list, %d: %s", code, out)
	}
	if out, _, code := command(t, "connector", "trust", "--data", data, "--remove", c.SHA256[:12]); code != 0 || !strings.Contains(out, "No longer trusted: file") {
		t.Errorf("taken back, %d: %s", code, out)
	}
	eventually(t, "it is not run any more", func() bool { c := admin.operated(t); return c.State == "UNTRUSTED" && c.PID == 0 })
	if out, errs, code := command(t, "connector", "trust", "--data", data, "--plugins", plugins, "file"); code != 0 {
		t.Errorf("trusted by its name, %d: %s%s", code, out, errs)
	}
	eventually(t, "it runs again", func() bool { return admin.operated(t).State == "READY" })
	for name, args := range map[string][]string{
		"nothing":            {},
		"no such file":       {"./recado-connector-none"},
		"no such connector":  {"--plugins", plugins, "none"},
		"a built-in name":    {filepath.Join(plugins, "recado-connector-email")},
		"another name":       {filepath.Join(plugins, "other")},
		"what is not there":  {"--remove", "none"},
		"two things at once": {"--list", "file"},
	} {
		_, errs, code := command(t, append([]string{"connector", "trust", "--data", data}, args...)...)
		if code != 1 || strings.Count(strings.TrimSpace(errs), "\n") != 0 || !strings.HasPrefix(errs, "recado: ") {
			t.Errorf("%s: it ended with %d and said %q", name, code, errs)
		}
	}
}

func TestAPluginsDirectoryThatIsNotThereIsSaidInOneLine(t *testing.T) {
	t.Parallel()
	_, errs, code := command(t, "serve", "--addr", anyPort, "--data", t.TempDir(), "--plugins", filepath.Join(t.TempDir(), "none"))
	if code != 1 || !strings.Contains(errs, "the plugins directory cannot be read") || strings.Count(strings.TrimSpace(errs), "\n") != 0 {
		t.Errorf("it ended with %d and said %q", code, errs)
	}
}

func TestAFileThatCannotBeAConnectorIsShownAndKeepsNoHubFromStarting(t *testing.T) {
	t.Parallel()
	plugins := t.TempDir()
	if err := os.WriteFile(filepath.Join(plugins, "recado-connector-whatsapp"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	hub := serve(t, t.TempDir(), anyPort, "RECADO_PLUGINS="+plugins)
	admin := signIn(t, hub.url, adminKey, adminSecret)
	var seen struct {
		PluginsDirectory struct {
			Path    string
			Refused []struct{ File, Problem string }
		}
		Connector struct{ State, Trust string }
	}
	admin.ask(t, `{ pluginsDirectory { path refused { file problem } } connector(name: "whatsapp") { state trust } }`, nil, &seen)
	if r := seen.PluginsDirectory.Refused; len(r) != 1 || !strings.Contains(r[0].Problem, "built-in connector") || seen.Connector.State != "READY" || seen.Connector.Trust != "BUILT_IN" {
		t.Errorf("%+v", seen)
	}
}
