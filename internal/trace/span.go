package trace

import (
	"context"
	"encoding/hex"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/recado-hub/recado/internal/hub"
)

// Kind says on which side of what a span stands.
type Kind int

// The kinds of spans.
const (
	Door   Kind = iota // somebody asked, and waits for the answer
	Queue              // it was asked for earlier, and nobody waits
	Client             // somebody else is asked
)

var kinds = [...]oteltrace.SpanKind{Door: oteltrace.SpanKindServer, Queue: oteltrace.SpanKindConsumer, Client: oteltrace.SpanKindClient}

// Span is something that takes time. The zero Span is none, and ignores what it is told.
type Span struct{ span oteltrace.Span }

// Start begins a span that belongs to a trace; without one it begins a trace of its own.
func (t *Tracer) Start(parent hub.Trace, name string, kind Kind, at time.Time) Span {
	if t == nil {
		return Span{}
	}
	ctx := context.Background()
	if before, ok := contextOf(parent); ok {
		ctx = oteltrace.ContextWithRemoteSpanContext(ctx, before)
	}
	_, span := t.tracer.Start(ctx, name, oteltrace.WithTimestamp(at), oteltrace.WithSpanKind(kinds[kind]))
	return Span{span}
}

// On says whether anybody will be told of the span: what is only for it need not be worked out otherwise.
func (s Span) On() bool { return s.span != nil && s.span.IsRecording() }

// Set says something of the span.
func (s Span) Set(key, value string) {
	if s.On() && value != "" {
		s.span.SetAttributes(attribute.String(key, value))
	}
}

// Number says a number of the span.
func (s Span) Number(key string, n int) {
	if s.On() {
		s.span.SetAttributes(attribute.Int(key, n))
	}
}

// Fail says that it went wrong, with a code.
func (s Span) Fail(code string) {
	if s.On() {
		s.span.SetStatus(codes.Error, code)
	}
}

// End ends the span, which is told then.
func (s Span) End(at time.Time) {
	if s.span != nil {
		s.span.End(oteltrace.WithTimestamp(at))
	}
}

// Trace is what comes after the span: its own place in the trace, or that which is given if there is no span.
func (s Span) Trace(otherwise hub.Trace) hub.Trace {
	if s.span == nil {
		return otherwise
	}
	c := s.span.SpanContext()
	if !c.IsValid() {
		return otherwise
	}
	var b [55]byte
	id, span := c.TraceID(), c.SpanID()
	text := append(b[:0], "00-"...)
	text = append(hex.AppendEncode(text, id[:]), '-')
	text = append(hex.AppendEncode(text, span[:]), "-00"...)
	if c.IsSampled() {
		text[54] = '1'
	}
	return hub.Trace{Parent: string(text), State: c.TraceState().String()}
}

// contextOf is a trace as OpenTelemetry has it.
func contextOf(t hub.Trace) (oteltrace.SpanContext, bool) {
	if t.Parent == "" {
		return oteltrace.SpanContext{}, false
	}
	var c oteltrace.SpanContextConfig
	var flags [1]byte
	_, err := hex.Decode(c.TraceID[:], []byte(t.Parent[3:35]))
	if err == nil {
		_, err = hex.Decode(c.SpanID[:], []byte(t.Parent[36:52]))
	}
	if err == nil {
		_, err = hex.Decode(flags[:], []byte(t.Parent[53:55]))
	}
	if err != nil {
		return oteltrace.SpanContext{}, false
	}
	c.TraceFlags, c.Remote = oteltrace.TraceFlags(flags[0]), true
	if state, err := oteltrace.ParseTraceState(t.State); err == nil {
		c.TraceState = state
	}
	return oteltrace.NewSpanContext(c), true
}
