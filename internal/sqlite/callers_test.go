package sqlite

import (
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

func TestACallerThatWasReadBeforeAChangeIsNotRememberedAfterIt(t *testing.T) {
	t.Parallel()
	var c callers
	_, epoch, _ := c.get(1)
	c.forget() // the change is committed while the old state is on its way
	c.put(1, hub.Caller{Group: &hub.Group{Version: 1}}, epoch)
	if _, _, ok := c.get(1); ok {
		t.Error("the old state is remembered")
	}
	_, epoch, _ = c.get(1)
	c.put(1, hub.Caller{Group: &hub.Group{Version: 2}}, epoch)
	if got, _, ok := c.get(1); !ok || got.Group.Version != 2 {
		t.Errorf("the new state is not: %v", got)
	}
}

func TestThereIsABoundToHowManyCallersAreRemembered(t *testing.T) {
	t.Parallel()
	var c callers
	for key := range int64(3 * maxCallers) {
		c.put(key, hub.Caller{}, 0)
	}
	if len(c.known) > maxCallers {
		t.Errorf("%d are remembered", len(c.known))
	}
}
