package hub

import (
	"fmt"
	"time"
)

// followUpProblems judges the follow-ups of a flow: each follows up a target before it, at most so deep, and waits for what the connector
// of that one can say.
func followUpProblems(d *FlowDefinition, facts FlowFacts) (p []Problem) {
	depth := make([]int, len(d.Targets))
	for i := range d.Targets {
		f := d.Targets[i].FollowUp
		if f == nil {
			continue
		}
		path := Path("targets", i, "followUp")
		if f.Of < 0 || f.Of >= i {
			p = append(p, Problem{Code: ProblemFollowUpInvalid, Path: Path(path, "of"), Message: "a follow-up follows up a target that stands before it in the list; the first target is none",
				NextStep: "give the place of an earlier target, from 0"})
			continue
		}
		if depth[i] = depth[f.Of] + 1; depth[i] > MaxFollowUpDepth {
			p = append(p, Problem{Code: ProblemFollowUpInvalid, Path: Path(path, "of"), Message: fmt.Sprintf("follow-ups of follow-ups go %d deep at most", MaxFollowUpDepth)})
		}
		p = append(p, f.problems(path)...)
		if f.Of < len(facts.Targets) {
			p = append(p, f.neverSaid(path, facts.Targets[f.Of].Connector)...)
		}
	}
	return p
}

func (f *FollowUp) problems(path string) []Problem {
	switch f.When {
	case FollowFailed, FollowNotDelivered, FollowNotRead:
	default:
		return []Problem{{Code: ProblemFollowUpInvalid, Path: Path(path, "when"), Message: "there is no such condition; use FAILED, NOT_DELIVERED or NOT_READ"}}
	}
	if f.WithinSeconds == 0 && f.When != FollowFailed {
		return []Problem{{Code: ProblemFollowUpInvalid, Path: Path(path, "within"), Message: "say within which time the message has to arrive, such as PT30M"}}
	}
	if f.WithinSeconds < 0 || f.WithinSeconds > int(MaxFollowUpWait/time.Second) {
		return []Problem{{Code: ProblemFollowUpInvalid, Path: Path(path, "within"), Message: "must be between 1 second (PT1S) and 30 days (P30D)"}}
	}
	return nil
}

// neverSaid names a follow-up that would always go, because nobody tells that the message arrived.
func (f *FollowUp) neverSaid(path string, c *Connector) []Problem {
	if c == nil || c.Version == "" || c.Capabilities.Receipts {
		return nil // as long as it has not described itself, nobody knows
	}
	problem := Problem{Code: ProblemFollowUpNever, Path: Path(path, "when"), NextStep: "follow up on FAILED instead"}
	switch f.When {
	case FollowNotDelivered:
		problem.Message = fmt.Sprintf("the connector %q never says that a message was delivered, so the follow-up would always go", c.Name)
	case FollowNotRead:
		problem.Message = fmt.Sprintf("the connector %q never says that a message was read, so the follow-up would always go", c.Name)
	default:
		return nil
	}
	return []Problem{problem}
}

// followUp puts a follow-up under the names that it has in the schema.
func (l leaves) followUp(f *FollowUp, path ...string) {
	if f == nil {
		return
	}
	at := func(name string) []string { return append(append([]string(nil), path...), "followUp", name) }
	l.put(f.Of, at("of")...)
	l.put(f.When, at("when")...)
	l.put(ISODuration(f.Within()), at("within")...)
}

// audited is what the audit log compares of a follow-up.
func (f *FollowUp) audited() Facts {
	if f == nil {
		return nil
	}
	return Facts{"of": f.Of, "when": f.When, "within": ISODuration(f.Within())}
}
