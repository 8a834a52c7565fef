package graph

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// paging are the arguments of a connection.
type paging struct {
	first  *int
	after  *string
	last   *int
	before *string
	order  *hub.Order // nil: the list's own
}

// window is a page that was asked for. Its cursors carry a mark of the list, its order and all that narrows it: a place in one list
// is none in another.
type window struct {
	hub.Page
	mark string
}

// page reads the arguments of a connection. list names it, and of is what narrows it.
func page(in paging, list string, of ...any) (window, error) {
	var p window
	var err error
	if p.First, err = size(in.first, "first"); err != nil {
		return p, err
	}
	if p.Last, err = size(in.last, "last"); err != nil {
		return p, err
	}
	if in.order != nil {
		p.Order = in.order.Normal()
	}
	p.mark = mark(list, p.Order, of)
	if p.After, err = p.place(in.after, "after"); err != nil {
		return p, err
	}
	p.Before, err = p.place(in.before, "before")
	return p, err
}

func size(n *int, path string) (int, error) {
	switch {
	case n == nil:
		return 0, nil
	case *n < 1: // the hub would take 0 for nothing said
		return 0, hub.Invalid(path, "must be between 1 and %d", hub.MaxPage)
	}
	return *n, nil
}

// mark tells lists apart. It guards against mistakes, not against anyone: who makes up a cursor reads from where they like.
func mark(list string, order hub.Order, of []any) string {
	text, err := json.Marshal([]any{list, order, of})
	if err != nil {
		panic(fmt.Sprintf("graph: a filter of %s cannot be written as JSON: %v", list, err)) // all our filters can
	}
	h := fnv.New64a()
	h.Write(text)
	return "~" + strconv.FormatUint(h.Sum64()>>28, 36)
}

// place takes the mark off a cursor.
func (p window) place(cursor *string, path string) (string, error) {
	if cursor == nil || *cursor == "" {
		return "", nil
	}
	place, ours := strings.CutSuffix(*cursor, p.mark)
	if !ours {
		return "", hub.Invalid(path, "this is not a cursor of this list in this order and with this filter; use one that the same list returned, or begin anew without one")
	}
	return place, nil
}

// connection shapes a page of a list that was asked for.
func connection[T any](list hub.List[T], err error, p window) (*model.Connection[T], error) {
	if err != nil {
		return nil, err
	}
	return model.NewConnection(list, p.Page, func(place string) string { return place + p.mark }), nil
}

// stretchOf reads how many items of a list of fixed length are asked for, and how many are left out before them.
func stretchOf(first, skip *int) (most, from int, err error) {
	most = hub.DefaultPage
	hub.Assign(&most, first)
	hub.Assign(&from, skip)
	switch {
	case most < 1 || most > hub.MaxPage:
		return 0, 0, hub.Invalid("first", "must be between 1 and %d", hub.MaxPage)
	case from < 0:
		return 0, 0, hub.Invalid("skip", "cannot be less than 0")
	}
	return most, from, nil
}
