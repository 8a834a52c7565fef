package template_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/template"
)

func files(t *testing.T, language string, source bool) map[string][]byte {
	t.Helper()
	all, err := template.Project{Name: "notes", Language: language, SDK: "/src/recado", Source: source}.Files()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestADestinationInGoTakesNoMoreThan60LinesOfItsAuthor(t *testing.T) {
	t.Parallel()
	lines := 0
	for file, text := range files(t, "go", false) {
		if strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") {
			lines += bytes.Count(text, []byte("\n"))
		}
	}
	if lines == 0 || lines > 60 {
		t.Errorf("the author's code has %d lines, want 60 at most", lines)
	}
}

func TestAProjectIsWhole(t *testing.T) {
	t.Parallel()
	for language, wanted := range map[string][]string{
		"go":     {"main.go", "main_test.go", "go.mod"},
		"node":   {"connector.js", "connector.test.js", "main.js", "build.js", "package.json", "package-lock.json", "recado/index.js", "recado/contract.js", "recado/connector.proto"},
		"python": {"connector.py", "test_connector.py", "__main__.py", "build.py", "requirements.txt", "recado/__init__.py", "recado/contract.py", "recado/connector.proto"},
	} {
		isWhole(t, language, files(t, language, false), wanted)
		source := files(t, language, true)
		isWhole(t, language+", a source", source, append(wanted, "rows.jsonl"))
		for file := range source {
			if strings.HasPrefix(file, "source/") {
				t.Errorf("%s, a source: there is %s", language, file)
			}
		}
	}
}

func isWhole(t *testing.T, language string, all map[string][]byte, wanted []string) {
	t.Helper()
	for _, file := range append(slices.Clone(wanted), "README.md", ".gitignore", "suite.json") {
		if len(all[file]) == 0 {
			t.Errorf("%s: there is no %s", language, file)
		}
	}
	for file, text := range all {
		if bytes.Contains(text, []byte("{{.")) {
			t.Errorf("%s: something was not filled in in %s", language, file)
		}
		if strings.HasSuffix(file, ".tmpl") || strings.Contains(file, "node_modules") || strings.Contains(file, "__pycache__") {
			t.Errorf("%s: %s is no part of a project", language, file)
		}
	}
	if proto, ok := all["recado/connector.proto"]; ok && !bytes.Equal(proto, sdk.Proto()) {
		t.Errorf("%s: its contract is another one", language)
	}
}

func TestLanguagesAreThoseThatThereAreTemplatesOf(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var dirs []string
	for _, e := range entries {
		if e.IsDir() {
			dirs = append(dirs, e.Name())
		}
	}
	if !slices.Equal(dirs, template.Languages()) {
		t.Errorf("there are templates in %v, and languages %v", dirs, template.Languages())
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := template.Project{Name: "notes", Language: "python"}
	if err := p.Write(filepath.Join(dir, "new")); err != nil {
		t.Fatal(err)
	}
	if err := p.Write(filepath.Join(dir, "new")); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("the second time it said %v", err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Write(file); err == nil {
		t.Error("a project was written into a file")
	}
}
