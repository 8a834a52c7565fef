package sdk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/conformance"
	"github.com/recado-hub/recado/plugins/sdk/sdktest"
)

// fileConnector is a whole destination: it appends each message to a file.
type fileConnector struct{}

// inAllLanguages gives the same words in every language; a real connector translates them.
func inAllLanguages(text string) sdk.Labels {
	l := sdk.Labels{}
	for _, tag := range sdk.Languages() {
		l[tag] = text
	}
	return l
}

func (fileConnector) Describe(context.Context) (sdk.Description, error) {
	path := sdk.FieldLabels{Title: inAllLanguages("File"), Help: inAllLanguages("Where messages are appended")}
	return sdk.Description{
		Name: "file", Version: "1.0.0", Title: inAllLanguages("File"),
		Settings: sdk.Schema{
			JSON:   json.RawMessage(`{"type":"object","properties":{"path":{"type":"string","minLength":1}},"required":["path"]}`),
			Labels: map[string]sdk.FieldLabels{"path": path},
		},
		Actions: []sdk.Action{{
			Key: "append", Title: inAllLanguages("Append a line"), Parameters: sdk.Schema{JSON: json.RawMessage(`{"type":"object"}`)},
			Values:    sdk.ValuesSpec{Positional: true, Max: 99},
			Recipient: sdk.RecipientSpec{Format: sdk.FormatText, Parameter: "name", Title: inAllLanguages("Name")},
		}},
		Capabilities: sdk.Capabilities{InFlight: 4},
	}, nil
}

func (fileConnector) Open(_ context.Context, in sdk.Integration) (sdk.Sender, error) {
	var settings struct{ Path string }
	if err := json.Unmarshal(in.Settings, &settings); err != nil || settings.Path == "" {
		return nil, &sdk.SettingsError{Problems: []sdk.Problem{{
			Code: "REQUIRED", Path: "settings.path", Message: "cannot be empty", NextStep: "Name a file that may be written.",
		}}}
	}
	return fileSender{settings.Path}, nil
}

type fileSender struct{ path string }

func (s fileSender) Send(_ context.Context, d sdk.Delivery) sdk.Outcome {
	var parameters map[string]any
	if d.Action != "append" || json.Unmarshal(d.Parameters, &parameters) != nil {
		return sdk.Outcome{Kind: sdk.Misconfigured, Scope: sdk.ScopeFlow, Path: "parameters", Message: "the action or its parameters are unknown"}
	}
	f, err := os.OpenFile(s.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil { // nothing was written, and it may work later
		return sdk.Outcome{Kind: sdk.Retry, Scope: sdk.ScopeIntegration, Path: "settings.path", Message: err.Error()}
	}
	_, err = fmt.Fprintf(f, "%s %s %+v\n", d.ID, d.Recipient, d.Values)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil { // part of it may have been written: nobody can say
		return sdk.Outcome{Kind: sdk.Unknown, Message: err.Error()}
	}
	return sdk.Outcome{Kind: sdk.Accepted, ProviderID: d.ID}
}

func (fileSender) Close() error { return nil }

// A connector's main function. It is started by the hub.
func Example() {
	sdk.Serve(fileConnector{})
}

func TestTheExamplePassesTheSuite(t *testing.T) {
	in := func(path string) sdk.Integration {
		settings, _ := json.Marshal(map[string]string{"path": path})
		return sdk.Integration{ID: "int_1", Settings: settings}
	}
	(&sdktest.Suite{
		Connector: fileConnector{}, Integration: in(filepath.Join(t.TempDir(), "messages")),
		BadIntegrations: map[string]sdk.Integration{"no path": in(""), "a folder that is missing": in("/nonexistent/file")},
		Delivery: func(n int) sdk.Delivery {
			return sdk.Delivery{Action: "append", Parameters: json.RawMessage(`{}`), Recipient: fmt.Sprint(n), Values: []sdk.Value{{Position: 1, Text: "Hello"}}}
		},
	}).Run(t)
}

// As `recado connector test` would run it, which needs no configuration: all that it has to know is in the JSON Schema.
func TestTheExamplePassesTheSuiteAsAnExecutable(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	(&sdktest.Suite{Command: []string{self, "example"}, Local: &conformance.File{}}).Run(t)
}
