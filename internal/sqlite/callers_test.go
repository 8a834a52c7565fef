package sqlite

import (
	"fmt"
	"testing"
	"time"

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

func TestRevokedTokensInMemoryAreBoundedByThoseThatLive(t *testing.T) {
	t.Parallel()
	var r revocations
	now := time.Now()
	for i := range 10 * minSweep {
		now = now.Add(time.Second)
		r.add(fmt.Sprint("token ", i), now.Add(time.Minute), now)
	}
	if n := len(r.until); n > 2*minSweep || int64(n) != r.count.Load() {
		t.Errorf("%d are remembered, %d counted, of which 60 live", n, r.count.Load())
	}
	if !r.has(fmt.Sprint("token ", 10*minSweep-1)) || r.has("token 0") {
		t.Error("the last is forgotten, or the first is not")
	}
}
