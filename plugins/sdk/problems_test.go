package sdk_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
)

func TestAProblemOfTheFlowStopsTheFlowAndAnyOtherOneTheDelivery(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]sdk.Outcome{
		"recipient":        {Kind: sdk.Rejected, Scope: sdk.ScopeDelivery},
		"values[2]":        {Kind: sdk.Rejected, Scope: sdk.ScopeDelivery},
		"parameters.text":  {Kind: sdk.Misconfigured, Scope: sdk.ScopeFlow},
		"parameters":       {Kind: sdk.Misconfigured, Scope: sdk.ScopeFlow},
		"action":           {Kind: sdk.Misconfigured, Scope: sdk.ScopeFlow},
		"settings.actions": {Kind: sdk.Rejected, Scope: sdk.ScopeDelivery},
	} {
		var found sdk.Problems
		found.Add("INVALID", path, "is wrong", "mend it")
		want.Path, want.Message, want.NextStep = path, path+" is wrong", "mend it"
		same(t, found[0].Outcome(), want)
	}
}

func TestParametersAreParsedOnceUntilThereAreTooMany(t *testing.T) {
	t.Parallel()
	var plans sdk.Plans[string]
	parsed := 0
	parse := func(action string, raw json.RawMessage) (*string, sdk.Problems) {
		parsed++
		if action == "bad" {
			return nil, sdk.Problems{{Path: "action"}}
		}
		s := action + string(raw)
		return &s, nil
	}
	ask := func(action, raw string) string {
		p, found := plans.Of(action, json.RawMessage(raw), parse)
		if len(found) > 0 {
			return fmt.Sprint(len(found))
		}
		return *p
	}
	for range 3 {
		same(t, []string{ask("a", "1"), ask("b", "1"), ask("a", "2"), ask("bad", "1")}, []string{"a1", "b1", "a2", "1"})
	}
	same(t, parsed, 3+3) // what has problems is parsed each time
	for i := range 300 {
		ask("many", fmt.Sprint(i))
	}
	before := parsed
	same(t, ask("a", "1"), "a1")
	same(t, parsed, before+1)
}
