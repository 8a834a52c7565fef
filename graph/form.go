package graph

import (
	"context"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// formOf is the form of a schema in the language of the caller.
func formOf(ctx context.Context, s *hub.Schema) *model.Form {
	f := s.Form()
	out := &model.Form{}
	for _, g := range f.Groups {
		out.Groups = append(out.Groups, &model.FormGroup{Key: g.Key, Title: label(ctx, g.Title), Help: label(ctx, g.Help)})
	}
	for i := range f.Fields {
		out.Fields = append(out.Fields, fieldOf(ctx, &f.Fields[i]))
	}
	return out
}

func fieldOf(ctx context.Context, f *hub.FormField) *model.FormField {
	out := &model.FormField{Path: f.Path, Name: f.Name, Title: label(ctx, f.Title), Help: label(ctx, f.Help), Placeholder: label(ctx, f.Placeholder),
		Group: optional(f.Group), Input: f.Input, Required: f.Required, RequiredWhen: pointers(f.RequiredWhen), ShownWhen: pointers(f.ShownWhen),
		Secret: f.Secret, SecretDestination: f.SecretDestination, Default: f.Default, Examples: f.Examples,
		Minimum: f.Minimum, Maximum: f.Maximum, Above: f.Above, Below: f.Below, Step: f.Step,
		MinLength: f.MinLength, MaxLength: f.MaxLength, Pattern: optional(f.Pattern), Format: optional(f.Format)}
	for _, o := range f.Options {
		out.Options = append(out.Options, &model.FormOption{Value: o.Value, Title: label(ctx, o.Title), Help: label(ctx, o.Help)})
	}
	return out
}
