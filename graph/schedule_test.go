package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

const (
	flowRun = `mutation($id: ID!, $in: FlowRunInput!) { flowRun(id: $id, input: $in) {
		execution { id trigger scheduledFor startedBy { id } rows occurrence { id } } repeat userErrors { code message field } } }`
	nextRuns = `query($s: FlowScheduleInput!, $n: Int) { scheduleNextRuns(schedule: $s, first: $n) { runs problems { code path message } } }`
)

func TestAScheduleIsSavedShownAndPreviewed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const shown = `schedule { __typename ... on CronSchedule { expression timeZone missed start end } ... on IntervalSchedule { every unit anchor timeZone missed }
		... on DateSchedule { local timeZone at missed } } trigger nextRuns(first: 2) nextRun`
	for name, c := range map[string]struct {
		trigger string
		in      vars
		want    string
	}{
		"a cron expression": {"FREQUENCY", vars{"cron": vars{"expression": "0 8 * * MON-FRI", "timeZone": "Europe/Lisbon", "missed": "ALL", "start": "2098-01-01T00:00:00Z"}},
			"map[__typename:CronSchedule end:<nil> expression:0 8 * * MON-FRI missed:ALL start:2098-01-01T00:00:00.000Z timeZone:Europe/Lisbon] [2098-01-01T08:00:00.000Z 2098-01-02T08:00:00.000Z]"},
		"an interval": {"FREQUENCY", vars{"interval": vars{"every": 1, "unit": "MONTHS", "anchor": "2098-01-31T18:00", "timeZone": "America/Sao_Paulo"}},
			"map[__typename:IntervalSchedule anchor:2098-01-31T18:00:00 every:1 missed:ONCE timeZone:America/Sao_Paulo unit:MONTHS] [2098-01-31T21:00:00.000Z 2098-02-28T21:00:00.000Z]"},
		"a date in a zone": {"DATE", vars{"date": vars{"local": "2098-07-01T08:00:00", "timeZone": "Europe/Madrid", "missed": "SKIP"}},
			"map[__typename:DateSchedule at:2098-07-01T06:00:00.000Z local:2098-07-01T08:00:00 missed:SKIP timeZone:Europe/Madrid] [2098-07-01T06:00:00.000Z]"},
		"a point in time": {"DATE", vars{"instant": vars{"at": "2098-07-01T08:00:00-03:00"}},
			"map[__typename:DateSchedule at:2098-07-01T11:00:00.000Z local:<nil> missed:ONCE timeZone:UTC] [2098-07-01T11:00:00.000Z]"},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.do(s.admin, `mutation($in: FlowCreateInput!) { flowCreate(input: $in) { flow { id `+shown+` } userErrors { message } } }`,
				vars{"in": vars{"description": name, "trigger": c.trigger, "schedule": c.in}})
			if got := fmt.Sprint(r.at("flowCreate", "flow", "schedule"), " ", r.at("flowCreate", "flow", "nextRuns")); got != c.want || r.at("flowCreate", "flow", "nextRun") != nil {
				t.Errorf("it reads %s, not %s", got, c.want)
			}
			p := s.do(s.admin, nextRuns, vars{"s": c.in, "n": 2})
			if got := fmt.Sprint(p.at("scheduleNextRuns", "runs")); !strings.HasSuffix(c.want, got) || len(p.list("scheduleNextRuns", "problems")) != 0 {
				t.Errorf("the preview says %v", p.Data)
			}
			id := r.text("flowCreate", "flow", "id")
			r = s.do(s.admin, `mutation($id: ID!) { flowUpdate(id: $id, input: {trigger: null, schedule: null}) { flow { trigger schedule { __typename } versions { trigger schedule { __typename } } } userErrors { message } } }`, vars{"id": id})
			if r.at("flowUpdate", "flow", "schedule") != nil || r.at("flowUpdate", "flow", "trigger") != "EVENT" || r.at("flowUpdate", "flow", "versions", 1, "schedule") == nil {
				t.Errorf("cleared, it reads %v", r.Data)
			}
		})
	}
}

func TestAWrongScheduleSaysWhatIsWrongAndWhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, c := range map[string]struct {
		in   vars
		want string
	}{
		"too few fields":   {vars{"cron": vars{"expression": "0 8 * *", "timeZone": "UTC"}}, "SCHEDULE_INVALID schedule.cron.expression at character 8: a cron expression has 5 fields"},
		"an unknown zone":  {vars{"cron": vars{"expression": "0 8 * * *", "timeZone": "Brazil/Lisboa"}}, `SCHEDULE_INVALID schedule.cron.timeZone there is no time zone "Brazil/Lisboa"`},
		"no interval":      {vars{"interval": vars{"every": 0, "unit": "MINUTES", "timeZone": "UTC"}}, "SCHEDULE_INVALID schedule.interval.every must be between 1 and 10000; the shortest interval is one minute"},
		"an early end":     {vars{"cron": vars{"expression": "0 8 * * *", "timeZone": "UTC", "start": "2098-01-02T00:00:00Z", "end": "2098-01-01T00:00:00Z"}}, "SCHEDULE_INVALID schedule.cron.end the end must be after the start"},
		"a year too far":   {vars{"date": vars{"local": "2500-01-01T08:00:00", "timeZone": "UTC"}}, `SCHEDULE_INVALID schedule.date.local "2500-01-01T08:00:00" is no date`},
		"an anchor so far": {vars{"interval": vars{"every": 1, "unit": "DAYS", "anchor": "0001-01-01T00:00:00", "timeZone": "UTC"}}, `SCHEDULE_INVALID schedule.interval.anchor "0001-01-01T00:00:00" is no date`},
	} {
		p := s.do(s.admin, nextRuns, vars{"s": c.in})
		list := p.list("scheduleNextRuns", "problems")
		if len(list) != 1 || len(p.list("scheduleNextRuns", "runs")) != 0 {
			t.Errorf("%s: %v", name, p.Data)
			continue
		}
		one := list[0].(map[string]any)
		got := fmt.Sprint(one["code"], " ", strings.ReplaceAll(strings.Trim(fmt.Sprint(one["path"]), "[]"), " ", "."), " ", one["message"])
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
	for name, in := range map[string]vars{"none": {}, "two": {"cron": vars{"expression": "0 8 * * *", "timeZone": "UTC"}, "instant": vars{"at": "2098-01-01T00:00:00Z"}},
		"an empty expression": {"cron": vars{"expression": "", "timeZone": "UTC"}}, "an offset": {"date": vars{"local": "2098-01-01T08:00:00Z", "timeZone": "UTC"}}} {
		if r := s.ask(s.admin, nextRuns, vars{"s": in}); len(r.Errors) != 1 {
			t.Errorf("%s: it is answered with %v %+v", name, r.Data, r.Errors)
		}
	}
	if r := s.ask(s.admin, nextRuns, vars{"s": vars{"instant": vars{"at": "2098-01-01T00:00:00Z"}}, "n": 101}); len(r.Errors) != 1 || r.Errors[0].code() != "INVALID" {
		t.Errorf("more than 100 are answered with %v", r.Data)
	}
}

func TestAFlowIsRunByHandAndTheExecutionSaysSo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.settled(s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id"))
	task := s.do(s.admin, `{ records(type: "work_order_task") { nodes { id key } } }`, nil)
	record := task.text("records", "nodes", 0, "id")
	in := vars{"idempotencyKey": "mine", "records": []string{record}}
	r := s.do(s.admin, flowRun, vars{"id": s.flow, "in": in})
	if len(r.userErrors("flowRun")) > 0 {
		t.Fatal(r.userErrors("flowRun"))
	}
	id := r.text("flowRun", "execution", "id")
	if got := fmt.Sprintf("%v %v %v %v", r.at("flowRun", "execution", "trigger"), r.at("flowRun", "execution", "rows"), r.at("flowRun", "execution", "occurrence"), r.at("flowRun", "repeat")); got !=
		fmt.Sprintf("MANUAL [%s] <nil> false", task.text("records", "nodes", 0, "key")) || r.text("flowRun", "execution", "startedBy", "id") == "" {
		t.Errorf("it is answered with %v", r.Data)
	}
	s.settled(id)
	if got := s.do(s.admin, `query($id: ID!) { execution(id: $id) { outcome deliveries { state } timeline { cause { code } } } flow(id: "`+s.flow+`") { lastRun { id } } }`, vars{"id": id}); got.text("execution", "outcome") != "SUCCEEDED" ||
		got.text("execution", "timeline", 0, "cause", "code") != "RUN" || got.text("flow", "lastRun", "id") != id {
		t.Errorf("it became %v", got.Data)
	}
	if list := s.do(s.admin, `{ executions(filter: {trigger: MANUAL}) { nodes { id } } }`, nil).list("executions", "nodes"); len(list) != 1 {
		t.Errorf("%d executions were run by hand", len(list))
	}
	t.Run("the same run again is a repeat", func(t *testing.T) {
		r := s.do(s.admin, flowRun, vars{"id": s.flow, "in": in})
		if r.text("flowRun", "execution", "id") != id || r.at("flowRun", "repeat") != true {
			t.Errorf("it is answered with %v", r.Data)
		}
	})
	for name, c := range map[string]struct {
		id   string
		in   vars
		want string
	}{
		"another run under the same key":      {s.flow, vars{"idempotencyKey": "mine"}, "CONFLICT idempotencyKey"},
		"an EVENT flow for no records":        {s.flow, vars{}, "INVALID records"},
		"an empty list of records":            {s.flow, vars{"records": []string{}}, "INVALID records"},
		"a record twice":                      {s.flow, vars{"records": []string{record, record}}, "INVALID records 1"},
		"a record that is not there":          {s.flow, vars{"records": []string{hub.ID(hub.KindRecord, 7)}}, "INVALID records 0"},
		"a parameter that there is not":       {s.flow, vars{"records": []string{record}, "parameters": vars{"days": 3}}, "INVALID parameters days"},
		"parameters that are no object":       {s.flow, vars{"records": []string{record}, "parameters": []int{1}}, "INVALID parameters"},
		"a flow that is not there":            {hub.ID(hub.KindFlow, 7), vars{}, "NOT_FOUND id"},
		"an id of another kind":               {s.group, vars{}, "INVALID id"},
		"a key with a control character":      {s.flow, vars{"idempotencyKey": "a\u0000"}, "INVALID idempotencyKey"},
		"a record of a type it does not read": {s.flow, vars{"records": []string{s.do(s.admin, `{ records(type: "person") { nodes { id } } }`, nil).text("records", "nodes", 0, "id")}}, "INVALID records 0"},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.do(s.admin, flowRun, vars{"id": c.id, "in": c.in})
			if errs := r.userErrors("flowRun"); len(errs) != 1 || !strings.HasPrefix(errs[0], c.want) || r.at("flowRun", "execution") != nil {
				t.Errorf("it is answered with %v, not %s", errs, c.want)
			}
		})
	}
	t.Run("one that is not enabled is refused with what to do", func(t *testing.T) {
		s.do(s.admin, `mutation($id: ID!) { flowDisable(id: $id) { userErrors { code } } }`, vars{"id": s.flow})
		if r := s.do(s.admin, flowRun, vars{"id": s.flow, "in": vars{"records": []string{record}}}); !strings.Contains(fmt.Sprint(r.Data), "enable it first") {
			t.Errorf("it is answered with %v", r.Data)
		}
	})
	t.Run("nobody runs a flow that reads more than they may", func(t *testing.T) {
		may := s.tokenOf(hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.Edit), hubtest.May(workOrders, hub.See)))
		r := s.ask(may, flowRun, vars{"id": s.flow, "in": vars{"records": []string{record}}})
		if len(r.Errors) != 1 || r.Errors[0].code() != "FORBIDDEN" || !strings.Contains(fmt.Sprint(r.Errors[0].Extensions["needs"]), "inhouse_personnel") {
			t.Errorf("it is answered with %v %+v", r.Data, r.Errors)
		}
	})
}
