package hub

// MaxTargets is how many targets a flow can have.
const MaxTargets = 10

// OrderKey is what a message through a target has in common with those that it must not overtake; empty if it may overtake all. Where a
// flow has several targets, only those through one integration have an order: what one of them waits for keeps no message of another.
func (d *FlowDefinition) OrderKey(target int, record, recipient string) string {
	key := d.Settings.OrderKey(record, recipient)
	if key == "" || len(d.Targets) < 2 {
		return key
	}
	return key + " " + ID(KindIntegration, d.Targets[target].IntegrationKey)
}

// SameTargets says for each target of a version of a flow which one of another version it is: the one at its place, if that sends by the
// same action of the same integration, else another one that does; -1 if there is none. Of flows with one target that is the same one,
// whatever it is.
func SameTargets(then, now []FlowTarget) []int {
	same, taken := make([]int, len(then)), make([]bool, len(now))
	if len(then) == 1 && len(now) == 1 {
		return same
	}
	alike := func(i, j int) bool {
		return then[i].IntegrationKey == now[j].IntegrationKey && then[i].Action == now[j].Action
	}
	for i := range then {
		if same[i] = -1; i < len(now) && alike(i, i) {
			same[i], taken[i] = i, true
		}
	}
	for i := range then {
		for j := 0; same[i] < 0 && j < len(now); j++ {
			if !taken[j] && alike(i, j) {
				same[i], taken[j] = j, true
			}
		}
	}
	return same
}
