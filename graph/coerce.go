package graph

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// coercer holds the values of an operation against their types before any of it is run (GraphQL §6.1.2): an operation that is refused has
// changed nothing. The executor would judge most scalars only when it comes to the field that has them, which is after those before it.
// What a scalar takes is decided by the function that reads it later; nothing is judged by two rules.
type coercer struct{ schema *ast.Schema }

// variables judges what is given for the variables of an operation.
func (c coercer) variables(op *ast.OperationDefinition, given map[string]any) *gqlerror.Error {
	for _, v := range op.VariableDefinitions {
		path := ast.Path{variablePath, ast.PathName(v.Variable)}
		value, there := given[v.Variable]
		switch {
		case there:
			if err := c.value(path, v.Type, "", value); err != nil {
				return err
			}
		case v.Type.NonNull && v.DefaultValue == nil:
			return misfit(path, "must be defined")
		}
	}
	return nil
}

// value judges a value of the variables. in is the field of an input object that has it, if one does.
func (c coercer) value(path ast.Path, t *ast.Type, in string, v any) *gqlerror.Error {
	if v == nil {
		if t.NonNull {
			return misfit(path, "cannot be null")
		}
		return nil
	}
	if t.Elem != nil {
		return c.list(path, t.Elem, in, v)
	}
	switch def := c.schema.Types[t.NamedType]; def.Kind {
	case ast.InputObject:
		return c.object(path, def, v)
	case ast.Enum:
		if name, ok := v.(string); !ok || def.EnumValues.ForName(name) == nil {
			return notValid(path, v, def)
		}
		return nil
	default:
		return unread(path, model.Judge(def.Name, in, v))
	}
}

// list judges the items of a list. One value stands for a list of it. The executor may have read the same variables before, for a ticket,
// and leaves lists of a type of their own.
func (c coercer) list(path ast.Path, of *ast.Type, in string, v any) *gqlerror.Error {
	items := reflect.ValueOf(v)
	if items.Kind() != reflect.Slice {
		return c.value(path, of, in, v)
	}
	for i := range items.Len() {
		if err := c.value(append(slices.Clip(path), ast.PathIndex(i)), of, in, items.Index(i).Interface()); err != nil {
			return err
		}
	}
	return nil
}

func (c coercer) object(path ast.Path, def *ast.Definition, v any) *gqlerror.Error {
	object, ok := v.(map[string]any)
	if !ok {
		return notValid(path, v, def)
	}
	path = slices.Clip(path)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if def.Fields.ForName(name) == nil && name != "__typename" { // which clients leave in what they have read
			return misfit(append(path, ast.PathName(name)), "unknown field")
		}
	}
	for _, f := range def.Fields {
		at := append(path, ast.PathName(f.Name))
		value, there := object[f.Name]
		switch {
		case there:
			if err := c.value(at, f.Type, def.Name+"."+f.Name, value); err != nil {
				return err
			}
		case f.Type.NonNull && f.DefaultValue == nil:
			return misfit(at, "must be defined")
		}
	}
	return nil
}

// variablePath is how the path of an error in the variables begins, as the library has it too.
const variablePath = ast.PathName("variable")

// misfit is the error of a value that does not fit its type. explain says where.
func misfit(path ast.Path, format string, args ...any) *gqlerror.Error {
	err := plainError(codeValidation, format, args...)
	err.Path = path
	return err
}

func notValid(path ast.Path, v any, def *ast.Definition) *gqlerror.Error {
	return misfit(path, "%s is not a valid %s", model.Shown(v), def.Name)
}

// unread is the error of a scalar that does not take its value; nil if there is none.
func unread(path ast.Path, err error) *gqlerror.Error {
	if err == nil {
		return nil
	}
	var e *hub.Error
	if !errors.As(err, &e) {
		return misfit(path, "%s", err.Error())
	}
	wrong := plainError(string(e.Code), "%s", e.Message)
	wrong.Path = path
	return wrong
}

// steps is a path as extensions.field has it.
func steps(path ast.Path) []string {
	field := make([]string, 0, len(path))
	for _, step := range path {
		switch step := step.(type) {
		case ast.PathName:
			field = append(field, string(step))
		case ast.PathIndex:
			field = append(field, strconv.Itoa(int(step)))
		}
	}
	return field
}
