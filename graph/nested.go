package graph

import (
	"context"

	"github.com/graph-gophers/dataloader/v7"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// nested reads lists inside of things: the same page of those of all things that are resolved side by side, together.
type nested[T any] struct {
	loader[pageOf, *hub.List[T]]
}

// pageOf is a page of the list of a thing.
type pageOf struct {
	thing int64
	samePage
}

// samePage is what pages have in common that are read together.
type samePage struct {
	hub.Page
	narrow any // what else narrows the list; it can be compared
}

// newNested makes a loader of what reads the same page of the lists of many things, in the order of their keys; nil where it may not be seen.
func newNested[T any](get func(context.Context, hub.Caller, []int64, samePage) ([]*hub.List[T], error), l loading) nested[T] {
	return nested[T]{batches(func(ctx context.Context, pages []pageOf) []*dataloader.Result[*hub.List[T]] {
		together := map[samePage][]int{} // by where they stand in pages
		for i, p := range pages {
			together[p.samePage] = append(together[p.samePage], i)
		}
		results := make([]*dataloader.Result[*hub.List[T]], len(pages))
		for page, at := range together {
			things := make([]int64, len(at))
			for n, i := range at {
				things[n] = pages[i].thing
			}
			found := answers(ctx, things, func(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.List[T], error) {
				return get(ctx, c, keys, page)
			})
			for n, i := range at {
				results[i] = found[n]
			}
		}
		return results
	}, l)}
}

// unnarrowed is a read of lists that nothing but their page narrows.
func unnarrowed[T any](get func(context.Context, hub.Caller, []int64, hub.Page) ([]*hub.List[T], error)) func(context.Context, hub.Caller, []int64, samePage) ([]*hub.List[T], error) {
	return func(ctx context.Context, c hub.Caller, keys []int64, p samePage) ([]*hub.List[T], error) {
		return get(ctx, c, keys, p.Page)
	}
}

// suppressionsOf reads the suppressions of integrations, which are narrowed by whether they hold.
func suppressionsOf(db *sqlite.DB) func(context.Context, hub.Caller, []int64, samePage) ([]*hub.List[*hub.Suppression], error) {
	return func(ctx context.Context, c hub.Caller, keys []int64, p samePage) ([]*hub.List[*hub.Suppression], error) {
		var active *bool
		if v, given := p.narrow.(bool); given {
			active = &v
		}
		return db.SuppressionsOf(ctx, c, keys, active, p.Page)
	}
}

// page reads a page that was asked for of the list of a thing; null if it may not be seen.
func (n nested[T]) page(ctx context.Context, thing int64, asked window, narrow any) (*model.Connection[T], error) {
	list, err := n.one(ctx, pageOf{thing, samePage{asked.Page, narrow}})
	if list == nil || err != nil {
		return nil, err
	}
	return connection(*list, nil, asked)
}
