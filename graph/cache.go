package graph

import (
	"context"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// cache keeps what was made of texts, those that were used last. It is bounded by the length of the texts: what is made of one takes
// memory in proportion, and a count of entries would leave it to strangers how much that is.
type cache[T any] struct {
	most int // bytes of all texts
	mu   sync.Mutex
	size int
	lru  *simplelru.LRU[string, entry[T]]
}

type entry[T any] struct {
	value T
	size  int
}

// maxEntries is how many texts a cache can have, however short.
const maxEntries = 10_000

func newCache[T any](most int) *cache[T] {
	c := &cache[T]{most: most}
	c.lru, _ = simplelru.NewLRU(maxEntries, func(_ string, e entry[T]) { c.size -= e.size }) // fails for no size only
	return c
}

// Get finds what was made of a text.
func (c *cache[T]) Get(_ context.Context, key string) (T, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.lru.Get(key)
	return e.value, ok
}

// Add keeps what was made of a text, and lets go of as much as is needed for it.
func (c *cache[T]) Add(_ context.Context, key string, value T) { c.add(key, value, len(key)) }

func (c *cache[T]) add(key string, value T, size int) {
	if size > c.most {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.lru.Peek(key); known {
		return
	}
	for c.size+size > c.most {
		c.lru.RemoveOldest()
	}
	c.size += size
	c.lru.Add(key, entry[T]{value, size})
}
