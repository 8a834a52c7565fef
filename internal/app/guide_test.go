//go:build unix

package app_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// The guide's commands for a hub with a sandbox are pasted into a shell as they stand there; only the addresses, and the key and secret,
// are the test's.
func TestTheCommandsForDevelopingWithoutAProviderWorkAsTheyStandThere(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"sh", "curl", "sed", "tee"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is needed to paste the guide's commands, and is not installed", tool)
		}
	}
	box, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = box.Close() }()
	hub := serve(t, t.TempDir(), anyPort)
	defer hub.kill()

	script := guideCommands(t, map[string]string{"HUB": hub.url, "BOX": box.URL(), "KEY": adminKey, "SECRET": adminSecret})
	out, err := exec.CommandContext(t.Context(), "sh", "-euc", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	answers := string(out)
	for _, wanted := range []string{`"url":"` + hub.url + `/callbacks/int_`, `"flowTest":{"delivery":{"state":`, `"field":"message_template_status_update","told":true`,
		`"field":"messages","told":true`, `"code":131056`} {
		if !strings.Contains(answers, wanted) {
			t.Errorf("no answer has %s", wanted)
		}
	}
	if n := strings.Count(answers, `"userErrors":[]`); n != 4 || strings.Contains(answers, `"errors"`) || strings.Contains(answers, `"error"`) {
		t.Errorf("%d of 4 mutations had no errors", n)
	}
	if t.Failed() {
		t.Log(answers)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := box.Wait(ctx, func(all []sandbox.Message) bool { return len(all) == 1 && all[0].Last() == "read" }); err != nil {
		t.Fatalf("the phones got %+v", box.Messages())
	}
	if m := box.Messages()[0]; m.To != "+5531998765432" || m.Text != "A ordem de serviço *OS-2041* foi encerrada por Jonas Campos." {
		t.Errorf("%+v", m)
	}
}

// guideCommands is every shell block of the guide's section, with values for the variables.
func guideCommands(t *testing.T, values map[string]string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "schema", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## Developing without a provider\n")
	if !found {
		t.Fatal("the guide has no section: Developing without a provider")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var script strings.Builder
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(section, -1) {
		script.WriteString(block[1])
	}
	filled := script.String()
	for name, value := range values {
		line := regexp.MustCompile(`(?m)^` + name + `=.*$`)
		if !line.MatchString(filled) {
			t.Fatalf("the guide does not set %s", name)
		}
		filled = line.ReplaceAllLiteralString(filled, name+"='"+value+"'")
	}
	return filled
}
