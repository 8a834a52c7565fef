package demo

import (
	"context"
	"encoding/json"
	"fmt"
)

// asked is what the events made of an occurrence.
type asked struct {
	Type    string
	Matches []struct {
		Event *struct{ Description string }
		Rows  []struct {
			Record string
			True   bool
			Trace  []term
		}
		Skipped    []struct{ Reason reason }
		Executions []struct {
			Deliveries []struct {
				State  string
				Reason *reason
			}
		}
	}
}

// term is what became of one condition on one row.
type term struct {
	Field, Operation string
	Want, Got        json.RawMessage
	True             bool
}

// explain says what was not sent, and why: the hub kept what it asked and what it found.
func (p *play) explain(ctx context.Context, caller *client, o *order, became *became) error {
	if len(became.occurrences) == 0 {
		p.unsent(o, "Not sent: the hub noticed nothing that anybody would want to know.")
	}
	for _, occurred := range became.occurrences {
		if err := p.explainOne(ctx, caller, o, became, occurred.ID); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) explainOne(ctx context.Context, caller *client, o *order, became *became, id string) error {
	const query = `query($id: ID!) { occurrence(id: $id) { type matches { event { description }
		rows { record true trace { field operation want got true } } skipped { reason { code message } }
		executions { deliveries { state reason { code message } } } } } }`
	var data struct{ Occurrence asked }
	if err := caller.ask(ctx, query, variables{"id": id}, &data); err != nil {
		return err
	}
	if len(data.Occurrence.Matches) == 0 {
		p.unsent(o, "Not sent: no enabled event asks for %s.", data.Occurrence.Type)
	}
	for _, m := range data.Occurrence.Matches {
		name := "an event"
		if m.Event != nil {
			name = fmt.Sprintf("the event %q", m.Event.Description)
		}
		for _, row := range m.Rows {
			for _, t := range row.Trace {
				if !row.True && !t.True {
					if len(became.executions()) == 0 {
						p.why = id
					}
					p.unsent(o, "Not sent for %s: %s wants %s %s %s, and got %s.", row.Record, name, t.Field, t.Operation, t.Want, orNothing(t.Got))
				}
			}
		}
		for _, s := range m.Skipped {
			p.unsent(o, "Not sent: %s: %s", s.Reason.Code, s.Reason.Message)
		}
		for _, e := range m.Executions {
			for _, d := range e.Deliveries {
				if final(d.State) && d.State != "READ" && d.Reason != nil {
					p.unsent(o, "Not sent: %s, %s: %s", d.State, d.Reason.Code, d.Reason.Message)
				}
			}
		}
	}
	return nil
}

func orNothing(value json.RawMessage) string {
	if len(value) == 0 || string(value) == "null" {
		return "nothing"
	}
	return string(value)
}
