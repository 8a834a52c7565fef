package graph_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/catalog"
)

// Who hands in an operation without sending it is told the same about it.
func TestWhatIsWrongWithAnOperationThatIsHandedInIsNamedByItsPlace(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	ask := func(locale, query string, v vars) reply {
		return d.send(http.MethodPost, d.url, strings.NewReader(asking(query, v)), headers("Authorization", "Bearer "+d.admin, "Content-Type", "application/json", "Accept-Language", locale))
	}
	const (
		watch = `subscription($f: ID!) { executionChanged(flow: $f) { cursor } }`
		named = `subscription A { queueChanged { depth } } subscription B { queueChanged { depth } }`
	)
	for name, c := range map[string]struct {
		query     string
		variables vars
		says      string
		field     string
	}{
		"without a variable":          {watch, nil, "variable f: must be defined", "variables"},
		"with one that does not fit":  {watch, vars{"f": 7.5}, "variable f: a number is no ID: it is text or a whole number", "variables"},
		"that is one of several":      {named, nil, "the document has 2 operations; say in operationName which one to run", "query"},
		"with a literal of no scalar": {`subscription { executionChanged(after: 7) { cursor } }`, nil, "argument after: a number is no Cursor: it is text that this API returned", "query"},
	} {
		t.Run(name, func(t *testing.T) {
			for locale, says := range map[string]string{"en": c.says, "fr": catalog.Say("fr", c.says)} {
				r := ask(locale, ticketing, vars{"in": vars{"query": c.query, "variables": c.variables}})
				if got := r.text("streamTicketCreate", "userErrors", 0, "message"); !strings.HasSuffix(got, ": "+says) || r.text("streamTicketCreate", "userErrors", 0, "field", 0) != c.field {
					t.Errorf("a ticket is refused in %s with %v, not %q", locale, r.Data, says)
				}
				r = ask(locale, `query($q: String!, $v: JSON) { permissionExplain(query: $q, variables: $v) { verdict } }`, vars{"q": c.query, "v": c.variables})
				if len(r.Errors) != 1 || !strings.HasSuffix(r.Errors[0].Message, ": "+says) || fieldIn(r) != c.field {
					t.Errorf("an explanation is refused in %s with %+v, not %q", locale, r.Errors, says)
				}
			}
		})
	}
}
