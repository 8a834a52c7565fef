package host_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/host"
	"github.com/recado-hub/recado/internal/hub"
)

// A connector that was built against the contract as it was first published, and is kept as source.
func TestTheFirstConnectorStillWorks(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "recado-connector-first")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", binary, "../../plugins/sdk/testdata/first")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("it cannot be built: %v\n%s", err, out)
	}
	r := start(t, host.Options{Builtin: map[string][]string{"first": {binary}}, StartTimeout: patience})

	c := r.state(t, "first", hub.ConnectorReady, 0)
	if len(c.Actions) != 1 || c.Actions[0].Key != "append" || c.Capabilities.InFlight != 16 || len(c.Limits) != 1 {
		t.Errorf("it is described as %+v", c)
	}

	in := integration("first")
	file := filepath.Join(t.TempDir(), "lines")
	in.Settings = []byte(`{"file":"` + file + `"}`)
	if found, err := r.Check(t.Context(), in); err != nil || len(found) != 0 {
		t.Errorf("Check finds %+v, %v", found, err)
	}
	bad := in
	bad.Settings = []byte(`{}`)
	if found, err := r.Check(t.Context(), bad); err != nil || len(found) != 1 || found[0].Path != "settings.file" {
		t.Errorf("Check of bad settings finds %+v, %v", found, err)
	}
	_, err := r.Preview(t.Context(), in, handovers("append", 99, 1)[0])
	if hub.CodeOf(err) == "" {
		t.Errorf("what it never offered answers %v", err)
	}

	batch := handovers("append", 1, 5, "one", "two")
	batch[1].Recipient, batch[2].Recipient, batch[3].Recipient, batch[4].Action = "", "later", "nobody knows", "other"
	if err := r.Send(in, batch); err != nil {
		t.Fatal(err)
	}
	want := []hub.Outcome{
		{Kind: hub.OutcomeAccepted, ProviderID: "line-" + hub.ID(hub.KindDelivery, 1)},
		{Kind: hub.OutcomeRejected, Path: "recipient", Scope: hub.ScopeRecipient},
		{Kind: hub.OutcomeRetry, RetryAfter: 7 * time.Second, Limit: "rate"},
		{Kind: hub.OutcomeUnknown},
		{Kind: hub.OutcomeMisconfigured, Path: "action", Scope: hub.ScopeFlow},
	}
	for i, w := range want {
		o := r.outcome(t, int64(i+1))
		if o.Kind != w.Kind || o.ProviderID != w.ProviderID || o.Path != w.Path || o.RetryAfter != w.RetryAfter || o.Limit != w.Limit || w.Scope != "" && o.Scope != w.Scope {
			t.Errorf("the outcome of %d is %+v, want %+v", i+1, o, w)
		}
	}
	if text, err := os.ReadFile(file); err != nil || strings.Count(string(text), "\n") != 1 {
		t.Errorf("the file has %q, %v", text, err)
	}
}

func TestAConnectorOfAnotherContractIsNamedWithWhatToDo(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: map[string][]string{
		"later": command("later", "contract=2"), "earlier": command("earlier", "contract=0"), "fine": command("fine"),
	}, StartTimeout: patience})
	for name, says := range map[string][]string{
		"later":   {"version 2 of the connector contract", "speaks 1", "too new", "update Recado"},
		"earlier": {"version 0 of the connector contract", "speaks 1", "too old", "newer version of it"},
	} {
		c := r.state(t, name, hub.ConnectorBackoff, 0)
		for _, s := range says {
			if !strings.Contains(c.Problem, s) {
				t.Errorf("the problem of the connector %s does not say %q: %s", name, s, c.Problem)
			}
		}
	}
	r.state(t, "fine", hub.ConnectorReady, 0)
	// Between two starts it is known why; during one it is merely starting.
	eventually(t, "a delivery is refused with the reason", func() bool {
		err := r.Send(integration("later"), handovers("ok", 1, 1))
		if err == nil {
			t.Fatal("a delivery was taken for a connector that cannot be used")
		}
		return strings.Contains(err.Error(), "too new")
	})
}
