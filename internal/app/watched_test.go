//go:build unix

package app_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// collector is where the hub sends its spans.
type collector struct {
	*httptest.Server
	mu   sync.Mutex
	came []byte
}

func newCollector(t *testing.T) *collector {
	c := &collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("%s: %v", r.URL, err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.came = append(c.came, b...)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *collector) has(part string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Contains(c.came, []byte(part))
}

func TestTheWholeProgramCanBeWatched(t *testing.T) {
	t.Parallel()
	w, spans := newWorld(t, sandbox.Options{}), newCollector(t)
	if code := w.hub.end(t, syscall.SIGTERM); code != 0 {
		t.Fatalf("the hub ended with %d", code)
	}
	w.hub = serve(t, w.dir, w.hub.addr(), "OTEL_EXPORTER_OTLP_ENDPOINT="+spans.URL, "OTEL_SERVICE_NAME=the hub of plant 7")
	first := w.consumer.publish(t, workOrder("OS-1", 1, "+5531998765432"))
	e := w.consumer.settled(t, first.Executions[0].ID, "READ")
	stream := w.consumer.subscribe(t, e.Timeline[0].Cursor)
	stream.until(t, "OS-1", "READ")
	text := fetch(t, w.hub.url+"/metrics")
	for _, line := range []string{`recado_occurrences_total{result="accepted"} 1`, `recado_deliveries_total{state="READ"} 1`, `recado_connector_up{connector="whatsapp"} 1`,
		`recado_attempts_total{connector="whatsapp",kind="ACCEPTED",scope="DELIVERY"} 1`, `recado_subscribers{transport="websocket"} 1`,
		`recado_http_requests_total{code="202",route="/events"} 1`, `recado_connector_restarts_total{connector="whatsapp"} 0`} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("the metrics do not say %s", line)
		}
	}
	for _, name := range []string{"\ngo_goroutines ", "\nprocess_cpu_seconds_total "} {
		if !strings.Contains(text, name) {
			t.Errorf("the metrics have no %s", name)
		}
	}
	if code := w.hub.end(t, syscall.SIGTERM); code != 0 {
		t.Fatalf("the hub ended with %d", code)
	}
	for _, part := range []string{"publish", "execute", "attempt", "the hub of plant 7", e.Deliveries[0].ID} {
		if !spans.has(part) {
			t.Errorf("the collector was not told of %q", part)
		}
	}
	if spans.has("5531998765432") || spans.has("Jonas Campos") {
		t.Error("the collector was told of the person")
	}
}

func TestAHubThatCannotSendTracesAsItIsToldDoesNotStart(t *testing.T) {
	t.Parallel()
	p := run(t, []string{"OTEL_TRACES_EXPORTER=zipkin"}, "serve", "--addr", anyPort, "--data", t.TempDir())
	if code := p.exit(t); code != 1 || !strings.Contains(p.errs.String(), `OTEL_TRACES_EXPORTER: "zipkin" is no exporter that is offered; use otlp, console or none`) {
		t.Errorf("it ended with %d: %s", code, p.errs.String())
	}
}
