package conformance_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/conformance"
	"github.com/recado-hub/recado/plugins/sdk/sdktest"
)

// folder is a connector that makes a file of several lines of each message.
type folder struct{ Path string }

func (folder) Describe(context.Context) (sdk.Description, error) {
	title := sdk.Words("Pasta", "Pasta", "Carpeta", "Folder", "Dossier", "Cartella")
	return sdk.Description{Name: "folder", Version: "1.0.0", Title: title,
		Settings: sdk.Object(sdk.Property{Name: "path", Required: true, JSON: `{"type":"string","minLength":1}`, Title: title, Help: title}),
		Actions: []sdk.Action{{Key: "drop", Title: title, Parameters: sdk.Object(), Values: sdk.ValuesSpec{Positional: true, Max: 9},
			Recipient: sdk.RecipientSpec{Format: sdk.FormatText, Parameter: "to", Title: title}}},
	}, nil
}

func (folder) Open(_ context.Context, in sdk.Integration) (sdk.Sender, error) {
	var f folder
	if err := json.Unmarshal(in.Settings, &f); err != nil || f.Path == "" {
		return nil, &sdk.SettingsError{Problems: []sdk.Problem{{Code: "REQUIRED", Path: "settings.path", Message: "is missing", NextStep: "Name a folder."}}}
	}
	return f, os.MkdirAll(f.Path, 0o700)
}

func (f folder) Send(_ context.Context, d sdk.Delivery) sdk.Outcome {
	if d.Action != "drop" || !json.Valid(d.Parameters) || !filepath.IsLocal(d.ID) {
		return sdk.Outcome{Kind: sdk.Rejected, Path: "parameters", Message: "there is no such action, or not with these parameters"}
	}
	if err := os.WriteFile(filepath.Join(f.Path, d.ID), []byte("To: "+d.Recipient+"\nSubject: x\n\nHello\n"), 0o600); err != nil {
		return sdk.Outcome{Kind: sdk.Unknown, Message: err.Error()}
	}
	return sdk.Outcome{Kind: sdk.Accepted, ProviderID: d.ID}
}

func (folder) Close() error { return nil }

// As lines of files, which is what the suite would count by itself, every message would be four.
func TestAConnectorThatMakesAFileOfEachMessagePasses(t *testing.T) {
	t.Parallel()
	(&sdktest.Suite{Connector: folder{}, Local: &conformance.File{
		Settings: map[string]any{"path": "{dir}/mail"}, Sent: &conformance.FileSent{Files: "{dir}/mail"},
	}}).Run(t)
}
