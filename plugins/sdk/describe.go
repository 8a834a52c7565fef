package sdk

import "encoding/json"

// Role is what a connector can be in a flow.
type Role string

// The roles.
const (
	RoleDestination Role = "DESTINATION"
	RoleSource      Role = "SOURCE"
)

// Description is a connector's account of itself.
type Description struct {
	// Name is `^[a-z][a-z0-9_-]{0,39}$`, the same as in the executable's name.
	Name string
	// Version is the connector's own, by Semantic Versioning 2.0.0.
	Version string
	Title   Labels
	Help    Labels
	// Roles follow from the interfaces; [Serve] fills them in.
	Roles []Role
	// Settings is the schema of Integration.Settings together with Integration.Secrets.
	Settings     Schema
	Actions      []Action
	Limits       []Limit
	Capabilities Capabilities
}

// Action returns the action of that key.
func (d *Description) Action(key string) (Action, bool) {
	for _, a := range d.Actions {
		if a.Key == key {
			return a, true
		}
	}
	return Action{}, false
}

// Schema is a JSON Schema (draft 2020-12) of one object and the words to draw a form from it. `"writeOnly": true` marks a secret;
// `"x-recado-secret-destination": true` marks a setting that decides where secrets are sent, which cannot be changed without giving
// the secrets again; `"x-recado-callback-secret": true` marks a secret that callbacks are verified with, so that one which comes for an
// integration may speak of deliveries of every integration of the connector with the same one.
type Schema struct {
	JSON json.RawMessage
	// Labels name and explain each property.
	Labels map[string]FieldLabels
}

// FieldLabels are the words for one property of a [Schema].
type FieldLabels struct {
	Title Labels
	Help  Labels
}

// Action is one thing that a connector can do: send one kind of message, or read one kind of row.
type Action struct {
	// Key is `^[a-z][A-Za-z0-9_]{0,79}$` and is never reused for something else.
	Key string
	// Role is RoleDestination unless set.
	Role  Role
	Title Labels
	Help  Labels
	// Language of the message (BCP 47); empty if a parameter or the provider decides.
	Language string
	// Parameters is the schema of Delivery.Parameters or Query.Parameters.
	Parameters Schema
	// Values and Recipient are for destinations.
	Values    ValuesSpec
	Recipient RecipientSpec
	// Category groups actions on screens, for example "template".
	Category string
	// Rows is the schema of one row; for sources.
	Rows Schema
}

// ValuesSpec says which values a delivery takes.
type ValuesSpec struct {
	// Positional values are numbered from 1; others are named.
	Positional bool
	// Min and Max count them; Max 0 means none at all.
	Min, Max int
	// MaxLength of one value in Unicode code points; 0 is not limited.
	MaxLength int
	// Named, together with Positional, takes names too, but not both in one delivery. Without Positional values are named anyway.
	Named bool
}

// The recipient formats.
const (
	FormatE164  = "e164"  // `+` and 7 to 15 digits (ITU-T E.164)
	FormatEmail = "email" // a mailbox (RFC 5321)
	FormatText  = "text"
)

// RecipientSpec says how an action's recipient is written.
type RecipientSpec struct {
	// Format is one of FormatE164, FormatEmail, FormatText.
	Format string
	// Parameter is the name under which forms show it beside the parameters.
	Parameter string
	Title     Labels
	Help      Labels
}

// LimitScope says what a limit counts.
type LimitScope string

// The limit scopes.
const (
	LimitIntegration LimitScope = "INTEGRATION"
	LimitRecipient   LimitScope = "RECIPIENT"
)

// Limit is a rate that the provider enforces. The hub paces itself by it.
type Limit struct {
	// Key is what Outcome.Limit names when the limit was hit.
	Key       string
	Scope     LimitScope
	PerSecond float64
	// Burst is how many may go at once after a rest.
	Burst int
	// Setting is the settings property that overrides PerSecond; empty if none. Burst grows or shrinks with it.
	Setting string
	// Where narrows the limit to integrations whose settings have these texts; what is left out of them counts with its default.
	// So a connector with several providers declares the limit of each under one key. Empty: it holds for all.
	Where map[string]string
}

// Capabilities are a connector's abilities. All but IdempotentSending, InFlight and KeyedReceipts follow from the interfaces that it
// implements.
type Capabilities struct {
	Receipts    bool
	Lookup      bool
	Preview     bool
	Query       bool
	Check       bool
	CheckAction bool
	// IdempotentSending says that the provider drops a second delivery with the same id, so that sending again after UNKNOWN is safe.
	IdempotentSending bool
	// KeyedReceipts says that every receipt of a message of ours has its DeliveryID, because the provider carries it along. One without
	// it whose ProviderID the hub does not know is then of somebody else who uses the same account, and is not kept.
	KeyedReceipts bool
	// InFlight is the most deliveries without an outcome on one stream, 1 to [MaxInFlight]; 0 becomes [DefaultInFlight].
	InFlight int
}

// Bounds of Capabilities.InFlight.
const (
	DefaultInFlight = 32
	MaxInFlight     = 1024
)

// complete fills in what follows from the interfaces that c implements, so that no author can promise by accident what is not there.
func (d *Description) complete(c Connector) {
	_, destination := c.(Destination)
	_, source := c.(Source)
	d.Roles = nil
	if destination {
		d.Roles = append(d.Roles, RoleDestination)
	}
	if source {
		d.Roles = append(d.Roles, RoleSource)
	}
	k := &d.Capabilities
	_, k.Receipts = c.(Receiver)
	_, k.Lookup = c.(Lookuper)
	_, k.Preview = c.(Previewer)
	_, k.Check = c.(Checker)
	_, k.CheckAction = c.(ActionChecker)
	k.Query = source
	if k.InFlight == 0 { // what is impossible stays, so that the suite tells of it
		k.InFlight = DefaultInFlight
	}
	for i := range d.Actions {
		if d.Actions[i].Role == "" {
			d.Actions[i].Role = RoleDestination
		}
	}
}

func boundInFlight(n int) int {
	switch {
	case n <= 0:
		return DefaultInFlight
	case n > MaxInFlight:
		return MaxInFlight
	}
	return n
}
