package hub

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// SuppressionGround says why a recipient is to be left alone, and so what ends it. A recipient may be suppressed on several grounds
// at once; each ends by itself.
type SuppressionGround string

// The grounds.
const (
	// GroundLasting holds until somebody says otherwise: the recipient opted out or has blocked the sender. It ends when the
	// recipient opts in again, or when a person removes it.
	GroundLasting SuppressionGround = "LASTING"
	// GroundPassing holds for as long as the provider's code demands, whatever the recipient says: not on WhatsApp, for example.
	GroundPassing SuppressionGround = "PASSING"
	// GroundOperator holds as a person decided. It ends then, or when a person removes it, but not when the recipient opts in.
	GroundOperator SuppressionGround = "OPERATOR"
)

// SuppressionSource says by what the hub learned that a recipient is to be left alone.
type SuppressionSource string

// The sources.
const (
	SuppressedByOutcome  SuppressionSource = "OUTCOME"  // the connector's answer to a delivery
	SuppressedByReceipt  SuppressionSource = "RECEIPT"  // what the provider said of a delivery later
	SuppressedByNotice   SuppressionSource = "NOTICE"   // the recipient opted out
	SuppressedByOperator SuppressionSource = "OPERATOR" // a person
)

// Suppression says that a recipient is not to be messaged through an integration. There is at most one for each integration,
// recipient, category and ground.
type Suppression struct {
	Key            int64
	IntegrationKey int64
	Recipient      string // as deliveries write it: "+5511999991234"
	Category       string // in lower case: only messages of this category, "marketing" for example; empty: all
	Ground         SuppressionGround
	Source         SuppressionSource // of the word that counts: the last one that made it longer
	Reason         Reason
	Note           string // of the person who added it
	Since          time.Time
	Until          *time.Time // nil: until somebody says otherwise. One that is over stays until there is a new one
	DeliveryKey    int64      // that caused it; of a notice or a person's, the last one to the recipient before. 0: none
	ConsumerKey    int64      // who added it; 0: nobody
	UpdatedAt      time.Time
	Hidden         []Hidden // what was left out for the caller who reads it; never stored
}

// ID is the public id.
func (s *Suppression) ID() string { return ID(KindSuppression, s.Key) }

// Hides says whether a part of the suppression was left out: "recipient", "note", or "reason" for its free text.
func (s *Suppression) Hides(part string) bool { return hides(s.Hidden, part) }

// Active says whether it holds at a time.
func (s *Suppression) Active(now time.Time) bool { return s.Until == nil || s.Until.After(now) }

// Category writes what a suppression covers as it is compared: in lower case.
func Category(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// Suppression is what an outcome asks for the recipient of its delivery; nil if it asks for nothing. reason is that of the outcome.
func (o *Outcome) Suppression(d *Delivery, from SuppressionSource, reason Reason, now time.Time) *Suppression {
	if o.Suppress == 0 || d.Recipient == "" {
		return nil
	}
	reason.By = d.ID() // it may quote this message, so it is shown to who may see that
	s := &Suppression{IntegrationKey: d.IntegrationKey, Recipient: d.Recipient, Category: Category(o.SuppressCategory), Ground: GroundLasting,
		Source: from, Reason: reason, Since: now, DeliveryKey: d.Key, UpdatedAt: now}
	if o.Suppress > 0 {
		until := now.Add(o.Suppress)
		s.Ground, s.Until = GroundPassing, &until
	}
	return s
}

// Join says what becomes of a suppression when the same integration, recipient, category and ground are told again: the longer one
// holds, and an older word than the one that ended it is no news. s is nil if there is none; news says that something changed.
func (s *Suppression) Join(more *Suppression, now time.Time) (joined *Suppression, news bool) {
	switch {
	case s == nil:
		return more, true
	case !s.Active(now):
		// A provider repeats and reorders: that the recipient opted out before they opted in is over.
		if more.Source == SuppressedByNotice && !more.Since.After(*s.Until) {
			return s, false
		}
		return more, true
	case s.Until == nil, more.Until != nil && !more.Until.After(*s.Until):
		return s, false
	}
	longer := *more
	longer.Key, longer.Since = s.Key, s.Since
	return &longer, true
}

// LiftedBy says whether the recipient's opting in ends it: a lasting one of the same category, unless it is newer than that word.
func (s *Suppression) LiftedBy(n *Notice, now time.Time) bool {
	return s.Ground == GroundLasting && s.Category == Category(n.Category) && s.Active(now) && !s.Since.After(n.At)
}

// Holding finds among the suppressions of a recipient the one that holds every message back, if there is one: that which lasts
// longest. Else categories are those of which no message is to be sent.
func Holding(list []*Suppression, now time.Time) (whole *Suppression, categories []string) {
	for _, s := range list {
		switch {
		case !s.Active(now):
		case s.Category != "":
			if !slices.Contains(categories, s.Category) {
				categories = append(categories, s.Category)
			}
		case whole == nil || whole.Until != nil && (s.Until == nil || s.Until.After(*whole.Until)):
			whole = s
		}
	}
	return whole, categories
}

// HoldingCategory is Holding for messages of one category: the suppression that holds them back, nil if none does.
func HoldingCategory(list []*Suppression, category string, now time.Time) *Suppression {
	var of []*Suppression
	for _, s := range list {
		if s.Category == category || s.Category == "" {
			whole := *s
			whole.Category = ""
			of = append(of, &whole)
		}
	}
	found, _ := Holding(of, now)
	for _, s := range list {
		if found != nil && s.Key == found.Key {
			return s
		}
	}
	return nil
}

// Held is the reason of a delivery that the suppression holds back: why, since when, until when, and what to do.
func (s *Suppression) Held() Reason {
	since := s.Since.UTC().Format(time.RFC3339)
	r := Reason{Code: ReasonSuppressed, Provider: s.Reason.Provider, By: s.ID(),
		NextStep: "if the recipient may be messaged again, remove the suppression, then send the delivery again"}
	switch {
	case s.Category == "" && s.Until == nil:
		r.Message = fmt.Sprintf("the recipient is to be left alone since %s: %s", since, s.why())
	case s.Category == "":
		r.Message = fmt.Sprintf("the recipient is to be left alone from %s until %s: %s", since, s.Until.UTC().Format(time.RFC3339), s.why())
	case s.Until == nil:
		r.Message = fmt.Sprintf("the recipient is to get no messages of the category %q since %s: %s", s.Category, since, s.why())
	default:
		r.Message = fmt.Sprintf("the recipient is to get no messages of the category %q from %s until %s: %s", s.Category, since, s.Until.UTC().Format(time.RFC3339), s.why())
	}
	return r
}

// why repeats nobody's own words: they may quote another message, which whoever sees the delivery may not be meant to see. The
// suppression has them.
func (s *Suppression) why() string {
	switch {
	case s.Source == SuppressedByNotice, s.Source == SuppressedByOperator:
		return s.Reason.Message
	case s.Reason.Provider != "":
		return fmt.Sprintf("the provider's code %s says so", s.Reason.Provider)
	}
	return "the provider says so"
}

// SuppressionInput is what a person adds.
type SuppressionInput struct {
	IntegrationKey int64
	Recipient      string
	Category       string
	Until          *time.Time
	Note           string
}

// MaxCategory is the most bytes of a category.
const MaxCategory = 60

// Problems says what is wrong with the input, apart from what only the integration's connector knows.
func (in *SuppressionInput) Problems(now time.Time) []Problem {
	p := checkText("note", in.Note, MaxNote, false)
	add := func(path, message string) {
		p = append(p, Problem{Code: ProblemSettingInvalid, Path: path, Message: message})
	}
	switch {
	case strings.TrimSpace(in.Recipient) == "":
		add("recipient", "say who is to be left alone")
	case len(in.Recipient) > MaxAttribute:
		add("recipient", fmt.Sprintf("a recipient can have at most %d bytes", MaxAttribute))
	}
	if len(in.Category) > MaxCategory {
		add("category", fmt.Sprintf("a category can have at most %d bytes", MaxCategory))
	}
	switch {
	case in.Until == nil:
	case !in.Until.After(now):
		add("until", "this time is over; choose a later one, or leave it out")
	case in.Until.UTC().Year() > 9999:
		add("until", "this time lies after the year 9999; leave it out")
	}
	return p
}

// SuppressionFilter narrows a list of suppressions. Zero fields do not narrow.
type SuppressionFilter struct {
	IntegrationKey int64
	Recipient      string
	Category       *string // empty: those of all messages
	Active         *bool
}

// Audited is what the audit log compares of a suppression. Of the recipient it says as much as tells one from another: who reads the
// log may not be meant to see whom the hub messages.
func (s *Suppression) Audited() Facts {
	if s == nil {
		return nil
	}
	return Facts{"integration": ID(KindIntegration, s.IntegrationKey), "recipient": masked(s.Recipient), "category": s.Category, "ground": s.Ground, "source": s.Source,
		"since": s.Since, "until": s.Until}
}

// masked leaves the last four characters of a recipient.
func masked(s string) string {
	runes := []rune(s)
	return "…" + string(runes[max(len(runes)-4, 0):])
}
