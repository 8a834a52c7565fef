package graph

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/recado-hub/recado/graph/model"
)

// argumentPath is how the path of an error in a literal begins.
const argumentPath = ast.PathName("argument")

// literals judges the values that stand in a document itself, which fits the schema otherwise. The rules of the library leave out what
// only the hub knows of its scalars, and that an Int has 32 bits.
func (c coercer) literals(doc *ast.QueryDocument) *gqlerror.Error {
	for _, op := range doc.Operations {
		for _, v := range op.VariableDefinitions {
			if err := c.literal(ast.Path{variablePath, ast.PathName(v.Variable)}, "", v.DefaultValue); err != nil {
				return err
			}
		}
		if err := c.inside(op.SelectionSet); err != nil {
			return err
		}
	}
	for _, f := range doc.Fragments {
		if err := c.inside(f.SelectionSet); err != nil {
			return err
		}
	}
	return nil
}

func (c coercer) inside(set ast.SelectionSet) *gqlerror.Error {
	for _, selection := range set {
		var err *gqlerror.Error
		switch s := selection.(type) {
		case *ast.Field:
			err = c.arguments(s.Arguments)
			if err == nil {
				err = c.inside(s.SelectionSet)
			}
		case *ast.InlineFragment:
			err = c.inside(s.SelectionSet)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c coercer) arguments(list ast.ArgumentList) *gqlerror.Error {
	for _, a := range list {
		if err := c.literal(ast.Path{argumentPath, ast.PathName(a.Name)}, "", a.Value); err != nil {
			return err
		}
	}
	return nil
}

// literal judges one value, with what stands inside of it. in is the field of an input object that has it, if one does.
func (c coercer) literal(path ast.Path, in string, v *ast.Value) *gqlerror.Error {
	if v == nil || v.Definition == nil || v.Kind == ast.Variable || v.Kind == ast.NullValue {
		return nil
	}
	path = slices.Clip(path)
	switch {
	case v.Kind == ast.ListValue && v.ExpectedType.Elem != nil:
		for i, item := range v.Children {
			if err := c.literal(append(path, ast.PathIndex(i)), in, item.Value); err != nil {
				return err
			}
		}
	case v.Definition.Kind == ast.InputObject:
		for _, f := range v.Children {
			if err := c.literal(append(path, ast.PathName(f.Name)), v.Definition.Name+"."+f.Name, f.Value); err != nil {
				return err
			}
		}
	case v.Definition.Kind == ast.Scalar:
		return c.scalar(path, in, v)
	}
	return nil
}

func (c coercer) scalar(path ast.Path, in string, v *ast.Value) *gqlerror.Error {
	var err *gqlerror.Error
	if value, unreadable := v.Value(nil); unreadable != nil { // a number, in JSON perhaps, of more than 64 bits
		err = misfit(path, "a number in it is too large for the text of an operation; send it in variables")
	} else {
		err = unread(path, model.Judge(v.Definition.Name, in, value))
	}
	if err != nil && v.Position != nil {
		err.Locations = []gqlerror.Location{{Line: v.Position.Line, Column: v.Position.Column}}
	}
	return err
}
