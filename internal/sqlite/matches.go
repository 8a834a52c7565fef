package sqlite

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/recado-hub/recado/internal/hub"
)

// A thousand events may be asked about one occurrence, most about the same few fields. So what the events made of it is kept
// with all that they share written once: the rows, and what was found in each field of each.

// keptMatches is the form in which matches are stored. The first release stored a list of hub.Match, which is read too.
type keptMatches struct {
	Records []string    `json:"records,omitempty"` // names of the rows
	Asked   []keptAsked `json:"asked,omitempty"`
	Events  []keptEvent `json:"events,omitempty"`
}

// keptAsked is what an operation found in a field of a row.
type keptAsked struct {
	Record    int           `json:"r,omitempty"` // index into the rows
	Field     string        `json:"f"`
	Operation hub.Operation `json:"o"`
	Got       any           `json:"g,omitempty"`
	Missing   bool          `json:"m,omitempty"`
	Before    any           `json:"b,omitempty"`
	Unknown   bool          `json:"u,omitempty"`
}

type keptEvent struct {
	Key        int64               `json:"e"`
	Version    int                 `json:"v"`
	Fired      bool                `json:"f,omitempty"`
	Reason     *hub.Reason         `json:"c,omitempty"`
	Cut        bool                `json:"l,omitempty"`
	Yes        []int               `json:"y,omitempty"` // rows that satisfied the terms
	No         []int               `json:"n,omitempty"` // rows that did not and have no verdict
	Terms      []keptTerm          `json:"t,omitempty"`
	Executions []int64             `json:"x,omitempty"`
	Skipped    []hub.SkippedAction `json:"s,omitempty"`
}

type keptTerm struct {
	Asked int    `json:"a,omitempty"` // index into what was asked
	Want  any    `json:"w,omitempty"`
	True  bool   `json:"t,omitempty"`
	Path  string `json:"p,omitempty"` // empty: the first term
}

const firstTerm = "terms.0"

// packer writes down what was asked, each once.
type packer struct {
	keptMatches
	records map[string]int
	asked   map[askedOf]int
}

type askedOf struct {
	record    int
	field     string
	operation hub.Operation
}

func packMatches(matches []hub.Match) keptMatches {
	p := packer{records: map[string]int{}, asked: map[askedOf]int{}}
	for _, m := range matches {
		e := keptEvent{Key: m.EventKey, Version: m.EventVersion, Fired: m.Fired, Reason: m.Reason, Cut: m.Cut, Executions: m.Executions, Skipped: m.Skipped}
		for _, row := range m.Rows {
			p.row(&e, row)
		}
		p.Events = append(p.Events, e)
	}
	return p.keptMatches
}

func (p *packer) row(e *keptEvent, row hub.RowMatch) {
	at, known := p.records[row.Record]
	if !known {
		at = len(p.Records)
		p.records[row.Record], p.Records = at, append(p.Records, row.Record)
	}
	switch {
	case row.True:
		e.Yes = append(e.Yes, at)
	case len(row.Trace) == 0:
		e.No = append(e.No, at)
	}
	for _, v := range row.Trace {
		t := keptTerm{Asked: p.ask(at, v), Want: v.Want, True: v.True}
		if v.Path != firstTerm {
			t.Path = v.Path
		}
		e.Terms = append(e.Terms, t)
	}
}

func (p *packer) ask(record int, v hub.Verdict) int {
	key := askedOf{record, v.Field, v.Operation}
	at, known := p.asked[key]
	if !known {
		at = len(p.Asked)
		p.asked[key] = at
		p.Asked = append(p.Asked, keptAsked{Record: record, Field: v.Field, Operation: v.Operation, Got: v.Got, Missing: !v.Present, Before: v.Before, Unknown: v.Unknown})
	}
	return at
}

// unpack fails on an index that leads nowhere, which only a damaged store has.
func (k keptMatches) unpack() ([]hub.Match, error) {
	list := make([]hub.Match, len(k.Events))
	for i, e := range k.Events {
		rows, err := k.rows(e)
		if err != nil {
			return nil, err
		}
		list[i] = hub.Match{EventKey: e.Key, EventVersion: e.Version, Fired: e.Fired, Reason: e.Reason, Cut: e.Cut, Rows: rows, Executions: e.Executions, Skipped: e.Skipped}
	}
	return list, nil
}

// rows are in the order in which the occurrence brought them.
func (k keptMatches) rows(e keptEvent) ([]hub.RowMatch, error) {
	found := map[int]*hub.RowMatch{}
	row := func(at int) (*hub.RowMatch, error) {
		if at < 0 || at >= len(k.Records) {
			return nil, fmt.Errorf("the matches have no row %d", at)
		}
		if found[at] == nil {
			found[at] = &hub.RowMatch{Record: k.Records[at]}
		}
		return found[at], nil
	}
	for _, at := range e.Yes {
		r, err := row(at)
		if err != nil {
			return nil, err
		}
		r.True = true
	}
	for _, at := range e.No {
		if _, err := row(at); err != nil {
			return nil, err
		}
	}
	for _, t := range e.Terms {
		if t.Asked < 0 || t.Asked >= len(k.Asked) {
			return nil, fmt.Errorf("the matches have nothing asked at %d", t.Asked)
		}
		r, err := row(k.Asked[t.Asked].Record)
		if err != nil {
			return nil, err
		}
		r.Trace = append(r.Trace, k.Asked[t.Asked].verdict(t))
	}
	var list []hub.RowMatch
	for _, at := range slices.Sorted(maps.Keys(found)) {
		list = append(list, *found[at])
	}
	return list, nil
}

func (a keptAsked) verdict(t keptTerm) hub.Verdict {
	if t.Path == "" {
		t.Path = firstTerm
	}
	return hub.Verdict{Field: a.Field, Operation: a.Operation, Want: t.Want, Got: a.Got, Present: !a.Missing,
		Before: a.Before, Unknown: a.Unknown, True: t.True, Path: t.Path}
}

// matchesColumn reads what the events made of an occurrence, in either form.
type matchesColumn struct{ list *[]hub.Match }

// Scan reads JSON text.
func (m matchesColumn) Scan(v any) error {
	s, ok := v.(string)
	if !ok || s == "" {
		return fmt.Errorf("a %T is no JSON", v)
	}
	if s[0] != '{' {
		if err := decodeNumbers([]byte(s), m.list); err != nil {
			return err
		}
		placeTerms(*m.list)
		return nil
	}
	var kept keptMatches
	err := decodeNumbers([]byte(s), &kept)
	if err == nil {
		*m.list, err = kept.unpack()
	}
	return err
}

// placeTerms fills in where the terms of the first release stand: it knew no groups, and kept a verdict for each term.
func placeTerms(list []hub.Match) {
	for _, m := range list {
		for _, r := range m.Rows {
			for i := range r.Trace {
				r.Trace[i].Path = "terms." + strconv.Itoa(i)
			}
		}
	}
}
