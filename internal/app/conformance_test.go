//go:build unix

package app_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk/conformance"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// Both providers of the built-in connector, through the command of the real binary, against the sandbox.
func TestTheBuiltInConnectorPassesTheSuite(t *testing.T) {
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
			p := run(t, nil, "connector", "test", binary, "--config", config, "--json", "--deliveries", "3000")
			code := p.exit(t)
			var r conformance.Report
			if err := json.Unmarshal([]byte(p.out.String()), &r); err != nil {
				t.Fatalf("the report is no JSON: %v\n%s", err, p.out.String())
			}
			for _, c := range r.Checks {
				if c.Status == conformance.Failed {
					t.Errorf("%s: %q", c.Name, c.Problems)
				}
				if c.Status == conformance.Skipped {
					t.Logf("%s was skipped: %s", c.Name, c.Reason)
				}
			}
			if code != 0 || r.Status != conformance.Passed || r.Counts[conformance.Passed] < 40 {
				t.Errorf("it ended with %d, and the report says %s: %v", code, r.Status, r.Counts)
			}
		})
	}
}
