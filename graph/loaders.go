package graph

import (
	"context"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// loading is how loaders read.
type loading struct {
	gather   time.Duration // how long they wait for more keys before they read
	remember bool          // they keep what they have read, as long as they live
}

// The objects of a list are resolved side by side, so their keys come within microseconds of each other; a query pays the wait
// ([Options.Gather]) once for each level of links, and remembers. What a mutation has read may have changed by the next of its acts. In a subscription each item has few links of its own, and
// changes until the next; a subscriber that catches up pays the wait for every one of them.
var (
	ofMutation     = loading{500 * time.Microsecond, false}
	ofSubscription = loading{20 * time.Microsecond, false}
)

// maxBatch is the most keys of one read.
const maxBatch = 1000

// loaders read the objects that other objects link to, many at a time. They live as long as one operation.
type loaders struct {
	groups       loader[int64, *hub.Group]
	consumers    loader[int64, *hub.Consumer]
	integrations loader[int64, *hub.Integration]
	flows        loader[int64, *hub.Flow]
	flowVersions loader[hub.FlowVersionKey, *hub.FlowVersion]
	events       loader[int64, *hub.Event]
	occurrences  loader[int64, *hub.Occurrence] // without their payloads
	payloads     loader[int64, *hub.Occurrence] // with them
	executions   loader[int64, *hub.Execution]
	deliveries   loader[int64, *hub.Delivery]
	records      loader[int64, *hub.Record]
	auditEntries loader[int64, *hub.AuditEntry]
	suppressions loader[int64, *hub.Suppression]

	deliveriesOf loader[int64, []*hub.Delivery] // of an execution
	attemptsOf   loader[int64, []hub.Attempt]   // of a delivery
	receiptsOf   loader[int64, []hub.Receipt]   // of a delivery
	followsOf    loader[int64, []*hub.Awaited]  // of a delivery: what it follows up
	followUpsOf  loader[int64, []*hub.Awaited]  // of a delivery: what follows it up
	timelinesOf  loader[int64, []hub.Change]    // of an execution
	lastRuns     loader[int64, *hub.Execution]  // of a flow
	timings      loader[int64, *hub.Timing]     // of a flow
	replays      loader[int64, *hub.Replay]     // of an execution: what it replays
	collections  loader[int64, *hub.Collection] // of an execution: what it gathers
	fetches      loader[int64, *hub.Fetch]      // of an execution: what became of asking its source

	retentions loader[int64, *hub.FlowRetention] // of a flow
	versionsOf loader[int64, []*hub.FlowVersion] // a flow

	consumersIn    nested[*hub.Consumer]      // a group
	suppressionsBy nested[*hub.Suppression]   // an integration
	flowHistories  nested[*hub.FlowVersion]   // of a flow
	replaysOf      nested[*hub.Execution]     // an execution
	collectedIn    nested[*hub.Occurrence]    // an execution that gathers
	histories      nested[*hub.RecordVersion] // of a record

	flowProblems  loader[*hub.Flow, []hub.Problem] // warnings too
	eventProblems loader[*hub.Event, []hub.Problem]
	checkedAt     loader[*hub.Flow, *time.Time]
}

func newLoaders(db *sqlite.DB, e *engine.Engine, l loading) *loaders {
	return &loaders{
		groups:       newLoader(byKeys(db.GroupsByKey), l),
		consumers:    newLoader(byKeys(db.ConsumersByKey), l),
		integrations: newLoader(byKeys(db.IntegrationsByKey), l),
		flows:        newLoader(byKeys(db.FlowsByKey), l),
		flowVersions: newLoader(read[hub.FlowVersionKey, *hub.FlowVersion](db.FlowVersionsByKey), l),
		events:       newLoader(byKeys(db.EventsByKey), l),
		occurrences:  newLoader(byKeys(db.BareOccurrencesByKey), l),
		payloads:     newLoader(byKeys(db.OccurrencesByKey), l),
		executions:   newLoader(byKeys(db.ExecutionsByKey), l),
		deliveries:   newLoader(byKeys(db.DeliveriesByKey), l),
		records:      newLoader(byKeys(db.RecordsByKey), l),

		auditEntries: newLoader(byKeys(db.AuditEntriesByKey), l),
		suppressions: newLoader(byKeys(db.SuppressionsByKey), l),

		deliveriesOf: newLoader(listsOf(db.DeliveriesOf), l),
		timelinesOf:  newLoader(listsOf(db.TimelinesOf), l),
		attemptsOf:   newLoader(listsOf(db.AttemptsOf), l),
		receiptsOf:   newLoader(listsOf(db.ReceiptsOf), l),
		followsOf:    newLoader(listsOf(db.FollowsOf), l),
		followUpsOf:  newLoader(listsOf(db.FollowUpsOf), l),
		lastRuns:     newLoader(byKeys(db.LastRuns), l),
		timings:      newLoader(byKeys(db.Timings), l),
		replays:      newLoader(byKeys(db.ReplaysByKey), l),
		collections:  newLoader(byKeys(db.CollectionsByKey), l),
		fetches:      newLoader(byKeys(db.FetchesByKey), l),

		retentions: newLoader(byKeys(db.FlowRetentions), l),
		versionsOf: newLoader(listsOf(db.FlowVersionsOf), l),

		consumersIn:    newNested(unnarrowed(db.ConsumersOf), l),
		suppressionsBy: newNested(suppressionsOf(db), l),
		flowHistories:  newNested(unnarrowed(db.FlowHistories), l),
		replaysOf:      newNested(unnarrowed(db.ReplaysOf), l),
		collectedIn:    newNested(unnarrowed(db.CollectedOf), l),
		histories:      newNested(unnarrowed(db.RecordHistories), l),

		flowProblems:  newLoader(read[*hub.Flow, []hub.Problem](e.FlowsProblems), l),
		eventProblems: newLoader(read[*hub.Event, []hub.Problem](e.EventsProblems), l),
		checkedAt:     newLoader(read[*hub.Flow, *time.Time](e.FlowsCheckedAt), l),
	}
}

// loader reads values by their keys, many at a time.
type loader[K comparable, V any] struct {
	*dataloader.Loader[K, V]
}

// read reads the values of distinct keys: one for each, in their order.
type read[K comparable, V any] func(context.Context, hub.Caller, []K) ([]V, error)

func newLoader[K comparable, V any](values read[K, V], l loading) loader[K, V] {
	return batches(func(ctx context.Context, keys []K) []*dataloader.Result[V] { return answers(ctx, keys, values) }, l)
}

// batches makes a loader of what reads a batch.
func batches[K comparable, V any](batch dataloader.BatchFunc[K, V], l loading) loader[K, V] {
	options := []dataloader.Option[K, V]{dataloader.WithWait[K, V](l.gather), dataloader.WithBatchCapacity[K, V](maxBatch)}
	if !l.remember {
		options = append(options, dataloader.WithCache(&dataloader.NoCache[K, V]{}))
	}
	return loader[K, V]{dataloader.NewBatchedLoader(batch, options...)}
}

// answers reads the values of keys, in their order.
func answers[K comparable, V any](ctx context.Context, keys []K, values read[K, V]) []*dataloader.Result[V] {
	visitOf(ctx).batches.Add(1)
	distinct, place := distinct(keys)
	list, err := values(ctx, caller(ctx), distinct)
	results := make([]*dataloader.Result[V], len(keys))
	for i := range keys {
		results[i] = &dataloader.Result[V]{Error: err}
		if err == nil {
			results[i].Data = list[place[i]]
		}
	}
	return results
}

// distinct lists each key once, and says for each of the given ones where it stands in that list.
func distinct[K comparable](keys []K) (list []K, place []int) {
	seen := make(map[K]int, len(keys))
	place = make([]int, len(keys))
	for i, k := range keys {
		at, known := seen[k]
		if !known {
			at = len(list)
			seen[k], list = at, append(list, k)
		}
		place[i] = at
	}
	return list, place
}

// byKeys is a read of objects: nil where one is missing or may not be seen.
func byKeys[V any](get func(context.Context, hub.Caller, []int64) ([]V, error)) read[int64, V] {
	return get
}

// listsOf is a read of what belongs to objects.
func listsOf[V any](get func(context.Context, hub.Caller, []int64) (map[int64][]V, error)) read[int64, []V] {
	return func(ctx context.Context, c hub.Caller, keys []int64) ([][]V, error) {
		found, err := get(ctx, c, keys)
		if err != nil {
			return nil, err
		}
		lists := make([][]V, len(keys))
		for i, k := range keys {
			lists[i] = found[k]
		}
		return lists, nil
	}
}

// one reads a linked object; nil for the key 0, which stands for no link.
func (l loader[K, V]) one(ctx context.Context, key K) (V, error) {
	var none K
	if key == none {
		var nothing V
		return nothing, nil
	}
	return l.Load(ctx, key)()
}

// many reads linked objects, in the order of the keys.
func (l loader[K, V]) many(ctx context.Context, keys []K) ([]V, error) {
	values, errs := l.LoadMany(ctx, keys)()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return values, nil
}

// later asks for the object of any kind and returns a function that waits for it, so that many can be asked for together.
func (l *loaders) later(ctx context.Context, kind hub.Kind, key int64) func() (model.Node, error) {
	switch kind {
	case hub.KindGroup:
		return nodeLater(l.groups.Load(ctx, key))
	case hub.KindConsumer:
		return nodeLater(l.consumers.Load(ctx, key))
	case hub.KindIntegration:
		return nodeLater(l.integrations.Load(ctx, key))
	case hub.KindFlow:
		return nodeLater(l.flows.Load(ctx, key))
	case hub.KindEvent:
		return nodeLater(l.events.Load(ctx, key))
	case hub.KindRecord:
		return nodeLater(l.records.Load(ctx, key))
	case hub.KindOccurrence:
		return nodeLater(l.occurrences.Load(ctx, key))
	case hub.KindExecution:
		return nodeLater(l.executions.Load(ctx, key))
	case hub.KindDelivery:
		return nodeLater(l.deliveries.Load(ctx, key))
	case hub.KindAudit:
		return nodeLater(l.auditEntries.Load(ctx, key))
	case hub.KindSuppression:
		return nodeLater(l.suppressions.Load(ctx, key))
	}
	return func() (model.Node, error) { return nil, nil }
}

func nodeLater[T any, P interface {
	*T
	model.Node
}](thunk dataloader.Thunk[P]) func() (model.Node, error) {
	return func() (model.Node, error) { return nodeOf(thunk()) }
}
