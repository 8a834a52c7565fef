package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/feed"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// door is a hub with its GraphQL door, on a real store and a running engine; only connector and tokens are the test's own.
type door struct {
	t      *testing.T
	db     *sqlite.DB
	engine *engine.Engine
	post   *postman
	tokens *tokens
	url    string
	dir    string // where the data are
	admin  string // a token with every right
}

func newDoor(t *testing.T, change func(*graph.Options)) *door {
	t.Helper()
	return newDoorOver(t, func(*sqlite.Options) {}, change)
}

// newDoorOver is newDoor over a store with options of its own, whose feed is told of what it commits unless they say otherwise.
func newDoorOver(t *testing.T, store func(*sqlite.Options), change func(*graph.Options)) *door {
	t.Helper()
	news := feed.New(1000, 0)
	dir := hubtest.Dir(t)
	db := hubtest.Open(t, dir, func(o *sqlite.Options) {
		o.Committed = news.Publish
		store(o)
	})
	post := &postman{}
	e := engine.New(engine.Options{DB: db, Catalog: catalog.Load(), Feed: news, Connectors: post, PublicURL: "http://hub.test"})
	post.outcomes = e.Outcomes
	if err := e.Start(t.Context()); err != nil {
		t.Fatalf("starting the engine: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := e.Drain(ctx, post.rest); err != nil {
			t.Errorf("draining the engine: %v", err)
		}
	})
	k := &tokens{db: db, known: map[string]ticket{}}
	o := graph.Options{DB: db, Engine: e, Catalog: catalog.Load(), Authenticate: k.authenticate,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	if change != nil {
		change(&o)
	}
	server := httptest.NewServer(graph.New(o))
	t.Cleanup(server.Close)
	d := &door{t: t, db: db, engine: e, post: post, tokens: k, url: server.URL, dir: dir}
	d.admin = d.tokenOf(hubtest.Admin(t, db))
	return d
}

func (d *door) tokenOf(c hub.Caller) string {
	return d.tokens.give(c.Consumer.Key, time.Now().Add(time.Hour))
}

// tokens stands in for the real ones: it knows whose they are and until when, and reads the rights afresh each time.
type tokens struct {
	db    *sqlite.DB
	mu    sync.Mutex
	known map[string]ticket
}

type ticket struct {
	consumer int64
	until    time.Time
	scope    hub.Grants
	taken    bool // back
}

func (k *tokens) give(consumer int64, until time.Time) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	name := fmt.Sprintf("token-%d", len(k.known)+1)
	k.known[name] = ticket{consumer: consumer, until: until}
	return name
}

// narrow is give for an hour and a scope.
func (k *tokens) narrow(consumer int64, scope hub.Grants) string {
	name := k.give(consumer, time.Now().Add(time.Hour))
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.known[name]
	t.scope = scope
	k.known[name] = t
	return name
}

// take takes a token back.
func (k *tokens) take(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.known[name]
	t.taken = true
	k.known[name] = t
}

func (k *tokens) endOf(name string) time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.known[name].until
}

func (k *tokens) authenticate(ctx context.Context, name, locale string) (hub.Caller, time.Time, error) {
	k.mu.Lock()
	t, ok := k.known[name]
	k.mu.Unlock()
	if !ok || t.taken || !time.Now().Before(t.until) {
		return hub.Caller{}, time.Time{}, &hub.Error{Code: hub.CodeUnauthenticated, Message: "the token is not valid"}
	}
	c, err := k.db.Caller(ctx, t.consumer, locale)
	c.Scope = t.scope
	return c, t.until, err
}

// postman is a connector that takes every message, except to recipients that it is told to refuse.
type postman struct {
	outcomes func(int64, []hub.Outcome)
	mu       sync.Mutex
	sent     []hub.Handover
	refuse   string
	lose     string                                           // what becomes of messages to this recipient is not known
	answer   func(hub.Handover, *hub.Outcome)                 // changes what becomes of a message
	saw      *hub.LookupAnswer                                // what the postman says when asked about a letter; nil: nobody can be asked
	bring    func(hub.SourceQuery) ([]json.RawMessage, error) // what lies in a box; nil: the postman brings nothing
	problems []hub.Problem
	busy     sync.WaitGroup

	restarted atomic.Int64
	strange   atomic.Pointer[hub.Schema]            // its settings, if they are others
	refused   atomic.Pointer[hub.RefusedExecutable] // a newer one that lies there and nobody trusts
}

func (p *postman) describe() *hub.Connector {
	label := func(en, pt string) hub.Labels { return hub.Labels{"en": en, "pt-BR": pt} }
	c := &hub.Connector{
		Name: "post", Version: "1.0", Title: label("Post", "Correio"), Roles: []string{"DESTINATION"}, State: hub.ConnectorReady,
		Settings: hub.Schema{
			JSON: json.RawMessage(`{"type":"object","properties":{"stamp":{"type":"string"},"key":{"type":"string","writeOnly":true},"area":{"type":"string","default":"north"}},"required":["stamp","key"],"additionalProperties":false}`),
			Labels: map[string]hub.FieldLabels{"area": {Title: label("Area", "Área")}, "stamp": {Title: label("Stamp", "Selo")},
				"key": {Title: label("Key", "Chave")}},
		},
		Actions: []hub.ConnectorAction{{
			Key: "letter", Title: label("Letter", "Carta"), Parameters: hub.Schema{JSON: json.RawMessage(`{"type":"object","properties":{"template":{"type":"string"}},"required":["template"]}`)},
			Values: hub.ValuesSpec{Positional: true, Named: true, Min: 1, Max: 7}, Recipient: hub.RecipientSpec{Format: "e164", Title: label("Phone", "Telefone")},
		}},
		Sources: []hub.ConnectorSource{{Key: "letters", Title: label("Letters", "Cartas"), Help: label("What lies in a box", "O que há numa caixa"), Category: "box",
			Parameters: hub.Schema{JSON: json.RawMessage(`{"type":"object","properties":{"box":{"type":"string"}}}`)}}},
		Limits:       []hub.Limit{{Key: "rate", Scope: "INTEGRATION", PerSecond: 1000, Burst: 1000, Where: map[string]string{"area": "north"}}},
		Capabilities: hub.Capabilities{Receipts: true, Preview: true, InFlight: 100},
		Restarts:     int(p.restarted.Load()),
		ConnectorProcess: hub.ConnectorProcess{Trust: hub.TrustPinned, SHA256: "5e884898", PID: 4711, Refused: p.refused.Load(),
			Usage:  hub.ConnectorUsage{Memory: 40 << 20, OpenFiles: 12, CPU: 1500 * time.Millisecond, InFlight: 3},
			Bounds: hub.ConnectorLimits{Memory: 512 << 20, InFlight: 64}},
	}
	if s := p.strange.Load(); s != nil {
		c.Settings = *s
	}
	return c
}

// Restart counts.
func (p *postman) Restart(string) error {
	p.restarted.Add(1)
	return nil
}

// Directory has what is refused.
func (p *postman) Directory() *hub.PluginsDirectory {
	d := &hub.PluginsDirectory{Path: "/plugins", ReadAt: time.Now()}
	if r := p.refused.Load(); r != nil {
		d.Refused = append(d.Refused, *r)
	}
	return d
}

func (p *postman) List() []*hub.Connector { return []*hub.Connector{p.describe()} }

func (p *postman) Connector(name string) *hub.Connector {
	if name != "post" {
		return nil
	}
	return p.describe()
}

func (p *postman) Check(context.Context, hub.OpenIntegration) ([]hub.Problem, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.problems, nil
}

func (p *postman) Preview(_ context.Context, _ hub.OpenIntegration, d hub.Handover) (*hub.MessagePreview, error) {
	request, err := json.Marshal(d.Values)
	return &hub.MessagePreview{Text: "Dear " + d.Recipient + ": " + strings.Join(d.Values, ", "), Recipient: d.Recipient, Request: request,
		Problems: []hub.Problem{{Code: "STAMP", Path: "values[1]", Message: "costs a stamp", Severity: hub.SeverityWarning}},
		Adjusted: []hub.Adjustment{{Path: "values[1]", Reason: "FOLDED", Sent: d.Values[0]}}}, err
}

func (p *postman) Send(in hub.OpenIntegration, batch []hub.Handover) error {
	p.mu.Lock()
	p.sent = append(p.sent, batch...)
	refuse, lose, answer := p.refuse, p.lose, p.answer
	p.mu.Unlock()
	p.busy.Go(func() {
		outcomes := make([]hub.Outcome, len(batch))
		for i, b := range batch {
			outcomes[i] = hub.Outcome{Key: b.Key, Attempt: b.Attempt, Kind: hub.OutcomeAccepted, ProviderID: "letter-" + hub.ID(hub.KindDelivery, b.Key), At: time.Now()}
			if b.Recipient == lose {
				outcomes[i] = hub.Outcome{Key: b.Key, Attempt: b.Attempt, Kind: hub.OutcomeUnknown, Scope: hub.ScopeDelivery, Message: "no answer came", At: time.Now()}
			}
			if b.Recipient == refuse {
				outcomes[i] = hub.Outcome{Key: b.Key, Attempt: b.Attempt, Kind: hub.OutcomeRejected, Scope: hub.ScopeRecipient, Code: "404",
					Message: "nobody lives there", At: time.Now()}
			}
			if answer != nil {
				answer(b, &outcomes[i])
			}
		}
		p.outcomes(in.Key, outcomes)
	})
	return nil
}

func (p *postman) CheckAction(context.Context, hub.OpenIntegration, hub.ActionUse) ([]hub.Problem, error) {
	return nil, nil
}

func (p *postman) Query(_ context.Context, _ hub.OpenIntegration, q hub.SourceQuery, page func([]json.RawMessage) error) error {
	if p.bring == nil {
		return &hub.Error{Code: hub.CodeNotFound, Message: "the postman brings no rows"}
	}
	rows, err := p.bring(q)
	if err != nil {
		return err
	}
	return page(rows)
}

func (p *postman) Lookup(_ context.Context, _ hub.OpenIntegration, items []hub.LookupItem) ([]hub.LookupAnswer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.saw == nil {
		return nil, &hub.Error{Code: hub.CodeNotFound, Message: "nobody can be asked what became of letters"}
	}
	answer := *p.saw
	answer.Key = items[0].Key
	return []hub.LookupAnswer{answer}, nil
}

func (p *postman) Receive(_ context.Context, _ hub.OpenIntegration, cb hub.Callback) (*hub.Reception, error) {
	if len(cb.Body) == 0 {
		return &hub.Reception{Status: http.StatusUnauthorized}, nil
	}
	r := &hub.Reception{Verified: true, Status: http.StatusOK}
	return r, json.Unmarshal(cb.Body, &r.Receipts)
}

func (p *postman) rest(context.Context) error {
	p.busy.Wait()
	return nil
}

// reply is what came back.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	Data   any            `json:"data"`
	Errors []responseFail `json:"errors"`
	Extra  map[string]any `json:"extensions"`
}

type responseFail struct {
	Message    string         `json:"message"`
	Path       []any          `json:"path"`
	Extensions map[string]any `json:"extensions"`
}

func (f responseFail) code() string {
	code, _ := f.Extensions["code"].(string)
	return code
}

// at follows names and list indexes into the data; nil if something on the way is null.
func (r reply) at(path ...any) any {
	r.t.Helper()
	v := r.Data
	for _, step := range path {
		if v == nil {
			return nil
		}
		switch step := step.(type) {
		case string:
			v = v.(map[string]any)[step]
		case int:
			list := v.([]any)
			if step >= len(list) {
				r.t.Fatalf("%v has %d items", path, len(list))
			}
			v = list[step]
		}
	}
	return v
}

func (r reply) text(path ...any) string {
	r.t.Helper()
	s, ok := r.at(path...).(string)
	if !ok {
		r.t.Fatalf("%v is %v and no text; errors %+v", path, r.at(path...), r.Errors)
	}
	return s
}

func (r reply) list(path ...any) []any {
	r.t.Helper()
	l, ok := r.at(path...).([]any)
	if !ok {
		r.t.Fatalf("%v is %v and no list; errors %+v", path, r.at(path...), r.Errors)
	}
	return l
}

// userErrors writes the errors of a payload as CODE path.
func (r reply) userErrors(mutation string) []string {
	r.t.Helper()
	out := []string{}
	for _, e := range r.list(mutation, "userErrors") {
		e := e.(map[string]any)
		line := e["code"].(string)
		if field, ok := e["field"].([]any); ok {
			for _, f := range field {
				line += " " + f.(string)
			}
		}
		out = append(out, line)
	}
	return out
}

type vars = map[string]any

// send posts a request as it is.
func (d *door) send(method, url string, body io.Reader, header http.Header) reply {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, url, body)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	r := reply{t: d.t, status: res.StatusCode, header: res.Header}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		d.t.Fatalf("the answer is no JSON: %v\n%s", err, raw)
	}
	return r
}

// ask posts an operation with a token.
func (d *door) ask(token, query string, v vars) reply {
	d.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": v})
	if err != nil {
		d.t.Fatal(err)
	}
	return d.send(http.MethodPost, d.url, bytes.NewReader(body), headers("Authorization", "Bearer "+token, "Content-Type", "application/json"))
}

// do is ask for an operation that must be answered without an error at the top.
func (d *door) do(token, query string, v vars) reply {
	d.t.Helper()
	r := d.ask(token, query, v)
	if len(r.Errors) > 0 {
		d.t.Fatalf("%s\nis answered with %+v", query, r.Errors)
	}
	return r
}

func headers(pairs ...string) http.Header {
	h := http.Header{}
	for pair := range slices.Chunk(pairs, 2) {
		h.Add(pair[0], pair[1])
	}
	return h
}

// eventually waits until a condition holds; the engine works on its own.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("it did not come about that %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
