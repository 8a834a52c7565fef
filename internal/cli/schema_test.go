package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/cli"
)

func TestTheSchemaCanBePrintedAndComparedWithAnOlderOne(t *testing.T) {
	t.Parallel()
	said := func(args ...string) (string, string, int) {
		var out, errOut bytes.Buffer
		code := cli.Run(args, &out, &errOut)
		return out.String(), errOut.String(), code
	}
	printed, _, code := said("schema")
	if code != 0 || !strings.Contains(printed, "type Flow implements Node {") || !strings.Contains(printed, "A permission group.") {
		t.Fatalf("it exits with %d and prints %.200s", code, printed)
	}
	file := func(text string) string {
		name := filepath.Join(t.TempDir(), "old.graphql")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for name, c := range map[string]struct {
		file, out, err string
		code           int
	}{
		"the same":       {file(printed), "Everything in that schema is in this version.\n", "", 0},
		"one with more":  {file(printed + "\nextend type Query { moon: Int }"), "Query.moon was removed\n", "", 1},
		"no schema":      {file("type Query {"), "", "is no schema", 1},
		"a file too few": {filepath.Join(t.TempDir(), "none"), "", "--against", 1},
	} {
		t.Run(name, func(t *testing.T) {
			out, errOut, code := said("schema", "--against", c.file)
			if out != c.out || code != c.code || !strings.Contains(errOut, c.err) || strings.Count(errOut, "\n") > 1 {
				t.Errorf("it exits with %d and says %q and %q", code, out, errOut)
			}
		})
	}
}
