package hub

import (
	"encoding/json"
	"strings"
	"time"
)

// IntegrationState says whether deliveries go out through an integration.
type IntegrationState string

// The states of an integration.
const (
	IntegrationReady  IntegrationState = "READY"
	IntegrationPaused IntegrationState = "PAUSED" // its deliveries wait; the reason says what to do
)

// Integration is a connector set up for use, with its settings and secrets. Secrets are never part of it: it only knows
// which are set.
type Integration struct {
	Key        int64
	Version    int
	Connector  string
	Name       string
	Settings   json.RawMessage // an object, by the connector's schema, without secrets
	SecretsSet []string        // names of the secrets that are set, sorted
	// How many messages may be with the connector through it at once; 0: as many as the connector takes.
	MaxInFlight int
	State       IntegrationState
	Reason      *Reason // why it is paused
	Pause       *Pause  // of a person; its reason is then that of Reason
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Hidden      []Hidden // what was left out for the caller who reads it; never stored
}

// ID is the public id.
func (i *Integration) ID() string { return ID(KindIntegration, i.Key) }

// IntegrationInput is what creating or changing an integration needs. A nil field leaves it as it is; Secrets holds only
// the secrets to set, and an empty text takes one away.
type IntegrationInput struct {
	Connector *string // on create only
	Name      *string
	Settings  *json.RawMessage
	// As Integration.MaxInFlight.
	MaxInFlight *int
	Secrets     map[string]string `json:"-"`
}

// Apply writes the input over the integration, without its secrets, and judges what can be judged without the connector.
func (i *Integration) Apply(in IntegrationInput) error {
	Assign(&i.Name, in.Name)
	Assign(&i.Settings, in.Settings)
	Assign(&i.MaxInFlight, in.MaxInFlight)
	if in.Connector != nil {
		if i.Connector != "" && i.Connector != *in.Connector {
			return Invalid("connector", "the connector of an integration cannot be changed; make a new integration")
		}
		i.Connector = *in.Connector
	}
	i.Name = strings.TrimSpace(i.Name)
	if problems := checkText("name", i.Name, MaxName, true); len(problems) > 0 {
		return WithProblems(problems)
	}
	if i.MaxInFlight < 0 || i.MaxInFlight > MaxMaxInFlight {
		return Invalid("maxInFlight", "must be between 1 and %d; leave it out for as many as the connector takes", MaxMaxInFlight)
	}
	if len(i.Settings) == 0 {
		i.Settings = json.RawMessage("{}")
	}
	if len(i.Settings) > 64<<10 {
		return Invalid("settings", "the settings can have at most 64 KiB")
	}
	return nil
}
