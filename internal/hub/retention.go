package hub

import (
	"slices"
	"time"
)

const day = 24 * time.Hour

// Retention says how long the hub keeps things, counted from when they came to be. Zero is for ever.
type Retention struct {
	Version   int
	History   time.Duration // occurrences, executions, deliveries, and their lines in the journal
	Payloads  time.Duration // what is in them: records, recipients, values, parameters, free text; and earlier states of records
	Unmatched time.Duration // receipts whose message was never found, and callbacks that no connector could verify
	Audit     time.Duration // entries of the audit log
	BeginsAt  time.Time     // nothing is pruned before; zero: not known yet
	UpdatedAt *time.Time    // nil: never changed
	Flows     []FlowRetention
}

// FlowRetention is what holds for a flow. Zero durations of its own are those of the hub.
type FlowRetention struct {
	FlowKey     int64
	Version     int // counts the changes, from 1
	OwnHistory  time.Duration
	OwnPayloads time.Duration
	History     time.Duration // in force; 0: for ever
	Payloads    time.Duration // in force, never longer than History; 0: for ever
}

// Bounds of retention. A day is the least, so that whoever follows the journal can be away for a while.
const (
	MinRetention      = day
	MinAuditRetention = 365 * day
	MaxRetention      = 100 * 365 * day
)

// PruneGrace is how long the hub waits before it prunes for the first time, and whenever its clock is further ahead than it
// can have come: an operator is to see first what would go, and a wrong clock must not cost years.
const PruneGrace = day

// PruneLeap is how far the clock may have gone on since pruning last looked at it.
const PruneLeap = 7 * day

// RetentionInput changes what holds for the hub. A nil field leaves it as it is; 0 is for ever.
type RetentionInput struct {
	ExpectedVersion int
	History         *time.Duration
	Payloads        *time.Duration
	Unmatched       *time.Duration
	Audit           *time.Duration
	BeginsAt        *time.Time
	DryRun          bool // nothing is changed
}

// FlowRetentionInput changes what holds for a flow. A nil field leaves it as it is; 0 is what holds for the hub.
type FlowRetentionInput struct {
	ExpectedVersion int
	History         *time.Duration
	Payloads        *time.Duration
	DryRun          bool // nothing is changed
}

// Apply writes the input over the settings, or says what is wrong with it.
func (r *Retention) Apply(in RetentionInput) error {
	for _, f := range []struct {
		path  string
		given *time.Duration
		least time.Duration
	}{{"history", in.History, MinRetention}, {"payloads", in.Payloads, MinRetention}, {"unmatched", in.Unmatched, MinRetention}, {"audit", in.Audit, MinAuditRetention}} {
		if err := checkRetention(f.path, f.given, f.least); err != nil {
			return err
		}
	}
	if in.BeginsAt != nil && in.BeginsAt.IsZero() {
		return Invalid("beginsAt", "say when pruning begins; to keep everything, set what is kept to null")
	}
	Assign(&r.History, in.History)
	Assign(&r.Payloads, in.Payloads)
	Assign(&r.Unmatched, in.Unmatched)
	Assign(&r.Audit, in.Audit)
	Assign(&r.BeginsAt, in.BeginsAt)
	return checkPayloads(r.History, r.Payloads)
}

// Apply writes the input over what holds for the flow, or says what is wrong with it.
func (f *FlowRetention) Apply(of Retention, in FlowRetentionInput) error {
	for path, given := range map[string]*time.Duration{"history": in.History, "payloads": in.Payloads} {
		if err := checkRetention(path, given, MinRetention); err != nil {
			return err
		}
	}
	Assign(&f.OwnHistory, in.History)
	Assign(&f.OwnPayloads, in.Payloads)
	*f = of.inForce(*f)
	return checkPayloads(f.History, f.OwnPayloads)
}

func checkRetention(path string, given *time.Duration, least time.Duration) error {
	switch {
	case given == nil || *given == 0:
		return nil
	case *given < least || *given > MaxRetention || *given%time.Second != 0:
		return Invalid(path, "must be whole seconds between %d days and 100 years", least/day)
	}
	return nil
}

func checkPayloads(history, payloads time.Duration) error {
	if history != 0 && payloads > history {
		return Invalid("payloads", "payloads cannot be kept for longer than the history that they belong to; keep the history for longer or them for less")
	}
	return nil
}

// Of is what holds for a flow.
func (r Retention) Of(flow int64) FlowRetention {
	f := FlowRetention{FlowKey: flow, Version: 1}
	if i := slices.IndexFunc(r.Flows, func(f FlowRetention) bool { return f.FlowKey == flow }); i >= 0 {
		f = r.Flows[i]
	}
	return r.inForce(f)
}

func (r Retention) inForce(f FlowRetention) FlowRetention {
	f.History, f.Payloads = r.History, r.Payloads
	if f.OwnHistory != 0 {
		f.History = f.OwnHistory
	}
	if f.OwnPayloads != 0 {
		f.Payloads = f.OwnPayloads
	}
	if f.History != 0 && (f.Payloads == 0 || f.Payloads > f.History) {
		f.Payloads = f.History
	}
	return f
}

// PruneKind says what a walk of pruning takes away.
type PruneKind string

// The kinds.
const (
	PruneHistory            PruneKind = "HISTORY"             // executions with all that belongs to them
	PrunePayloads           PruneKind = "PAYLOADS"            // what is in executions and their deliveries
	PruneOccurrences        PruneKind = "OCCURRENCES"         // that no execution refers to
	PruneOccurrencePayloads PruneKind = "OCCURRENCE_PAYLOADS" // of those whose executions have none any more
	PruneJournal            PruneKind = "JOURNAL"             // lines about neither executions nor occurrences
	PruneRecordVersions     PruneKind = "RECORD_VERSIONS"     // earlier states of records
	PruneReceipts           PruneKind = "RECEIPTS"            // whose message was never found
	PruneCallbacks          PruneKind = "CALLBACKS"           // that no connector could verify
	PruneTokens             PruneKind = "TOKENS"              // that were taken back and have expired since
	PruneAudit              PruneKind = "AUDIT"               // entries of the audit log
	PruneMade               PruneKind = "MADE"                // keys of calls that made something
)

// PruneTask is one walk: what goes, of which flow, and how old it is at least.
type PruneTask struct {
	Kind    PruneKind
	FlowKey int64     // 0: of all flows that have no retention of their own, or of no flow at all
	Before  time.Time // what came to be before
	Shared  time.Time // of PruneHistory and PrunePayloads: the same for occurrences, which belong to no flow; zero: none go
}

// Tasks are the walks by which everything goes whose time has come, in their order: what frees most room first.
func (r Retention) Tasks(now time.Time) (list []PruneTask) {
	add := func(t PruneTask) {
		if !t.Before.IsZero() {
			list = append(list, t)
		}
	}
	shared := r.inForce(FlowRetention{})
	ofFlows := func(kind PruneKind) {
		add(r.Task(kind, 0, now))
		for _, f := range r.Flows {
			add(r.Task(kind, f.FlowKey, now))
		}
	}
	ofFlows(PruneHistory)
	add(PruneTask{Kind: PruneOccurrences, Before: before(now, shared.History)})
	add(PruneTask{Kind: PruneJournal, Before: before(now, shared.History)})
	ofFlows(PrunePayloads)
	add(PruneTask{Kind: PruneOccurrencePayloads, Before: before(now, shared.Payloads)})
	add(PruneTask{Kind: PruneRecordVersions, Before: before(now, shared.Payloads)})
	add(PruneTask{Kind: PruneReceipts, Before: before(now, r.Unmatched)})
	add(PruneTask{Kind: PruneCallbacks, Before: before(now, r.Unmatched)})
	add(PruneTask{Kind: PruneAudit, Before: before(now, r.Audit)})
	add(PruneTask{Kind: PruneTokens, Before: now})
	add(PruneTask{Kind: PruneMade, Before: now.Add(-OnceFor)})
	return list
}

// Task is the walk of a kind over a flow's executions.
func (r Retention) Task(kind PruneKind, flow int64, now time.Time) PruneTask {
	f, shared := r.Of(flow), r.inForce(FlowRetention{})
	t := PruneTask{Kind: kind, FlowKey: flow}
	if kind == PruneHistory {
		t.Before, t.Shared = before(now, f.History), before(now, shared.History)
	} else {
		t.Before, t.Shared = before(now, f.Payloads), before(now, shared.Payloads)
	}
	return t
}

// before is the moment a duration ago; zero for one that is for ever.
func before(now time.Time, d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return now.Add(-d)
}

// Prunable counts what is over its time and still there, each up to MaxPrunable. What is not at its end is counted, and stays.
type Prunable struct {
	Executions         int // with all that belongs to them
	ExecutionPayloads  int
	Occurrences        int
	OccurrencePayloads int
}

// MaxPrunable is up to which it is counted what is over its time.
const MaxPrunable = 10_000

// Bounds of the pause between two steps of pruning.
const (
	prunePauseLeast = 2 * time.Millisecond
	prunePauseMost  = 250 * time.Millisecond
)

// PrunePause is how long pruning rests after a step that took so long: as long as that if nobody else wants to write and
// there is much to do, else several times as long.
func PrunePause(took time.Duration, waiting int, farBehind bool) time.Duration {
	times := time.Duration(4)
	switch {
	case waiting > 0:
		times = 8
	case farBehind:
		times = 1
	}
	return max(took, min(max(times*took, prunePauseLeast), prunePauseMost))
}
