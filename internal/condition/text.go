package condition

import (
	"unicode"
	"unicode/utf8"
)

// needle is a part of a text to look for, in any case of letters: its folded runes, and for each of them how many runes at the end of what
// matched so far match again at the beginning. So a text is read once, however long and repetitive both are.
type needle struct {
	runes []rune
	back  []int
}

func newNeedle(s string) needle {
	n := needle{runes: []rune(s)}
	for i, r := range n.runes {
		n.runes[i] = fold(r)
	}
	n.back = make([]int, len(n.runes))
	for i, k := 1, 0; i < len(n.runes); i++ {
		k = n.step(k, n.runes[i])
		n.back[i] = k
	}
	return n
}

// step is how many runes match after one more, of k before it. k is less than all.
func (n needle) step(k int, r rune) int {
	for k > 0 && n.runes[k] != r {
		k = n.back[k-1]
	}
	if n.runes[k] == r {
		return k + 1
	}
	return 0
}

func (n needle) in(s string) bool {
	k := 0
	for _, r := range s {
		if k = n.step(k, fold(r)); k == len(n.runes) {
			return true
		}
	}
	return false
}

func (n needle) begins(s string) bool {
	k := 0
	for _, r := range s {
		if fold(r) != n.runes[k] {
			return false
		}
		if k++; k == len(n.runes) {
			return true
		}
	}
	return false
}

func (n needle) is(s string) bool {
	return utf8.RuneCountInString(s) == len(n.runes) && n.begins(s)
}

// fold is the same rune for all cases of a letter: the smallest of those that Unicode simple folding takes for one.
func fold(r rune) rune {
	if r < utf8.RuneSelf {
		if 'a' <= r && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}

// contains asks a text for a part of it and a list for an element.
func contains(t *term, got value, _ bool, _ int64) bool {
	switch got.kind {
	case text:
		return t.want.kind == text && t.needle.in(got.text)
	case list:
		for _, element := range got.list() {
			if t.isElement(read(element)) {
				return true
			}
		}
	}
	return false
}

// isElement compares an element as a whole: text in any case of letters, an object by its description.
func (t *term) isElement(e value) bool {
	if e.kind == object {
		e = read(e.named()[describing])
	}
	if e.kind == text && t.want.kind == text {
		return t.needle.is(e.text)
	}
	return same(e, t.want)
}

// describing is the key under which an object in a list has its name.
const describing = "description"

func startsWith(t *term, got value, _ bool, _ int64) bool {
	return got.kind == text && t.needle.begins(got.text)
}
