package sqlite_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

func TestFailuresAreGroupedByReasonFlowAndIntegration(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	in := must(db.IntegrationCreate(ctx, admin, &hub.Integration{Connector: "whatsapp", Name: "i"}, nil))(t)
	p := seed(t, db, history{flows: 2, perFlow: 6, integration: in.Key, delivery: hub.DeliveryFailed})
	seed(t, db, history{flows: 1, perFlow: 3, integration: in.Key, delivery: hub.Accepted})
	why := func(i int, r hub.Reason, flagged bool) {
		write(t, db, func(tx *sqlite.Tx) error {
			d := *p.deliveries[i]
			d.Reason, d.Flagged = &r, flagged
			saved, err := tx.DeliverySave(&d, hub.DeliveryFailed, d.Tries)
			if !saved {
				err = errors.Join(err, errors.New("not saved"))
			}
			return err
		})
	}
	for i := range 12 {
		r := hub.Reason{Code: hub.ReasonRejected, Provider: "131026"}
		if i == 4 {
			r.Provider = "470"
		}
		if i%2 == 1 {
			r = hub.Reason{Code: hub.ReasonTooOld}
		}
		why(i, r, i == 1)
	}
	failures := func(c hub.Caller, f hub.DeliveryFilter) string {
		v := must(db.DeliveryFailures(ctx, c, f))(t)
		var b strings.Builder
		fmt.Fprintf(&b, "%d:", v.Total)
		for _, g := range v.Groups {
			flow := 0
			if g.FlowKey == p.flows[1].Key {
				flow = 1
			}
			if g.IntegrationKey != in.Key || g.First.After(g.Last) || g.SampleKey == 0 || v.Cut {
				t.Errorf("a group is %+v", g)
			}
			fmt.Fprintf(&b, " %d×%s/%s of flow %d, %d flagged;", g.Count, g.Reason, g.ProviderCode, flow, g.Flagged)
		}
		return b.String()
	}
	all := "12: 6×TOO_OLD/ of flow 1, 1 flagged; 5×REJECTED/131026 of flow 0, 0 flagged; 1×REJECTED/470 of flow 0, 0 flagged;"
	for _, c := range []struct {
		f    hub.DeliveryFilter
		want string
	}{
		{hub.DeliveryFilter{}, all},
		{hub.DeliveryFilter{IntegrationKey: in.Key, States: []hub.DeliveryState{hub.DeliveryFailed}}, all},
		{hub.DeliveryFilter{FlowKey: p.flows[1].Key}, "6: 6×TOO_OLD/ of flow 1, 1 flagged;"},
		{hub.DeliveryFilter{ProviderCodes: []string{"470"}}, "1: 1×REJECTED/470 of flow 0, 0 flagged;"},
		{hub.DeliveryFilter{ProviderCodes: []string{""}}, "6: 6×TOO_OLD/ of flow 1, 1 flagged;"},
		{hub.DeliveryFilter{Reasons: []hub.ReasonCode{hub.ReasonTooOld, hub.ReasonCrash}}, "6: 6×TOO_OLD/ of flow 1, 1 flagged;"},
		{hub.DeliveryFilter{Until: time.Now().Add(-time.Hour)}, "0:"},
		{hub.DeliveryFilter{Test: ptr(true)}, "0:"},
	} {
		if got := failures(admin, c.f); got != c.want {
			t.Errorf("%+v finds %s, want %s", c.f, got, c.want)
		}
	}
	blind := hubtest.CallerWith(t, db, hubtest.May(hub.RowHub, hub.See))
	if got := failures(blind, hub.DeliveryFilter{IntegrationKey: in.Key}); got != "0:" {
		t.Errorf("by an integration that may not be seen it finds %s", got)
	}
	for path, f := range map[string]hub.DeliveryFilter{
		"filter.states": {States: []hub.DeliveryState{hub.Pending}}, "filter.recipient": {Recipient: "+5511999991234"}, "filter.providerId": {ProviderID: "x"},
	} {
		if _, err := db.DeliveryFailures(ctx, admin, f); hub.CodeOf(err) != hub.CodeInvalid || err.(*hub.Error).Path != path {
			t.Errorf("%+v is answered with %v", f, err)
		}
	}
}

func TestDeliveriesAreListedByWhyTheyFailed(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	failed := []hub.DeliveryState{hub.DeliveryFailed}
	for _, states := range [][]hub.DeliveryState{nil, {hub.DeliveryFailed, hub.Accepted}} {
		_, err := db.Deliveries(ctx, admin, hub.DeliveryFilter{Reasons: []hub.ReasonCode{hub.ReasonTooOld}, States: states}, hub.Page{})
		if hub.CodeOf(err) != hub.CodeInvalid || err.(*hub.Error).Path != "filter.states" {
			t.Errorf("of the states %v it is answered with %v", states, err)
		}
	}
	p := seed(t, db, history{flows: 1, perFlow: 2, delivery: hub.DeliveryFailed})
	write(t, db, func(tx *sqlite.Tx) error {
		d := *p.deliveries[0]
		d.Reason = &hub.Reason{Code: hub.ReasonTooOld, Provider: "7"}
		_, err := tx.DeliverySave(&d, hub.DeliveryFailed, d.Tries)
		return err
	})
	for _, f := range []hub.DeliveryFilter{
		{States: failed, Reasons: []hub.ReasonCode{hub.ReasonTooOld}}, {States: failed, ProviderCodes: []string{"7"}},
		{ExecutionKey: p.executions[0].Key, Reasons: []hub.ReasonCode{hub.ReasonTooOld}},
	} {
		if l := must(db.Deliveries(ctx, admin, f, hub.Page{}))(t); len(l.Items) != 1 || l.Items[0].Key != p.deliveries[0].Key {
			t.Errorf("%+v finds %v", f, l.Items)
		}
	}
}

func TestFailuresAreReadFromAnIndexAloneHoweverMuchIsThere(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	for _, f := range []hub.DeliveryFilter{
		{States: []hub.DeliveryState{hub.DeliveryFailed}, Test: new(bool)},
		{States: []hub.DeliveryState{hub.DeliveryFailed}, FlowKey: 1, IntegrationKey: 2, Target: new(int), Reasons: []hub.ReasonCode{hub.ReasonTooOld},
			ProviderCodes: []string{"131026"}, Since: time.UnixMilli(1), Until: time.UnixMilli(2)},
	} {
		plan := strings.Join(must(db.ExplainFailures(t.Context(), f))(t), " | ")
		if !strings.Contains(plan, "COVERING INDEX deliveries_failures") || strings.Contains(plan, "SCAN deliveries") || strings.Contains(plan, "ORDER BY") {
			t.Errorf("%+v: %s", f, plan) // what is grouped in the end is bounded
		}
	}
}
