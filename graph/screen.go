package graph

import (
	"context"
	"errors"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/recado-hub/recado/internal/hub"
)

// MutateOperationParameters judges an operation before the executor looks at it: its text, and what is given for its variables.
func (l limits) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	doc, known := l.documents.Get(ctx, params.Query)
	if !known {
		var err *gqlerror.Error
		if doc, err = l.screen(ctx, params.Query); doc == nil {
			return err
		}
	}
	if op := doc.Operations.ForName(params.OperationName); op != nil {
		return l.coercer.variables(op, params.Variables)
	}
	return nil // the executor says so
}

// screen looks at a text that is seen for the first time. To hold it against the schema can take a second of a core for a few kilobytes
// that are made for it, which is longer than to answer it; so what would is refused here, when it is parsed only. What fits the schema
// is kept, and the executor need not look again. A text that does not has no document, and no error either where the executor finds one.
func (l limits) screen(ctx context.Context, text string) (*ast.QueryDocument, *gqlerror.Error) {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, l.MaxTokens)
	var wrong *gqlerror.Error
	switch {
	case errors.As(err, &wrong) && strings.HasPrefix(wrong.Message, "exceeded"): // so the parser says that there are too many tokens
		return nil, tooMuch("tokens", l.MaxTokens+1, l.MaxTokens, "the document has %d tokens or more, at most %d are answered; "+
			"ask in several operations, and put long values into variables")
	case err != nil || len(doc.Operations) == 0:
		return nil, nil // the executor says what is wrong
	}
	if err := l.size(doc); err != nil {
		return nil, err
	}
	switch list := validator.ValidateWithRules(l.schema, doc, quickRules()); {
	case len(list) > maxMistakes:
		return nil, tooManyMistakes(list)
	case len(list) > 0:
		return nil, nil // the executor finds the same mistakes, and what was meant
	}
	if err := l.coercer.literals(doc); err != nil {
		return nil, err
	}
	l.documents.Add(ctx, text, doc)
	return doc, nil
}

func tooManyMistakes(list gqlerror.List) *gqlerror.Error {
	err := plainError(codeValidation, "the document has %d mistakes; mend the first ones and see what is left", len(list))
	err.Locations = list[0].Locations
	err.Extensions[firstMistake] = list[0].Message
	return err
}

// firstMistake is the extension that says what the first of too many mistakes is.
const firstMistake = "first"

// quickRules are all rules, without the looking for what was meant.
func quickRules() *rules.Rules {
	r := rules.NewDefaultRules()
	for slow, quick := range map[*validator.Rule]validator.Rule{
		&rules.FieldsOnCorrectTypeRule: rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
		&rules.KnownArgumentNamesRule:  rules.KnownArgumentNamesRuleWithoutSuggestions,
		&rules.KnownTypeNamesRule:      rules.KnownTypeNamesRuleWithoutSuggestions,
		&rules.ScalarLeafsRule:         rules.ScalarLeafsRuleWithoutSuggestions,
		&rules.ValuesOfCorrectTypeRule: rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
	} {
		r.RemoveRule(slow.Name)
		r.AddRule(quick.Name, quick.RuleFunc)
	}
	return r
}

// size judges a text by what stands in it.
func (l limits) size(doc *ast.QueryDocument) *gqlerror.Error {
	if name := circle(doc); name != "" {
		return plainError(codeValidation, "the fragment %q spreads itself, by others or directly; take the circle apart", name)
	}
	t := tally{fragments: len(doc.Fragments)}
	for _, op := range doc.Operations {
		t.directives += len(op.Directives)
		for _, v := range op.VariableDefinitions {
			t.directives += len(v.Directives)
		}
		t.count(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		t.directives += len(f.Directives)
		t.count(f.SelectionSet)
	}
	switch {
	case t.aliases > l.MaxAliases:
		return tooMuch("aliases", t.aliases, l.MaxAliases, "the document has %d aliases, at most %d are answered; ask in several operations")
	case t.directives > l.MaxDirectives:
		return tooMuch("directives", t.directives, l.MaxDirectives, "the document has %d directives, at most %d are answered; leave out what is not needed")
	case t.fragments > maxFragments:
		return tooMuch("fragments", t.fragments, maxFragments, "the document has %d fragments, at most %d are answered; ask in several operations")
	case t.repeats > maxRepeats:
		return tooMuch("repeats", t.repeats, maxRepeats, "the document asks %d times for what it asks for already, at most %d times are answered; "+
			"ask for each field once")
	}
	return nil
}

// tally counts what stands in a text.
type tally struct {
	aliases, directives, fragments, repeats int
}

func (t *tally) count(set ast.SelectionSet) {
	seen := make(map[string]bool, len(set))
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if s.Alias != s.Name {
				t.aliases++
			}
			if seen[s.Alias] {
				t.repeats++
			}
			seen[s.Alias] = true
			t.directives += len(s.Directives)
			t.count(s.SelectionSet)
		case *ast.InlineFragment:
			t.fragments++
			t.directives += len(s.Directives)
			t.count(s.SelectionSet)
		case *ast.FragmentSpread:
			t.directives += len(s.Directives)
		}
	}
}

// circle is the name of a fragment that spreads itself; empty if none does.
func circle(doc *ast.QueryDocument) (name string) {
	left := map[string]bool{} // which fragments were looked into; false: it is still going on
	var inside func(set ast.SelectionSet) bool
	into := func(spread string) bool {
		if done, seen := left[spread]; seen {
			name = hub.Clip(spread, 60)
			return !done
		}
		f := doc.Fragments.ForName(spread)
		if f == nil {
			return false
		}
		left[spread] = false
		found := inside(f.SelectionSet)
		left[spread] = true
		return found
	}
	inside = func(set ast.SelectionSet) bool {
		for _, selection := range set {
			var found bool
			switch s := selection.(type) {
			case *ast.Field:
				found = inside(s.SelectionSet)
			case *ast.InlineFragment:
				found = inside(s.SelectionSet)
			case *ast.FragmentSpread:
				found = into(s.Name)
			}
			if found {
				return true
			}
		}
		return false
	}
	for _, f := range doc.Fragments {
		if into(f.Name) {
			return name
		}
	}
	return ""
}
