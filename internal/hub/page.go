package hub

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// Page sizes of every list.
const (
	DefaultPage = 50
	MaxPage     = 200
)

// Page asks for a part of a list: First items after the cursor After (Relay cursor connections).
type Page struct {
	First int    // 0: DefaultPage
	After string // empty: from the beginning
}

// Limit is how many items to read; an impossible First is refused.
func (p Page) Limit() (int, error) {
	switch {
	case p.First == 0:
		return DefaultPage, nil
	case p.First < 0 || p.First > MaxPage:
		return 0, Invalid("first", "first must be between 1 and %d", MaxPage)
	}
	return p.First, nil
}

// Key reads After as the key of the last item seen; 0 if there is none.
func (p Page) Key() (int64, error) {
	if p.After == "" {
		return 0, nil
	}
	key, ok := parseCursor(p.After)
	if !ok {
		return 0, Invalid("after", "this is not a cursor; use one that this API returned")
	}
	return key, nil
}

// Cursor writes the opaque cursor of an item of a list or of a change of the journal.
func Cursor(key int64) string { return "c" + strconv.FormatInt(key, 36) }

// ParseCursor reads a cursor of the journal; the error names the path at which it stood.
func ParseCursor(s, path string) (int64, error) {
	if key, ok := parseCursor(s); ok {
		return key, nil
	}
	return 0, Invalid(path, "this is not a cursor; use one that this API returned")
}

func parseCursor(s string) (int64, bool) {
	digits, ok := strings.CutPrefix(s, "c")
	if !ok {
		return 0, false
	}
	key, err := strconv.ParseInt(digits, 36, 64)
	return key, err == nil && key >= 0
}

// SortedCursor writes the opaque cursor of an item of a list that is sorted by a text and, where that is equal, by key.
// The text is in the cursor, so that the place stays when the item goes or is renamed.
func SortedCursor(text string, key int64) string {
	return "s" + strconv.FormatInt(key, 36) + "." + base64.RawURLEncoding.EncodeToString([]byte(text))
}

// Sorted reads After as the place of the last item seen in a sorted list; ok is false if there is none.
func (p Page) Sorted() (text string, key int64, ok bool, err error) {
	if p.After == "" {
		return "", 0, false, nil
	}
	wrong := Invalid("after", "this is not a cursor of this order; use one that this API returned for the same list")
	number, encoded, found := strings.Cut(strings.TrimPrefix(p.After, "s"), ".")
	if !found || !strings.HasPrefix(p.After, "s") {
		return "", 0, false, wrong
	}
	b, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return "", 0, false, wrong
	}
	if key, err = strconv.ParseInt(number, 36, 64); err != nil || key < 0 {
		return "", 0, false, wrong
	}
	return string(b), key, true, nil
}

// Fold is a text as lists compare it: in lower case, whatever the alphabet.
func Fold(s string) string { return strings.ToLower(s) }

// List is a part of a list, with what a client needs to go on.
type List[T any] struct {
	Items   []T
	HasNext bool
	End     string              // the cursor to go on from, if that is not the place of the last item: more was looked at than is shown
	Total   func() (int, error) // counts the whole list when asked; nil where counting is not offered
}

// ExecutionFilter narrows a list of executions. Zero fields do not narrow.
type ExecutionFilter struct {
	FlowKey       int64
	EventKey      int64
	OccurrenceKey int64
	States        []ExecutionState
	Outcomes      []ExecutionOutcome
	Subject       string
	Trigger       ExecutionTrigger
	Test          *bool     // only tests, or only others
	Since, Until  time.Time // of creation
}

// OccurrenceFilter narrows a list of occurrences.
type OccurrenceFilter struct {
	Type         string
	Subject      string
	ConsumerKey  int64
	Since, Until time.Time // of receipt
}

// DeliveryFilter narrows a list of deliveries.
type DeliveryFilter struct {
	ExecutionKey   int64
	FlowKey        int64
	IntegrationKey int64
	Target         *int // of the flow
	States         []DeliveryState
	Reasons        []ReasonCode
	ProviderCodes  []string // an empty one is none
	Recipient      string
	ProviderID     string
	Test           *bool // only tests, or only others
	Since, Until   time.Time
}

// ListFilter narrows the lists of configuration: groups, consumers, integrations, flows, events.
type ListFilter struct {
	Search   string // part of the description or name, case-insensitive
	Enabled  *bool
	Archived bool       // also archived ones
	GroupKey int64      // consumers
	Type     string     // events: event type; integrations: connector
	FlowKey  int64      // events that run this flow
	Order    GroupOrder // groups
}
