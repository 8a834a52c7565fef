package graph_test

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

// creations are the mutations that make something, each with an input and one that differs from it.
func (s *site) creations() []creation {
	post := func(secret string) vars {
		return vars{"connector": "post", "name": "second", "settings": vars{"stamp": "blue"}, "secrets": []vars{{"name": "key", "value": secret}}}
	}
	return []creation{
		{"groupCreate", "group", "GroupCreateInput", "groups", vars{"description": "once"}, vars{"description": "once", "readOnly": true}},
		{"consumerCreate", "consumer", "ConsumerCreateInput", "consumers", vars{"name": "once", "group": s.group}, vars{"name": "once", "group": s.group, "hubEnabled": true}},
		{"integrationCreate", "integration", "IntegrationCreateInput", "integrations", post("k"), post("another")},
		{"flowCreate", "flow", "FlowCreateInput", "flows", vars{"description": "once"}, vars{"description": "once", "trigger": "MANUAL"}},
		{"eventCreate", "event", "EventCreateInput", "events", vars{"description": "once"}, vars{"description": "twice"}},
	}
}

type creation struct {
	mutation, object, input, list string
	in, other                     vars
}

// named is the input with another name where no two can have the same.
func (c creation) named(name string) vars {
	in := maps.Clone(c.in)
	if c.object == "integration" {
		in["name"] = name
	}
	return in
}

// with is an input with a key.
func with(in vars, key string) vars {
	in = maps.Clone(in)
	in["idempotencyKey"] = key
	return in
}

func (s *site) create(token string, c creation, in vars) reply {
	s.t.Helper()
	return s.do(token, fmt.Sprintf(`mutation($in: %s!) { %s(input: $in) { %s { id } repeat userErrors { code message field } } }`, c.input, c.mutation, c.object), vars{"in": in})
}

// newcomer is a token of a consumer that was just made.
func (s *site) newcomer(made reply) string {
	s.t.Helper()
	key, err := hub.ParseKey(hub.KindConsumer, made.text("consumerCreate", "consumer", "id"), "id")
	if err != nil {
		s.t.Fatal(err)
	}
	return s.tokens.give(key, s.tokens.endOf(s.admin))
}

func (s *site) count(list string) any {
	s.t.Helper()
	return s.do(s.admin, `{ `+list+` { totalCount } }`, nil).at(list, "totalCount")
}

func TestWhatIsMadeUnderAKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	all := s.do(s.admin, `{ viewer { group { id } } }`, nil).text("viewer", "group", "id")
	stranger := s.newcomer(s.do(s.admin, consCreate, vars{"in": vars{"name": "another", "group": all}}))
	for _, c := range s.creations() {
		t.Run(c.mutation, func(t *testing.T) {
			before := s.count(c.list).(float64)
			made := s.create(s.admin, c, with(c.in, "key"))
			if made.at(c.mutation, "repeat") != false || len(made.userErrors(c.mutation)) > 0 {
				t.Fatalf("it is answered with %v", made.Data)
			}
			again := s.create(s.admin, c, with(c.in, "key"))
			if again.at(c.mutation, "repeat") != true || again.text(c.mutation, c.object, "id") != made.text(c.mutation, c.object, "id") {
				t.Errorf("the same again is answered with %v", again.Data)
			}
			if r := s.create(s.admin, c, with(c.other, "key")); fmt.Sprint(r.userErrors(c.mutation)) != "[CONFLICT idempotencyKey]" || r.at(c.mutation, "repeat") != false {
				t.Errorf("another input is answered with %v", r.Data)
			}
			for why, r := range map[string]reply{"another key": s.create(s.admin, c, with(c.named("2"), "key 2")), "no key": s.create(s.admin, c, c.named("3")), "no key again": s.create(s.admin, c, with(c.named("4"), "")),
				"somebody else's": s.create(stranger, c, with(c.named("5"), "key"))} {
				if r.at(c.mutation, "repeat") != false || r.text(c.mutation, c.object, "id") == made.text(c.mutation, c.object, "id") {
					t.Errorf("%s is answered with %v", why, r.Data)
				}
			}
			if n := s.count(c.list).(float64) - before; n != 5 {
				t.Errorf("%v were made, not 5", n)
			}
			for why, key := range map[string]string{"long": strings.Repeat("k", 257), "no text": "a\x00b"} {
				if got := fmt.Sprint(s.create(s.admin, c, with(c.in, key)).userErrors(c.mutation)); got != "[INVALID idempotencyKey]" {
					t.Errorf("a key that is %s is answered with %s", why, got)
				}
			}
		})
	}
}

func TestACloneUnderAKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	clone := func(of, key string) reply {
		return s.do(s.admin, `mutation($id: ID!, $in: GroupCloneInput!) { groupClone(id: $id, input: $in) { group { id } repeat userErrors { code field } } }`, vars{"id": of, "in": vars{"description": "clone", "idempotencyKey": key}})
	}
	first := clone(s.group, "key").text("groupClone", "group", "id")
	if again := clone(s.group, "key"); again.text("groupClone", "group", "id") != first || again.at("groupClone", "repeat") != true {
		t.Errorf("the same again is answered with %v", again.Data)
	}
	if got := fmt.Sprint(clone(first, "key").userErrors("groupClone")); got != "[CONFLICT idempotencyKey]" {
		t.Errorf("the clone of another group is answered with %s", got)
	}
}

func TestManyCallsUnderOneKeyAtOnceMakeOneThing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range s.creations() {
		before := s.count(c.list).(float64)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() { s.create(s.admin, c, with(c.in, "at once")) })
		}
		all.Wait()
		if n := s.count(c.list).(float64) - before; n != 1 {
			t.Errorf("%s made %v", c.mutation, n)
		}
	}
}

func TestARepeatSaysNoMoreThanTheCallerMaySee(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	in := vars{"description": "kept", "idempotencyKey": "key"}
	made := s.do(s.admin, groupCreate, vars{"in": vars{"description": "makers", "grants": grants("settings/user_accounts:ADD")}}).text("groupCreate", "group", "id")
	consumer := s.do(s.admin, consCreate, vars{"in": vars{"name": "maker", "group": made, "idempotencyKey": "maker"}})
	if consumer.text("consumerCreate", "secret") == "" {
		t.Error("there is no secret")
	}
	if again := s.do(s.admin, consCreate, vars{"in": vars{"name": "maker", "group": made, "idempotencyKey": "maker"}}); again.at("consumerCreate", "secret") != nil || again.at("consumerCreate", "consumer", "id") != consumer.at("consumerCreate", "consumer", "id") {
		t.Errorf("the consumer once more is answered with %v", again.Data)
	}
	maker := s.newcomer(consumer)
	const create = `mutation($in: GroupCreateInput!) { groupCreate(input: $in) { group { id description } repeat userErrors { code message field } } }`
	group := s.do(maker, create, vars{"in": in}).text("groupCreate", "group", "id")
	s.do(s.admin, `mutation($id: ID!) { groupUpdate(id: $id, input: {description: "for others"}) { userErrors { code } } }`, vars{"id": group})
	if r := s.do(maker, create, vars{"in": in}); r.at("groupCreate", "repeat") != true || r.at("groupCreate", "group") != nil {
		t.Errorf("who may not see groups is told %v", r.Data)
	}
	s.do(s.admin, `mutation($id: ID!) { groupUpdate(id: $id, input: {grants: [{module: "settings", submodule: "user_accounts", actions: [SEE, ADD]}]}) { userErrors { code } } }`, vars{"id": made})
	if r := s.do(maker, create, vars{"in": in}); r.at("groupCreate", "group", "description") != "for others" {
		t.Errorf("who may see it now is told %v", r.Data)
	}
	s.do(s.admin, `mutation($id: ID!) { groupDelete(id: $id) { userErrors { code } } }`, vars{"id": group})
	if r := s.do(maker, create, vars{"in": in}); fmt.Sprint(r.userErrors("groupCreate")) != "[CONFLICT idempotencyKey]" || r.at("groupCreate", "repeat") != false {
		t.Errorf("what was deleted is answered with %v", r.Data)
	}
	s.do(s.admin, `mutation($id: ID!) { groupUpdate(id: $id, input: {unselectAll: true}) { userErrors { code } } }`, vars{"id": made})
	if r := s.ask(maker, create, vars{"in": in}); len(r.Errors) != 1 || r.Errors[0].code() != "FORBIDDEN" {
		t.Errorf("who may not make groups any more is told %v %v", r.Data, r.Errors)
	}
}

func TestARepeatIsAnsweredThoughTheCallWouldBeRefusedByNow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	group := s.do(s.admin, groupCreate, vars{"in": vars{"description": "makers", "grants": grants("automator/events:SEE,ADD", "work_management/work_orders:SEE")}}).text("groupCreate", "group", "id")
	maker := s.newcomer(s.do(s.admin, consCreate, vars{"in": vars{"name": "maker", "group": group}}))
	event := creation{mutation: "eventCreate", object: "event", input: "EventCreateInput"}
	in := vars{"description": "new", "type": "work_management.work_orders.new", "terms": vars{"mode": "ALL", "terms": []vars{{"field": "wo_folio", "operation": "EQUAL", "value": "OT-1"}}}}
	made := s.create(maker, event, with(in, "key")).text("eventCreate", "event", "id")
	s.do(s.admin, `mutation($id: ID!) { groupUpdate(id: $id, input: {grants: [{module: "automator", submodule: "events", actions: [SEE, ADD]}]}) { userErrors { code } } }`, vars{"id": group})
	if r := s.create(maker, event, with(in, "key")); r.at("eventCreate", "repeat") != true || r.text("eventCreate", "event", "id") != made {
		t.Errorf("the same again is answered with %v", r.Data)
	}
	if r := s.ask(maker, `mutation($in: EventCreateInput!) { eventCreate(input: $in) { event { id } } }`, vars{"in": with(in, "another")}); len(r.Errors) != 1 || r.Errors[0].code() != "FORBIDDEN" {
		t.Errorf("what nobody made yet is answered with %v %v", r.Data, r.Errors)
	}
}
