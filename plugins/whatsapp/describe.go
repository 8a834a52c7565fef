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
			JSON: json.RawMessage(settingsSchema), Labels: settingsLabels,
		},
		Actions: actions(),
		Limits: []sdk.Limit{
			{Key: limitThroughput, Scope: sdk.LimitIntegration, PerSecond: 80, Burst: 80, Setting: "rate_per_second"},
			{Key: limitPair, Scope: sdk.LimitRecipient, PerSecond: 1.0 / 6, Burst: 45},
		},
		Capabilities: sdk.Capabilities{InFlight: inFlight},
	}
})

const settingsSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "phone_number_id": {"type": "string", "pattern": "^[0-9]{5,20}$"},
    "waba_id": {"type": "string", "pattern": "^[0-9]{5,20}$"},
    "access_token": {"type": "string", "minLength": 1, "writeOnly": true},
    "app_secret": {"type": "string", "minLength": 1, "writeOnly": true},
    "verify_token": {"type": "string", "minLength": 1, "writeOnly": true},
    "graph_version": {"type": "string", "pattern": "^v[0-9]+\\.[0-9]+$", "default": "v25.0"},
    "base_url": {"type": "string", "format": "uri", "pattern": "^https?://[^@\\s]+$", "default": "https://graph.facebook.com", "x-recado-secret-destination": true},
    "default_language": {"type": "string", "pattern": "^[a-z]{2,3}(_[A-Za-z]{2,4})?$"},
    "rate_per_second": {"type": "number", "exclusiveMinimum": 0, "maximum": 1000000, "default": 80}
  },
  "required": ["phone_number_id", "waba_id", "access_token", "app_secret", "verify_token"],
  "additionalProperties": false
}`
