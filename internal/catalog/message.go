package catalog

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/recado-hub/recado/internal/hub"
)

// The hub thinks in English: errors, problems and reasons are made, logged and stored as English sentences, and codes never
// change. Whoever shows one to a reader of another language says it again with Say, at the very door. So a reason that was
// stored a year ago reads in whatever language its reader has today, and a rule never has to know who will read it.
//
// The sentences are the formats of fmt.Sprintf from which they were made, in data/messages. Saying one again reads the
// values back out of the English text and puts them into the translation, which may have them in another order.

// maxDepth is how deep sentences are looked for inside of sentences.
const maxDepth = 3

// Say says an English sentence of the hub in another language (BCP 47, one of [hub.Locales]). A sentence that is not the
// hub's own, such as one of a connector or of a provider, comes back as it is.
func Say(locale, english string) string {
	if locale == "" || locale == "en" || english == "" {
		return english
	}
	return spoken().say(locale, english, maxDepth)
}

// Speaks says whether a format of fmt.Sprintf is one of the sentences that Say knows.
func Speaks(format string) bool {
	_, ok := spoken().known[format]
	return ok
}

var spoken = sync.OnceValue(func() *messages {
	m, err := readMessages(embedded)
	if err != nil {
		panic("the embedded messages are wrong: " + err.Error())
	}
	return m
})

// messages are the sentences that the hub can say in every language.
type messages struct {
	known map[string]hub.Labels // by the English format
	whole map[string]hub.Labels // those without values, which need no looking
	forms []sentence            // those with values; of two that are as good the first is taken, the longer one
}

// sentence is a format with values, ready to be recognised.
type sentence struct {
	form
	in   map[string]form // by language
	part bool            // it stands only inside of others: alone it says too little to be known for the hub's own
}

// partsFile holds what stands only inside of sentences.
const partsFile = "data/messages/parts.json"

// form is a format taken apart: text, value, text, value, text.
type form struct {
	texts []string // one more than values
	verbs []byte   // of the values: q, d, s, v
	order []int    // which argument each value is, from 0
}

func readMessages(files fs.FS) (*messages, error) {
	names, err := fs.Glob(files, "data/messages/*.json")
	if err != nil {
		return nil, err
	}
	m := &messages{known: map[string]hub.Labels{}, whole: map[string]hub.Labels{}}
	var wrong faults
	for _, name := range names {
		var list []hub.Labels
		if err := read(files, name, &list); err != nil {
			return nil, err
		}
		for _, labels := range list {
			m.add(name, labels, &wrong)
		}
	}
	slices.SortStableFunc(m.forms, func(a, b sentence) int { return cmp.Compare(b.length(), a.length()) })
	return m, wrong.err()
}

func (m *messages) add(file string, labels hub.Labels, wrong *faults) {
	english := labels["en"]
	what := fmt.Sprintf("%s: the sentence %q", file, english)
	if _, twice := m.known[english]; twice {
		wrong.add("%s: is there twice", what)
	}
	wrong.labels(what, labels)
	m.known[english] = labels
	own, err := takeApart(english)
	if err != nil {
		wrong.add("%s: %v", what, err)
		return
	}
	s := sentence{form: own, in: map[string]form{}, part: file == partsFile}
	for locale, text := range labels {
		f, err := takeApart(text)
		if err == nil && !f.sameValues(own) {
			err = fmt.Errorf("its values are not those of the English sentence")
		}
		if err != nil {
			wrong.add("%s: in %s: %v", what, locale, err)
		}
		s.in[locale] = f
	}
	if len(own.verbs) == 0 {
		m.whole[own.texts[0]] = labels
		for locale, f := range s.in {
			labels[locale] = f.texts[0]
		}
		return
	}
	m.forms = append(m.forms, s)
}

// takeApart reads a format: verbs q, d, s and v, %% for itself, and [n] before a verb for the argument that it shows.
func takeApart(format string) (form, error) {
	f := form{texts: []string{""}}
	next := 0
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			f.texts[len(f.verbs)] += format[i : i+1]
			continue
		}
		i++
		if end := strings.IndexByte(format[i:], ']'); i < len(format) && format[i] == '[' && end > 0 {
			n, err := strconv.Atoi(format[i+1 : i+end])
			if err != nil || n < 1 {
				return form{}, fmt.Errorf("%q holds a wrong place", format)
			}
			next, i = n-1, i+end+1
		}
		switch {
		case i < len(format) && format[i] == '%':
			f.texts[len(f.verbs)] += "%"
		case i < len(format) && strings.IndexByte("qdsv", format[i]) >= 0:
			f.verbs, f.order, f.texts = append(f.verbs, format[i]), append(f.order, next), append(f.texts, "")
			next++
		default:
			return form{}, fmt.Errorf("%q holds a verb other than %%q, %%d, %%s and %%v", format)
		}
	}
	return f, nil
}

// sameValues says whether two forms show the same arguments, each as often as the other and in the same way.
func (f form) sameValues(other form) bool {
	count := map[[2]int]int{}
	for i := range f.verbs {
		count[[2]int{f.order[i], int(f.verbs[i])}]++
	}
	for i := range other.verbs {
		count[[2]int{other.order[i], int(other.verbs[i])}]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

// length is how much of the form is text of its own.
func (f form) length() (n int) {
	for _, t := range f.texts {
		n += len(t)
	}
	return n
}

func (m *messages) say(locale, english string, depth int) string {
	said, _ := m.best(locale, english, depth)
	return said
}

// best says a sentence in the way that leaves the least of it in English, since some can be read as two forms: "due is text, but must
// be true or false" ends like "%s must be true or false". known is how much of the text that is.
func (m *messages) best(locale, english string, depth int) (said string, known int) {
	if labels, ok := m.whole[english]; ok {
		return labels.In(locale), len(english)
	}
	said = english
	for i := range m.forms {
		s := &m.forms[i]
		in, ok := s.in[locale]
		if !ok {
			return english, 0
		}
		if s.part && depth == maxDepth {
			continue
		}
		values, ok := s.values(english)
		if !ok {
			continue
		}
		n := s.length()
		if depth > 0 {
			for j, v := range s.verbs {
				if v == 's' || v == 'v' {
					value, more := m.best(locale, values[s.order[j]], depth-1)
					values[s.order[j]] = value
					n += more
				}
			}
		}
		if n > known {
			said, known = in.with(values), n
		}
	}
	return said, known
}

// values reads the arguments back out of a sentence that was made from the form.
func (f form) values(sentence string) ([]string, bool) {
	rest, ok := strings.CutPrefix(sentence, f.texts[0])
	if !ok || !strings.HasSuffix(rest, f.texts[len(f.texts)-1]) {
		return nil, false
	}
	values := make([]string, len(f.verbs))
	for i, verb := range f.verbs {
		n, ok := valueEnd(rest, verb, f.texts[i+1], i == len(f.verbs)-1)
		if !ok || f.order[i] >= len(values) {
			return nil, false
		}
		values[f.order[i]] = rest[:n]
		if rest, ok = strings.CutPrefix(rest[n:], f.texts[i+1]); !ok {
			return nil, false
		}
	}
	return values, rest == ""
}

// valueEnd finds where a value ends that the text after stands behind.
func valueEnd(s string, verb byte, after string, last bool) (int, bool) {
	switch {
	case verb == 'q':
		quoted, err := strconv.QuotedPrefix(s)
		return len(quoted), err == nil
	case verb == 'd':
		n := len(s) - len(strings.TrimLeft(s, "-0123456789"))
		return n, n > 0
	case last:
		n := len(s) - len(after)
		return n, n > 0
	}
	n := strings.Index(s, after)
	return n, n > 0 && after != ""
}

// with writes the form with its values.
func (f form) with(values []string) string {
	var b strings.Builder
	for i, text := range f.texts {
		b.WriteString(text)
		if i < len(f.order) {
			b.WriteString(values[f.order[i]])
		}
	}
	return b.String()
}
