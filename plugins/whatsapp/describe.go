package whatsapp

import (
	"encoding/json"
	"sync"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Keys of the limits that the providers enforce. Meta lets a number send 80 a second, and one a person 1 in 6 seconds, with a burst of
// 45; Twilio's usual rate is 10 a second, and WhatsApp behind it has the same limit for a person.
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
			{Key: limitThroughput, Scope: sdk.LimitIntegration, PerSecond: 80, Burst: 80, Setting: "rate_per_second", Where: through(throughMeta)},
			{Key: limitThroughput, Scope: sdk.LimitIntegration, PerSecond: 10, Burst: 10, Setting: "rate_per_second", Where: through(throughTwilio)},
			{Key: limitPair, Scope: sdk.LimitRecipient, PerSecond: 1.0 / 6, Burst: 45, Setting: "pair_rate_per_second"},
		},
		Capabilities: sdk.Capabilities{InFlight: inFlight, KeyedReceipts: true},
	}
})

// through are integrations with this provider.
func through(provider string) map[string]string { return map[string]string{"provider": provider} }
