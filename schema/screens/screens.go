// Package screens has the operations that the screens need, for programs that run them as a frontend does: the tests of the GraphQL door, and
// the benchmark that measures the screens. It stands beside the documents because only there can they be built into a program.
package screens

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// Files are the documents, a file for each screen.
//
//go:embed *.graphql
var Files embed.FS

// Operation is an operation of a screen.
type Operation struct {
	Name   string
	Screen string        // the name of its file, without .graphql
	Kind   ast.Operation // query, mutation or subscription
	// Document is what a client sends: the operation with the fragments that it needs, without comments.
	Document string
}

// Operations reads all operations: file by file, in the order in which they stand there.
func Operations() (list []Operation, err error) {
	names, err := fs.Glob(Files, "*.graphql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := Files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		doc, err := parser.ParseQuery(&ast.Source{Name: name, Input: string(text)})
		if err != nil {
			return nil, fmt.Errorf("schema/screens: %w", err)
		}
		for _, op := range doc.Operations {
			list = append(list, Operation{op.Name, strings.TrimSuffix(name, ".graphql"), op.Operation, document(doc, op)})
		}
	}
	return list, nil
}

// document writes an operation with its fragments.
func document(doc *ast.QueryDocument, op *ast.OperationDefinition) string {
	only := &ast.QueryDocument{Operations: ast.OperationList{op}}
	only.Fragments = fragments(doc, op.SelectionSet, nil)
	var text strings.Builder
	formatter.NewFormatter(&text).FormatQueryDocument(only)
	return text.String()
}

// fragments adds those of a document that a selection spreads, with those that they spread, each once.
func fragments(doc *ast.QueryDocument, set ast.SelectionSet, list ast.FragmentDefinitionList) ast.FragmentDefinitionList {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			list = fragments(doc, s.SelectionSet, list)
		case *ast.InlineFragment:
			list = fragments(doc, s.SelectionSet, list)
		case *ast.FragmentSpread:
			if f := doc.Fragments.ForName(s.Name); f != nil && !slices.Contains(list, f) {
				list = fragments(doc, f.SelectionSet, append(list, f))
			}
		}
	}
	return list
}
