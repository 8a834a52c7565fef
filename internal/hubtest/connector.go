package hubtest

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// ConnectorName is the name of the fake connector, the same as that of the first destination.
const ConnectorName = "whatsapp"

// AssignmentAction is the one action of the fake connector: it takes the parameter template, a telephone number and up to
// seven values by position.
const AssignmentAction = "wo_assignment"

// SignatureHeader is the header in which a callback to the fake connector proves that it is genuine.
const SignatureHeader = "X-Hubtest-Signature"

// signature is what stands in it.
const signature = "genuine"

// Connector stands in for a connector's process, and keeps the contract of one: each handover that Send takes gets exactly
// one outcome. What the outcomes are, and when they come, is in the test's hands; without being told anything, every message
// is ACCEPTED at once. It is safe for use by many goroutines.
type Connector struct {
	mu       sync.Mutex
	now      hub.Connector
	listener Listener
	scripts  map[string][]hub.Outcome
	decide   func(hub.Handover) hub.Outcome
	delay    time.Duration
	holding  bool
	held     []batch
	refusal  error
	problems []hub.Problem
	choke    error
	choked   int
	sent     []hub.Handover
	opened   []hub.OpenIntegration
	forgets  bool
	preview  func(context.Context, hub.Handover) (*hub.MessagePreview, error)
	judge    func(hub.ActionUse) ([]hub.Problem, error)
	rows     func(hub.SourceQuery) ([]json.RawMessage, error)
	lookup   func([]hub.LookupItem) ([]hub.LookupAnswer, error)
	hangs    string
	hung     hung
}

// Listener is who is told of outcomes and of changes of the process: the engine.
type Listener interface {
	Outcomes(integrationKey int64, outcomes []hub.Outcome)
	ConnectorChanged(c hub.Connector)
}

// batch is what one integration handed over and what has no outcome yet.
type batch struct {
	integration int64
	handover    hub.Handover
}

// NewConnector makes a connector that is READY and works on 64 deliveries at once.
func NewConnector() *Connector {
	return &Connector{now: description(), scripts: map[string][]hub.Outcome{}}
}

// Tell says who listens; [Engine] does it.
func (c *Connector) Tell(l Listener) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listener = l
}

// Script says what becomes of the next messages to a recipient, in their order; afterwards they are ACCEPTED again. Key and
// attempt of the outcomes are filled in; so is the provider's id of an ACCEPTED one without.
func (c *Connector) Script(recipient string, outcomes ...hub.Outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scripts[recipient] = append(c.scripts[recipient], outcomes...)
}

// Decide has a function say what becomes of messages for which there is no script; an outcome without a kind does not come by itself.
// It is called with the connector locked.
func (c *Connector) Decide(fn func(hub.Handover) hub.Outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.decide = fn
}

// Delay lets every outcome from here on come after a time.
func (c *Connector) Delay(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.delay = d
}

// InFlight says on how many deliveries of an integration the connector works at once.
func (c *Connector) InFlight(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now.Capabilities.InFlight = n
}

// Limits declares rates. The hub paces itself by them; the fake itself never refuses anything because of one.
func (c *Connector) Limits(limits ...hub.Limit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now.Limits = limits
}

// Hold keeps back the outcomes of everything that is handed over from here on, until [Connector.Release],
// [Connector.Answer] or [Connector.Crash].
func (c *Connector) Hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.holding = true
}

// Held is what is kept back, in the order in which it came.
func (c *Connector) Held() []hub.Handover {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]hub.Handover, len(c.held))
	for i, b := range c.held {
		list[i] = b.handover
	}
	return list
}

// Release answers what is kept back, and keeps nothing back any more.
func (c *Connector) Release() {
	c.mu.Lock()
	held := c.held
	c.held, c.holding = nil, false
	outcomes := make([]hub.Outcome, len(held))
	for i, b := range held {
		outcomes[i] = c.outcome(b.handover)
	}
	c.mu.Unlock()
	for i, b := range held {
		c.tell(b.integration, outcomes[i:i+1])
	}
}

// Answer gives one handover that is kept back its outcome; key and attempt are filled in. It says whether there was one.
func (c *Connector) Answer(h hub.Handover, o hub.Outcome) bool {
	c.mu.Lock()
	i := slices.IndexFunc(c.held, func(b batch) bool { return b.handover.Key == h.Key && b.handover.Attempt == h.Attempt })
	if i < 0 {
		c.mu.Unlock()
		return false
	}
	b := c.held[i]
	c.held = slices.Delete(c.held, i, i+1)
	c.mu.Unlock()
	c.tell(b.integration, []hub.Outcome{addressed(o, h)})
	return true
}

// Crash ends the process: whatever it was working on may have left, so its outcome is UNKNOWN. Until [Connector.Up] it is in
// BACKOFF.
func (c *Connector) Crash() {
	c.mu.Lock()
	held := c.held
	c.held = nil
	c.mu.Unlock()
	c.Down()
	for _, b := range held {
		c.tell(b.integration, []hub.Outcome{addressed(hub.Outcome{Kind: hub.OutcomeUnknown, Lost: true, Message: "the connector stopped"}, b.handover)})
	}
}

// Down puts the connector into BACKOFF. What it was given stays with it.
func (c *Connector) Down() { c.become(hub.ConnectorBackoff, "exit status 1") }

// Up makes the connector READY.
func (c *Connector) Up() { c.become(hub.ConnectorReady, "") }

func (c *Connector) become(s hub.ConnectorState, problem string) {
	c.mu.Lock()
	if can := c.now.Capabilities; c.now.Version == "" && s == hub.ConnectorReady {
		c.now = description()
		c.now.Capabilities.Lookup = can.Lookup
	}
	c.now.State, c.now.Problem = s, problem
	now, l := c.now, c.listener
	c.mu.Unlock()
	if l != nil {
		l.ConnectorChanged(now)
	}
}

// Forget keeps nothing of what is handed over from here on, as a benchmark wants it.
func (c *Connector) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgets = true
}

// Refuse has Send fail with an error; nil has it take batches again.
func (c *Connector) Refuse(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refusal = err
}

// Choke has Receive fail with an error although the connector is READY; nil has it take callbacks again.
func (c *Connector) Choke(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.choke = err
}

// Choked is how often Receive has failed because of [Connector.Choke].
func (c *Connector) Choked() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.choked
}

// Wrong sets the problems that a check of settings finds.
func (c *Connector) Wrong(problems ...hub.Problem) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.problems = problems
}

// Sent is everything that was handed over, in order, with what is kept back.
func (c *Connector) Sent() []hub.Handover {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.sent)
}

// Opened is the integration of each batch that was handed over, in order.
func (c *Connector) Opened() []hub.OpenIntegration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.opened)
}

// List is the connector alone.
func (c *Connector) List() []*hub.Connector { return []*hub.Connector{c.Connector(ConnectorName)} }

// Restart counts.
func (c *Connector) Restart(name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if name != c.now.Name {
		return &hub.Error{Code: hub.CodeNotFound, Message: "there is no such connector"}
	}
	c.now.Restarts++
	return nil
}

// Directory is none.
func (c *Connector) Directory() *hub.PluginsDirectory { return nil }

// Connector is how the connector is now; nil for another name.
func (c *Connector) Connector(name string) *hub.Connector {
	c.mu.Lock()
	defer c.mu.Unlock()
	if name != c.now.Name && (name == "" || name != c.hangs) {
		return nil
	}
	now := c.now
	now.Name = name
	return &now
}

// Check finds what [Connector.Wrong] said; it is UNAVAILABLE while the connector is not READY.
func (c *Connector) Check(context.Context, hub.OpenIntegration) ([]hub.Problem, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.problems, c.down()
}

func (c *Connector) down() error {
	if c.now.State == hub.ConnectorReady {
		return nil
	}
	return &hub.Error{Code: hub.CodeUnavailable, Message: "the connector is not running; try again in a moment"}
}

// Send takes a batch, unless the connector refuses or is not READY.
func (c *Connector) Send(in hub.OpenIntegration, list []hub.Handover) error {
	c.mu.Lock()
	if err := c.refusal; err != nil {
		c.mu.Unlock()
		return err
	}
	if err := c.down(); err != nil {
		c.mu.Unlock()
		return err
	}
	if !c.forgets {
		c.sent = append(c.sent, list...)
		c.opened = append(c.opened, in)
	}
	var outcomes []hub.Outcome
	for _, h := range list {
		if c.holding {
			c.held = append(c.held, batch{in.Key, h})
		} else {
			outcomes = append(outcomes, c.outcome(h))
		}
	}
	delay := c.delay
	c.mu.Unlock()
	if delay > 0 {
		time.AfterFunc(delay, func() { c.tell(in.Key, outcomes) })
	} else {
		c.tell(in.Key, outcomes)
	}
	return nil
}

// turns is whose turn it was last, of all tests and their connectors.
var turns atomic.Int64

// Turn ends the turn of a test: what Decide was given sees all that was written before. To the race detector the passing of fake time
// is no order, and a message that left because its time came would read what a test wrote long before as if both were at once.
func Turn() { turns.Add(1) }

// outcome is what becomes of a handover by the script, or by what Decide was given.
func (c *Connector) outcome(h hub.Handover) hub.Outcome {
	turns.Load()
	if script := c.scripts[h.Recipient]; len(script) > 0 {
		c.scripts[h.Recipient] = script[1:]
		return addressed(script[0], h)
	}
	if c.decide != nil {
		return addressed(c.decide(h), h)
	}
	return addressed(hub.Outcome{Kind: hub.OutcomeAccepted}, h)
}

func addressed(o hub.Outcome, h hub.Handover) hub.Outcome {
	o.Key, o.Attempt = h.Key, h.Attempt
	if o.Kind == hub.OutcomeAccepted && o.ProviderID == "" {
		o.ProviderID = ProviderID(h.Key)
	}
	return o
}

// ProviderID is the id that the fake provider gives to the message of a delivery.
func ProviderID(deliveryKey int64) string { return "wamid." + hub.ID(hub.KindDelivery, deliveryKey) }

func (c *Connector) tell(integration int64, outcomes []hub.Outcome) {
	c.mu.Lock()
	l := c.listener
	c.mu.Unlock()
	outcomes = slices.DeleteFunc(outcomes, func(o hub.Outcome) bool { return o.Kind == "" })
	if l != nil && len(outcomes) > 0 {
		l.Outcomes(integration, outcomes)
	}
}

// description is how the fake connector describes itself: as that of WhatsApp does, in small.
func description() hub.Connector {
	return hub.Connector{
		Name: ConnectorName, Version: "1.0.0", Title: hub.Labels{"en": "WhatsApp"}, Roles: []string{"DESTINATION"}, State: hub.ConnectorReady,
		Settings: hub.Schema{JSON: json.RawMessage(`{"type": "object", "properties": {
			"phone_number_id": {"type": "string", "pattern": "^[0-9]{5,20}$"},
			"access_token": {"type": "string", "minLength": 1, "writeOnly": true},
			"app_secret": {"type": "string", "minLength": 1, "writeOnly": true, "x-recado-callback-secret": true},
			"base_url": {"type": "string", "default": "https://graph.example.org", "x-recado-secret-destination": true}},
			"required": ["phone_number_id", "access_token"], "additionalProperties": false}`)},
		Actions: []hub.ConnectorAction{{
			Key: AssignmentAction, Title: hub.Labels{"en": "Work order assignment"}, Category: "work_orders", Language: "pt-BR",
			Parameters: hub.Schema{JSON: json.RawMessage(`{"type": "object", "properties": {
				"template": {"type": "string", "pattern": "^[a-z0-9_]{1,512}$"}}, "required": ["template"], "additionalProperties": false}`)},
			Values:    hub.ValuesSpec{Positional: true, Named: true, Min: 1, Max: 7, MaxLength: 1024},
			Recipient: hub.RecipientSpec{Format: "e164", Title: hub.Labels{"en": "Recipient phone number"}},
		}},
		Capabilities:     hub.Capabilities{Receipts: true, Preview: true, InFlight: 64},
		ConnectorProcess: hub.ConnectorProcess{Trust: hub.TrustBuiltIn},
	}
}
