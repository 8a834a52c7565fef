package graph

import (
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/sqlite"
)

// resolver is what the resolvers call.
type resolver struct {
	db      *sqlite.DB
	engine  *engine.Engine
	catalog *catalog.Catalog
	present graphql.ErrorPresenterFunc
	exec    graphql.GraphExecutor // to judge documents that are not run
	schema  *ast.Schema
	tickets *tickets
	maxCost int // of one operation
}
