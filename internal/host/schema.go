package host

import (
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
	_, err := hub.CompileSchema(schema)
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
