package sqlite

import (
	"context"
	"math"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

// DeliveryFailures says why deliveries failed, by reason, flow and integration. However much has failed, only the newest
// hub.MaxFailures are looked at. Tests are left out unless the filter asks for them; states other than FAILED, a recipient and an id
// of the provider are INVALID: whom a message was for is not to be found out by counting. It needs SEE on automator/fracttal_hub.
func (db *DB) DeliveryFailures(ctx context.Context, c hub.Caller, f hub.DeliveryFilter) (*hub.DeliveryFailures, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	if err := onlyFailures(&f); err != nil {
		return nil, err
	}
	v := &hub.DeliveryFailures{Groups: []hub.DeliveryFailureGroup{}}
	if f.IntegrationKey != 0 && !c.May(hub.RowAPIConnections, hub.See) {
		return v, nil
	}
	query, args := failuresQuery(f, hub.MaxFailures)
	groups, err := readAll(db.reads(ctx), scanFailures, query, args...)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		v.Total += g.Count
	}
	slices.SortStableFunc(groups, func(a, b hub.DeliveryFailureGroup) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return b.Last.Compare(a.Last)
	})
	v.Cut = v.Total >= hub.MaxFailures || len(groups) > hub.MaxFailureGroups
	v.Groups = append(v.Groups, groups[:min(len(groups), hub.MaxFailureGroups)]...)
	return v, nil
}

func onlyFailures(f *hub.DeliveryFilter) error {
	switch {
	case len(f.States) > 0 && !slices.Equal(f.States, []hub.DeliveryState{hub.DeliveryFailed}):
		return hub.Invalid("filter.states", "only FAILED deliveries are grouped; leave this out")
	case f.Recipient != "":
		return hub.Invalid("filter.recipient", "failures are grouped for all recipients; list the deliveries of one")
	case f.ProviderID != "":
		return hub.Invalid("filter.providerId", "failures are grouped for all messages; list the delivery of one")
	}
	f.States = []hub.DeliveryState{hub.DeliveryFailed}
	if f.Test == nil {
		f.Test = new(bool)
	}
	return nil
}

// failuresQuery groups the newest failed deliveries, at most limit. All that it reads is in an index of theirs, but for those of one execution.
func failuresQuery(f hub.DeliveryFilter, limit int) (string, []any) {
	q, from := deliveryWalk(f), "deliveries"
	if f.ExecutionKey == 0 {
		q.rest.and("state = 'FAILED'")
		from += " INDEXED BY deliveries_failures"
	}
	inner, args := q.newest(`key, flow, integration, flagged, created_at, coalesce(reason ->> 'code', 'OUTCOME') AS code,
		coalesce(reason ->> 'provider', '') AS provider`, from, math.MaxInt64, limit)
	return `SELECT code, provider, flow, integration, count(*), sum(flagged), min(created_at), max(created_at), max(key)
		FROM (` + inner + `) GROUP BY code, provider, flow, integration`, args
}

func scanFailures(r scanner) (g hub.DeliveryFailureGroup, err error) {
	err = r.Scan(text[hub.ReasonCode]{&g.Reason}, &g.ProviderCode, &g.FlowKey, &g.IntegrationKey, &g.Count, &g.Flagged, millis{&g.First}, millis{&g.Last}, &g.SampleKey)
	return g, err
}

// reasons asks for deliveries by why nothing was sent, or why they wait. No index serves that, so it narrows states of which
// there are few.
func (q *walk) reasons(f hub.DeliveryFilter) {
	if len(f.Reasons) > 0 {
		q.rest.and("coalesce(reason ->> 'code', '') IN "+placeholders(len(f.Reasons)), anyOf(f.Reasons)...)
	}
	if len(f.ProviderCodes) > 0 {
		q.rest.and("coalesce(reason ->> 'provider', '') IN "+placeholders(len(f.ProviderCodes)), anyOf(f.ProviderCodes)...)
	}
}

func anyOf[T ~string](values []T) []any {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = string(v)
	}
	return args
}

// mayAskReasons refuses a filter by reasons that no index would narrow.
func mayAskReasons(f hub.DeliveryFilter) error {
	if len(f.Reasons) == 0 && len(f.ProviderCodes) == 0 || f.ExecutionKey != 0 {
		return nil
	}
	ordinary := func(s hub.DeliveryState) bool { return deliveryStateIndex[string(s)] == "" }
	if len(f.States) == 0 || slices.ContainsFunc(f.States, ordinary) {
		return hub.Invalid("filter.states", "with reasons or codes of the provider, name the states, and only such as PENDING, UNKNOWN, FAILED, SUPPRESSED and CANCELLED")
	}
	return nil
}

// RedriveInsert notes that a caller had a delivery sent again by a call of a name; fresh is false if it had under that name
// before, and nothing is noted then.
func (tx *Tx) RedriveInsert(consumer int64, name string, delivery int64) (fresh bool, err error) {
	return tx.one("INSERT INTO redrives (consumer, name, delivery, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", consumer, name, delivery, ms(tx.now))
}

// Redriven says whether a caller had a delivery sent again by a call of a name.
func (tx *Tx) Redriven(consumer int64, name string, delivery int64) (bool, error) {
	var one int
	return tx.get("SELECT 1 FROM redrives WHERE consumer = ? AND name = ? AND delivery = ?", []any{consumer, name, delivery}, &one)
}
