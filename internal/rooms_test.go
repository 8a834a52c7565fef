package internal_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms says for every package of the module, by its directory, which other packages of the module
// it may import. The empty directory is the root. A name may have path.Match wildcards, which
// stand for one element: plugins/* is every connector and the contract. An exact row wins over one with wildcards.
var rooms = map[string][]string{
	"":         {"internal/cli"},
	"internal": {},

	"internal/condition": {},
	"internal/meter":     {},
	"internal/mapping":   {},
	"internal/schedule":  {},
	"internal/hub":       {"internal/condition", "internal/mapping", "internal/schedule"},
	"internal/catalog":   {"internal/hub"},
	"internal/trace":     {"internal/hub"},
	"internal/quota":     {"internal/hub"},
	"internal/feed":      {"internal/hub"},
	"internal/sqlite":    {"internal/hub", "internal/catalog", "internal/meter"},
	"internal/auth":      {"internal/hub", "internal/sqlite"},
	"internal/host":      {"internal/hub", "plugins/sdk"},
	"internal/engine": {"internal/hub", "internal/catalog", "internal/condition", "internal/mapping",
		"internal/schedule", "internal/sqlite", "internal/feed", "internal/meter", "internal/trace"},
	"internal/web": {"internal/hub", "internal/catalog", "internal/auth", "graph", "internal/engine", "internal/feed",
		"internal/meter", "internal/quota", "internal/web/graphiql"},
	"internal/web/graphiql": {},
	"internal/metrics":      {"internal/hub", "internal/meter", "internal/sqlite", "internal/engine", "internal/web"},
	"internal/app": {"internal/condition", "internal/mapping", "internal/hub", "internal/catalog", "internal/feed",
		"internal/sqlite", "internal/auth", "internal/host", "internal/engine", "internal/web", "internal/meter", "internal/metrics",
		"internal/trace", "internal/quota", "graph",
		"plugins/*", "plugins/sdk/outbound"},

	// The command demo lives beside cli, which therefore starts it.
	"internal/cli":   {"internal/app", "internal/hub", "internal/demo", "plugins/*", "plugins/*/sandbox", "plugins/sdk/conformance"},
	"internal/demo":  {"internal/app", "internal/hub", "plugins/*", "plugins/*/sandbox"},
	"internal/bench": {"internal/app", "internal/hub", "plugins/*", "plugins/*/sandbox", "schema/screens"},

	// Test help: no other row names it, so only tests can import it.
	"internal/hubtest": {"internal/hub", "internal/catalog", "internal/condition", "internal/mapping",
		"internal/sqlite", "internal/feed", "internal/auth", "internal/engine", "internal/trace"},

	"graph": {"internal/hub", "internal/catalog", "internal/sqlite", "internal/engine", "internal/feed", "internal/meter", "internal/quota",
		"graph/contract", "graph/generated", "graph/model"},
	"graph/contract": {},
	"graph/generate": {},
	"schema/screens": {},
	// What gqlgen writes names the types behind the schema, wherever they live.
	"graph/generated": {"internal/hub", "internal/catalog", "internal/condition", "internal/mapping", "graph/model"},
	"graph/model":     {"internal/hub", "internal/catalog", "internal/condition", "internal/mapping"},

	"plugins/*":                 {"plugins/sdk", "plugins/sdk/outbound", "plugins/sdk/places"},
	"plugins/*/sandbox":         {"plugins/sdk"},
	"plugins/sdk":               {"plugins/sdk/internal/wire"},
	"plugins/sdk/internal/wire": {},
	"plugins/sdk/conformance":   {"plugins/sdk", "plugins/sdk/outbound"},
	"plugins/sdk/sdktest":       {"plugins/sdk", "plugins/sdk/conformance"},
	"plugins/sdk/outbound":      {},
	"plugins/sdk/places":        {"plugins/sdk"},
}

// guarded says of packages from outside which rooms may import them, and everything below them;
// /... stands for all rooms below.
var guarded = map[string][]string{
	"database/sql":                        {"internal/sqlite"},
	"github.com/prometheus/client_golang": {"internal/metrics"},
	"go.opentelemetry.io":                 {"internal/trace"},
	"net/http": {"internal/web/...", "internal/auth", "internal/app", "internal/cli", "internal/demo", "internal/bench",
		"internal/hubtest", "internal/metrics", "graph/...", "plugins/..."},
}

func TestEveryRoomImportsOnlyWhatItMay(t *testing.T) {
	t.Parallel()
	breaches, err := houseRules{rooms, guarded}.breaches("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range breaches {
		t.Error(b)
	}
}

type houseRules struct {
	rooms, guarded map[string][]string
}

// breaches reads the imports of every Go file of the module at root that is no test, whatever
// its build constraints, and returns a sentence for each that breaks a rule, sorted by file and line.
func (h houseRules) breaches(root string) ([]string, error) {
	module, err := modulePath(root)
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	files, err := sourceFiles(fset, root, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s has no Go files: the rule would hold of nothing", root)
	}
	var found []string
	strangers := map[string]bool{}
	for _, f := range files {
		allowed, known := h.row(f.dir)
		if !known && !strangers[f.dir] {
			strangers[f.dir] = true
			found = append(found, fmt.Sprintf("%s: the package %s is not in the table of rooms: give it a row in "+
				"internal/rooms_test.go with what it may import, and say in its package comment why it is a room", f.name, room(f.dir)))
		}
		for _, spec := range f.syntax.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return nil, fmt.Errorf("%s: import %s: %w", f.name, spec.Path.Value, err)
			}
			at := fmt.Sprintf("%s:%d", f.name, fset.Position(spec.Pos()).Line)
			if b := h.guardBreach(f.dir, imported); b != "" {
				found = append(found, at+": "+b)
			}
			if b := importBreach(module, f.dir, imported, allowed); known && b != "" {
				found = append(found, at+": "+b)
			}
		}
	}
	return found, nil
}

// row returns what the package in dir may import.
func (h houseRules) row(dir string) (allowed []string, known bool) {
	if allowed, known = h.rooms[dir]; known {
		return allowed, true
	}
	for name, allowed := range h.rooms {
		if ok, _ := path.Match(name, dir); ok {
			return allowed, true
		}
	}
	return nil, false
}

func importBreach(module, dir, imported string, allowed []string) string {
	inside, ok := strings.CutPrefix(imported+"/", module+"/")
	if !ok {
		return ""
	}
	inside = strings.TrimSuffix(inside, "/")
	for _, name := range allowed {
		if ok, _ := path.Match(name, inside); ok {
			return ""
		}
	}
	may := "nothing of this module"
	if len(allowed) > 0 {
		may = "only " + strings.Join(allowed, ", ")
	}
	return fmt.Sprintf("%s imports %s, but may import %s", room(dir), room(inside), may)
}

func (h houseRules) guardBreach(dir, imported string) string {
	for name, homes := range h.guarded {
		if imported != name && !strings.HasPrefix(imported, name+"/") {
			continue
		}
		if !slices.ContainsFunc(homes, func(home string) bool { return within(home, dir) }) {
			return fmt.Sprintf("%s imports %s, which belongs to %s alone", room(dir), imported, strings.Join(homes, ", "))
		}
	}
	return ""
}

// within reports whether dir is the home, or lies below it if the home ends in /... .
func within(home, dir string) bool {
	base, below := strings.CutSuffix(home, "/...")
	return dir == base || below && strings.HasPrefix(dir, base+"/")
}

func room(dir string) string {
	return cmp.Or(dir, "the root package")
}

type sourceFile struct {
	name   string // from the root, with slashes
	dir    string // the directory of name; empty for the root
	syntax *ast.File
}

// sourceFiles parses the Go files below root that are no tests, sorted by name. As the go command does,
// it leaves out testdata, vendor, other modules, and names that begin with a dot or an underscore.
func sourceFiles(fset *token.FileSet, root string, mode parser.Mode) ([]sourceFile, error) {
	var files []sourceFile
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name == root {
			return nil
		}
		if d.IsDir() {
			return leftOut(name, d)
		}
		base := d.Name()
		if !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") || strings.ContainsAny(base[:1], "._") {
			return nil
		}
		syntax, err := parser.ParseFile(fset, name, nil, mode)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		files = append(files, sourceFile{relative, strings.TrimPrefix(path.Dir(relative), "."), syntax})
		return nil
	})
	return files, err
}

func leftOut(name string, d fs.DirEntry) error {
	if base := d.Name(); base == "testdata" || base == "vendor" || strings.ContainsAny(base[:1], "._") {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func modulePath(root string) (string, error) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(mod)) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == "module" {
			return fields[1], nil
		}
	}
	return "", fmt.Errorf("%s/go.mod names no module", root)
}
