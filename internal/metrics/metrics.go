package metrics

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/meter"
	"github.com/recado-hub/recado/internal/sqlite"
	"github.com/recado-hub/recado/internal/web"
)

// Options are what is measured.
type Options struct {
	DB       *sqlite.DB
	Engine   *engine.Engine
	Requests *web.Requests
	Sockets  *meter.Gauge // subscriptions that are followed over websockets
	Streams  *meter.Gauge // subscriptions that are followed as event streams
	Version  string       // of the hub
	Log      *slog.Logger // nil: slog.Default
}

// Bounds of a scrape.
const (
	scrapeTimeout = 10 * time.Second
	scrapesAtOnce = 4 // more wait for nothing: they are answered 503
)

// New is the handler of /metrics: the registry of one hub, with the metrics of the Go runtime and of the process.
func New(o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	r := Registry(o)
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(o.Log.Handler(), slog.LevelError),
		ErrorHandling:       promhttp.ContinueOnError, // what can be read is shown, and the log says what could not
		MaxRequestsInFlight: scrapesAtOnce,
		Timeout:             scrapeTimeout,
	})
}

// Registry gathers the metrics of one hub.
func Registry(o Options) *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), newCollector(o))
	return r
}
