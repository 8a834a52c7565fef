package catalog

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// CustomPrefix begins the keys that the catalogue itself never uses, so that a tenant's field that has it never clashes with a
// field of a later version.
const CustomPrefix = "x_"

// Limits of what a tenant declares.
const (
	MaxCustomFields = 200     // of one record type
	MaxCustomFile   = 1 << 20 // bytes
)

// customKey is wider than keyForm, since tenants name their fields as they like. A dot would be a path.
var customKey = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,99}$`)

// With is the catalogue with fields that a tenant declares, by record type. They are like fields of the catalogue: guarded by
// the row of their type, typed, and known to terms, mappings and recipients. A title in one language is enough and stands in
// for the others. The catalogue itself stays as it is; the error names everything that is wrong, with its path.
func (c *Catalog) With(custom map[string][]Field) (*Catalog, error) {
	var faults faults
	out := *c
	out.recordTypes = make([]*RecordType, len(c.recordTypes))
	for i, t := range c.recordTypes {
		own := *t
		own.Fields, own.aliases = slices.Clone(t.Fields), nil
		own.addCustom(custom[t.Key], &faults)
		out.recordTypes[i] = &own
	}
	for _, key := range slices.Sorted(maps.Keys(custom)) {
		if c.recordTypeByKey[key] == nil {
			faults.add("%s: there is no record type %q; they are %s", hub.Path("fields", key), hub.Clip(key, 60), strings.Join(slices.Sorted(maps.Keys(c.recordTypeByKey)), ", "))
		}
	}
	if err := faults.err(); err != nil {
		return nil, err
	}
	out.recordTypeByKey = indexed(&faults, "record type", out.recordTypes, func(t *RecordType) string { return t.Key })
	for _, t := range out.recordTypes {
		t.index(&faults)
	}
	out.lead()
	out.verifyCustom(custom, &faults)
	if err := faults.err(); err != nil {
		return nil, err
	}
	return &out, nil
}

// addCustom puts a tenant's fields after the type's own.
func (t *RecordType) addCustom(fields []Field, faults *faults) {
	if len(fields) > MaxCustomFields {
		faults.add("%s: a record type can have at most %d fields of the tenant's own, these are %d", hub.Path("fields", t.Key), MaxCustomFields, len(fields))
		return
	}
	seen := map[string]bool{}
	for i, f := range fields {
		path := hub.Path("fields", t.Key, i)
		switch {
		case !customKey.MatchString(f.Key):
			faults.add("%s: %q is no key: use letters, digits and _, a letter first, at most 100", hub.Path(path, "key"), hub.Clip(f.Key, 60))
			continue
		case t.byKey[f.Key] != nil:
			faults.add("%s: %s has a field %q already; remove this one, or begin its key with %s", hub.Path(path, "key"), t.Key, f.Key, CustomPrefix)
			continue
		case seen[f.Key]:
			faults.add("%s: %q is there twice", hub.Path(path, "key"), f.Key)
			continue
		case f.Alias != "" || f.Origin != "" || f.Many || f.Default != nil || f.Min != nil || f.Max != nil || f.Filter != nil:
			faults.add("%s: alias, origin, many, default, min, max and filter are not for fields that a tenant declares; remove them", path)
			continue
		}
		seen[f.Key] = true
		if wrong := f.fillLabels(); wrong != "" {
			faults.add("%s: %s", path, wrong)
			continue
		}
		f.Origin = OriginCustom
		t.Fields = append(t.Fields, f)
	}
}

// verifyCustom checks the tenant's fields as those of the catalogue are; paths come first in its messages.
func (c *Catalog) verifyCustom(custom map[string][]Field, f *faults) {
	for _, key := range slices.Sorted(maps.Keys(custom)) {
		t := c.recordTypeByKey[key]
		for i, declared := range custom[key] {
			field := t.byKey[declared.Key]
			what := hub.Path("fields", key, i)
			f.fieldBeyondKey(what, field)
			if field.Type == Reference {
				c.verifyReference(what, t, field, f)
			}
		}
	}
}

// fillLabels gives every text all languages: what is missing is said in English, or in the first language that is there. The
// maps and slices of whoever declared the field are left alone.
func (f *Field) fillLabels() (wrong string) {
	if f.Title, wrong = filled(f.Title); wrong != "" {
		return "title: " + wrong
	}
	if len(f.Help) > 0 {
		if f.Help, wrong = filled(f.Help); wrong != "" {
			return "help: " + wrong
		}
	}
	f.Enum, f.Fields = slices.Clone(f.Enum), slices.Clone(f.Fields)
	for i := range f.Enum {
		if f.Enum[i].Title == nil {
			f.Enum[i].Title = hub.Labels{"en": fmt.Sprint(f.Enum[i].Value)}
		}
		if f.Enum[i].Title, wrong = filled(f.Enum[i].Title); wrong != "" {
			return hub.Path("enum", i, "title") + ": " + wrong
		}
	}
	for i := range f.Fields {
		f.Fields[i].Origin = OriginCustom
		if wrong := f.Fields[i].fillLabels(); wrong != "" {
			return hub.Path("fields", i) + "." + wrong
		}
	}
	return ""
}

func filled(l hub.Labels) (all hub.Labels, wrong string) {
	first := ""
	for _, locale := range append([]string{"en"}, hub.Locales...) {
		if text := strings.TrimSpace(l[locale]); text != "" && first == "" {
			first = text
		}
	}
	if first == "" {
		return nil, fmt.Sprintf("it needs a text in at least one of %s", strings.Join(hub.Locales, ", "))
	}
	for locale := range l {
		if !slices.Contains(hub.Locales, locale) {
			return nil, fmt.Sprintf("there is no language %q; they are %s", hub.Clip(locale, 20), strings.Join(hub.Locales, ", "))
		}
	}
	all = hub.Labels{}
	for _, locale := range hub.Locales {
		if all[locale] = strings.TrimSpace(l[locale]); all[locale] == "" {
			all[locale] = first
		}
	}
	return all, ""
}
