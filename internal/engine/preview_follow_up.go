package engine

import (
	"github.com/recado-hub/recado/internal/hub"
)

// followUps says of the follow-ups of a preview what they wait to hear, and lets those go whose message would fail at once.
func (v *previewing) followUps(r *run, list []*hub.DeliveryPreview) {
	known := make(map[int64]*hub.DeliveryPreview, len(list))
	for _, d := range list {
		known[d.Key] = d
	}
	for _, d := range list { // a message comes before its follow-ups
		if d.State == hub.Pending && d.WaitingFor == hub.ReasonFollowUp {
			v.followUp(r, d, known)
		}
	}
}

func (v *previewing) followUp(r *run, d *hub.DeliveryPreview, known map[int64]*hub.DeliveryPreview) {
	var waits, not *hub.FollowUpVerdict
	for _, a := range r.awaited {
		of := known[a.FollowsKey]
		if a.DeliveryKey != d.Key || of == nil {
			continue
		}
		switch said := a.Judge(&of.Delivery, false, v.now); said.Step {
		case hub.FollowUpGoes:
			d.WaitingFor = ""
			if why := wouldFail(&d.Delivery); why != nil {
				d.State, d.DueAt = endOf(why), nil
			}
			return
		case hub.FollowUpWaits:
			waits = &said
		default:
			not = &said
		}
	}
	place := hub.Path("targets", d.Target, "followUp")
	switch {
	case waits != nil && wouldFail(&d.Delivery) == nil:
		d.Reason = &waits.Reason
		d.Reason.Path = place
	case waits == nil && not != nil:
		why := not.Reason
		why.Path = place
		d.State, d.Reason, d.DueAt, d.WaitingFor = hub.Suppressed, &why, nil, ""
	}
}
