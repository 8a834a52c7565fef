package engine

import (
	"fmt"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// hush leaves a delivery waiting while the flow's quiet hours last for its recipient, and says whether it did. A test message goes at
// any hour: whoever sends one looks at the telephone. One that would be too old when they are over waits until it is.
func (r *run) hush(p *program, it *item, recipient string, expires time.Time) bool {
	if p.silence == nil || it.Test {
		return false
	}
	at, why := p.silence.Until(recipient, r.tx.Now())
	if why == nil {
		return false
	}
	if at.After(expires) {
		at = expires
	}
	it.Reason = why
	it.wait(hub.ReasonQuietHours, at.UTC())
	return true
}

// quietly says of the messages of a preview which would wait for the end of the flow's quiet hours, and of all of them until when, as
// an obstacle.
func (v *previewing) quietly(p *program, list []*hub.DeliveryPreview) {
	if p.silence == nil {
		return
	}
	n := 0
	var first, last time.Time
	for _, d := range list {
		if d.State != hub.Pending || d.WaitingFor == hub.ReasonFollowUp {
			continue
		}
		at, why := p.silence.Until(d.Recipient, v.now)
		if why == nil {
			continue
		}
		if n++; first.IsZero() || at.Before(first) {
			first = at
		}
		if at.After(last) {
			last = at
		}
		if d.WaitingFor == "" {
			at = at.UTC()
			d.WaitingFor, d.DueAt = hub.ReasonQuietHours, &at
		}
	}
	if n == 0 {
		return
	}
	message := fmt.Sprintf("it is quiet for %d of the recipients: their messages would wait until %s", n, first.UTC().Format(time.RFC3339))
	if !last.Equal(first) {
		message = fmt.Sprintf("it is quiet for %d of the recipients: their messages would wait, the first until %s and the last until %s", n,
			first.UTC().Format(time.RFC3339), last.UTC().Format(time.RFC3339))
	}
	v.Obstacles = append(v.Obstacles, hub.Reason{Code: hub.ReasonQuietHours, Path: "settings.quietHours", Message: message})
}
