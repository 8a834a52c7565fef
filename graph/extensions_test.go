package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestTheExtensionAttributesOfAnEventAreShown(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	in := hubtest.WorkOrder("OT-1")
	in.Extensions = hub.Fields{"plant": "Évora", "sequence": json.Number("7"), "urgent": true}
	for id, want := range map[string]hub.Fields{"with": in.Extensions, "without": nil} {
		in.ID, in.Extensions = id, want
		p, err := d.engine.Publish(t.Context(), hubtest.Admin(t, d.db), in)
		if err != nil {
			t.Fatal(err)
		}
		got := d.do(d.admin, `query($id: ID!) { occurrence(id: $id) { name extensions } }`, vars{"id": p.Occurrence.ID()}).at("occurrence", "extensions")
		if want == nil && got != nil || want != nil && fmt.Sprint(got) != fmt.Sprint(map[string]any(want)) {
			t.Errorf("%s: it is shown with %v", id, got)
		}
	}
}
