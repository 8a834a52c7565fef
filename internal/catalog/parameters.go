package catalog

import (
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

// MaxSourceRows is the most rows that the parameter "limit" of a source action can ask for.
const MaxSourceRows = 10_000

// The parameters that every source action has.
const (
	ParameterOrder = "order" // a path of SourceAction.Orders; with a "-" before it from the greatest to the least
	ParameterLimit = "limit" // the most rows
)

// commonParameters is what the data says once for all source actions.
type commonParameters struct {
	Order      Field      `json:"order"`
	Limit      Field      `json:"limit"`
	Ascending  hub.Labels `json:"ascending"`
	Descending hub.Labels `json:"descending"`
}

// complete fills in what the data leaves out of an action: a parameter is what the field is by which it filters, unless it
// says otherwise, and each action has an order and a limit.
func (c *Catalog) complete(a *SourceAction) {
	own := len(a.Parameters)
	a.Parameters = append(slices.Clip(a.Parameters), c.orderOf(a), c.common.Limit)
	for i := range a.Parameters {
		p := &a.Parameters[i]
		if i < own && p.Filter != nil {
			if fact, f := c.Resolve(a.RecordType, p.Filter.Field); fact.Known {
				p.like(&f)
			}
		}
		p.Origin = OriginRecado
		p.readEnum()
		p.readDefault()
	}
}

func (f *Field) like(other *Field) {
	if f.Type == "" {
		f.Type, f.Reference, f.Enum, f.Open, f.Unit = other.Type, other.Reference, other.Enum, other.Open, other.Unit
	}
	if f.Title == nil {
		f.Title = other.Title
	}
}

// orderOf is the parameter that says by which field the rows are ordered, and which way.
func (c *Catalog) orderOf(a *SourceAction) Field {
	p := c.common.Order
	for _, path := range a.Orders {
		_, f := c.Resolve(a.RecordType, path)
		for _, way := range []struct {
			sign string
			word hub.Labels
		}{{"", c.common.Ascending}, {"-", c.common.Descending}} {
			title := hub.Labels{}
			for _, locale := range hub.Locales {
				title[locale] = f.Title[locale] + ", " + way.word[locale]
			}
			p.Enum = append(slices.Clip(p.Enum), EnumValue{Value: way.sign + path, Title: title})
		}
	}
	return p
}

// readDefault turns the numbers of a default into int64, as readEnum does with values.
func (f *Field) readDefault() {
	if list, many := f.Default.([]any); many {
		wholeNumbers(list)
	} else if n, ok := wholeNumber(f.Default); ok {
		f.Default = n
	}
}
