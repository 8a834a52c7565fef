package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/recado-hub/recado/internal/cli"
	"github.com/recado-hub/recado/plugins/sdk"
)

// The test's binary is also the program, whose built-in connectors are run from it, and a connector of its own.
func init() {
	if len(os.Args) < 2 {
		return
	}
	switch os.Args[1] {
	case "connector":
		os.Exit(cli.Run(os.Args[1:], os.Stdout, os.Stderr))
	case "probe":
		sdk.Serve(probe{})
		os.Exit(0)
	case "doubled", "unschematic":
		sdk.Serve(refusable{os.Args[1]})
		os.Exit(0)
	case "reader":
		sdk.Serve(reader{})
		os.Exit(0)
	}
}

// probe is a connector that logs its secret, and repeats it where it must not.
type probe struct{}

func (probe) Describe(context.Context) (sdk.Description, error) {
	title := sdk.Words("Sonda", "Sonda", "Sonda", "Probe", "Sonde", "Sonda")
	return sdk.Description{Name: "probe", Version: "2.1.0", Title: title,
		Settings: sdk.Object(
			sdk.Property{Name: "url", Required: true, JSON: `{"type":"string","default":"http://x"}`, Title: title, Help: title},
			sdk.Property{Name: "token", JSON: `{"type":"string","writeOnly":true}`, Title: sdk.Labels{"en": "Token"}}),
		Actions: []sdk.Action{{Key: "send", Title: title, Parameters: sdk.Object(), Values: sdk.ValuesSpec{Positional: true, Min: 1, Max: 3, MaxLength: 50},
			Recipient: sdk.RecipientSpec{Format: sdk.FormatE164, Parameter: "phone", Title: title}}},
		Limits:       []sdk.Limit{{Key: "rate", Scope: sdk.LimitIntegration, PerSecond: 0.5, Burst: 3}},
		Capabilities: sdk.Capabilities{InFlight: 7},
	}, nil
}

func (probe) Open(_ context.Context, in sdk.Integration) (sdk.Sender, error) { return sender{in}, nil }

func (probe) Preview(_ context.Context, in sdk.Integration, d sdk.Delivery) (sdk.Preview, error) {
	return sdk.Preview{Text: "to " + d.Recipient + " with " + in.Secrets["token"]}, nil
}

func (probe) Check(_ context.Context, in sdk.Integration) ([]sdk.Problem, error) {
	if in.Secrets["token"] == "" {
		return []sdk.Problem{{Code: "REQUIRED", Path: "secrets.token", Message: "is missing", NextStep: "Give one."}}, nil
	}
	return nil, nil
}

type sender struct{ in sdk.Integration }

func (s sender) Send(_ context.Context, d sdk.Delivery) sdk.Outcome {
	slog.Info("asking with "+s.in.Secrets["token"], "values", len(d.Values))
	if d.Recipient == "a terminal" {
		fmt.Fprintln(os.Stderr, "red \x1b[31mred\x00 and \u009b31m")
		return sdk.Outcome{Kind: sdk.Rejected, Path: "recipient", Message: "no \x1b]0;title\x07\x00 and \u009b31m\x7f"}
	}
	if d.Recipient == "nobody" {
		return sdk.Outcome{Kind: sdk.Rejected, Path: "recipient", Message: "there is no nobody", NextStep: "Name somebody."}
	}
	var settings struct{ URL string }
	if err := json.Unmarshal(s.in.Settings, &settings); err != nil || strings.Contains(string(s.in.Settings), "token") {
		return sdk.Outcome{Kind: sdk.Misconfigured, Message: errors.Join(err, errors.New("the secret is among the settings")).Error()}
	}
	return sdk.Outcome{Kind: sdk.Accepted, ProviderID: "p-" + d.Values[0].Text + "-" + s.in.Secrets["token"]}
}

func (sender) Close() error { return nil }

// refusable describes itself as no hub takes it.
type refusable struct{ how string }

func (r refusable) Describe(ctx context.Context) (sdk.Description, error) {
	d, err := probe{}.Describe(ctx)
	d.Name = r.how
	if r.how == "doubled" {
		d.Actions = append(d.Actions, d.Actions[0])
	} else {
		d.Settings.JSON = json.RawMessage(`{"type":7}`)
	}
	return d, err
}
