package sqlite_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// withHub is a caller who may see executions and what else is given.
func withHub(t *testing.T, db *sqlite.DB, perms ...hub.Permission) hub.Caller {
	t.Helper()
	return hubtest.CallerWith(t, db, append(perms, hubtest.May(hub.RowHub, hub.See))...)
}

// sent puts messages into the store whose recipient came from a person and whose value from a work order, to every other
// one of two recipients.
func sent(t *testing.T, db *sqlite.DB, many int) (list []*hub.Delivery) {
	t.Helper()
	admin := hubtest.Admin(t, db)
	i := must(db.IntegrationCreate(t.Context(), admin, &hub.Integration{Connector: "whatsapp", Name: "i"}, nil))(t)
	f := must(db.FlowCreate(t.Context(), admin, flow("f", admin.Consumer.Key, i.Key)))(t)
	for n := range many {
		write(t, db, func(tx *sqlite.Tx) error {
			o := occurrence(tx, admin.Consumer.Key, n)
			e := execution(tx, f, o, hub.DeliveryFailed)
			e.Rows = []string{"task"}
			d := delivery(tx, e, i.Key, hub.DeliveryFailed)
			d.Recipient, d.ProviderRecipient, d.Record, d.Values = fmt.Sprint("+351", n%2), "351", "task", []string{"WO-1"}
			d.ProviderID = fmt.Sprint("wamid.", n)
			d.Reason = &hub.Reason{Code: hub.ReasonRejected, Message: "+351 has no account", NextStep: "ask"}
			list = append(list, d)
			return store(tx, o, e, d)
		})
	}
	return list
}

func TestADeliveryIsReadWithoutWhatTheCallerMayNotSee(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	d := sent(t, db, 1)[0]
	ctx := t.Context()
	for name, read := range map[string]func(hub.Caller) *hub.Delivery{
		"one by its key": func(c hub.Caller) *hub.Delivery { return must(db.Delivery(ctx, c, d.Key))(t) },
		"many by key":    func(c hub.Caller) *hub.Delivery { return must(db.DeliveriesByKey(ctx, c, []int64{d.Key}))(t)[0] },
		"of an execution": func(c hub.Caller) *hub.Delivery {
			return must(db.DeliveriesOf(ctx, c, []int64{d.ExecutionKey}))(t)[d.ExecutionKey][0]
		},
		"one of the list": func(c hub.Caller) *hub.Delivery {
			return must(db.Deliveries(ctx, c, hub.DeliveryFilter{}, page))(t).Items[0]
		},
		"inside a transaction": func(c hub.Caller) *hub.Delivery {
			var got *hub.Delivery
			write(t, db, func(tx *sqlite.Tx) (err error) { got, err = tx.Delivery(d.Key); return err })
			if err := db.Disclose(ctx, c, nil, got); err != nil {
				t.Fatal(err)
			}
			return got
		},
	} {
		show := func(c hub.Caller) string {
			got := read(c)
			return fmt.Sprintf("%q %q %q %q %q %q %s", got.Recipient, got.ProviderRecipient, got.Record, got.Values, got.ProviderID, got.Reason.Message, got.Reason.Code)
		}
		if got := show(withHub(t, db)); got != `"" "" "" [""] "" "" REJECTED` {
			t.Errorf("%s: who may see no record sees %s", name, got)
		}
		if got := show(withHub(t, db, seeWorkOrders)); got != `"" "" "task" ["WO-1"] "" "" REJECTED` {
			t.Errorf("%s: who may see work orders sees %s", name, got)
		}
		if got := show(withHub(t, db, seePersons)); got != `"" "" "" [""] "" "" REJECTED` {
			t.Errorf("%s: a person that is found through a work order is shown to who may not see that: %s", name, got)
		}
		if got := show(withHub(t, db, seeWorkOrders, seePersons)); got != `"+3510" "351" "task" ["WO-1"] "wamid.0" "+351 has no account" REJECTED` {
			t.Errorf("%s: who may see both sees %s", name, got)
		}
	}
	attempts := must(db.AttemptsOf(ctx, withHub(t, db, seeWorkOrders), []int64{d.Key}))(t)[d.Key]
	if len(attempts) == 0 {
		t.Error("there is no attempt")
	}
	for _, a := range attempts {
		if a.ProviderID != "" || a.Message != "" || a.Detail != nil || a.Kind == "" {
			t.Errorf("an attempt tells %+v", a)
		}
	}
	for _, e := range []*hub.Execution{must(db.Execution(ctx, withHub(t, db), d.ExecutionKey))(t), must(db.ExecutionsByKey(ctx, withHub(t, db), []int64{d.ExecutionKey}))(t)[0],
		must(db.Executions(ctx, withHub(t, db), hub.ExecutionFilter{}, page))(t).Items[0]} {
		if e.Subject != "" || len(e.Rows) != 0 || !e.Hides("subject") || !e.Hides("rows") {
			t.Errorf("an execution tells %+v", e)
		}
	}
}

func TestAListIsFilledWithWhatTheCallerMaySeeOrIsEmpty(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	list := sent(t, db, 25)
	ctx := t.Context()
	key := func(d *hub.Delivery) int64 { return d.Key }
	f := hub.DeliveryFilter{Recipient: "+3511"}
	all := withHub(t, db, seeWorkOrders, seePersons)
	keys := walkAll(t, 4, key, func(p hub.Page) (hub.List[*hub.Delivery], error) { return db.Deliveries(ctx, all, f, p) })
	if len(keys) != 12 || !slices.IsSortedFunc(keys, func(a, b int64) int { return int(b - a) }) {
		t.Errorf("who may see them finds %d", len(keys))
	}
	blind := withHub(t, db, seeWorkOrders)
	for _, f := range []hub.DeliveryFilter{f, {ProviderID: list[3].ProviderID}} {
		if l := must(db.Deliveries(ctx, blind, f, hub.Page{First: 4}))(t); len(l.Items) != 0 || l.HasNext {
			t.Errorf("who may not see them finds %d", len(l.Items))
		}
	}
	if l := must(db.Executions(ctx, withHub(t, db), hub.ExecutionFilter{Subject: "WO-1"}, page))(t); len(l.Items) != 0 {
		t.Errorf("by a subject that may not be seen %d executions are found", len(l.Items))
	}
	keys = walkAll(t, 7, key, func(p hub.Page) (hub.List[*hub.Delivery], error) {
		return db.Deliveries(ctx, blind, hub.DeliveryFilter{}, p)
	})
	if len(keys) != 25 {
		t.Errorf("without such a filter it finds %d of 25", len(keys))
	}
}

func TestWhyAFlowIsPausedIsToldToWhoMaySeeTheMessageAboutWhichItWasSaid(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	d := sent(t, db, 1)[0]
	ctx, admin := t.Context(), hubtest.Admin(t, db)
	why := hub.Reason{Code: hub.ReasonMisconfigured, Message: "no template for WO-1", NextStep: "write one for WO-1", Provider: "132001"}
	for name, c := range map[string]struct {
		by       string
		tells    []hub.Permission
		tellsNot []hub.Permission
	}{
		"with the message":           {d.ID(), []hub.Permission{seeWorkOrders, seePersons}, []hub.Permission{seePersons}},
		"as it was kept before that": {"", nil, []hub.Permission{seeWorkOrders, seePersons}},
		"with one that is gone":      {hub.ID(hub.KindDelivery, 404), nil, []hub.Permission{seeWorkOrders, seePersons}},
	} {
		write(t, db, func(tx *sqlite.Tx) error {
			why.By = c.by
			return errors.Join(tx.FlowPause(d.FlowKey, why), tx.IntegrationPause(d.IntegrationKey, why))
		})
		blind, seeing := withHub(t, db, append(c.tellsNot, hubtest.May(hub.RowAPIConnections, hub.See))...), withHub(t, db, append(c.tells, hubtest.May(hub.RowAPIConnections, hub.See))...)
		if c.tells == nil {
			seeing = admin
		}
		for place, read := range map[string]func(hub.Caller) (*hub.Reason, []hub.Hidden){
			"a flow": func(c hub.Caller) (*hub.Reason, []hub.Hidden) { return ofFlow(must(db.Flow(ctx, c, d.FlowKey))(t)) },
			"many flows": func(c hub.Caller) (*hub.Reason, []hub.Hidden) {
				return ofFlow(must(db.FlowsByKey(ctx, c, []int64{d.FlowKey}))(t)[0])
			},
			"the list": func(c hub.Caller) (*hub.Reason, []hub.Hidden) {
				return ofFlow(must(db.Flows(ctx, c, hub.ListFilter{}, page))(t).Items[0])
			},
			"integration": func(c hub.Caller) (*hub.Reason, []hub.Hidden) {
				return ofIntegration(must(db.Integration(ctx, c, d.IntegrationKey))(t))
			},
			"integrations": func(c hub.Caller) (*hub.Reason, []hub.Hidden) {
				return ofIntegration(must(db.IntegrationsByKey(ctx, c, []int64{d.IntegrationKey}))(t)[0])
			},
			"list of these": func(c hub.Caller) (*hub.Reason, []hub.Hidden) {
				return ofIntegration(must(db.Integrations(ctx, c, hub.ListFilter{}, page))(t).Items[0])
			},
		} {
			if r, hidden := read(blind); r == nil || r.Message != "" || r.NextStep != "" || r.Code != why.Code || r.Provider != why.Provider || len(hidden) != 2 || len(hidden[0].Needs) == 0 {
				t.Errorf("%s, %s tells who may not see it %+v, hidden %v", name, place, r, hidden)
			}
			if r, hidden := read(seeing); r == nil || *r != why || hidden != nil {
				t.Errorf("%s, %s tells who may see it %+v, hidden %v", name, place, r, hidden)
			}
		}
		if f := must(db.FlowSetEnabled(ctx, hubtest.CallerWith(t, db, hubtest.May(hub.RowHub, hub.Edit)), d.FlowKey, 0, false, nil))(t); f.Paused.Message != "" {
			t.Errorf("%s, disabling it tells %+v", name, f.Paused)
		}
		write(t, db, func(tx *sqlite.Tx) error {
			return errors.Join(tx.FlowResume(d.FlowKey, hub.Reason{}), tx.IntegrationResume(admin, d.IntegrationKey, hub.Reason{}))
		})
	}
}

func ofFlow(f *hub.Flow) (*hub.Reason, []hub.Hidden)               { return f.Paused, f.Hidden }
func ofIntegration(i *hub.Integration) (*hub.Reason, []hub.Hidden) { return i.Reason, i.Hidden }
