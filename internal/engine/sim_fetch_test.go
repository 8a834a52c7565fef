package engine_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// TestSimulationOfFlowsThatFetch plays what TestSimulation does with a flow that asks a source for what its occurrences are about: one that fails,
// answers late, asks for time, or goes away while it is asked. What it does is drawn apart, so the seeds of TestSimulation mean what they did.
func TestSimulationOfFlowsThatFetch(t *testing.T) {
	tp := setUpOne(t, bounded(hub.FlowSettings{}), false, func(f *hub.FlowInput) {
		s := *f.Source
		s.Fetch = &hub.SourceFetch{IntegrationKey: (*f.Targets)[0].IntegrationKey, Action: "read_rows", Mapping: []hub.MappingEntry{{Name: "site", Field: "wo_folio"}}}
	})
	tp.fetches = true
	for i := range max(1, seeds()/5) {
		seed := *simFirst + uint64(i)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			newSim(t, []template{tp, tp, tp, tp}, seed).play()
		})
	}
}

// bring is what the source answers: the tasks of a work order, the same whenever it is asked, if it answers at all.
func (p *post) bring(q hub.SourceQuery) ([]json.RawMessage, error) {
	var asked struct{ Site string }
	if err := json.Unmarshal(q.Parameters, &asked); err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.asked[asked.Site]++
	calm, dice := p.calm, p.dice("ask", asked.Site, p.asked[asked.Site])
	p.mu.Unlock()
	if !calm {
		switch dice.IntN(8) {
		case 0:
			return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "it is down"}
		case 1:
			return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "it is busy", RetryAfter: time.Duration(dice.IntN(120)) * time.Second}
		case 2:
			time.Sleep(time.Duration(dice.IntN(100)) * time.Second)
		case 3:
			time.Sleep(time.Duration(dice.IntN(20)) * time.Second)
			return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "it went away while it was asked"}
		}
	}
	rows := []json.RawMessage{}
	of := p.dice("rows", asked.Site)
	for n := range of.IntN(4) {
		rows = append(rows, json.RawMessage(fmt.Sprintf(`{"id_work_orders_tasks":%d,"wo_folio":%q,"task_todo_description":"Swap","items_log_description":"Pump","personnel_description":"J",
			"priorities_description":"HIGH","cal_date_maintenance":"2026-11-23T08:00:00Z","code":"PMP","code_responsible":%q}`, 1+of.IntN(1<<30), fmt.Sprint(asked.Site, "/", n), jonas)))
	}
	return rows, nil
}
