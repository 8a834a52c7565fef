package email

import (
	"encoding/json"
	"sync"

	"github.com/recado-hub/recado/plugins/sdk"
)

// limitRate is the key of the limit by which the hub spares the server, and goes on more slowly when the server says so.
const limitRate = "rate"

// maxValue is the most code points of one value.
const maxValue = 50_000

// describe is built once: it never changes, and nobody changes what he is given.
var describe = sync.OnceValue(func() sdk.Description {
	common := []string{"reply_to", "cc", "bcc", "list_unsubscribe"}
	return sdk.Description{
		Name: Name, Version: Version, Title: connectorTitle, Help: connectorHelp,
		Settings: sdk.Schema{JSON: json.RawMessage(settingsSchema), Labels: settingsLabels},
		Actions: []sdk.Action{
			action(sendText, textTitle, textHelp, textSchema, append([]string{"subject", "text", "html"}, common...)...),
			action(sendValues, valuesTitle, valuesHelp, valuesSchema, append([]string{"subject", "intro"}, common...)...),
		},
		Limits:       []sdk.Limit{{Key: limitRate, Scope: sdk.LimitIntegration, PerSecond: 5, Burst: 10, Setting: "rate_per_second"}},
		Capabilities: sdk.Capabilities{InFlight: inFlight},
	}
})

func action(key string, title, help sdk.Labels, schema string, properties ...string) sdk.Action {
	labels := make(map[string]sdk.FieldLabels, len(properties))
	for _, p := range properties {
		labels[p] = parameterLabels[p]
	}
	return sdk.Action{
		Key: key, Title: title, Help: help, Category: "email",
		Parameters: sdk.Schema{JSON: json.RawMessage(schema), Labels: labels},
		Values:     sdk.ValuesSpec{Positional: true, Named: true, Max: 200, MaxLength: maxValue},
		Recipient:  sdk.RecipientSpec{Format: sdk.FormatEmail, Parameter: "recipient", Title: recipientTitle, Help: recipientHelp},
	}
}
