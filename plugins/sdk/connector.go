package sdk

import (
	"context"
	"encoding/json"
)

// Connector is what a program serves. Everything that it can do beside describing itself is a small interface that it also
// implements, found by type assertion: [Destination], [Source], [Checker], [ActionChecker], [Previewer], [Receiver], [Lookuper].
// All methods are called by many goroutines at once.
type Connector interface {
	// Describe says what the connector is. It is called before any integration exists: it needs neither settings nor network, and
	// answers the same for the life of the process. Roles and the abilities in Capabilities that follow from the interfaces are
	// filled in by [Serve]; what is written there is overwritten.
	Describe(ctx context.Context) (Description, error)
}

// Destination sends messages.
type Destination interface {
	Connector
	// Open prepares to send for one integration. The hub opens one sender for each integration and closes it when the settings
	// change. Settings that cannot be used are a [*SettingsError]. Open should not wait for the network: that is what Check is for.
	Open(ctx context.Context, in Integration) (Sender, error)
}

// Sender sends for one integration.
type Sender interface {
	// Send tries once to send d and says what became of it. It is called by at most Capabilities.InFlight goroutines at once. ctx
	// ends at the delivery's deadline. It must tell what was certainly not sent ([Retry], [Rejected], [Misconfigured]) from what may
	// have been ([Unknown]): the hub never sends an unknown one again by itself. DeliveryID and Attempt are filled in by the caller.
	Send(ctx context.Context, d Delivery) Outcome
	// Close is called once, after the last Send has returned.
	Close() error
}

// Checker says whether settings would work now. It may ask the provider and changes nothing there. No problems: they would.
type Checker interface {
	Check(ctx context.Context, in Integration) ([]Problem, error)
}

// ActionChecker says whether an intended use of an action would work, of a destination or of a source: parameters, and the values that a mapping fills.
type ActionChecker interface {
	CheckAction(ctx context.Context, in Integration, use ActionUse) ([]Problem, error)
}

// Previewer says what exactly would be sent, and sends nothing.
type Previewer interface {
	Preview(ctx context.Context, in Integration, d Delivery) (Preview, error)
}

// Receiver verifies and translates one raw callback of the provider, and says what to answer it. It depends on no earlier call: a
// callback may come twice, late, in another order, or to a new process.
type Receiver interface {
	Receive(ctx context.Context, in Integration, cb Callback) (Reception, error)
}

// Lookuper asks the provider what became of deliveries. [ErrUnimplemented] says that the provider of this integration cannot be asked,
// where a connector has several: the hub then does not try again until the integration changes.
type Lookuper interface {
	Lookup(ctx context.Context, in Integration, q LookupQuery) (Lookup, error)
}

// Source reads rows. It calls page for each page in turn, from one goroutine, and stops with page's error when that is not nil. Settings,
// secrets or parameters that cannot be used are a [*SettingsError]: for settings and secrets the hub holds the integration back until somebody mends it, for
// parameters the execution fails. A [*RetryError] says when to ask again; after any other error the hub asks again as it thinks best.
// A source that is an [ActionChecker], too, is asked about the parameters of flows when they are saved.
type Source interface {
	Connector
	Query(ctx context.Context, in Integration, q Query, page func(Page) error) error
}

// Integration is a connector set up for use.
type Integration struct {
	// ID is stable; for logs and as a cache key.
	ID string
	// Name is what people call it.
	Name string
	// Settings is one JSON object that fits Description.Settings, without the properties marked writeOnly.
	Settings json.RawMessage
	// Secrets are the properties marked writeOnly, by name. They must not be logged, stored or repeated in an answer.
	Secrets map[string]string
	// CallbackURL is the public URL that the provider may call; empty when the hub has none.
	CallbackURL string
	// Language is the BCP 47 tag in which to phrase messages for people.
	Language string
	// Version grows with every change of settings or secrets.
	Version int64
}

// Labels is a text in several languages by BCP 47 tag. A complete one has all of [Languages].
type Labels map[string]string

// Languages are the tags in which everything that people see is to be labelled.
func Languages() []string { return []string{"pt-BR", "pt-PT", "es", "en", "fr", "it"} }

// In is the text in a language; without it the text in English, or else any.
func (l Labels) In(language string) string {
	if s, ok := l[language]; ok {
		return s
	}
	if s, ok := l["en"]; ok {
		return s
	}
	for _, tag := range Languages() {
		if s, ok := l[tag]; ok {
			return s
		}
	}
	return ""
}
