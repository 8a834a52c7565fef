package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/auth"
	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/feed"
	"github.com/recado-hub/recado/internal/host"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/meter"
	"github.com/recado-hub/recado/internal/metrics"
	"github.com/recado-hub/recado/internal/quota"
	"github.com/recado-hub/recado/internal/sqlite"
	"github.com/recado-hub/recado/internal/trace"
	"github.com/recado-hub/recado/internal/web"
)

// Version is the version of this program.
const Version = "0.1.0"

// Options say how a hub is to run.
type Options struct {
	Addr      string // where to listen, such as "127.0.0.1:8080"; port 0 takes a free one
	Data      string // data directory; made if need be
	PublicURL string // where the world reaches the hub; empty: http:// and the address on which it listens

	Plugins         string                         // directory of third-party connectors: executables recado-connector-NAME; empty: none
	TrustPlugins    bool                           // run whatever lies there, without its being trusted: for development
	ConnectorLimits map[string]hub.ConnectorLimits // by name; the empty name is for all others
	ConnectorStops  int                            // so many stops of a connector within five minutes keep it from being started for ten; 0: none do

	// OutboundAllow are addresses and networks that are not public and to which connectors may connect all the same, as
	// outbound.ParseAllowed reads them; empty: none.
	OutboundAllow string

	BootstrapKey    string // key of the first consumer; empty: generated
	BootstrapSecret string // its secret; empty: generated, and shown in Hub.First
	SecretsKey      string // key that seals secrets, base64; empty: the file SecretsKeyFile
	SigningKey      []byte // PEM of the keys that sign tokens; empty: a file in the data directory

	Doors Doors // how much callers may ask for

	Tracing bool // send traces where the standard's variables of the environment say (OTEL_…); false: never

	TokenTTL time.Duration // 0: the default of package auth
	Log      *slog.Logger  // nil: nothing is logged
}

// Hub is a running hub.
type Hub struct {
	// First is the consumer that the first start made, with its secret, unless Options gave it: the only time that it is seen. Nil
	// at later starts.
	First *hub.ConsumerSecret
	// URL is where the hub is reached by the world.
	URL string
	// Local is where it is reached on this machine.
	Local string
	// Done is closed when the hub stopped serving by itself; Err says why.
	Done chan struct{}
	Err  error

	trusted map[string]string
	catalog *catalog.Catalog
	db      *sqlite.DB
	engine  *engine.Engine
	host    *host.Host
	server  *http.Server
	tracer  *trace.Tracer
	cancel  context.CancelFunc
	log     *slog.Logger
}

// CatalogFile is the name of the file in the data directory in which a tenant declares fields of its own. It is read at the
// start and need not be there.
const CatalogFile = "catalog.json"

// feedSize is how many changes of the journal are kept in memory for subscribers.
const feedSize = 16_384

// Start opens the data directory, starts the connectors, settles what a crash left behind, and serves. An error is one
// clear line, and nothing is left running.
func Start(ctx context.Context, o Options) (_ *Hub, err error) {
	h := &Hub{Done: make(chan struct{}), log: o.Log}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close(ctx))
		}
	}()
	listener, err := h.listen(o)
	if err != nil {
		return nil, err
	}
	if err := h.trust(o.Doors.Trusted); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	if err := h.open(ctx, o); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	if err := h.serve(ctx, o, listener); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return h, nil
}

func (h *Hub) listen(o Options) (net.Listener, error) {
	l, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("the hub cannot listen on %s: %w", o.Addr, err)
	}
	h.Local = "http://" + l.Addr().String()
	h.URL = o.PublicURL
	if h.URL == "" {
		h.URL = h.Local
	}
	return l, nil
}

// open makes everything behind the doors: store, engine, connectors.
func (h *Hub) open(ctx context.Context, o Options) error {
	if info, err := os.Stat(o.Data); err == nil && !info.IsDir() {
		return fmt.Errorf("%s is a file; name a directory for the data with --data", o.Data)
	}
	findKey := func() ([]byte, error) { return secretsKey(ctx, o.Data, o.SecretsKey, h.log) }
	var err error
	if h.catalog, err = catalog.Load().WithFile(filepath.Join(o.Data, CatalogFile)); err != nil {
		return err
	}
	var tail atomic.Pointer[feed.Feed] // the feed begins where the journal ends, which only the open store can say
	h.db, err = sqlite.Open(ctx, o.Data, sqlite.Options{FindKey: findKey, Catalog: h.catalog, Committed: func(changes []hub.Change) {
		if f := tail.Load(); f != nil {
			f.Publish(changes)
		}
	}})
	if err != nil {
		return err
	}
	last, err := h.db.LastChange(ctx)
	if err != nil {
		return err
	}
	tail.Store(feed.New(feedSize, last))
	if h.First, err = h.db.Bootstrap(ctx, o.BootstrapKey, o.BootstrapSecret); err != nil {
		return err
	}
	if h.First != nil && o.BootstrapSecret != "" {
		h.First.Secret = "" // whoever chose it knows it
	}
	if o.Tracing {
		if h.tracer, err = trace.FromEnvironment(ctx, trace.Options{Version: Version, Log: h.log}); err != nil {
			return err
		}
	}
	h.engine = engine.New(engine.Options{DB: h.db, Catalog: h.catalog, Feed: tail.Load(), Log: h.log, Tracer: h.tracer, PublicURL: h.URL})
	connectors, err := h.hostOptions(o)
	if err != nil {
		return err
	}
	h.host = host.New(connectors)
	h.engine.Connect(h.host)
	return nil
}

// gcPercent lets the heap grow a little more between collections than Go does by itself. The live heap is small, so collecting costs little
// either way: with 400 the hub needs 6 µs of CPU less for an event, of some 280, and 60 MB more.
const gcPercent = 120

// TuneGC says how often garbage is collected, unless GOGC does. A command calls it before Start.
func TuneGC() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

// Connectors are many small allocations and little live memory, so collecting less often costs little; on a prototype one thread at a time
// measured best beside the hub.
var connectorRuntime = host.Runtime{GCPercent: 400, MaxProcs: 1}

// serve opens the doors. The connectors start meanwhile: what waits for them goes on when they are ready.
func (h *Hub) serve(ctx context.Context, o Options, listener net.Listener) error {
	signer, err := auth.Open(o.Data, auth.Options{DB: h.db, Issuer: h.URL, TTL: o.TokenTTL, KeyPEM: o.SigningKey, Say: web.Say, Log: h.log})
	if err != nil {
		return err
	}
	if err := h.host.Start(ctx); err != nil {
		return err
	}
	if err := h.engine.Start(ctx); err != nil {
		return err
	}
	requests, sockets, streams := &web.Requests{}, &meter.Gauge{}, &meter.Gauge{}
	allowed := quota.New(o.Doors.Requests, o.Doors.Cost)
	stopping, stop := context.WithCancel(context.WithoutCancel(ctx)) // event streams, for whose end the server would wait
	door := graph.New(graph.Options{DB: h.db, Engine: h.engine, Catalog: h.catalog, Authenticate: signer.Caller, Sockets: sockets, Streams: streams, Log: h.log,
		Stopping: stopping, Limits: o.Doors.Limits, Timeout: o.Doors.QueryTimeout, MaxAtOnce: o.Doors.AtOnce, NoIntrospection: o.Doors.NoIntrospection, Quota: allowed, Trusted: h.trusted})
	measured := metrics.New(metrics.Options{DB: h.db, Engine: h.engine, Requests: requests, Sockets: sockets, Streams: streams, Version: Version, Log: h.log})
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	h.cancel = cancel
	h.server = web.NewServer(web.New(web.Options{Auth: signer, Engine: h.engine, GraphQL: door, Quota: allowed, Origins: o.Doors.Origins, NoGraphiQL: o.Doors.NoGraphiQL, Metrics: measured, Requests: requests, PublicURL: h.URL, Log: h.log,
		Denied: func(d hub.Denial) { h.db.NoteDenial(d, time.Now()) }}), h.log)
	h.server.RegisterOnShutdown(stop)
	h.server.BaseContext = func(net.Listener) context.Context { return base }
	go func() {
		defer close(h.Done)
		if err := h.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			h.Err = fmt.Errorf("the hub stopped serving: %w", err)
		}
	}()
	return nil
}

// Close drains the hub: nothing new is accepted, what is with the connectors is answered or becomes UNKNOWN when ctx ends,
// every outcome is committed, then everything is closed.
func (h *Hub) Close(ctx context.Context) error {
	var errs []error
	if h.engine != nil {
		errs = append(errs, h.engine.Drain(ctx, h.endDoors))
	}
	if h.cancel != nil {
		h.cancel()
	}
	if h.db != nil {
		errs = append(errs, h.db.Close())
	}
	h.sendTraces(ctx)
	return errors.Join(errs...)
}

// tracesGrace is how long the last spans may take to be sent.
const tracesGrace = 3 * time.Second

// sendTraces sends the last spans. That they could not be sent is no failure of the hub.
func (h *Hub) sendTraces(ctx context.Context) {
	soon, cancel := context.WithTimeout(ctx, tracesGrace)
	defer cancel()
	if err := h.tracer.Close(soon); err != nil {
		h.log.Warn("the last spans were not sent", "error", err)
	}
}

// doorsGrace is how long requests that have begun may take once the connectors have ended: a client that sends slowly does not keep the
// hub from stopping.
const doorsGrace = 5 * time.Second

// endDoors waits for the connectors first, with the doors open: whoever asks is told that the hub is not ready, and what providers tell
// meanwhile is kept.
func (h *Hub) endDoors(ctx context.Context) error {
	var errs []error
	if h.host != nil {
		errs = append(errs, h.host.Close(ctx))
	}
	if h.server != nil {
		soon, cancel := context.WithTimeout(ctx, doorsGrace)
		if err := h.server.Shutdown(soon); err != nil {
			h.log.Warn("requests that did not end in time were cut off", "after", doorsGrace)
			errs = append(errs, h.server.Close())
		}
		cancel()
	}
	return errors.Join(errs...)
}
