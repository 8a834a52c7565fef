package template_test

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/plugins/template"
)

// The examples are projects as the templates make them, with their own code. What is not theirs is the templates', byte for byte.
func TestTheExamplesHaveTheRuntimeOfTheTemplates(t *testing.T) {
	t.Parallel()
	for example, language := range map[string]string{"chat": "node", "syslog": "python"} {
		all, err := template.Project{Name: example, Language: language}.Files()
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join("..", "examples", example)
		for file, text := range all {
			shared := strings.HasPrefix(file, "recado/") || slices.Contains([]string{"main.js", "build.js", "__main__.py", "build.py",
				"package.json", "package-lock.json", "requirements.txt", ".gitignore"}, file)
			if !shared {
				continue
			}
			if got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file))); err != nil || !bytes.Equal(got, text) {
				t.Errorf("plugins/examples/%s/%s is not what `recado connector new %s --lang %s` writes (%v): copy it from there", example, file, example, language, err)
			}
		}
		entries, err := os.ReadDir(filepath.Join(dir, "recado"))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if _, ok := all[path.Join("recado", e.Name())]; !ok && e.Name() != "__pycache__" {
				t.Errorf("plugins/examples/%s/recado/%s is no part of the runtime", example, e.Name())
			}
		}
	}
}
