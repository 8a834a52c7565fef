package graph_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/quota"
)

func TestAConsumerThatAsksTooOftenIsToldHowLongToWait(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.Quota = quota.New(2, 0) })
	for range 2 {
		d.do(d.admin, `{ viewer { locale } }`, nil)
	}
	r := d.ask(d.admin, `{ viewer { locale } }`, nil)
	if r.status != http.StatusTooManyRequests || len(r.Errors) != 1 || r.Errors[0].code() != "RATE_LIMITED" || r.Data != nil {
		t.Fatalf("it is answered %d %v %+v", r.status, r.Data, r.Errors)
	}
	if e := r.Errors[0]; e.Extensions["quota"] != "requests" || e.Extensions["retryAfter"] != 30.0 || !strings.Contains(e.Message, "2 requests a minute") {
		t.Errorf("it says %+v", e)
	}
	if h := r.header; h.Get("Retry-After") != "30" || h.Get("RateLimit-Policy") != `"requests";q=2;w=60` || h.Get("RateLimit") != `"requests";r=0;t=60` {
		t.Errorf("the header is %v", h)
	}
	t.Run("in its language", func(t *testing.T) {
		r := d.send("POST", d.url, strings.NewReader(ping), headers("Authorization", "Bearer "+d.admin, "Content-Type", "application/json", "Accept-Language", "es"))
		if !strings.HasPrefix(r.Errors[0].Message, "este consumidor ha preguntado demasiado a menudo") {
			t.Errorf("it says %s", r.Errors[0].Message)
		}
	})
	t.Run("while others are answered", func(t *testing.T) {
		d.do(d.tokenOf(hubtest.CallerWith(t, d.db)), `{ viewer { locale } }`, nil)
	})
	t.Run("on a websocket too, which stays open", func(t *testing.T) {
		w := d.connect(bearer(d.admin))
		for _, id := range []string{"1", "2"} {
			w.say("subscribe", id, vars{"query": `{ viewer { locale } }`})
			if m := w.hear(); m.Type != "error" || m.ID != id || m.errorCode(t) != "RATE_LIMITED" {
				t.Errorf("it is answered %+v", m)
			}
		}
	})
}

func TestWhatIsWrongCountsAsARequestByWhicheverWayItComes(t *testing.T) {
	t.Parallel()
	const wrong = `{ nothing }`
	t.Run("on a websocket", func(t *testing.T) {
		d := newDoor(t, func(o *graph.Options) { o.Quota = quota.New(3, 0) })
		w := d.connect(bearer(d.admin))
		var codes []string
		for _, id := range []string{"1", "2", "3", "4", "5"} {
			w.say("subscribe", id, vars{"query": wrong})
			codes = append(codes, w.hear().errorCode(t))
		}
		if fmt.Sprint(codes) != "[GRAPHQL_VALIDATION_FAILED GRAPHQL_VALIDATION_FAILED GRAPHQL_VALIDATION_FAILED RATE_LIMITED RATE_LIMITED]" {
			t.Errorf("they are answered %v", codes)
		}
	})
	t.Run("on a stream that was reserved, with what is left in the header", func(t *testing.T) {
		d := newDoor(t, func(o *graph.Options) { o.Quota = quota.New(4, 0) })
		secret := d.reserve(d.admin)
		var answers []int
		for _, id := range []string{"1", "2"} {
			status, _ := d.operate(d.admin, secret, id, wrong, nil)
			answers = append(answers, status)
		}
		status, _ := d.request("DELETE", d.url+"?operationId=1&token="+secret, "", headers("Authorization", "Bearer "+d.admin))
		answers = append(answers, status)
		for _, method := range []string{"PUT", "POST", "DELETE"} {
			r := d.send(method, d.url+"?operationId=1&token="+secret, strings.NewReader(ping), headers("Authorization", "Bearer "+d.admin, "Content-Type", "application/json"))
			answers = append(answers, r.status)
			if h := r.header; h.Get("RateLimit-Policy") != `"requests";q=4;w=60` || h.Get("Retry-After") == "" {
				t.Errorf("the header of %s is %v", method, h)
			}
		}
		if fmt.Sprint(answers) != "[400 400 200 429 429 429]" {
			t.Errorf("they are answered %v", answers)
		}
	})
}

func TestAConsumerThatAsksForTooMuchInAMinuteIsToldSo(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.MaxCost, o.Quota = 500, quota.New(0, 600) })
	dear := `{ flows(first: 100) { nodes { id description enabled } } }` // 302
	r := d.do(d.admin, dear, nil)
	if c := r.Extra["cost"].(map[string]any); c["requested"] != 302.0 || c["most"] != 500.0 || c["left"] != 298.0 || c["wholeIn"] != 31.0 {
		t.Errorf("it says of its cost %v", c)
	}
	if h := r.header; h.Get("RateLimit") != `"cost";r=298;t=31` {
		t.Errorf("the header is %v", h)
	}
	r = d.ask(d.admin, dear, nil)
	if r.status != http.StatusTooManyRequests || len(r.Errors) != 1 || r.Errors[0].code() != "RATE_LIMITED" || r.Errors[0].Extensions["quota"] != "cost" || r.Errors[0].Extensions["retryAfter"] != 1.0 {
		t.Errorf("the second is answered %d %+v", r.status, r.Errors)
	}
	t.Run("what costs less is answered", func(t *testing.T) {
		d.do(d.admin, `{ viewer { locale } }`, nil)
	})
	t.Run("what costs more than any may is refused for that, and takes nothing", func(t *testing.T) {
		if r := d.ask(d.admin, `{ flows(first: 200) { nodes { id description enabled } } }`, nil); r.Errors[0].code() != "TOO_COSTLY" {
			t.Errorf("it is answered %+v", r.Errors)
		}
		if c := d.do(d.admin, `{ viewer { locale } }`, nil).Extra["cost"].(map[string]any); c["left"].(float64) < 290 {
			t.Errorf("it has left %v", c)
		}
	})
}

const consumerLimits = `mutation($id: ID!, $in: ConsumerUpdateInput!) { consumerUpdate(id: $id, input: $in) { consumer { rateLimit costBudget } userErrors { code message field } } }`

func TestAConsumerIsHeldToItsOwnBudgetAndAnotherIsNot(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.MaxCost, o.Quota = 400, quota.New(0, 0) })
	small, other := hubtest.CallerWith(t, d.db, hubtest.May(hub.RowHub, hub.See)), hubtest.CallerWith(t, d.db, hubtest.May(hub.RowHub, hub.See))
	dear := `{ flows(first: 100) { nodes { id description enabled } } }` // 302
	set := func(in vars) reply {
		t.Helper()
		r := d.do(d.admin, consumerLimits, vars{"id": small.Consumer.ID(), "in": in})
		if errs := r.userErrors("consumerUpdate"); len(errs) > 0 {
			t.Fatal(errs)
		}
		return r
	}
	tokens := []string{d.tokenOf(small), d.tokenOf(other)}
	for _, token := range tokens {
		if r := d.do(token, dear, nil); r.header.Get("RateLimit-Policy") != "" {
			t.Errorf("without a limit it is told of one: %v", r.header)
		}
	}
	r := set(vars{"costBudget": 400, "rateLimit": 1000})
	if r.at("consumerUpdate", "consumer", "costBudget") != 400.0 || r.at("consumerUpdate", "consumer", "rateLimit") != 1000.0 {
		t.Errorf("it is shown with %v", r.at("consumerUpdate", "consumer"))
	}
	if r := d.do(tokens[0], dear, nil); r.header.Get("RateLimit-Policy") != `"requests";q=1000;w=60, "cost";q=400;w=60` || r.Extra["cost"].(map[string]any)["most"] != 400.0 {
		t.Errorf("the first one within its budget is told %v %v", r.header, r.Extra)
	}
	if r := d.ask(tokens[0], dear, nil); r.status != http.StatusTooManyRequests || r.Errors[0].code() != "RATE_LIMITED" || r.Errors[0].Extensions["quota"] != "cost" {
		t.Errorf("above its budget it is answered %d %+v", r.status, r.Errors)
	}
	for range 3 {
		d.do(tokens[1], dear, nil)
	}
	set(vars{"costBudget": 0, "rateLimit": 2})
	if r := d.ask(tokens[0], dear, nil); r.Errors[0].code() != "RATE_LIMITED" || r.Errors[0].Extensions["quota"] != "requests" {
		t.Errorf("after more requests than it may make it is answered %+v", r.Errors)
	}
	set(vars{"rateLimit": nil, "costBudget": nil})
	for range 3 {
		if r := d.do(tokens[0], dear, nil); r.header.Get("RateLimit-Policy") != "" {
			t.Errorf("as everybody it is told of a limit: %v", r.header)
		}
	}
}

func TestABudgetBelowWhatOneOperationMayCostIsRefused(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.MaxCost, o.Quota = 500, quota.New(0, 0) })
	admin := hubtest.Admin(t, d.db)
	set := func(in vars) reply {
		return d.do(d.admin, consumerLimits, vars{"id": admin.Consumer.ID(), "in": in})
	}
	t.Run("so that the last administrator cannot be locked out", func(t *testing.T) {
		r := set(vars{"costBudget": 5})
		if errs := r.userErrors("consumerUpdate"); len(errs) != 1 || errs[0] != "INVALID costBudget" {
			t.Errorf("it is answered with %v", errs)
		}
		if said := fmt.Sprint(r.at("consumerUpdate", "userErrors", 0, "message")); !strings.Contains(said, "A budget of 5 is less than the 500") || !strings.Contains(said, "give 500 or more, 0 for no limit, or null") {
			t.Errorf("it says %s", said)
		}
	})
	t.Run("for a new consumer as well", func(t *testing.T) {
		r := d.do(d.admin, `mutation($in: ConsumerCreateInput!) { consumerCreate(input: $in) { userErrors { code field } } }`,
			vars{"in": vars{"name": "new", "group": admin.Group.ID(), "costBudget": 499}})
		if errs := r.userErrors("consumerCreate"); len(errs) != 1 || errs[0] != "INVALID costBudget" {
			t.Errorf("it is answered with %v", errs)
		}
	})
	t.Run("but not as much, none, or what all have", func(t *testing.T) {
		for _, n := range []any{500, 0, nil} {
			if errs := set(vars{"costBudget": n}).userErrors("consumerUpdate"); len(errs) > 0 {
				t.Errorf("%v is answered with %v", n, errs)
			}
		}
	})
	t.Run("and one that a consumer has already holds as before", func(t *testing.T) {
		small := hubtest.CallerWith(t, d.db, hubtest.May(hub.RowHub, hub.See))
		budget := new(int)
		*budget = 100
		if _, err := d.db.ConsumerUpdate(t.Context(), admin, small.Consumer.Key, 0, hub.ConsumerInput{CostBudget: &budget}); err != nil {
			t.Fatal(err)
		}
		r := d.ask(d.tokenOf(small), `{ flows(first: 100) { nodes { id description enabled } } }`, nil)
		if r.Errors[0].code() != "TOO_COSTLY" || r.Errors[0].Extensions["most"] != 100.0 {
			t.Errorf("what costs more than all of it is answered %+v", r.Errors)
		}
		for _, in := range []vars{{"description": "another"}, {"description": "and all of the form", "costBudget": 100}, {"costBudget": 500}} {
			if errs := d.do(d.admin, consumerLimits, vars{"id": small.Consumer.ID(), "in": in}).userErrors("consumerUpdate"); len(errs) > 0 {
				t.Errorf("%v is answered with %v", in, errs)
			}
		}
	})
}

func TestWhatAConsumerMayAskForIsJudgedAndKeptInTheAuditLog(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.MaxCost = 5000 })
	id := hubtest.CallerWith(t, d.db).Consumer.ID()
	for _, in := range []vars{{"rateLimit": -1}, {"costBudget": 1_000_000_001}} {
		errs := d.do(d.admin, consumerLimits, vars{"id": id, "in": in}).userErrors("consumerUpdate")
		for field := range in {
			if len(errs) != 1 || errs[0] != "INVALID "+field {
				t.Errorf("%v is answered with %v", in, errs)
			}
		}
	}
	if r := d.ask(d.tokenOf(hubtest.CallerWith(t, d.db, hubtest.May(hub.RowAPIConnections, hub.See))), consumerLimits, vars{"id": id, "in": vars{"rateLimit": 1}}); r.Errors[0].code() != "FORBIDDEN" {
		t.Errorf("who may not edit consumers is answered with %+v", r)
	}
	d.do(d.admin, consumerLimits, vars{"id": id, "in": vars{"rateLimit": 7}})
	d.do(d.admin, consumerLimits, vars{"id": id, "in": vars{"description": "as it was"}})
	if got := d.do(d.admin, `query($id: ID!) { consumer(id: $id) { rateLimit costBudget } }`, vars{"id": id}).at("consumer"); fmt.Sprint(got) != "map[costBudget:<nil> rateLimit:7]" {
		t.Errorf("it is kept as %v", got)
	}
	log := d.do(d.admin, `{ auditLog(first: 2) { nodes { kind changes { path from to } } } }`, nil)
	if got := fmt.Sprint(log.at("auditLog", "nodes", 1)); !strings.Contains(got, "from:<nil> path:rateLimit to:7") {
		t.Errorf("the audit log has %s", got)
	}
	made := d.do(d.admin, `mutation($in: ConsumerCreateInput!) { consumerCreate(input: $in) { consumer { rateLimit costBudget } userErrors { message } } }`,
		vars{"in": vars{"name": "new", "group": hubtest.CallerWith(t, d.db).Group.ID(), "costBudget": 5000}})
	if got := fmt.Sprint(made.at("consumerCreate", "consumer")); got != "map[costBudget:5000 rateLimit:<nil>]" {
		t.Errorf("a new one has %s", got)
	}
}
