package trace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// Tracer sends spans to an exporter. A nil one does nothing.
type Tracer struct {
	provider *sdktrace.TracerProvider
	tracer   oteltrace.Tracer
}

// Options say whose spans they are.
type Options struct {
	Version string       // of the hub
	Console io.Writer    // where the exporter console writes; nil: standard output
	Log     *slog.Logger // is told of spans that could not be sent; nil: slog.Default
}

// FromEnvironment makes the tracer that the standard's variables ask for (opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables);
// nil if they ask for none. OTEL_TRACES_EXPORTER is otlp, console or none; left out it is otlp if there is an endpoint and none if there is none, so
// that a hub whose environment says nothing sends nothing. Sampling, batching, headers, certificates and resource attributes
// are read by the SDK itself.
func FromEnvironment(ctx context.Context, o Options) (*Tracer, error) {
	exporter, err := exporterOf(ctx, o)
	if err != nil || exporter == nil {
		return nil, err
	}
	whose, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "recado"), attribute.String("service.version", o.Version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	log := o.Log
	if log == nil {
		log = slog.Default()
	}
	// There is one for the whole process; it would else write to standard error past the log.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("spans were not sent", "error", err) }))
	return newTracer(sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(whose))), nil
}

// To makes a tracer that gives each span to an exporter as it ends.
func To(exporter sdktrace.SpanExporter, o ...sdktrace.TracerProviderOption) *Tracer {
	return newTracer(sdktrace.NewTracerProvider(append(o, sdktrace.WithSyncer(exporter))...))
}

func newTracer(p *sdktrace.TracerProvider) *Tracer {
	return &Tracer{provider: p, tracer: p.Tracer("github.com/recado-hub/recado")}
}

// Close sends what is left.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// exporterOf is the exporter that the environment asks for; nil for none.
func exporterOf(ctx context.Context, o Options) (sdktrace.SpanExporter, error) {
	if os.Getenv("OTEL_SDK_DISABLED") == "true" {
		return nil, nil
	}
	name := os.Getenv("OTEL_TRACES_EXPORTER")
	if name == "" && firstOf("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT") != "" {
		name = "otlp"
	}
	switch name {
	case "", "none":
		return nil, nil
	case "console":
		if o.Console == nil {
			o.Console = os.Stdout
		}
		return stdouttrace.New(stdouttrace.WithWriter(o.Console))
	case "otlp":
		if p := firstOf("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"); p != "" && p != "http/protobuf" {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL: %q is not offered; use http/protobuf, which collectors take on port 4318", p)
		}
		exporter, err := otlptracehttp.New(ctx)
		if err != nil {
			return nil, errors.Join(errors.New("the exporter for traces cannot be made"), err)
		}
		return exporter, nil
	}
	return nil, fmt.Errorf("OTEL_TRACES_EXPORTER: %q is no exporter that is offered; use otlp, console or none", name)
}

// firstOf is the first of these variables that is set.
func firstOf(names ...string) string {
	for _, n := range names {
		if v := os.Getenv(n); v != "" {
			return v
		}
	}
	return ""
}
