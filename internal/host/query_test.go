package host_test

import (
	"encoding/json"
	"testing"

	"github.com/recado-hub/recado/internal/host"
	"github.com/recado-hub/recado/internal/hub"
)

func TestASourceWhosePagesDoNotEndIsStopped(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: with(builtin(), "probe", command("probe", "endless"))})
	rows, pages := 0, 0
	err := r.Query(t.Context(), integration("probe"), hub.SourceQuery{Action: "rows"}, func(page []json.RawMessage) error {
		rows, pages = rows+len(page), pages+1
		return nil
	})
	wantCode(t, err, hub.CodeUnavailable, "1000 pages in a row without a row")
	if rows != 2 || pages != 2800 {
		t.Errorf("%d rows in %d pages came before", rows, pages)
	}
}
