// Command connector is a third party's connector, as far as the hub can tell: it appends each message to a file.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Another build has another name and version.
var (
	name    = "file"
	version = "1.0.0"
)

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
		Name: name, Version: version, Title: labels("File"),
		Settings: sdk.Schema{JSON: json.RawMessage(`{"type":"object","properties":{"path":{"type":"string","minLength":1},"trouble":{"enum":["hang","crash","slow","flood"]}},"required":["path"]}`),
			Labels: map[string]sdk.FieldLabels{"path": {Title: labels("File")}, "trouble": {Title: labels("Trouble")}}},
		Actions: []sdk.Action{{Key: "append", Title: labels("Append a line"), Parameters: sdk.Schema{JSON: json.RawMessage(`{"type":"object"}`)},
			Values: sdk.ValuesSpec{Positional: true, Max: 99}, Recipient: sdk.RecipientSpec{Format: sdk.FormatText, Parameter: "name", Title: labels("Name")}}},
		Capabilities: sdk.Capabilities{InFlight: 4},
	}, nil
}

func (connector) Open(_ context.Context, in sdk.Integration) (sdk.Sender, error) {
	s := &sender{}
	return s, json.Unmarshal(in.Settings, s)
}

type sender struct{ Path, Trouble string }

// make makes the trouble that somebody wants to see.
func (s *sender) make() {
	switch s.Trouble {
	case "hang":
		select {}
	case "crash":
		os.Exit(3)
	case "slow":
		time.Sleep(20 * time.Second)
	case "flood":
		for range 50_000 {
			fmt.Fprintln(os.NewFile(2, "stderr"), "noise, and more of it, as much as goes")
		}
	}
}

func (s *sender) Send(_ context.Context, d sdk.Delivery) sdk.Outcome {
	s.make()
	f, err := os.OpenFile(s.Path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
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

func (*sender) Close() error { return nil }

func main() { sdk.Serve(connector{}) }
