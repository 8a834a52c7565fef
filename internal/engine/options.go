package engine

import (
	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
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
