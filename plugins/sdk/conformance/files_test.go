package conformance_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
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

// lines is a source of the lines of a file.
type lines struct{}

func (lines) Describe(context.Context) (sdk.Description, error) {
	title := sdk.SameWords("Lines")
	return sdk.Description{Name: "lines", Version: "1.0.0", Title: title,
		Settings: sdk.Object(sdk.Property{Name: "path", Required: true, JSON: `{"type":"string","minLength":1}`, Title: title, Help: title}),
		Actions:  []sdk.Action{{Key: "rows", Role: sdk.RoleSource, Title: title, Parameters: sdk.Object(), Rows: sdk.Object()}},
	}, nil
}

func (lines) Query(_ context.Context, in sdk.Integration, q sdk.Query, page func(sdk.Page) error) error {
	var at struct{ Path string }
	if err := json.Unmarshal(in.Settings, &at); err != nil || q.Action != "rows" {
		return errors.Join(err, errors.New("there is no such action"))
	}
	text, err := os.ReadFile(at.Path)
	if err != nil {
		return err
	}
	return page(sdk.Page{Rows: []json.RawMessage{text}, Total: 1})
}

func TestWhatASourceReadsLiesBesideTheConfiguration(t *testing.T) {
	t.Parallel()
	beside := t.TempDir()
	for name, text := range map[string]string{
		"rows/one.json": `{"n":1}`,
		"good.json":     `{"files":["rows/one.json"],"settings":{"path":"{dir}/rows/one.json"}}`,
		"missing.json":  `{"files":["rows/two.json"],"settings":{"path":"x"}}`,
		"outside.json":  `{"files":["../two.json"],"settings":{"path":"x"}}`,
	} {
		file := filepath.Join(beside, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for config, says := range map[string]string{"good.json": "", "missing.json": "files[0]: open", "outside.json": "beside or below the configuration"} {
		f, err := conformance.ReadFile(filepath.Join(beside, config))
		if err != nil {
			t.Fatal(err)
		}
		s, err := conformance.New(conformance.InMemory{Connector: lines{}}, conformance.FromFile(f), conformance.Options{})
		if err != nil {
			t.Fatal(err)
		}
		asked := map[string]conformance.Result{}
		s.Run(t.Context(), func(r conformance.Result) { asked[r.Name] = r })
		said := strings.Join(asked["describe/example"].Problems, "; ")
		if passed := asked["query/rows"].Status == conformance.Passed; passed != (says == "") || !strings.Contains(said, says) {
			t.Errorf("%s: its rows are %s, and it says %q, want %q", config, asked["query/rows"].Status, said, says)
		}
		s.Close()
	}
}
