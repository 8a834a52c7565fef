package hub

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Filed is a text as lists are sorted by it: in lower case and without accents, so that Água stands beside agua and not behind zinco. It is
// the same for one text for ever, whatever the language: it is stored.
func Filed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(Fold(s)))
}

// OrderField is by what a list is sorted. Which fields there are depends on the list.
type OrderField string

// The fields by which lists are sorted. Where two items are equal in one, the order is that in which they came to be.
const (
	ByCreatedAt   OrderField = "CREATED_AT"  // when it came to be
	ByReceivedAt  OrderField = "RECEIVED_AT" // the same, of an occurrence
	ByAt          OrderField = "AT"          // the same, of an entry of the audit log
	ByUpdatedAt   OrderField = "UPDATED_AT"  // when it was last changed
	ByDescription OrderField = "DESCRIPTION" // without regard to upper and lower case and accents
	ByName        OrderField = "NAME"        // without regard to upper and lower case and accents
	ByKey         OrderField = "KEY"         // of a record: its own key in its type
)

// OrderDirection says which end of a sorted list comes first.
type OrderDirection string

// The directions.
const (
	Ascending  OrderDirection = "ASC"
	Descending OrderDirection = "DESC"
)

// Order sorts a list. The zero value is the newest first.
type Order struct {
	Field     OrderField
	Direction OrderDirection
}

// Normal is the zero value for the newest first, however that is said.
func (o Order) Normal() Order {
	newest := o.Field == "" || o.Field == ByCreatedAt || o.Field == ByReceivedAt || o.Field == ByAt
	if newest && o.Direction != Ascending {
		return Order{}
	}
	return o
}
