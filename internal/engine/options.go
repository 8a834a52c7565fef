package engine

import (
	"context"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// titleFields are the fields by which people know an object, the best first.
var titleFields = []string{"full_name", "name", "description"}

// referredTypes are the record types that others refer to.
func referredTypes(c *catalog.Catalog) map[string]bool {
	list := map[string]bool{}
	for _, t := range c.RecordTypes() {
		for i := range t.Fields {
			for _, key := range t.Fields[i].References() {
				list[key] = true
			}
		}
	}
	return list
}

// label is what people call a record: its title if it has one, else its name.
func (e *Engine) label(t *catalog.RecordType, name string, data hub.Fields) string {
	for _, key := range titleFields {
		if s, ok := data[key].(string); ok && s != "" && t.Field(key) != nil {
			return s
		}
	}
	return name
}

// folded is how pickers find a record: its label and its name in lower case. Empty for a type that nothing refers to.
func (e *Engine) folded(t *catalog.RecordType, name string, data hub.Fields) string {
	if !e.referred[t.Key] {
		return ""
	}
	label := e.label(t, name, data)
	if label == name {
		return hub.Fold(name)
	}
	return hub.Fold(hub.Clip(label, 200) + " " + name)
}

// FieldOptions lists what can be chosen for a field of a record type, by label: the values of an enum in the caller's language,
// or the records that a reference may lead to. It needs SEE on the row that guards the type and those that the path leads
// through; of the types that a reference may lead to, the options are those of which the caller may SEE the row.
func (e *Engine) FieldOptions(ctx context.Context, c hub.Caller, typ, path, search string, p hub.Page) (hub.List[*hub.FieldOption], error) {
	var none hub.List[*hub.FieldOption]
	if err := c.NeedToken(); err != nil {
		return none, err
	}
	t := e.catalog.RecordType(typ)
	if t == nil {
		return none, hub.Invalid("recordType", "there is no record type %q; they are listed by catalog.recordTypes", hub.Clip(typ, 60))
	}
	fact, field := e.catalog.Resolve(typ, path)
	if !fact.Known {
		if err := c.Need(t.Row, hub.See); err != nil {
			return none, err
		}
		return none, hub.Invalid("field", "the record type %s has no field %q", typ, hub.Clip(path, 60))
	}
	for _, row := range fact.Needs {
		if err := c.Need(row, hub.See); err != nil {
			return none, err
		}
	}
	switch field.Type {
	case catalog.Enum:
		return enumOptions(field.Enum, c.Locale, search, p)
	case catalog.Reference:
		return e.recordOptions(ctx, c, field.References(), search, p)
	}
	return none, hub.Invalid("field", "the field %s is of type %s, for which there is nothing to choose from; only ENUM and REFERENCE have options", hub.Clip(path, 60), field.Type)
}

// enumOptions lists values in the order of the catalogue; their places are counted.
func enumOptions(values []catalog.EnumValue, locale, search string, p hub.Page) (hub.List[*hub.FieldOption], error) {
	search = hub.Fold(strings.TrimSpace(search))
	places := map[*hub.FieldOption]int64{}
	var list []*hub.FieldOption
	for i, v := range values {
		label := v.Title.In(locale)
		if strings.Contains(hub.Fold(label+" "+plain(v.Value)), search) {
			o := &hub.FieldOption{Value: v.Value, Label: label}
			list, places[o] = append(list, o), int64(i)+1
		}
	}
	return hub.PageOf(list, p, func(o *hub.FieldOption) int64 { return places[o] })
}

func (e *Engine) recordOptions(ctx context.Context, c hub.Caller, types []string, search string, p hub.Page) (hub.List[*hub.FieldOption], error) {
	var none hub.List[*hub.FieldOption]
	var visible []string
	for _, t := range types {
		if c.May(e.catalog.RecordType(t).Row, hub.See) {
			visible = append(visible, t)
		}
	}
	if visible == nil {
		return none, c.Need(e.catalog.RecordType(types[0]).Row, hub.See)
	}
	found, err := e.db.RecordOptions(ctx, c, visible, search, p)
	if err != nil {
		return none, err
	}
	return hub.Turned(found, func(r *hub.Record) *hub.FieldOption {
		return &hub.FieldOption{Value: r.Name, Label: e.label(e.catalog.RecordType(r.Type), r.Name, r.Data), Type: r.Type, Record: r}
	}), nil
}

// indexBatch is how many records are made findable in one transaction.
const indexBatch = 500

// indexRecords notes of records that an earlier version of the hub wrote what it did not: how pickers find them, and when the
// clock is to look at them.
func (e *Engine) indexRecords(ctx context.Context) error {
	for {
		n := 0
		err := e.db.Write(ctx, func(tx *sqlite.Tx) error {
			list, err := tx.UnfoldedRecords(indexBatch)
			if n = len(list); err != nil {
				return err
			}
			for _, rec := range list {
				if err := e.indexRecord(tx, rec); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// indexRecord lets the clock look at the record from now on: what came before the hub knew to tell it is no news.
func (e *Engine) indexRecord(tx *sqlite.Tx, rec *hub.Record) error {
	t := e.catalog.RecordType(rec.Type)
	if t == nil { // a type that this catalogue does not have
		return tx.RecordIndex(rec.Key, "", time.Time{})
	}
	p := &part{typ: t, in: hub.RecordInput{Type: rec.Type, Name: rec.Name, Data: rec.Data}, sub: rec.Subject}
	w := &writing{e: e, tx: tx, silent: true}
	due, err := w.due(p)
	if err != nil {
		return err
	}
	return tx.RecordIndex(rec.Key, e.folded(t, rec.Name, rec.Data), due)
}
