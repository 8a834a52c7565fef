package hub_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

var kinds = []hub.Kind{hub.KindGroup, hub.KindConsumer, hub.KindIntegration, hub.KindFlow, hub.KindEvent, hub.KindRecord, hub.KindOccurrence,
	hub.KindExecution, hub.KindDelivery, hub.KindAudit}

func TestIDsGoThereAndBackAndSortLikeTheirKeys(t *testing.T) {
	t.Parallel()
	keys := []int64{0, 1, 31, 32, 1 << 20, 1 << 62, math.MaxInt64, math.MaxInt64 - 1}
	for range 1000 {
		keys = append(keys, rand.Int64())
	}
	slices.Sort(keys)
	for _, kind := range kinds {
		last := ""
		for _, key := range keys {
			id := hub.ID(kind, key)
			if !strings.HasPrefix(id, string(kind)+"_") || len(id) != 17 || id < last {
				t.Fatalf("%d is %s after %s", key, id, last)
			}
			last = id
			for _, written := range []string{id, strings.ToUpper(id)} {
				if k, back, err := hub.ParseID(written); k != kind || back != key || err != nil {
					t.Fatalf("%s is %s %d, %v", written, k, back, err)
				}
			}
			if back, err := hub.ParseKey(kind, id, "flow"); back != key || err != nil {
				t.Fatalf("%s is %d, %v", id, back, err)
			}
		}
	}
}

func TestWhatIsNoIDIsRefused(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "flw", "flw_", "flw_0", "flw_00000000000000", "flw_000000000000", "xyz_0000000000000", "flw-0000000000000", "flw_000000000000u",
		"flw_000000000000i", "flw_000000000000l", "flw_000000000000o", "flw_8000000000000", "flw_zzzzzzzzzzzzz", "flw_00000000000é", "_0000000000000",
		"flw_0000000 00000", strings.Repeat("x", 1000)} {
		_, _, err := hub.ParseID(id)
		e, ok := err.(*hub.Error)
		if !ok || e.Code != hub.CodeInvalid || e.Path != "id" || len(e.Message) > 200 {
			t.Errorf("%.30q: %v", id, err)
		}
	}
	if _, _, err := hub.ParseID("flw_7zzzzzzzzzzzz"); err != nil {
		t.Errorf("the largest key there is: %v", err)
	}
	_, err := hub.ParseKey(hub.KindFlow, hub.ID(hub.KindEvent, 7), "flows.0")
	if e, ok := err.(*hub.Error); !ok || e.Code != hub.CodeInvalid || e.Path != "flows.0" || !strings.Contains(e.Message, "flw_…") {
		t.Errorf("an id of another kind: %v", err)
	}
}

// The keys of one process come from one counter, so what follows is one test: its parts must not disturb each other.
func TestKeysGrowWhateverTheClockDoes(t *testing.T) {
	const low = 1 << 16 // counters of a node
	begin := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	first := hub.NewKey(begin)
	if first != begin.UnixMilli()<<21 || first != hub.KeyAt(begin) {
		t.Fatalf("the first key of a millisecond is %d, the smallest that it can have %d", first, hub.KeyAt(begin))
	}
	if second := hub.NewKey(begin); second != first+1 {
		t.Errorf("the second one is %d", second-first)
	}
	if back := hub.NewKey(begin.Add(-time.Hour)); back != first+2 {
		t.Errorf("after the clock went back it is %d", back-first)
	}
	last := first + 2
	for range 3 * low {
		key := hub.NewKey(begin)
		if key <= last || key&(1<<21-1) >= low {
			t.Fatalf("after %d comes %d, whose node is %d", last, key, key>>16&31)
		}
		last = key
	}
	if ahead := begin.Add(3 * time.Millisecond); last < hub.KeyAt(ahead) || last >= hub.KeyAt(ahead.Add(time.Millisecond)) {
		t.Errorf("three milliseconds' worth of keys reach %d keys ahead", last-first)
	}
	hub.SeedKeys(last - 1000)
	if key := hub.NewKey(begin); key != last+1 {
		t.Errorf("seeding with an older key makes %d", key-last)
	}
	later := begin.Add(time.Hour).UnixMilli() << 21
	hub.SeedKeys(later)
	if key := hub.NewKey(begin); key != later+1 {
		t.Errorf("seeding with a newer key makes %d", key-later)
	}

	const workers, each = 8, 2000
	made := make([][]int64, workers)
	var work sync.WaitGroup
	for i := range made {
		work.Go(func() {
			for range each {
				made[i] = append(made[i], hub.NewKey(begin))
			}
		})
	}
	work.Wait()
	for _, list := range made {
		if !slices.IsSorted(list) {
			t.Error("one goroutine saw keys go back")
		}
	}
	all := slices.Concat(made...)
	slices.Sort(all)
	if len(slices.Compact(all)) != workers*each {
		t.Error("a key was made twice")
	}
}

func TestClipCutsRunesAndNotBytes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		n    int
		want string
	}{{"", 3, ""}, {"abc", 3, "abc"}, {"abcd", 3, "abc…"}, {"ação", 4, "ação"}, {"ação", 3, "açã…"}, {"abc", 0, "…"}} {
		if got := hub.Clip(c.text, c.n); got != c.want {
			t.Errorf("Clip(%q, %d) is %q, want %q", c.text, c.n, got, c.want)
		}
	}
}

func TestCursorsGoThereAndBack(t *testing.T) {
	t.Parallel()
	for _, key := range []int64{0, 1, 35, 36, 1 << 40, math.MaxInt64} {
		if got, err := hub.ParseCursor(hub.Cursor(key), "after"); got != key || err != nil {
			t.Errorf("%d is %s is %d, %v", key, hub.Cursor(key), got, err)
		}
		after, before, err := hub.Page{After: hub.Cursor(key), Before: hub.Cursor(7)}.Places(false)
		if err != nil || *after != (hub.Place{Key: key}) || *before != (hub.Place{Key: 7}) {
			t.Errorf("%d of a page is %v, %v, %v", key, after, before, err)
		}
	}
	for _, s := range []string{"", "7", "c", "c-1", "cÄ", "c" + strings.Repeat("z", 20)} {
		_, err := hub.ParseCursor(s, "watch.after")
		if e, ok := err.(*hub.Error); !ok || e.Code != hub.CodeInvalid || e.Path != "watch.after" {
			t.Errorf("%q: %v", s, err)
		}
		if after, _, err := (hub.Page{After: s}).Places(false); after != nil || (err == nil) != (s == "") {
			t.Errorf("%q of a page: %v", s, err)
		}
		if _, before, err := (hub.Page{Before: s}).Places(false); before != nil || err != nil && err.(*hub.Error).Path != "before" {
			t.Errorf("%q of a page: %v", s, err)
		}
	}
}

func TestPagesAreBounded(t *testing.T) {
	t.Parallel()
	for first, want := range map[int]int{0: hub.DefaultPage, 1: 1, 50: 50, hub.MaxPage: hub.MaxPage} {
		if n, err := (hub.Page{First: first}).Limit(); n != want || err != nil {
			t.Errorf("first %d reads %d, %v", first, n, err)
		}
		if n, err := (hub.Page{Last: first}).Limit(); n != want || err != nil {
			t.Errorf("last %d reads %d, %v", first, n, err)
		}
	}
	for _, first := range []int{-1, hub.MaxPage + 1, math.MaxInt} {
		if _, err := (hub.Page{First: first}).Limit(); hub.CodeOf(err) != hub.CodeInvalid {
			t.Errorf("first %d: %v", first, err)
		}
		if _, err := (hub.Page{Last: first}).Limit(); hub.CodeOf(err) != hub.CodeInvalid || err.(*hub.Error).Path != "last" {
			t.Errorf("last %d: %v", first, err)
		}
	}
	if _, err := (hub.Page{First: 1, Last: 1}).Limit(); hub.CodeOf(err) != hub.CodeInvalid {
		t.Errorf("first and last: %v", err)
	}
}

func TestAPageIsReadBackwardIfItIsCountedFromTheEnd(t *testing.T) {
	t.Parallel()
	for p, want := range map[hub.Page]bool{{}: false, {First: 1}: false, {After: "a"}: false, {First: 1, Before: "b"}: false, {After: "a", Before: "b"}: false,
		{Last: 1}: true, {Before: "b"}: true, {Last: 1, After: "a"}: true} {
		if p.Back() != want {
			t.Errorf("%+v: %v", p, p.Back())
		}
	}
}

func TestSecretsAreRandomAndKeptAsAHash(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	letters := map[rune]int{}
	for range 500 {
		id, secret := hub.NewClientID(), hub.NewSecret()
		if len(id) != 20 || len(secret) != 40 || seen[id] || seen[secret] {
			t.Fatalf("%q and %q", id, secret)
		}
		seen[id], seen[secret] = true, true
		for _, r := range id + secret {
			letters[r]++
		}
	}
	if len(letters) != 62 {
		t.Errorf("%d letters are used, want 62", len(letters))
	}
	secret := hub.NewSecret()
	hash := hub.HashSecret(secret)
	if len(hash) != 32 || strings.Contains(string(hash), secret) || !has(&hub.Consumer{SecretHash: hash}, secret) {
		t.Error("a secret does not match its own hash")
	}
	for _, wrong := range []string{"", secret[1:], secret + "0", strings.ToLower(secret) + "x"} {
		if has(&hub.Consumer{SecretHash: hash}, wrong) {
			t.Errorf("%q matches the hash of another", wrong)
		}
	}
	if has(&hub.Consumer{}, secret) || has(&hub.Consumer{}, "") || has(nil, secret) || has(nil, "") {
		t.Error("something matches no hash at all")
	}
}

func TestCursorsOfSortedListsGoThereAndBack(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "manutenção", "a.b", strings.Repeat("é", 200)} {
		after, before, err := hub.Page{After: hub.SortedCursor(text, 1<<40), Before: hub.SortedCursor("b", 1)}.Places(true)
		if err != nil || *after != (hub.Place{Text: text, Key: 1 << 40}) || *before != (hub.Place{Text: "b", Key: 1}) {
			t.Errorf("%q comes back as %v %v %v", text, after, before, err)
		}
	}
	if after, before, err := (hub.Page{}).Places(true); after != nil || before != nil || err != nil {
		t.Errorf("the first page is between %v and %v, %v", after, before, err)
	}
	for _, s := range []string{"c7", "s", "s7", "s7.!", "s.YQ", "s-1.YQ", "7.YQ"} {
		if _, _, err := (hub.Page{After: s}).Places(true); hub.CodeOf(err) != hub.CodeInvalid {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestKeysOfATimeBeginWithIt(t *testing.T) {
	t.Parallel()
	for _, at := range []time.Time{time.Now(), time.UnixMilli(0), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if got := hub.KeyAt(at); got>>21 != at.UnixMilli() || got<<43 != 0 {
			t.Errorf("%v became %d", at, got)
		}
	}
	if hub.KeyAt(time.Time{}) != 0 || hub.KeyAt(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)) < 1<<62 {
		t.Error("times beyond what keys can carry are not held at the ends")
	}
}

func TestNamesAreFiledWithoutCaseAndAccents(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"Água": "agua", "ÇA": "ca", "São João": "sao joao", "A\u0301": "a", "łódź": "łodz", "": "", "10": "10"} {
		if got := hub.Filed(text); got != want {
			t.Errorf("%q is filed as %q, want %q", text, got, want)
		}
	}
}
