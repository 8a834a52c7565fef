package catalog

import "github.com/recado-hub/recado/internal/hub"

// verifyLabels checks what people call the values of enums and the operations, and that every setting is one of the hub's.
func (c *Catalog) verifyLabels(f *faults) {
	for _, e := range c.enums {
		seen := map[string]bool{}
		for _, v := range e.Values {
			what := "enum " + e.Name + " value " + v.Value
			if seen[v.Value] {
				f.add("%s: used twice", what)
			}
			seen[v.Value] = true
			f.titleAndHelp(what, v.Title, v.Help)
		}
	}
	seen := map[hub.Operation]bool{}
	for _, o := range c.operations {
		what := "operation " + string(o.Operation)
		if seen[o.Operation] {
			f.add("%s: used twice", what)
		}
		seen[o.Operation] = true
		f.titleAndHelp(what, o.Title, o.Help)
		switch o.ValueKind {
		case ValueNone, ValueOne, ValueList, ValueRange, ValueDays:
		default:
			f.add("%s: there is no kind of value %q", what, o.ValueKind)
		}
	}
	for i := range c.flowSettings {
		s := &c.flowSettings[i]
		what := "flow setting " + s.Key
		f.fieldBeyondKey(what, s)
		f.bounds(what, s)
		if s.Default == nil && s.Max == nil {
			f.add("%s: the hub has no bounds for it", what)
		}
	}
}

func (f *faults) titleAndHelp(what string, title, help hub.Labels) {
	f.title(what, title)
	if len(help) > 0 {
		f.labels(what+" help", help)
	}
}
