package graph

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/quota"
)

// spend takes from what the caller may ask for in a minute, or refuses what is more. The header of an answer says what is left; a
// websocket has none.
func (h *handler) spend(v *visit, header http.Header, kind quota.Kind, n int) *hub.Error {
	if h.quota == nil {
		return nil
	}
	consumer, now := v.caller.Consumer, time.Now()
	err := h.quota.Take(consumer, kind, n, now)
	if policy := h.quota.Policy(consumer, now); policy != nil && header != nil {
		header["Ratelimit-Policy"], header["Ratelimit"] = policy, []string{h.quota.State(consumer, now)}
	}
	if err == nil {
		return nil
	}
	e := err.(*hub.Error) // Take has no other
	if header != nil {
		header.Set("Retry-After", strconv.Itoa(e.RetrySeconds()))
	}
	return e
}

// usedUp answers a request of a caller who has asked for too much in too short a time.
func (h *handler) usedUp(ctx context.Context, a *answer, v *visit, kind quota.Kind, n int) bool {
	err := h.spend(v, a.w.Header(), kind, n)
	if err == nil {
		return false
	}
	shaped := shape(err)
	shaped.Message = sentence(withVisit(ctx, v), err)
	a.fail(&refusal{http.StatusTooManyRequests, shaped, ""})
	return true
}
