package trace_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/trace"
)

const came = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func TestASpanBelongsToWhatCameBefore(t *testing.T) {
	t.Parallel()
	collected := tracetest.NewInMemoryExporter()
	tracer := trace.To(collected)
	at := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	outer := tracer.Start(hub.Trace{Parent: came, State: "congo=t61"}, "outer", trace.Door, at)
	place := outer.Trace(hub.Trace{})
	inner := tracer.Start(place, "inner", trace.Client, at.Add(time.Second))
	inner.Set("recado.kind", "RETRY")
	inner.Fail("RETRY")
	inner.End(at.Add(2 * time.Second))
	outer.End(at.Add(3 * time.Second))
	tracer.Start(place, "never ended", trace.Queue, at)
	spans := collected.GetSpans()
	if len(spans) != 2 {
		t.Fatalf("%d spans were told", len(spans))
	}
	if s := spans[0]; s.Name != "inner" || s.Parent.SpanID() != spans[1].SpanContext.SpanID() || !s.Parent.IsRemote() || s.SpanKind != oteltrace.SpanKindClient ||
		s.Status.Description != "RETRY" || len(s.Attributes) != 1 || s.EndTime.Sub(s.StartTime) != time.Second {
		t.Errorf("the inner span is %+v", s)
	}
	for _, s := range spans {
		if s.SpanContext.TraceID().String() != hub.TraceOf(came).ID() || s.SpanContext.TraceState().String() != "congo=t61" {
			t.Errorf("the span %s is in the trace %s with the state %s", s.Name, s.SpanContext.TraceID(), s.SpanContext.TraceState())
		}
	}
	if place != hub.ParseTrace(place.Parent, place.State) || place.ID() != hub.TraceOf(came).ID() || place.State != "congo=t61" || place.Parent == came {
		t.Errorf("after the span comes %+v", place)
	}
}

func TestWhatIsNotSampledIsHandedOnAndNotTold(t *testing.T) {
	t.Parallel()
	collected := tracetest.NewInMemoryExporter()
	tracer := trace.To(collected, sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.NeverSample())))
	for name, before := range map[string]hub.Trace{"a trace that is not sampled": {Parent: came[:54] + "0"}, "a new one": {}} {
		span := tracer.Start(before, "span", trace.Door, time.Now())
		after := span.Trace(before)
		span.End(time.Now())
		if span.On() || !strings.HasSuffix(after.Parent, "-00") || before.Parent != "" && after.ID() != before.ID() {
			t.Errorf("%s goes on as %+v", name, after)
		}
	}
	if n := len(collected.GetSpans()); n != 0 {
		t.Errorf("%d spans were told", n)
	}
}

func TestWithoutATracerNothingIsMade(t *testing.T) {
	var none *trace.Tracer
	before := hub.Trace{Parent: came}
	at := time.Now()
	n := testing.AllocsPerRun(100, func() {
		span := none.Start(before, "span", trace.Door, at)
		span.Set("a", "b")
		span.Fail("c")
		span.End(at)
		if span.On() || span.Trace(before) != before {
			t.Error("there is a span")
		}
	})
	if err := none.Close(t.Context()); err != nil || n != 0 {
		t.Errorf("it allocates %v times, and closing says %v", n, err)
	}
}

// alone takes the variables of the machine away from a test.
func alone(t *testing.T, set map[string]string) {
	for _, name := range []string{"OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
		"OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_TRACES_SAMPLER"} {
		t.Setenv(name, set[name])
	}
}

func TestTheEnvironmentSaysWhetherThereIsATracer(t *testing.T) {
	for _, c := range []struct {
		name string
		set  map[string]string
		on   bool
		says string
	}{
		{"nothing is said", nil, false, ""},
		{"an endpoint", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, true, ""},
		{"an endpoint for traces alone", map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1/v1/traces"}, true, ""},
		{"otlp without an endpoint", map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}, true, ""},
		{"none in spite of an endpoint", map[string]string{"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, false, ""},
		{"disabled", map[string]string{"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "otlp"}, false, ""},
		{"console", map[string]string{"OTEL_TRACES_EXPORTER": "console"}, true, ""},
		{"another exporter", map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, false, `"zipkin" is no exporter that is offered; use otlp, console or none`},
		{"another protocol", map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, false, `"grpc" is not offered; use http/protobuf`},
	} {
		t.Run(c.name, func(t *testing.T) {
			alone(t, c.set)
			tracer, err := trace.FromEnvironment(t.Context(), trace.Options{Version: "1.2.3", Console: io.Discard})
			if (tracer != nil) != c.on || (err != nil) != (c.says != "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("there is a tracer: %v; %v", tracer != nil, err)
			}
			if err := tracer.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSpansArriveAtACollectorWithWhoseTheyAre(t *testing.T) {
	bodies := make(chan []byte, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" || r.Header.Get("X-Key") != "k" {
			t.Errorf("%s with %v, %v", r.URL, r.Header, err)
		}
		bodies <- b
	}))
	defer collector.Close()
	alone(t, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": collector.URL, "OTEL_EXPORTER_OTLP_HEADERS": "x-key=k", "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=plant-7"})
	tracer, err := trace.FromEnvironment(t.Context(), trace.Options{Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	tracer.Start(hub.Trace{}, "a span of the hub", trace.Door, time.Now()).End(time.Now())
	if err := tracer.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	body := <-bodies
	for _, part := range []string{"a span of the hub", "recado", "1.2.3", "plant-7"} {
		if !bytes.Contains(body, []byte(part)) {
			t.Errorf("the collector was not told %q", part)
		}
	}
}
