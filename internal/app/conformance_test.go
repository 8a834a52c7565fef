//go:build unix

package app_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk/conformance"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// What `recado connector test` must know of a connector of this repository is a file beside it. To have one more tested: write one.
func TestEveryConnectorOfThisRepositoryPassesTheSuiteAsAnExecutable(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../plugins/*/suite.json")
	if err != nil || len(files) < 2 {
		t.Fatalf("there are only %q, %v", files, err)
	}
	tested := map[string]bool{
		"email": true, // plugins/email has its executable pass the suite: it needs an SMTP server
	}
	for _, file := range files {
		say, err := conformance.ReadFile(file)
		if err != nil || len(say.Args) != 2 {
			t.Fatalf("%s: the arguments are to be connector and its name: %v", file, err)
		}
		tested[say.Args[1]] = true
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			r := suite(t, say.Args[1], file)
			for _, c := range r.Checks {
				if c.Status == conformance.Skipped {
					t.Errorf("%s could not run: %s", c.Name, c.Reason)
				}
			}
		})
	}
	p := run(t, nil, "connector", "list", "--json")
	if code := p.exit(t); code != 0 {
		t.Fatalf("the list ended with %d", code)
	}
	var list []struct{ Name string }
	if err := json.Unmarshal([]byte(p.out.String()), &list); err != nil || len(list) < 2 {
		t.Fatalf("the list is %s, %v", p.out.String(), err)
	}
	for _, c := range list {
		if !tested[c.Name] {
			t.Errorf("the connector %s is not tested as an executable: write a suite.json beside it", c.Name)
		}
	}
}

// suite runs `recado connector test` on a connector by its path or name. Nothing may have failed.
func suite(t *testing.T, what, config string) (r conformance.Report) {
	t.Helper()
	p := run(t, nil, "connector", "test", what, "--config", config, "--json", "--deliveries", "3000")
	code := p.exit(t)
	if err := json.Unmarshal([]byte(p.out.String()), &r); err != nil {
		t.Fatalf("the report is no JSON: %v\n%s", err, p.out.String())
	}
	for _, c := range r.Checks {
		if c.Status == conformance.Failed {
			t.Errorf("%s: %q", c.Name, c.Problems)
		}
	}
	if code != 0 || r.Status != conformance.Passed || r.Counts[conformance.Passed] < 20 {
		t.Errorf("it ended with %d, and the report says %s: %v", code, r.Status, r.Counts)
	}
	return r
}

// Both providers of the WhatsApp connector, against the sandbox.
func TestWhatsAppPassesTheSuiteAgainstItsSandbox(t *testing.T) {
	t.Parallel()
	box, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	seven := []string{"Jonas Campos", "OT-{n}", "Trocar o filtro de óleo", "2026-11-22 09:00", "Ana Prado", "Jonas Campos", "Compressor 3 { CMP-3 }"}
	sent := &conformance.FileSent{URL: box.URL() + "/sandbox/stats", Pointer: "/accepted"}
	for name, file := range map[string]conformance.File{
		"meta": {
			Settings: map[string]any{
				"phone_number_id": sandbox.DefaultPhoneNumberID, "waba_id": sandbox.DefaultWABAID, "base_url": box.URL(),
				"access_token": sandbox.DefaultAccessToken, "app_secret": sandbox.DefaultAppSecret, "verify_token": sandbox.DefaultVerifyToken,
			},
			Bad: []conformance.FileBad{
				{Name: "an expired token", Settings: map[string]any{"access_token": sandbox.ExpiredAccessToken}},
				{Name: "a server that is gone", Settings: map[string]any{"base_url": "http://127.0.0.1:1"}},
				{Name: "no number", Settings: map[string]any{"phone_number_id": nil}},
			},
			Delivery: &conformance.FileDelivery{
				Action: "wo_assignment_pt_BR", Parameters: map[string]any{"template": "wo_assigned"}, Recipient: "+35191{n}", Language: "pt-BR",
				Values: seven,
			},
			Sent: sent,
		},
		"twilio": {
			Settings: map[string]any{
				"provider": "TWILIO", "account_sid": sandbox.DefaultAccountSID, "from": sandbox.DefaultSender, "twilio_url": box.URL(),
				"auth_token": sandbox.DefaultAuthToken,
			},
			Bad: []conformance.FileBad{
				{Name: "a wrong auth token", Settings: map[string]any{"auth_token": "another-token-that-is-wrong"}},
				{Name: "no sender", Settings: map[string]any{"from": nil}},
			},
			Delivery: &conformance.FileDelivery{
				Action: "wo_assignment_pt_BR", Parameters: map[string]any{"template": sandbox.ContentSID("wo_assigned", "pt_BR")}, Recipient: "+35191{n}", Language: "pt-BR",
				Values: seven,
			},
			Sent:     sent,
			Callback: &conformance.FileCallback{Wait: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			file.Args = []string{"connector", "whatsapp"}
			text, err := json.Marshal(file)
			if err != nil {
				t.Fatal(err)
			}
			config := filepath.Join(t.TempDir(), "suite.json")
			if err := os.WriteFile(config, text, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, c := range suite(t, binary, config).Checks {
				if c.Status == conformance.Skipped && !strings.HasPrefix(c.Name, "provider/") && !(name == "meta" && strings.HasPrefix(c.Name, "receive/")) {
					t.Errorf("%s could not run: %s", c.Name, c.Reason)
				}
			}
		})
	}
}

func TestTheSuiteEndsWithOneWhenSomethingIsWrong(t *testing.T) {
	t.Parallel()
	notConnector, err := exec.LookPath("true")
	if err != nil {
		t.Skip("there is no program that only ends")
	}
	p := run(t, nil, "connector", "test", notConnector)
	if code := p.exit(t); code != 1 {
		t.Errorf("it ended with %d", code)
	}
	for _, says := range []string{"FAILED   start/handshake", "why:", "see:  plugins/README.md#", "2 failed"} {
		if out := p.out.String(); !strings.Contains(out, says) {
			t.Errorf("it does not say %q:\n%s", says, out)
		}
	}
	if errs := p.errs.String(); errs != "" {
		t.Errorf("it also says %s", errs)
	}
	for _, args := range [][]string{{}, {"/nonexistent"}, {binary, "--config", "/nonexistent"}, {binary, "more"}} {
		p := run(t, nil, append([]string{"connector", "test"}, args...)...)
		if code := p.exit(t); code != 1 || !strings.HasPrefix(p.errs.String(), "recado: ") || strings.Count(p.errs.String(), "\n") != 1 {
			t.Errorf("%q: it ended with %d and said %q", args, code, p.errs.String())
		}
	}
}

func TestAStrictSuiteTakesWhatWasNotTestedForFailed(t *testing.T) {
	t.Parallel()
	first := filepath.Join(t.TempDir(), "recado-connector-first")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", first, "../../plugins/sdk/testdata/first").CombinedOutput(); err != nil {
		t.Fatalf("it cannot be built: %v\n%s", err, out)
	}
	for want, more := range map[int][]string{0: nil, 1: {"--strict"}} {
		p := run(t, nil, append([]string{"connector", "test", first, "--deliveries", "500"}, more...)...)
		if code := p.exit(t); code != want || !strings.Contains(p.out.String(), "0 failed, 4 skipped") {
			t.Errorf("%q: it ended with %d:\n%s", more, code, p.out.String())
		}
	}
}
