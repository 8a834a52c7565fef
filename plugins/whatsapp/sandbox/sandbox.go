// Package sandbox is a local server that behaves as the two providers of WhatsApp messages do, Meta with its Cloud API and Twilio with
// its Messages and Content APIs: a connector cannot tell it from the real ones. It has apps, accounts, numbers and templates of its own
// ([World]); it takes template messages, refuses them with the provider's own error envelopes and codes, and tells with signed callbacks
// how each message goes on: sent, delivered, read. Meta tells the app's webhook, Twilio the StatusCallback of each message. What the
// phones got is kept in one log, which is the judge of a test: [Sandbox.Messages] and GET /sandbox/messages.
//
// Everything below /vNN.N is Meta's, everything below /2010-04-01 and /v1/Content is Twilio's; everything below /sandbox is the
// sandbox's own and needs no token, so do not open it to a network that you do not trust.
//
// # Alone
//
// `recado sandbox whatsapp` runs it for those who develop against it, and prints what an integration needs. GET /sandbox is a page that
// shows the phones live, by the server-sent events of GET /sandbox/stream; its forms do what the following addresses do. With --messages FILE
// it also appends what the phones got to a file, which outlives it.
//
// # What goes wrong
//
// What is hard to meet in reality is scripted as [Fault]s, for both providers: [Sandbox.AddFaults], or POST /sandbox/faults with one
// or a list of them (GET shows what is left, DELETE clears):
//
//	{"code": 131056, "times": 3, "recipient": "+351912345678"}   answer with a code
//	{"code": 131049, "async": true}                              accept, and fail afterwards
//	{"drop": true, "accept": true}                               accept, and give no answer
//	{"delay_ms": 30000}                                          accept, and answer late
//	{"duplicate": 1, "reorder": true, "callback_delay_ms": 500}  callbacks, twice, in the wrong order and late; lose: none at all
//	{"expired_token": true, "times": -1, "provider": "META"}     no request has access, until it is cleared
//
// [Options] enforce the providers' rates.
//
// # What else happens
//
// Providers tell more than receipts. Each of these is a POST of JSON with the fields of a type; the webhook is told at once, in the provider's
// shape and with its signature, and the answer says whether it took it ([Told]). What it says has its effect on later requests, too.
//
//	/sandbox/incoming     Incoming        a person writes. At Twilio STOP ends messages (21610) until START; at Meta a text is a text
//	/sandbox/preferences  Preference      a person stops or resumes marketing (131050): only Meta
//	/sandbox/templates    TemplateChange  another status or text, at once in the provider's list; Twilio has no webhook that tells it
//	/sandbox/account      AccountEvent    a ban (131031), restriction or violation: only Meta
//	/sandbox/number       NumberEvent     quality and limits of a number: only Meta
//	/sandbox/webhook                      where all that is told: {"url", "verify_token", "fields"}, {"provider": "TWILIO", "url"}
//
// The shapes are those of Meta's webhook reference of 2026 and of Twilio's documentation; none was compared with a live account. Not verified
// in particular: that a marketing message to somebody who stopped them is accepted before it fails, with which event Meta tells that a
// template is unpaused, the language codes in template webhooks (en_US or en-US), the form of waba_ban_date, and whether Twilio has an
// approved content edited in place, as the sandbox does.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options say what the sandbox is like. The zero value is the default world with quick callbacks.
type Options struct {
	// World is what exists; [DefaultWorld] if it has neither apps nor accounts.
	World World
	// Callbacks say when and how the webhook is told.
	Callbacks Callbacks
	// Keep is the most messages in the log, the oldest are forgotten; 0 is 100,000, -1 keeps none and only counts them.
	Keep int
	// Throughput, if greater than 0, refuses what a number sends beyond so many messages a second (Meta 130429, Twilio 20429).
	Throughput float64
	// PairRate refuses more than one message in 6 seconds to the same person beyond a burst of 45: Meta with 131056, Twilio
	// accepts it and then fails it with 63018.
	PairRate bool
	// NotOnWhatsApp are numbers without WhatsApp: messages to them fail with 131026 or, at Twilio, 63024.
	NotOnWhatsApp []string
	// OnMessage, if not nil, is called with each message from the first on, as [Sandbox.OnMessage] has it.
	OnMessage func(Message)
	// Front shows the page at / too, where a provider has nothing.
	Front bool
	// Log gets what goes wrong with callbacks; nothing is logged if nil.
	Log *slog.Logger
}

// Callbacks say when and how the webhook is told. Times count from the acceptance of a message.
type Callbacks struct {
	// Off: nothing is told, and messages stay accepted.
	Off bool
	// Sent, Delivered and Read default to 20, 60 and 150 milliseconds. A negative Read leaves messages unread.
	Sent, Delivered, Read time.Duration
	// Workers is how many callbacks may be under way at once; 8 if 0.
	Workers int
	// Batch is the most statuses in one callback; 1 if 0.
	Batch int
	// RetryFirst is the wait before a refused callback is repeated, which then doubles up to RetryMost; 500 milliseconds and 1 minute if 0.
	RetryFirst, RetryMost time.Duration
}

func (c *Callbacks) defaults() {
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	set(&c.Sent, 20*time.Millisecond)
	set(&c.Delivered, 60*time.Millisecond)
	set(&c.Read, 150*time.Millisecond)
	set(&c.RetryFirst, 500*time.Millisecond)
	set(&c.RetryMost, time.Minute)
	c.Workers, c.Batch = max(c.Workers, 0), max(c.Batch, 1)
	if c.Workers == 0 {
		c.Workers = 8
	}
}

// Sandbox is the server. It is an http.Handler and safe for use by many goroutines.
type Sandbox struct {
	options Options
	world   *index
	log     *messageLog
	faults  faults
	limits  limits
	teller  *teller
	absent  map[string]bool
	people  people
	wamids  wamids
	refused atomic.Int64
	changes atomic.Int64 // of templates and webhooks, for the page

	watchers atomic.Int32 // open pages

	changing sync.Mutex   // of templates: one at a time
	made     atomic.Int64 // templates since the start

	server *http.Server
	url    string
}

// New makes a sandbox that is served by others. Close it to stop its callbacks.
func New(o Options) *Sandbox {
	if len(o.World.Apps) == 0 && len(o.World.Accounts) == 0 {
		o.World = DefaultWorld()
	}
	if o.Keep == 0 {
		o.Keep = 100_000
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Callbacks.defaults()
	s := &Sandbox{options: o, world: newIndex(o.World), log: newMessageLog(max(o.Keep, 0)), absent: map[string]bool{}}
	for _, n := range o.NotOnWhatsApp {
		s.absent[onlyDigits(n)] = true
	}
	if o.OnMessage != nil {
		s.log.onMessage(o.OnMessage)
	}
	s.limits.init(o.Throughput, o.PairRate)
	s.wamids.init()
	s.teller = newTeller(o.Callbacks, s.log, o.Log)
	return s
}

// Start serves a sandbox on an address such as "127.0.0.1:0" until Close.
func Start(addr string, o Options) (*Sandbox, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("the sandbox cannot listen on %s: %w", addr, err)
	}
	s := New(o)
	s.url = "http://" + l.Addr().String()
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(s.options.Log.Handler(), slog.LevelWarn)}
	go func() {
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.options.Log.Error("the sandbox stopped serving", "error", err)
		}
	}()
	return s, nil
}

// URL is the address to give a connector as its base URL; empty if the sandbox was not started by [Start].
func (s *Sandbox) URL() string { return s.url }

// Close ends the server, if [Start] started one, and the callbacks; those that wait are lost.
func (s *Sandbox) Close() error {
	var err error
	if s.server != nil {
		err = s.server.Close()
	}
	s.teller.close()
	return err
}

// AddFaults appends faults to the script.
func (s *Sandbox) AddFaults(list ...Fault) error { return s.faults.add(list...) }

// ClearFaults empties the script.
func (s *Sandbox) ClearFaults() { s.faults.clear() }

// Messages are those in the log, oldest first, as they are now.
func (s *Sandbox) Messages() []Message { return s.log.all() }

// OnMessage has f called with each message that is accepted from now on, before the answer goes out. f must not block.
func (s *Sandbox) OnMessage(f func(Message)) { s.log.onMessage(f) }

// Wait looks at the messages after each change of the log until enough says so or ctx ends.
func (s *Sandbox) Wait(ctx context.Context, enough func([]Message) bool) error {
	return s.log.wait(ctx, enough)
}

// Stats are counts since the start.
type Stats struct {
	Accepted         int64 `json:"accepted"`
	Refused          int64 `json:"refused"`
	CallbacksTaken   int64 `json:"callbacks_taken"`   // answered with 200
	CallbacksRefused int64 `json:"callbacks_refused"` // answered otherwise or not at all; these are repeated
	CallbacksWaiting int64 `json:"callbacks_waiting"`
}

// Stats counts what happened.
func (s *Sandbox) Stats() Stats {
	return Stats{
		Accepted: s.log.total.Load(), Refused: s.refused.Load(), CallbacksTaken: s.teller.taken.Load(),
		CallbacksRefused: s.teller.refused.Load(), CallbacksWaiting: s.teller.waiting.Load(),
	}
}

// ServeHTTP answers a request.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.own(w, r) || s.twilio(w, r) {
		return
	}
	version, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	id, edge, _ := strings.Cut(rest, "/")
	if !graphVersion(version) || id == "" {
		s.refuse(w, r, &apiError{status: http.StatusBadRequest, code: 2500, message: "Unknown path components: " + r.URL.Path})
		return
	}
	if err := s.graph(w, r, id, edge); err != nil {
		s.refuse(w, r, err)
	}
}

func (s *Sandbox) refuse(w http.ResponseWriter, r *http.Request, e *apiError) {
	s.refused.Add(1)
	message := e.message
	if e.details != "" {
		message += ": " + e.details
	}
	s.log.refuse(Refusal{Provider: throughMeta, At: time.Now(), To: e.to, Path: r.URL.Path, Code: e.code, Message: message})
	e.write(w, s.wamids.trace())
}

func graphVersion(v string) bool {
	major, minor, ok := strings.Cut(v, ".")
	return ok && len(major) >= 2 && major[0] == 'v' && major[1:] == onlyDigits(major) && minor != "" && minor == onlyDigits(minor)
}

// graph answers a request of the Graph API for an object or one of its edges.
func (s *Sandbox) graph(w http.ResponseWriter, r *http.Request, id, edge string) *apiError {
	if a, ok := s.world.apps[id]; ok && edge == "subscriptions" {
		return s.subscriptions(w, r, a)
	}
	a, err := s.authenticate(r)
	if err != nil {
		return err
	}
	if n, ok := s.world.numbers[id]; ok && n.waba.app == a {
		switch {
		case edge == "messages" && r.Method == http.MethodPost:
			return s.send(w, r, n)
		case edge == "" && r.Method == http.MethodGet:
			return s.phoneNumber(w, r, n)
		}
	}
	if acc, ok := s.world.wabas[id]; ok && acc.app == a && r.Method == http.MethodGet {
		switch edge {
		case "":
			return s.account(w, r, acc)
		case "message_templates":
			return s.messageTemplates(w, r, acc)
		case "phone_numbers":
			return s.phoneNumbers(w, r, acc)
		}
	}
	return noObject(r.Method, id)
}

// authenticate finds the app that the request's token opens.
func (s *Sandbox) authenticate(r *http.Request) (*app, *apiError) {
	value, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok && r.URL.RawQuery != "" {
		value = r.URL.Query().Get("access_token")
	}
	if value == "" {
		return nil, &apiError{status: http.StatusUnauthorized, code: 200, message: "(#200) Provide valid app ID"}
	}
	t, ok := s.world.tokens[value]
	if !ok {
		return nil, &apiError{status: http.StatusUnauthorized, code: 190, message: "Invalid OAuth access token - Cannot parse access token"}
	}
	if t.expired || s.faults.takeToken(throughMeta) {
		return nil, &apiError{status: http.StatusUnauthorized, code: 190, subcode: 463, message: "Error validating access token: Session has expired on Thursday, 01-Jan-26 00:00:00 PST."}
	}
	return t.app, nil
}
