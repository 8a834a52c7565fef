//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/recado-hub/recado/internal/app"
	"github.com/recado-hub/recado/internal/cli"
)

// recado runs a command in this process.
func recado(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = cli.Run(args, &o, &e)
	return code, o.String(), e.String()
}

// plugins is a plugins directory with the probe in it, a file that cannot be run, and a program that is no connector.
func plugins(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "recado-connector-probe"), "#!/bin/sh\nexec '"+self+"' probe\n", 0o755)
	write(t, filepath.Join(dir, "recado-connector-alias"), "#!/bin/sh\nexec '"+self+"' probe\n", 0o755)
	write(t, filepath.Join(dir, "recado-connector-flat"), "", 0o644)
	write(t, filepath.Join(dir, "recado-connector-mute"), "#!/bin/sh\necho 'I have no grpc' >&2\nexit 1\n", 0o755)
	write(t, filepath.Join(dir, "notes.txt"), "", 0o644)
	return dir
}

func write(t *testing.T, file, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func contains(t *testing.T, what, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q:\n%s", what, w, text)
		}
	}
}

func TestANewConnectorInGoPassesTheSuiteAndDeliversAtOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mine")
	code, out, errs := recado(t, "connector", "new", "notes", "--dir", dir)
	if code != 0 || strings.Contains(errs, "go mod tidy") {
		t.Fatalf("it ended with %d: %s", code, errs)
	}
	contains(t, "the answer", out, "go build -o recado-connector-notes .", "recado connector run ./recado-connector-notes suite.json")
	builds(t, dir, "recado-connector-notes")
	file := filepath.Join(t.TempDir(), "delivery.json")
	messages := filepath.Join(t.TempDir(), "messages.jsonl")
	write(t, file, `{"settings":{"path":"`+messages+`"},"delivery":{"recipient":"workshop","values":["Pump 7 leaks"]}}`, 0o600)
	code, out, errs = recado(t, "connector", "run", filepath.Join(dir, "recado-connector-notes"), file)
	text, _ := os.ReadFile(messages)
	if code != 0 || !strings.Contains(string(text), "Pump 7 leaks") {
		t.Errorf("it ended with %d, the file has %q\n%s%s", code, text, out, errs)
	}
}

func TestANewSourceInGoPassesTheSuiteAndIsAskedAtOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mine")
	code, out, errs := recado(t, "connector", "new", "orders", "--source", "--dir", dir)
	if code != 0 {
		t.Fatalf("it ended with %d: %s", code, errs)
	}
	contains(t, "the answer", out, "reads the lines of a file as rows", "recado connector run ./recado-connector-orders suite.json --query")
	builds(t, dir, "recado-connector-orders")
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, "its README", string(readme), "A source: it reads the lines of a file as rows.", "suite.json --query")
	exe := filepath.Join(dir, "recado-connector-orders")
	file := filepath.Join(t.TempDir(), "query.json")
	write(t, file, `{"settings":{"path":"`+filepath.Join(dir, "rows.jsonl")+`"},"queries":[{"pageSize":2}]}`, 0o600)
	code, out, errs = recado(t, "connector", "run", exe, file, "--query")
	contains(t, "the query", out, "-> Query {", "\n3 rows in 2 pages\n", `{"order":"WO-1","what":"Pump 7 leaks"}`, `{"order":"WO-3","what":"Filter 5 is due"}`)
	if code != 0 || strings.Contains(out, "more") {
		t.Errorf("it ended with %d\n%s%s", code, out, errs)
	}
	code, out, errs = recado(t, "connector", "test", exe, "--config", filepath.Join(dir, "suite.json"), "--deliveries", "5000")
	if code != 0 {
		t.Errorf("the suite ended with %d\n%s%s", code, out, errs)
	}
}

// builds does with a new project in Go what its author does.
func builds(t *testing.T, dir, executable string) {
	t.Helper()
	for _, command := range [][]string{{"gofmt", "-l", "."}, {"go", "vet", "./..."}, {"go", "test", "./..."}, {"go", "build", "-buildvcs=false", "-o", executable, "."}} {
		cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
		cmd.Dir = dir
		if said, err := cmd.CombinedOutput(); err != nil || command[0] == "gofmt" && len(said) > 0 {
			t.Fatalf("%v: %v\n%s", command, err, said)
		}
	}
}

func TestANewConnectorIsRefusedWhereItCannotBe(t *testing.T) {
	t.Parallel()
	full := t.TempDir()
	write(t, filepath.Join(full, "main.go"), "mine", 0o600)
	for says, args := range map[string][]string{
		"lower-case letters":                  {"Big_One"},
		"40 characters at most":               {strings.Repeat("a", 41)},
		"comes with Recado":                   {"whatsapp"},
		"is there already":                    {"notes", "--dir", full},
		"there is no template in \"rust\"":    {"notes", "--lang", "rust"},
		"say how the connector is to be call": {},
		"no checkout of Recado":               {"notes", "--sdk", full},
	} {
		code, _, errs := recado(t, append([]string{"connector", "new"}, args...)...)
		if code != 1 || !strings.Contains(errs, says) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v ended with %d and said %q, want %q", args, code, errs, says)
		}
	}
	if entries, _ := os.ReadDir(full); len(entries) != 1 {
		t.Errorf("it wrote into a directory that had something: %v", entries)
	}
}

func TestInspectShowsWhatAConnectorDeclares(t *testing.T) {
	t.Parallel()
	dir := plugins(t)
	code, out, errs := recado(t, "connector", "inspect", "probe", "--plugins", dir, "--language", "fr")
	if code != 0 {
		t.Fatal(errs)
	}
	contains(t, "it", out, "probe 2.1.0: Sonde\ndestination", "check, preview", "7 deliveries", "string, default http://x, required", "string, secret",
		"0.5 a second, 3 at once, for each integration", "e164, asked for as \"phone\"", "1 to 3, by position, of 50 characters at most",
		"WITHOUT WORDS in some of the six languages: settings.token")
	_, out, _ = recado(t, "connector", "inspect", filepath.Join(dir, "recado-connector-probe"), "--json")
	var found struct {
		Description struct {
			Name     string
			Settings struct{ JSON struct{ Required []string } }
		}
	}
	if err := json.Unmarshal([]byte(out), &found); err != nil || found.Description.Name != "probe" || found.Description.Settings.JSON.Required[0] != "url" {
		t.Errorf("as JSON it is %v %s", err, out)
	}
	code, _, errs = recado(t, "connector", "inspect", "mute", "--plugins", dir)
	if code != 1 || !strings.Contains(errs, "its last words: I have no grpc") {
		t.Errorf("one that does not start is explained by %q", errs)
	}
	if code, out, errs := recado(t, "connector", "inspect", "whatsapp"); code != 0 || !strings.Contains(out, "wo_assignment_pt_BR") {
		t.Errorf("the built-in one: %d %s", code, errs)
	}
}

// listed is what `recado connector list` says of each connector: its version, roles and problem.
func listed(t *testing.T, args ...string) map[string]string {
	t.Helper()
	code, out, errs := recado(t, append([]string{"connector", "list", "--json"}, args...)...)
	if code != 0 {
		t.Fatal(errs)
	}
	var list []struct {
		Name, Version, Problem string
		Builtin                bool
		Roles                  []string
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, l := range list {
		said[l.Name] = l.Version + " " + strings.Join(l.Roles, ",") + " " + l.Problem
		if l.Builtin != slices.Contains(app.BuiltinConnectors(), l.Name) {
			t.Errorf("%s is built in: %v", l.Name, l.Builtin)
		}
	}
	return said
}

func TestListShowsWhatIsThereAndWhatIsWrong(t *testing.T) {
	t.Parallel()
	said := listed(t, "--plugins", plugins(t), "--data", t.TempDir(), "--trust-plugins")
	if len(said) != len(app.BuiltinConnectors())+4 || said["probe"] != "2.1.0 DESTINATION " {
		t.Errorf("the list is %q", said)
	}
	contains(t, "whatsapp", said["whatsapp"], "DESTINATION")
	contains(t, "the alias", said["alias"], `describes itself as "probe"`)
	contains(t, "the flat file", said["flat"], "chmod +x")
	contains(t, "the mute one", said["mute"], "I have no grpc")
}

func TestListFindsWrongWhatAHubRefuses(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"doubled", "unschematic"} {
		write(t, filepath.Join(dir, "recado-connector-"+name), "#!/bin/sh\nexec '"+self+"' "+name+"\n", 0o755)
	}
	said := listed(t, "--plugins", dir, "--data", t.TempDir(), "--trust-plugins")
	contains(t, "the one with an action twice", said["doubled"], "2.1.0", `it describes the action "send" twice`)
	contains(t, "the one with an invalid schema", said["unschematic"], "2.1.0", "the schema of settings that it describes is no JSON Schema")
}

func TestListStartsNothingThatIsNotTrusted(t *testing.T) {
	t.Parallel()
	dir, data := plugins(t), t.TempDir()
	ran := filepath.Join(t.TempDir(), "ran")
	write(t, filepath.Join(dir, "recado-connector-sly"), "#!/bin/sh\ntouch '"+ran+"'\n", 0o755)
	said := listed(t, "--plugins", dir, "--data", data)
	contains(t, "the sly one", said["sly"], "it is not trusted as it is", "recado connector trust --data "+data+" "+filepath.Join(dir, "recado-connector-sly"))
	if _, err := os.Stat(ran); err == nil {
		t.Error("what is not trusted was run")
	}
	if code, _, errs := recado(t, "connector", "trust", "--data", data, filepath.Join(dir, "recado-connector-probe")); code != 0 {
		t.Fatal(errs)
	}
	if said = listed(t, "--plugins", dir, "--data", data); said["probe"] != "2.1.0 DESTINATION " {
		t.Errorf("the trusted one is %q", said["probe"])
	}
	write(t, filepath.Join(dir, "recado-connector-probe"), "#!/bin/sh\ntouch '"+ran+"'\n", 0o755)
	contains(t, "the changed one", listed(t, "--plugins", dir, "--data", data)["probe"], "it is not trusted as it is")
}

func TestTheCommandsForConnectorsAreListed(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"connector", "--help"}, {"connector", "help"}} {
		code, out, _ := recado(t, args...)
		contains(t, "the help", out, "recado connector new", "recado connector inspect", "recado connector list", "recado connector run", "recado connector test", "recado connector trust")
		if code != 0 {
			t.Errorf("%v ended with %d", args, code)
		}
	}
	for _, args := range [][]string{{"connector"}, {"connector", "nobody"}, {"connector", "nobody", "else"}} {
		if code, _, errs := recado(t, args...); code != 1 || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "recado connector --help") {
			t.Errorf("%v ended with %d and said %q", args, code, errs)
		}
	}
}

func TestTrustSaysThatItMadeTheDataDirectory(t *testing.T) {
	t.Parallel()
	exe, data := filepath.Join(plugins(t), "recado-connector-probe"), filepath.Join(t.TempDir(), "none", "data")
	if _, _, errs := recado(t, "connector", "trust", "--data", data, "--remove", "probe"); !strings.Contains(errs, "no executable is trusted") {
		t.Errorf("what nobody trusts is taken back: %s", errs)
	}
	const made = "There was no data directory "
	for i, want := range []bool{true, false} {
		code, out, errs := recado(t, "connector", "trust", "--data", data, exe)
		if code != 0 || strings.Contains(out, made+data) != want || !strings.Contains(out, "Trusted as the connector probe") {
			t.Errorf("time %d: %d %s%s", i+1, code, out, errs)
		}
	}
}

func TestRunShowsTheWholeConversationWithoutSecrets(t *testing.T) {
	t.Parallel()
	exe := filepath.Join(plugins(t), "recado-connector-probe")
	delivery := func(recipient string) string {
		file := filepath.Join(t.TempDir(), "delivery.json")
		write(t, file, `{"settings":{"url":"http://y","token":"a-real-token"},"sent":{"file":"ignored"},
			"delivery":{"recipient":"`+recipient+`","values":["one","two"]}}`, 0o600)
		return file
	}
	code, out, errs := recado(t, "connector", "run", exe, delivery("+351910000001"))
	if code != 0 {
		t.Fatalf("%d %s%s", code, out, errs)
	}
	contains(t, "it", out, `-> Deliver {`, `"token": "***"`, `"url": "http://y"`, `"text": "two"`, `<- Deliver {`, `"in_flight": 7`, `asking with ***`, "\nACCEPTED\n", "ended: OK")
	code, asJSON, _ := recado(t, "connector", "run", exe, delivery("nobody"), "--json")
	var report struct {
		Wire    []struct{ Call string }
		Log     []string
		Outcome struct{ Kind, Path, NextStep string }
	}
	if err := json.Unmarshal([]byte(asJSON), &report); err != nil || code != 1 {
		t.Fatalf("it ended with %d: %v", code, err)
	}
	if report.Outcome.Kind != "REJECTED" || report.Outcome.Path != "recipient" || len(report.Wire) < 6 || len(report.Log) == 0 {
		t.Errorf("the report is %+v", report)
	}
	code, preview, _ := recado(t, "connector", "run", exe, delivery("+1"), "--preview")
	contains(t, "the preview", preview, "-> Preview", `"text": "to +1 with ***"`)
	if code != 0 {
		t.Errorf("a preview ended with %d", code)
	}
	code, check, _ := recado(t, "connector", "run", exe, delivery("+1"), "--check")
	contains(t, "the check", check, "-> Check", "<- Check")
	if code != 0 {
		t.Errorf("a check without problems ended with %d", code)
	}
	if strings.Contains(out+asJSON+preview+check, "a-real-token") {
		t.Error("the secret is shown")
	}
}

func TestWhatAConnectorSaysGivesATerminalNoCommands(t *testing.T) {
	t.Parallel()
	exe, file := filepath.Join(plugins(t), "recado-connector-probe"), filepath.Join(t.TempDir(), "delivery.json")
	write(t, file, `{"settings":{"url":"http://y"},"delivery":{"recipient":"a terminal","values":["one"]}}`, 0o600)
	for _, more := range [][]string{nil, {"--json"}} {
		var out, errs string
		for range 10 { // what it writes beside its answers may come when it has ended already
			if _, out, errs = recado(t, append([]string{"connector", "run", exe, file}, more...)...); strings.Contains(out, "red ") {
				break
			}
		}
		contains(t, "it", out, `red \u001b[31mred\u0000 and \u009b31m`, `no \u001b]0;title\u0007\u0000 and \u009b31m\u007f`)
		if i := strings.IndexFunc(out+errs, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }); i >= 0 {
			t.Errorf("a control character is left behind %q", (out + errs)[max(0, i-30):i+1])
		}
		if len(more) > 0 && !json.Valid([]byte(out)) {
			t.Error("it is no JSON")
		}
	}
}

func TestRunRefusesAFileThatCannotBeMeant(t *testing.T) {
	t.Parallel()
	exe := filepath.Join(plugins(t), "recado-connector-probe")
	for says, text := range map[string]string{
		"settings.colour: the connector knows no such setting; it has token, url": `{"settings":{"colour":"red"}}`,
		"settings.token: a secret must be a text":                                 `{"settings":{"token":7}}`,
		"not both":                               `{"delivery":{"values":["a"],"named":{"b":"c"}}}`,
		"{provider} stands for something of the": `{"settings":{"url":"{provider}"}}`,
		"unexpected end of JSON":                 `{`,
	} {
		file := filepath.Join(t.TempDir(), "delivery.json")
		write(t, file, text, 0o600)
		if code, _, errs := recado(t, "connector", "run", exe, file); code != 1 || !strings.Contains(errs, says) {
			t.Errorf("%s ended with %d and said %q, want %q", text, code, errs, says)
		}
	}
	file := filepath.Join(t.TempDir(), "delivery.json")
	write(t, file, `{"settings":{"url":"http://y"}}`, 0o600)
	if code, out, _ := recado(t, "connector", "run", exe, file, "--check"); code != 1 || !strings.Contains(out, "is missing") {
		t.Errorf("a check with a problem ended with %d\n%s", code, out)
	}
}
