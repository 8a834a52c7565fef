package sqlite_test

import (
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestWhatRecordsAreAskedForBesideListsIsAnsweredByAnIndexInOrder(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	for name, query := range map[string]string{
		"what is due":         "SELECT key FROM records WHERE due_at <= 1 ORDER BY due_at, key LIMIT 100",
		"when the next is":    "SELECT min(due_at) FROM records WHERE due_at IS NOT NULL",
		"others of a subject": "SELECT 1 FROM records WHERE type = 'a' AND subject = 'b' AND subject <> '' AND name <> 'c' LIMIT 1",
		"the newest":          "SELECT key FROM records WHERE type = 'a' AND subject = 'b' AND subject <> '' ORDER BY key DESC LIMIT 20",
	} {
		plan := must(db.Explain(t.Context(), query))(t)
		answeredByIndex(t, name, plan, false)
	}
	for _, p := range []hub.Page{{}, {After: hub.SortedCursor("a", 1)}} {
		answeredByIndex(t, "options of a type", must(db.ExplainOptions(t.Context(), []string{"person"}, "ana", p))(t), false)
	}
}
