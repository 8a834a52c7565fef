package engine

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
	"github.com/recado-hub/recado/internal/trace"
)

// door begins the span of something that a caller asks for. What is made in the context that it returns belongs to its trace; without
// a tracer to that which the caller brought.
func (e *Engine) door(ctx context.Context, name string) (context.Context, trace.Span) {
	if e.tracer == nil {
		return ctx, trace.Span{}
	}
	came := hub.TraceFrom(ctx)
	span := e.tracer.Start(came, name, trace.Door, time.Now())
	return hub.WithTrace(ctx, span.Trace(came)), span
}

// closeDoor ends the span of a door. That a caller asks for something wrong is no fault of the hub.
func closeDoor(span trace.Span, err error) {
	if !span.On() {
		return
	}
	if err != nil {
		code := hub.CodeOf(err)
		span.Set("recado.error", string(code))
		if code == hub.CodeInternal || code == hub.CodeUnavailable {
			span.Fail(string(code))
		}
	}
	span.End(time.Now())
}

// byItself begins a span for what nobody asks for, which is told once the transaction is durable.
func (e *Engine) byItself(ctx context.Context, tx *sqlite.Tx, name string) context.Context {
	if e.tracer == nil {
		return ctx
	}
	span := e.tracer.Start(hub.Trace{}, name, trace.Queue, time.Now())
	tx.AfterCommit(func() { span.End(time.Now()) })
	return hub.WithTrace(ctx, span.Trace(hub.Trace{}))
}

// setOut begins the span of a pass over the execution.
func (r *run) setOut() {
	if r.e.tracer != nil {
		r.span = r.e.tracer.Start(r.exec.Trace, "execute", trace.Queue, time.Now())
	}
}

// arrive ends it, once the transaction is durable. A pass that changed nothing is not told: an execution that waits may be looked
// at many times.
func (r *run) arrive() {
	if !r.span.On() || len(r.lines) == 0 {
		return
	}
	span, exec := r.span, r.exec
	span.Set("recado.execution", exec.ID())
	span.Set("recado.flow", hub.ID(hub.KindFlow, exec.FlowKey))
	span.Set("recado.state", string(exec.State))
	span.Set("recado.outcome", string(exec.Outcome))
	span.Set("recado.waiting_for", string(exec.WaitingFor))
	span.Number("recado.deliveries", len(r.items))
	r.tx.AfterCommit(func() { span.End(time.Now()) })
}

// attempted begins the span of an attempt, and says to which trace the connector is to add.
func (r *run) attempted() (trace.Span, hub.Trace) {
	if r.e.tracer == nil {
		return trace.Span{}, r.exec.Trace
	}
	before := r.span.Trace(r.exec.Trace)
	span := r.e.tracer.Start(before, "attempt", trace.Client, time.Now())
	return span, span.Trace(before)
}

// endAttempt ends the span of an attempt. Like its line in the log, it tells nothing of the message.
func endAttempt(span trace.Span, d *hub.Delivery, in *integration, o *hub.Outcome, number int, at time.Time) {
	if !span.On() {
		return
	}
	span.Set("recado.delivery", d.ID())
	span.Set("recado.execution", hub.ID(hub.KindExecution, d.ExecutionKey))
	span.Set("recado.integration", hub.ID(hub.KindIntegration, d.IntegrationKey))
	span.Number("recado.attempt", number)
	span.Set("recado.kind", string(o.Kind))
	span.Set("recado.code", hub.Clip(o.Code, maxCode))
	if in != nil {
		span.Set("recado.connector", in.Connector)
	}
	if o.Kind != hub.OutcomeAccepted {
		span.Fail(string(o.Kind))
	}
	span.End(at)
}
