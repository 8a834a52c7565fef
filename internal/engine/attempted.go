package engine

import (
	"context"
	"log/slog"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/trace"
)

// landed tells of an outcome that is committed: it counts the attempt, and writes its line.
func (e *Engine) landed(l *landing) {
	took := l.at.Sub(l.handed)
	if l.first {
		l.in.meters.count(&l.outcome)
		if !l.outcome.NotStarted {
			l.in.meters.took.Observe(int64(took))
			l.in.meters.recent.add(took)
		}
	}
	endAttempt(l.span, l.delivery, l.in, &l.outcome, l.handover.Attempt, l.at)
	e.tellAttempt(l.delivery, l.in, &l.outcome, attempted{l.handover.Attempt, took, l.handover.Trace, !l.first})
}

// lost tells of an attempt whose outcome did not come, once that is committed.
func (e *Engine) lost(ctx context.Context, exec *hub.Execution, d hub.Delivery, now time.Time) func() {
	in, err := e.integration(ctx, e.now(), d.IntegrationKey)
	if err != nil {
		in = nil // its line is written without it
	}
	started, before := d.UpdatedAt, exec.Trace
	return func() {
		o := &hub.Outcome{Kind: hub.OutcomeUnknown, Scope: hub.ScopeDelivery}
		if in != nil {
			in.meters.count(o)
		}
		span := e.tracer.Start(before, "attempt", trace.Client, started)
		endAttempt(span, &d, in, o, d.Tries, now)
		e.tellAttempt(&d, in, o, attempted{d.Tries, now.Sub(started), span.Trace(before), false})
	}
}

// The level of the line of an attempt. What went well is told when somebody is debugging: there may be thousands in a second, of
// which the history of each delivery tells as well. What a person has to look after is a warning.
func attemptLevel(kind hub.OutcomeKind) slog.Level {
	switch kind {
	case hub.OutcomeAccepted:
		return slog.LevelDebug
	case hub.OutcomeRetry, hub.OutcomeRejected:
		return slog.LevelInfo
	}
	return slog.LevelWarn
}

// maxCode bounds what of a provider's code stands in a line.
const maxCode = 80

// attempted is an attempt that ended, in numbers.
type attempted struct {
	number int
	took   time.Duration
	trace  hub.Trace
	late   bool // it was taken for unknown before, or a receipt told of it
}

// tellAttempt writes the one line of an attempt. Nothing of the message is in it: neither to whom it goes, nor its values, nor what the
// provider said in words, which may quote them. in is nil if the integration is gone.
func (e *Engine) tellAttempt(d *hub.Delivery, in *integration, o *hub.Outcome, a attempted) {
	level := attemptLevel(o.Kind)
	if !e.log.Enabled(context.Background(), level) {
		return
	}
	attrs := []slog.Attr{slog.String("delivery", d.ID()), slog.String("execution", hub.ID(hub.KindExecution, d.ExecutionKey)),
		slog.String("flow", hub.ID(hub.KindFlow, d.FlowKey)), slog.String("integration", hub.ID(hub.KindIntegration, d.IntegrationKey)),
		slog.Int("attempt", a.number), slog.String("kind", string(o.Kind)), slog.String("scope", string(o.Scope)), slog.Duration("took", a.took)}
	if in != nil {
		attrs = append(attrs, slog.String("connector", in.Connector))
	}
	if o.Code != "" {
		attrs = append(attrs, slog.String("code", hub.Clip(o.Code, maxCode)))
	}
	if id := a.trace.ID(); id != "" {
		attrs = append(attrs, slog.String("trace", id))
	}
	if a.late {
		attrs = append(attrs, slog.Bool("late", true))
	}
	e.log.LogAttrs(context.Background(), level, "attempt", attrs...)
}
