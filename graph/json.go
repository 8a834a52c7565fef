package graph

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// detail shows what a provider said beside the rest; nil if it said nothing.
func detail(m map[string]string) (json.RawMessage, error) {
	if len(m) == 0 {
		return nil, nil
	}
	return json.Marshal(m)
}

// traceOf shows what became of the terms of a row.
func traceOf(list []hub.Verdict) ([]*model.TermTrace, error) {
	trace := make([]*model.TermTrace, len(list))
	for i, v := range list {
		t := &model.TermTrace{Field: v.Field, Operation: v.Operation, Path: splitPath(v.Path), Needs: pointers(v.Needs)}
		if len(v.Needs) == 0 {
			t.Present, t.Undecided = &v.Present, &v.Unknown
			if !v.Unknown {
				t.True = &v.True
			}
		}
		for into, value := range map[*json.RawMessage]any{&t.Want: v.Want, &t.Got: v.Got, &t.Before: v.Before} {
			if value == nil {
				continue
			}
			var err error
			if *into, err = json.Marshal(value); err != nil {
				return nil, fmt.Errorf("a value of a trace cannot be written: %w", err)
			}
		}
		trace[i] = t
	}
	return trace, nil
}

// labelsOf lists the labels of a form in the order in which the schema writes its properties, which is the order in which a
// screen shows them.
func labelsOf(ctx context.Context, s *hub.Schema) []*model.PropertyLabel {
	order := propertyOrder(s.JSON)
	list := make([]*model.PropertyLabel, 0, len(s.Labels))
	for name, l := range s.Labels {
		list = append(list, &model.PropertyLabel{Name: name, Title: label(ctx, l.Title), Help: label(ctx, l.Help)})
	}
	slices.SortFunc(list, func(a, b *model.PropertyLabel) int {
		return cmp.Or(cmp.Compare(place(order, a.Name), place(order, b.Name)), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// place is where a property stands; those that the schema does not name come last.
func place(order []string, name string) int {
	if i := slices.Index(order, name); i >= 0 {
		return i
	}
	return len(order)
}

// propertyOrder lists the names of the properties of a JSON Schema as they are written; none if it is no such schema.
func propertyOrder(schema json.RawMessage) []string {
	var object struct {
		Properties json.RawMessage `json:"properties"`
	}
	if json.Unmarshal(schema, &object) != nil || len(object.Properties) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(object.Properties))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil
	}
	var names []string
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			return names
		}
		names = append(names, name.(string))
	}
	return names
}
