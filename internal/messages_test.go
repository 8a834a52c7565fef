package internal_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

// speaking are the rooms whose sentences reach people. The faults of the embedded catalogue do not count, which stop the build.
var speaking = []string{"internal/hub", "internal/condition", "internal/mapping", "internal/schedule", "internal/catalog", "internal/sqlite", "internal/engine", "internal/web", "internal/auth", "graph", "graph/model"}

// pure are the rooms that say what is wrong by plain errors, whose text becomes the message of a problem or of a reason.
var pure = []string{"internal/condition", "internal/mapping", "internal/schedule"}

// unspoken are files with sentences that nobody but an operator or a developer reads: the log, the start of the program,
// the headers of a protocol.
var unspoken = regexp.MustCompile(`^(internal/catalog/(verify|load|custom|message)[a-z_]*\.go|internal/hub/audit_change\.go|internal/sqlite/(bootstrap|migrate|reseal|open|conn|writer|seal|scan|tx)[a-z_]*\.go|internal/auth/(auth|key|rotate|limiter|metadata)\.go|graph/trusted\.go)$`)

// A literal that could be a sentence: two words of lower-case letters at least, and no statement of SQL or HTTP.
var (
	aWord     = regexp.MustCompile(`^["(]?[a-z]{2,}[,;:.")]?$`)
	statement = regexp.MustCompile(`\b(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|WHERE|VALUES|PRAGMA|ORDER BY|LEFT JOIN|IS NULL|ON CONFLICT|EXISTS)\b|=\?|= \?|\(\?, \?\)| = '[A-Z]|coalesce\(|^{|realm=|error="|^Subscriber for |default-src|^[a-z_"]+(, [a-z_".()]+)+$`)
)

func TestEverySentenceForPeopleIsSaidInAllLanguages(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	files, err := sourceFiles(fset, "..", parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var missing []string
	for _, f := range files {
		if ast.IsGenerated(f.syntax) || !slices.Contains(speaking, strings.TrimPrefix(f.dir, "/")) || unspoken.MatchString(f.name) {
			continue
		}
		for _, s := range sentences(f.syntax, slices.Contains(pure, strings.TrimPrefix(f.dir, "/"))) {
			if !catalog.Speaks(s) && !slices.Contains(missing, s) {
				missing = append(missing, s)
				t.Logf("%s: %s", f.name, s)
			}
		}
	}
	if len(missing) > 0 {
		t.Errorf("%d sentences are in no file of internal/catalog/data/messages; say them there in all languages:\n%s", len(missing), skeleton(missing))
	}
}

// composed are sentences and parts of them that no literal says, because they are put together of smaller ones; and by what.
// What was once stored, such as the reason of an execution, belongs here too when the code does not say it any more: it is
// still read.
var composed = map[string]string{
	"the flow %q": "hub.Named", "the group %q": "hub.Named", "the consumer %q": "hub.Named",
	"flow: %s": "usage.refuse", "flows": "usage.refuse", "flows: %s": "usage.refuse",
	"event: %s": "usage.refuse", "events": "usage.refuse", "events: %s": "usage.refuse",
	"consumer: %s": "usage.refuse", "consumers": "usage.refuse", "consumers: %s": "usage.refuse",
	"%s; its last words: %s": "host.quoted",
	"%s Did you mean %s?":    "gqlparser", "%q or %q": "gqlparser", "%q, %q, or %q": "gqlparser",
	"invalid APQ extension data": "gqlgen", "unsupported APQ version": "gqlgen", "provided APQ hash does not match query": "gqlgen",
	"Description cannot be empty": "hub.checkText", "Name cannot be empty": "hub.checkText",
}

func TestEverySentenceInTheCatalogueIsStillSaid(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	files, err := sourceFiles(fset, "..", parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, f := range files {
		if !ast.IsGenerated(f.syntax) {
			for _, s := range literals(f.syntax) {
				said[s], said[strings.TrimSpace(s)] = true, true
			}
		}
	}
	for _, s := range librarySentences(t) {
		said[quoting(s)] = true
	}
	names, err := filepath.Glob("catalog/data/messages/*.json")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		var list []hub.Labels
		data, err := os.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(data, &list)
		}
		if err != nil {
			t.Fatal(name, err)
		}
		for _, labels := range list {
			if s := labels["en"]; !said[s] && composed[s] == "" {
				t.Errorf("%s: no code says %q any more; delete it, or list it in composed if it was stored", name, s)
			}
		}
	}
}

// What GraphQL's library says of an operation reaches people as well.
func TestTheSentencesOfTheLibraryAreSaidInAllLanguages(t *testing.T) {
	t.Parallel()
	list := librarySentences(t, "Message")
	if len(list) < 40 {
		t.Fatalf("only %d sentences were found: %q", len(list), list)
	}
	for _, s := range list {
		if s = quoting(s); s != "%s" && !catalog.Speaks(s) {
			t.Errorf("%q is in no language; say it in catalog/data/messages/gqlparser.json", s)
		}
	}
}

// quoting writes a format of the library as the catalogue has it: what stands in quotes is a name, which is in no language.
func quoting(format string) string { return inQuotes.ReplaceAllString(format, "%q") }

var inQuotes = regexp.MustCompile(`"[^"]*%s[^"]*"`)

// librarySentences are the texts in gqlparser that can reach who sends an operation; of calls of these names alone, if any are given.
func librarySentences(t *testing.T, calls ...string) (list []string) {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/vektah/gqlparser/v2").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"lexer", "parser", "validator", "validator/core", "validator/rules"} {
		names, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), part, "*.go"))
		if err != nil || len(names) == 0 {
			t.Fatal(part, names, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			if len(calls) == 0 {
				list = append(list, literals(file)...)
				continue
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && len(call.Args) > 0 {
					f, _ := call.Fun.(*ast.Ident)
					text, _ := call.Args[0].(*ast.BasicLit)
					if f != nil && text != nil && slices.Contains(calls, f.Name) {
						list = append(list, unquote(text))
					}
				}
				return true
			})
		}
	}
	return list
}

// literals lists all text in a file, alone and joined with values by +.
func literals(file *ast.File) (list []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.BinaryExpr:
			if format, ok := joined(x); ok {
				list = append(list, format)
			}
		case *ast.BasicLit:
			if x.Kind == token.STRING {
				list = append(list, unquote(x))
			}
		}
		return true
	})
	return list
}

func skeleton(list []string) string {
	var b strings.Builder
	for _, s := range list {
		text, _ := json.Marshal(s)
		fmt.Fprintf(&b, "  {\"en\": %s},\n", text)
	}
	return b.String()
}

// sentences lists the formats of the sentences in a file: literals, and literals that are joined with values by +.
func sentences(file *ast.File, errorsToo bool) (list []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field: // its tag
			return x.Tag == nil
		case *ast.CallExpr:
			return errorsToo && makesError(x) || !forDevelopers(x)
		case *ast.BinaryExpr:
			if format, ok := joined(x); ok {
				list = add(list, format)
				return false
			}
		case *ast.BasicLit:
			if x.Kind == token.STRING {
				list = add(list, unquote(x))
			}
		}
		return true
	})
	return list
}

func add(list []string, format string) []string {
	words := slices.DeleteFunc(strings.Split(format, " "), func(w string) bool { return !aWord.MatchString(w) })
	if len(words) < 2 || statement.MatchString(format) {
		return list
	}
	return append(list, strings.TrimSpace(format))
}

// forDevelopers says whether what a call is given goes into the log, into SQL or into an error that no caller sees.
func forDevelopers(call *ast.CallExpr) bool {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name == "panic"
	case *ast.SelectorExpr:
		switch f.Sel.Name {
		case "Errorf", "Exec", "Query", "QueryRow", "MustCompile", "Log", "LogAttrs", "Debug", "Info", "Warn", "Error",
			"DebugContext", "InfoContext", "WarnContext", "ErrorContext":
			return true
		}
		from, ok := f.X.(*ast.Ident)
		return ok && from.Name == "errors"
	}
	return false
}

// makesError says whether a call makes a plain error.
func makesError(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	from, ok := f.X.(*ast.Ident)
	return ok && (from.Name == "fmt" && f.Sel.Name == "Errorf" || from.Name == "errors" && f.Sel.Name == "New")
}

// joined writes literals that are joined with values as a format.
func joined(x *ast.BinaryExpr) (string, bool) {
	if x.Op != token.ADD {
		return "", false
	}
	var b strings.Builder
	literal := false
	var walk func(e ast.Expr)
	walk = func(e ast.Expr) {
		switch e := e.(type) {
		case *ast.BinaryExpr:
			walk(e.X)
			walk(e.Y)
			return
		case *ast.BasicLit:
			if e.Kind == token.STRING {
				literal = true
				b.WriteString(unquote(e))
				return
			}
		case *ast.CallExpr:
			b.WriteString(verbOf(e))
			return
		}
		b.WriteString("%s")
	}
	walk(x)
	return b.String(), literal
}

func verbOf(call *ast.CallExpr) string {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	switch name {
	case "Quote":
		return "%q"
	case "itoa", "Itoa", "FormatInt":
		return "%d"
	}
	return "%s"
}

func unquote(l *ast.BasicLit) string {
	s, _ := strconv.Unquote(l.Value)
	return s
}
