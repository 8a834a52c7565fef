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
		Fired bool
		Rows  []struct {
			Record string
			True   bool
			Trace  []term
		}
		Skipped []struct{ Reason reason }
	}
}

// term is what became of one condition on one row.
type term struct {
	Field, Operation string
	Want, Got        json.RawMessage
	True             bool
}

// explain says what of an occurrence was not sent, and why: the hub kept what it asked and what it found. silent says that
// nothing was sent at all.
func (p *play) explain(ctx context.Context, id string, silent bool) error {
	const query = `query($id: ID!) { occurrence(id: $id) { type matches { fired event { description }
		rows { record true trace { field operation want got true } } skipped { reason { code message } } } } }`
	var data struct{ Occurrence asked }
	if err := p.consumer.ask(ctx, query, variables{"id": id}, &data); err != nil {
		return err
	}
	if silent {
		p.why = id
	}
	if len(data.Occurrence.Matches) == 0 {
		p.screen.line("   Not sent: no enabled event asks for %s.", data.Occurrence.Type)
	}
	for _, m := range data.Occurrence.Matches {
		name := "an event"
		if m.Event != nil {
			name = fmt.Sprintf("the event %q", m.Event.Description)
		}
		for _, row := range m.Rows {
			for _, t := range row.Trace {
				if !row.True && !t.True {
					p.screen.line("   Not sent for task %s: %s wants %s %s %s, and got %s.", row.Record, name, t.Field, t.Operation, t.Want, orNothing(t.Got))
				}
			}
		}
		for _, s := range m.Skipped {
			p.screen.line("   Not sent: %s: %s", s.Reason.Code, s.Reason.Message)
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
