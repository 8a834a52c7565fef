package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// onCall plays a test in fake time with a flow that new work orders start: it asks a source who is on call for the asset of each task, and tells
// them of it. change alters it before it is saved.
func onCall(t *testing.T, bring func(hub.SourceQuery) ([]json.RawMessage, error), change func(*hub.FlowInput), play func(*testing.T, *planned)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		h.Connector.Rows(bring)
		in := onCallFlow(t, h)
		if change != nil {
			change(&in)
		}
		f := h.Flow(t, in)
		h.Event(t, hub.EventInput{Description: ptr("New WO"), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{f.Key}})
		play(t, &planned{h, f})
	})
}

func onCallFlow(t *testing.T, h *hubtest.Hub) hub.FlowInput {
	t.Helper()
	reader := hubtest.CallerWith(t, h.DB, hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See),
		hubtest.May(hubtest.RowPersonnel, hub.Add), hubtest.May(hubtest.RowPersonnel, hub.Edit))
	in := hubtest.AssignmentFlow(reader.Consumer.Key, h.Integration(t, "on call "+reader.Consumer.ID()).Key)
	s, target := *in.Source, &(*in.Targets)[0]
	s.Action = "query_personnel"
	s.Fetch = &hub.SourceFetch{IntegrationKey: target.IntegrationKey, Action: "read_rows", About: "work_order_task", Mapping: []hub.MappingEntry{{Name: "site", Field: "code"}}}
	target.Recipient = hub.Recipient{Field: "sms"}
	target.Mapping = []hub.MappingEntry{{Field: "occurrence.wo_folio", Position: 1}, {Field: "name", Position: 2},
		{Expression: json.RawMessage(`{"cat": [{"var": "occurrence.code"}, "/", {"var": "code"}]}`), Position: 3}}
	return in
}

// duty is somebody who is on call, as the source gives it.
func duty(code, phone string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"code":%q,"name":%q,"sms":%q}`, code, "On call "+code, phone))
}

func TestAnEventAsksASourceForWhatItsRowsSayAndTellsWhomItNames(t *testing.T) {
	var asked []string
	onCall(t, func(q hub.SourceQuery) ([]json.RawMessage, error) {
		asked = append(asked, string(q.Parameters))
		if strings.Contains(string(q.Parameters), "PMP-014") {
			return []json.RawMessage{duty("A", jonasPhone), duty("B", martaPhone)}, nil
		}
		return []json.RawMessage{duty("B", martaPhone)}, nil
	}, nil, func(t *testing.T, p *planned) {
		other := with(hubtest.Task("OT-1", 3, jonas), hub.Fields{"code": "VLV-2"})
		out := p.Publish(t, hubtest.WorkOrder("OT-1", hubtest.Task("OT-1", 1, jonas), hubtest.Task("OT-1", 2, jonas), other))
		if e := out.Executions[0]; e.State != hub.Queued {
			t.Errorf("the publisher was told that it is %s", e.State)
		}
		settled()
		key := started(t, out)
		is(t, p.Hub, key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
		if !slices.Equal(asked, []string{`{"site":"PMP-014"}`, `{"site":"VLV-2"}`}) {
			t.Errorf("the source was asked %q: once for each asset", asked)
		}
		sent := p.Connector.Sent()
		if len(sent) != 2 || fmt.Sprint(sent[0].Recipient, sent[0].Values) != jonasPhone+"[OT-1 On call A PMP-014/A]" ||
			fmt.Sprint(sent[1].Recipient, sent[1].Values) != martaPhone+"[OT-1 On call B PMP-014/B]" {
			t.Errorf("%+v went out", sent)
		}
		f, err := p.DB.FetchForEngine(t.Context(), key)
		if err != nil || f.DoneAt == nil || f.Rows != 2 || len(f.Questions) != 2 || f.Questions[1].About != "3" || f.Questions[1].Rows != 1 {
			t.Errorf("what was asked is kept as %+v, %v", f, err)
		}
	})
}

func TestASourceThatIsDownIsAskedAgainLikeAMessageIsSentAgain(t *testing.T) {
	var asked, second atomic.Int64 // how often, and when for the second time
	var up atomic.Bool
	onCall(t, func(hub.SourceQuery) ([]json.RawMessage, error) {
		n := asked.Add(1)
		if n == 2 {
			second.Store(time.Now().UnixNano())
		}
		switch {
		case n == 1:
			return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "it is busy", RetryAfter: 20 * time.Minute}
		case !up.Load():
			return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "it is down"}
		}
		return []json.RawMessage{duty("A", jonasPhone)}, nil
	}, nil, func(t *testing.T, p *planned) {
		began := time.Now()
		key := started(t, p.Publish(t, forJonas("OT-1")))
		settled()
		e, _ := execution(t, p.Hub, key)
		if e.State != hub.Waiting || e.WaitingFor != hub.ReasonSourceWaits || e.Until == nil || e.Until.Before(began.Add(20*time.Minute)) {
			t.Errorf("after the first try it is %s %s until %v", e.State, e.WaitingFor, e.Until)
		}
		after(21 * time.Minute)
		if waited := time.Unix(0, second.Load()).Sub(began); asked.Load() < 2 || waited < 20*time.Minute {
			t.Errorf("it was asked %d times, and again after %v, before the source wanted that", asked.Load(), waited)
		}
		up.Store(true)
		after(time.Hour)
		is(t, p.Hub, key, "CLOSED SUCCEEDED: ACCEPTED")
		if !strings.Contains(journal(t, p.Hub, key), "SOURCE_UNAVAILABLE") {
			t.Errorf("the history does not tell why it waited:\n%s", journal(t, p.Hub, key))
		}
	})
}

func TestOnlyWhatTheFlowAllowsIsWaitedForASource(t *testing.T) {
	for name, c := range map[string]struct {
		settings hub.FlowSettings
		again    time.Duration
		tries    int
		says     string
	}{
		"attempts":       {hub.FlowSettings{MaxAttempts: 3}, 0, 3, "it is down; it was asked as often as the flow allows: 3"},
		"age":            {hub.FlowSettings{MaxAgeSeconds: 5, MaxAttempts: 50}, 0, 0, "it is down; when it may be asked again is later than the flow allows"},
		"what it wishes": {hub.FlowSettings{}, 365 * aDay, 1, "it is down; when it may be asked again is later than the flow allows"},
	} {
		t.Run(name, func(t *testing.T) {
			tries := 0
			onCall(t, func(hub.SourceQuery) ([]json.RawMessage, error) {
				tries++
				return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "it is down", RetryAfter: c.again}
			}, func(in *hub.FlowInput) { in.Settings = &c.settings }, func(t *testing.T, p *planned) {
				key := started(t, p.Publish(t, forJonas("OT-1")))
				after(time.Hour)
				e, _ := execution(t, p.Hub, key)
				if e.State != hub.Closed || e.Outcome != hub.Failed || e.Reason == nil || e.Reason.Code != hub.ReasonSourceFailed || e.Reason.Message != c.says {
					t.Errorf("%s %s %+v", e.State, e.Outcome, e.Reason)
				}
				if c.tries > 0 && tries != c.tries || tries == 0 || tries > 10 {
					t.Errorf("it was asked %d times", tries)
				}
			})
		})
	}
}

func TestWhatWaitsForASourceSurvivesARestartAndASourceIsNotAskedTwiceForWhatItSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		var up atomic.Bool
		dir := hubtest.Dir(t)
		start := func() *hubtest.Hub {
			c := hubtest.NewConnector()
			c.Rows(func(hub.SourceQuery) ([]json.RawMessage, error) {
				if asked.Add(1); !up.Load() {
					return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "it is down"}
				}
				return []json.RawMessage{duty("A", jonasPhone)}, nil
			})
			return hubtest.Engine(t, hubtest.EngineOptions{Dir: dir, Connector: c})
		}
		h := start()
		f := h.Flow(t, onCallFlow(t, h))
		h.Event(t, hub.EventInput{Description: ptr("New WO"), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{f.Key}})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		if n := asked.Load(); n != 1 {
			t.Fatalf("it was asked %d times", n)
		}
		h.Stop(t)
		h = start()
		settled()
		if e, _ := execution(t, h, key); e.WaitingFor != hub.ReasonSourceWaits || e.Until == nil {
			t.Errorf("after the restart it is %s %s until %v", e.State, e.WaitingFor, e.Until)
		}
		up.Store(true)
		after(time.Minute)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if f, _ := h.DB.FetchForEngine(t.Context(), key); f.Attempts != 1 {
			t.Errorf("%d attempts are kept", f.Attempts)
		}
	})
}

func TestAConnectorThatIsDownAPausedFlowAndAPausedIntegrationAreWaitedForWithoutAsking(t *testing.T) {
	var asked atomic.Int64
	onCall(t, func(hub.SourceQuery) ([]json.RawMessage, error) {
		if asked.Add(1) == 1 {
			return nil, hub.WithProblems([]hub.Problem{{Code: "NOT_ALLOWED", Path: "secrets.access_token", Message: "it does not accept the credential"}})
		}
		return []json.RawMessage{duty("A", jonasPhone)}, nil
	}, nil, func(t *testing.T, p *planned) {
		waits := func(key int64, code hub.ReasonCode, times int64) {
			t.Helper()
			after(time.Minute)
			if e, _ := execution(t, p.Hub, key); e.State != hub.Waiting || e.WaitingFor != code || asked.Load() != times {
				t.Errorf("it is %s %s, and the source was asked %d times", e.State, e.WaitingFor, asked.Load())
			}
		}
		p.Connector.Wrong(hub.Problem{Code: "NOT_ALLOWED", Message: "no"})
		first := started(t, p.Publish(t, forJonas("OT-1")))
		waits(first, hub.ReasonIntegrationPaused, 1)
		in, err := p.DB.Integration(t.Context(), p.Admin, (*p.flow.Definition.Source.Fetch).IntegrationKey)
		if err != nil || in.Reason == nil || in.Reason.Path != "secrets.access_token" {
			t.Errorf("the integration is paused for %+v, %v", in.Reason, err)
		}
		second := started(t, p.Publish(t, forJonas("OT-2")))
		waits(second, hub.ReasonIntegrationPaused, 1)
		p.Connector.Down()
		third := started(t, p.Publish(t, forJonas("OT-3")))
		waits(third, hub.ReasonIntegrationPaused, 1)
		p.Connector.Up()
		p.Connector.Wrong()
		of := (*p.flow.Definition.Source.Fetch).IntegrationKey
		if _, problems, err := p.Engine.IntegrationCheck(t.Context(), p.Admin, of); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		settled()
		for _, key := range []int64{first, second, third} {
			is(t, p.Hub, key, "CLOSED SUCCEEDED: ACCEPTED")
		}
		if _, err := p.Engine.FlowPause(t.Context(), p.Admin, p.flow.Key, hub.PauseInput{Reason: "wait"}); err != nil {
			t.Fatal(err)
		}
		fourth := started(t, p.Publish(t, forJonas("OT-4")))
		waits(fourth, hub.ReasonFlowPaused, 4)
		p.Connector.Down()
		if _, err := p.Engine.FlowResume(t.Context(), p.Admin, p.flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		waits(fourth, hub.ReasonConnectorDown, 4)
		p.Connector.Up()
		settled()
		is(t, p.Hub, fourth, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestWhatAnEventAsksWithIsCheckedWhenTheFlowIsSaved(t *testing.T) {
	onCall(t, func(hub.SourceQuery) ([]json.RawMessage, error) { return nil, nil }, nil, func(t *testing.T, p *planned) {
		problem := func(change func(*hub.FlowInput, *hub.SourceFetch), code hub.ProblemCode, path string) {
			t.Helper()
			in := onCallFlow(t, p.Hub)
			change(&in, (*in.Source).Fetch)
			f, err := p.Engine.FlowCreate(t.Context(), p.Admin, in)
			if err != nil {
				t.Fatal(err)
			}
			list, err := flowProblems(t, p.Hub, p.Admin, f)
			if err != nil || len(list) == 0 || list[0].Code != code || list[0].Path != path {
				t.Errorf("want %s at %s: %+v, %v", code, path, list, err)
			}
		}
		mapping := func(m ...hub.MappingEntry) func(*hub.FlowInput, *hub.SourceFetch) {
			return func(_ *hub.FlowInput, f *hub.SourceFetch) { f.Mapping = m }
		}
		problem(mapping(hub.MappingEntry{Name: "site", Field: "no_such"}), hub.ProblemFieldUnknown, "source.fetch.mapping.0.field")
		problem(mapping(hub.MappingEntry{Name: "place", Field: "code"}), hub.ProblemParameterInvalid, "source.fetch.mapping.0.name")
		problem(mapping(hub.MappingEntry{Position: 1, Field: "code"}), hub.ProblemMappingPlaces, "source.fetch.mapping.0.name")
		problem(mapping(hub.MappingEntry{Name: "site", Expression: json.RawMessage(`{"nope": 1}`)}), hub.ProblemMappingInvalid, "source.fetch.mapping.0.expression.nope")
		problem(func(_ *hub.FlowInput, f *hub.SourceFetch) { f.About = "star" }, hub.ProblemSourceUnknown, "source.fetch.about")
		problem(func(_ *hub.FlowInput, f *hub.SourceFetch) { f.Parameters = json.RawMessage(`{"sight":1}`) }, hub.ProblemParameterInvalid, "source.fetch.parameters.sight")
		problem(func(in *hub.FlowInput, _ *hub.SourceFetch) {
			in.Settings = &hub.FlowSettings{Collect: &hub.Collect{WindowSeconds: 9}}
		}, hub.ProblemSettingInvalid, "settings.collect")
		problem(func(in *hub.FlowInput, _ *hub.SourceFetch) {
			in.Filter = &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "occurrence.code", Operation: hub.Equal, Value: "x"}}}
		}, hub.ProblemTermInvalid, "filter.terms.0.field")
		problem(func(in *hub.FlowInput, _ *hub.SourceFetch) { (*in.Targets)[0].Mapping[0].Field = "occurrence.no_such" }, hub.ProblemFieldUnknown, "targets.0.mapping.0.field")

		// The occurrence's records are read as well.
		weak := hubtest.CallerWith(t, p.DB, hubtest.May(hub.RowHub, hub.Add), hubtest.May(hubtest.RowPersonnel, hub.See), hubtest.May(hubtest.RowPersonnel, hub.Add),
			hubtest.May(hubtest.RowPersonnel, hub.Edit))
		_, err := p.Engine.FlowCreate(t.Context(), weak, onCallFlow(t, p.Hub))
		wantError(t, err, hub.CodeForbidden, "", "")

		ev, err := p.Engine.EventCreate(t.Context(), p.Admin, hub.EventInput{Description: ptr("Out of range"), Type: ptr("monitoring.meters.out_of_range"), FlowKeys: &[]int64{p.flow.Key}})
		if err != nil {
			t.Fatal(err)
		}
		list, err := eventProblems(t, p.Hub, ev)
		if err != nil || !slices.ContainsFunc(list, func(q hub.Problem) bool { return q.Code == hub.ProblemFlowMismatch && q.Path == "flows.0" }) {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func TestARowThatHasNothingToAskWithFollowsItsPolicy(t *testing.T) {
	for name, c := range map[string]struct {
		missing hub.MissingPolicy
		other   *string
		want    string
		code    hub.ReasonCode
	}{"it fails": {hub.MissingFail, nil, "FAILED", hub.ReasonMapping}, "it is not asked": {hub.MissingSkip, nil, "SKIPPED", hub.ReasonNoRows},
		"something else stands in": {hub.MissingDefault, ptr("anywhere"), "SUCCEEDED", ""}} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			onCall(t, func(q hub.SourceQuery) ([]json.RawMessage, error) {
				asked = append(asked, string(q.Parameters))
				return []json.RawMessage{duty("A", jonasPhone)}, nil
			}, func(in *hub.FlowInput) {
				m := &(*in.Source).Fetch.Mapping[0]
				m.Policy, m.Default = c.missing, c.other
				(*in.Targets)[0].Mapping = (*in.Targets)[0].Mapping[:2]
			}, func(t *testing.T, p *planned) {
				key := started(t, p.Publish(t, hubtest.WorkOrder("OT-1", with(hubtest.Task("OT-1", 1, jonas), hub.Fields{"code": ""}))))
				settled()
				e, _ := execution(t, p.Hub, key)
				if string(e.Outcome) != c.want || c.code != "" && (e.Reason == nil || e.Reason.Code != c.code) {
					t.Errorf("%s %+v", e.Outcome, e.Reason)
				}
				if want := c.missing == hub.MissingDefault; want != slices.Equal(asked, []string{`{"site":"anywhere"}`}) || !want && len(asked) > 0 {
					t.Errorf("it was asked %q", asked)
				}
			})
		})
	}
}

func TestAReplayOfWhatWasFetchedAsksNobodyUnlessTheFlowWouldAskForSomethingElse(t *testing.T) {
	var asked atomic.Int64
	onCall(t, func(hub.SourceQuery) ([]json.RawMessage, error) {
		name := "then"
		if asked.Add(1) > 1 {
			name = "later"
		}
		return []json.RawMessage{json.RawMessage(fmt.Sprintf(`{"code":"A","name":%q,"sms":%q}`, name, jonasPhone))}, nil
	}, nil, func(t *testing.T, p *planned) {
		key := started(t, p.Publish(t, forJonas("OT-1")))
		settled()
		upsert(t, p.Hub, hub.RecordInput{Type: "person", Data: hub.Fields{"code": "A", "name": "now", "sms": jonasPhone}})
		for _, c := range []struct {
			version hub.ReplayVersion
			records hub.ReplayRecords
			want    string
		}{{hub.ReplayPinned, hub.RecordsNow, "now"}, {hub.ReplayPinned, hub.RecordsThen, "then"}, {hub.ReplayCurrent, hub.RecordsThen, "then"}} {
			e := replay(t, p.Hub, key, hub.ReplayInput{Version: c.version, Records: c.records, EvenIfSent: true})
			settled()
			is(t, p.Hub, e.Key, "CLOSED SUCCEEDED: ACCEPTED")
			if sent := p.Connector.Sent(); sent[len(sent)-1].Values[1] != c.want || sent[len(sent)-1].Values[0] != "OT-1" || asked.Load() != 1 {
				t.Errorf("%s %s: %q went out, and the source was asked %d times", c.version, c.records, sent[len(sent)-1].Values, asked.Load())
			}
			if f, err := p.DB.FetchForEngine(t.Context(), e.Key); err != nil || f == nil || f.Rows != 1 {
				t.Errorf("the replay does not tell what it was made of: %+v, %v", f, err)
			}
		}
		s := *p.flow.Definition.Source
		other := *s.Fetch
		other.Mapping = []hub.MappingEntry{{Name: "site", Constant: ptr("elsewhere")}}
		s.Fetch = &other
		if _, err := p.Engine.FlowUpdate(t.Context(), p.Admin, p.flow.Key, 0, hub.FlowInput{Source: ptr(&s)}); err != nil {
			t.Fatal(err)
		}
		replay(t, p.Hub, key, hub.ReplayInput{Version: hub.ReplayCurrent, EvenIfSent: true})
		settled()
		if sent := p.Connector.Sent(); sent[len(sent)-1].Values[1] != "later" || asked.Load() != 2 {
			t.Errorf("%q went out, and the source was asked %d times", sent[len(sent)-1].Values, asked.Load())
		}
	})
}

func TestAFailedFetchIsReplayedByAsking(t *testing.T) {
	var mended atomic.Bool
	onCall(t, func(hub.SourceQuery) ([]json.RawMessage, error) {
		if !mended.Load() {
			return []json.RawMessage{json.RawMessage(`{"name":"nobody"}`)}, nil
		}
		return []json.RawMessage{duty("A", jonasPhone)}, nil
	}, nil, func(t *testing.T, p *planned) {
		key := started(t, p.Publish(t, forJonas("OT-1")))
		settled()
		is(t, p.Hub, key, "CLOSED FAILED:")
		mended.Store(true)
		e := replay(t, p.Hub, key, hub.ReplayInput{Version: hub.ReplayPinned})
		settled()
		is(t, p.Hub, e.Key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestARunByHandOfAFlowThatEventsStartAsksForTheRecordsThatItIsGiven(t *testing.T) {
	var asked []string
	onCall(t, func(q hub.SourceQuery) ([]json.RawMessage, error) {
		asked = append(asked, string(q.Parameters))
		return []json.RawMessage{duty("A", jonasPhone)}, nil
	}, nil, func(t *testing.T, p *planned) {
		task := upsert(t, p.Hub, with(hubtest.Task("OT-9", 9, jonas), hub.Fields{"code": "FAN-9"}))[0]
		e := run(t, p.Hub, p.flow.Key, hub.FlowRunInput{RecordKeys: []int64{task.Key}}).Execution
		settled()
		is(t, p.Hub, e.Key, "CLOSED SUCCEEDED: ACCEPTED")
		if sent := p.Connector.Sent(); len(sent) != 1 || sent[0].Values[0] != "OT-9" || !slices.Equal(asked, []string{`{"site":"FAN-9"}`}) {
			t.Errorf("%q was asked, %+v went out", asked, sent)
		}
		_, err := p.Engine.FlowRun(t.Context(), p.Admin, p.flow.Key, hub.FlowRunInput{})
		wantError(t, err, hub.CodeInvalid, "records", "")
	})
}

func TestARetryByAPersonMakesTheMessageAnewWithTheOccurrence(t *testing.T) {
	onCall(t, func(hub.SourceQuery) ([]json.RawMessage, error) {
		return []json.RawMessage{duty("A", "no number")}, nil
	}, nil, func(t *testing.T, p *planned) {
		key := started(t, p.Publish(t, forJonas("OT-1")))
		settled()
		is(t, p.Hub, key, "CLOSED FAILED: FAILED")
		upsert(t, p.Hub, hub.RecordInput{Type: "person", Data: hub.Fields{"code": "A", "name": "mended", "sms": jonasPhone}})
		_, d := one(t, p.Hub, key)
		if _, err := p.Engine.DeliveryRetry(t.Context(), p.Admin, d.Key); err != nil {
			t.Fatal(err)
		}
		settled()
		if sent := p.Connector.Sent(); len(sent) != 1 || fmt.Sprint(sent[0].Values) != "[OT-1 mended PMP-014/A]" {
			t.Errorf("%+v went out", sent)
		}
	})
}

func TestInAnOrderedFlowALaterOccurrenceIsNotAskedForBeforeAnEarlierOne(t *testing.T) {
	var asked atomic.Int64
	onCall(t, func(hub.SourceQuery) ([]json.RawMessage, error) {
		if asked.Add(1) == 1 {
			return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "it is down", RetryAfter: time.Minute}
		}
		return []json.RawMessage{duty("A", jonasPhone)}, nil
	}, func(in *hub.FlowInput) { in.Settings = &hub.FlowSettings{Ordering: hub.OrderedByRecipient} }, func(t *testing.T, p *planned) {
		for n := range 5 {
			p.Publish(t, forJonas(fmt.Sprint("OT-", n)))
		}
		after(30 * time.Second)
		if n := asked.Load(); n != 1 || len(p.Connector.Sent()) > 0 {
			t.Errorf("it was asked %d times while the first one waits", n)
		}
		after(10 * time.Minute)
		var order []string
		for _, h := range p.Connector.Sent() {
			order = append(order, h.Values[0])
		}
		if fmt.Sprint(order) != "[OT-0 OT-1 OT-2 OT-3 OT-4]" {
			t.Errorf("they went out as %v", order)
		}
	})
}

func TestASlowSourceHoldsUpNoOther(t *testing.T) {
	onCall(t, func(hub.SourceQuery) ([]json.RawMessage, error) {
		time.Sleep(time.Minute)
		return []json.RawMessage{duty("A", jonasPhone)}, nil
	}, nil, func(t *testing.T, p *planned) {
		for n := range 20 {
			p.Publish(t, forJonas(fmt.Sprint("OT-", n)))
		}
		settled()
		other := run(t, p.Hub, clockFlow(t, p.Hub, nil, nil).Key, hub.FlowRunInput{}).Execution.Key
		settled()
		if e, _ := execution(t, p.Hub, other); e.State != hub.Closed {
			t.Errorf("the run of another flow is %s", e.State)
		}
		after(20 * time.Minute)
		if n := len(p.Connector.Sent()); n != 40 { // of either flow
			t.Errorf("%d went out", n)
		}
	})
}

func TestASourceIsAskedWhatAFlowMeansToAskIt(t *testing.T) {
	onCall(t, func(hub.SourceQuery) ([]json.RawMessage, error) { return nil, nil }, nil, func(t *testing.T, p *planned) {
		var uses []hub.ActionUse
		p.Connector.Judge(func(use hub.ActionUse) ([]hub.Problem, error) {
			if use.Action != "read_rows" {
				return nil, nil
			}
			uses = append(uses, use)
			return []hub.Problem{{Code: "NOT_FOUND", Path: "parameters.site", Message: "there is no such site"}, {Code: "SLOW", Path: "parameters.other", Message: "slow", Severity: hub.SeverityWarning}}, nil
		})
		f, err := p.Engine.FlowCreate(t.Context(), p.Admin, onCallFlow(t, p.Hub))
		if err != nil {
			t.Fatal(err)
		}
		list, err := flowProblems(t, p.Hub, p.Admin, f)
		if err != nil || len(list) != 1 || list[0].Code != "NOT_FOUND" || list[0].Path != "source.fetch.mapping.0" {
			t.Errorf("%+v, %v", list, err)
		}
		if len(uses) != 1 || !slices.Equal(uses[0].Names, []string{"site"}) {
			t.Errorf("it was asked about %+v", uses)
		}
		if _, err := p.Engine.FlowEnable(t.Context(), p.Admin, f.Key, 0); err == nil {
			t.Error("it was enabled")
		}
	})
}

func TestAFloodOfOneFlowAtASourceStarvesNoOther(t *testing.T) {
	onCall(t, func(hub.SourceQuery) ([]json.RawMessage, error) {
		time.Sleep(time.Second)
		return []json.RawMessage{duty("A", jonasPhone)}, nil
	}, nil, func(t *testing.T, p *planned) {
		in := onCallFlow(t, p.Hub)
		(*in.Source).Fetch.IntegrationKey = p.flow.Definition.Source.Fetch.IntegrationKey
		in.Settings = &hub.FlowSettings{Ordering: hub.OrderedByRecipient}
		other := p.Flow(t, in)
		p.Event(t, hub.EventInput{Description: ptr("critical"), Type: ptr(hubtest.NewWorkOrder), FlowKeys: &[]int64{other.Key},
			Terms: &hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "responsible", Operation: "EQUAL", Value: marta}}}})
		for n := range 60 {
			p.Publish(t, forJonas(fmt.Sprint("OT-", n)))
		}
		p.Publish(t, forMarta("OT-99"))
		after(5 * time.Second)
		l, err := p.DB.Executions(t.Context(), p.Admin, hub.ExecutionFilter{FlowKey: other.Key}, hub.Page{})
		if err != nil || len(l.Items) != 1 {
			t.Fatalf("%d executions: %v", len(l.Items), err)
		}
		if l.Items[0].State != hub.Closed {
			t.Errorf("five seconds later the other flow's is %s, behind the flood of the first", l.Items[0].State)
		}
		after(time.Minute)
		if n := len(p.Connector.Sent()); n != 62 { // both flows tell of Marta's
			t.Errorf("%d of 62 went out", n)
		}
	})
}
