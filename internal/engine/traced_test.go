package engine_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/trace"
)

// theCallers is the span in which an occurrence is published.
var theCallers = hub.Trace{Parent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", State: "congo=t61rcWkgMzE"}

// publishIn publishes an occurrence that belongs to a trace.
func publishIn(t *testing.T, h *hubtest.Hub, tr hub.Trace, in hub.OccurrenceInput) *hub.Published {
	t.Helper()
	out, err := h.Engine.Publish(hub.WithTrace(t.Context(), tr), h.Admin, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// tree writes spans with those that they come after: "publish < attempt", in the order in which they began.
func tree(t *testing.T, spans tracetest.SpanStubs) string {
	t.Helper()
	names := map[oteltrace.SpanID]string{}
	for _, s := range spans {
		names[s.SpanContext.SpanID()] = s.Name
		if s.SpanContext.TraceID().String() != theCallers.ID() || s.SpanContext.TraceState().String() != theCallers.State {
			t.Errorf("the span %s is in the trace %s (%s)", s.Name, s.SpanContext.TraceID(), s.SpanContext.TraceState())
		}
		if s.EndTime.Before(s.StartTime) {
			t.Errorf("the span %s ends before it begins", s.Name)
		}
	}
	names[oteltrace.SpanID{0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7}] = "the caller"
	slices.SortStableFunc(spans, func(a, b tracetest.SpanStub) int { return a.StartTime.Compare(b.StartTime) })
	var lines []string
	for _, s := range spans {
		lines = append(lines, names[s.Parent.SpanID()]+" < "+s.Name)
	}
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}

// about is what a span says under a name.
func about(s tracetest.SpanStub, name string) string {
	for _, a := range s.Attributes {
		if string(a.Key) == name {
			return a.Value.String()
		}
	}
	return ""
}

func TestOneTraceLeadsFromThePublisherToTheAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		collected, d := tracetest.NewInMemoryExporter(), &diary{}
		h := hubtest.Engine(t, hubtest.EngineOptions{Tracer: trace.To(collected), Log: slog.New(slog.NewJSONHandler(d, &slog.HandlerOptions{Level: slog.LevelDebug}))})
		h.Assignment(t, nil)
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRetry, Scope: hub.ScopeDelivery, Code: "130429"}, hub.Outcome{Kind: hub.OutcomeAccepted, Scope: hub.ScopeDelivery})
		h.Connector.Delay(time.Second)
		out := publishIn(t, h, theCallers, forJonas("OT-1"))
		after(time.Hour)
		_, delivery := one(t, h, started(t, out))
		spans := collected.GetSpans()
		if got := tree(t, spans); got != "execute < attempt, execute < attempt, publish < execute, publish < execute, the caller < publish" {
			t.Errorf("the spans are %s", got)
		}
		var kinds, places []string
		for _, s := range spans {
			if s.Name == "attempt" {
				kinds = append(kinds, about(s, "recado.kind")+about(s, "recado.code"))
				places = append(places, s.SpanContext.SpanID().String())
				if about(s, "recado.delivery") != delivery.ID() || s.EndTime.Sub(s.StartTime) != time.Second || about(s, "recado.connector") != hubtest.ConnectorName {
					t.Errorf("the attempt says %v and took %s", s.Attributes, s.EndTime.Sub(s.StartTime))
				}
			}
			for _, a := range s.Attributes {
				if v := a.Value.String(); strings.Contains(v, "5511999990001") || strings.Contains(v, "Lubricate") {
					t.Errorf("the span %s tells of %s", s.Name, v)
				}
			}
		}
		if got := strings.Join(kinds, " "); got != "RETRY130429 ACCEPTED" {
			t.Errorf("the attempts are %s", got)
		}
		for i, sent := range h.Connector.Sent() {
			if sent.Trace.Parent != "00-"+theCallers.ID()+"-"+places[i]+"-01" || sent.Trace.State != theCallers.State {
				t.Errorf("with attempt %d the connector was given %+v; its span is %s", i+1, sent.Trace, places[i])
			}
		}
		for _, l := range d.attempts(t) {
			if l["trace"] != theCallers.ID() {
				t.Errorf("the line of the attempt has the trace %v", l["trace"])
			}
		}
	})
}

func TestATraceOutlivesTheHubThatBeganIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		collected := tracetest.NewInMemoryExporter()
		h := hubtest.Engine(t, hubtest.EngineOptions{Tracer: trace.To(collected)})
		h.Assignment(t, nil)
		h.Connector.Down()
		key := started(t, publishIn(t, h, theCallers, forJonas("OT-1")))
		settled()
		is(t, h, key, "WAITING CONNECTOR_DOWN: PENDING")
		h.Stop(t)
		connector := hubtest.NewConnector()
		again := hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir, Connector: connector, Tracer: trace.To(collected)})
		again.Engine.ConnectorChanged(*connector.Connector(hubtest.ConnectorName))
		after(time.Hour)
		is(t, again, key, "CLOSED SUCCEEDED: ACCEPTED")
		if got := tree(t, collected.GetSpans()); got != "execute < attempt, publish < execute, publish < execute, the caller < publish" {
			t.Errorf("the spans are %s", got)
		}
	})
}

func TestAnAttemptThatACrashCutOffIsInItsTrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		collected := tracetest.NewInMemoryExporter()
		h := hubtest.Engine(t, hubtest.EngineOptions{Tracer: trace.To(collected)})
		h.Assignment(t, nil)
		h.Connector.Hold()
		publishIn(t, h, theCallers, forJonas("OT-1"))
		settled()
		h.Stop(t)
		hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir, Tracer: trace.To(collected)})
		settled()
		spans := collected.GetSpans()
		if got := tree(t, spans); got != "publish < attempt, publish < execute, the caller < publish" {
			t.Errorf("the spans are %s", got)
		}
		for _, s := range spans {
			if s.Name == "attempt" && about(s, "recado.kind") != "UNKNOWN" {
				t.Errorf("the attempt says %v", s.Attributes)
			}
		}
	})
}

func TestWithoutATracerTheTraceIsHandedOnAsItCame(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		publishIn(t, h, theCallers, forJonas("OT-1"))
		own := forJonas("OT-2") // what it says itself wins over the way by which it came
		own.Trace = hub.Trace{Parent: strings.Replace(theCallers.Parent, "4bf9", "beef", 1)}
		publishIn(t, h, theCallers, own)
		publishIn(t, h, hub.Trace{}, forJonas("OT-3"))
		task := hubtest.Task("OT-4", 4711, jonas)
		up, err := h.Engine.RecordsUpsert(t.Context(), h.Admin, hub.RecordsInput{Records: []hub.RecordInput{task}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Engine.FlowRun(hub.WithTrace(t.Context(), theCallers), h.Admin, a.Flow.Key, hub.FlowRunInput{RecordKeys: []int64{up.Results[0].Record.Key}}); err != nil {
			t.Fatal(err)
		}
		settled()
		var got []hub.Trace
		for _, s := range h.Connector.Sent() {
			got = append(got, s.Trace)
		}
		if want := []hub.Trace{theCallers, own.Trace, {}, theCallers}; !slices.Equal(got, want) {
			t.Errorf("the connector was given %+v, want %+v", got, want)
		}
	})
}

func TestWhatTheClockStartsBeginsATraceOfItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		collected := tracetest.NewInMemoryExporter()
		h := hubtest.Engine(t, hubtest.EngineOptions{Tracer: trace.To(collected)})
		clockFlow(t, h, &hub.Schedule{Cron: "0 8 * * *", TimeZone: "UTC"}, nil)
		h.Publish(t, hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 1, jonas), hubtest.Person(jonas, jonasPhone)))
		collected.Reset()
		after(9 * time.Hour)
		byName := map[string][]tracetest.SpanStub{}
		for _, s := range collected.GetSpans() {
			byName[s.Name] = append(byName[s.Name], s)
		}
		if len(byName["schedule"]) != 1 || len(byName["attempt"]) != 1 || byName["schedule"][0].Parent.IsValid() ||
			byName["attempt"][0].SpanContext.TraceID() != byName["schedule"][0].SpanContext.TraceID() {
			t.Errorf("the spans are %v", byName)
		}
	})
}

// What is published in a transaction that is not kept is told as refused, and nothing that it would have started is told at all.
func TestWhatIsUndoneIsNotTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		collected := tracetest.NewInMemoryExporter()
		h := hubtest.Engine(t, hubtest.EngineOptions{Tracer: trace.To(collected)})
		h.Assignment(t, nil)
		publishIn(t, h, theCallers, forJonas("OT-1"))
		settled()
		collected.Reset()
		other := forJonas("OT-1")
		other.Subject = "another one"
		if _, err := h.Engine.Publish(hub.WithTrace(context.Background(), theCallers), h.Admin, other); hub.CodeOf(err) != hub.CodeConflict {
			t.Fatal(err)
		}
		settled()
		spans := collected.GetSpans()
		if len(spans) != 1 || spans[0].Name != "publish" || about(spans[0], "recado.error") != "CONFLICT" {
			t.Errorf("the spans are %v", spans)
		}
	})
}
