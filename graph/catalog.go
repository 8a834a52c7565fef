package graph

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/internal/catalog"
)

// moduleOf finds a module of the catalogue, which holds that every key that it uses is there.
func (r *resolver) moduleOf(key string) *catalog.Module {
	modules := r.catalog.Modules()
	for i := range modules {
		if modules[i].Key == key {
			return &modules[i]
		}
	}
	return nil
}

func (r *resolver) submoduleOf(module, key string) *catalog.Submodule {
	m := r.moduleOf(module)
	for i := range m.Submodules {
		if m.Submodules[i].Key == key {
			return &m.Submodules[i]
		}
	}
	return nil
}

// guardOf is the row of the permission matrix that guards the records of a type.
func (r *resolver) guardOf(t *catalog.RecordType) *catalog.PermissionRow {
	rows := r.catalog.PermissionRows()
	for i := range rows {
		if rows[i].Row() == t.Row {
			return &rows[i]
		}
	}
	return nil
}

func (r *resolver) recordTypes(keys []string) []*catalog.RecordType {
	list := make([]*catalog.RecordType, len(keys))
	for i, key := range keys {
		list[i] = r.catalog.RecordType(key)
	}
	return list
}

// enums are the labels of the enums that the schema has.
func (r *resolver) enums() (list []*catalog.EnumLabels) {
	for _, e := range r.catalog.Enums() {
		if known := r.enum(e); known != nil {
			list = append(list, known)
		}
	}
	return list
}

// enum leaves out of the labels of an enum what the schema does not have; nil if that is all of it.
func (r *resolver) enum(e *catalog.EnumLabels) *catalog.EnumLabels {
	if e == nil {
		return nil
	}
	d := r.schema.Types[e.Name]
	if d == nil || d.Kind != ast.Enum {
		return nil
	}
	known := &catalog.EnumLabels{Name: e.Name}
	for _, v := range e.Values {
		if d.EnumValues.ForName(v.Value) != nil {
			known.Values = append(known.Values, v)
		}
	}
	return known
}
