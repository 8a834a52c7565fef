package catalog

import "github.com/recado-hub/recado/internal/hub"

// References lists the record types that a REFERENCE may lead to, the usual one first.
func (f *Field) References() []string {
	if f.Reference == "" {
		return nil
	}
	types := []string{f.Reference}
	for _, other := range f.Instead {
		types = append(types, other.Reference)
	}
	return types
}

// Follow says where a REFERENCE of a record with this data leads: the type of the other record and the name that it is found
// by. The name is nil if it leads nowhere.
func (f *Field) Follow(data hub.Fields) (recordType string, name any) {
	name = data[f.By]
	if empty(name) || f.If != "" && empty(data[f.If]) || f.Unless != "" && !empty(data[f.Unless]) {
		return f.Reference, nil
	}
	for _, other := range f.Instead {
		if !empty(data[other.If]) {
			return other.Reference, name
		}
	}
	return f.Reference, name
}

// conditions lists the fields on which it depends where a REFERENCE leads.
func (f *Field) conditions() []string {
	keys := make([]string, 0, 2+len(f.Instead))
	for _, other := range f.Instead {
		keys = append(keys, other.If)
	}
	for _, key := range []string{f.If, f.Unless} {
		if key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

func empty(v any) bool { return v == nil || v == "" }

// Within reads a path inside a value of the field: of an OBJECT the value there, of a LIST of objects the list of what its
// elements have there, without those that have nothing. ok is false if the field has no such path.
func (f *Field) Within(v any, path string) (_ any, ok bool) {
	inner, rest, deeper := f.inner(path)
	if inner == nil {
		return nil, false
	}
	read := func(v any) any {
		object, isObject := v.(map[string]any)
		if !isObject {
			return nil
		}
		if deeper {
			v, _ := inner.Within(object[inner.Key], rest)
			return v
		}
		return object[inner.Key]
	}
	if f.Type != List {
		return read(v), true
	}
	elements, _ := v.([]any)
	var found []any
	for _, e := range elements {
		if got := read(e); !empty(got) {
			found = append(found, got)
		}
	}
	if found == nil {
		return nil, true
	}
	return found, true
}
