// Package graph is the GraphQL door of the hub. A resolver reads its arguments, makes one call to the store or the engine,
// and shapes the answer; it decides nothing. Who may do what is asked behind the door, where the data is.
//
// The schema is in schema/, one file per noun; go generate writes graph/generated and graph/model from it and adds the
// resolvers that are missing. Output types are the structs of hub and catalog themselves. Objects that an object links to
// are read through dataloaders, so that a list of n items costs a fixed number of reads for each of its links.
package graph

//go:generate go tool gqlgen generate

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/graph/generated"
	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/meter"
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

	Sockets   *meter.Gauge  // counts the subscriptions that are followed over websockets; nil: nobody reads it
	Streams   *meter.Gauge  // counts those that are followed as event streams; likewise
	Log       *slog.Logger  // nil: slog.Default
	MaxDepth  int           // levels of fields in an operation; 12
	MaxCost   int           // of an operation, by its fields and list sizes; 100,000
	MaxRoot   int           // fields at the top of an operation, aliases counted; 30
	MaxBody   int64         // bytes of a request or of a websocket message; 1 MiB
	Timeout   time.Duration // of a query or a mutation; 30 s
	KeepAlive time.Duration // between pings on a websocket, and between beats of an event stream; 20 s. A client that misses two is gone

	InitTimeout time.Duration // how long a websocket may stay open before its first message; 10 s

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
	orDefault(&o.MaxDepth, 12)
	orDefault(&o.MaxCost, 100_000)
	orDefault(&o.MaxRoot, 30)
	orDefault(&o.MaxBody, 1<<20)
	orDefault(&o.Timeout, 30*time.Second)
	orDefault(&o.KeepAlive, 20*time.Second)
	orDefault(&o.InitTimeout, 10*time.Second)
	return o
}

func orDefault[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// maxTokens bounds the text of an operation before it is parsed as a whole. Whether fields of one name can be merged is found
// out by comparing each with each: 12,000 tokens take seconds. What is long by its values belongs into variables.
const maxTokens = 5_000

// New makes the handler of /graphql: POST and GET by GraphQL over HTTP, the websocket protocol graphql-transport-ws, and GraphQL over
// server-sent events in distinct and single connection mode.
func New(o Options) http.Handler {
	o = o.withDefaults()
	errs := presenter{log: o.Log, note: func(d hub.Denial) { o.DB.NoteDenial(d, time.Now()) }}
	root := &resolver{db: o.DB, engine: o.Engine, catalog: o.Catalog, present: errs.present, tickets: &tickets{}}
	schema := generated.NewExecutableSchema(generated.Config{Resolvers: root, Directives: generated.DirectiveRoot{Localized: localized}})

	exec := executor.New(schema)
	exec.SetQueryCache(lru.New[*ast.QueryDocument](1000))
	exec.SetParserTokenLimit(maxTokens)
	exec.SetErrorPresenter(errs.present)
	exec.SetRecoverFunc(errs.recovered)
	root.exec, root.schema = exec, schema.Schema()
	exec.Use(limits{schema: schema.Schema(), depth: o.MaxDepth, cost: o.MaxCost, root: o.MaxRoot})

	h := &handler{authenticate: o.Authenticate, log: o.Log, errs: errs, exec: exec, maxBody: o.MaxBody, timeout: o.Timeout, keepAlive: o.KeepAlive, initTimeout: o.InitTimeout,
		stopping: o.Stopping, tickets: root.tickets, sockets: o.Sockets, streams: o.Streams, newLoaders: func(remember bool) *loaders { return newLoaders(o.DB, remember) }}
	exec.AroundOperations(h.aroundOperation)
	return h
}

// handler looks at who asks before anything of the request is read.
type handler struct {
	authenticate Authenticate
	newLoaders   func(remember bool) *loaders
	errs         presenter
	exec         graphql.GraphExecutor
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
