package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// filled puts values into the parameters of a source, each in the type that its schema wants there.
func filled(schema json.RawMessage, f *hub.SourceFetch, names, values []string) (json.RawMessage, *hub.Reason) {
	whole, err := objectOf(f.Parameters)
	var shape any
	if err == nil {
		err = json.Unmarshal(schema, &shape)
	}
	if err != nil {
		return nil, notFetched("source.fetch.parameters", "the parameters are no object", "correct them")
	}
	for i, name := range names {
		path := strings.Split(name, ".")
		types, _ := placeIn(shape, path)
		v, ok := typed(values[i], types)
		if !ok || !putAt(whole, path, v) {
			return nil, notFetched(hub.Path("source.fetch.mapping", i), fmt.Sprintf("the source wants another type of value in %s: %s", name, strings.Join(types, ", ")), "map another field")
		}
	}
	text, err := json.Marshal(whole)
	if err != nil {
		return nil, notFetched("source.fetch.parameters", "the parameters cannot be written as JSON", "correct them")
	}
	return text, nil
}

// objectOf reads a JSON object; nothing is an empty one. Numbers stay as they are written.
func objectOf(text json.RawMessage) (map[string]any, error) {
	whole := map[string]any{}
	if len(text) == 0 {
		return whole, nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err := d.Decode(&whole)
	return whole, err
}

// putAt puts a value into an object, below objects that are made where there are none; false if something else stands in the way.
func putAt(in map[string]any, path []string, v any) bool {
	for _, name := range path[:len(path)-1] {
		next, ok := in[name].(map[string]any)
		if !ok {
			if in[name] != nil {
				return false
			}
			next = map[string]any{}
			in[name] = next
		}
		in = next
	}
	in[path[len(path)-1]] = v
	return true
}

// placeIn is what a JSON Schema says of a place in its objects: which types of values stand there, none if it does not say, and whether
// there is such a place. What is said by reference or in alternatives is not followed.
func placeIn(schema any, path []string) (types []string, known bool) {
	s, ok := schema.(map[string]any)
	if !ok {
		return nil, schema != false
	}
	if len(path) > 0 {
		properties, _ := s["properties"].(map[string]any)
		next, ok := properties[path[0]]
		if !ok {
			if next, ok = s["additionalProperties"]; !ok || s["patternProperties"] != nil || s["$ref"] != nil {
				return nil, true
			}
		}
		return placeIn(next, path[1:])
	}
	switch t := s["type"].(type) {
	case string:
		types = []string{t}
	case []any:
		for _, one := range t {
			types = append(types, fmt.Sprint(one))
		}
	}
	return types, true
}

// typed is a text as one of the types of JSON Schema; any if there are none. ok is false if it can be none of them.
func typed(text string, types []string) (v any, ok bool) {
	if len(types) == 0 || slices.Contains(types, "string") {
		return text, true
	}
	var read any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if d.Decode(&read) != nil || d.More() {
		return nil, false
	}
	switch read.(type) {
	case json.Number:
		return read, slices.Contains(types, "number") || slices.Contains(types, "integer")
	case bool:
		return read, slices.Contains(types, "boolean")
	}
	return nil, false
}

// sampled are the parameters of a fetch with something of the right type where occurrences fill them, for their schema to be asked about the
// rest; problems say where nothing can be filled in, by the places in the mapping.
func sampled(schema json.RawMessage, f *hub.SourceFetch) (json.RawMessage, []hub.Problem) {
	var shape any
	if json.Unmarshal(schema, &shape) != nil {
		return f.Parameters, nil
	}
	whole, err := objectOf(f.Parameters)
	if err != nil {
		return f.Parameters, nil // which is a problem of its own
	}
	var problems []hub.Problem
	wrong := func(i int, next, format string, args ...any) {
		problems = append(problems, hub.Problem{Code: hub.ProblemParameterInvalid, Path: hub.Path(i, "name"), Message: fmt.Sprintf(format, args...), NextStep: next})
	}
	for i, m := range f.Mapping {
		path := strings.Split(m.Name, ".")
		types, known := placeIn(shape, path)
		sample := sampleOf(types)
		switch {
		case m.Name == "": // which is a problem of its own
		case !known:
			wrong(i, "see the parameters of the source", "the source has no parameter %q", hub.Clip(m.Name, 60))
		case sample == nil:
			wrong(i, "choose another parameter", "the parameter %q takes no text, number or truth value, so nothing of a record can stand there", hub.Clip(m.Name, 60))
		case !putAt(whole, path, sample):
			wrong(i, "choose another parameter", "nothing can stand below the parameters that lead to %q", hub.Clip(m.Name, 60))
		}
	}
	text, err := json.Marshal(whole)
	if err != nil {
		return f.Parameters, problems
	}
	return text, problems
}

func sampleOf(types []string) any {
	switch {
	case len(types) == 0 || slices.Contains(types, "string"):
		return "1"
	case slices.Contains(types, "number"), slices.Contains(types, "integer"):
		return 1
	case slices.Contains(types, "boolean"):
		return true
	}
	return nil
}
