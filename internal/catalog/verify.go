package catalog

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// faults gathers what is wrong with the data, so that whoever edits it sees everything at once.
type faults []error

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Errorf(format, args...)) }

func (f faults) err() error { return errors.Join(f...) }

// Keys travel in URLs, paths and SQL parameters; dots join them and are no part of one.
var keyForm = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// verify checks the parts against each other.
func (c *Catalog) verify() error {
	var f faults
	for _, m := range c.modules {
		f.key("module "+m.Key, m.Key)
		f.title("module "+m.Key, m.Title)
		for _, s := range m.Submodules {
			f.submodule(m.Key, s)
		}
	}
	for _, t := range c.eventTypes {
		c.verifyEventType(t, &f)
	}
	for _, t := range c.recordTypes {
		c.verifyRecordType(t, &f)
	}
	for _, a := range c.sourceActions {
		c.verifySourceAction(a, &f)
	}
	c.verifyLabels(&f)
	return f.err()
}

func (f *faults) submodule(module string, s Submodule) {
	what := "row " + module + "/" + s.Key
	f.key(what, s.Key)
	f.title(what, s.Title)
	if len(s.Actions) == 0 || !slices.Equal(hub.ActionSet(s.Actions...).List(), s.Actions) {
		f.add("%s: its actions %v are not some of %v, each once and in this order", what, s.Actions, hub.AllActions)
	}
}

func (f *faults) origin(what, origin string) {
	if origin != OriginFracttal && origin != OriginRecado {
		f.add("%s: there is no origin %q", what, origin)
	}
}

func (f *faults) key(what, key string) {
	if !keyForm.MatchString(key) {
		f.add("%s: %q is no key: use lower-case words joined by _", what, key)
	}
}

func (f *faults) title(what string, l hub.Labels) { f.labels(what+" title", l) }

// labels holds that a text is there in every language, and in no other.
func (f *faults) labels(what string, l hub.Labels) {
	for _, locale := range hub.Locales {
		if s := l[locale]; s == "" || s != strings.TrimSpace(s) {
			f.add("%s: the text in %s is %q", what, locale, s)
		}
	}
	if len(l) != len(hub.Locales) {
		f.add("%s: it has %d languages and should have %d", what, len(l), len(hub.Locales))
	}
}

func (c *Catalog) verifyEventType(t *EventType, f *faults) {
	what := "event type " + t.Key
	name, ok := strings.CutPrefix(t.Key, t.Module+"."+t.Submodule+".")
	if !ok || !keyForm.MatchString(name) {
		f.add("%s: its key is not its module, its submodule and a name, joined by dots", what)
	}
	if _, ok := c.cells[hub.Row{Module: t.Module, Submodule: t.Submodule}]; !ok {
		f.add("%s: there is no module %q with a submodule %q", what, t.Module, t.Submodule)
	}
	if c.recordTypeByKey[t.RecordType] == nil {
		f.add("%s: there is no record type %q", what, t.RecordType)
	}
	f.origin(what, t.Origin)
	f.title(what, t.Title)
	f.labels(what+" help", t.Help)
	if t.Derived != nil {
		c.verifyDerived(what+" derived", t, f)
	}
}

func (c *Catalog) verifyRecordType(t *RecordType, f *faults) {
	what := "record type " + t.Key
	f.key(what, t.Key)
	f.title(what, t.Title)
	f.labels(what+" help", t.Help)
	f.origin(what, t.Origin)
	if _, ok := c.cells[t.Row]; !ok {
		f.add("%s: there is no permission row %s", what, t.Row)
	}
	for name, key := range map[string]string{"name": t.NameField, "subject": t.SubjectField} {
		if key != "" && !t.names(key) {
			f.add("%s: its %s field %q is no text or whole number of its own", what, name, key)
		}
	}
	for i := range t.Fields {
		field := &t.Fields[i]
		if strings.HasPrefix(field.Key, CustomPrefix) {
			f.add("%s field %s: keys that begin with %s are left to tenants", t.Key, field.Key, CustomPrefix)
		}
		f.field(t.Key+" field "+field.Key, field)
		if field.Type == Reference {
			c.verifyReference(t.Key+" field "+field.Key, t, field, f)
		}
	}
}

// names says whether a field can hold a name: of the record itself, of what it belongs to, or of one it refers to.
func (t *RecordType) names(key string) bool {
	field := t.byKey[key]
	return field != nil && field.Alias == "" && (field.Type == Text || field.Type == Integer)
}

// verifyReference checks where a REFERENCE leads.
func (c *Catalog) verifyReference(what string, t *RecordType, field *Field, f *faults) {
	for _, key := range field.References() {
		if to := c.recordTypeByKey[key]; to == nil || to.NameField == "" {
			f.add("%s: it refers to %q, which is no record type with a name field", what, key)
		}
	}
	for _, key := range field.conditions() {
		if on := t.byKey[key]; on == nil || on.Type == Reference || on.Alias != "" {
			f.add("%s: it depends on %q, which is no field of the type that holds a value", what, key)
		}
	}
	if field.By == "" {
		f.add("%s: reference and by belong to the type REFERENCE, and it needs both", what)
	} else if !t.names(field.By) {
		f.add("%s: %q cannot hold the name of another record", what, field.By)
	}
}

func (f *faults) field(what string, field *Field) {
	f.key(what, field.Key)
	f.fieldBeyondKey(what, field)
}

// fieldBeyondKey is field but for the key, whose form is another one for what a tenant declares.
func (f *faults) fieldBeyondKey(what string, field *Field) {
	f.title(what, field.Title)
	if len(field.Help) > 0 {
		f.labels(what+" help", field.Help)
	}
	switch field.Type {
	case Text, Integer, Number, Boolean, Timestamp, Enum, List, Object, Any, Reference:
	default:
		f.add("%s: there is no type %q", what, field.Type)
	}
	if (field.Type == Reference) != (field.Reference != "") || field.By != "" && field.Type != Reference {
		f.add("%s: reference and by belong to the type REFERENCE, and it needs both", what)
	}
	if field.Type != Reference && (field.If != "" || field.Unless != "" || field.Instead != nil) {
		f.add("%s: if, unless and instead belong to the type REFERENCE", what)
	}
	f.parts(what, field)
	if (field.Type == Enum) != (len(field.Enum) > 0) || field.Open && field.Type != Enum {
		f.add("%s: enum and open belong to the type ENUM, and it needs values", what)
	}
	if field.Unit != "" && field.Type != Integer && field.Type != Number {
		f.add("%s: a unit belongs to a number", what)
	}
	f.enum(what, field.Enum)
}

// parts checks what is in an OBJECT or in the elements of a LIST. A part is read from where it is, so that it can be no
// reference and no alias.
func (f *faults) parts(what string, field *Field) {
	if (field.Type == Object) != (len(field.Fields) > 0) && field.Type != List || field.Items != "" && field.Type != List {
		f.add("%s: fields belong to the types OBJECT, which needs them, and LIST, and items to LIST", what)
	}
	switch field.Items {
	case "", Text, Integer, Number, Boolean, Timestamp:
	default:
		f.add("%s: there can be no list of %q", what, field.Items)
	}
	seen := map[string]bool{}
	for i := range field.Fields {
		part := &field.Fields[i]
		if seen[part.Key] || part.Type == Reference || part.Alias != "" {
			f.add("%s part %s: it is there twice, or it is a reference or an alias", what, part.Key)
		}
		seen[part.Key] = true
		if part.Origin == OriginCustom && customKey.MatchString(part.Key) {
			f.fieldBeyondKey(what+" part "+part.Key, part)
		} else {
			f.field(what+" part "+part.Key, part)
		}
	}
}

func (f *faults) enum(what string, values []EnumValue) {
	seen := map[any]bool{}
	kinds := map[bool]bool{}
	for _, v := range values {
		text, isText := v.Value.(string)
		if _, isNumber := v.Value.(int64); !isNumber && (!isText || text == "") {
			f.add("%s: the value %v is neither text nor a whole number", what, v.Value)
			continue
		}
		if seen[v.Value] {
			f.add("%s: the value %v is used twice", what, v.Value)
		}
		seen[v.Value], kinds[isText] = true, true
		f.title(fmt.Sprintf("%s value %v", what, v.Value), v.Title)
	}
	if len(kinds) > 1 {
		f.add("%s: its values are partly text and partly numbers", what)
	}
}
