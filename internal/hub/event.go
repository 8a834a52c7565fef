package hub

import (
	"fmt"
	"strings"
	"time"
)

// Event is a dispatcher rule: when an occurrence of its type satisfies its terms, it runs its flows.
type Event struct {
	Key         int64
	Version     int
	Enabled     bool
	Description string
	Type        string // event type of the catalogue: "work_management.work_orders.new"
	Terms       Terms
	FlowKeys    []int64 // the actions: run these flows
	ArchivedAt  *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// ID is the public id.
func (e *Event) ID() string { return ID(KindEvent, e.Key) }

// EventInput is what creating or changing an event needs. A nil field leaves it as it is.
type EventInput struct {
	Description *string
	Type        *string
	Terms       *Terms
	FlowKeys    *[]int64
}

// MaxEventFlows is how many flows one event can run.
const MaxEventFlows = 20

// Apply writes the input over the event and judges what could not be stored.
func (e *Event) Apply(in EventInput) error {
	Assign(&e.Description, in.Description)
	Assign(&e.Type, in.Type)
	Assign(&e.Terms, in.Terms)
	Assign(&e.FlowKeys, in.FlowKeys)
	e.Description = strings.TrimSpace(e.Description)
	if e.Terms.Mode == "" {
		e.Terms.Mode = ModeNone
	}
	p := checkText("description", e.Description, MaxDescription, false)
	if len(e.FlowKeys) > MaxEventFlows {
		p = append(p, Problem{Code: ProblemSettingInvalid, Path: "flows", Message: "an event can run at most " + itoa(MaxEventFlows) + " flows"})
	}
	seen := map[int64]bool{}
	for i, k := range e.FlowKeys {
		if seen[k] {
			p = append(p, Problem{Code: ProblemSettingInvalid, Path: Path("flows", i), Message: "this flow is already in the list"})
		}
		seen[k] = true
	}
	if len(p) > 0 {
		return WithProblems(p)
	}
	return nil
}

// EventFacts is what the world outside an event says about it.
type EventFacts struct {
	TypeKnown bool
	Field     func(path string) FieldFact // of the rows that occurrences of the type bring
	Flows     map[int64]*Flow             // those of FlowKeys that exist
}

// EventProblems lists everything that would keep the event from working. An event with problems can be saved but not
// enabled.
func EventProblems(e *Event, facts EventFacts) []Problem {
	p := checkText("description", e.Description, MaxDescription, true)
	if !facts.TypeKnown {
		msg := "Event cannot be empty"
		if e.Type != "" {
			msg = "there is no event type " + Clip(e.Type, 80) + "; they are listed by catalog.eventTypes"
		}
		p = append(p, Problem{Code: ProblemEventTypeUnknown, Path: "type", Message: msg})
	}
	p = append(p, e.Terms.problems("terms")...)
	if facts.TypeKnown {
		e.Terms.Each("terms", func(path string, t Term) {
			if t.Field != "" && !facts.Field(t.Field).Known {
				p = append(p, Problem{Code: ProblemFieldUnknown, Path: Path(path, "field"),
					Message: "occurrences of this type have no field " + Clip(t.Field, 60) + "; they are listed by catalog.recordTypes"})
			}
		})
	}
	if len(e.FlowKeys) == 0 {
		p = append(p, Problem{Code: ProblemActionsEmpty, Path: "flows", Message: "An event needs at least one flow to run"})
	}
	for i, k := range e.FlowKeys {
		if f := facts.Flows[k]; f == nil || f.ArchivedAt != nil {
			p = append(p, Problem{Code: ProblemFlowUnknown, Path: Path("flows", i), Message: "there is no flow " + ID(KindFlow, k)})
		} else if !f.Enabled {
			p = append(p, Problem{Code: ProblemFlowDisabled, Path: Path("flows", i), Message: "the flow \"" + f.Description + "\" is not enabled", NextStep: "enable it first"})
		}
		if f := facts.Flows[k]; f != nil && !f.ForEvents() {
			p = append(p, Problem{Code: ProblemTriggerMismatch, Path: Path("flows", i),
				Message:  fmt.Sprintf("the flow %q has the trigger %s; events run flows with the trigger EVENT only", f.Description, f.Definition.Trigger),
				NextStep: "choose another flow, or change its trigger"})
		}
	}
	return p
}
