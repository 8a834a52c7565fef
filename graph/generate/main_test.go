package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A field that reads and is resolved where it stands has its neighbours wait for it.
func TestNoFieldThatReadsIsResolvedWhereItStands(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../*.resolvers.go")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no resolvers", err)
	}
	found := map[string]bool{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || !reads(f.Body) {
				continue
			}
			of := strings.TrimSuffix(f.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name, "Resolver")
			if of == "query" || of == "mutation" || of == "subscription" || !leaf(f.Type.Results.List[0].Type) {
				continue
			}
			field := strings.ToUpper(of[:1]) + of[1:] + "." + strings.ToLower(f.Name.Name[:1]) + f.Name.Name[1:]
			if found[field] = true; !slices.Contains(reading, field) && !slices.Contains(atHand, field) {
				t.Errorf("%s reads: add it to reading, or to what this test knows to be at hand", field)
			}
		}
	}
	for _, field := range slices.Concat(reading, atHand) {
		if !found[field] {
			t.Errorf("%s is no field that reads", field)
		}
	}
}

// atHand are fields that ask the store for what it has in memory.
var atHand = []string{"Retention.oldestCursor"}

// reads says whether a resolver asks the store, the engine or a loader.
func reads(body *ast.BlockStmt) (asks bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains([]string{"db", "engine", "loaders"}, s.Sel.Name) {
			asks = true
		}
		return !asks
	})
	return asks
}

// leaf says whether a type of Go is that of a field without fields of its own.
func leaf(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.StarExpr:
		return leaf(e.X)
	case *ast.ArrayType:
		return leaf(e.Elt)
	case *ast.Ident: // bool, int, string
		return true
	case *ast.SelectorExpr:
		return e.X.(*ast.Ident).Name == "time" || e.X.(*ast.Ident).Name == "json"
	}
	return false
}
