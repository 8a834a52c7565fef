//go:build unix

package sdk_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// child is this test binary as a connector.
func child(t *testing.T, wire func(sdk.WireMessage)) *sdk.Running {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r, err := sdk.Program{Command: []string{self}, Env: []string{"SDK_TEST_ROLE=connector"}, Wire: wire}.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Stop)
	return r
}

func TestAProgramIsStartedAskedAndStopped(t *testing.T) {
	t.Setenv("RECADO_SECRETS_KEY", "the-hub's-own-secret")
	r := child(t, nil)
	d, err := r.Describe(t.Context())
	if err != nil || d.Name != "child" {
		t.Fatalf("it describes itself as %q, %v", d.Name, err)
	}
	o := sendOne(t, r.Client, sdk.Integration{ID: "int_1"}, sdk.Delivery{ID: "dlv_1", Attempt: 1, Action: "env"})
	if !strings.Contains(o.Message, "PATH=") || strings.Contains(o.Message, "the-hub's-own-secret") {
		t.Errorf("its environment is\n%s", o.Message)
	}
	r.Stop()
	if !r.Exited() {
		t.Error("it runs on after Stop")
	}
}

func TestWhatGoesOverTheWireIsShownBothWaysWithoutSecrets(t *testing.T) {
	t.Parallel()
	var seen []sdk.WireMessage
	r := child(t, func(m sdk.WireMessage) { seen = append(seen, m) })
	const secret = "EAAB-not-for-eyes"
	in := sdk.Integration{ID: "int_1", Settings: json.RawMessage(`{"path":"x"}`), Secrets: map[string]string{"token": secret, "pin": "12"}}
	sendOne(t, r.Client, in, sdk.Delivery{ID: "dlv_1", Attempt: 1, Action: "env", Recipient: secret, Parameters: json.RawMessage(`{"a":[1]}`)})
	if _, err := r.Check(t.Context(), in); err == nil {
		t.Fatal("a connector that has no Check answered it")
	}
	all, err := json.Marshal(seen)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(all), secret) || strings.Contains(string(all), `"12"`) {
		t.Errorf("a secret is shown: %s", all)
	}
	for _, want := range []string{
		`"message":{"open":{"id":"int_1","settings_json":{"path":"x"},"secrets":{"pin":"***","token":"***"}}}`,
		`"message":{"opened":{"in_flight":256}}`,
		`"parameters_json":{"a":[1]},"recipient":"***"`,
		`"kind":"OUTCOME_KIND_REJECTED"`,
		`"call":"Check","status":"Unimplemented: the connector does not offer this"`,
		`"call":"Deliver","status":"OK"`,
	} {
		if !strings.Contains(string(all), want) {
			t.Errorf("%s is not shown in %s", want, all)
		}
	}
	if !seen[0].ToConnector || seen[1].ToConnector {
		t.Error("the directions are the wrong way round")
	}
}

func TestAProgramThatDoesNotShakeHandsIsExplained(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, says string }{
		"it ends with a last word": {"#!/bin/sh\necho 'no module named grpc' >&2\nexit 3\n", "no module named grpc"},
		"it prints something else": {"#!/bin/sh\necho Hello\nsleep 60\n", `is no handshake but "Hello"`},
		"it says nothing":          {"#!/bin/sh\nsleep 60\n", "timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "recado-connector-odd")
			if err := os.WriteFile(file, []byte(c.script), 0o700); err != nil {
				t.Fatal(err)
			}
			_, err := sdk.Program{Command: []string{file}, StartTimeout: time.Second}.Start()
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("it says %v, want %q", err, c.says)
			}
		})
	}
	if _, err := (sdk.Program{Command: []string{"/nonexistent/recado-connector-x"}}).Start(); err == nil {
		t.Error("a file that is not there was started")
	}
}

// sendOne opens a stream, sends one delivery and reads to the end.
func sendOne(t *testing.T, c *sdk.Client, in sdk.Integration, d sdk.Delivery) sdk.Outcome {
	t.Helper()
	s, err := c.OpenDeliver(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send([]sdk.Delivery{d}); err != nil {
		t.Fatal(err)
	}
	if err := s.CloseSend(); err != nil {
		t.Fatal(err)
	}
	o := receive(t, s, 1)[d.ID]
	if _, err := s.Recv(); !errors.Is(err, io.EOF) {
		t.Fatalf("the stream ended with %v", err)
	}
	return o
}
