package internal_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree writes files, given by name and content, as a module example.org/house.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	files["go.mod"] = "module example.org/house\n\ngo 1.26\n"
	for name, content := range files {
		full := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// The rules that the fabricated houses below are held to.
var exampleRules = houseRules{
	rooms: map[string][]string{
		"": {"cli"}, "cli": {"store", "plugins/*"}, "store": {}, "plugins/*": {"plugins/sdk"}, "plugins/sdk": {},
	},
	guarded: map[string][]string{"database/sql": {"store"}, "net/http": {"plugins/..."}},
}

func TestTheRuleFindsWhatBreaksIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		files  map[string]string
		breach string // "" if the house is in order
	}{
		{"a house in order", map[string]string{
			"main.go":          "package main\n\nimport \"example.org/house/cli\"",
			"cli/cli.go":       "package cli\n\nimport (\n\t\"fmt\"\n\t_ \"example.org/house/plugins/sms\"\n)",
			"store/db.go":      "package store\n\nimport \"database/sql\"",
			"plugins/sms/s.go": "package sms\n\nimport (\n\t\"net/http\"\n\t\"example.org/house/plugins/sdk\"\n)",
			"plugins/sdk/s.go": "package sdk"}, ""},
		{"an import across the table", map[string]string{"store/db.go": "package store\n\nimport (\n\t\"fmt\"\n\t\"example.org/house/cli\"\n)"},
			"store/db.go:5: store imports cli, but may import nothing of this module"},
		{"an import under another name", map[string]string{"main.go": "package main\n\nimport s \"example.org/house/store\""},
			"main.go:3: the root package imports store, but may import only cli"},
		{"a blank import", map[string]string{"store/db.go": "package store\n\nimport _ `example.org/house/cli`"},
			"store/db.go:3: store imports cli, but may import nothing of this module"},
		{"an import of the root", map[string]string{"store/db.go": "package store\n\nimport \"example.org/house\""},
			"store/db.go:3: store imports the root package, but may import nothing of this module"},
		{"a connector that imports another", map[string]string{"plugins/a/a.go": "package a\n\nimport \"example.org/house/plugins/b\""},
			"plugins/a/a.go:3: plugins/a imports plugins/b, but may import only plugins/sdk"},
		{"an exact row before one with wildcards", map[string]string{"plugins/sdk/s.go": "package sdk\n\nimport \"example.org/house/plugins/sdk\""},
			"plugins/sdk/s.go:3: plugins/sdk imports plugins/sdk, but may import nothing of this module"},
		{"a file that is built elsewhere only", map[string]string{"store/db.go": "//go:build plan9\n\npackage store\n\nimport \"example.org/house/cli\""},
			"store/db.go:5: store imports cli, but may import nothing of this module"},
		{"SQL outside its room", map[string]string{"cli/cli.go": "package cli\n\nimport \"database/sql/driver\""},
			"cli/cli.go:3: cli imports database/sql/driver, which belongs to store alone"},
		{"HTTP in a room without it", map[string]string{"store/db.go": "package store\n\nimport \"net/http\""},
			"store/db.go:3: store imports net/http, which belongs to plugins/... alone"},
		{"a room that is not in the table", map[string]string{"attic/a.go": "package attic", "attic/b.go": "package attic"},
			"attic/a.go: the package attic is not in the table of rooms: give it a row in internal/rooms_test.go " +
				"with what it may import, and say in its package comment why it is a room"},
		{"a room below a known one", map[string]string{"plugins/sms/deep/d.go": "package deep"},
			"plugins/sms/deep/d.go: the package plugins/sms/deep is not in the table of rooms: give it a row in internal/rooms_test.go " +
				"with what it may import, and say in its package comment why it is a room"},
		{"another module whose name begins alike", map[string]string{"store/db.go": "package store\n\nimport \"example.org/household/cli\""}, ""},
		{"what the go command does not build", map[string]string{
			"store/db.go":            "package store",
			"store/db_test.go":       "package store\n\nimport \"example.org/house/cli\"",
			"store/_old.go":          "package store\n\nimport \"example.org/house/cli\"",
			"store/testdata/x.go":    "package x\n\nimport \"example.org/house/cli\"",
			".cache/x.go":            "package x\n\nimport \"example.org/house/cli\"",
			"store/example/go.mod":   "module example.org/other",
			"store/example/x/x.go":   "package x\n\nimport \"database/sql\"",
			"store/vendor/y/vend.go": "package y\n\nimport \"net/http\""}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := exampleRules.breaches(tree(t, c.files))
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			if c.breach != "" {
				want = []string{c.breach}
			}
			if !slices.Equal(got, want) {
				t.Errorf("found\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), c.breach)
			}
		})
	}
}

func TestTheRuleDoesNotHoldOfNothing(t *testing.T) {
	t.Parallel()
	if _, err := exampleRules.breaches(tree(t, map[string]string{})); err == nil {
		t.Error("a module without Go files is in order")
	}
	if _, err := exampleRules.breaches(t.TempDir()); err == nil {
		t.Error("a folder without a module is in order")
	}
	if _, err := exampleRules.breaches(tree(t, map[string]string{"a.go": "no Go"})); err == nil {
		t.Error("a file that cannot be parsed is in order")
	}
}
