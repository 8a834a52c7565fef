package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

// label is a text in the language that was asked for: by the argument locale of the field itself or of one above it, else
// by the caller.
func label(ctx context.Context, l hub.Labels) string {
	for f := graphql.GetFieldContext(ctx); f != nil; f = f.Parent {
		if locale, ok := f.Args["locale"].(*string); ok && locale != nil {
			return l.In(*locale)
		}
	}
	return l.In(visitOf(ctx).locale)
}

// say says a sentence of the hub in the language of the caller.
func say(ctx context.Context, english string) string {
	if v := visitOf(ctx); v.locale != "" {
		return catalog.Say(v.locale, english)
	}
	return catalog.Say(sessionOf(ctx).locale, english)
}

// localized is the directive of that name: what the field answers is said in the language of the caller.
func localized(ctx context.Context, obj any, next graphql.Resolver) (any, error) {
	v, err := next(ctx)
	if quotes(obj) {
		return v, err
	}
	switch text := v.(type) {
	case string:
		return say(ctx, text), err
	case *string:
		if text == nil {
			return v, err
		}
		said := say(ctx, *text)
		return &said, err
	}
	return v, err
}

// quotes says whether what an object tells are the words of a connector or of a provider, which are repeated as they are. Some
// of them look like the hub's own.
func quotes(obj any) bool {
	switch o := obj.(type) {
	case *hub.Reason:
		return o.Provider != ""
	case *hub.Attempt:
		return o.Code != ""
	case *hub.Receipt:
		return true
	}
	return false
}
