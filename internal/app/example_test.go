//go:build unix

package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// schemaFolder copies schema/ without what npm and tsc put there.
func schemaFolder(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, part := range []string{".", "screens", "example", "example/generated"} {
		from := filepath.Join("..", "..", "schema", part)
		files, err := os.ReadDir(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(dir, part), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if f.IsDir() {
				continue
			}
			text, err := os.ReadFile(filepath.Join(from, f.Name()))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, part, f.Name()), text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// The example in schema/example has the types of the schema of today, fits its own types, and does what it says.
func TestTheExampleInTypeScriptPublishesAndSaysWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	needNode(t)
	dir := filepath.Join(schemaFolder(t), "example")
	installPackages(t, dir)
	npm := func(env []string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "npm", append([]string{"run", "--silent"}, args...)...)
		cmd.Dir, cmd.Env = dir, append(environment(), env...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("npm run %s: %v\n%s", args[0], err, out)
		}
		return string(out)
	}
	generated := func() (all string) {
		for _, name := range []string{"gql.ts", "graphql.ts", "index.ts"} {
			text, err := os.ReadFile(filepath.Join(dir, "generated", name))
			if err != nil {
				t.Fatal(err)
			}
			all += string(text)
		}
		return all
	}
	committed := generated()
	npm(nil, "generate")
	if generated() != committed {
		t.Error("schema/example/generated is not of the schema of today: run npm ci && npm run generate in schema/example, and commit what it writes")
	}
	npm(nil, "build")

	w := newWorld(t, sandbox.Options{})
	w.readsPersons(t)
	client := []string{"CLIENT_ID=" + adminKey, "CLIENT_SECRET=" + adminSecret}
	said := npm(client, "start", "--", w.hub.url, "OT-2001", "+5511999991234")
	for _, line := range []string{"OT-2001 came in as occ_", "New WO of Jonas Campos fired", "WhatsApp: SUCCEEDED", "to +5511999991234: Jonas Campos · OT-2001 · Replace the conveyor belt"} {
		if !strings.Contains(said, line) {
			t.Errorf("it does not say %q:\n%s", line, said)
		}
	}
	w.arrived(t, 1)
	if again := npm(client, "start", "--", w.hub.url, "OT-2001", "+5511999991234"); !strings.Contains(again, "once more") {
		t.Errorf("the same again says:\n%s", again)
	}
}

// readsPersons has the flow send to whoever is responsible, with the rights that this takes.
func (w *world) readsPersons(t *testing.T) {
	t.Helper()
	var who struct {
		Consumer struct{ Group struct{ ID string } }
	}
	w.admin.ask(t, `query($id: ID!) { consumer(id: $id) { group { id } } }`, object{"id": w.reader}, &who)
	var done made
	w.admin.act(t, `mutation($id: ID!) { groupUpdate(id: $id, input: {grants: [
		{module: "work_management", submodule: "work_orders", actions: [SEE]}, {module: "inhouse_personnel", submodule: "general", actions: [SEE]}]}) { group { id } userErrors { message field } } }`,
		object{"id": who.Consumer.Group.ID}, &done)
	var flow struct{ Flow struct{ Targets []object } }
	w.admin.ask(t, `query($id: ID!) { flow(id: $id) { targets { action parameters mapping { position field } } } }`, object{"id": w.flow}, &flow)
	target := flow.Flow.Targets[0]
	target["integration"], target["recipient"] = w.integration, object{"field": "responsible.sms"}
	w.admin.act(t, `mutation($id: ID!, $input: FlowUpdateInput!) { flowUpdate(id: $id, input: $input) { flow { id problems { code message } } userErrors { message field } } }`,
		object{"id": w.flow, "input": object{"targets": []object{target}}}, &done)
}
