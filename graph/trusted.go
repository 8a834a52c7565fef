package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/recado-hub/recado/graph/generated"
)

// ReadTrusted reads the documents that alone are to be answered. path is a file or a directory with all that is below it. A file
// that ends in .graphql or .gql is one document, under its SHA-256 in hexadecimal and under its name without that ending. One that ends in .json has
// many by their ids: {"id": "query …"}, as Relay and GraphQL Code Generator write it, or the manifest that Apollo's tools write. Each must
// fit the schema; an error is one line that says where it does not.
func ReadTrusted(path string) (map[string]string, error) {
	read := trusted{schema: generated.NewExecutableSchema(generated.Config{}).Schema(), found: map[string]string{}}
	err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return read.file(name)
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("the trusted documents cannot be read: %w", err)
	case len(read.found) == 0:
		return nil, fmt.Errorf("there is no trusted document in %s: it needs files that end in .graphql, .gql or .json", path)
	}
	return read.found, nil
}

// trusted reads trusted documents.
type trusted struct {
	schema *ast.Schema
	found  map[string]string // by their ids
}

func (t trusted) file(name string) error {
	ending := filepath.Ext(name)
	if ending != ".graphql" && ending != ".gql" && ending != ".json" {
		return nil
	}
	text, err := os.ReadFile(name)
	switch {
	case err != nil:
	case ending == ".json":
		err = t.manifest(text)
	default:
		if err = t.add(strings.TrimSuffix(filepath.Base(name), ending), string(text)); err == nil {
			t.found[hashOf(string(text))] = string(text)
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (t trusted) manifest(text []byte) (err error) {
	var apollo struct {
		Format     string
		Operations []struct{ ID, Body string }
	}
	if err := json.Unmarshal(text, &apollo); err == nil && apollo.Format != "" {
		for _, o := range apollo.Operations {
			if err := t.add(o.ID, o.Body); err != nil {
				return err
			}
		}
		return nil
	}
	var byID map[string]string
	if err := json.Unmarshal(text, &byID); err != nil {
		return errors.New("it is neither an object of documents by their ids nor a manifest")
	}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		if err := t.add(id, byID[id]); err != nil {
			return err
		}
	}
	return nil
}

// add keeps a document if it fits the schema.
func (t trusted) add(id, text string) error {
	if other, known := t.found[id]; known && other != text {
		return fmt.Errorf("the id %q stands for two documents", id)
	}
	t.found[id] = text
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return fmt.Errorf("the document %q does not parse: %w", id, err)
	}
	if list := validator.ValidateWithRules(t.schema, doc, rules.NewDefaultRules()); len(list) > 0 {
		return fmt.Errorf("the document %q does not fit the schema: %w", id, list[0])
	}
	if err := (coercer{t.schema}).literals(doc); err != nil {
		return fmt.Errorf("the document %q does not fit the schema: %w", id, err)
	}
	if len(doc.Operations) == 0 {
		return fmt.Errorf("the document %q has no operation", id)
	}
	return nil
}
