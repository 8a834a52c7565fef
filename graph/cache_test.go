package graph

import (
	"strings"
	"testing"
)

func TestACacheIsBoundedByTheLengthOfWhatItKeeps(t *testing.T) {
	t.Parallel()
	c := newCache[int](100)
	text := func(name string, size int) string { return name + strings.Repeat(" ", size-1) }
	has := func(key string) bool { _, ok := c.Get(t.Context(), key); return ok }
	a, b, d := text("a", 40), text("b", 40), text("d", 40)
	c.Add(t.Context(), a, 1)
	c.Add(t.Context(), b, 2)
	c.Add(t.Context(), b, 2)
	if !has(b) || !has(a) {
		t.Fatal("what fits is not kept")
	}
	c.Add(t.Context(), d, 3)
	if has(b) || !has(a) || !has(d) {
		t.Error("not what was used longest ago went")
	}
	c.Add(t.Context(), text("e", 101), 4)
	if !has(a) || !has(d) {
		t.Error("what is too long took the place of something")
	}
	c.Add(t.Context(), text("f", 100), 5)
	if has(a) || has(d) || c.size != 100 {
		t.Errorf("%d bytes are kept", c.size)
	}
}
