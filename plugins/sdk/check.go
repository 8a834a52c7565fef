package sdk

import "encoding/json"

// Severity of a [Problem].
type Severity string

// The severities.
const (
	SeverityError   Severity = "ERROR"   // it cannot work like this
	SeverityWarning Severity = "WARNING" // it works, but not for long or not for all
	SeverityInfo    Severity = "INFO"    // worth knowing
)

// CodeUnchecked is the code of a problem that says that the provider could not be asked: what else was found is not the whole truth.
// The hub then neither lets anything go on, nor holds it back, for what was not found.
const CodeUnchecked = "UNCHECKED"

// Problem is something that a person should put right.
type Problem struct {
	// Code is stable, UPPER_SNAKE_CASE; screens translate by it.
	Code string
	// Path is `settings.base_url`, `secrets.access_token`, `parameters.template`, `values[3]`, `recipient`; empty for the whole.
	Path string
	// Message says what is wrong and NextStep what to do; in the integration's language if the connector knows it, else in English.
	Message  string
	NextStep string
	// Severity is SeverityError unless set.
	Severity Severity
}

// ActionUse is how a flow means to use an action.
type ActionUse struct {
	Action     string
	Parameters json.RawMessage
	// Positions is how many positional values the mapping fills; Names are the named ones. Of a source, Names are the paths of parameters that are
	// filled when it is asked, such as "query.asset": they are not among Parameters.
	Positions int
	Names     []string
}

// Preview is what would be sent.
type Preview struct {
	// Text as the recipient would read it; empty when the connector cannot know.
	Text string
	// Recipient as it would go to the provider.
	Recipient string
	// Request is what would be sent, without secrets.
	Request  json.RawMessage
	Problems []Problem
	Adjusted []Adjustment
	// HeldCategory: it would not be sent, since it is of this one of Delivery.HeldCategories.
	HeldCategory string
}
