package hub

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// CompileSchema makes a JSON Schema (draft 2020-12) of a connector ready for values to be held against it. It may refer to no other document.
func CompileSchema(text json.RawMessage) (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	const url = "recado:///schema"
	c := jsonschema.NewCompiler()
	c.UseLoader(noLoader{})
	if err := c.AddResource(url, doc); err != nil {
		return nil, err
	}
	return c.Compile(url)
}

// noLoader keeps a connector's schema from making the hub read files or addresses.
type noLoader struct{}

// Load refuses every reference to another document.
func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("a schema may not refer to other documents (%s)", Clip(url, 100))
}
