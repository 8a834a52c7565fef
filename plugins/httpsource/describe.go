package httpsource

import (
	"encoding/json"
	"sync"

	"github.com/recado-hub/recado/plugins/sdk"
)

// anyRow is the schema of a row: what it has is for the flow's parameters to say.
const anyRow = `{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}`

// describe is built once: it never changes, and nobody changes what he is given.
var describe = sync.OnceValue(func() sdk.Description {
	return sdk.Description{
		Name: Name, Version: Version, Title: connectorTitle, Help: connectorHelp,
		Settings: sdk.Schema{JSON: json.RawMessage(settingsSchema), Labels: settingsLabels},
		Actions: []sdk.Action{{
			Key: readRows, Role: sdk.RoleSource, Title: rowsTitle, Help: rowsHelp, Category: "http",
			Parameters: sdk.Schema{JSON: json.RawMessage(rowsSchema), Labels: parameterLabels},
			Rows:       sdk.Schema{JSON: json.RawMessage(anyRow)},
		}},
	}
})
