package whatsapp

import (
	"encoding/json"
	"sync"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Keys of the limits that Meta enforces.
const (
	limitThroughput = "throughput"
	limitPair       = "pair"
)

// describe is built once: it never changes, and nobody changes what he is given.
var describe = sync.OnceValue(func() sdk.Description {
	return sdk.Description{
		Name: Name, Version: Version,
		Title: sdk.Labels{"pt-BR": "WhatsApp", "pt-PT": "WhatsApp", "es": "WhatsApp", "en": "WhatsApp", "fr": "WhatsApp", "it": "WhatsApp"},
		Help:  connectorHelp,
		Settings: sdk.Schema{
			JSON: json.RawMessage(settingsSchema), Labels: bothLabels,
		},
		Actions: actions(),
		Limits: []sdk.Limit{
			{Key: limitThroughput, Scope: sdk.LimitIntegration, PerSecond: 80, Burst: 80, Setting: "rate_per_second"},
			{Key: limitPair, Scope: sdk.LimitRecipient, PerSecond: 1.0 / 6, Burst: 45},
		},
		Capabilities: sdk.Capabilities{InFlight: inFlight, KeyedReceipts: true},
	}
})
