package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// parameters sets those of a flow's source.
func parameters(text string) func(*hub.FlowInput) {
	return func(f *hub.FlowInput) { (*f.Source).Parameters = json.RawMessage(text) }
}

// read lists the records of which an execution made deliveries, as they were made, and says how it ended.
func read(t testing.TB, h *hubtest.Hub, key int64) string {
	t.Helper()
	exec, list := execution(t, h, key)
	var names []string
	for _, d := range list {
		names = append(names, d.Record)
	}
	slices.Sort(names)
	reason := ""
	if exec.Reason != nil {
		reason = " " + string(exec.Reason.Code)
	}
	return fmt.Sprintf("%s%s %s", exec.Outcome, reason, strings.Join(names, " "))
}

func TestTheParametersOfASourceActionSayWhichRecordsAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{}`:                            "SUCCEEDED 1 2 3 4 5",
		`null`:                          "SUCCEEDED 1 2 3 4 5",
		`{"status":[1,2]}`:              "SUCCEEDED 2 3 5",
		`{"status":3}`:                  "SUCCEEDED 4",
		`{"responsible":["JC-01"]}`:     "SUCCEEDED 1 2 3 4 5",
		`{"responsible":"nobody"}`:      "SKIPPED NO_ROWS ",
		`{"folio":"OT-A"}`:              "SUCCEEDED 2 3",
		`{"folio":"OT-A","status":[2]}`: "SUCCEEDED 3",
		`{"label":"urgent"}`:            "SUCCEEDED 3",
		`{"duration_over":100}`:         "SUCCEEDED 4 5",
		`{"created_since":"2026-01-02T21:00:00-03","created_until":"2026-01-04"}`: "SUCCEEDED 3 4",
		`{"order":"-creation_date","limit":2}`:                                    "SUCCEEDED 4 5",
		`{"order":"creation_date","limit":2}`:                                     "SUCCEEDED 2 3",
		`{"limit":1}`:                                                             "SUCCEEDED 1",
	} {
		t.Run(text, func(t *testing.T) {
			byClock(t, nil, parameters(text), func(t *testing.T, p *planned) {
				task := func(folio string, n, status int, more hub.Fields) hub.RecordInput {
					r := with(hubtest.Task(folio, n, jonas), hub.Fields{"id_status_work_order": status, "creation_date": fmt.Sprintf("2026-01-%02dT00:00:00Z", n), "duration": 30 * n})
					return with(r, more)
				}
				upsert(t, p.Hub, task("OT-A", 2, 1, nil), task("OT-A", 3, 2, hub.Fields{"labels": []any{label("urgent")}}), task("OT-B", 4, 3, nil), task("OT-B", 5, 1, nil))
				e := run(t, p.Hub, p.flow.Key, hub.FlowRunInput{}).Execution
				settled()
				if got := read(t, p.Hub, e.Key); got != want {
					t.Errorf("it is %s, want %s", got, want)
				}
			})
		})
	}
}

func TestARunMayAskWithOtherParameters(t *testing.T) {
	byClock(t, nil, parameters(`{"folio":"OT-A"}`), func(t *testing.T, p *planned) {
		upsert(t, p.Hub, hubtest.Task("OT-A", 2, jonas), hubtest.Task("OT-B", 3, jonas))
		e := run(t, p.Hub, p.flow.Key, hub.FlowRunInput{Parameters: []byte(`{"folio":"OT-B"}`)}).Execution
		settled()
		if got := read(t, p.Hub, e.Key); got != "SUCCEEDED 3" {
			t.Errorf("it is %s", got)
		}
		_, err := p.Engine.FlowRun(t.Context(), p.Admin, p.flow.Key, hub.FlowRunInput{Parameters: []byte(`{"folios":1}`)})
		wantError(t, err, hub.CodeInvalid, "parameters.folios", "no parameter")
	})
}

func TestWrongParametersAreProblemsOfTheFlowWithTheirPath(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		for text, want := range map[string]string{
			`{"status":[1,9]}`:           "PARAMETER_INVALID source.parameters.status",
			`{"status":"DONE"}`:          "PARAMETER_INVALID source.parameters.status",
			`{"limit":0,"colour":"red"}`: "PARAMETER_INVALID source.parameters.colour, PARAMETER_INVALID source.parameters.limit",
			`{"created_since":"monday"}`: "PARAMETER_INVALID source.parameters.created_since",
			`{"done":1}`:                 "PARAMETER_INVALID source.parameters.done",
			`[1]`:                        "PARAMETER_INVALID source.parameters",
		} {
			in := hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key)
			parameters(text)(&in)
			f, err := h.Engine.FlowCreate(t.Context(), h.Admin, in)
			if err != nil {
				t.Fatalf("%s: it cannot be saved as a draft: %v", text, err)
			}
			_, err = h.Engine.FlowEnable(t.Context(), h.Admin, f.Key, 0)
			if got := problems(err); got != want {
				t.Errorf("%s: %s, want %s", text, got, want)
			}
		}
	})
}

func TestTheRowsOfAnOccurrenceAreNarrowedByTheParameters(t *testing.T) {
	only := func(f *hub.FlowInput, _ *hub.EventInput) { parameters(`{"responsible":"MS-02"}`)(f) }
	scene(t, only, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		both := h.Publish(t, hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 1, jonas), hubtest.Task("OT-1", 2, marta), hubtest.Person(jonas, jonasPhone), hubtest.Person(marta, martaPhone)))
		none := h.Publish(t, hubtest.WorkOrder("OT-2", hubtest.Task("OT-2", 3, jonas)))
		settled()
		after(time.Second)
		if got := read(t, h, started(t, both)); got != "SUCCEEDED 2" {
			t.Errorf("of two rows it reads %s", got)
		}
		if got := read(t, h, started(t, none)); got != "SKIPPED NO_ROWS " {
			t.Errorf("of a row that is not meant it is %s", got)
		}
	})
}
