package hubtest

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/feed"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
	"github.com/recado-hub/recado/internal/trace"
)

// Hub is a running engine with everything around it: a real store, the feed, and the fake connector.
type Hub struct {
	Engine    *engine.Engine
	DB        *sqlite.DB
	Feed      *feed.Feed
	Connector *Connector
	Admin     hub.Caller
	Dir       string // the data directory
}

// EngineOptions are what a test wants to be different; the zero value is a hub of its own.
type EngineOptions struct {
	Dir         string        // the data directory of an earlier hub; empty: an empty one
	Connector   *Connector    // nil: one that accepts everything
	FeedSize    int           // 0: 1024 changes
	SendTimeout time.Duration // 0: that of the engine
	Log         *slog.Logger  // nil: a line of level ERROR fails the test
	Tracer      *trace.Tracer // nil: nobody collects spans
	Disk        *Disk         // nil: that of the machine
}

// Engine is a running engine; it is stopped when the test ends, if the test has not stopped it.
func Engine(t testing.TB, o EngineOptions) *Hub {
	t.Helper()
	h, err := Begin(t, o)
	if err != nil {
		t.Fatalf("starting the engine: %v", err)
	}
	t.Cleanup(func() { h.Stop(t) })
	return h
}

// Begin is [Engine] for a start that may fail, and that the test stops itself: with a disk that ends the process meanwhile, say.
func Begin(t testing.TB, o EngineOptions) (*Hub, error) {
	t.Helper()
	o = o.filled(t)
	h := &Hub{Connector: o.Connector, Dir: o.Dir}
	settings := Options(func(s *sqlite.Options) {
		s.Committed = func(c []hub.Change) { h.Feed.Publish(c) }
		if o.Disk != nil {
			s.Calls = o.Disk.Call
		}
	})
	var err error
	begin(t, o.Dir)
	if h.DB, err = sqlite.Open(t.Context(), o.Dir, settings); err != nil {
		return nil, err
	}
	last, err := h.DB.LastChange(t.Context())
	h.Feed = feed.New(o.FeedSize, last)
	h.Engine = engine.New(engine.Options{DB: h.DB, Catalog: settings.Catalog, Feed: h.Feed, Connectors: h.Connector, Log: o.Log, Tracer: o.Tracer,
		PublicURL: "https://hub.example.org", SendTimeout: o.SendTimeout})
	h.Connector.Tell(h.Engine)
	if err == nil {
		h.Admin, err = admin(t.Context(), h.DB)
	}
	if err == nil {
		err = h.Engine.Start(t.Context())
	}
	if err != nil {
		h.Kill(t)
		return nil, err
	}
	return h, nil
}

func (o EngineOptions) filled(t testing.TB) EngineOptions {
	if o.Dir == "" {
		o.Dir = Dir(t)
	}
	if o.Connector == nil {
		o.Connector = NewConnector()
	}
	if o.FeedSize == 0 {
		o.FeedSize = 1024
	}
	if o.Log == nil {
		o.Log = slog.New(failing{t})
	}
	return o
}

// Stop ends the engine and closes its store without waiting for the connector: what is with it stays SENDING, as after a
// crash.
func (h *Hub) Stop(t testing.TB) {
	t.Helper()
	if err := h.end(t); err != nil {
		t.Errorf("stopping the hub: %v", err)
	}
}

// Kill is Stop for a hub whose disk takes nothing any more, so that it cannot end in order.
func (h *Hub) Kill(t testing.TB) { _ = h.end(t) }

func (h *Hub) end(t testing.TB) error {
	h.Connector.Tell(nil)
	// The test's own context has ended when this is called from a cleanup.
	return errors.Join(h.Engine.Drain(context.WithoutCancel(t.Context()), nil), h.DB.Close())
}

// Timeline is what the journal says of an execution and its deliveries, oldest first.
func (h *Hub) Timeline(t testing.TB, execution int64) []hub.Change {
	t.Helper()
	lists, err := h.DB.TimelinesOf(t.Context(), h.Admin, []int64{execution})
	if err != nil {
		t.Fatalf("reading the timeline: %v", err)
	}
	return lists[execution]
}

// Until waits until a condition holds that depends on what is in the journal, and fails the test after a minute, which only a machine at its limits comes near.
func (h *Hub) Until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	late := time.After(time.Minute)
	l := h.Feed.Listen(feed.Everything(), h.Feed.Last())
	defer l.Close()
	for {
		for !l.Take(1, func(*hub.Change) bool { return false }).Idle {
			l.Read(h.Feed.Last()) // only that there is news matters
		}
		if holds() {
			return
		}
		select {
		case <-l.More():
		case <-late:
			t.Fatalf("a minute is over and it does not hold that %s", what)
		}
	}
}

// failing turns lines of level ERROR into failures of the test.
type failing struct{ t testing.TB }

// Enabled says that only errors are of interest.
func (f failing) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }

// Handle fails the test.
func (f failing) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool { line += " " + a.String(); return true })
	f.t.Errorf("the engine logged an error: %s", line)
	return nil
}

// WithAttrs keeps the handler as it is.
func (f failing) WithAttrs([]slog.Attr) slog.Handler { return f }

// WithGroup keeps the handler as it is.
func (f failing) WithGroup(string) slog.Handler { return f }

// The rows of the permission matrix that guard work orders and persons.
var (
	RowWorkOrders = hub.Row{Module: "work_management", Submodule: "work_orders"}
	RowPersonnel  = hub.Row{Module: "inhouse_personnel", Submodule: "general"}
)

// NewWorkOrder is the event type "New WO".
const NewWorkOrder = "work_management.work_orders.new"

// Assignment is what makes a message of a new work order: the consumer that the flow reads with, the integration, the
// flow and the event, both enabled.
type Assignment struct {
	Reader      hub.Caller
	Integration *hub.Integration
	Flow        *hub.Flow
	Event       *hub.Event
}

// Assignment sets up the path of the product's article: every new work order is told to whoever is responsible for it.
// change alters flow and event before they are made; it may be nil.
func (h *Hub) Assignment(t testing.TB, change func(*hub.FlowInput, *hub.EventInput)) *Assignment {
	t.Helper()
	a := &Assignment{Reader: CallerWith(t, h.DB, May(RowWorkOrders, hub.See), May(RowPersonnel, hub.See))}
	a.Integration = h.Integration(t, "whatsapp nt "+a.Reader.Consumer.ID())
	flow := AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key)
	event := hub.EventInput{Description: ptr("New WO"), Type: ptr(NewWorkOrder)}
	if change != nil {
		change(&flow, &event)
	}
	a.Flow = h.Flow(t, flow)
	event.FlowKeys = &[]int64{a.Flow.Key}
	a.Event = h.Event(t, event)
	return a
}

// AssignmentFlow is the flow of the product's article: the tasks of a new work order, seven values, to the mobile
// telephone of whoever is responsible.
func AssignmentFlow(consumerKey, integrationKey int64) hub.FlowInput {
	source := &hub.FlowSource{Module: hub.SourceModuleRecords, ConsumerKey: consumerKey, Action: "query_work_order_tasks"}
	fields := []string{"wo_folio", "task_todo_description", "item_description", "personnel_description", "priorities_description", "cal_date_maintenance", "code"}
	target := hub.FlowTarget{IntegrationKey: integrationKey, Action: AssignmentAction, Parameters: json.RawMessage(`{"template":"wo_assignment"}`),
		Recipient: hub.Recipient{Field: "responsible.sms"}}
	for i, f := range fields {
		target.Mapping = append(target.Mapping, hub.MappingEntry{Field: f, Position: i + 1})
	}
	return hub.FlowInput{Description: ptr("Tell the responsible"), Source: &source, Targets: &[]hub.FlowTarget{target}}
}

// Integration sets the fake connector up for use.
func (h *Hub) Integration(t testing.TB, name string) *hub.Integration {
	t.Helper()
	return h.IntegrationOf(t, name, "")
}

// IntegrationOf sets the fake connector up with a secret to verify callbacks with; none if it is empty.
func (h *Hub) IntegrationOf(t testing.TB, name, appSecret string) *hub.Integration {
	t.Helper()
	settings := json.RawMessage(`{"phone_number_id":"106540352242922"}`)
	in, err := h.Engine.IntegrationCreate(t.Context(), h.Admin, hub.IntegrationInput{Connector: ptr(ConnectorName), Name: &name, Settings: &settings,
		Secrets: map[string]string{"access_token": "hubtest-token", "app_secret": appSecret}})
	if err != nil {
		t.Fatalf("making an integration: %v", err)
	}
	return in
}

// Flow makes a flow and enables it.
func (h *Hub) Flow(t testing.TB, in hub.FlowInput) *hub.Flow {
	t.Helper()
	f, err := h.Engine.FlowCreate(t.Context(), h.Admin, in)
	if err == nil {
		f, err = h.Engine.FlowEnable(t.Context(), h.Admin, f.Key, 0)
	}
	if err != nil {
		t.Fatalf("making a flow: %v", err)
	}
	return f
}

// Event makes an event and enables it.
func (h *Hub) Event(t testing.TB, in hub.EventInput) *hub.Event {
	t.Helper()
	e, err := h.Engine.EventCreate(t.Context(), h.Admin, in)
	if err == nil {
		e, err = h.Engine.EventEnable(t.Context(), h.Admin, e.Key, 0)
	}
	if err != nil {
		t.Fatalf("making an event: %v", err)
	}
	return e
}

// Publish publishes as the administrator.
func (h *Hub) Publish(t testing.TB, in hub.OccurrenceInput) *hub.Published {
	t.Helper()
	out, err := h.Engine.Publish(t.Context(), h.Admin, in)
	if err != nil {
		t.Fatalf("publishing %s: %v", in.ID, err)
	}
	return out
}

// WorkOrder is the occurrence of a new work order with its records; its folio is the subject and the idempotency key.
func WorkOrder(folio string, records ...hub.RecordInput) hub.OccurrenceInput {
	return hub.OccurrenceInput{Source: "cmms.example.org", ID: folio, Type: NewWorkOrder, Subject: folio, Records: records}
}

// Task is a row of a work order for which somebody is responsible.
func Task(folio string, number int, responsible string) hub.RecordInput {
	return hub.RecordInput{Type: "work_order_task", Data: hub.Fields{
		"id_work_orders_tasks": number, "wo_folio": folio, "description": "Lubricate the bearings", "code": "PMP-014",
		"items_log_description": "Feed pump { PMP-014 }", "code_responsible": responsible, "personnel_description": "The one called " + responsible,
		"priorities_description": "HIGH", "cal_date_maintenance": "2026-11-23T08:00:00-03:00"}}
}

// Person is somebody with a mobile telephone.
func Person(code, telephone string) hub.RecordInput {
	return hub.RecordInput{Type: "person", Data: hub.Fields{"code": code, "name": "The one called " + code, "sms": telephone}}
}

func ptr[T any](v T) *T { return &v }
