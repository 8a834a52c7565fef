package app

import (
	"time"

	"github.com/recado-hub/recado/graph"
)

// Doors say how much callers may ask for, and in which ways. The zero value takes the defaults.
type Doors struct {
	graph.Limits                  // of one GraphQL operation
	Requests, Cost  int           // of each consumer in a minute: requests at all doors, and what GraphQL operations cost; 0: without end
	AtOnce          int           // queries of one consumer that run at the same time; 0: the default of package graph
	QueryTimeout    time.Duration // of a query or mutation; 0: the default of package graph
	Origins         []string      // of the pages that may ask from a browser; "*": all
	Trusted         string        // file or directory of the documents that alone are answered; empty: all are
	NoIntrospection bool          // the schema is not told
	NoGraphiQL      bool          // a browser gets no page at /graphql
}

// trust reads the documents that alone are answered, if there is to be such a restriction.
func (h *Hub) trust(path string) (err error) {
	if path != "" {
		h.trusted, err = graph.ReadTrusted(path)
	}
	return err
}
