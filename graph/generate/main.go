// Command generate writes graph/generated and graph/model from the schema, as gqlgen does by itself, but for one thing: it has no goroutine of
// their own for fields that wait for nothing. It stands apart because what generates code is no part of the hub.
//
// gqlgen resolves each field that has a resolver in a goroutine beside the others of its object, so that those which read can be read together.
// Most of ours only shape what is there already: a text that is empty becomes null, a title is said in the language of the caller. A page
// of fifty executions then starts hundreds of goroutines for nothing, and the catalogue thousands.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
)

// reading are the fields without fields of their own that are read when they are asked for, as type.field.
var reading = []string{"Flow.checkedAt", "Flow.nextRun", "Flow.nextRuns"}

func main() {
	log.SetOutput(io.Discard) // gqlgen tells of every resolver
	cfg, err := config.LoadConfigFromDefaultLocations()
	if err == nil {
		err = api.Generate(cfg, api.AddPlugin(inPlace{}))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// inPlace is the plugin of gqlgen that has fields resolved where they stand.
type inPlace struct{}

// Name is that of the plugin.
func (inPlace) Name() string { return "in place" }

// GenerateCode is called before the code is written.
func (inPlace) GenerateCode(data *codegen.Data) error {
	for _, o := range data.Objects {
		if o.Root {
			continue
		}
		if strings.Contains(o.Type.String(), "/internal/catalog.") { // nothing in the catalogue is read, however deep
			o.DisableConcurrency = true
		}
		for _, f := range o.Fields {
			if f.IsResolver && f.TypeReference.Definition.IsLeafType() && !slices.Contains(reading, o.Name+"."+f.Name) {
				own := *f.Object
				own.DisableConcurrency = true
				f.Object = &own
			}
		}
	}
	return nil
}
