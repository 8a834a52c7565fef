package auth

import (
	"sync"
	"time"
)

// Noting a use costs a write, so of each consumer it is done once in this time.
const useInterval = time.Minute

// maxUses bounds how many consumers are remembered; beyond it remembering begins anew, and the store still refuses to write more
// often.
const maxUses = 10_000

// uses remembers whose use was noted when.
type uses struct {
	mu    sync.Mutex
	noted map[int64]time.Time
}

// due says whether a consumer's use is to be noted, and takes it as noted then.
func (u *uses) due(consumer int64, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if last, ok := u.noted[consumer]; ok && now.Sub(last) < useInterval {
		return false
	}
	if u.noted == nil || len(u.noted) >= maxUses {
		u.noted = map[int64]time.Time{}
	}
	u.noted[consumer] = now
	return true
}
