package sqlite_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

type ask struct {
	needs hub.Permission
	call  func(context.Context, *sqlite.DB, hub.Caller) error
}

// lastly drops the answer of a call and keeps its error.
func lastly[T any](_ T, err error) error { return err }

var page hub.Page

// asks is every method that a door can reach with the permission that it needs.
var asks = map[string]ask{
	"Groups": {hubtest.May(hub.RowUserAccounts, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.Groups(ctx, c, hub.ListFilter{}, page))
	}},
	"Group": {hubtest.May(hub.RowUserAccounts, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error { return lastly(db.Group(ctx, c, 404)) }},
	"GroupCreate": {hubtest.May(hub.RowUserAccounts, hub.Add), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.GroupCreate(ctx, c, groupInput("x")))
	}},
	"GroupUpdate": {hubtest.May(hub.RowUserAccounts, hub.Edit), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.GroupUpdate(ctx, c, 404, 0, hub.GroupInput{}))
	}},
	"GroupClone": {hubtest.May(hub.RowUserAccounts, hub.Add), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.GroupClone(ctx, c, 404, hub.GroupCloneInput{Description: "x"}))
	}},
	"GroupDelete": {hubtest.May(hub.RowUserAccounts, hub.Remove), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error { return db.GroupDelete(ctx, c, 404, 0) }},
	"Consumers": {hubtest.May(hub.RowAPIConnections, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.Consumers(ctx, c, hub.ListFilter{}, page))
	}},
	"Consumer": {hubtest.May(hub.RowAPIConnections, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error { return lastly(db.Consumer(ctx, c, 404)) }},
	"ConsumerCreate": {hubtest.May(hub.RowAPIConnections, hub.Add), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.ConsumerCreate(ctx, c, consumerInput("x", 404)))
	}},
	"ConsumerUpdate": {hubtest.May(hub.RowAPIConnections, hub.Edit), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.ConsumerUpdate(ctx, c, 404, 0, hub.ConsumerInput{}))
	}},
	"ConsumerSecretRotate": {hubtest.May(hub.RowAPIConnections, hub.Edit), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.ConsumerSecretRotate(ctx, c, 404, 0, hub.SecretRotation{}))
	}},
	"TokenRevoke": {hubtest.May(hub.RowAPIConnections, hub.Edit), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return db.TokenRevoke(ctx, c, sqlite.RevokedToken{ID: "jti", ConsumerKey: 404, ExpiresAt: time.Now().Add(time.Hour)})
	}},
	"ConsumerDelete": {hubtest.May(hub.RowAPIConnections, hub.Remove), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error { return db.ConsumerDelete(ctx, c, 404, 0) }},
	"Integrations": {hubtest.May(hub.RowAPIConnections, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.Integrations(ctx, c, hub.ListFilter{}, page))
	}},
	"Integration": {hubtest.May(hub.RowAPIConnections, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.Integration(ctx, c, 404))
	}},
	"IntegrationCreate": {hubtest.May(hub.RowAPIConnections, hub.Add), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.IntegrationCreate(ctx, c, &hub.Integration{Name: "x"}, nil))
	}},
	"IntegrationMade": {hubtest.May(hub.RowAPIConnections, hub.Add), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.IntegrationMade(ctx, c, &hub.Once{Key: "k"}))
	}},
	"FlowMade": {hubtest.May(hub.RowHub, hub.Add), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.FlowMade(ctx, c, &hub.Once{Key: "k"}))
	}},
	"EventMade": {hubtest.May(hub.RowEvents, hub.Add), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.EventMade(ctx, c, &hub.Once{Key: "k"}))
	}},
	"IntegrationUpdate": {hubtest.May(hub.RowAPIConnections, hub.Edit), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.IntegrationUpdate(ctx, c, 404, 0, func(*hub.Integration, map[string]string) error { return nil }))
	}},
	"IntegrationDelete": {hubtest.May(hub.RowAPIConnections, hub.Remove), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return db.IntegrationDelete(ctx, c, 404, 0)
	}},
	"Events": {hubtest.May(hub.RowEvents, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.Events(ctx, c, hub.ListFilter{}, page))
	}},
	"Event": {hubtest.May(hub.RowEvents, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error { return lastly(db.Event(ctx, c, 404)) }},
	"EventCreate": {hubtest.May(hub.RowEvents, hub.Add), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.EventCreate(ctx, c, event("x")))
	}},
	"EventUpdate": {hubtest.May(hub.RowEvents, hub.Edit), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.EventUpdate(ctx, c, 404, 0, func(*hub.Event) error { return nil }))
	}},
	"EventSetEnabled": {hubtest.May(hub.RowEvents, hub.Edit), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.EventSetEnabled(ctx, c, 404, 0, true, nil))
	}},
	"EventArchive": {hubtest.May(hub.RowEvents, hub.Remove), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.EventArchive(ctx, c, 404, 0))
	}},
	"Flows": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.Flows(ctx, c, hub.ListFilter{}, page))
	}},
	"Flow": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error { return lastly(db.Flow(ctx, c, 404)) }},
	"Retention": {hubtest.May(hub.RowGeneral, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.Retention(ctx, c))
	}},
	"Prunable": {hubtest.May(hub.RowGeneral, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.Prunable(ctx, c, &hub.Retention{}))
	}},
	"RetentionUpdate": {hubtest.May(hub.RowGeneral, hub.Edit), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.RetentionUpdate(ctx, c, hub.RetentionInput{}))
	}},
	"FlowRetentionUpdate": {hubtest.May(hub.RowHub, hub.Remove), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.FlowRetentionUpdate(ctx, c, 404, hub.FlowRetentionInput{}))
	}},
	"FlowRetentions": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.FlowRetentions(ctx, c, []int64{404}))
	}},
	"FlowHistories": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.FlowHistories(ctx, c, []int64{404}, page))
	}},
	"CollectedOf": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.CollectedOf(ctx, c, []int64{404}, page))
	}},
	"ReplaysOf": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.ReplaysOf(ctx, c, []int64{404}, page))
	}},
	"FlowRollback": {hubtest.May(hub.RowHub, hub.Edit), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.FlowRollback(ctx, c, 404, 0, 1, func(*hub.Flow) error { return nil }))
	}},
	"FlowVersionsOf": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.FlowVersionsOf(ctx, c, []int64{404}))
	}},
	"FlowCreate": {hubtest.May(hub.RowHub, hub.Add), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.FlowCreate(ctx, c, flow("x", 0, 0)))
	}},
	"FlowUpdate": {hubtest.May(hub.RowHub, hub.Edit), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.FlowUpdate(ctx, c, 404, 0, func(*hub.Flow) error { return nil }))
	}},
	"FlowSetEnabled": {hubtest.May(hub.RowHub, hub.Edit), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.FlowSetEnabled(ctx, c, 404, 0, true, nil))
	}},
	"FlowHold": {hubtest.May(hub.RowHub, hub.Edit), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.FlowHold(ctx, c, 404, hub.PauseInput{Reason: "x"}))
	}},
	"IntegrationHold": {hubtest.May(hub.RowAPIConnections, hub.Edit), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.IntegrationHold(ctx, c, 404, hub.PauseInput{Reason: "x"}))
	}},
	"IntegrationUnhold": {hubtest.May(hub.RowAPIConnections, hub.Edit), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.IntegrationUnhold(ctx, c, 404, 0))
	}},
	"DeliveryFailures": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.DeliveryFailures(ctx, c, hub.DeliveryFilter{}))
	}},
	"FlowResume": {hubtest.May(hub.RowHub, hub.Edit), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.FlowResume(ctx, c, 404, 0))
	}},
	"FlowArchive": {hubtest.May(hub.RowHub, hub.Remove), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.FlowArchive(ctx, c, 404, 0))
	}},
	"AuditLog": {hubtest.May(hub.RowTransactionsLog, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.AuditLog(ctx, c, hub.AuditFilter{}, page))
	}},
	"AuditEntry": {hubtest.May(hub.RowTransactionsLog, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.AuditEntry(ctx, c, 404))
	}},
	"Executions": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.Executions(ctx, c, hub.ExecutionFilter{}, page))
	}},
	"Execution": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error { return lastly(db.Execution(ctx, c, 404)) }},
	"Deliveries": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.Deliveries(ctx, c, hub.DeliveryFilter{}, page))
	}},
	"Delivery": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error { return lastly(db.Delivery(ctx, c, 404)) }},
	"Suppressions": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.Suppressions(ctx, c, hub.SuppressionFilter{}, page))
	}},
	"Suppression": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.Suppression(ctx, c, 404))
	}},
	"TimelinesOf": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.TimelinesOf(ctx, c, []int64{404}))
	}},
	"Queue": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error { return lastly(db.Queue(ctx, c)) }},
	"Activity": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.Activity(ctx, c, hub.ActivityRange{From: time.Now().Add(-time.Hour), To: time.Now(), Bucket: time.Minute}))
	}},
	"LastRuns": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.LastRuns(ctx, c, []int64{1}))
	}},
	"Timings": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.Timings(ctx, c, []int64{1}))
	}},
	"DeliveriesOf": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.DeliveriesOf(ctx, c, []int64{1}))
	}},
	"AttemptsOf": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.AttemptsOf(ctx, c, []int64{1}))
	}},
	"RecordNamed": {seePersons, func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.RecordNamed(ctx, c, "person", "nobody"))
	}},
	"RecordOptions": {seePersons, func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.RecordOptions(ctx, c, []string{"person"}, "", page))
	}},
	"ReceiptsOf": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.ReceiptsOf(ctx, c, []int64{1}))
	}},
	"FollowsOf": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.FollowsOf(ctx, c, []int64{1}))
	}},
	"FollowUpsOf": {hubtest.May(hub.RowHub, hub.See), func(ctx context.Context, db *sqlite.DB, c hub.Caller) error {
		return lastly(db.FollowUpsOf(ctx, c, []int64{1}))
	}},
}

// elsewhere says of the other methods that take a caller where their permission is tested: it depends on what is read.
var elsewhere = []string{"GroupsByKey", "ConsumersByKey", "IntegrationsByKey", "FlowsByKey", "EventsByKey", "OccurrencesByKey", "BareOccurrencesByKey", "ExecutionsByKey", "DeliveriesByKey", "ExecutionsTold", "DeliveriesTold", "AuditEntriesByKey", "FlowVersionsByKey", "ReplaysByKey", "CollectionsByKey", "FetchesByKey", "FetchedRows", "SuppressionsByKey", "DiscloseSuppression",
	"Occurrences", "Occurrence", "Records", "Record", "RecordsByKey", "RecordHistories", "ConsumersOf", "SuppressionsOf", "Disclose", "Disclosed", "DiscloseIntegration", "DisclosePublished", "ScanOccurrences"}

func TestEveryMethodAsksForItsPermissionAndForNoOther(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	ctx := t.Context()
	bare := hubtest.CallerWith(t, db)
	for name, a := range asks {
		refused(t, a.call(ctx, db, hub.Caller{}), hub.CodeUnauthenticated, "")
		e := &hub.Error{}
		if err := a.call(ctx, db, bare); !errors.As(err, &e) || e.Code != hub.CodeForbidden || !slices.Equal(e.Needs, []hub.Permission{a.needs}) || e.Group != bare.Group.Description {
			t.Errorf("%s without any right: %v, needs %v", name, err, e.Needs)
		}
		one := hubtest.CallerWith(t, db, a.needs)
		if err := a.call(ctx, db, one); hub.CodeOf(err) == hub.CodeForbidden {
			t.Errorf("%s with %s: %v", name, a.needs, err)
		}
	}
}

func TestNoMethodThatTakesACallerIsForgotten(t *testing.T) {
	t.Parallel()
	caller := reflect.TypeFor[hub.Caller]()
	methods := reflect.TypeFor[*sqlite.DB]()
	for i := range methods.NumMethod() {
		m := methods.Method(i)
		if m.Type.NumIn() < 3 || m.Type.In(2) != caller || strings.HasPrefix(m.Name, "Explain") {
			continue
		}
		if _, ok := asks[m.Name]; !ok && !slices.Contains(elsewhere, m.Name) {
			t.Errorf("%s takes a caller, but no test asks what it needs", m.Name)
		}
	}
}

func TestManyByKeyAreNilForWhoMayNotSeeThem(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	bare := hubtest.CallerWith(t, db)
	h := seed(t, db, history{flows: 1, perFlow: 1, delivery: hub.Sent})
	i := must(db.IntegrationCreate(ctx, admin, &hub.Integration{Connector: "whatsapp", Name: "i"}, nil))(t)
	e := must(db.EventCreate(ctx, admin, event("e", h.flows[0].Key)))(t)

	byKey(t, ctx, admin, bare, admin.Group.Key, db.GroupsByKey)
	byKey(t, ctx, admin, bare, admin.Consumer.Key, db.ConsumersByKey)
	byKey(t, ctx, admin, bare, i.Key, db.IntegrationsByKey)
	byKey(t, ctx, admin, bare, e.Key, db.EventsByKey)
	byKey(t, ctx, admin, bare, h.flows[0].Key, db.FlowsByKey)
	byKey(t, ctx, admin, bare, h.occurrences[0].Key, db.OccurrencesByKey)
	byKey(t, ctx, admin, bare, h.occurrences[0].Key, db.BareOccurrencesByKey)
	byKey(t, ctx, admin, bare, h.executions[0].Key, db.ExecutionsByKey)
	byKey(t, ctx, admin, bare, h.deliveries[0].Key, db.DeliveriesByKey)
	byKey(t, ctx, admin, bare, h.executions[0].Key, func(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.Execution, error) {
		return db.ExecutionsTold(ctx, c, keys, make([]int64, len(keys)), 0)
	})
	byKey(t, ctx, admin, bare, h.deliveries[0].Key, func(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.Delivery, error) {
		return db.DeliveriesTold(ctx, c, keys, make([]int64, len(keys)), 0)
	})
	var s *hub.Suppression
	write(t, db, func(tx *sqlite.Tx) (err error) {
		s, _, err = tx.Suppress(&hub.Suppression{IntegrationKey: i.Key, Recipient: "+5511999991234", Ground: hub.GroundOperator, Source: hub.SuppressedByOperator, Since: tx.Now()}, 0)
		return err
	})
	write(t, db, func(tx *sqlite.Tx) error {
		return tx.CollectionInsert(&hub.Collection{ExecutionKey: h.executions[0].Key, FlowKey: h.flows[0].Key, FlowVersion: 1, OpenedAt: tx.Now(), LastAt: tx.Now(), Occurrences: 1, Rows: 1})
	})
	byKey(t, ctx, admin, bare, h.executions[0].Key, db.CollectionsByKey)
	write(t, db, func(tx *sqlite.Tx) error {
		if err := tx.FetchSave(&hub.Fetch{ExecutionKey: h.executions[0].Key, Rows: 1}); err != nil {
			return err
		}
		return tx.FetchedInsert(h.executions[0].Key, []hub.FetchedRow{{Name: "1", Data: hub.Fields{"name": "Jonas"}}})
	})
	byKey(t, ctx, admin, bare, h.executions[0].Key, db.FetchesByKey)
	for c, want := range map[*hub.Caller]int{&admin: 1, &bare: 0, {}: 0} {
		if rows := must(db.FetchedRows(ctx, *c, h.executions[0].Key, 0, 10))(t); len(rows) != want {
			t.Errorf("%d fetched rows are told, want %d", len(rows), want)
		}
	}
	byKey(t, ctx, admin, bare, s.Key, db.SuppressionsByKey)
	listsByKey(t, ctx, admin, bare, admin.Group.Key, func(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.List[*hub.Consumer], error) {
		return db.ConsumersOf(ctx, c, keys, page)
	})
	listsByKey(t, ctx, admin, bare, i.Key, func(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.List[*hub.Suppression], error) {
		return db.SuppressionsOf(ctx, c, keys, nil, page)
	})
	byKey(t, ctx, admin, bare, must(db.AuditLog(ctx, admin, hub.AuditFilter{}, page))(t).Items[0].Key, db.AuditEntriesByKey)
}

func byKey[T any](t *testing.T, ctx context.Context, may, mayNot hub.Caller, key int64, read func(context.Context, hub.Caller, []int64) ([]*T, error)) {
	t.Helper()
	if list := must(read(ctx, may, []int64{404, key}))(t); len(list) != 2 || list[0] != nil || list[1] == nil {
		t.Errorf("who may see it gets %v", list)
	}
	if list := must(read(ctx, mayNot, []int64{key}))(t); len(list) != 1 || list[0] != nil {
		t.Errorf("who may not see it gets %v", list)
	}
	_, err := read(ctx, hub.Caller{}, []int64{key})
	refused(t, err, hub.CodeUnauthenticated, "")
}

// listsByKey is byKey for the lists of many things, of which those are empty that nothing is known of.
func listsByKey[T any](t *testing.T, ctx context.Context, may, mayNot hub.Caller, key int64, read func(context.Context, hub.Caller, []int64) ([]*hub.List[T], error)) {
	t.Helper()
	if lists := must(read(ctx, may, []int64{404, key}))(t); len(lists) != 2 || len(lists[0].Items) != 0 || len(lists[1].Items) != 1 {
		t.Errorf("who may see it gets %v", lists)
	}
	byKey(t, ctx, may, mayNot, key, func(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.List[T], error) {
		lists, err := read(ctx, c, keys)
		if err == nil && len(lists) > 1 {
			lists[0] = nil
		}
		return lists, err
	})
}

func TestOccurrencesAndRecordsAreGuardedByTheirType(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	ctx := t.Context()
	bare, orders, both := hubtest.CallerWith(t, db), hubtest.CallerWith(t, db, seeWorkOrders), hubtest.CallerWith(t, db, seeWorkOrders, seePersons)
	o := &hub.Occurrence{}
	write(t, db, func(tx *sqlite.Tx) error {
		o = occurrence(tx, 1, 0)
		_, err := tx.OccurrenceInsert(o, `[{"type":"work_order_task","key":"1","data":{}},{"type":"person","key":"jonas","data":{"sms":"+5511999991234"}}]`)
		if err != nil {
			return err
		}
		_, err = tx.RecordWrite(sqlite.RecordWrite{Type: "person", Name: "jonas", Data: "{}"}, nil)
		return err
	})
	person, err := db.Number(ctx, "SELECT key FROM records")
	if err != nil {
		t.Fatal(err)
	}

	_, err = db.Occurrence(ctx, bare, o.Key)
	if e := refused(t, err, hub.CodeForbidden, ""); !slices.Equal(e.Needs, []hub.Permission{seeWorkOrders}) {
		t.Errorf("it needs %v", e.Needs)
	}
	_, err = db.Occurrences(ctx, bare, hub.OccurrenceFilter{}, page)
	refused(t, err, hub.CodeForbidden, "")
	for name, read := range map[string]func(hub.Caller) *hub.Occurrence{
		"one by its key": func(c hub.Caller) *hub.Occurrence { return must(db.Occurrence(ctx, c, o.Key))(t) },
		"many by key":    func(c hub.Caller) *hub.Occurrence { return must(db.OccurrencesByKey(ctx, c, []int64{o.Key}))(t)[0] },
		"one of the list": func(c hub.Caller) *hub.Occurrence {
			return must(db.Occurrences(ctx, c, hub.OccurrenceFilter{}, page))(t).Items[0]
		},
	} {
		if got := read(orders); len(got.Records) != 1 || got.Records[0].Type != "work_order_task" {
			t.Errorf("%s shows who may not see persons: %+v", name, got.Records)
		}
		if got := read(both); len(got.Records) != 2 {
			t.Errorf("%s shows who may see persons: %+v", name, got.Records)
		}
	}

	_, err = db.Record(ctx, orders, int64(person))
	refused(t, err, hub.CodeForbidden, "")
	if r := must(db.Record(ctx, both, int64(person)))(t); r.Name != "jonas" {
		t.Errorf("read %+v", r)
	}
	byKey(t, ctx, both, orders, int64(person), db.RecordsByKey)
	byKey(t, ctx, both, orders, int64(person), func(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.List[*hub.RecordVersion], error) {
		return db.RecordHistories(ctx, c, keys, page)
	})
	if l := must(db.Disclosed(ctx, bare, []*hub.Occurrence{o}))(t); len(l) != 0 {
		t.Errorf("who may not see work orders is handed %+v", l)
	}
	if l := must(db.Disclosed(ctx, orders, []*hub.Occurrence{o}))(t); len(l) != 1 {
		t.Errorf("who may see work orders is handed %+v", l)
	}
	_, err = db.Records(ctx, bare, "", "", page)
	refused(t, err, hub.CodeForbidden, "")
	for _, read := range []func() error{
		func() error { return lastly(db.Occurrence(ctx, hub.Caller{}, o.Key)) },
		func() error { return lastly(db.Occurrences(ctx, hub.Caller{}, hub.OccurrenceFilter{}, page)) },
		func() error { return lastly(db.Record(ctx, hub.Caller{}, int64(person))) },
		func() error { return lastly(db.Records(ctx, hub.Caller{}, "person", "", page)) },
	} {
		refused(t, read(), hub.CodeUnauthenticated, "")
	}
}

func TestWhatIsOfATypeThatTheCatalogueLostIsShownToNobody(t *testing.T) {
	t.Parallel()
	db := hubtest.DB(t)
	admin, ctx := hubtest.Admin(t, db), t.Context()
	o := &hub.Occurrence{}
	write(t, db, func(tx *sqlite.Tx) error {
		o = occurrence(tx, 1, 0)
		o.Type = "of.another.time"
		_, err := tx.OccurrenceInsert(o, "[]")
		return err
	})
	_, err := db.Occurrence(ctx, admin, o.Key)
	refused(t, err, hub.CodeForbidden, "id")
	if l := must(db.Occurrences(ctx, admin, hub.OccurrenceFilter{}, page))(t); len(l.Items) != 0 {
		t.Errorf("listed %v", l.Items)
	}
	if list := must(db.OccurrencesByKey(ctx, admin, []int64{o.Key}))(t); list[0] != nil {
		t.Errorf("by key %v", list)
	}
}
