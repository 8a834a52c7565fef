package demo

import (
	"context"
	"fmt"
	"net/http"
)

// became is what the hub says became of what it was told.
type became struct {
	occurrences []occurrence
	repeat      bool
}

// occurrence is something that happened, as somebody said or as the hub noticed.
type occurrence struct {
	ID         string
	Executions []struct{ ID string }
}

func (b *became) executions() (ids []string) {
	for _, o := range b.occurrences {
		for _, e := range o.Executions {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// send tells the hub what happened, by the order's door.
func (p *play) send(ctx context.Context, caller *client, o *order) (*became, error) {
	switch o.door {
	case byOccurrence:
		return p.publishOccurrence(ctx, caller, o)
	case byRecords:
		return p.upsertRecords(ctx, caller, o)
	}
	return p.postEvent(ctx, caller, o)
}

// published is how both doors for occurrences answer.
type published struct {
	occurrence
	Repeat bool
}

// postEvent publishes a CloudEvent (CloudEvents 1.0, structured mode).
func (p *play) postEvent(ctx context.Context, caller *client, o *order) (*became, error) {
	event := variables{"specversion": "1.0", "id": o.id, "source": source, "type": o.kind, "subject": o.folio,
		"time": o.time(), "data": variables{"records": o.records}}
	var b published
	if err := caller.post(ctx, "/events", "application/cloudevents+json", http.StatusAccepted, event, &b); err != nil {
		return nil, fmt.Errorf("POST /events: %w", err)
	}
	p.screen.line("   POST /events: 202, %s, executions: %d", b.ID, len(b.Executions))
	return &became{[]occurrence{b.occurrence}, b.Repeat}, nil
}

func (p *play) publishOccurrence(ctx context.Context, caller *client, o *order) (*became, error) {
	const mutation = `mutation($input: OccurrencePublishInput!) { occurrencePublish(input: $input) {
		occurrence { id } executions { id } repeat userErrors { code field message } } }`
	input := variables{"id": o.id, "source": source, "type": o.kind, "subject": o.folio, "time": o.time(), "records": o.records}
	var b struct {
		Occurrence struct{ ID string }
		published
	}
	if err := caller.act(ctx, mutation, variables{"input": input}, &b); err != nil {
		return nil, err
	}
	b.ID = b.Occurrence.ID
	p.screen.line("   occurrencePublish: %s, executions: %d", b.ID, len(b.Executions))
	return &became{[]occurrence{b.published.occurrence}, b.Repeat}, nil
}

// upsertRecords says how things are now, and not what happened: that the hub notices.
func (p *play) upsertRecords(ctx context.Context, caller *client, o *order) (*became, error) {
	const mutation = `mutation($input: RecordsUpsertInput!) { recordsUpsert(input: $input) { results { outcome }
		derived { id subject eventType { title } matches { executions { id } } } userErrors { code field message } } }`
	input := variables{"records": o.records, "derive": !o.old}
	var made struct {
		Results []struct{ Outcome string }
		Derived []struct {
			ID        string
			Subject   string
			EventType struct{ Title string }
			Matches   []struct{ Executions []struct{ ID string } }
		}
	}
	if err := caller.act(ctx, mutation, variables{"input": input}, &made); err != nil {
		return nil, err
	}
	n := 0
	for _, r := range made.Results {
		if r.Outcome == "WRITTEN" {
			n++
		}
	}
	p.screen.line("   recordsUpsert: %d of %d written%s", n, len(made.Results), map[bool]string{true: ", with derive: false"}[o.old])
	b := &became{}
	for _, d := range made.Derived {
		noticed := occurrence{ID: d.ID}
		for _, m := range d.Matches {
			noticed.Executions = append(noticed.Executions, m.Executions...)
		}
		p.screen.line("   The hub noticed by itself: %q of %s, executions: %d", d.EventType.Title, d.Subject, len(noticed.Executions))
		b.occurrences = append(b.occurrences, noticed)
	}
	return b, nil
}

// time is when the work order was created: the same for a repeat, or it would be another occurrence.
func (o *order) time() any { return o.records[0].Data["creation_date"] }
