// Package graph is the GraphQL door of the hub. A resolver reads its arguments, makes one call to the store or the engine,
// and shapes the answer; it decides nothing. Who may do what is asked behind the door, where the data is.
//
// The schema is in schema/, one file per noun; go generate writes graph/generated and graph/model from it and adds the
// resolvers that are missing, and takes the snapshot of the schema that later changes keep to. Output types are the structs of
// hub and catalog themselves. Objects that an object links to are read through dataloaders, so that a list of n items costs a fixed
// number of reads for each of its links.
package graph

//go:generate go run ./generate
//go:generate go test -count=1 -run ^TestTheSchemaKeepsWhatItsSnapshotHas$ . -update

import (
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/graph/generated"
	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/meter"
	"github.com/recado-hub/recado/internal/quota"
	"github.com/recado-hub/recado/internal/sqlite"
)

// Authenticate turns a bearer token into the caller, as its consumer and group are at the moment, and says when the token
// ends. It is asked on every request and for every item of a subscription, so it must be cheap. Its errors are hub errors,
// UNAUTHENTICATED for a token that is not valid.
type Authenticate func(ctx context.Context, token, locale string) (hub.Caller, time.Time, error)

// Options are what the door needs. The first four are required; a limit of zero takes its default.
type Options struct {
	DB           *sqlite.DB
	Engine       *engine.Engine
	Catalog      *catalog.Catalog
	Authenticate Authenticate

	Quota     *quota.Quota  // what each consumer may ask for in a minute; nil: without end
	Sockets   *meter.Gauge  // counts the subscriptions that are followed over websockets; nil: nobody reads it
	Streams   *meter.Gauge  // counts those that are followed as event streams; likewise
	Log       *slog.Logger  // nil: slog.Default
	Limits                  // of an operation
	MaxBody   int64         // bytes of a request or of a websocket message; 1 MiB
	MaxAtOnce int           // queries of one consumer that run at the same time, while others wait; 4 for each processor
	Timeout   time.Duration // of a query or a mutation; 30 s
	KeepAlive time.Duration // between pings on a websocket, and between beats of an event stream; 20 s. A client that misses two is gone

	// Gather is how long what a query links to waits for more of its kind, to be read together; 0.5 ms. A machine that is so busy that what begins
	// together does not come together needs more.
	Gather time.Duration

	InitTimeout time.Duration // how long a websocket may stay open before its first message; 10 s

	Trusted         map[string]string // documents by their ids, which alone are answered (ReadTrusted); nil: all are
	NoIntrospection bool              // the schema is not told, and what was meant by a wrong name neither

	// Stopping ends when the hub is about to stop, and with it event streams, for which the server would else wait; nil: it never does.
	Stopping context.Context
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Stopping == nil {
		o.Stopping = context.Background()
	}
	o.Limits.fill()
	orDefault(&o.MaxBody, 1<<20)
	orDefault(&o.MaxAtOnce, 4*runtime.GOMAXPROCS(0))
	orDefault(&o.Timeout, 30*time.Second)
	orDefault(&o.KeepAlive, 20*time.Second)
	orDefault(&o.InitTimeout, 10*time.Second)
	orDefault(&o.Gather, 500*time.Microsecond)
	return o
}

func orDefault[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// maxDocuments is how many bytes of text the operations have that are kept, as they were parsed and held against the schema. That takes up
// to fifty times as much memory.
const maxDocuments = 2 << 20

// New makes the handler of /graphql: POST and GET by GraphQL over HTTP, the websocket protocol graphql-transport-ws, and GraphQL over
// server-sent events in distinct and single connection mode.
func New(o Options) http.Handler {
	o = o.withDefaults()
	errs := presenter{log: o.Log, note: func(d hub.Denial) { o.DB.NoteDenial(d, time.Now()) }}
	root := &resolver{db: o.DB, engine: o.Engine, catalog: o.Catalog, present: errs.present, tickets: &tickets{}, maxCost: o.MaxCost}
	schema := generated.NewExecutableSchema(generated.Config{Resolvers: root, Directives: generated.DirectiveRoot{Localized: localized}})

	exec := executor.New(schema)
	known := newCache[*ast.QueryDocument](maxDocuments)
	exec.SetQueryCache(known)
	exec.SetParserTokenLimit(o.MaxTokens)
	if o.NoIntrospection {
		exec.SetDisableSuggestion(true)
		exec.SetDefaultRulesFn(quickRules)
	}
	exec.SetErrorPresenter(errs.present)
	exec.SetRecoverFunc(errs.recovered)
	root.exec, root.schema = exec, schema.Schema()
	exec.Use(newDocuments(o.Trusted))
	exec.Use(limits{Limits: o.Limits, schema: schema.Schema(), coercer: coercer{schema.Schema()}, prices: pricesOf(schema.Schema()), documents: known, quota: o.Quota, noIntrospection: o.NoIntrospection})

	h := &handler{authenticate: o.Authenticate, log: o.Log, errs: errs, exec: exec, quota: o.Quota, turns: &turns{most: o.MaxAtOnce}, maxBody: o.MaxBody, timeout: o.Timeout, keepAlive: o.KeepAlive, initTimeout: o.InitTimeout,
		stopping: o.Stopping, tickets: root.tickets, sockets: o.Sockets, streams: o.Streams, newLoaders: func(l loading) *loaders { return newLoaders(o.DB, o.Engine, l) }, ofQuery: loading{o.Gather, true}}
	exec.AroundOperations(h.aroundOperation)
	return h
}

// handler looks at who asks before anything of the request is read.
type handler struct {
	authenticate Authenticate
	newLoaders   func(loading) *loaders
	ofQuery      loading
	errs         presenter
	exec         graphql.GraphExecutor
	quota        *quota.Quota
	turns        *turns
	log          *slog.Logger
	maxBody      int64
	timeout      time.Duration
	keepAlive    time.Duration
	initTimeout  time.Duration
	stopping     context.Context
	tickets      *tickets
	sockets      *meter.Gauge
	streams      *meter.Gauge
	reservations reservations
}
