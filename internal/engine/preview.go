package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// FlowPreview runs a flow, saved or a draft, up to where it would send: the terms of its events, the source query with the
// rights that its consumer has now, the filter, the mapping, and what the connector would make of each message. Nothing is
// stored and nothing is sent. The caller needs what saving the flow needs, since it is shown what the consumer may read: SEE on
// automator/fracttal_hub and every right with which the flow reads; of an occurrence or a record also SEE on it, and of an
// event that is named also SEE on events and on what its terms read. It takes no longer than [hub.PreviewTimeout].
func (e *Engine) FlowPreview(ctx context.Context, c hub.Caller, in hub.PreviewInput) (*hub.FlowPreview, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	v := &previewing{e: e, c: c, in: in, now: time.Now(), FlowPreview: &hub.FlowPreview{}}
	if err := inTime(ctx, v.preview); err != nil {
		return nil, err
	}
	return v.FlowPreview, nil
}

// inTime gives a preview as long as it may take.
func inTime(ctx context.Context, preview func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, hub.PreviewTimeout, errSlowPreview)
	defer cancel()
	err := preview(ctx)
	if err != nil && context.Cause(ctx) == errSlowPreview && hub.CodeOf(err) == hub.CodeInternal { // else it says more itself
		return errSlowPreview
	}
	return err
}

// errSlowPreview ends a preview that takes too long.
var errSlowPreview = &hub.Error{Code: hub.CodeUnavailable, Message: fmt.Sprintf("the preview took longer than %d seconds; narrow the source query, or try it on a record", int(hub.PreviewTimeout/time.Second))}

// previewing is one preview for a caller.
type previewing struct {
	*hub.FlowPreview
	e   *Engine
	c   hub.Caller
	in  hub.PreviewInput
	now time.Time
	on  *tried
}

func (v *previewing) preview(ctx context.Context) (err error) {
	if v.Flow, err = v.e.flowToTry(ctx, v.c, v.in); err != nil {
		return err
	}
	problems, err := v.e.flowProblems(ctx, v.c, v.Flow, nil)
	if err != nil {
		return err
	}
	if v.in.Draft != nil || v.in.Version != 0 { // what is not saved like this is asked about by its messages
		problems = slices.DeleteFunc(problems, func(p hub.Problem) bool { return p.Code == hub.ProblemUnchecked })
	}
	v.Problems, v.Warnings = hub.Apart(problems)
	if v.on, err = v.e.tried(ctx, v.c, v.in.Sample); err != nil {
		return err
	}
	p, why := v.program()
	if p == nil {
		v.Executions = []*hub.ExecutionPreview{v.failed(*why)}
		return nil
	}
	if err := v.mayAskFor(p); err != nil {
		return err
	}
	if err := v.obstacles(ctx); err != nil {
		return err
	}
	starts, err := v.starts(ctx, p)
	if err != nil {
		return err
	}
	return v.run(ctx, p, why, starts)
}

// run tells of each execution what it would be; why is what would keep the flow from running at all, or nil.
func (v *previewing) run(ctx context.Context, p *program, why *hub.Reason, starts []startedBy) error {
	for _, s := range starts {
		x, err := v.execution(ctx, p, s)
		if err != nil {
			return err
		}
		if x.Reason == nil {
			if x.Reason = why; why != nil {
				x.Outcome = hub.Failed
			}
		}
		v.Executions = append(v.Executions, x)
	}
	v.e.db.DisclosePreview(v.c, &v.Flow.Definition, v.Executions)
	return nil
}

// flowToTry is the flow that the input means, which the caller may read with.
func (e *Engine) flowToTry(ctx context.Context, c hub.Caller, in hub.PreviewInput) (*hub.Flow, error) {
	f := &hub.Flow{}
	if in.FlowKey != 0 {
		saved, err := e.db.Flow(ctx, c, in.FlowKey)
		if err != nil {
			return nil, err
		}
		*f = *saved
	}
	switch {
	case in.Version != 0 && (in.FlowKey == 0 || in.Draft != nil):
		return nil, hub.Invalid("version", "a version is that of a saved flow; give the flow with it, and no draft")
	case in.Version != 0 && in.Version != f.Version:
		then, err := e.db.FlowForEngine(ctx, in.FlowKey, in.Version)
		if err != nil {
			return nil, err
		}
		f.Version, f.Description, f.Definition = then.Version, then.Description, then.Definition
	case in.Draft != nil || in.FlowKey == 0:
		var draft hub.FlowInput
		hub.Assign(&draft, in.Draft)
		f.Description, f.Definition = "", hub.FlowDefinition{}
		if err := f.Apply(draft); err != nil {
			return nil, err
		}
		e.normalFilter(f)
	}
	return f, e.mayUse(c, f)
}

// program compiles the flow. One whose targets make no sense yet is compiled without them, so that its rows can be seen; why
// says what would keep it from running.
func (v *previewing) program() (p *program, why *hub.Reason) {
	p, err := v.e.compile(v.Flow)
	if err == nil {
		return p, nil
	}
	why = &hub.Reason{Code: hub.ReasonInvalidFlow, Message: err.Error(), NextStep: "see the problems of the flow"}
	if v.Flow.Definition.Source == nil {
		return nil, why
	}
	bare := *v.Flow
	bare.Definition.Targets = nil
	if p, err = v.e.compileFrom(&bare); err != nil {
		return nil, why
	}
	return p, why
}

// mayAskFor asks for SEE on what the parameters of the source action read: what is found tells of it.
func (v *previewing) mayAskFor(p *program) error {
	q, err := v.e.query(p, &hub.Execution{Parameters: v.in.Parameters})
	if err != nil {
		return err
	}
	for _, row := range q.needs {
		if err := v.c.Need(row, hub.See); err != nil {
			return err
		}
	}
	return nil
}

// failed is an execution that could not begin.
func (v *previewing) failed(why hub.Reason) *hub.ExecutionPreview {
	return &hub.ExecutionPreview{Trigger: hub.StartedByHand, Outcome: hub.Failed, Reason: &why}
}

// obstacles says what would keep the flow from running, or from sending, as things are today. A draft that is not saved has
// none but those of its integration.
func (v *previewing) obstacles(ctx context.Context) error {
	add := func(code hub.ReasonCode, path, message, next string) {
		v.Obstacles = append(v.Obstacles, hub.Reason{Code: code, Path: path, Message: message, NextStep: next})
	}
	switch f := v.Flow; {
	case f.Key == 0:
	case f.ArchivedAt != nil:
		add(hub.ReasonFlowDisabled, "", "the flow is archived and runs no more", "make a new one")
	case !f.Enabled:
		add(hub.ReasonFlowDisabled, "", "the flow is not enabled", "enable it")
	}
	if v.e.pauses.queue.Load() {
		add(hub.ReasonQueuePaused, "", "the queue is paused, so messages would wait", "resume it")
	}
	if v.Flow.Paused != nil {
		add(hub.ReasonFlowPaused, "", "the flow is paused, so its messages would wait", "correct what its reason says, and resume it")
	}
	for i, t := range v.Flow.Definition.Targets {
		in, err := v.e.integration(ctx, v.e.now(), t.IntegrationKey)
		if err != nil || in == nil {
			return err // none is a problem of the flow
		}
		path := hub.Path("targets", i, "integration")
		if in.State == hub.IntegrationPaused {
			next := "correct what its reason says, and check it"
			if in.Pause != nil {
				next = "resume it when it may go on"
			}
			add(hub.ReasonIntegrationPaused, path, "the integration is paused, so messages would wait", next)
		}
		if c := v.e.connectors.Connector(in.Connector); c == nil || c.State != hub.ConnectorReady {
			add(hub.ReasonConnectorDown, path, "the connector is not running, so messages would wait", "")
		}
	}
	return nil
}

// beside reads for a preview: outside of any transaction, and what references lead to among the given records first.
type beside struct {
	ctx  context.Context
	e    *Engine
	now  time.Time
	find lookup
}

// Now is when the preview began.
func (b *beside) Now() time.Time { return b.now }

// Record reads a record by type and name; nil if there is none.
func (b *beside) Record(typ, name string) (*hub.Record, error) {
	return b.e.db.RecordNow(b.ctx, typ, name)
}

// RecordsOfSubject reads the records of a type that belong to a subject, at most limit.
func (b *beside) RecordsOfSubject(typ, subject string, limit int) ([]*hub.Record, error) {
	return b.e.db.RecordsOfSubjectAfter(b.ctx, typ, subject, 0, limit)
}

// Collection reads how an execution has gathered.
func (b *beside) Collection(execution int64) (*hub.Collection, error) {
	return b.e.db.CollectionForEngine(b.ctx, execution)
}

// Collected reads what an execution has gathered.
func (b *beside) Collected(execution int64) ([]*hub.Collected, error) {
	return b.e.db.CollectedForEngine(b.ctx, execution)
}

// Reference reads the fields of a record to which others refer.
func (b *beside) Reference(typ, name string) (hub.Fields, error) { return b.find(typ, name) }
