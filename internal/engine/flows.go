package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

// FlowCreate saves a new flow as a draft: it may have problems, but the caller must hold every right that it would use. Its
// connectors are asked about its targets, for ten seconds at most. ADD on automator/fracttal_hub.
func (e *Engine) FlowCreate(ctx context.Context, c hub.Caller, in hub.FlowInput, once ...*hub.Once) (*hub.Flow, error) {
	if err := c.Need(hub.RowHub, hub.Add); err != nil {
		return nil, err
	}
	o := hub.OnceOf(once)
	if was, err := e.db.FlowMade(ctx, c, o); err != nil || o.Repeat {
		return was, err
	}
	f := &hub.Flow{}
	if err := f.Apply(in); err != nil {
		return nil, err
	}
	e.normalFilter(f)
	if err := e.mayUse(c, f); err != nil {
		return nil, err
	}
	var err error
	if f.Checks, err = e.askTargets(ctx, c, f); err != nil {
		return nil, err
	}
	return e.db.FlowCreate(ctx, c, f, o)
}

// FlowUpdate saves a new version of a flow. Its connectors are asked about its targets, for ten seconds at most. An enabled flow must
// stay without problems. EDIT on automator/fracttal_hub.
func (e *Engine) FlowUpdate(ctx context.Context, c hub.Caller, key int64, expectedVersion int, in hub.FlowInput) (*hub.Flow, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	change := func(f *hub.Flow) error {
		err := f.Apply(in)
		e.normalFilter(f)
		return err
	}
	saved, err := e.judged(ctx, c, key, change, func(j *judgement) (*hub.Flow, error) {
		return e.db.FlowUpdate(ctx, c, key, expectedVersion, func(f *hub.Flow) error {
			was := f.Definition
			if err := change(f); err != nil {
				return err
			}
			return e.maySave(ctx, c, f, &was, j)
		})
	})
	e.replan()
	return saved, err
}

// FlowEnable lets events run the flow, or the clock, as its trigger says; a flow with problems is refused with them. Its connectors
// are asked about its targets, for ten seconds at most. EDIT on automator/fracttal_hub.
func (e *Engine) FlowEnable(ctx context.Context, c hub.Caller, key int64, expectedVersion int) (*hub.Flow, error) {
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	change := func(f *hub.Flow) error { f.Enabled = true; return nil }
	enabled, err := e.judged(ctx, c, key, change, func(j *judgement) (*hub.Flow, error) {
		return e.db.FlowSetEnabled(ctx, c, key, expectedVersion, true, func(f *hub.Flow) error {
			if err := e.mayUse(c, f); err != nil {
				return err
			}
			if err := j.keep(f); err != nil {
				return err
			}
			return e.mustBeSound(ctx, c, f)
		})
	})
	e.replan()
	return enabled, err
}

// mostJudged is how often connectors are asked about a flow that others change while it is saved.
const mostJudged = 3

// judged asks the connectors about a flow as a change will leave it, and then has it saved. The transaction that saves it must not
// wait for them; if it finds another version than the one that they were asked about, all of it begins anew.
func (e *Engine) judged(ctx context.Context, c hub.Caller, key int64, change func(*hub.Flow) error, save func(*judgement) (*hub.Flow, error)) (*hub.Flow, error) {
	for n := 1; ; n++ {
		var j judgement
		f, err := e.db.FlowNow(ctx, key)
		if err == nil { // else saving it says what is wrong; so it does below
			j.version = f.Version
			if f.ArchivedAt == nil && change(f) == nil {
				if j.checks, err = e.askTargets(ctx, c, f); err != nil {
					return nil, err
				}
			}
		}
		saved, err := save(&j)
		if errors.Is(err, errChanged) && n < mostJudged {
			continue
		}
		return saved, err
	}
}

// judgement is what connectors said of a version of a flow, with a change.
type judgement struct {
	version int
	checks  []hub.TargetCheck
}

// errChanged says that somebody changed a flow while its connectors were asked.
var errChanged = hub.Conflict("expectedVersion", "somebody changed the flow at the same time; read it again and repeat your change")

// keep puts what the connectors said into the flow that is being saved, if it is the one that they were asked about.
func (j *judgement) keep(f *hub.Flow) error {
	if f.Version != j.version {
		return errChanged
	}
	f.Checks = j.checks
	return nil
}

// FlowDisable keeps events and the clock from running the flow. What is in the queue already goes on; cancel it apart. EDIT on
// automator/fracttal_hub.
func (e *Engine) FlowDisable(ctx context.Context, c hub.Caller, key int64, expectedVersion int) (*hub.Flow, error) {
	return e.db.FlowSetEnabled(ctx, c, key, expectedVersion, false, nil)
}

// FlowArchive takes a flow out of use for good; its history stays. REMOVE on automator/fracttal_hub.
func (e *Engine) FlowArchive(ctx context.Context, c hub.Caller, key int64, expectedVersion int) (*hub.Flow, error) {
	f, err := e.db.FlowArchive(ctx, c, key, expectedVersion)
	e.nudge() // a paused flow's queue goes on
	return f, err
}

// FlowResume lets the deliveries of a paused flow go on, whoever paused it. EDIT on automator/fracttal_hub.
func (e *Engine) FlowResume(ctx context.Context, c hub.Caller, key int64, expectedVersion int) (*hub.Flow, error) {
	f, err := e.db.FlowResume(ctx, c, key, expectedVersion)
	e.nudge()
	return f, err
}

// mustBeSound refuses a flow with problems, its own or those that the connectors told just now.
func (e *Engine) mustBeSound(ctx context.Context, c hub.Caller, f *hub.Flow) error {
	own, err := e.ownProblems(ctx, c, f, nil)
	if err != nil {
		return err
	}
	if problems, _ := hub.Apart(append(own, checkProblems(c, f, own, f.Checks)...)); len(problems) > 0 {
		return hub.WithProblems(problems)
	}
	return nil
}

// flowProblems are all problems and warnings of a flow, with what connectors last said of its targets.
func (e *Engine) flowProblems(ctx context.Context, c hub.Caller, f *hub.Flow, a *ahead) ([]hub.Problem, error) {
	own, err := e.ownProblems(ctx, c, f, a)
	if err != nil {
		return nil, err
	}
	said, err := e.keptProblems(ctx, c, f, own, a)
	return append(own, said...), err
}

// ownProblems are those that the hub finds by itself.
func (e *Engine) ownProblems(ctx context.Context, c hub.Caller, f *hub.Flow, a *ahead) ([]hub.Problem, error) {
	facts, err := e.flowFacts(ctx, f, a)
	if err != nil {
		return nil, err
	}
	facts.Consumer, facts.Group = unnamed(c, facts)
	problems := hub.FlowProblems(f, facts)
	if facts.ActionKnown {
		typ := e.catalog.SourceAction(f.Definition.Source.Action).RecordType
		problems = append(problems, e.termProblems("filter", typ, f.Definition.Filter, problems)...)
		problems = append(problems, e.recipientProblems(f, facts)...)
	}
	return problems, nil
}

// unnamed are consumer and group of a flow without the names that the caller may not see: problems quote them.
func unnamed(c hub.Caller, facts hub.FlowFacts) (*hub.Consumer, *hub.Group) {
	consumer, group := facts.Consumer, facts.Group
	if consumer != nil && !c.May(hub.RowAPIConnections, hub.See) {
		own := *consumer
		own.Name, consumer = "", &own
	}
	if group != nil && !c.May(hub.RowUserAccounts, hub.See) {
		own := *group
		own.Description, group = "", &own
	}
	return consumer, group
}

// flowFacts gathers what the world says about a flow.
func (e *Engine) flowFacts(ctx context.Context, f *hub.Flow, a *ahead) (facts hub.FlowFacts, err error) {
	facts.Now = time.Now()
	if !f.ForEvents() && f.Key != 0 {
		if facts.Events, err = e.db.EventsRunning(ctx, f.Key); err != nil {
			return facts, err
		}
	}
	if s := f.Definition.Source; s != nil {
		if action := e.catalog.SourceAction(s.Action); action != nil {
			facts.ActionKnown = true
			facts.Field = func(path string) hub.FieldFact { return e.factOf(f.Definition.TypeAt(action.RecordType, path)) }
			facts.Lookup = e.factOf
			facts.Parameters = e.parameterProblems(action, s.Parameters)
		}
		if facts.Consumer, facts.Group, err = e.db.ConsumerRights(ctx, s.ConsumerKey); err != nil {
			return facts, err
		}
		if facts.Fetch, err = e.fetchFacts(ctx, f, facts.Group, a); err != nil {
			return facts, err
		}
	}
	for i := range f.Definition.Targets {
		t, err := e.targetFacts(ctx, &f.Definition.Targets[i], a)
		if err != nil {
			return facts, err
		}
		facts.Targets = append(facts.Targets, t)
	}
	return facts, nil
}

func (e *Engine) fieldsOf(recordType string) func(string) hub.FieldFact {
	return func(path string) hub.FieldFact { return e.factOf(recordType, path) }
}

// factOf is what the catalogue says of a field path of a record type. A field that names the record, or what it belongs to,
// is filled in every record.
func (e *Engine) factOf(recordType, path string) hub.FieldFact {
	fact, field := e.catalog.Resolve(recordType, path)
	if fact.Known {
		typ, key := e.catalog.RecordType(recordType), path
		if field.Alias != "" {
			key = field.Alias
		}
		fact.Type = string(field.Type)
		fact.Filled = key == typ.NameField || key == typ.SubjectField
	}
	return fact
}

func (e *Engine) targetFacts(ctx context.Context, t *hub.FlowTarget, a *ahead) (hub.TargetFacts, error) {
	in, err := e.integrationNow(ctx, t.IntegrationKey, a)
	if hub.CodeOf(err) == hub.CodeNotFound {
		return hub.TargetFacts{}, nil
	}
	if err != nil {
		return hub.TargetFacts{}, err
	}
	facts := hub.TargetFacts{Integration: in, Connector: e.connectors.Connector(in.Connector)}
	if facts.Connector != nil {
		if action := facts.Connector.Action(t.Action); action != nil {
			facts.Parameters, err = e.checkObject(facts.Connector, "action/"+action.Key, action.Parameters.JSON, t.Parameters, hub.ProblemParameterInvalid)
		}
	}
	return facts, err
}

// mayUse says whether the caller holds every right with which the flow would read: nobody gives what they do not hold.
func (e *Engine) mayUse(c hub.Caller, f *hub.Flow) error {
	if needs := e.flowReads(f); len(needs) > 0 {
		return c.NeedAll(needs)
	}
	return nil // a draft that reads nothing yet
}

// recipientProblems names recipients whose field can hold no telephone number, for actions that want one.
func (e *Engine) recipientProblems(f *hub.Flow, facts hub.FlowFacts) (problems []hub.Problem) {
	recordType := e.catalog.SourceAction(f.Definition.Source.Action).RecordType
	for i, t := range f.Definition.Targets {
		connector := facts.Targets[i].Connector
		if connector == nil {
			continue
		}
		if action := connector.Action(t.Action); action != nil && action.Recipient.Format == "e164" {
			problems = append(problems, e.phoneProblems(hub.Path("targets", i, "recipient"), recordType, t.Recipient)...)
		}
	}
	return problems
}

func (e *Engine) phoneProblems(path, recordType string, r hub.Recipient) (problems []hub.Problem) {
	if fact, field := e.catalog.Resolve(recordType, r.Field); fact.Known {
		switch field.Type {
		case catalog.Text, catalog.Integer, catalog.List:
		default:
			problems = append(problems, hub.Problem{Code: hub.ProblemRecipientInvalid, Path: path + ".field",
				Message: fmt.Sprintf("the field %s is of type %s and holds no telephone number", hub.Clip(r.Field, 60), field.Type), NextStep: "choose a field such as responsible.sms"})
		}
	}
	for i, part := range r.All {
		problems = append(problems, e.phoneProblems(hub.Path(path, "all", i), recordType, part)...)
	}
	for i, part := range r.First {
		problems = append(problems, e.phoneProblems(hub.Path(path, "first", i), recordType, part)...)
	}
	return problems
}
