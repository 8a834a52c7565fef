package engine

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// questions are those that connectors are asked at the moment, and those on which they failed.
type questions struct {
	mu    sync.Mutex
	busy  map[int64]bool     // integrations about whose deliveries is asked now
	fail  map[int64]*failing // integrations whose connector could not answer
	mutes map[int64]mute
	wake  chan struct{}
}

// mute is whether the provider of one version of an integration cannot be asked: a connector may have several providers.
type mute struct {
	version int
	is      *atomic.Bool
}

// mute is shared by all that know this version of an integration, and begins anew when its settings change.
func (q *questions) mute(integration int64, version int) *atomic.Bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	m, ok := q.mutes[integration]
	if !ok || m.version != version {
		m = mute{version, new(atomic.Bool)}
		q.mutes[integration] = m
	}
	return m.is
}

// The bounds of questions: of how many integrations at once, and how long one whose connector could not answer is left alone.
const (
	mostQuestions   = 4
	questionFirst   = 10 * time.Second // doubles each time
	questionLongest = 10 * time.Minute
)

// begin takes a place for a question about an integration. When there is none, a time says when one that failed is asked again;
// otherwise whoever ends a question wakes the loop.
func (q *questions) begin(integration int64, now time.Time) (ok bool, next time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if f := q.fail[integration]; f != nil && now.Before(f.next) {
		return false, f.next
	}
	if q.busy[integration] || len(q.busy) >= mostQuestions {
		return false, time.Time{}
	}
	q.busy[integration] = true
	return true, time.Time{}
}

// end gives the place back, and notes whether the connector could answer.
func (q *questions) end(integration int64, failed bool, now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.busy, integration)
	if !failed {
		delete(q.fail, integration)
	} else {
		f := q.fail[integration]
		if f == nil {
			f = &failing{}
			q.fail[integration] = f
		}
		f.next = now.Add(min(questionFirst<<min(f.times, 10), questionLongest))
		f.times++
	}
	signal(q.wake)
}

// askSoon wakes the loop that asks.
func (e *Engine) askSoon() { signal(e.questions.wake) }

// ask is the loop that has connectors ask their providers what became of deliveries.
func (e *Engine) ask(ctx context.Context) {
	e.loop(ctx, "lookup", e.questions.wake, retryLoop, e.askDue)
}

// askDue begins every question whose time has come, and says when the next one's comes.
func (e *Engine) askDue(ctx context.Context) (next time.Time, err error) {
	if e.draining.Load() {
		return time.Time{}, nil
	}
	times, err := e.db.LookupTimes(ctx)
	if err != nil {
		return time.Time{}, err
	}
	slices.SortFunc(times, func(a, b sqlite.LookupTime) int { return a.At.Compare(b.At) })
	rules := e.now()
	for _, t := range times {
		at, err := e.askIntegration(ctx, rules, t)
		if err != nil {
			return time.Time{}, err
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, nil
}

// askIntegration begins the question about an integration, if it is time for it. A time says when to look at it again; without one,
// whatever it waits for wakes the loop.
func (e *Engine) askIntegration(ctx context.Context, rules *rules, t sqlite.LookupTime) (next time.Time, err error) {
	in, err := e.integration(ctx, rules, t.IntegrationKey)
	if err != nil {
		return time.Time{}, err
	}
	if in == nil {
		return time.Time{}, e.askNoMore(ctx, t.IntegrationKey)
	}
	connector, now := e.connectors.Connector(in.Connector), time.Now()
	switch {
	case connector == nil || connector.State != hub.ConnectorReady:
		return time.Time{}, nil
	case !connector.Capabilities.Lookup || in.mute.Load():
		return time.Time{}, e.askNoMore(ctx, t.IntegrationKey)
	case t.At.After(now):
		return t.At, nil
	}
	ok, next := e.questions.begin(in.Key, now)
	if !ok {
		return next, nil
	}
	e.loops.Go(func() {
		err := e.askBatch(ctx, in)
		if err != nil && ctx.Err() == nil {
			e.log.Warn("a connector could not say what became of messages; it is asked again later", "integration", in.ID(), "error", err)
		}
		e.questions.end(in.Key, err != nil, time.Now())
	})
	return time.Time{}, nil
}

// askNoMore forgets about deliveries whose provider cannot be asked.
func (e *Engine) askNoMore(ctx context.Context, integration int64) error {
	for {
		n := 0
		err := e.db.Write(ctx, func(tx *sqlite.Tx) (err error) {
			n, err = tx.LookupsForget(integration, recoverBatch)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// askBatch asks about as many deliveries of an integration as a connector takes at once, outside of any transaction, and applies the
// answers in one.
func (e *Engine) askBatch(ctx context.Context, in *integration) error {
	due, err := e.db.LookupsDue(ctx, in.Key, time.Now(), hub.MaxLookup)
	if err != nil || len(due) == 0 {
		return err
	}
	answers, err := e.lookUp(ctx, in, due)
	if hub.CodeOf(err) == hub.CodeNotFound {
		in.mute.Store(true)
		return e.askNoMore(ctx, in.Key)
	}
	if err != nil {
		return err
	}
	err = e.answer(ctx, due, answers)
	if err == nil || hub.CodeOf(err) != hub.CodeInternal {
		return err
	}
	for i := range due { // one that cannot be settled holds up no other
		if err := e.answer(ctx, due[i:i+1], answers); err != nil {
			e.log.Error("the answer about a delivery could not be applied; its provider is not asked again", "delivery", due[i].ID(), "error", err)
			if err := e.db.Write(ctx, func(tx *sqlite.Tx) error { return tx.DeliveryLookup(due[i].Key, nil) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookUp asks a connector about deliveries.
func (e *Engine) lookUp(ctx context.Context, in *integration, asked []sqlite.Asked) (map[int64]hub.LookupAnswer, error) {
	items := make([]hub.LookupItem, len(asked))
	for i, a := range asked {
		items[i] = hub.LookupItem{Key: a.Key, ProviderID: a.ProviderID, Recipient: a.Recipient, SentAt: a.SentAt}
		if a.Earlier { // what became of that message is known, and is not asked
			items[i].ProviderID = ""
		}
	}
	e.stats.lookups.Add(int64(len(items)))
	list, err := e.connectors.Lookup(ctx, in.open, items)
	answers := make(map[int64]hub.LookupAnswer, len(list))
	for _, a := range list {
		answers[a.Key] = a
	}
	return answers, err
}

// answer applies answers in one transaction. One that is missing is as good as undecided.
func (e *Engine) answer(ctx context.Context, asked []sqlite.Asked, answers map[int64]hub.LookupAnswer) error {
	err := e.db.Write(ctx, func(tx *sqlite.Tx) error {
		for _, a := range asked {
			if err := e.answerOne(ctx, tx, a.Delivery, answers[a.Key]); err != nil {
				return err
			}
		}
		return nil
	})
	e.nudge()
	return err
}

// answerOne applies what a provider says of a delivery. asked is the delivery as it was when the question began: an answer about an
// earlier attempt says nothing of the next one, and who was faster meanwhile, a receipt or a person, is not contradicted.
func (e *Engine) answerOne(ctx context.Context, tx *sqlite.Tx, asked *hub.Delivery, a hub.LookupAnswer) error {
	d, err := tx.Delivery(asked.Key)
	if err != nil || d == nil || d.Tries != asked.Tries {
		return err
	}
	switch {
	case a.State == hub.LookupFound:
		err = e.found(tx, d, a)
	case a.State == hub.LookupNotFound && d.State == hub.Unknown:
		err = e.neverTaken(ctx, tx, d, a)
	}
	if err != nil {
		return err
	}
	if d, err = tx.Delivery(asked.Key); err != nil || d.LookupAt == nil || d.LookupAt.After(tx.Now()) {
		return err
	}
	return tx.DeliveryLookup(d.Key, hub.NextLookup(d.State, d.UpdatedAt, tx.Now()))
}

// found settles a delivery that the provider has, and keeps what it says of it as receipts.
func (e *Engine) found(tx *sqlite.Tx, d *hub.Delivery, a hub.LookupAnswer) error {
	if before, err := ofEarlier(tx, d, a.ProviderID); before || err != nil {
		return err
	}
	if d.State == hub.Unknown || d.ProviderID == "" && a.ProviderID != "" {
		cause := hub.Reason{Code: hub.ReasonLookup, Message: a.Message}
		if err := e.amend(tx, d.ExecutionKey, cause, func(r *run) error {
			it := r.find(d.Key)
			if a.ProviderID != "" && (it.ProviderID == "" || it.State == hub.Unknown) { // else that of an earlier attempt would stay
				it.ProviderID, it.moved = a.ProviderID, true
			}
			if it.State == hub.Unknown {
				it.Reason = nil
				r.move(it, hub.Accepted, cause)
				r.look(it)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	for _, rc := range a.Receipts {
		rc.ReceivedAt = tx.Now()
		if rc.At.IsZero() {
			rc.At = rc.ReceivedAt
		}
		if err := e.keepReceipt(tx, d.IntegrationKey, d, rc); err != nil {
			return err
		}
	}
	if d.ProviderID == a.ProviderID {
		return nil
	}
	return e.adopt(tx, d, a.ProviderID)
}

// ofEarlier says whether a message of the provider is that of an earlier attempt at an UNKNOWN delivery: it failed, else there would have been
// no other.
func ofEarlier(tx *sqlite.Tx, d *hub.Delivery, providerID string) (bool, error) {
	if d.State != hub.Unknown || d.Tries <= 1 || providerID == "" {
		return false, nil
	}
	of, err := tx.AttemptOfProvider(d.Key, providerID)
	if err != nil || of > 0 {
		return of < d.Tries, err
	}
	return tx.SaidFailed(d.Key, providerID)
}

// neverTaken has a delivery sent again that its provider certainly never took, within the bounds of its flow: nobody is messaged twice by
// that. One whose flow version cannot run any more stays UNKNOWN.
func (e *Engine) neverTaken(ctx context.Context, tx *sqlite.Tx, d *hub.Delivery, a hub.LookupAnswer) error {
	settings, err := e.settings(ctx, d.FlowKey, d.FlowVersion)
	if err != nil || settings == nil {
		return err
	}
	if err := e.aged(tx, d); err != nil {
		return err
	}
	message := a.Message
	if message == "" {
		message = "the provider never took the message"
	}
	decision := hub.NeverTaken(d.Attempts, d.Since(), message, *settings, tx.Now(), rand.Float64())
	return e.amend(tx, d.ExecutionKey, decision.Reason, func(r *run) error {
		it := r.find(d.Key)
		it.Reason = &decision.Reason
		r.move(it, decision.State, decision.Reason)
		if decision.State == hub.Pending {
			it.WaitingFor, it.DueAt = hub.ReasonRetry, &decision.DueAt
		}
		return nil
	})
}

// look has the provider of a delivery asked later what became of it.
func (r *run) look(it *item) {
	it.LookupAt = hub.NextLookup(it.State, it.UpdatedAt, r.tx.Now())
	if it.State == hub.Unknown {
		r.tx.AfterCommit(r.e.askSoon)
	}
}

// askable says whether the provider behind an integration can be asked, or may turn out to be: at the start no connector has described
// itself yet.
func (e *Engine) askable(ctx context.Context, integration int64) bool {
	in, err := e.integration(ctx, e.now(), integration)
	if err != nil || in == nil {
		return false
	}
	c := e.connectors.Connector(in.Connector)
	return c == nil || c.Version == "" || c.Capabilities.Lookup && !in.mute.Load()
}
