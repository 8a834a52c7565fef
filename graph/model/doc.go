// Package model holds what the GraphQL schema needs beside the structs of hub and catalog: scalars, connections, payloads
// and inputs. The inputs and payloads are generated from the schema.
package model
