package hub

import (
	"context"
	"strings"
)

// Trace says to which distributed trace something belongs, and what in it came before (W3C Trace Context). The zero Trace is none. It is
// kept and handed on whether or not the hub itself sends spans anywhere.
type Trace struct {
	Parent string // a traceparent of version 00
	State  string // the tracestate that came with it; may be empty
}

// Bounds of what is kept of a trace.
const (
	traceparentLength = 55  // of version 00
	maxTracestate     = 512 // bytes
)

// ParseTrace reads a traceparent and the tracestate beside it. One that is malformed is none, as the standard wants it: whoever
// follows traces is to lose a part of one, and nobody a message.
func ParseTrace(parent, state string) Trace {
	version, rest, _ := strings.Cut(parent, "-")
	switch {
	case len(parent) < traceparentLength, !lowerHex(version, 2), version == "ff", version == "00" && len(parent) != traceparentLength,
		len(parent) > traceparentLength && parent[traceparentLength] != '-':
		return Trace{}
	}
	id, span, flags := rest[:32], rest[33:49], rest[50:52]
	if rest[32] != '-' || rest[49] != '-' || !lowerHex(id, 32) || !lowerHex(span, 16) || !lowerHex(flags, 2) ||
		strings.Trim(id, "0") == "" || strings.Trim(span, "0") == "" {
		return Trace{}
	}
	t := Trace{Parent: parent}
	if version != "00" { // of a version that is not known yet, the parts that are known are handed on
		sampled := "00"
		if strings.IndexByte("13579bdf", flags[1]) >= 0 {
			sampled = "01"
		}
		t.Parent = "00-" + id + "-" + span + "-" + sampled
	}
	if t.State = strings.Trim(state, " ,\t"); len(t.State) > maxTracestate || !Printable(t.State) {
		t.State = ""
	}
	return t
}

// TraceOfHeader reads the headers of a request, named as net/http names them. Several traceparents are none; several tracestates are one.
func TraceOfHeader(h map[string][]string) Trace {
	parent := h["Traceparent"]
	if len(parent) != 1 {
		return Trace{}
	}
	return ParseTrace(parent[0], strings.Join(h["Tracestate"], ","))
}

func lowerHex(s string, length int) bool {
	for i := range len(s) {
		if c := s[i]; !('0' <= c && c <= '9' || 'a' <= c && c <= 'f') {
			return false
		}
	}
	return len(s) == length
}

// TraceOf reads what Text wrote.
func TraceOf(text string) Trace {
	parent, state, _ := strings.Cut(text, " ")
	return Trace{Parent: parent, State: state}
}

// Text is both parts in one; empty for none.
func (t Trace) Text() string {
	if t.State == "" {
		return t.Parent
	}
	return t.Parent + " " + t.State
}

// ID is the id of the whole trace; empty for none.
func (t Trace) ID() string {
	if t.Parent == "" {
		return ""
	}
	return t.Parent[3:35]
}

type traceKey struct{}

// WithTrace makes a context of something that belongs to a trace.
func WithTrace(ctx context.Context, t Trace) context.Context {
	if t.Parent == "" {
		return ctx
	}
	return context.WithValue(ctx, traceKey{}, t)
}

// TraceFrom is the trace to which a context belongs.
func TraceFrom(ctx context.Context) Trace {
	t, _ := ctx.Value(traceKey{}).(Trace)
	return t
}
