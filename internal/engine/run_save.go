package engine

import "github.com/recado-hub/recado/internal/hub"

// errLost says that another worker has taken the execution up since it was read: this one finishes nothing.
var errLost = &hub.Error{Code: hub.CodeConflict, Message: "the execution was taken up by another worker"}

// save writes everything: the deliveries behind the state in which they were read, the execution behind its fence, the
// lines of the journal. errLost says that somebody was faster; nothing of a stored run is written then.
func (r *run) save() error {
	if r.made {
		if err := r.tx.ExecutionInsert(r.exec); err != nil {
			return err
		}
	}
	for _, it := range r.items {
		if err := r.saveItem(it); err != nil {
			return err
		}
	}
	if err := r.saveAwaited(); err != nil {
		return err
	}
	if !r.made {
		if err := r.saveExecution(); err != nil {
			return err
		}
	}
	for _, c := range r.lines {
		r.tx.Change(c)
	}
	return nil
}

// saveExecution writes a stored execution behind its fence. The database knows the same arrows as package hub: one that was
// taken up and comes to rest where no arrow leads at once passes RUNNING there as it does in the journal.
func (r *run) saveExecution() error {
	held := r.held
	if r.exec.State != r.was && !r.was.May(r.exec.State) {
		through, now := *r.exec, r.tx.Now()
		through.State, through.LeaseUntil = hub.Running, &now
		through.Outcome, through.WaitingFor, through.DueAt, through.ClosedAt = "", "", nil, nil
		if saved, err := r.tx.ExecutionSave(&through, held); err != nil || !saved {
			return orLost(err)
		}
		held = through.Claim
	}
	if saved, err := r.tx.ExecutionSave(r.exec, held); err != nil || !saved {
		return orLost(err)
	}
	return nil
}

func (r *run) saveItem(it *item) error {
	if it.made {
		if err := r.tx.DeliveryInsert(it.Delivery); err != nil {
			return err
		}
		return r.saveAbout(it)
	}
	if it.moved {
		if err := r.saveMoved(it); err != nil {
			return err
		}
		r.passOn(it)
	}
	if it.anew {
		if err := r.tx.DeliveryAddress(it.Delivery); err != nil {
			return err
		}
		return r.saveAbout(it)
	}
	return nil
}

// saveAbout writes which rows a message is about, unless its delivery says so by itself.
func (r *run) saveAbout(it *item) error {
	if it.about == nil || it.made && len(it.about) == 1 && it.about[0] == it.Record {
		return nil
	}
	return r.tx.DeliveryRowsSave(r.exec.Key, it.Key, it.about)
}

// saveMoved writes a stored delivery behind the state in which it was read. One that a receipt took from SENDING to further
// than ACCEPTED, or over FAILED to being sent again, passes that in the database, too.
func (r *run) saveMoved(it *item) error {
	from, tries := it.from, it.tries
	if it.State != from && !from.May(it.State) {
		via := hub.Accepted
		if !from.May(via) {
			via = hub.DeliveryFailed
		}
		through := *it.Delivery
		through.State, through.DueAt, through.WaitingFor = via, nil, ""
		if saved, err := r.tx.DeliverySave(&through, from, tries); err != nil || !saved {
			return orLost(err)
		}
		from, tries = via, it.Tries
	}
	if saved, err := r.tx.DeliverySave(it.Delivery, from, tries); err != nil || !saved {
		return orLost(err)
	}
	return nil
}

func orLost(err error) error {
	if err != nil {
		return err
	}
	return errLost
}
