package catalog

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

//go:embed data
var embedded embed.FS

// parse reads the data files and checks them against each other. Its error names everything that is wrong.
func parse(files fs.FS) (*Catalog, error) {
	c := &Catalog{}
	err := errors.Join(
		read(files, "data/modules.json", &c.modules),
		read(files, "data/event_types.json", &c.eventTypes),
		read(files, "data/source_actions.json", &c.sourceActions),
		read(files, "data/parameters.json", &c.common),
		read(files, "data/enums.json", &c.enums),
		read(files, "data/operations.json", &c.operations),
		read(files, "data/settings.json", &c.flowSettings),
		c.readRecordTypes(files),
	)
	if err != nil {
		return nil, err
	}
	if err := c.index(); err != nil {
		return nil, err
	}
	if err := c.verify(); err != nil {
		return nil, err
	}
	return c, nil
}

func read(files fs.FS, name string, into any) error {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	if err := strict(b, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// strict decodes one JSON value and nothing after it, and refuses properties that do not exist.
func strict(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("there is something after the end")
	}
	return nil
}

// readRecordTypes reads one type from each file; fs.Glob sorts them by name.
func (c *Catalog) readRecordTypes(files fs.FS) error {
	names, err := fs.Glob(files, "data/records/*.json")
	if err != nil {
		return err
	}
	for _, name := range names {
		t := &RecordType{}
		if err := read(files, name, t); err != nil {
			return err
		}
		if name != "data/records/"+t.Key+".json" {
			return fmt.Errorf("%s: it defines %q; name the file after its record type", name, t.Key)
		}
		c.recordTypes = append(c.recordTypes, t)
	}
	return nil
}

// index builds the maps and fills in what the files leave to be derived. A key that is used twice is an error.
func (c *Catalog) index() error {
	var faults faults
	c.cells = map[hub.Row]hub.Actions{}
	for _, m := range c.modules {
		for i := range m.Submodules {
			s := &m.Submodules[i]
			s.Module = m.Key
			row := PermissionRow{Module: m.Key, Submodule: s.Key, ModuleTitle: m.Title, Title: s.Title, Actions: s.Actions}
			if _, twice := c.cells[row.Row()]; twice {
				faults.add("row %s: used twice", row.Row())
			}
			c.cells[row.Row()] = hub.ActionSet(s.Actions...)
			c.rows = append(c.rows, row)
		}
	}
	c.eventTypeByKey = indexed(&faults, "event type", c.eventTypes, func(t *EventType) string { return t.Key })
	c.recordTypeByKey = indexed(&faults, "record type", c.recordTypes, func(t *RecordType) string { return t.Key })
	c.sourceActionByKey = indexed(&faults, "source action", c.sourceActions, func(a *SourceAction) string { return a.Key })
	c.enumByName = indexed(&faults, "enum", c.enums, func(e *EnumLabels) string { return e.Name })
	c.boundSettings()
	c.eventTypesByRow = map[hub.Row][]*EventType{}
	for _, t := range c.eventTypes {
		row := hub.Row{Module: t.Module, Submodule: t.Submodule}
		c.eventTypesByRow[row] = append(c.eventTypesByRow[row], t)
	}
	for _, t := range c.recordTypes {
		if t.FieldsOf != "" {
			c.share(t, &faults)
		}
	}
	for _, t := range c.recordTypes {
		t.index(&faults)
	}
	c.lead()
	for _, a := range c.sourceActions {
		c.complete(a)
	}
	for _, t := range c.eventTypes {
		if t.Derived != nil {
			for i := range t.Derived.Settings {
				t.Derived.Settings[i].readDefault()
				t.Derived.Settings[i].from(OriginRecado)
			}
			wholeNumbers(t.Derived.Values)
		}
	}
	return faults.err()
}

// share gives a type the fields of another one before its own. Each type has them for itself, since what is derived of a
// field is kept in it.
func (c *Catalog) share(t *RecordType, faults *faults) {
	from := c.recordTypeByKey[t.FieldsOf]
	if from == nil || from.FieldsOf != "" {
		faults.add("record type %s: there are no fields of %q to share", t.Key, t.FieldsOf)
		return
	}
	t.Fields = append(slices.Clone(from.Fields), t.Fields...)
}

// lead joins references to the types that they lead to. Types that do not exist are for verify to name.
func (c *Catalog) lead() {
	for _, t := range c.recordTypes {
		for i := range t.Fields {
			f := &t.Fields[i]
			f.leads = nil
			for _, key := range f.References() {
				if to := c.recordTypeByKey[key]; to != nil {
					f.leads = append(f.leads, to)
				}
			}
		}
	}
}

func wholeNumbers(values []any) {
	for i := range values {
		if n, ok := wholeNumber(values[i]); ok {
			values[i] = n
		}
	}
}

func (t *RecordType) index(faults *faults) {
	t.needs = []hub.Row{t.Row}
	fields := make([]*Field, len(t.Fields))
	for i := range t.Fields {
		fields[i] = &t.Fields[i]
	}
	t.byKey = indexed(faults, t.Key+" field", fields, func(f *Field) string { return f.Key })
	for _, f := range fields {
		f.readEnum()
		f.from(t.Origin)
		if f.Alias != "" {
			t.indexAlias(f, faults)
		}
	}
}

// indexAlias lets an alias share the type of the field that it reads. Aliases are for text only, so that two spellings of
// one value can be compared.
func (t *RecordType) indexAlias(f *Field, faults *faults) {
	target := t.byKey[f.Alias]
	if target == nil || target.Alias != "" || target.Type != Text {
		faults.add("%s field %s: its alias %q is no text field of the type", t.Key, f.Key, f.Alias)
		return
	}
	f.Type, f.target = Text, target
	t.aliases = append(t.aliases, f)
}

// readEnum turns the numbers of JSON into int64; whatever is neither a whole number nor text stays and is refused by
// verify.
func (f *Field) readEnum() {
	for i := range f.Enum {
		if _, is := f.Enum[i].Value.(int64); is {
			continue // not written again: a catalogue that shares it may be read meanwhile
		}
		if n, ok := wholeNumber(f.Enum[i].Value); ok {
			f.Enum[i].Value = n
		}
	}
}

// from fills in the origin that the data leaves out.
func (f *Field) from(origin string) {
	if f.Origin == "" {
		f.Origin = origin
	}
	for i := range f.Fields {
		f.Fields[i].readEnum()
		f.Fields[i].from(f.Origin)
	}
}

func indexed[T any](faults *faults, kind string, list []*T, key func(*T) string) map[string]*T {
	m := make(map[string]*T, len(list))
	for _, item := range list {
		if m[key(item)] != nil {
			faults.add("%s %s: used twice", kind, key(item))
		}
		m[key(item)] = item
	}
	return m
}
