package engine_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// content is a sum of every row of every table of the hub's database, so that nothing can be written unseen.
func content(t testing.TB, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.db"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the database is %v, %v", files, err)
	}
	db, err := sql.Open("sqlite", "file:"+files[0]+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all := func(query string) (list [][]any) {
		rows, err := db.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		columns, _ := rows.Columns()
		for rows.Next() {
			values, places := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				places[i] = &values[i]
			}
			if err := rows.Scan(places...); err != nil {
				t.Fatal(err)
			}
			list = append(list, values)
		}
		return list
	}
	sum := sha256.New()
	for _, table := range all("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") {
		fmt.Fprintln(sum, table, all(fmt.Sprintf("SELECT * FROM %q", table[0])))
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

func preview(t testing.TB, h *hubtest.Hub, in hub.PreviewInput) *hub.FlowPreview {
	t.Helper()
	v, err := h.Engine.FlowPreview(t.Context(), h.Admin, in)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// messages writes what would be sent: "PENDING +5511999990001 OT-1".
func messages(v *hub.FlowPreview) string {
	var list []string
	for _, x := range v.Executions {
		list = append(list, string(x.Outcome))
		if x.Reason != nil {
			list = append(list, string(x.Reason.Code))
		}
		for _, d := range x.Deliveries() {
			list = append(list, fmt.Sprint(d.State, " ", d.Recipient, " ", strings.Join(d.Values[:min(1, len(d.Values))], "")))
		}
	}
	return strings.Join(list, "; ")
}

func sampleFor(folio string) hub.Sample {
	return hub.Sample{Records: []hub.RecordInput{hubtest.Task(folio, number(folio), jonas), hubtest.Person(jonas, jonasPhone)}}
}

func TestAPreviewIsWhatTheRealExecutionIsAndWritesNothing(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		p := h.Publish(t, hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 1, jonas), hubtest.Task("OT-1", 2, marta), hubtest.Person(jonas, jonasPhone), hubtest.Person(marta, "no number")))
		settled()
		_, real := execution(t, h, started(t, p))
		sent := len(h.Connector.Sent())
		before := content(t, h.Dir)
		v := preview(t, h, hub.PreviewInput{FlowKey: a.Flow.Key, Sample: hub.Sample{OccurrenceKey: p.Occurrence.Key}})
		settled()
		if after := content(t, h.Dir); after != before {
			t.Error("something was written")
		}
		if len(h.Connector.Sent()) != sent {
			t.Error("something was sent")
		}
		if len(v.Problems)+len(v.Obstacles) != 0 || len(v.Executions) != 1 || len(v.Matches) != 1 || *v.Matches[0].Fired != true || v.Matches[0].EventKey != a.Event.Key {
			t.Fatalf("it is %+v", v)
		}
		x := v.Executions[0]
		if x.Outcome != hub.Partial || x.RowCount != 2 || x.KeptCount != 2 || x.More != 0 || x.EventKey != a.Event.Key || x.Subject != "OT-1" {
			t.Errorf("the execution is %+v", x)
		}
		list := x.Deliveries()
		if len(list) != len(real) || len(real) != 2 {
			t.Fatalf("%d messages, and %d were made", len(list), len(real))
		}
		for i, d := range list {
			if fmt.Sprint(d.Values) != fmt.Sprint(real[i].Values) || d.Recipient != real[i].Recipient || d.Record != real[i].Record || (d.State == hub.DeliveryFailed) != (real[i].State == hub.DeliveryFailed) {
				t.Errorf("a message is %+v, and was %+v", d.Delivery, real[i])
			}
		}
		if d := list[0]; d.Text != strings.Join(d.Values, ", ") || d.ProviderRecipient != jonasPhone || !strings.Contains(string(d.Request), jonasPhone) {
			t.Errorf("the connector said %+v", d)
		}
		if r := list[1].Reason; r == nil || r.Code != hub.ReasonRecipient || r.Path != "targets.0.recipient" || real[1].Reason.Message != r.Message {
			t.Errorf("the reason is %+v, and was %+v", r, real[1].Reason)
		}
	})
}

func TestADraftIsPreviewedAsFarAsItGoes(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		upsert(t, h, hubtest.Task("OT-7", 7, jonas), hubtest.Task("OT-8", 8, jonas), hubtest.Person(jonas, jonasPhone))
		holds := func(_ string, fn func()) { fn() } // there are no subtests in fake time
		draft := func(change func(*hub.FlowInput)) *hub.FlowInput {
			in := hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key)
			if change != nil {
				change(&in)
			}
			return &in
		}
		holds("nothing at all says what is missing", func() {
			v := preview(t, h, hub.PreviewInput{})
			if len(v.Problems) < 4 || messages(v) != "FAILED; FLOW_INVALID" {
				t.Errorf("it is %s with %+v", messages(v), v.Problems)
			}
		})
		holds("the source query alone finds the rows", func() {
			v := preview(t, h, hub.PreviewInput{Draft: draft(nil)})
			if got := messages(v); got != "SUCCEEDED; PENDING "+jonasPhone+" OT-7; PENDING "+jonasPhone+" OT-8" {
				t.Errorf("it is %s", got)
			}
			if v.Matches != nil || len(v.Obstacles) != 0 || v.Executions[0].Trigger != hub.StartedByHand {
				t.Errorf("it is %+v", v)
			}
		})
		holds("parameters narrow the query, and the filter says why it dropped a row", func() {
			filter := &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "wo_folio", Operation: hub.Equal, Value: "OT-8"}}}
			v := preview(t, h, hub.PreviewInput{Draft: draft(func(f *hub.FlowInput) { f.Filter = filter })})
			x := v.Executions[0]
			if messages(v) != "SUCCEEDED; PENDING "+jonasPhone+" OT-8" || x.RowCount != 2 || x.KeptCount != 1 || len(x.Rows) != 2 || x.Rows[1].Kept || x.Rows[1].Trace[0].True || x.Rows[1].Trace[0].Got != "OT-7" {
				t.Errorf("it is %s: %+v", messages(v), x.Rows)
			}
			v = preview(t, h, hub.PreviewInput{Draft: draft(func(f *hub.FlowInput) { f.Filter = filter }), Parameters: []byte(`{"folio":"OT-7"}`)})
			if got := messages(v); got != "SKIPPED; FILTERED_OUT" {
				t.Errorf("it is %s", got)
			}
		})
		holds("without a target its rows are shown", func() {
			v := preview(t, h, hub.PreviewInput{Draft: draft(func(f *hub.FlowInput) { f.Targets = nil })})
			if got := messages(v); got != "FAILED; FLOW_INVALID" || len(v.Executions[0].Rows) != 2 || len(v.Problems) == 0 {
				t.Errorf("it is %s: %+v", got, v.Executions[0])
			}
		})
		holds("what the connector refuses has the path of the mapping", func() {
			h.Connector.Show(func(context.Context, hub.Handover) (*hub.MessagePreview, error) {
				return &hub.MessagePreview{Problems: []hub.Problem{{Code: "TOO_LONG", Path: "values[7]", Message: "is too long"}}}, nil
			})
			v := preview(t, h, hub.PreviewInput{Draft: draft(nil), Sample: sampleFor("OT-9")})
			d := v.Executions[0].Deliveries()[0]
			if d.State != hub.DeliveryFailed || d.Reason.Code != hub.ReasonRejected || d.Reason.Path != "targets.0.mapping.6" || len(d.Problems) != 1 || d.Problems[0].Path != "targets.0.mapping.6" {
				t.Errorf("it is %s %+v %+v", d.State, d.Reason, d.Problems)
			}
		})
	})
}

func TestASampleIsJudgedByTheCatalogueAndItsReferencesComeAlong(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		v := preview(t, h, hub.PreviewInput{FlowKey: a.Flow.Key, Sample: sampleFor("OT-5")})
		if got := messages(v); got != "SUCCEEDED; PENDING "+jonasPhone+" OT-5" {
			t.Errorf("it is %s", got)
		}
		bad := sampleFor("OT-5")
		bad.Records[0].Data["duration"] = "long"
		_, err := h.Engine.FlowPreview(t.Context(), h.Admin, hub.PreviewInput{FlowKey: a.Flow.Key, Sample: bad})
		wantError(t, err, hub.CodeInvalid, "on.sample.0.data.duration", "")
		_, err = h.Engine.FlowPreview(t.Context(), h.Admin, hub.PreviewInput{FlowKey: a.Flow.Key, Sample: hub.Sample{Records: []hub.RecordInput{hubtest.Person(jonas, jonasPhone)}}})
		wantError(t, err, hub.CodeInvalid, "on.sample", "the sample has none")
		list := upsert(t, h, hubtest.Task("OT-6", 6, jonas), hubtest.Person(jonas, martaPhone))
		v = preview(t, h, hub.PreviewInput{FlowKey: a.Flow.Key, Sample: hub.Sample{RecordKey: list[0].Key}})
		if got := messages(v); got != "SUCCEEDED; PENDING "+martaPhone+" OT-6" {
			t.Errorf("of a record it is %s", got)
		}
		_, err = h.Engine.FlowPreview(t.Context(), h.Admin, hub.PreviewInput{FlowKey: a.Flow.Key, Sample: hub.Sample{RecordKey: list[1].Key}})
		wantError(t, err, hub.CodeInvalid, "on.record", "of the type person")
	})
}

func TestAPreviewAsksTheTermsOfEvents(t *testing.T) {
	only := &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "wo_folio", Operation: hub.Equal, Value: "OT-1"}}}
	scene(t, func(_ *hub.FlowInput, e *hub.EventInput) { e.Terms = only }, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		p := h.Publish(t, forJonas("OT-2"))
		settled()
		v := preview(t, h, hub.PreviewInput{FlowKey: a.Flow.Key, Sample: hub.Sample{OccurrenceKey: p.Occurrence.Key}})
		if m := v.Matches[0]; len(v.Executions) != 0 || *m.Fired || m.Evaluated != hub.EvaluatedThen || m.Reason.Code != hub.ReasonTerms || len(m.Rows) != 1 {
			t.Errorf("it is %+v", v)
		}
		v = preview(t, h, hub.PreviewInput{FlowKey: a.Flow.Key, EventKey: a.Event.Key, Sample: sampleFor("OT-1")})
		if m := v.Matches[0]; messages(v) != "SUCCEEDED; PENDING "+jonasPhone+" OT-1" || !*m.Fired || m.Evaluated != hub.EvaluatedNow || m.Rows[0].Trace[0].Got != "OT-1" {
			t.Errorf("it is %s %+v", messages(v), v.Matches)
		}
		in := hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key)
		v = preview(t, h, hub.PreviewInput{Draft: &in, Sample: hub.Sample{OccurrenceKey: p.Occurrence.Key}})
		if messages(v) != "SUCCEEDED; PENDING "+jonasPhone+" OT-2" || len(v.Obstacles) != 1 || v.Obstacles[0].Code != hub.ReasonNoEvent {
			t.Errorf("a draft is %s %+v", messages(v), v.Obstacles)
		}
		_, err := h.Engine.FlowPreview(t.Context(), h.Admin, hub.PreviewInput{FlowKey: a.Flow.Key, EventKey: a.Event.Key})
		wantError(t, err, hub.CodeInvalid, "event", "an event is asked about rows")
	})
}

func TestAPreviewIsForWhoHoldsWhatTheFlowReadsAndUsesTheRightsOfItsConsumer(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		in := hub.PreviewInput{FlowKey: a.Flow.Key, Sample: sampleFor("OT-1")}
		for _, c := range []struct {
			lacks hub.Row
			may   []hub.Permission
		}{
			{hub.RowHub, []hub.Permission{hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See)}},
			{hubtest.RowPersonnel, []hub.Permission{hubtest.May(hub.RowHub, hub.See), hubtest.May(hubtest.RowWorkOrders, hub.See)}},
			{hubtest.RowWorkOrders, []hub.Permission{hubtest.May(hub.RowHub, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See)}},
		} {
			_, err := h.Engine.FlowPreview(t.Context(), hubtest.CallerWith(t, h.DB, c.may...), in)
			if hub.CodeOf(err) != hub.CodeForbidden || !strings.Contains(err.Error(), c.lacks.Submodule) {
				t.Errorf("without %s it is answered with %v", c.lacks, err)
			}
		}
		may := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See), hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See))
		if v, err := h.Engine.FlowPreview(t.Context(), may, in); err != nil || messages(v) != "SUCCEEDED; PENDING "+jonasPhone+" OT-1" {
			t.Errorf("with them it is %v, %v", v, err)
		}
		if _, err := h.DB.GroupUpdate(t.Context(), h.Admin, a.Reader.Group.Key, 0, hub.GroupInput{UnselectAll: true}); err != nil {
			t.Fatal(err)
		}
		v, err := h.Engine.FlowPreview(t.Context(), may, in)
		if err != nil || messages(v) != "FAILED; PERMISSION_MISSING" || strings.Contains(v.Executions[0].Reason.Message, a.Reader.Consumer.Name) {
			t.Errorf("without rights of the consumer it is %s %+v, %v", messages(v), v.Executions[0].Reason, err)
		}
	})
}

func TestAPreviewIsBounded(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		upsert(t, h, hubtest.Person(jonas, jonasPhone))
		tasks(t, h, 100, 250)
		v := preview(t, h, hub.PreviewInput{FlowKey: a.Flow.Key})
		x := v.Executions[0]
		if x.RowCount < 250 || x.KeptCount != x.RowCount || len(x.Rows) != hub.MaxPreviewRows || x.More != x.RowCount-hub.MaxPreviewRows {
			t.Errorf("%d rows found, %d kept, %d shown, %d more", x.RowCount, x.KeptCount, len(x.Rows), x.More)
		}
		h.Connector.Show(func(ctx context.Context, _ hub.Handover) (*hub.MessagePreview, error) {
			<-ctx.Done()
			return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "too slow"}
		})
		began := time.Now()
		v = preview(t, h, hub.PreviewInput{FlowKey: a.Flow.Key})
		if took := time.Since(began); took > hub.PreviewTimeout {
			t.Errorf("it took %s", took)
		}
		if d := v.Executions[0].Deliveries(); len(d) != 100 || d[99].Problems[0].Code != hub.ProblemConnectorDown || d[99].Text != "" || d[99].State != hub.Pending {
			t.Errorf("%d messages", len(d))
		}
	})
}

func TestWhatHoldsMessagesBackIsAnObstacleAndTheRestIsAnswered(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Down()
		if _, err := h.Engine.FlowDisable(t.Context(), h.Admin, a.Flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		v := preview(t, h, hub.PreviewInput{FlowKey: a.Flow.Key, Sample: sampleFor("OT-1")})
		d := v.Executions[0].Deliveries()[0]
		if got := fmt.Sprint(v.Obstacles[0].Code, v.Obstacles[1].Code); got != "FLOW_DISABLEDCONNECTOR_DOWN" || d.WaitingFor != hub.ReasonConnectorDown || d.Values[0] != "OT-1" || len(d.Problems) != 1 {
			t.Errorf("it is %s %+v", got, d)
		}
		h.Connector.Up()
		if err := h.DB.Write(t.Context(), pausing(a.Flow.Key)); err != nil {
			t.Fatal(err)
		}
		v = preview(t, h, hub.PreviewInput{FlowKey: a.Flow.Key, Sample: sampleFor("OT-1")})
		if d := v.Executions[0].Deliveries()[0]; len(v.Obstacles) != 2 || v.Obstacles[1].Code != hub.ReasonFlowPaused || d.WaitingFor != hub.ReasonFlowPaused || d.Text == "" {
			t.Errorf("it is %+v %+v", v.Obstacles, d)
		}
	})
}
