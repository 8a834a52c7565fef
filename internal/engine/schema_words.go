package engine

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/recado-hub/recado/internal/hub"
)

// schemaProblems lists the leaves of a validation error: what exactly is wrong, and where. The words are the hub's own: those of the
// validator are in English only, and repeat values, of which one may be a secret.
func schemaProblems(v *jsonschema.ValidationError, code hub.ProblemCode, list []hub.Problem) []hub.Problem {
	if options := constants(v); len(options) > 0 {
		return append(list, problemAt(v, code, "", notOneOf(options)))
	}
	if names := alternatives(v); len(names) > 0 {
		return append(list, problemAt(v, code, names[0], fmt.Sprintf("one of these is required: %s", hub.Clip(strings.Join(names, ", "), 200))))
	}
	for _, cause := range v.Causes {
		list = schemaProblems(cause, code, list)
	}
	if len(v.Causes) > 0 {
		return list
	}
	switch k := v.ErrorKind.(type) {
	case *kind.Required:
		return eachMissing(v, code, k.Missing, list)
	case *kind.DependentRequired:
		return eachMissing(v, code, k.Missing, list)
	case *kind.Dependency:
		return eachMissing(v, code, k.Missing, list)
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			list = append(list, problemAt(v, code, hub.Clip(name, 60), "there is no property of this name"))
		}
		return list
	}
	return append(list, problemAt(v, code, "", schemaWords(v.ErrorKind)))
}

func eachMissing(v *jsonschema.ValidationError, code hub.ProblemCode, missing []string, list []hub.Problem) []hub.Problem {
	for _, name := range missing {
		list = append(list, problemAt(v, code, name, "this is required"))
	}
	return list
}

func problemAt(v *jsonschema.ValidationError, code hub.ProblemCode, name, message string) hub.Problem {
	path := slices.Clone(v.InstanceLocation)
	if name != "" {
		path = append(path, name)
	}
	return hub.Problem{Code: code, Path: strings.Join(path, "."), Message: message}
}

// constants are what could have been chosen where a value is none of the alternatives, each of which is one constant.
func constants(v *jsonschema.ValidationError) (options []any) {
	switch v.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
	default:
		return nil
	}
	for _, cause := range v.Causes {
		k, ok := cause.ErrorKind.(*kind.Const)
		if !ok || len(cause.InstanceLocation) != len(v.InstanceLocation) {
			return nil
		}
		options = append(options, k.Want)
	}
	return options
}

// alternatives are the properties of which one would have been enough where none is there, in the order in which the schema has them.
func alternatives(v *jsonschema.ValidationError) (names []string) {
	switch v.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
	default:
		return nil
	}
	for _, cause := range v.Causes {
		for len(cause.Causes) == 1 {
			cause = cause.Causes[0]
		}
		k, ok := cause.ErrorKind.(*kind.Required)
		if !ok || len(k.Missing) != 1 || len(cause.Causes) > 0 || len(cause.InstanceLocation) != len(v.InstanceLocation) {
			return nil
		}
		names = append(names, k.Missing[0])
	}
	return names
}

func notOneOf(options []any) string {
	list := make([]string, len(options))
	for i, o := range options {
		list[i] = fmt.Sprint(o)
	}
	return fmt.Sprintf("this is not one of the possible values: %s", hub.Clip(strings.Join(list, ", "), 200))
}

// schemaWords says what a schema wants of a value, and never what the value is.
func schemaWords(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Type:
		return fmt.Sprintf("this must be of the type %s", strings.Join(k.Want, ", "))
	case *kind.Enum:
		return notOneOf(k.Want)
	case *kind.Const:
		return notOneOf([]any{k.Want})
	case *kind.Pattern:
		return fmt.Sprintf("this does not have the form that is expected, %s", hub.Clip(k.Want, 200))
	case *kind.Format:
		return fmt.Sprintf("this does not have the form that is expected, %s", k.Want)
	case *kind.MinLength:
		return fmt.Sprintf("this must have %d characters at least", k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("this must have %d characters at most", k.Want)
	case *kind.MinItems:
		return fmt.Sprintf("there must be %d of these at least", k.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("there must be %d of these at most", k.Want)
	case *kind.UniqueItems:
		return "two of these are the same; each may be there once"
	case *kind.Minimum:
		return fmt.Sprintf("must be %v at least", decimal(k.Want))
	case *kind.Maximum:
		return fmt.Sprintf("must be %v at most", decimal(k.Want))
	case *kind.ExclusiveMinimum:
		return fmt.Sprintf("must be more than %v", decimal(k.Want))
	case *kind.ExclusiveMaximum:
		return fmt.Sprintf("must be less than %v", decimal(k.Want))
	case *kind.MultipleOf:
		return fmt.Sprintf("must be a multiple of %v", decimal(k.Want))
	}
	return "this does not fit the schema of the connector"
}

func decimal(r *big.Rat) float64 {
	f, _ := r.Float64()
	return f
}
