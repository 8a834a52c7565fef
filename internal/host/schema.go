package host

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/recado-hub/recado/internal/hub"
)

// compiles says why nothing could be held against a JSON Schema (draft 2020-12); nil if something can.
func compiles(schema json.RawMessage) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return err
	}
	const url = "recado:///schema"
	c := jsonschema.NewCompiler()
	c.UseLoader(noLoader{})
	if err := c.AddResource(url, doc); err != nil {
		return err
	}
	_, err = c.Compile(url)
	var invalid *jsonschema.SchemaValidationError
	var where *jsonschema.ValidationError
	if errors.As(err, &invalid) && errors.As(invalid.Err, &where) {
		for len(where.Causes) > 0 {
			where = where.Causes[0]
		}
		return fmt.Errorf("at /%s: %s", strings.Join(where.InstanceLocation, "/"), where.ErrorKind.LocalizedString(message.NewPrinter(language.English)))
	}
	return err
}

// noLoader keeps a connector's schema from making the hub read files or addresses.
type noLoader struct{}

// Load refuses every reference to another document.
func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("a schema may not refer to other documents (%s)", hub.Clip(url, 100))
}
