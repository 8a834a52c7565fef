package webhook

import (
	"encoding/json"
	"sync"

	"github.com/recado-hub/recado/plugins/sdk"
)

// limitRate is the key of the limit by which the hub spares the receiver. Receivers seldom say what they can take; 429 tells the hub to
// go more slowly.
const limitRate = "rate"

// maxValue is the most code points of one value.
const maxValue = 50_000

// describe is built once: it never changes, and nobody changes what he is given.
var describe = sync.OnceValue(func() sdk.Description {
	return sdk.Description{
		Name: Name, Version: Version, Title: sdk.SameWords("Webhook"), Help: connectorHelp,
		Settings: sdk.Schema{JSON: json.RawMessage(settingsSchema), Labels: settingsLabels},
		Actions: []sdk.Action{
			action(sendValues, valuesTitle, valuesHelp, valuesSchema, "type", "method", "path", "headers"),
			action(sendTemplate, templateTitle, templateHelp, templateSchema, "template", "content_type", "method", "path", "headers"),
		},
		Limits:       []sdk.Limit{{Key: limitRate, Scope: sdk.LimitIntegration, PerSecond: 50, Burst: 50, Setting: "rate_per_second"}},
		Capabilities: sdk.Capabilities{InFlight: inFlight, IdempotentSending: true},
	}
})

func action(key string, title, help sdk.Labels, schema string, properties ...string) sdk.Action {
	labels := make(map[string]sdk.FieldLabels, len(properties))
	for _, p := range properties {
		labels[p] = parameterLabels[p]
	}
	return sdk.Action{
		Key: key, Title: title, Help: help, Category: "webhook",
		Parameters: sdk.Schema{JSON: json.RawMessage(schema), Labels: labels},
		Values:     sdk.ValuesSpec{Positional: true, Named: true, Max: 200, MaxLength: maxValue},
		Recipient:  sdk.RecipientSpec{Format: sdk.FormatText, Parameter: "recipient", Title: recipientTitle, Help: recipientHelp},
	}
}
