package hub

import (
	"fmt"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/mapping"
)

// Collect has a flow with the trigger EVENT gather what happens and tell it together: the first occurrence of a key opens a collection,
// further ones join it, and when its window closes one execution sends one message to each recipient about all rows that are theirs.
type Collect struct {
	By            CollectBy   `json:"by,omitempty"`    // what is gathered apart; empty: FLOW
	Field         string      `json:"field,omitempty"` // with FIELD, the path of a field of the source's rows
	Mode          CollectMode `json:"mode,omitempty"`  // empty: DIGEST
	WindowSeconds int         `json:"windowSeconds,omitempty"`
	AtMostSeconds int         `json:"atMostSeconds,omitempty"` // of DEBOUNCE: it closes that long after the first one, whatever comes; 0: the default
	Limit         int         `json:"limit,omitempty"`         // it closes at once with so many occurrences; 0: the default
}

// CollectBy says what is gathered apart.
type CollectBy string

// What is gathered apart.
const (
	CollectByFlow      CollectBy = "FLOW"      // nothing: all that the flow is run for is one
	CollectByField     CollectBy = "FIELD"     // what differs in a field of the row, such as the asset
	CollectByRecord    CollectBy = "RECORD"    // each record, such as a stock item
	CollectByRecipient CollectBy = "RECIPIENT" // each recipient
)

// CollectMode says when the window closes.
type CollectMode string

// The modes.
const (
	Digest   CollectMode = "DIGEST"   // a window after the first occurrence
	Debounce CollectMode = "DEBOUNCE" // when nothing has come for a window
)

// Defaults and bounds of collecting.
const (
	MaxWindow           = 7 * 24 * time.Hour
	DefaultCollectLimit = 100
	MaxCollected        = 500 // occurrences of a collection, and rows
	usualDebounces      = 10  // windows after which a DEBOUNCE closes if its settings do not say
)

// Key is what is gathered apart, the default written out.
func (c *Collect) Key() CollectBy {
	if c.By == "" {
		return CollectByFlow
	}
	return c.By
}

// Closing is when the window closes, the default written out.
func (c *Collect) Closing() CollectMode {
	if c.Mode == "" {
		return Digest
	}
	return c.Mode
}

// Window is how long the window is.
func (c *Collect) Window() time.Duration { return time.Duration(c.WindowSeconds) * time.Second }

// AtMost is how long after the first occurrence a collection closes at the latest.
func (c *Collect) AtMost() time.Duration {
	switch {
	case c.Closing() != Debounce:
		return c.Window()
	case c.AtMostSeconds > 0:
		return time.Duration(c.AtMostSeconds) * time.Second
	}
	return min(usualDebounces*c.Window(), MaxWindow)
}

// Most is with how many occurrences it closes at once.
func (c *Collect) Most() int {
	if c.Limit > 0 {
		return c.Limit
	}
	return DefaultCollectLimit
}

// Closes is when a collection closes to which an occurrence has come now, if no other comes.
func (c *Collect) Closes(opened, now time.Time) time.Time {
	latest := opened.Add(c.AtMost())
	if c.Closing() == Debounce {
		if at := now.Add(c.Window()); at.Before(latest) {
			return at
		}
	}
	return latest
}

// Collection is what an execution has gathered, or gathers.
type Collection struct {
	ExecutionKey int64
	FlowKey      int64
	FlowVersion  int
	Of           string // what all of it has in common
	Open         bool   // occurrences may join it
	OpenedAt     time.Time
	LastAt       time.Time // when the last one joined
	Occurrences  int
	Rows         int
}

// Collected is what an occurrence brought to a collection.
type Collected struct {
	ExecutionKey  int64
	OccurrenceKey int64
	Rows          []CollectedRow // none: all rows of its subject
	Subject       string         // of the occurrence
}

// CollectedRow is a row as its occurrence brought it.
type CollectedRow struct {
	Name string `json:"name"`
	Data Fields `json:"data,omitempty"` // nil: the hub's record of that name
}

// The paths under which a message of a collecting flow reads what was gathered.
const (
	collectedCount       = "collected.count"       // how many rows
	collectedOccurrences = "collected.occurrences" // how many occurrences
	collectedFirst       = "collected.first."      // a field of the first row
	collectedLast        = "collected.last."       // of the last one, as without a prefix
	collectedAll         = "collected.all."        // of all: a list of what there is, each once
)

// CollectedPart says what of a collection a path reads.
type CollectedPart string

// What paths read of a collection.
const (
	PartCount       CollectedPart = "count"
	PartOccurrences CollectedPart = "occurrences"
	PartFirst       CollectedPart = "first"
	PartLast        CollectedPart = "last"
	PartAll         CollectedPart = "all"
)

// CollectedPath reads the path of what was gathered: which part of it and, for parts that are rows, which field of these. Any other path
// is a field of the row itself; part is empty then.
func CollectedPath(path string) (part CollectedPart, field string) {
	switch path {
	case collectedCount:
		return PartCount, ""
	case collectedOccurrences:
		return PartOccurrences, ""
	}
	for prefix, part := range map[string]CollectedPart{collectedFirst: PartFirst, collectedLast: PartLast, collectedAll: PartAll} {
		if field, ok := strings.CutPrefix(path, prefix); ok && field != "" && !isCollected(field) {
			return part, field
		}
	}
	return "", path
}

func isCollected(path string) bool {
	return path == "collected" || strings.HasPrefix(path, "collected.")
}

// collectedFact is what is known of a path in the message of a collecting flow.
func collectedFact(field func(string) FieldFact) func(string) FieldFact {
	return func(path string) FieldFact {
		part, of := CollectedPath(path)
		switch part {
		case "":
			return field(path)
		case PartCount, PartOccurrences:
			return FieldFact{Known: true, Type: "INTEGER", Filled: true}
		case PartAll:
			fact := field(of)
			if fact.Type != "" {
				fact.Type = "LIST"
			}
			return fact
		}
		return field(of)
	}
}

// gathered are the facts for the messages of a flow: with what it collects, if it does.
func (f FlowFacts) gathered(s FlowSettings) FlowFacts {
	if s.Collect != nil && f.Field != nil {
		f.Field = collectedFact(f.Field)
	}
	return f
}

// collectProblems judges how a flow collects.
func collectProblems(d *FlowDefinition, facts FlowFacts) (p []Problem) {
	c := d.Settings.Collect
	if c == nil {
		return nil
	}
	wrong := func(path, next, format string, args ...any) {
		p = append(p, Problem{Code: ProblemSettingInvalid, Path: joinPath("settings.collect", path), Message: fmt.Sprintf(format, args...), NextStep: next})
	}
	if d.Trigger != TriggerEvent && d.Trigger != "" {
		wrong("", "let its trigger be EVENT, or leave settings.collect out", "only a flow with the trigger EVENT collects")
	}
	switch c.Key() {
	case CollectByFlow, CollectByRecord, CollectByRecipient:
		if c.Field != "" {
			wrong("field", "", "a field goes with the choice FIELD")
		}
	case CollectByField:
		switch {
		case strings.TrimSpace(c.Field) == "":
			wrong("field", "", "name the field by which occurrences are gathered")
		case len(c.Field) > mapping.MaxField:
			wrong("field", "", "the field has %d bytes and at most %d are allowed", len(c.Field), mapping.MaxField)
		case d.Source != nil && facts.Field != nil:
			p = append(p, fieldProblems("settings.collect.field", c.Field, facts)...)
		}
	default:
		wrong("by", "", "there is no such choice; use FLOW, FIELD, RECORD or RECIPIENT")
	}
	switch c.Closing() {
	case Digest:
		if c.AtMostSeconds != 0 {
			wrong("atMost", "", "atMost goes with the mode DEBOUNCE; a DIGEST closes after its window anyway")
		}
	case Debounce:
		if c.AtMostSeconds != 0 && (c.AtMostSeconds < c.WindowSeconds || c.AtMostSeconds > int(MaxWindow/time.Second)) {
			wrong("atMost", "", "must be between the window and 7 days (P7D); leave it out for the default")
		}
	default:
		wrong("mode", "", "there is no such mode; use DIGEST or DEBOUNCE")
	}
	if c.WindowSeconds < 1 || c.WindowSeconds > int(MaxWindow/time.Second) {
		wrong("window", "", "must be between 1 second (PT1S) and 7 days (P7D)")
	}
	if c.Limit != 0 && (c.Limit < 2 || c.Limit > MaxCollected) {
		wrong("limit", "", "must be between 2 and %d; leave it out for the default", MaxCollected)
	}
	return p
}

// collect puts how a flow collects under the names that it has in the schema.
func (l leaves) collect(c *Collect) {
	if c == nil {
		return
	}
	l.put(c.Key(), "settings", "collect", "by")
	l.put(c.Field, "settings", "collect", "field")
	l.put(c.Closing(), "settings", "collect", "mode")
	l.put(ISODuration(c.Window()), "settings", "collect", "window")
	if c.Closing() == Debounce {
		l.put(ISODuration(c.AtMost()), "settings", "collect", "atMost")
	}
	l.put(c.Most(), "settings", "collect", "limit")
}
