package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// noticed is something that the hub noticed by itself.
type noticed struct {
	event   string // type
	subject string
	cause   string    // names it among all that was ever noticed
	at      time.Time // when it came to be; zero: when it was noticed
	rows    []*change
}

// change is the writing of a record, as the rules look at it.
type change struct {
	part   *part
	stored sqlite.RecordStored
	before *row // nil if it is new
	after  *row
}

// notice asks the rules about the records that were written.
func (w *writing) notice() error {
	for _, c := range w.changes {
		for _, d := range w.e.derivations[c.part.typ.Key].upsert {
			if err := w.ask(d, c); err != nil {
				return err
			}
		}
		if c.after.err != nil {
			return c.after.err
		}
	}
	return nil
}

// changed remembers a record that was written, if there are rules about it.
func (w *writing) changed(p *part, stored sqlite.RecordStored) error {
	of := w.e.derivations[p.typ.Key]
	if of == nil || len(of.upsert) == 0 {
		return nil
	}
	row := func(data hub.Fields) *row {
		return &row{catalog: w.e.catalog, typ: p.typ, name: p.in.Name, data: data, lookup: w.tx.Reference}
	}
	c := &change{part: p, stored: stored, after: row(p.in.Data)}
	if !stored.New {
		before, err := sqlite.Fields(stored.Before)
		if err != nil {
			return err
		}
		c.before = row(before)
	}
	w.changes = append(w.changes, c)
	return nil
}

// ask asks one rule. An occurrence that brings records is not told again in its own type. What is only the beginning of a record
// that came with an occurrence about it, such as who is responsible for the tasks of a new work order, is told if an enabled event
// waits for it: otherwise it would be a second occurrence of the same news, and nobody asked.
func (w *writing) ask(d *derivation, c *change) error {
	if c.stored.New && !d.born() {
		return nil
	}
	told := w.silent || w.brings != nil && w.brings.Type == d.event
	if !told && c.stored.New && w.brings != nil && w.about(c.part) && !d.numeric() {
		events, err := w.e.eventsOf(w.ctx, w.rules, d.event)
		if err != nil {
			return err
		}
		told = len(events) == 0
	}
	if told && !d.perSubject() || !d.applies(c.after, w.tx.Now()) {
		return nil
	}
	for _, s := range d.steps(c) {
		if err := w.note(d, c, s, told); err != nil {
			return err
		}
	}
	return nil
}

// about says whether a record is of the type that the occurrence is about.
func (w *writing) about(p *part) bool {
	t := w.e.catalog.EventType(w.brings.Type)
	return t != nil && t.RecordType == p.typ.Key
}

// born says whether the rule also looks at records that are new.
func (d *derivation) born() bool { return d.New || d.Kind == catalog.DerivedCreated }

// step is a change that a rule is about.
type step struct {
	what     string // of several in one field, such as labels: which
	from, to string
	news     bool // false: only the trail follows it
}

// steps says what of a change is to be noticed.
func (d *derivation) steps(c *change) []step {
	before, after := c.before, c.after
	switch d.Kind {
	case catalog.DerivedCreated:
		if c.stored.New {
			return []step{{to: "new", news: true}}
		}
	case catalog.DerivedChanged:
		from, to := plain(valueAt(before, d.Field)), plain(valueAt(after, d.Field))
		if from != to && to != "" {
			return []step{{from: from, to: to, news: true}}
		}
	case catalog.DerivedBecame:
		from, to := plain(valueAt(before, d.Field)), plain(valueAt(after, d.Field))
		if from != to {
			return []step{{from: from, to: to, news: d.wants(to) && !d.wants(from)}}
		}
	case catalog.DerivedAdded, catalog.DerivedRemoved:
		return d.elementSteps(c)
	case catalog.DerivedFellUnder, catalog.DerivedRoseOver, catalog.DerivedOutOfRange:
		if d.beyond(after) && (d.Kind == catalog.DerivedOutOfRange && plain(valueAt(before, d.Field)) != plain(valueAt(after, d.Field)) || !d.beyond(before)) {
			return []step{{from: "in", to: "out", news: true}}
		}
	}
	return nil
}

// elementSteps is steps for the elements of a list.
func (d *derivation) elementSteps(c *change) (steps []step) {
	was, is := elementsAt(c.before, d.Field), elementsAt(c.after, d.Field)
	for _, name := range lacking(is, was) {
		steps = append(steps, step{what: name, from: "off", to: "on", news: d.Kind == catalog.DerivedAdded})
	}
	for _, name := range lacking(was, is) {
		steps = append(steps, step{what: name, from: "on", to: "off", news: d.Kind == catalog.DerivedRemoved})
	}
	return steps
}

// beyond says whether the number of the field lies beyond one of the limits. Without a number or a limit it does not.
func (d *derivation) beyond(w *row) bool {
	by, _ := d.deviation(w)
	return by != 0
}

// note notes what a rule noticed. What counts once for a subject follows the subject's trail, since each of its records
// tells of it; what counts for each record is named by the record's version, of which there is one.
func (w *writing) note(d *derivation, c *change, s step, told bool) error {
	p := c.part
	if !d.perSubject() || p.sub == "" {
		if s.news && !told {
			w.add(d.event, subjectOf(p), causeOf(d.event, p.in.Name, fmt.Sprint("v", c.stored.Version), s.what), c)
		}
		return nil
	}
	if d.Kind == catalog.DerivedCreated {
		return w.noteFirst(d, c, told)
	}
	key := causeOf(p.typ.Key+"."+d.Field, p.sub, "trail", s.what)
	trail, known := w.trails[key]
	if !known {
		stored, err := w.tx.Trail(key)
		if err != nil {
			return err
		}
		trail = &trailStep{Trail: stored}
		if w.trails == nil {
			w.trails = map[string]*trailStep{}
		}
		w.trails[key] = trail
	}
	// Rules about the same field share its trail: each record takes a step on it once.
	if !trail.taken(p.in.Name, c.stored.Version) {
		trail.moved = trail.Step(s.from, s.to)
		if err := w.tx.TrailSave(key, trail.Trail); err != nil {
			return err
		}
	}
	cause := causeOf(d.event, p.sub, fmt.Sprint(trail.Steps), s.what)
	if s.news && !told && (trail.moved || w.has(d.event, cause)) {
		w.add(d.event, p.sub, cause, c)
	}
	return nil
}

// trailStep is a trail with the step that a record just took on it.
type trailStep struct {
	hub.Trail
	record  string
	version int
	moved   bool
}

// taken says whether a record took its step already, and notes that it does now.
func (t *trailStep) taken(record string, version int) bool {
	if t.record == record && t.version == version {
		return true
	}
	t.record, t.version = record, version
	return false
}

// noteFirst notes a record that is the first of its subject.
func (w *writing) noteFirst(d *derivation, c *change, told bool) error {
	p := c.part
	cause := causeOf(d.event, p.sub, "first", "")
	if told {
		return nil
	}
	if !w.has(d.event, cause) {
		others, err := w.tx.SubjectHasOther(p.typ.Key, p.sub, p.in.Name)
		if err != nil || others {
			return err
		}
	}
	w.add(d.event, p.sub, cause, c)
	return nil
}

func (w *writing) has(event, cause string) bool {
	for i := range w.noticed {
		if w.noticed[i].event == event && w.noticed[i].cause == cause {
			return true
		}
	}
	return false
}

// add notes what was noticed; the rows of the same cause come together.
func (w *writing) add(event, subject, cause string, c *change) {
	for i := range w.noticed {
		if n := &w.noticed[i]; n.event == event && n.cause == cause {
			n.rows = append(n.rows, c)
			return
		}
	}
	w.noticed = append(w.noticed, noticed{event: event, subject: subject, cause: cause, rows: []*change{c}})
}

// subjectOf is what an occurrence about a record names as its subject: what the record belongs to, else itself.
func subjectOf(p *part) string {
	if p.sub != "" {
		return p.sub
	}
	return p.in.Name
}

// causeOf names a cause: what was noticed, of whom, and which time of it. It is the id of the occurrence, so it is short: of
// long names it keeps the beginning and tells them apart by their hash.
func causeOf(what, whom, which, part string) string {
	s := what + "/" + whom + "/" + which
	if part != "" {
		s += "/" + part
	}
	if len(s) <= hub.MaxAttribute && hub.Printable(s) {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return hub.Clip(what+"/"+whom, 60) + "/" + hex.EncodeToString(sum[:16])
}
