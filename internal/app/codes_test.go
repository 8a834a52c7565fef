//go:build unix

package app_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// What must follow from a code: the state of the delivery and, after a colon, what it waits for; for how long at least; what is paused;
// for how long the recipient is left alone.
//
// The tables are written from the providers' own words about the codes (Meta: Cloud API error codes; Twilio: its error pages), and not
// from the connector's.
const (
	fails  = "FAILED"
	again  = "PENDING:RETRY"
	slower = "PENDING:PACED"
	noFlow = "PENDING:FLOW_PAUSED"
	nobody = "PENDING:INTEGRATION_PAUSED"
	unsure = "UNKNOWN"
)

type consequence struct {
	is       string
	wait     time.Duration
	suppress string // "24h", "lasting", followed by a category; empty: not at all
}

var metaConsequences = map[int]consequence{
	0: {is: nobody}, 3: {is: nobody}, 10: {is: nobody}, 33: {is: nobody}, 190: {is: nobody}, 200: {is: nobody}, 299: {is: nobody}, 368: {is: nobody},
	131005: {is: nobody}, 131031: {is: nobody}, 131037: {is: nobody}, 131042: {is: nobody}, 131045: {is: nobody}, 131048: {is: nobody}, 131064: {is: nobody},
	133010: {is: nobody}, 134011: {is: nobody},
	1: {is: again, wait: 2 * time.Second}, 2: {is: again, wait: 2 * time.Second}, 131000: {is: again, wait: 2 * time.Second}, 131016: {is: again, wait: 2 * time.Second},
	131057: {is: again, wait: 30 * time.Second}, 133004: {is: again, wait: 2 * time.Second}, 133015: {is: again, wait: 5 * time.Minute}, 135000: {is: again, wait: 10 * time.Second},
	4: {is: slower, wait: time.Minute}, 80007: {is: slower, wait: time.Minute}, 130429: {is: slower, wait: time.Second}, 131056: {is: slower, wait: time.Second},
	130403: {is: fails, suppress: "lasting"}, 131026: {is: fails, suppress: "24h"}, 131049: {is: fails, suppress: "24h marketing"}, 131050: {is: fails, suppress: "lasting marketing"},
	100: {is: fails}, 130472: {is: fails}, 130497: {is: fails}, 131008: {is: fails}, 131009: {is: fails}, 131021: {is: fails}, 131030: {is: fails}, 131047: {is: fails},
	131051: {is: fails}, 131052: {is: fails}, 131053: {is: fails}, 132005: {is: fails}, 132012: {is: fails}, 132018: {is: fails},
	131063: {is: noFlow}, 132000: {is: noFlow}, 132001: {is: noFlow}, 132007: {is: noFlow}, 132015: {is: noFlow}, 132016: {is: noFlow}, 132068: {is: noFlow}, 132069: {is: noFlow},
	987654: {is: fails}, // nobody knows it: whether to try again is not guessed
}

var twilioConsequences = map[int]consequence{
	20003: {is: nobody}, 20404: {is: nobody}, 21606: {is: nobody}, 21910: {is: nobody}, 63007: {is: nobody}, 63008: {is: nobody}, 63062: {is: nobody},
	20500: {is: unsure}, 20503: {is: unsure},
	63012: {is: again, wait: 2 * time.Second}, 63023: {is: again, wait: 10 * time.Second}, 63038: {is: again, wait: time.Hour},
	20429: {is: slower, wait: time.Second}, 21611: {is: slower, wait: time.Minute}, 30001: {is: slower, wait: time.Minute}, 63017: {is: slower, wait: time.Second}, 63018: {is: slower, wait: time.Minute},
	21610: {is: fails, suppress: "lasting"}, 63014: {is: fails, suppress: "lasting"}, 63003: {is: fails, suppress: "24h"}, 63024: {is: fails, suppress: "24h"},
	63049: {is: fails, suppress: "24h marketing"},
	21211: {is: fails}, 21608: {is: fails}, 21612: {is: fails}, 21614: {is: fails}, 21656: {is: fails}, 63005: {is: fails}, 63013: {is: fails}, 63019: {is: fails}, 63021: {is: fails}, 63032: {is: fails},
	21619: {is: noFlow}, 21654: {is: noFlow}, 21655: {is: noFlow}, 63016: {is: noFlow}, 63027: {is: noFlow}, 63028: {is: noFlow}, 63040: {is: noFlow}, 63041: {is: noFlow}, 63042: {is: noFlow}, 92005: {is: noFlow},
	987654: {is: fails},
}

// case of a code: told at once or later, through an integration and a flow of its own, so that no pause reaches another.
type coded struct {
	provider string
	code     int
	later    bool
	want     consequence

	name, phone       string
	integration, flow string
	execution         string
}

func TestEveryCodeOfBothProvidersHasItsConsequence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Callbacks: quick})
	cases := allCodes(t)
	for i, c := range cases {
		c.name = fmt.Sprintf("%s-%d", c.provider, c.code)
		if c.later {
			c.name += "-later"
		}
		c.phone = fmt.Sprintf("+55119%08d", 10000000+i)
		w.prepare(t, c)
	}
	for i, c := range cases {
		code := c.code
		if code == 0 {
			code = sandbox.CodeZero
		}
		if err := w.sandbox.AddFaults(sandbox.Fault{Provider: c.provider, Code: code, Async: c.later, Recipient: c.phone, Times: -1}); err != nil {
			t.Fatal(err)
		}
		order := workOrder(c.name, 100000+i, c.phone)
		order["data"].(object)["records"].([]object)[0]["data"].(object)["code_responsible"] = c.name
		c.execution = w.admin.publish(t, order).Executions[0].ID
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { w.judge(t, c) })
	}
}

// allCodes are the cases of both tables, which must name every code that the connector knows.
func allCodes(t *testing.T) (list []*coded) {
	for provider, table := range map[string]map[int]consequence{"META": metaConsequences, "TWILIO": twilioConsequences} {
		for _, code := range whatsapp.Codes(provider) {
			if _, ok := table[code]; !ok {
				t.Errorf("the table of %s lacks %d", provider, code)
			}
		}
		for _, code := range slices.Sorted(maps.Keys(table)) {
			want := table[code]
			list = append(list, &coded{provider: provider, code: code, want: want})
			if want.is == unsure {
				want.is = fails // told by a callback there is nothing unsure about it
			}
			list = append(list, &coded{provider: provider, code: code, later: true, want: want})
		}
	}
	return list
}

// prepare makes integration, flow and event of a case.
func (w *world) prepare(t *testing.T, c *coded) {
	var i, f, ev made
	settings := object{"phone_number_id": sandbox.DefaultPhoneNumberID, "waba_id": sandbox.DefaultWABAID, "base_url": w.sandbox.URL()}
	secrets := []object{{"name": "access_token", "value": sandbox.DefaultAccessToken}, {"name": "app_secret", "value": sandbox.DefaultAppSecret},
		{"name": "verify_token", "value": sandbox.DefaultVerifyToken}}
	template := "wo_assigned"
	if c.provider == "TWILIO" {
		settings = object{"provider": "TWILIO", "account_sid": sandbox.DefaultAccountSID, "from": sandbox.DefaultSender, "twilio_url": w.sandbox.URL()}
		secrets = []object{{"name": "auth_token", "value": sandbox.DefaultAuthToken}}
		template = sandbox.ContentSID("wo_assigned", "pt_BR")
	}
	w.admin.act(t, `mutation($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { id } userErrors { message field } } }`,
		object{"input": object{"connector": "whatsapp", "name": c.name, "settings": settings, "secrets": secrets}}, &i)
	mapping := []object{}
	for n, field := range []string{"user_assigned", "wo_folio", "task_todo_description", "creation_date", "created_by", "user_assigned", "item_description"} {
		mapping = append(mapping, object{"field": field, "position": n + 1})
	}
	w.admin.act(t, `mutation($input: FlowCreateInput!) { flowCreate(input: $input) { flow { id } userErrors { message field } } }`,
		object{"input": object{"description": c.name, "source": object{"consumer": w.reader, "action": "query_work_order_tasks"},
			"targets": []object{{"integration": i.Integration.ID, "action": "wo_assignment_pt_BR", "parameters": object{"template": template},
				"recipient": object{"field": "requested_by"}, "mapping": mapping}}}}, &f)
	c.integration, c.flow = i.Integration.ID, f.Flow.ID
	w.admin.act(t, `mutation($id: ID!) { flowEnable(id: $id) { flow { id } userErrors { message field } } }`, object{"id": c.flow}, &f)
	w.admin.act(t, `mutation($input: EventCreateInput!) { eventCreate(input: $input) { event { id } userErrors { message field } } }`,
		object{"input": object{"description": c.name, "type": "work_management.work_orders.new", "flows": []string{c.flow},
			"terms": object{"mode": "ALL", "terms": []object{{"field": "responsible", "operation": "EQUAL", "value": c.name}}}}}, &ev)
	w.admin.act(t, `mutation($id: ID!) { eventEnable(id: $id) { event { id } userErrors { message field } } }`, object{"id": ev.Event.ID}, &ev)
}

// judged is what the hub says of a case.
type judged struct {
	Execution struct {
		Timeline []struct {
			Subject, From, To string
			Cause             struct{ Code, Provider string }
		}
		Deliveries []struct {
			State, WaitingFor string
			DueAt, UpdatedAt  *time.Time
			AttemptCount      int
			Reason            *struct{ Code, Provider, Message, NextStep string }
			Attempts          []struct {
				Kind, Code string
				Counted    bool
			}
			Receipts []struct{ Status, Code string }
		}
	}
	Integration  struct{ State string }
	Flow         struct{ Paused *struct{ NextStep string } }
	Suppressions struct {
		Nodes []struct {
			Category *string
			Ground   string
			Since    time.Time
			Until    *time.Time
		}
	}
}

func (w *world) judge(t *testing.T, c *coded) {
	var j judged
	ready := func() bool {
		w.admin.ask(t, `query($e: ID!, $i: ID!, $f: ID!, $r: String!) {
			execution(id: $e) { timeline { subject from to cause { code provider } } deliveries { state waitingFor dueAt updatedAt attemptCount reason { code provider message nextStep } attempts { kind code counted } receipts { status code } } }
			integration(id: $i) { state } flow(id: $f) { paused { nextStep } }
			suppressions(filter: { integration: $i, recipient: $r }) { nodes { category ground since until } } }`,
			object{"e": c.execution, "i": c.integration, "f": c.flow, "r": c.phone}, &j)
		if len(j.Execution.Deliveries) != 1 {
			return false
		}
		d := j.Execution.Deliveries[0]
		failed := 0
		for _, r := range d.Receipts {
			if r.Status == "FAILED" {
				failed++
			}
		}
		return len(d.Attempts) > 0 && d.State != "SENDING" && (!c.later || failed > 0)
	}
	eventually(t, "the code of "+c.name+" has come back", ready)
	d := j.Execution.Deliveries[0]
	if c.want.is == again || c.want.is == slower {
		w.judgeWait(t, c, &j)
	} else {
		is := d.State
		if d.WaitingFor != "" {
			is += ":" + d.WaitingFor
		}
		if is != c.want.is {
			t.Fatalf("the delivery is %s, want %s; reason %+v, attempts %+v, receipts %+v", is, c.want.is, d.Reason, d.Attempts, d.Receipts)
		}
		if d.Reason == nil || d.Reason.Provider != fmt.Sprint(c.code) || d.Reason.Message == "" || d.Reason.NextStep == "" {
			t.Errorf("the reason is %+v: it must have code, words and a next step", d.Reason)
		}
	}
	if paused := j.Integration.State == "PAUSED"; paused != (c.want.is == nobody) {
		t.Errorf("the integration is %s", j.Integration.State)
	}
	if paused := j.Flow.Paused != nil; paused != (c.want.is == noFlow) {
		t.Errorf("the flow is paused: %+v", j.Flow.Paused)
	}
	if got := suppressed(&j); got != c.want.suppress {
		t.Errorf("the recipient is left alone for %q, want %q", got, c.want.suppress)
	}
	if last := d.Attempts[len(d.Attempts)-1]; !c.later && last.Code != fmt.Sprint(c.code) {
		t.Errorf("the attempt says %+v", last)
	}
}

// judgeWait judges what is to be tried again by what followed first: on a slow machine it was tried again, and refused again, before it
// is looked at.
func (w *world) judgeWait(t *testing.T, c *coded, j *judged) {
	t.Helper()
	d := j.Execution.Deliveries[0]
	from, cause := "SENDING", strings.TrimPrefix(c.want.is, "PENDING:")
	if c.later {
		from = "FAILED"
	}
	first := slices.IndexFunc(j.Execution.Timeline, func(l struct {
		Subject, From, To string
		Cause             struct{ Code, Provider string }
	}) bool {
		return l.Subject == "DELIVERY" && l.From == from
	})
	if first < 0 || j.Execution.Timeline[first].To != "PENDING" || j.Execution.Timeline[first].Cause.Code != cause || j.Execution.Timeline[first].Cause.Provider != fmt.Sprint(c.code) {
		t.Fatalf("after %s there is no PENDING for %s: %+v", from, cause, j.Execution.Timeline)
	}
	if len(d.Attempts) == 1 && (d.DueAt == nil || d.DueAt.Sub(*d.UpdatedAt) < c.want.wait-10*time.Millisecond) {
		t.Errorf("the next attempt is due at %v, last changed %v: want a wait of %s", d.DueAt, d.UpdatedAt, c.want.wait)
	}
	if counted := d.Attempts[0].Counted; counted == (c.want.is == slower) {
		t.Errorf("that the first attempt counts is %v", counted)
	}
}

// suppressed writes how long the recipient is left alone.
func suppressed(j *judged) string {
	var words []string
	for _, s := range j.Suppressions.Nodes {
		word := "lasting"
		if s.Until != nil {
			word = fmt.Sprintf("%.0fh", s.Until.Sub(s.Since).Hours())
		}
		if s.Category != nil {
			word += " " + *s.Category
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}
