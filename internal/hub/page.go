package hub

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// Page sizes of every list.
const (
	DefaultPage = 50
	MaxPage     = 200
)

// MaxCounted is how many rows are looked at to count a list of history, and MaxConfigured of what people set up, which is
// small. A list that has more is counted no further: what a count costs must not grow with the years.
const (
	MaxCounted    = 10_000
	MaxConfigured = 100_000
)

// Page asks for a part of a list in an order (Relay cursor connections): First items from its beginning on, or Last items back
// from its end, of those between After and Before. Items come in the order of the list, whichever way it is read.
type Page struct {
	First  int    // 0: DefaultPage, unless the page is read backward
	After  string // only what comes after the item of this cursor; empty: from the beginning
	Last   int    // 0: DefaultPage if the page is read backward
	Before string // only what comes before the item of this cursor; empty: up to the end
	Order  Order
}

// Back says whether the page is read from the end of the list: if it asks for Last, or for nothing but what is before a cursor.
func (p Page) Back() bool { return p.Last != 0 || p.First == 0 && p.Before != "" && p.After == "" }

// Limit is how many items to read; an impossible First or Last is refused, and both together are.
func (p Page) Limit() (int, error) {
	switch {
	case p.First < 0 || p.First > MaxPage:
		return 0, Invalid("first", "must be between 1 and %d", MaxPage)
	case p.Last < 0 || p.Last > MaxPage:
		return 0, Invalid("last", "must be between 1 and %d", MaxPage)
	case p.First != 0 && p.Last != 0:
		return 0, Invalid("last", "first and last say which end of the list is meant, so only one of them can be given; leave one out")
	case p.First+p.Last == 0:
		return DefaultPage, nil
	}
	return p.First + p.Last, nil
}

// Place is where an item stands in a list: by what the list is sorted, as text, and by the key where that is equal. Text is
// empty in a list that is sorted by the key alone.
type Place struct {
	Text string
	Key  int64
}

// Places reads After and Before; nil is no bound. sorted says that the list is sorted by something before the key.
func (p Page) Places(sorted bool) (after, before *Place, err error) {
	if after, err = place(p.After, "after", sorted); err != nil {
		return nil, nil, err
	}
	before, err = place(p.Before, "before", sorted)
	return after, before, err
}

func place(cursor, path string, sorted bool) (*Place, error) {
	if cursor == "" {
		return nil, nil
	}
	if sorted {
		return sortedPlace(cursor, path)
	}
	key, err := ParseCursor(cursor, path)
	if err != nil {
		return nil, err
	}
	return &Place{Key: key}, nil
}

// Cursor writes the opaque cursor of an item of a list or of a change of the journal.
func Cursor(key int64) string { return "c" + strconv.FormatInt(key, 36) }

// ParseCursor reads a cursor that is made of a key alone; the error names the path at which it stood.
func ParseCursor(s, path string) (int64, error) {
	if digits, ok := strings.CutPrefix(s, "c"); ok {
		if key, err := strconv.ParseInt(digits, 36, 64); err == nil && key >= 0 {
			return key, nil
		}
	}
	return 0, Invalid(path, "this is not a cursor; use one that this API returned")
}

// SortedCursor writes the opaque cursor of an item of a list that is sorted by a text and, where that is equal, by key.
// The text is in the cursor, so that the place stays when the item goes or is renamed.
func SortedCursor(text string, key int64) string {
	return "s" + strconv.FormatInt(key, 36) + "." + base64.RawURLEncoding.EncodeToString([]byte(text))
}

func sortedPlace(cursor, path string) (*Place, error) {
	wrong := Invalid(path, "this is not a cursor of this order; use one that this API returned for the same list")
	number, encoded, found := strings.Cut(strings.TrimPrefix(cursor, "s"), ".")
	if !found || !strings.HasPrefix(cursor, "s") {
		return nil, wrong
	}
	b, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return nil, wrong
	}
	key, err := strconv.ParseInt(number, 36, 64)
	if err != nil || key < 0 {
		return nil, wrong
	}
	return &Place{Text: string(b), Key: key}, nil
}

// Fold is a text as lists compare it: in lower case, whatever the alphabet.
func Fold(s string) string { return strings.ToLower(s) }

// List is a part of a list, with what a client needs to go on.
type List[T any] struct {
	Items       []T
	HasNext     bool // of a page that was read forward: whether the list goes on after it
	HasPrevious bool // of one that was read backward: whether there is something before it

	// Beyond says the same of the other end of the page, when asked; nil: the page ends there with the list.
	Beyond func() (bool, error)
	// Cursor is the place of an item; nil if there are none.
	Cursor func(T) string
	// End is where to go on, in the direction in which the page was read, if that is not the place of the last item: more was
	// looked at than is shown.
	End string
	// Total counts the whole list when asked; nil where counting is not offered.
	Total func() (Count, error)
}

// Turned is a list with other items in the places of those that it has.
func Turned[A any, B comparable](l List[A], turn func(A) B) List[B] {
	out := List[B]{HasNext: l.HasNext, HasPrevious: l.HasPrevious, Beyond: l.Beyond, End: l.End, Total: l.Total}
	places := make(map[B]string, len(l.Items))
	for _, item := range l.Items {
		other := turn(item)
		out.Items, places[other] = append(out.Items, other), l.Cursor(item)
	}
	out.Cursor = func(item B) string { return places[item] }
	return out
}

// PageOf makes a page of a list that is in memory, and whose keys grow from item to item.
func PageOf[T any](list []T, p Page, key func(T) int64) (List[T], error) {
	l := List[T]{Cursor: func(item T) string { return Cursor(key(item)) }, Total: func() (Count, error) { return Count{N: len(list), Exact: true}, nil }}
	limit, err := p.Limit()
	if err != nil {
		return l, err
	}
	after, before, err := p.Places(false)
	if err != nil {
		return l, err
	}
	from, to := 0, len(list)
	for from < to && after != nil && key(list[from]) <= after.Key {
		from++
	}
	for from < to && before != nil && key(list[to-1]) >= before.Key {
		to--
	}
	there := func(yes bool) func() (bool, error) { return func() (bool, error) { return yes, nil } }
	if p.Back() {
		l.Items = list[max(from, to-limit):to]
		l.HasPrevious, l.Beyond = to-from > limit, there(to < len(list))
	} else {
		l.Items = list[from:min(to, from+limit)]
		l.HasNext, l.Beyond = to-from > limit, there(from > 0)
	}
	return l, nil
}

// Count is how many items a list has: N if it is Exact, else N or more.
type Count struct {
	N     int
	Exact bool
}
