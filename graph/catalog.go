package graph

import "github.com/recado-hub/recado/internal/catalog"

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
