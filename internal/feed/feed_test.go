package feed_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/recado-hub/recado/internal/feed"
	"github.com/recado-hub/recado/internal/hub"
)

// changes makes changes with these sequences.
func changes(seqs ...int64) []hub.Change {
	list := make([]hub.Change, len(seqs))
	for i, s := range seqs {
		list[i] = hub.Change{Seq: s, Key: 10 * s}
	}
	return list
}

// seqs are the sequences of changes; each must still be the change that was published.
func seqs(t *testing.T, list []hub.Change) []int64 {
	t.Helper()
	out := make([]int64, len(list))
	for i, c := range list {
		if out[i] = c.Seq; c.Key != 10*c.Seq {
			t.Errorf("the change %d has the key %d", c.Seq, c.Key)
		}
	}
	return out
}

func TestAListenerTakesWhatCameAfterItsCursor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		size    int
		last    int64
		publish [][]hub.Change
		after   int64
		limit   int
		want    []int64
		behind  bool
		waits   bool
	}{
		{"nothing was published", 4, 7, nil, 7, 10, nil, false, true},
		{"nothing was published, and it is behind the journal's end", 4, 7, nil, 6, 10, nil, true, false},
		{"everything is in the tail", 4, 0, [][]hub.Change{changes(1, 2), changes(3)}, 0, 10, []int64{1, 2, 3}, false, false},
		{"only a part is wanted", 4, 0, [][]hub.Change{changes(1, 2, 3)}, 0, 2, []int64{1, 2}, false, false},
		{"from the middle", 4, 0, [][]hub.Change{changes(1, 2, 3)}, 2, 10, []int64{3}, false, false},
		{"it has seen everything", 4, 0, [][]hub.Change{changes(1, 2, 3)}, 3, 10, nil, false, true},
		{"it is ahead: the journal was faster", 4, 0, [][]hub.Change{changes(1, 2, 3)}, 5, 10, nil, false, true},
		{"the tail is just long enough", 4, 0, [][]hub.Change{changes(1, 2, 3, 4, 5)}, 1, 10, []int64{2, 3, 4, 5}, false, false},
		{"the tail is too short", 4, 0, [][]hub.Change{changes(1, 2, 3, 4, 5)}, 0, 10, nil, true, false},
		{"more at once than the tail holds", 4, 0, [][]hub.Change{changes(1, 2, 3, 4, 5, 6, 7, 8, 9)}, 5, 10, []int64{6, 7, 8, 9}, false, false},
		{"a gap in the journal", 4, 0, [][]hub.Change{changes(1, 2), changes(4, 5)}, 3, 10, []int64{4, 5}, false, false},
		{"before a gap", 4, 0, [][]hub.Change{changes(1, 2), changes(4, 5)}, 1, 10, nil, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := feed.New(c.size, c.last)
			for _, p := range c.publish {
				f.Publish(p)
			}
			got, behind, more := f.After(c.after, c.limit)
			if !slices.Equal(seqs(t, got), c.want) || behind != c.behind || (more != nil) != c.waits {
				t.Errorf("got %v, behind %v, waits %v; want %v, %v, %v", seqs(t, got), behind, more != nil, c.want, c.behind, c.waits)
			}
		})
	}
}

func TestPublishingWakesWhoeverWaits(t *testing.T) {
	t.Parallel()
	f := feed.New(4, 0)
	_, _, first := f.After(0, 1)
	_, _, second := f.After(0, 1)
	f.Publish(nil)
	select {
	case <-first:
		t.Error("nothing was published, yet it was woken")
	default:
	}
	f.Publish(changes(1))
	<-first
	<-second
	if f.Last() != 1 {
		t.Errorf("the journal ends at %d", f.Last())
	}
	if _, _, again := f.After(1, 1); again == first {
		t.Error("who waits anew waits for what has been")
	}
}

func TestWhoFollowsMissesNothing(t *testing.T) {
	t.Parallel()
	const all = 5000
	f := feed.New(all, 0)
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			for seq := int64(0); seq < all; {
				list, behind, more := f.After(seq, 7)
				if behind {
					t.Error("the tail is long enough for all")
					return
				}
				if len(list) == 0 {
					<-more
					continue
				}
				for _, c := range list {
					if seq++; c.Seq != seq {
						t.Errorf("after %d came %d", seq-1, c.Seq)
						return
					}
				}
			}
		})
	}
	for s := int64(1); s <= all; s += 2 {
		f.Publish(changes(s, s+1))
	}
	work.Wait()
}
