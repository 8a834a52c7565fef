package graph

import (
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"github.com/recado-hub/recado/graph/contract"
	"github.com/recado-hub/recado/graph/generated"
)

// SDL is the whole schema in GraphQL's schema definition language, with its descriptions, types by name: what tools that write code
// are given.
func SDL() string { return printed() }

// Snapshot is SDL without the descriptions: what programs rely on, and nothing that may be said better.
func Snapshot() string { return printed(formatter.WithoutDescription(), formatter.WithCompacted()) }

func printed(how ...formatter.FormatterOption) string {
	var text strings.Builder
	formatter.NewFormatter(&text, append(how, formatter.WithIndent("  "))...).FormatSchema(served())
	return text.String()
}

// Breaks lists what a program that was written against another schema, given in the schema definition language, would miss in the one that is
// served here; see [contract.Breaks]. The error says where the text is no schema.
func Breaks(old string) ([]string, error) {
	was, err := gqlparser.LoadSchema(&ast.Source{Name: "schema", Input: old})
	if err != nil {
		return nil, err
	}
	return contract.Breaks(was, served()), nil
}

func served() *ast.Schema { return generated.NewExecutableSchema(generated.Config{}).Schema() }
