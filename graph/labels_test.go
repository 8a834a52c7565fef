package graph_test

import (
	"slices"
	"testing"

	gql "github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

// notShown are the enums that no screen shows, each with the reason. Those of operations are catalog.operations.
var notShown = map[string]string{
	"RowOf":     "it belongs to a directive of the schema",
	"Operation": "catalog.operations names them, with the kind of value that each wants",
}

func TestEveryEnumThatAScreenShowsHasItsTitlesInSixLanguages(t *testing.T) {
	t.Parallel()
	enums := 0
	for _, d := range ours(loadSchema(t)) {
		if d.Kind != gql.Enum || notShown[d.Name] != "" {
			continue
		}
		enums++
		labels := catalog.Load().Enum(d.Name)
		if labels == nil {
			t.Errorf("the enum %s has no titles: add it to internal/catalog/data/enums.json, or to notShown with the reason", d.Name)
			continue
		}
		for _, v := range d.EnumValues {
			i := slices.IndexFunc(labels.Values, func(l catalog.EnumLabel) bool { return l.Value == v.Name })
			if i < 0 {
				t.Errorf("the value %s of the enum %s has no title in internal/catalog/data/enums.json", v.Name, d.Name)
				continue
			}
			for _, locale := range hub.Locales {
				if labels.Values[i].Title[locale] == "" {
					t.Errorf("the value %s of the enum %s has no title in %s", v.Name, d.Name, locale)
				}
			}
		}
	}
	if enums < 20 {
		t.Errorf("only %d enums were looked at", enums)
	}
}

func TestEveryOperationOfTheSchemaHasATitleAndAKindOfValue(t *testing.T) {
	t.Parallel()
	named := map[string]bool{}
	for _, o := range catalog.Load().OperationInfos() {
		named[string(o.Operation)] = o.Title["en"] != "" && o.ValueKind != ""
	}
	for _, v := range loadSchema(t).Types["Operation"].EnumValues {
		if !named[v.Name] {
			t.Errorf("the operation %s has no title in internal/catalog/data/operations.json, or no type of field offers it", v.Name)
		}
	}
}
