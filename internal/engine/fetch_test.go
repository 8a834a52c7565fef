package engine_test

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// fetching plays a test in fake time with a flow that somebody runs and that fetches its tasks; bring is what the source answers.
func fetching(t *testing.T, bring func(hub.SourceQuery) ([]json.RawMessage, error), play func(*testing.T, *planned)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		h.Connector.Rows(bring)
		upsert(t, h, hubtest.Task("OT-1", 1, jonas), hubtest.Person(jonas, jonasPhone))
		play(t, &planned{h, h.Flow(t, fetchFlow(t, h, hub.Add, hub.Edit))})
	})
}

// fetchFlow is a flow that fetches, with a consumer that may SEE what it reads, and more.
func fetchFlow(t *testing.T, h *hubtest.Hub, more ...hub.Action) hub.FlowInput {
	t.Helper()
	may := []hub.Permission{hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See)}
	for _, a := range more {
		may = append(may, hubtest.May(hubtest.RowWorkOrders, a))
	}
	reader := hubtest.CallerWith(t, h.DB, may...)
	in := hubtest.AssignmentFlow(reader.Consumer.Key, h.Integration(t, "source "+reader.Consumer.ID()).Key)
	in.Trigger = ptr(hub.TriggerManual)
	(*in.Source).Fetch = &hub.SourceFetch{IntegrationKey: (*in.Targets)[0].IntegrationKey, Action: "read_rows", Parameters: json.RawMessage(`{"site":"Porto"}`)}
	return in
}

// brought is a row of a source: a task that its responsible person is to hear of.
func brought(folio string, number int) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"id_work_orders_tasks":%d,"wo_folio":%q,"task_todo_description":"Swap the seal","items_log_description":"Pump","personnel_description":"J",
		"priorities_description":"HIGH","cal_date_maintenance":"2026-11-23T08:00:00Z","code":"PMP","code_responsible":%q}`, number, folio, jonas))
}

func TestAFlowFetchesItsRowsAndSendsOfTheseAlone(t *testing.T) {
	var asked []hub.SourceQuery
	fetching(t, func(q hub.SourceQuery) ([]json.RawMessage, error) {
		asked = append(asked, q)
		return []json.RawMessage{brought("OT-7", 7), brought("OT-8", 8), brought("OT-7", 7)}, nil
	}, func(t *testing.T, p *planned) {
		upsert(t, p.Hub, hub.RecordInput{Type: "work_order_task", Data: hub.Fields{"id_work_orders_tasks": 8, "note": "kept", "wo_folio": "OT-old"}})
		e := run(t, p.Hub, p.flow.Key, hub.FlowRunInput{}).Execution
		settled()
		is(t, p.Hub, e.Key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
		if len(asked) != 1 || asked[0].Action != "read_rows" || string(asked[0].Parameters) != `{"site":"Porto"}` {
			t.Errorf("the source was asked %+v", asked)
		}
		if sent := p.Connector.Sent(); len(sent) != 2 || sent[0].Values[0] != "OT-7" || sent[1].Values[0] != "OT-8" {
			t.Errorf("%+v went out", sent)
		}
		data, err := p.DB.RecordData(t.Context(), "work_order_task", "8")
		if err != nil || data["note"] != "kept" || data["wo_folio"] != "OT-8" {
			t.Errorf("the record is %v, %v", data, err)
		}
		// Asked again, since what a source has is another thing each time.
		run(t, p.Hub, p.flow.Key, hub.FlowRunInput{})
		settled()
		if len(asked) != 2 {
			t.Errorf("the source was asked %d times for two runs", len(asked))
		}
	})
}

func TestWhatIsFetchedPassesParametersAndFilter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		h.Connector.Rows(func(hub.SourceQuery) ([]json.RawMessage, error) {
			return []json.RawMessage{brought("OT-7", 7), brought("OT-8", 8)}, nil
		})
		upsert(t, h, hubtest.Person(jonas, jonasPhone))
		in := fetchFlow(t, h, hub.Add, hub.Edit)
		in.Filter = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "wo_folio", Operation: hub.NotEqual, Value: "OT-7"}}}
		f := h.Flow(t, in)
		e := run(t, h, f.Key, hub.FlowRunInput{}).Execution
		settled()
		is(t, h, e.Key, "CLOSED SUCCEEDED: ACCEPTED")
		if sent := h.Connector.Sent(); len(sent) != 1 || sent[0].Values[0] != "OT-8" {
			t.Errorf("%+v went out", sent)
		}
	})
}

func TestWhyNothingWasFetchedIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		rows    []json.RawMessage
		err     error
		outcome hub.ExecutionOutcome
		code    hub.ReasonCode
		message string
	}{
		"no rows":         {nil, nil, hub.Skipped, hub.ReasonNoRows, "the source query found no rows"},
		"a wrong path":    {nil, hub.WithProblems([]hub.Problem{{Code: "NOT_FOUND", Path: "parameters.path", Message: "there is nothing", NextStep: "give another"}}), hub.Failed, hub.ReasonSourceFailed, "parameters.path: there is nothing"},
		"never there":     {nil, &hub.Error{Code: hub.CodeUnavailable, Message: "it is down"}, hub.Failed, hub.ReasonSourceFailed, "it is down; it was asked as often as the flow allows: 8"},
		"no object":       {[]json.RawMessage{brought("OT-7", 7), json.RawMessage(`[1]`)}, nil, hub.Failed, hub.ReasonSourceFailed, "row 2 of the source is no object"},
		"no key":          {[]json.RawMessage{json.RawMessage(`{"wo_folio":"OT-7"}`)}, nil, hub.Failed, hub.ReasonSourceFailed, "row 1 of the source has no key; give it the field id_work_orders_tasks"},
		"a wrong field":   {[]json.RawMessage{json.RawMessage(`{"id_work_orders_tasks":7,"cal_date_maintenance":"soon"}`)}, nil, hub.Failed, hub.ReasonSourceFailed, ""},
		"too many of all": {make([]json.RawMessage, 10_001), nil, hub.Failed, hub.ReasonTooManyRows, "the source has more than 10000 rows; nothing was sent"},
	} {
		t.Run(name, func(t *testing.T) {
			fetching(t, func(hub.SourceQuery) ([]json.RawMessage, error) { return c.rows, c.err }, func(t *testing.T, p *planned) {
				key := run(t, p.Hub, p.flow.Key, hub.FlowRunInput{}).Execution.Key
				after(2 * time.Hour)
				e, list := execution(t, p.Hub, key)
				if e.State != hub.Closed || e.Outcome != c.outcome || e.Reason == nil || e.Reason.Code != c.code || c.message != "" && e.Reason.Message != c.message || len(list) > 0 {
					t.Errorf("%s %s %+v, %d deliveries", e.State, e.Outcome, e.Reason, len(list))
				}
			})
		})
	}
}

func TestASourceThatIsDownIsAskedAgainAndHoldsNobodyUpMeanwhile(t *testing.T) {
	var tries atomic.Int64
	fetching(t, func(hub.SourceQuery) ([]json.RawMessage, error) {
		if tries.Add(1) < 3 {
			return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "it is down"}
		}
		return []json.RawMessage{brought("OT-7", 7)}, nil
	}, func(t *testing.T, p *planned) {
		slow := run(t, p.Hub, p.flow.Key, hub.FlowRunInput{}).Execution.Key
		other := run(t, p.Hub, clockFlow(t, p.Hub, nil, nil).Key, hub.FlowRunInput{}).Execution.Key
		settled()
		is(t, p.Hub, other, "CLOSED SUCCEEDED: ACCEPTED")
		if e, _ := execution(t, p.Hub, slow); e.State == hub.Closed {
			t.Errorf("it is closed after %d tries: %+v", tries.Load(), e.Reason)
		}
		after(time.Minute)
		is(t, p.Hub, slow, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestAFlowThatFetchesNeedsWhatItWouldUse(t *testing.T) {
	fetching(t, func(hub.SourceQuery) ([]json.RawMessage, error) { return nil, nil }, func(t *testing.T, p *planned) {
		problem := func(in hub.FlowInput, code hub.ProblemCode, path string) {
			t.Helper()
			f, err := p.Engine.FlowCreate(t.Context(), p.Admin, in)
			if err != nil {
				t.Fatal(err)
			}
			list, err := flowProblems(t, p.Hub, p.Admin, f)
			if err != nil || len(list) == 0 || list[0].Code != code || list[0].Path != path {
				t.Errorf("%s at %s: %+v, %v", code, path, list, err)
			}
		}
		fetch := func(change func(*hub.SourceFetch)) hub.FlowInput {
			in := fetchFlow(t, p.Hub, hub.Add, hub.Edit)
			change((*in.Source).Fetch)
			return in
		}
		problem(fetchFlow(t, p.Hub, hub.Add), hub.ProblemPermissionMissing, "source.consumer")
		problem(fetch(func(f *hub.SourceFetch) { f.IntegrationKey = 0 }), hub.ProblemIntegrationUnknown, "source.fetch.integration")
		problem(fetch(func(f *hub.SourceFetch) { f.Action = "read_minds" }), hub.ProblemActionUnknown, "source.fetch.action")
		problem(fetch(func(f *hub.SourceFetch) { f.Parameters = json.RawMessage(`{"site":7}`) }), hub.ProblemParameterInvalid, "source.fetch.parameters.site")
		problem(fetch(func(f *hub.SourceFetch) { f.About = "asset" }), hub.ProblemTriggerMismatch, "source.fetch.about")

		// Who may not write the records gives nobody the right to.
		weak := hubtest.CallerWith(t, p.DB, hubtest.May(hub.RowHub, hub.Add), hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See))
		_, err := p.Engine.FlowCreate(t.Context(), weak, fetchFlow(t, p.Hub, hub.Add, hub.Edit))
		wantError(t, err, hub.CodeForbidden, "", "")

		apart := p.Integration(t, "only fetched from")
		p.Flow(t, fetch(func(f *hub.SourceFetch) { f.IntegrationKey = apart.Key }))
		err = p.Engine.IntegrationDelete(t.Context(), p.Admin, apart.Key, 0)
		wantError(t, err, hub.CodeInUse, "id", "is used by 1 flow")
	})
}
