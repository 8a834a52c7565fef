package places

import (
	"slices"
	"strconv"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Values are those of a delivery by name, or by position written as a number: all by name, or all by position.
func Values(d *sdk.Delivery) (map[string]string, []sdk.Problem) {
	var found []sdk.Problem
	out := make(map[string]string, len(d.Values)+2)
	for _, v := range d.Values {
		name := v.Name
		if v.Position > 0 {
			name = strconv.Itoa(v.Position)
		}
		switch _, twice := out[name]; {
		case (v.Position > 0) == (v.Name != "") || (v.Position > 0) != (d.Values[0].Position > 0):
			found = append(found, wrong("INVALID", sdk.ValuePath(v), "must have either a position from 1 or a name, and all values the same of both", "Number all values from 1, or name all of them.")...)
		case twice:
			found = append(found, wrong("REPEATED", sdk.ValuePath(v), "is given twice", "Give each value once.")...)
		}
		out[name] = v.Text
	}
	return out, found
}

// Given are filled without a mapping, unless something is mapped to them.
var given = []string{"recipient", "delivery_id"}

// WithDelivery adds what there is beside the mapping's values: {{recipient}} and {{delivery_id}}.
func WithDelivery(values map[string]string, d *sdk.Delivery) {
	for i, text := range []string{d.Recipient, d.ID} {
		if _, mapped := values[given[i]]; !mapped {
			values[given[i]] = text
		}
	}
}

// Judge holds templates against what a mapping fills: each place needs a value, and a value that has no place in any of them is a warning.
// Nil templates are passed over.
func Judge(use sdk.ActionUse, templates ...*Template) (found []sdk.Problem) {
	mapped := slices.Clone(use.Names)
	for i := range use.Positions {
		mapped = append(mapped, strconv.Itoa(i+1))
	}
	if len(use.Names) > 0 && use.Positions > 0 {
		found = wrong("INVALID", "values", "go either by position or by name", "Number all values, or name all of them.")
	}
	spare, path := mapped, ""
	for _, t := range templates {
		if t == nil {
			continue
		}
		path = t.path
		for _, name := range t.names {
			if !slices.Contains(mapped, name) && !slices.Contains(given, name) {
				found = append(found, t.missing(name)...)
			}
		}
		spare = slices.DeleteFunc(slices.Clone(spare), func(name string) bool { return slices.Contains(t.names, name) })
	}
	if path != "" && len(spare) > 0 {
		unused := wrong("UNUSED", path, "has no place for "+strings.Join(spare, ", "), "Write {{"+spare[0]+"}} where it goes, or take it out of the mapping.")
		unused[0].Severity = sdk.SeverityWarning
		found = append(found, unused...)
	}
	return found
}
