package graph

import (
	"context"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// turns lets so many queries of one consumer run at once; the others wait for their turn. Somebody who sends hundreds of dear ones
// thereby takes the time of their own and not that of others. Mutations have no turns: what they wait for is mostly the disk, which many share.
type turns struct {
	most int
	of   sync.Map // consumer's key → chan struct{} with room for as many as may run
}

// take waits for a turn, which the caller gives back, or until ctx ends.
func (t *turns) take(ctx context.Context, consumer int64, kind ast.Operation) (back func(), err error) {
	if kind != ast.Query {
		return func() {}, nil
	}
	c, known := t.of.Load(consumer)
	if !known {
		c, _ = t.of.LoadOrStore(consumer, make(chan struct{}, t.most))
	}
	running := c.(chan struct{})
	select {
	case running <- struct{}{}:
		return func() { <-running }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
