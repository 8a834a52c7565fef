package engine

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/feed"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
	"github.com/recado-hub/recado/internal/trace"
)

// Connectors is what the engine needs of connector processes.
type Connectors interface {
	// List is every connector that is known, as it is now. The connectors are the caller's own copies, but not what they refer to.
	List() []*hub.Connector
	// Connector is one of them by name, nil if it is not known.
	Connector(name string) *hub.Connector
	// Check asks whether the settings of an integration can be used: nothing, problems or warnings.
	Check(ctx context.Context, in hub.OpenIntegration) ([]hub.Problem, error)
	// Preview says what exactly would be sent, and has nothing sent. NOT_FOUND says that the connector shows no previews, another
	// error that it cannot be asked.
	Preview(ctx context.Context, in hub.OpenIntegration, d hub.Handover) (*hub.MessagePreview, error)
	// Send hands a batch over without waiting for the connector. An error says that nothing of it left. After nil, each of
	// the batch gets exactly one Outcome, given to Engine.Outcomes.
	Send(in hub.OpenIntegration, batch []hub.Handover) error
	// CheckAction asks whether an intended use of an action would work: nothing, problems or warnings. An error says that the
	// connector cannot be asked.
	CheckAction(ctx context.Context, in hub.OpenIntegration, use hub.ActionUse) ([]hub.Problem, error)
	// Lookup asks what became of at most hub.MaxLookup deliveries; an answer may be missing. An error says that the connector cannot
	// be asked, NOT_FOUND that it never can.
	Lookup(ctx context.Context, in hub.OpenIntegration, items []hub.LookupItem) ([]hub.LookupAnswer, error)
	// Query asks a source connector for rows, and hands on each page; an error of page ends it. INVALID, with problems, says that it
	// cannot use the settings or the query; another error that it cannot be asked now.
	Query(ctx context.Context, in hub.OpenIntegration, q hub.SourceQuery, page func([]json.RawMessage) error) error
	// Receive has a callback verified and translated. An error says that the connector cannot be asked.
	Receive(ctx context.Context, in hub.OpenIntegration, cb hub.Callback) (*hub.Reception, error)
	// Restart has another process of a connector take over, without cutting off what the one before has begun.
	Restart(name string) error
	// Directory is the place of third parties' connectors; nil if there is none.
	Directory() *hub.PluginsDirectory
}

// Options are what an engine is made of.
type Options struct {
	DB         *sqlite.DB
	Catalog    *catalog.Catalog
	Feed       *feed.Feed
	Connectors Connectors
	Log        *slog.Logger
	Tracer     *trace.Tracer // nil: nobody collects spans
	PublicURL  string        // where providers reach the hub: "https://hub.example.com"

	// SendTimeout is how long a connector has for one delivery; 0 means 30 s.
	SendTimeout time.Duration
}

// Engine runs. Make one with New, begin with Start, end with Drain.
type Engine struct {
	db          *sqlite.DB
	catalog     *catalog.Catalog
	feed        *feed.Feed
	connectors  Connectors
	log         *slog.Logger
	tracer      *trace.Tracer
	publicURL   string
	sendTimeout time.Duration

	rules    atomic.Pointer[rules]
	programs sync.Map // programKey → *program
	schemas  sync.Map // schemaKey → *jsonschema.Schema
	pipes    pipes
	pacer    pacer
	pauses   pauses
	breakers breakers
	shown    queueReader
	turn     int64             // the flow that was served last when flows took turns; for the loop that takes up executions
	behind   map[int64]*behind // by flow, how far it was looked through; for the same loop
	results  results
	stats    stats
	meters   meters

	derivations map[string]*derivations // by record type; it never changes
	referred    map[string]bool         // record types that others refer to
	clock       clock

	connectorMu     sync.Mutex
	connectorsSeen  map[string]connectorSeen // as last journalled
	connectorMissed bool                     // one is not as it was last journalled

	fetching  fetchers
	reader    int64     // the flow that was read for last; for the loop that reads
	questions questions // about what became of deliveries

	failing map[int64]failing // callbacks on which their connector fails; for the loop that works them off

	wake     chan struct{} // something may be due
	tending  chan struct{} // a connector may be up again
	planning chan struct{} // a flow may run by itself earlier than was known
	reading  chan struct{} // the rows of an execution are to be read
	checking chan struct{} // a connector is to be asked again
	pruning  pruning       // for the loop that prunes
	draining atomic.Bool
	stop     context.CancelFunc
	loops    sync.WaitGroup
}

// leaseGrace is how much longer than a connector's deadline an execution is held before its worker is taken for lost.
const leaseGrace = 30 * time.Second

// New makes an engine; it does nothing until Start.
func New(o Options) *Engine {
	e := &Engine{db: o.DB, catalog: o.Catalog, feed: o.Feed, connectors: o.Connectors, log: o.Log, tracer: o.Tracer, publicURL: o.PublicURL,
		sendTimeout: o.SendTimeout, wake: make(chan struct{}, 1), tending: make(chan struct{}, 1),
		planning: make(chan struct{}, 1), reading: make(chan struct{}, 1), checking: make(chan struct{}, 1)}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.sendTimeout == 0 {
		e.sendTimeout = 30 * time.Second
	}
	e.pacer = newPacer()
	e.breakers.by = map[int64]*hub.Breaker{}
	e.pipes.flights = map[int64]*flight{}
	e.pipes.busy, e.pipes.limits, e.pipes.crowds = map[int64]int{}, map[int64]int{}, map[int64]int64{}
	e.meters.attempts = map[string]*attemptMeters{}
	e.connectorsSeen, e.failing = map[string]connectorSeen{}, map[int64]failing{}
	e.results.more = make(chan struct{}, 1)
	e.clock.wake = make(chan struct{}, 1)
	e.questions = questions{busy: map[int64]bool{}, fail: map[int64]*failing{}, mutes: map[int64]mute{}, wake: make(chan struct{}, 1)}
	e.referred = referredTypes(e.catalog)
	var err error
	if e.derivations, err = e.compileDerivations(); err != nil {
		panic("the catalogue is wrong: " + err.Error()) // a test holds that it is not
	}
	return e
}

// Connect gives the engine its connectors, when they need the engine to be made first.
func (e *Engine) Connect(c Connectors) { e.connectors = c }

// Start settles what a crash left behind and begins to work.
func (e *Engine) Start(ctx context.Context) error {
	if err := e.recover(ctx); err != nil {
		return err
	}
	if err := e.indexRecords(ctx); err != nil {
		return err
	}
	if err := e.db.Write(ctx, func(tx *sqlite.Tx) error {
		waiting, err := tx.HasWaitingReceipts()
		e.stats.orphans.Store(waiting)
		if err != nil {
			return err
		}
		return e.loadPauses(tx)
	}); err != nil {
		return err
	}
	ctx, e.stop = context.WithCancel(context.WithoutCancel(ctx))
	for _, loop := range []func(context.Context){e.work, e.settle, e.tend, e.plan, e.read, e.tick, e.ask, e.recheck, e.prune} {
		e.loops.Go(func() { loop(ctx) })
	}
	return nil
}

// Drain ends the engine in two steps: from its call on nothing new is accepted or started; end, which the caller hands in,
// is to wait for the connectors to answer what they have; then the loops stop after the last outcome is committed.
func (e *Engine) Drain(ctx context.Context, end func(context.Context) error) error {
	e.draining.Store(true)
	// Transactions run one after the other: behind this one, none begins anything. A database that cannot write begins nothing.
	_ = e.db.Write(ctx, func(*sqlite.Tx) error { return nil })
	var err error
	if end != nil {
		err = end(ctx)
	}
	if e.stop != nil {
		e.stop()
		e.loops.Wait()
	}
	return errors.Join(err, e.settleRest(ctx))
}

// errDraining refuses work while the hub shuts down.
var errDraining = &hub.Error{Code: hub.CodeUnavailable, Message: "the hub is shutting down; try again in a moment"}

// Ready says whether occurrences are accepted: nil, or what stands in the way.
func (e *Engine) Ready(ctx context.Context) error {
	if e.draining.Load() || e.stop == nil {
		return errDraining
	}
	return e.db.Ready(ctx)
}

// nudge wakes the worker; it never blocks.
func (e *Engine) nudge() { signal(e.wake) }

type stats struct {
	callbacksRefused atomic.Int64
	receiptsForeign  atomic.Int64
	receiptsUnknown  atomic.Int64
	lookups          atomic.Int64
	orphans          atomic.Bool // receipts wait for their delivery to become known
}

// Stats are counters since the start of the process.
type Stats struct {
	CallbacksRefused int64 // callbacks whose signature did not hold; nothing of them was kept
	ReceiptsForeign  int64 // receipts of deliveries about which their callback proves nothing: of an integration with another secret; not kept
	ReceiptsUnknown  int64 // receipts of messages that are not of this hub; not kept
	Lookups          int64 // questions to providers what became of a delivery
	InFlight         int   // deliveries that connectors work on
}

// Stats reads the counters.
func (e *Engine) Stats() Stats {
	return Stats{CallbacksRefused: e.stats.callbacksRefused.Load(), ReceiptsForeign: e.stats.receiptsForeign.Load(),
		ReceiptsUnknown: e.stats.receiptsUnknown.Load(), Lookups: e.stats.lookups.Load(), InFlight: e.pipes.total()}
}
