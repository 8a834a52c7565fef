//go:build unix

package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// thirdParty builds the connector of testdata into a plugins directory.
func thirdParty(t *testing.T) string {
	t.Helper()
	plugins := t.TempDir()
	build := exec.Command("go", "build", "-buildvcs=false", "-o", filepath.Join(plugins, "recado-connector-file"), "./testdata/connector")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the connector cannot be built: %v\n%s", err, out)
	}
	return plugins
}

func TestAThirdPartysConnectorInThePluginsDirectoryDeliversLikeABuiltInOne(t *testing.T) {
	t.Parallel()
	hub := serve(t, t.TempDir(), anyPort, "RECADO_PLUGINS="+thirdParty(t))
	admin := signIn(t, hub.url, adminKey, adminSecret)
	var known struct {
		Connector struct{ Name, State string }
		Viewer    struct{ Consumer struct{ ID string } }
	}
	admin.ask(t, `{ connector(name: "file") { name state } viewer { consumer { id } } }`, nil, &known)
	if known.Connector.State != "READY" {
		t.Fatalf("the connector is %+v", known.Connector)
	}
	file := filepath.Join(t.TempDir(), "messages")
	var i, f, ev made
	admin.act(t, `mutation($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { id } userErrors { message field } } }`,
		object{"input": object{"connector": "file", "name": "notebook", "settings": object{"path": file}}}, &i)
	admin.act(t, `mutation($id: ID!) { consumerUpdate(id: $id, input: {hubEnabled: true}) { userErrors { message field } } }`,
		object{"id": known.Viewer.Consumer.ID}, &f)
	admin.act(t, `mutation($input: FlowCreateInput!) { flowCreate(input: $input) { flow { id } userErrors { message field } } }`,
		object{"input": object{"description": "Into the notebook", "source": object{"consumer": known.Viewer.Consumer.ID, "action": "query_work_order_tasks"},
			"targets": []object{{"integration": i.Integration.ID, "action": "append", "recipient": object{"constant": "workshop"},
				"mapping": []object{{"field": "wo_folio", "position": 1}, {"field": "description", "position": 2}}}}}}, &f)
	admin.act(t, `mutation($id: ID!) { flowEnable(id: $id) { flow { enabled } userErrors { message field } } }`, object{"id": f.Flow.ID}, &made{})
	admin.act(t, `mutation($input: EventCreateInput!) { eventCreate(input: $input) { event { id } userErrors { message field } } }`,
		object{"input": object{"description": "Every new WO", "type": "work_management.work_orders.new", "flows": []string{f.Flow.ID}}}, &ev)
	admin.act(t, `mutation($id: ID!) { eventEnable(id: $id) { event { enabled } userErrors { message field } } }`, object{"id": ev.Event.ID}, &made{})

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

func TestAPluginsDirectoryThatCannotBeUsedIsSaidInOneLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		mode os.FileMode
		says string
	}{
		"a built-in name":     {"recado-connector-whatsapp", 0o755, "bears the name of a built-in one"},
		"an impossible name":  {"recado-connector-Big One", 0o755, "lower-case letters"},
		"no executable":       {"recado-connector-file", 0o644, "chmod +x"},
		"no directory at all": {"", 0, "the plugins directory cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "plugins")
			if c.file != "" {
				if err := os.Mkdir(dir, 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, c.file), []byte("#!/bin/sh\n"), c.mode); err != nil {
					t.Fatal(err)
				}
			}
			p := run(t, nil, "serve", "--addr", anyPort, "--data", t.TempDir(), "--plugins", dir)
			<-p.done
			if code := p.cmd.ProcessState.ExitCode(); code != 1 {
				t.Errorf("it ended with %d", code)
			}
			if got := p.errs.String(); !strings.Contains(got, c.says) || strings.Count(strings.TrimSpace(got), "\n") != 0 {
				t.Errorf("it said %q, want one line with %q", got, c.says)
			}
		})
	}
}
