package app

import "github.com/recado-hub/recado/graph"

// Schema is the GraphQL schema of this version, in the schema definition language.
func Schema() string { return graph.SDL() }

// SchemaBreaks lists what of another schema, in the same language, a program that was written against it would miss in this version. The
// error says where the text is no schema.
func SchemaBreaks(old string) ([]string, error) { return graph.Breaks(old) }
