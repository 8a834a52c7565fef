package sdk

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Words is a text in all six languages, in the order of [Languages].
func Words(ptBR, ptPT, es, en, fr, it string) Labels {
	return Labels{"pt-BR": ptBR, "pt-PT": ptPT, "es": es, "en": en, "fr": fr, "it": it}
}

// SameWords is a text that is the same in all six languages: a name, a code.
func SameWords(s string) Labels { return Words(s, s, s, s, s, s) }

// Property is one property of a schema that [Object] makes.
type Property struct {
	Name     string
	Required bool
	// JSON is the property's own JSON Schema, such as `{"type":"string","minLength":1}`.
	JSON  string
	Title Labels
	Help  Labels
}

// Object is the schema of an object with these properties, in this order. It panics if the JSON of one is none: that is a mistake in
// the program, which shows as soon as it describes itself.
func Object(properties ...Property) Schema {
	var fields bytes.Buffer
	required := []string{}
	labels := map[string]FieldLabels{}
	for i, p := range properties {
		if !json.Valid([]byte(p.JSON)) {
			panic(fmt.Sprintf("sdk.Object: the JSON Schema of the property %q is no JSON: %s", p.Name, p.JSON))
		}
		if i > 0 {
			fields.WriteByte(',')
		}
		fmt.Fprintf(&fields, "%s:%s", text(p.Name), p.JSON)
		if p.Required {
			required = append(required, p.Name)
		}
		labels[p.Name] = FieldLabels{Title: p.Title, Help: p.Help}
	}
	schema := fmt.Sprintf(`{"type":"object","properties":{%s},"required":%s}`, fields.Bytes(), text(required))
	return Schema{JSON: json.RawMessage(schema), Labels: labels}
}
