// Command connector is a third party's connector, as far as the hub can tell: it appends each message to a file.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// version is another one in another build.
var version = "1.0.0"

type connector struct{}

func labels(text string) sdk.Labels {
	l := sdk.Labels{}
	for _, tag := range sdk.Languages() {
		l[tag] = text
	}
	return l
}

func (connector) Describe(context.Context) (sdk.Description, error) {
	return sdk.Description{
		Name: "file", Version: version, Title: labels("File"),
		Settings: sdk.Schema{JSON: json.RawMessage(`{"type":"object","properties":{"path":{"type":"string","minLength":1}},"required":["path"]}`),
			Labels: map[string]sdk.FieldLabels{"path": {Title: labels("File")}}},
		Actions: []sdk.Action{{Key: "append", Title: labels("Append a line"), Parameters: sdk.Schema{JSON: json.RawMessage(`{"type":"object"}`)},
			Values: sdk.ValuesSpec{Positional: true, Max: 99}, Recipient: sdk.RecipientSpec{Format: sdk.FormatText, Parameter: "name", Title: labels("Name")}}},
		Capabilities: sdk.Capabilities{InFlight: 4},
	}, nil
}

func (connector) Open(_ context.Context, in sdk.Integration) (sdk.Sender, error) {
	var settings struct{ Path string }
	return sender{&settings.Path}, json.Unmarshal(in.Settings, &settings)
}

type sender struct{ path *string }

func (s sender) Send(_ context.Context, d sdk.Delivery) sdk.Outcome {
	f, err := os.OpenFile(*s.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return sdk.Outcome{Kind: sdk.Retry, Message: err.Error()}
	}
	defer f.Close()
	var texts []string
	for _, v := range d.Values {
		texts = append(texts, v.Text)
	}
	if _, err := fmt.Fprintf(f, "%s %s: %s\n", d.ID, d.Recipient, strings.Join(texts, ", ")); err != nil {
		return sdk.Outcome{Kind: sdk.Unknown, Message: err.Error()}
	}
	return sdk.Outcome{Kind: sdk.Accepted, ProviderID: "file-" + d.ID}
}

func (sender) Close() error { return nil }

func main() { sdk.Serve(connector{}) }
