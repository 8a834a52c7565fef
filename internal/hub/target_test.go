package hub_test

import (
	"slices"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

func TestATargetIsKnownAgainInAnotherVersion(t *testing.T) {
	t.Parallel()
	phone, second, mail := hub.FlowTarget{IntegrationKey: 1, Action: "send"}, hub.FlowTarget{IntegrationKey: 1, Action: "send"}, hub.FlowTarget{IntegrationKey: 2, Action: "mail"}
	for _, c := range []struct {
		name      string
		then, now []hub.FlowTarget
		want      []int
	}{
		{"of flows with one target it is the same one, whatever it is", []hub.FlowTarget{phone}, []hub.FlowTarget{mail}, []int{0}},
		{"at its place", []hub.FlowTarget{phone, mail}, []hub.FlowTarget{phone, mail}, []int{0, 1}},
		{"at another place", []hub.FlowTarget{phone, mail}, []hub.FlowTarget{mail, phone}, []int{1, 0}},
		{"one that came before it", []hub.FlowTarget{phone}, []hub.FlowTarget{mail, phone}, []int{1}},
		{"one that is gone", []hub.FlowTarget{phone, mail}, []hub.FlowTarget{phone}, []int{0, -1}},
		{"two alike keep their places", []hub.FlowTarget{phone, second}, []hub.FlowTarget{phone, second, mail}, []int{0, 1}},
		{"two alike moved on, each once", []hub.FlowTarget{phone, second}, []hub.FlowTarget{mail, phone, second}, []int{2, 1}},
	} {
		if got := hub.SameTargets(c.then, c.now); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestWhatHasAnOrderDependsOnTheIntegrationIfThereAreSeveralTargets(t *testing.T) {
	t.Parallel()
	d := &hub.FlowDefinition{Targets: []hub.FlowTarget{{IntegrationKey: 7}}, Settings: hub.FlowSettings{Ordering: hub.OrderedByRecord}}
	if got := d.OrderKey(0, "OT-1", "+5511999990001"); got != "OT-1" {
		t.Errorf("the key of a single target is %q", got)
	}
	d.Targets = append(d.Targets, hub.FlowTarget{IntegrationKey: 7}, hub.FlowTarget{IntegrationKey: 8})
	first, same, other := d.OrderKey(0, "OT-1", "a"), d.OrderKey(1, "OT-1", "b"), d.OrderKey(2, "OT-1", "c")
	if first != same || first == other || first == "" {
		t.Errorf("the keys are %q, %q and %q", first, same, other)
	}
	if d.Settings.Ordering = hub.OrderedNot; d.OrderKey(2, "OT-1", "a") != "" {
		t.Error("there is a key without an order")
	}
}
