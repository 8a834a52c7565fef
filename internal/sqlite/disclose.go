package sqlite

import (
	"context"
	"slices"
	"strconv"

	"github.com/recado-hub/recado/internal/hub"
)

// An execution and its deliveries are guarded by automator/fracttal_hub, but what is in them was read from records with the
// rights of the flow's consumer, which may be wider than those of whoever looks at them. So what came from a field that the
// caller may not see is left out where it is read, by the version of the flow that put it there.

// provenance says from which rows of the permission matrix the parts of a flow version's deliveries came.
type provenance struct {
	source  []hub.Row    // of the records that it reads: their names, and what they belong to
	targets []targetRows // one for each target
	all     []hub.Row    // of all parts together: what is told in free text may quote any of them
}

type targetRows struct {
	recipient []hub.Row
	values    [][]hub.Row // by position, from 0
}

// versionKey names a version of a flow. Versions never change, and neither does the catalogue of a running program.
type versionKey struct {
	flow    int64
	version int
}

func (db *DB) provenance(ctx context.Context, flow int64, version int) (*provenance, error) {
	key := versionKey{flow, version}
	if p, ok := db.provenances.Load(key); ok {
		return p.(*provenance), nil
	}
	f, err := db.FlowForEngine(ctx, flow, version)
	if err != nil {
		return nil, err
	}
	p := db.trace(&f.Definition)
	db.provenances.Store(key, p)
	return p, nil
}

// trace follows every part back to the rows that guard it.
func (db *DB) trace(d *hub.FlowDefinition) *provenance {
	typ := typeRead(db, d)
	p := &provenance{source: db.rowsOf(typ, "")}
	if d.AsksAbout() { // subject and rows are those of the occurrence, and what is asked for is made of them
		about := d.Source.Fetch.TypeAbout(typ)
		p.source = union(p.source, db.rowsOf(about, ""))
		for _, m := range d.Source.Fetch.Mapping {
			p.add(db.rowsOfValue(d, about, m))
		}
	}
	p.add(p.source)
	for i := range d.Targets {
		t := &d.Targets[i]
		rows := targetRows{values: make([][]hub.Row, len(t.Mapping))}
		for _, field := range t.Recipient.Mapping().Fields() {
			rows.recipient = union(rows.recipient, db.rowsOf(d.TypeAt(typ, field)))
		}
		p.add(rows.recipient)
		for j, m := range t.Mapping {
			at := m.Position - 1
			if m.Name != "" {
				at = j // named values are in the order of the mapping
			}
			if at >= 0 && at < len(rows.values) {
				rows.values[at] = db.rowsOfValue(d, typ, m)
				p.add(rows.values[at])
			}
		}
		p.targets = append(p.targets, rows)
	}
	return p
}

// rowsOfValue are the rows that guard all that a value is made of. A constant is guarded by none, and an expression that
// cannot be followed any more by those of all types.
func (db *DB) rowsOfValue(d *hub.FlowDefinition, recordType string, m hub.MappingEntry) (rows []hub.Row) {
	fields, lookups := m.Reads()
	if m.Expression != nil && len(fields)+len(lookups) == 0 {
		return db.recordRows()
	}
	for _, field := range fields {
		rows = union(rows, db.rowsOf(d.TypeAt(recordType, field)))
	}
	for _, l := range lookups {
		rows = union(rows, db.rowsOf(l.Type, l.Field))
	}
	return rows
}

// union adds rows that are not there yet. The first list may be shared, so it is copied before it grows.
func union(rows, more []hub.Row) []hub.Row {
	for _, r := range more {
		if !slices.Contains(rows, r) {
			rows = append(slices.Clip(rows), r)
		}
	}
	return rows
}

func (p *provenance) add(rows []hub.Row) {
	p.all = union(p.all, rows)
}

// rowsOf are the rows that guard a field path of a record type; an empty path is the record itself. What the catalogue
// cannot follow any more may have come from anywhere: it is guarded by the rows of all types.
func (db *DB) rowsOf(recordType, path string) []hub.Row {
	if part, of := hub.CollectedPath(path); part != "" {
		path = of
	}
	if path != "" {
		if fact, _ := db.catalog.Resolve(recordType, path); fact.Known {
			return fact.Needs
		}
	}
	if t := db.catalog.RecordType(recordType); t != nil {
		return []hub.Row{t.Row}
	}
	return db.recordRows()
}

// lacks are the permissions to see some rows that a caller does not hold.
func lacks(c hub.Caller, rows []hub.Row) (list []hub.Permission) {
	for _, r := range rows {
		if !c.May(r, hub.See) {
			list = append(list, r.Permission(hub.See))
		}
	}
	return list
}

// seesRecords says whether nothing is left out of what a caller gets because it came from a record.
func (db *DB) seesRecords(c hub.Caller) bool { return lacks(c, db.recordRows()) == nil }

// discloseExecution leaves out of an execution what the caller may not see.
func (db *DB) discloseExecution(ctx context.Context, c hub.Caller, e *hub.Execution) error {
	p, err := db.provenance(ctx, e.FlowKey, e.FlowVersion)
	if err != nil {
		return err
	}
	e.Reason = unnamed(c, e.Reason, &e.Hidden)
	if needs := lacks(c, p.source); needs != nil {
		e.Subject, e.Rows = "", []string{}
		e.Hidden = append(e.Hidden, hub.Hidden{Path: []string{"subject"}, Needs: needs}, hub.Hidden{Path: []string{"rows"}, Needs: needs})
	}
	if needs := lacks(c, p.all); needs != nil {
		e.Hidden = append(e.Hidden, hub.Hidden{Path: []string{"timeline"}, Needs: needs})
	}
	return nil
}

// discloseDelivery leaves out of a delivery what the caller may not see.
func (db *DB) discloseDelivery(ctx context.Context, c hub.Caller, d *hub.Delivery) error {
	p, err := db.provenance(ctx, d.FlowKey, d.FlowVersion)
	if err != nil {
		return err
	}
	db.discloseBy(c, p, d)
	return nil
}

// discloseBy leaves out of a delivery what the caller may not see, by where its parts come from. The recipient of a test came from whoever
// tested, but usually is one of those to whom the flow sends: it is shown to who may see theirs.
func (db *DB) discloseBy(c hub.Caller, p *provenance, d *hub.Delivery) {
	d.Reason = unnamed(c, d.Reason, &d.Hidden)
	needs := lacks(c, p.all)
	if needs == nil {
		return
	}
	hide := func(needs []hub.Permission, path ...string) bool {
		if needs != nil {
			d.Hidden = append(d.Hidden, hub.Hidden{Path: path, Needs: needs})
		}
		return needs != nil
	}
	if hide(lacks(c, p.source), "record") {
		d.Record = ""
	}
	rows := db.recordRows() // of a target that the version does not have
	var values [][]hub.Row
	if d.Target < len(p.targets) {
		rows, values = p.targets[d.Target].recipient, p.targets[d.Target].values
	}
	if hidden := lacks(c, rows); hide(hidden, "recipient") {
		d.Recipient, d.ProviderRecipient, d.ProviderID = "", "", ""
		hide(hidden, "providerId") // some providers write the recipient into it
	}
	for i := range d.Values {
		from := db.recordRows
		if i < len(values) {
			from = func() []hub.Row { return values[i] }
		}
		if hide(lacks(c, from()), "values", strconv.Itoa(i)) {
			d.Values[i] = ""
		}
	}
	for _, path := range [][]string{{"reason", "message"}, {"attempts"}, {"receipts"}} {
		hide(needs, path...)
	}
	if d.Reason != nil {
		unquote(d.Reason)
	}
}

// Disclose leaves out of an execution and of a delivery, each of which may be nil, what the caller may not see. Whatever
// reads them for a caller has done it already; it is for what was read inside a transaction, which asks nobody.
func (db *DB) Disclose(ctx context.Context, c hub.Caller, e *hub.Execution, d *hub.Delivery) error {
	if e != nil {
		if err := db.discloseExecution(ctx, c, e); err != nil {
			return err
		}
	}
	if d != nil {
		return db.discloseDelivery(ctx, c, d)
	}
	return nil
}

// disclosing calls disclose for what was found.
func disclosing[T any](ctx context.Context, c hub.Caller, list []*T, disclose func(context.Context, hub.Caller, *T) error) error {
	for _, v := range list {
		if v == nil {
			continue
		}
		if err := disclose(ctx, c, v); err != nil {
			return err
		}
	}
	return nil
}

// unquoted calls hide for each delivery about which free text is kept from the caller, since it may quote what is.
func (db *DB) unquoted(ctx context.Context, c hub.Caller, keys []int64, hide func(key int64)) error {
	if lacks(c, db.recordRows()) == nil {
		return nil
	}
	list, err := deliveries.byKey(db.reads(ctx), keys)
	if err != nil {
		return err
	}
	return disclosing(ctx, c, list, func(ctx context.Context, c hub.Caller, d *hub.Delivery) error {
		err := db.discloseDelivery(ctx, c, d)
		if d.Hides("attempts") {
			hide(d.Key)
		}
		return err
	})
}

// redactMatches leaves out of what the events made of an occurrence the objects and the values that the caller may not see: a term
// may have followed a reference to another record.
func (db *DB) redactMatches(c hub.Caller, o *hub.Occurrence) {
	hidden := db.hiddenFields(c, o.Type)
	for i := range o.Matches {
		m := &o.Matches[i]
		if !c.May(hub.RowEvents, hub.See) {
			m.EventKey = 0
		}
		if !c.May(hub.RowHub, hub.See) {
			m.Executions = nil
		}
		for j := range m.Skipped {
			if s := &m.Skipped[j]; unname(c, &s.Reason) != nil {
				s.FlowKey = 0
			}
		}
		hidden.redact(m.Rows)
	}
}

// DiscloseRows leaves out of what terms said of rows of an event type what the caller may not see. It alters them in place.
func (db *DB) DiscloseRows(c hub.Caller, eventType string, rows []hub.RowMatch) {
	db.hiddenFields(c, eventType).redact(rows)
}

// hiddenFields says which fields of an event type's rows a caller may not see, and remembers it; nil for who may see all records.
type hiddenFields struct {
	needs func(field string) []hub.Permission
	known map[string][]hub.Permission
}

func (db *DB) hiddenFields(c hub.Caller, eventType string) *hiddenFields {
	typ := ""
	if t := db.catalog.EventType(eventType); t != nil {
		typ = t.RecordType
	}
	return db.hiddenFieldsOf(c, typ)
}

// hiddenFieldsOf is hiddenFields for rows of a record type.
func (db *DB) hiddenFieldsOf(c hub.Caller, typ string) *hiddenFields {
	if lacks(c, db.recordRows()) == nil {
		return nil
	}
	return &hiddenFields{known: map[string][]hub.Permission{}, needs: func(field string) []hub.Permission { return lacks(c, db.rowsOf(typ, field)) }}
}

func (h *hiddenFields) redact(rows []hub.RowMatch) {
	for i := range rows {
		h.verdicts(rows[i].Trace)
	}
}

// verdicts leaves out of a trace what may not be seen.
func (h *hiddenFields) verdicts(trace []hub.Verdict) {
	if h == nil {
		return
	}
	for i := range trace {
		v := &trace[i]
		needs, known := h.known[v.Field]
		if !known {
			needs = h.needs(v.Field)
			h.known[v.Field] = needs
		}
		v.Hide(needs)
	}
}

// DisclosePublished leaves out of what became of an occurrence what the caller may not see: executions, the objects that its
// matches lead to, and values in them. Whatever reads for a caller has done it already; it is for the answer to who has just
// published the occurrence, and whose own records stay in it.
func (db *DB) DisclosePublished(ctx context.Context, c hub.Caller, p *hub.Published) error {
	db.redactMatches(c, p.Occurrence)
	if !c.May(hub.RowHub, hub.See) {
		p.Executions = nil
		return nil
	}
	for i, e := range p.Executions {
		own := *e // the engine goes on with the other
		if err := db.discloseExecution(ctx, c, &own); err != nil {
			return err
		}
		p.Executions[i] = &own
	}
	return nil
}
