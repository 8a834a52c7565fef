package model

import (
	"encoding/json"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// ConnectorUsage is what the processes of a connector use; nil is not known, or no limit.
type ConnectorUsage struct {
	Memory, MemoryLimit       *float64
	OpenFiles, OpenFilesLimit *int
	CPU                       *time.Duration
	InFlightLimit             *int
	LinesCut, MissedInRow     int
}

// Form is a form with its words in the language of the caller.
type Form struct {
	Groups []*FormGroup
	Fields []*FormField
}

// FormGroup is a part of a form.
type FormGroup struct{ Key, Title, Help string }

// FormField is an input of a form.
type FormField struct {
	Path, Name, Title, Help, Placeholder string
	Group                                *string
	Input                                hub.FormInput
	Required                             bool
	RequiredWhen, ShownWhen              []*hub.FormRule
	Secret, SecretDestination            bool
	Default, Examples                    json.RawMessage
	Options                              []*FormOption
	Minimum, Maximum, Above, Below, Step *float64
	MinLength, MaxLength                 *int
	Pattern, Format                      *string
}

// FormOption is something that can be chosen.
type FormOption struct {
	Value       json.RawMessage
	Title, Help string
}
