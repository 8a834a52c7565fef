package hub

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/mapping"
)

// Trigger says what starts a flow.
type Trigger string

// The triggers.
const (
	TriggerEvent     Trigger = "EVENT"     // events of the dispatcher
	TriggerManual    Trigger = "MANUAL"    // people and programs, whenever they want
	TriggerDate      Trigger = "DATE"      // the clock, once
	TriggerFrequency Trigger = "FREQUENCY" // the clock, again and again
)

// Flow is trigger → source → filter → targets, with settings. Every save is a version; an execution is pinned to its own.
type Flow struct {
	Key         int64
	Version     int
	Enabled     bool
	Description string
	Definition  FlowDefinition
	Paused      *Reason // set while a wrong template or the like holds its deliveries back, or a person
	Pause       *Pause  // of a person; its reason is then that of Paused
	ArchivedAt  *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Hidden      []Hidden // what was left out for the caller who reads it; never stored

	Checks []TargetCheck // what connectors say of its targets, to be kept with what is saved; nil when it is read
}

// ID is the public id.
func (f *Flow) ID() string { return ID(KindFlow, f.Key) }

// FlowDefinition is what a version of a flow keeps.
type FlowDefinition struct {
	Trigger  Trigger      `json:"trigger"`
	Schedule *Schedule    `json:"schedule,omitempty"` // of DATE and FREQUENCY
	Source   *FlowSource  `json:"source,omitempty"`   // nil in a draft
	Filter   Terms        `json:"filter"`
	Targets  []FlowTarget `json:"targets"`
	Settings FlowSettings `json:"settings"`
}

// SourceModuleRecords is the source module of the hub's own records.
const SourceModuleRecords = "RECORDS"

// FlowSource says which rows a flow reads, and with whose rights.
type FlowSource struct {
	Module      string          `json:"module"` // RECORDS; source connectors come beside it
	ConsumerKey int64           `json:"consumer"`
	Action      string          `json:"action"` // of the catalogue: "query_work_order_tasks"
	Parameters  json.RawMessage `json:"parameters,omitempty"`
	Rows        SourceRows      `json:"rows"`
	Fetch       *SourceFetch    `json:"fetch,omitempty"` // nil: the records are read as they are
}

// SourceRows says to which rows a source query is narrowed when an occurrence started the flow.
type SourceRows string

// The narrowings.
const (
	RowsMatching SourceRows = "MATCHING" // the rows of the occurrence that satisfied the event's terms
	RowsSubject  SourceRows = "SUBJECT"  // all rows of the occurrence's subject
)

// FlowTarget says through what, to whom and with which values a flow sends.
type FlowTarget struct {
	IntegrationKey int64           `json:"integration"`
	Action         string          `json:"action"`
	Parameters     json.RawMessage `json:"parameters,omitempty"` // an object, by the action's schema
	Recipient      Recipient       `json:"recipient"`
	Mapping        []MappingEntry  `json:"mapping"`
	FollowUp       *FollowUp       `json:"followUp,omitempty"` // nil: it sends whatever becomes of the messages of others
}

// UnknownPolicy says what happens to a delivery that stayed UNKNOWN.
type UnknownPolicy string

// The policies.
const (
	Hold   UnknownPolicy = "HOLD"   // it stays UNKNOWN until a receipt or a person settles it: nobody is messaged twice
	Resend UnknownPolicy = "RESEND" // it is sent again: somebody may be messaged twice
)

// FlowSettings bound how a flow sends. A zero field means the default.
type FlowSettings struct {
	MaxAttempts        int           `json:"maxAttempts,omitempty"`
	MaxAgeSeconds      int           `json:"maxAgeSeconds,omitempty"`
	UnknownPolicy      UnknownPolicy `json:"unknownPolicy,omitempty"`
	UnknownWaitSeconds int           `json:"unknownWaitSeconds,omitempty"`
	Locale             string        `json:"locale,omitempty"`         // in which values read; empty: as data
	TimeZone           string        `json:"timeZone,omitempty"`       // IANA; empty: UTC
	DefaultCountry     string        `json:"defaultCountry,omitempty"` // of telephone numbers without country code, ISO 3166-1 alpha-2; empty: none
	Collect            *Collect      `json:"collect,omitempty"`        // nil: every occurrence is told by itself
	QuietHours         *QuietHours   `json:"quietHours,omitempty"`     // nil: none
	Ordering           FlowOrdering  `json:"ordering,omitempty"`
	MaxInFlight        int           `json:"maxInFlight,omitempty"` // messages that connectors may have at once; 0: as many as they take
}

// Defaults and bounds of FlowSettings.
const (
	DefaultMaxAttempts = 8
	MaxMaxAttempts     = 50
	DefaultMaxAge      = 24 * time.Hour
	MaxMaxAge          = 30 * 24 * time.Hour
	DefaultUnknownWait = 15 * time.Minute
	MaxUnknownWait     = 7 * 24 * time.Hour
)

// Retry is how often and for how long a delivery of the flow is tried.
func (s FlowSettings) Retry() RetryPolicy {
	p := RetryPolicy{MaxAttempts: DefaultMaxAttempts, MaxAge: DefaultMaxAge}
	if s.MaxAttempts > 0 {
		p.MaxAttempts = s.MaxAttempts
	}
	if s.MaxAgeSeconds > 0 {
		p.MaxAge = time.Duration(s.MaxAgeSeconds) * time.Second
	}
	return p
}

// UnknownWait is how long an UNKNOWN delivery waits for a receipt before the policy takes effect.
func (s FlowSettings) UnknownWait() time.Duration {
	if s.UnknownWaitSeconds > 0 {
		return time.Duration(s.UnknownWaitSeconds) * time.Second
	}
	return DefaultUnknownWait
}

// Unknown is the policy for UNKNOWN deliveries.
func (s FlowSettings) Unknown() UnknownPolicy {
	if s.UnknownPolicy == "" {
		return Hold
	}
	return s.UnknownPolicy
}

func (s FlowSettings) problems() []Problem {
	var p []Problem
	bound := func(path string, v, most int, between string) {
		if v < 0 || v > most {
			p = append(p, Problem{Code: ProblemSettingInvalid, Path: Path("settings", path),
				Message: "must be between " + between + "; leave it out for the default"})
		}
	}
	bound("maxAttempts", s.MaxAttempts, MaxMaxAttempts, "1 and "+itoa(MaxMaxAttempts))
	bound("maxAge", s.MaxAgeSeconds, int(MaxMaxAge/time.Second), "1 second (PT1S) and 30 days (P30D)")
	bound("unknownWait", s.UnknownWaitSeconds, int(MaxUnknownWait/time.Second), "1 second (PT1S) and 7 days (P7D)")
	bound("maxInFlight", s.MaxInFlight, MaxMaxInFlight, "1 and "+itoa(MaxMaxInFlight))
	switch s.Ordering {
	case "", OrderedNot, OrderedByRecord, OrderedByRecipient:
	default:
		p = append(p, Problem{Code: ProblemSettingInvalid, Path: "settings.ordering", Message: "there is no such ordering; use NONE, RECORD or RECIPIENT"})
	}
	switch s.UnknownPolicy {
	case "", Hold, Resend:
	default:
		p = append(p, Problem{Code: ProblemSettingInvalid, Path: "settings.unknownPolicy", Message: "there is no such policy; use HOLD or RESEND"})
	}
	for _, check := range []struct {
		path string
		err  error
	}{{"locale", mapping.CheckLocale(s.Locale)}, {"timeZone", mapping.CheckZone(s.TimeZone)}, {"defaultCountry", mapping.CheckCountry(s.DefaultCountry)}} {
		if check.err != nil {
			p = append(p, Problem{Code: ProblemSettingInvalid, Path: Path("settings", check.path), Message: check.err.Error()})
		}
	}
	return append(p, s.quietProblems()...)
}

// FlowInput is what creating or changing a flow needs. A nil field leaves it as it is.
type FlowInput struct {
	Description *string
	Trigger     *Trigger
	Schedule    **Schedule   // pointing at nil clears it
	Source      **FlowSource // pointing at nil clears it
	Filter      *Terms
	Targets     *[]FlowTarget
	Settings    *FlowSettings
}

// Apply writes the input over the flow. A draft may be incomplete, so nothing is judged here but what could not be
// stored: sizes. What is missing is told by FlowProblems.
func (f *Flow) Apply(in FlowInput) error {
	Assign(&f.Description, in.Description)
	Assign(&f.Definition.Trigger, in.Trigger)
	Assign(&f.Definition.Schedule, in.Schedule)
	Assign(&f.Definition.Source, in.Source)
	Assign(&f.Definition.Filter, in.Filter)
	Assign(&f.Definition.Targets, in.Targets)
	Assign(&f.Definition.Settings, in.Settings)
	f.Description = strings.TrimSpace(f.Description)
	if f.Definition.Trigger == "" {
		f.Definition.Trigger = TriggerEvent
	}
	if s := f.Definition.Source; s != nil && s.Rows == "" {
		s.Rows = RowsMatching
	}
	if f.Definition.Filter.Mode == "" {
		f.Definition.Filter.Mode = ModeNone
	}
	if p := checkText("description", f.Description, MaxDescription, false); len(p) > 0 {
		return WithProblems(p)
	}
	if len(f.Definition.Targets) > MaxTargets {
		return Invalid("targets", "a flow can have at most %d targets; make a second flow and let the event run both", MaxTargets)
	}
	if b, err := json.Marshal(f.Definition); err != nil || len(b) > 64<<10 {
		return Invalid("", "the flow is larger than 64 KiB")
	}
	return nil
}
