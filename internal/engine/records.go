package engine

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/recado-hub/recado/internal/condition"
	"github.com/recado-hub/recado/internal/hub"
)

// maxScan bounds how many records one request looks at for its conditions; scanPage is how many are in memory at a time.
const (
	maxScan  = 5000
	scanPage = hub.MaxPage
)

// Records lists records. With conditions it looks at a bounded number of them: a page may end early then, and
// says where to go on. It needs SEE on the row that guards the type, or on that of one type at least, and for conditions SEE
// on the rows of all records that their fields lead to.
func (e *Engine) Records(ctx context.Context, c hub.Caller, q hub.RecordQuery, p hub.Page) (hub.List[*hub.Record], error) {
	var none hub.List[*hub.Record]
	if q.Where == nil || q.Where.Mode == hub.ModeNone {
		return e.db.Records(ctx, c, q.Type, q.Subject, p)
	}
	if err := c.NeedToken(); err != nil {
		return none, err
	}
	program, err := e.where(c, q.Type, q.Where)
	if err != nil {
		return none, err
	}
	if name, named := e.named(q.Type, *q.Where); named {
		return e.recordNamed(ctx, c, q, name, program, p)
	}
	q.Subject = e.subject(q)
	return e.scan(ctx, c, q, program, p)
}

// where judges conditions on records of a type and makes them ready.
func (e *Engine) where(c hub.Caller, typ string, terms *hub.Terms) (*condition.Program, error) {
	t := e.catalog.RecordType(typ)
	switch {
	case typ == "":
		return nil, hub.Invalid("type", "conditions need a record type, since it says which fields there are; name one of catalog.recordTypes")
	case t == nil:
		return nil, hub.Invalid("type", "there is no record type %q; they are listed by catalog.recordTypes", hub.Clip(typ, 60))
	}
	if err := c.Need(t.Row, hub.See); err != nil {
		return nil, err
	}
	problems := hub.TermsProblems("where", *terms, e.fieldsOf(typ))
	problems = append(problems, e.termProblems("where", typ, *terms, problems)...)
	if len(problems) > 0 {
		return nil, hub.WithProblems(problems)
	}
	*terms = e.normalTerms(typ, *terms)
	program, err := e.compileTerms(typ, *terms)
	switch {
	case err != nil:
		return nil, hub.Invalid("where", "%v", err)
	case program.AsksBefore():
		return nil, hub.Invalid("where", "whether a field changed can only be asked of what happens, not of records as they are; look at the history of the record")
	}
	for _, path := range program.Fields() {
		fact, _ := e.catalog.Resolve(typ, path)
		for _, row := range fact.Needs {
			if err := c.Need(row, hub.See); err != nil {
				return nil, err
			}
		}
	}
	return program, nil
}

// equals is the text that a field must be equal to if all of the conditions are to hold; ok is false if none says so.
func equals(terms hub.Terms, field string) (value string, ok bool) {
	if field == "" || terms.Mode != hub.ModeAll && (terms.Mode != hub.ModeAny || len(terms.Terms)+len(terms.Groups) != 1) {
		return "", false
	}
	i := slices.IndexFunc(terms.Terms, func(t hub.Term) bool { return t.Field == field && t.Operation == hub.Equal && plain(t.Value) != "" })
	if i < 0 {
		return "", false
	}
	return plain(terms.Terms[i].Value), true
}

func (e *Engine) named(typ string, terms hub.Terms) (name string, ok bool) {
	return equals(terms, e.catalog.RecordType(typ).NameField)
}

// subject is the subject to which the conditions narrow, if the query does not say one.
func (e *Engine) subject(q hub.RecordQuery) string {
	if subject, ok := equals(*q.Where, e.catalog.RecordType(q.Type).SubjectField); ok && q.Subject == "" {
		return subject
	}
	return q.Subject
}

// recordNamed answers conditions that only one record can satisfy.
func (e *Engine) recordNamed(ctx context.Context, c hub.Caller, q hub.RecordQuery, name string, program *condition.Program, p hub.Page) (hub.List[*hub.Record], error) {
	var kept []*hub.Record
	rec, err := e.db.RecordNamed(ctx, c, q.Type, name)
	if err == nil && rec != nil && (q.Subject == "" || rec.Subject == q.Subject) {
		kept, err = e.keep(ctx, program, []*hub.Record{rec})
	}
	if err != nil {
		return hub.List[*hub.Record]{}, err
	}
	return hub.PageOf(kept, p, func(r *hub.Record) int64 { return r.Key })
}

// scan looks at records one after the other, in the direction in which the page is read.
func (e *Engine) scan(ctx context.Context, c hub.Caller, q hub.RecordQuery, program *condition.Program, p hub.Page) (hub.List[*hub.Record], error) {
	var l hub.List[*hub.Record]
	limit, err := p.Limit()
	if err != nil {
		return l, err
	}
	back, part, more := p.Back(), p, false
	if part.First, part.Last = scanPage, 0; back {
		part.First, part.Last = 0, scanPage
	}
	for looked := 0; ; {
		got, err := e.db.Records(ctx, c, q.Type, q.Subject, part)
		if err != nil {
			return hub.List[*hub.Record]{}, err
		}
		if back {
			slices.Reverse(got.Items)
		}
		kept, err := e.keep(ctx, program, got.Items)
		if err != nil {
			return hub.List[*hub.Record]{}, err
		}
		l.Cursor = got.Cursor
		if room := limit - len(l.Items); len(kept) > room {
			l.Items, more = append(l.Items, kept[:room]...), true
			break
		}
		l.Items = append(l.Items, kept...)
		if looked += len(got.Items); !got.HasNext && !got.HasPrevious {
			break
		}
		at := got.Cursor(got.Items[len(got.Items)-1])
		if looked >= maxScan || len(l.Items) == limit {
			l.End, more = at, true
			break
		}
		if part.After = at; back {
			part.After, part.Before = p.After, at
		}
	}
	if back {
		slices.Reverse(l.Items)
		l.HasPrevious = more
	} else {
		l.HasNext = more
	}
	e.lookBack(ctx, c, q, program, p, &l)
	return l, nil
}

// lookBack says how to find out whether some record satisfies the conditions on the other side of a page: none may, as far as one
// request looks.
func (e *Engine) lookBack(ctx context.Context, c hub.Caller, q hub.RecordQuery, program *condition.Program, p hub.Page, l *hub.List[*hub.Record]) {
	other, first, last := hub.Page{Order: p.Order}, cmp.Or(l.End, p.Before), cmp.Or(l.End, p.After)
	if n := len(l.Items); n > 0 {
		first, last = l.Cursor(l.Items[0]), l.Cursor(l.Items[n-1])
	}
	switch {
	case p.Back() && p.Before != "":
		other.First, other.After = 1, last
	case !p.Back() && p.After != "":
		other.Last, other.Before = 1, first
	default:
		return
	}
	l.Beyond = func() (bool, error) {
		beyond, err := e.scan(ctx, c, q, program, other)
		return len(beyond.Items) > 0 || beyond.HasNext || beyond.HasPrevious, err
	}
}

// keep keeps the records that satisfy the conditions. What they refer to is read once.
func (e *Engine) keep(ctx context.Context, program *condition.Program, records []*hub.Record) ([]*hub.Record, error) {
	type name struct{ typ, name string }
	known := map[name]hub.Fields{}
	find := func(typ, of string) (hub.Fields, error) {
		if fields, ok := known[name{typ, of}]; ok {
			return fields, nil
		}
		fields, err := e.db.RecordData(ctx, typ, of)
		if err == nil {
			known[name{typ, of}] = fields
		}
		return fields, err
	}
	var kept []*hub.Record
	now := time.Now()
	for _, rec := range records {
		w := &row{catalog: e.catalog, typ: e.catalog.RecordType(rec.Type), name: rec.Name, data: rec.Data, lookup: find}
		if program.Match(w, w.moment(now)) {
			kept = append(kept, rec)
		}
		if w.err != nil {
			return nil, w.err
		}
	}
	return kept, nil
}
