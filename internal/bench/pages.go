package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// How often each question is asked of each hub, and how often before that, uncounted.
const (
	askings   = 100
	askedCold = 6
)

// What a screen of the history asks: fifty of a list with all that it shows of them.
const (
	executionsPage = `query($f:ExecutionFilterInput){list:executions(filter:$f,first:50){nodes{id state outcome subject createdAt closedAt flow{id description} event{id description}
deliveries{id state recipient providerId attemptCount} timeline{cursor at subject aspect from to cause{code message}}} pageInfo{hasNextPage endCursor}}}`
	deliveriesPage = `query($f:DeliveryFilterInput){list:deliveries(filter:$f,first:50){nodes{id state recipient providerId createdAt reason{code message} attempts{number kind startedAt finishedAt}
execution{id state outcome subject timeline{cursor at subject aspect from to cause{code message}}}} pageInfo{hasNextPage endCursor}}}`
)

// question is what somebody looks for in the history. Each asking asks for another one of its kind.
type question struct {
	name   string
	query  string
	filter func(h *instance, asking int) map[string]any
	one    bool // there is one answer, not a page
}

var questions = []question{
	{"flow", executionsPage, func(h *instance, i int) map[string]any { return map[string]any{"flow": h.Flows[i%len(h.Flows)]} }, false},
	{"state", executionsPage, func(*instance, int) map[string]any { return map[string]any{"states": []string{"CLOSED"}} }, false},
	{"state of the delivery", deliveriesPage, func(*instance, int) map[string]any { return map[string]any{"states": []string{"FAILED"}} }, false},
	{"outcome", executionsPage, func(*instance, int) map[string]any { return map[string]any{"outcomes": []string{"FAILED"}} }, false},
	{"time", executionsPage, func(h *instance, i int) map[string]any {
		return map[string]any{"until": h.since.Add(h.span * time.Duration(30+i%40) / 100).Format(time.RFC3339Nano)}
	}, false},
	{"record key", executionsPage, func(h *instance, i int) map[string]any {
		return map[string]any{"subject": h.folio(i)}
	}, false},
	{"recipient", deliveriesPage, func(h *instance, i int) map[string]any { return map[string]any{"recipient": phone(h.past().person(i))} }, false},
	{"provider id", deliveriesPage, func(h *instance, i int) map[string]any {
		n := h.From + h.some(i)
		for h.past().fails(n) {
			n++
		}
		return map[string]any{"providerId": providerID(n)}
	}, true},
}

// some is a place in the history that has nothing to do with the one before.
func (h *instance) some(asking int) int {
	return int(scatter(uint64(asking)) % uint64(h.History-failsOf))
}

// pages compares how long pages of a long history take with those of a short one.
func (b *bench) pages(ctx context.Context, o output, short, full *instance) error {
	for _, h := range []*instance{short, full} {
		if err := h.when(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintf(o, "pages of 50 with timeline, medians of %d askings each, by turns\n", askings)
	for _, q := range questions {
		if err := q.compare(ctx, o, short, full); err != nil {
			return fmt.Errorf("by %s: %w", q.name, err)
		}
	}
	return nil
}

// compare asks both hubs by turns.
func (q question) compare(ctx context.Context, o output, short, full *instance) error {
	var took [2][]float64
	for i := range askedCold + askings {
		for which, h := range []*instance{short, full} {
			d, err := q.ask(ctx, h, i)
			if err != nil {
				return err
			}
			if i >= askedCold {
				took[which] = append(took[which], d.Seconds()*1000)
			}
		}
	}
	var halves [2][]float64 // of the short one against itself
	for i, d := range took[0] {
		halves[i%2] = append(halves[i%2], d)
	}
	a, z, control := median(took[0]), median(took[1]), median(halves[1])/median(halves[0])
	fmt.Fprintf(o, "%-22s %8.2f ms at %d, %8.2f ms at %d, A/A control %.2f\n", q.name, a, short.History, z, full.History, control)
	o.figure(figure{Name: fmt.Sprintf("a page by %s at %d executions against %d", q.name, full.History, short.History), Value: z / a, Most: 1.5,
		Detail: map[string]float64{"ms, few": a, "ms, many": z, "A/A control": control}})
	return nil
}

// ask asks once, and sees that the answer is a whole page with timelines.
func (q question) ask(ctx context.Context, h *instance, asking int) (time.Duration, error) {
	var answer struct {
		List struct {
			Nodes []struct {
				Timeline  []json.RawMessage
				Execution struct{ Timeline []json.RawMessage }
			}
		}
	}
	filter := q.filter(h, asking)
	began := time.Now()
	err := h.query(ctx, q.query, map[string]any{"f": filter}, &answer)
	took := time.Since(began)
	if err != nil {
		return 0, err
	}
	want := 50
	if q.one {
		want = 1
	}
	if got := len(answer.List.Nodes); got != want {
		return 0, fmt.Errorf("%v finds %d, not %d", filter, got, want)
	}
	for _, n := range answer.List.Nodes {
		if len(n.Timeline)+len(n.Execution.Timeline) == 0 {
			return 0, fmt.Errorf("%v finds one without a timeline", filter)
		}
	}
	return took, nil
}

// when finds out from when to when the history is.
func (h *instance) when(ctx context.Context) error {
	oldest, err := h.createdAt(ctx, map[string]any{"subject": h.past().folio(0)})
	if err != nil {
		return err
	}
	newest, err := h.createdAt(ctx, map[string]any{"flow": h.Flows[0]})
	if err != nil {
		return err
	}
	h.since = oldest[len(oldest)-1]
	h.span = newest[0].Sub(h.since)
	return nil
}

// createdAt is when the newest fifty executions of a list came to be.
func (h *instance) createdAt(ctx context.Context, filter map[string]any) (list []time.Time, err error) {
	var page struct {
		Executions struct {
			Nodes []struct{ CreatedAt time.Time }
		}
	}
	err = h.query(ctx, `query($f:ExecutionFilterInput){executions(filter:$f,first:50){nodes{createdAt}}}`, map[string]any{"f": filter}, &page)
	for _, n := range page.Executions.Nodes {
		list = append(list, n.CreatedAt)
	}
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("%v finds nothing", filter)
	}
	return list, err
}
