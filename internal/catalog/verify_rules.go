package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// filters says which types of fields a parameter can filter by, and how.
var filters = map[hub.Operation][]FieldType{
	hub.Equal:          {Text, Integer, Number, Boolean, Timestamp, Enum, Reference},
	"IS_ANY_OF":        {Text, Integer, Enum, Reference},
	"CONTAINS":         {Text, List},
	"STARTS_WITH":      {Text},
	"GREATER":          {Integer, Number, Timestamp},
	"GREATER_OR_EQUAL": {Integer, Number, Timestamp},
	"LESS":             {Integer, Number, Timestamp},
	"LESS_OR_EQUAL":    {Integer, Number, Timestamp},
}

func (c *Catalog) verifySourceAction(a *SourceAction, f *faults) {
	what := "source action " + a.Key
	f.key(what, a.Key)
	f.title(what, a.Title)
	f.labels(what+" help", a.Help)
	if c.recordTypeByKey[a.RecordType] == nil {
		f.add("%s: there is no record type %q", what, a.RecordType)
		return
	}
	for _, path := range a.Orders {
		if fact, _ := c.Resolve(a.RecordType, path); !fact.Known {
			f.add("%s: its rows have no field %q to be ordered by", what, path)
		}
	}
	seen := map[string]bool{}
	for i := range a.Parameters {
		p := &a.Parameters[i]
		if seen[p.Key] {
			f.add("%s parameter %s: used twice", what, p.Key)
		}
		seen[p.Key] = true
		f.field(what+" parameter "+p.Key, p)
		f.bounds(what+" parameter "+p.Key, p)
		if p.Key != ParameterOrder && p.Key != ParameterLimit {
			c.verifyFilter(what+" parameter "+p.Key, a, p, f)
		}
	}
}

func (c *Catalog) verifyFilter(what string, a *SourceAction, p *Field, f *faults) {
	if p.Filter == nil {
		f.add("%s: it filters by no field", what)
		return
	}
	fact, by := c.Resolve(a.RecordType, p.Filter.Field)
	types := filters[p.Filter.Operation]
	switch {
	case !fact.Known || len(fact.Needs) > 1:
		f.add("%s: the rows have no field %q of their own", what, p.Filter.Field)
	case !slices.Contains(types, by.Type):
		f.add("%s: a field of type %s cannot be asked for %q", what, by.Type, p.Filter.Operation)
	case p.Many != (p.Filter.Operation == "IS_ANY_OF"):
		f.add("%s: many belongs to IS_ANY_OF", what)
	}
}

// bounds checks what only parameters have.
func (f *faults) bounds(what string, p *Field) {
	if (p.Min != nil || p.Max != nil) && p.Type != Integer || p.Min != nil && p.Max != nil && *p.Min > *p.Max {
		f.add("%s: min and max belong to the type INTEGER, and the least is not over the most", what)
	}
	if _, wrong := p.parameter(p.Default); wrong != "" {
		f.add("%s: its default %v is wrong: %s", what, p.Default, wrong)
	}
}

// shapes says for each kind of derived event which attributes it has, sorted.
var shapes = map[DerivedKind]struct {
	on    DerivedOn
	attrs string
}{
	DerivedCreated:    {DerivedUpsert, ""},
	DerivedChanged:    {DerivedUpsert, "field"},
	DerivedBecame:     {DerivedUpsert, "field values"},
	DerivedAdded:      {DerivedUpsert, "field"},
	DerivedRemoved:    {DerivedUpsert, "field"},
	DerivedOutOfRange: {DerivedUpsert, "field high low"},
	DerivedFellUnder:  {DerivedUpsert, "field low"},
	DerivedRoseOver:   {DerivedUpsert, "field high"},
	DerivedDue:        {DerivedClock, "field settings"},
}

func (c *Catalog) verifyDerived(what string, t *EventType, f *faults) {
	d := t.Derived
	shape, ok := shapes[d.Kind]
	var attrs []string
	for name, has := range map[string]bool{"field": d.Field != "", "values": d.Values != nil, "low": d.Low != "", "high": d.High != "", "settings": d.Settings != nil} {
		if has {
			attrs = append(attrs, name)
		}
	}
	slices.Sort(attrs)
	if !ok || shape.on != d.On || strings.Join(attrs, " ") != shape.attrs {
		f.add("%s: %s on %s with %q is no rule; it has to be on %s with %q", what, d.Kind, d.On, strings.Join(attrs, " "), shape.on, shape.attrs)
	}
	if typ := c.recordTypeByKey[t.RecordType]; typ != nil && d.Per != PerRecord && (d.Per != PerSubject || typ.SubjectField == "") {
		f.add("%s: there is nothing to count %q by", what, d.Per)
	}
	for _, path := range []string{d.Field, d.Low, d.High} {
		if fact, _ := c.Resolve(t.RecordType, path); path != "" && !fact.Known {
			f.add("%s: the record has no field %q", what, path)
		}
	}
	_, field := c.Resolve(t.RecordType, d.Field)
	for _, v := range d.Values {
		if !field.Accepts(v) {
			f.add("%s: the field %s can never be %v", what, d.Field, v)
		}
	}
	for _, term := range d.Where {
		if fact, by := c.Resolve(t.RecordType, term.Field); !fact.Known || !by.Accepts(term.Value) {
			f.add("%s: the field %s can never be %v", what, term.Field, term.Value)
		}
	}
	if _, err := d.Terms().Compile(); err != nil {
		f.add("%s: where: %v", what, err)
	}
	for i := range d.Settings {
		f.field(fmt.Sprintf("%s setting %s", what, d.Settings[i].Key), &d.Settings[i])
		f.bounds(fmt.Sprintf("%s setting %s", what, d.Settings[i].Key), &d.Settings[i])
	}
}
