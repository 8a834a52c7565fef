package engine

import (
	"context"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// Bounds of what is fetched.
const (
	maxFetched      = 10_000  // rows of one execution
	maxFetchedBytes = 8 << 20 // of all of them
	maxQuestions    = 50      // of one execution
	maxFetches      = 8       // executions that fetch at the same time: each may wait for a slow source
	maxFetchesOf    = 2       // of them, those that ask the same integration, so that one that is slow leaves room to others
	keepBatch       = 500     // rows that one transaction keeps
)

// fetchers are the executions whose rows are being fetched, each with the integration that it asks.
type fetchers struct {
	all sync.WaitGroup
	mu  sync.Mutex
	now map[int64]int64
}

// howFetched is what became of the wish to have the rows of an execution fetched.
type howFetched int

const (
	fetchNot      howFetched = iota // they come from no source
	fetchWaits                      // it has to wait for its turn or for a place
	fetchBegun                      // it has begun
	fetchUnderWay                   // it had begun before
)

// begin takes an execution up unless too many are; one that already is, is taken up no second time.
func (f *fetchers) begin(key, integration int64) howFetched {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, is := f.now[key]; is {
		return fetchUnderWay
	}
	same := 0
	for _, of := range f.now {
		if of == integration {
			same++
		}
	}
	if len(f.now) >= maxFetches || same >= maxFetchesOf {
		return fetchWaits
	}
	if f.now == nil {
		f.now = map[int64]int64{}
	}
	f.now[key] = integration
	return fetchBegun
}

func (f *fetchers) end(key int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.now, key)
}

// asks tells whether the rows of an execution that is to be read come from a source connector. A flow that events start fetches for what
// the occurrence, or whoever runs or replays it, named; any other one for its whole query, unless it was narrowed to records.
func (p *program) asks(exec *hub.Execution) bool {
	d := &p.flow.Definition
	return d.Source.Fetch != nil && (d.AsksAbout() || len(exec.Rows) == 0)
}

// fetches has the rows of an execution fetched beside the loop, if they are to be; when that ends, the loop looks again. Where messages
// have an order, an execution is not asked for before those that came before it.
func (e *Engine) fetches(ctx context.Context, exec *hub.Execution) (howFetched, error) {
	p, err := e.program(ctx, exec.FlowKey, exec.FlowVersion)
	if err != nil || !p.asks(exec) {
		return fetchNot, nil // reading it says what is wrong
	}
	if p.flow.Definition.Settings.Order() != hub.OrderedNot {
		before, err := e.db.ReadsBefore(ctx, exec.FlowKey, exec.Key)
		if err != nil || before {
			return fetchWaits, err
		}
	}
	how := e.fetching.begin(exec.Key, p.flow.Definition.Source.Fetch.IntegrationKey)
	if how == fetchBegun {
		e.fetching.all.Go(func() {
			err := e.readStill(ctx, exec)
			if err != nil && ctx.Err() == nil && !e.draining.Load() {
				e.log.Error("an execution could not be read; trying again", "execution", exec.ID(), "error", err)
				_ = pauseFor(ctx, retryLoop)
			}
			e.fetching.end(exec.Key)
			e.reread()
		})
	}
	return how, nil
}

// readStill reads an execution if it is still to be read now: a fetch of it may have ended since the loop found it, and what that decided
// stands, such as when its source is asked again.
func (e *Engine) readStill(ctx context.Context, exec *hub.Execution) error {
	still, err := e.db.ReadsNow(ctx, exec.Key)
	if err != nil || !still {
		return err
	}
	return e.readOrBury(ctx, exec)
}

func pauseFor(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// selectFetched is selectRows for a flow that fetches: its rows are among those that its source has now, or had when it was asked.
func (e *Engine) selectFetched(ctx context.Context, p *program, exec *hub.Execution) (out *toRead, why *hub.Reason, err error) {
	out = &toRead{}
	q, err := e.query(p, exec)
	if err != nil {
		return out, nil, err
	}
	if why, err = e.rights(ctx, p, q.needs...); why != nil || err != nil {
		return out, why, err
	}
	about, err := e.aboutRows(ctx, p, exec)
	if err != nil {
		return out, nil, err
	}
	if out.fetch, err = e.db.FetchForEngine(ctx, exec.Key); err != nil {
		return out, nil, err
	}
	if out.fetch == nil || out.fetch.DoneAt == nil {
		a := &fetching{e: e, p: p, exec: exec, about: about, Fetch: hub.Fetch{ExecutionKey: exec.Key}}
		if out.fetch != nil {
			a.Attempts = out.fetch.Attempts
		}
		out.fetch = &a.Fetch
		if why, err = a.fetch(ctx); why != nil || err != nil {
			return out, why, err
		}
	}
	kept, err := e.db.FetchedForEngine(ctx, exec.Key)
	if err != nil {
		return out, nil, err
	}
	then, err := e.asFetched(ctx, exec)
	if err != nil {
		return out, nil, err
	}
	out.take(kept, about, then)
	found, err := e.namedRows(ctx, p, q, out)
	if err != nil {
		return out, nil, err
	}
	out.names, why = found.names()
	return out, why, nil
}

// asFetched tells whether an execution replays another one on the rows as they were.
func (e *Engine) asFetched(ctx context.Context, exec *hub.Execution) (bool, error) {
	if exec.Trigger != hub.StartedByReplay {
		return false, nil
	}
	replay, err := e.db.ReplayForEngine(ctx, exec.Key)
	return replay != nil && replay.Records == hub.RecordsThen, err
}
