package hub

import (
	"encoding/json"
	"time"
)

// Labels is one text in several languages, by BCP 47 tag: pt-BR, pt-PT, es, en, fr, it.
type Labels map[string]string

// In is the text in a language, else in English, else empty.
func (l Labels) In(locale string) string {
	if s, ok := l[locale]; ok {
		return s
	}
	return l["en"]
}

// Locales are the languages of the product, in the order in which they are offered.
var Locales = []string{"pt-BR", "pt-PT", "es", "en", "fr", "it"}

// Connector is a kind of source or destination as it described itself, and how its process is.
type Connector struct {
	Name         string // "whatsapp"; the id of the connector
	Version      string
	Title        Labels
	Help         Labels
	Roles        []string // DESTINATION, SOURCE
	Settings     Schema   // of an integration
	Actions      []ConnectorAction
	Sources      []ConnectorSource // what it can be asked for
	Limits       []Limit
	Capabilities Capabilities
	State        ConnectorState
	Restarts     int        // how often the process had to be started again since the hub started
	Until        *time.Time // with BACKOFF and QUARANTINED: when it is started again
	Problem      string     // why it does not run; empty with READY, STARTING and STOPPED
	ConnectorProcess
}

// Action finds an action by its key; nil if there is none.
func (c *Connector) Action(key string) *ConnectorAction {
	for i := range c.Actions {
		if c.Actions[i].Key == key {
			return &c.Actions[i]
		}
	}
	return nil
}

// Schema is a JSON Schema (2020-12) of an object, with what a form needs to show its properties. A property with
// "writeOnly": true is a secret; one with "x-recado-secret-destination": true decides where secrets are sent; a secret with
// "x-recado-callback-secret": true is what callbacks are verified with.
type Schema struct {
	JSON   json.RawMessage
	Labels map[string]FieldLabels // by property
}

// FieldLabels is the title and the help of a property of a Schema.
type FieldLabels struct {
	Title Labels
	Help  Labels
}

// ConnectorAction is something that a connector can do, such as sending one kind of message.
type ConnectorAction struct {
	Key        string
	Title      Labels
	Help       Labels
	Category   string
	Language   string // BCP 47 tag of the message; empty if a parameter or the template decides
	Parameters Schema
	Values     ValuesSpec
	Recipient  RecipientSpec
}

// ValuesSpec says which values the mapping of an action must yield.
type ValuesSpec struct {
	Positional bool // values may have positions
	Named      bool // values may have names
	Min        int
	Max        int // 0: the action takes no values
	MaxLength  int // runes of one value; 0: no limit
}

// RecipientSpec says how the recipient of an action is written.
type RecipientSpec struct {
	Format string // "e164" or ""
	Title  Labels
	Help   Labels
}

// Limit is a rate that the provider allows, as the connector declares it.
type Limit struct {
	Key       string
	Scope     string // LimitIntegration or LimitRecipient
	PerSecond float64
	Burst     int
	Setting   string            // the integration's setting that overrides PerSecond
	Where     map[string]string // the settings of integrations for which it holds; none: it holds for all
}

// The scopes of limits: what is counted together.
const (
	LimitIntegration = "INTEGRATION"
	LimitRecipient   = "RECIPIENT"
)

// For is the limit of an integration with these settings, in which defaults count as given; false if it does not hold for it. A
// setting that overrides the rate scales the burst with it.
func (l *Limit) For(settings map[string]any) (Rate, bool) {
	for name, want := range l.Where {
		if got, _ := settings[name].(string); got != want {
			return Rate{}, false
		}
	}
	r := Rate{PerSecond: l.PerSecond, Burst: max(l.Burst, 1)}
	if own, ok := settings[l.Setting].(float64); ok && own > 0 {
		r.Burst = max(int(float64(r.Burst)*own/r.PerSecond), 1)
		r.PerSecond = own
	}
	return r, r.PerSecond > 0
}

// Capabilities says which optional parts of the contract a connector has.
type Capabilities struct {
	Receipts          bool
	Lookup            bool
	Preview           bool
	Query             bool
	IdempotentSending bool
	KeyedReceipts     bool // every receipt of a message of ours has its DeliveryKey
	InFlight          int  // how many deliveries of one integration it works on at once
}

// OpenIntegration is an integration with its secrets in plain text, as a connector is given it. It is never stored,
// logged or shown in this form.
type OpenIntegration struct {
	Key         int64
	Version     int
	Connector   string
	Name        string
	Settings    json.RawMessage
	Secrets     map[string]string `json:"-"`
	CallbackURL string
}

// Handover is a delivery on its way to the connector.
type Handover struct {
	Key        int64 // of the delivery; its public id is the idempotency key, the same on every attempt
	Attempt    int
	FlowKey    int64
	Action     string
	Parameters json.RawMessage // constant per flow version
	Recipient  string
	Values     []string // by position, from 1; with names in their order
	Names      []string // of the values; nil if they have positions
	Language   string
	Trace      Trace     // to which the attempt belongs; may be none
	Deadline   time.Time // after it the outcome is UNKNOWN or RETRY, depending on what left

	HeldCategories []string // of messages that the recipient must not be sent; nearly always none
}

// Callback is a request of a provider as it came in.
type Callback struct {
	Method     string
	URL        string // the public URL with its query, as the provider called it
	Header     map[string][]string
	Body       []byte
	ReceivedAt time.Time
}

// Reception is what a connector makes of a callback: whether it is genuine, what to answer, and what it says.
type Reception struct {
	Verified bool
	Status   int
	Header   map[string]string
	Body     []byte
	Receipts []Receipt
	Notices  []Notice
}
