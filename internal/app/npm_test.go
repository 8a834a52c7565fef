//go:build unix

package app_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// mustRun says that no test may be skipped for what this machine lacks: .ci/run sets it.
const mustRun = "RECADO_CI"

// skipOrFail ends a test that this machine cannot run.
func skipOrFail(t *testing.T, why string) {
	t.Helper()
	if os.Getenv(mustRun) != "" {
		t.Fatal(why)
	}
	t.Skip("NOT TESTED: " + why)
}

// npmInstall copies a directory of testdata and installs the packages that its lock file names, and no others.
func npmInstall(t *testing.T, name string) (dir string) {
	t.Helper()
	needNode(t)
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", name))); err != nil {
		t.Fatal(err)
	}
	installPackages(t, dir)
	return dir
}

func needNode(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("NOT TESTED: the clients of other people need node and npm, and this machine has no " + tool)
		}
	}
}

// installPackages installs what the lock file in a directory names.
func installPackages(t *testing.T, dir string) {
	t.Helper()
	install := exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--fetch-retries=1", "--fetch-timeout=30000")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		skipOrFail(t, "npm ci: "+err.Error()+"\n"+string(out))
	}
}

// npmChecks serves a hub and runs scripts of a directory against it, in which the packages that they need are installed.
func npmChecks(t *testing.T, dir, key, secret string, scripts ...string) {
	t.Helper()
	var commands [][]string
	for _, script := range scripts {
		commands = append(commands, []string{"node", script})
	}
	clientChecks(t, dir, key, secret, commands...)
}

// clientChecks serves a hub and runs programs in a directory against it, one after the other. Their last argument is the hub's URL.
func clientChecks(t *testing.T, dir, key, secret string, commands ...[]string) {
	t.Helper()
	hub := run(t, []string{"RECADO_BOOTSTRAP_KEY=" + key, "RECADO_BOOTSTRAP_SECRET=" + secret},
		"serve", "--addr", anyPort, "--data", t.TempDir(), "--log-level", "warn")
	url := hub.wait(t, servesAt)[1]
	for _, command := range commands {
		programChecks(t, dir, append(command, url), "CLIENT_ID="+key, "CLIENT_SECRET="+secret)
	}
}

// programChecks runs a program in a directory. Each line that it prints is one check: its name, and what went wrong.
func programChecks(t *testing.T, dir string, command []string, env ...string) {
	t.Helper()
	program := exec.CommandContext(t.Context(), command[0], command[1:]...)
	program.Dir = dir
	program.Env = append(environment(), env...)
	var errs bytes.Buffer
	program.Stderr = &errs
	out, err := program.Output()
	checks := 0
	for said := json.NewDecoder(bytes.NewReader(out)); said.More(); checks++ {
		var check struct {
			Name  string
			Error *string
		}
		if err := said.Decode(&check); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		t.Run(check.Name, func(t *testing.T) {
			if check.Error != nil {
				t.Error(*check.Error)
			}
		})
	}
	if err != nil || checks == 0 {
		t.Errorf("%d things were checked: %v\n%s", checks, err, &errs)
	}
}

// Clients of other people, which are stricter than Go's, get on with the hub.
func TestNPMsOAuthClientsGetOnWithTheHub(t *testing.T) {
	t.Parallel()
	npmChecks(t, npmInstall(t, "oauth-client"), "a_key/with+marks", "a+secret:with%marks&more=less/?", "clients.mjs")
}

// So do those that ask and follow: graphql-ws, graphql-sse in both modes, an EventSource as browsers have it, and the audits of
// GraphQL over HTTP; Apollo Client, urql and Relay, with their caches.
func TestNPMsGraphQLClientsGetOnWithTheHub(t *testing.T) {
	t.Parallel()
	dir := npmInstall(t, "graphql-client")
	compileForRelay(t, dir)
	npmChecks(t, dir, "clients", "a-secret-of-the-clients-0123456789", "clients.mjs", "apollo.mjs", "urql.mjs", "relay.mjs")
}

// compileForRelay has Relay's compiler hold what relay.mjs asks against the schema, and write what is run.
func compileForRelay(t *testing.T, dir string) {
	t.Helper()
	schema, err := os.ReadFile(filepath.Join("..", "..", "schema", "snapshot.graphql"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "snapshot.graphql"), schema, 0o600)
	}
	if err == nil {
		err = os.Mkdir(filepath.Join(dir, "relay", "compiled"), 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	compile := exec.CommandContext(t.Context(), "npm", "run", "--silent", "relay")
	compile.Dir, compile.Env = dir, environment()
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("relay-compiler: %v\n%s", err, out)
	}
}

// And so do the official SDKs of CloudEvents, in all three content modes.
func TestTheSDKOfCloudEventsForJavaScriptGetsOnWithTheHub(t *testing.T) {
	t.Parallel()
	npmChecks(t, npmInstall(t, "cloudevents-client"), "clients", "a-secret-of-the-clients-0123456789", "clients.mjs")
}

func TestTheSDKOfCloudEventsForGoGetsOnWithTheHub(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "client")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", program, ".")
	build.Dir = filepath.Join("testdata", "cloudevents-go") // a module of its own
	if out, err := build.CombinedOutput(); err != nil {
		skipOrFail(t, "go build: "+err.Error()+"\n"+string(out))
	}
	clientChecks(t, t.TempDir(), "clients", "a-secret-of-the-clients-0123456789", []string{program})
}
