package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

const eventType = "application/cloudevents+json"

// newWorkOrder is the event of a new work order with one task.
func newWorkOrder(id string) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"/fracttal/one","type":"work_management.work_orders.new","subject":"OT-1496",
		"time":"2026-11-22T14:00:00Z","data":{"records":[{"type":"work_order_task","key":"884213","data":{"id_work_orders_tasks":884213,
		"wo_folio":"OT-1496","description":"Check the bearing","personnel_description":"Jonas Campos"}}]}}`, id)
}

// publish posts an event as the administrator; change may alter the request.
func (h *house) publish(body string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := request("POST", "/events", body, "Content-Type", eventType, "Authorization", "Bearer "+h.token)
	if change != nil {
		change(r)
	}
	return h.do(r)
}

type answer struct {
	ID      string `json:"id"`
	Repeat  bool   `json:"repeat"`
	Matches []struct {
		Event      string              `json:"event"`
		Fired      bool                `json:"fired"`
		Executions []map[string]string `json:"executions"`
		Skipped    []struct {
			Flow   string            `json:"flow"`
			Reason map[string]string `json:"reason"`
		} `json:"skipped"`
	} `json:"matches"`
	Executions []map[string]string `json:"executions"`
}

func accepted(t *testing.T, w *httptest.ResponseRecorder) answer {
	t.Helper()
	var a answer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != http.StatusAccepted || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	return a
}

// rule makes an enabled event of new work orders with terms, which runs an enabled flow of its own.
func (h *house) rule(t *testing.T, terms hub.Terms) (event *hub.Event, flow *hub.Flow) {
	t.Helper()
	ctx := t.Context()
	reader := hubtest.CallerWith(t, h.db, hubtest.May(hubtest.RowWorkOrders, hub.See))
	in := hubtest.AssignmentFlow(reader.Consumer.Key, h.integration().Key)
	(*in.Targets)[0].Recipient = hub.Recipient{Constant: "+5511999991234"}
	flow, err := h.engine.FlowCreate(ctx, h.admin, in)
	if err != nil {
		t.Fatal(err)
	}
	if flow, err = h.engine.FlowEnable(ctx, h.admin, flow.Key, 0); err != nil {
		t.Fatal(err)
	}
	description, typ, flows := "tell somebody", hubtest.NewWorkOrder, []int64{flow.Key}
	if event, err = h.engine.EventCreate(ctx, h.admin, hub.EventInput{Description: &description, Type: &typ, Terms: &terms, FlowKeys: &flows}); err != nil {
		t.Fatal(err)
	}
	if event, err = h.engine.EventEnable(ctx, h.admin, event.Key, 0); err != nil {
		t.Fatal(err)
	}
	return event, flow
}

func TestAnEventIsAnsweredWithWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	jonas := hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "personnel_description", Operation: "EQUAL", Value: "Jonas Campos"}}}
	ana := hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "personnel_description", Operation: "EQUAL", Value: "Ana Souza"}}}
	fires, flow := h.rule(t, jonas)
	quiet, _ := h.rule(t, ana)
	skips, disabled := h.rule(t, hub.Terms{Mode: hub.ModeNone})
	if _, err := h.engine.FlowDisable(t.Context(), h.admin, disabled.Key, 0); err != nil {
		t.Fatal(err)
	}

	first := accepted(t, h.publish(newWorkOrder("1"), nil))
	kind, key, err := hub.ParseID(first.ID)
	if err != nil || kind != hub.KindOccurrence || first.Repeat || len(first.Matches) != 3 || len(first.Executions) != 1 {
		t.Fatalf("got %+v, %v", first, err)
	}
	run := first.Executions[0]
	if run["flow"] != flow.ID() || run["state"] == "" || !strings.HasPrefix(run["id"], "exe_") {
		t.Errorf("the execution is %v", run)
	}
	for _, m := range first.Matches {
		switch m.Event {
		case fires.ID():
			want := []map[string]string{{"id": run["id"], "state": run["state"]}}
			if !m.Fired || !reflect.DeepEqual(m.Executions, want) || len(m.Skipped) != 0 {
				t.Errorf("the event whose terms hold: %+v, want its execution %v", m, want)
			}
		case quiet.ID():
			if m.Fired || len(m.Executions) != 0 {
				t.Errorf("the event whose terms do not hold: %+v", m)
			}
		case skips.ID():
			if !m.Fired || len(m.Executions) != 0 || len(m.Skipped) != 1 || m.Skipped[0].Flow != disabled.ID() || m.Skipped[0].Reason["code"] != "FLOW_DISABLED" {
				t.Errorf("the event whose flow is disabled: %+v", m)
			}
		default:
			t.Errorf("an event that nobody made: %+v", m)
		}
	}
	stored, err := h.db.Occurrence(t.Context(), h.admin, key)
	if err != nil || stored.Name != "1" || stored.Subject != "OT-1496" {
		t.Errorf("after the answer it is not readable: %+v, %v", stored, err)
	}

	again := accepted(t, h.publish(newWorkOrder("1"), nil))
	if !again.Repeat || again.ID != first.ID || len(again.Executions) != 1 || again.Executions[0]["id"] != run["id"] {
		t.Errorf("a repeat: got %+v, want the first one, %+v", again, first)
	}
	w := h.publish(strings.Replace(newWorkOrder("1"), "bearing", "belt", 1), nil)
	if p := problem(t, w); w.Code != 409 || p["code"] != "CONFLICT" || p["path"] != "id" {
		t.Errorf("another content under the same id: got %d %v", w.Code, p)
	}
}

func TestAnEventThatCannotBeTakenIsRefusedAndNothingIsKept(t *testing.T) {
	t.Parallel()
	h := open(t)
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Del(name)
			if value != "" {
				r.Header.Set(name, value)
			}
		}
	}
	change := func(old, new string) string { return strings.Replace(newWorkOrder("1"), old, new, 1) }
	for _, c := range []struct {
		name, body         string
		change             func(*http.Request)
		status             int
		code, path, detail string
	}{
		{"no content type", newWorkOrder("1"), header("Content-Type", ""), 415, "UNSUPPORTED_MEDIA_TYPE", "", eventType},
		{"plain JSON", newWorkOrder("1"), header("Content-Type", "application/json"), 415, "UNSUPPORTED_MEDIA_TYPE", "", eventType},
		{"a batch in another character set", "[]", header("Content-Type", batchType+"; charset=latin1"), 415, "UNSUPPORTED_MEDIA_TYPE", "", batchType},
		{"another event format", "", header("Content-Type", "application/cloudevents+avro"), 415, "UNSUPPORTED_MEDIA_TYPE", "", "binary mode"},
		{"another character set", newWorkOrder("1"), header("Content-Type", eventType+"; charset=latin1"), 415, "UNSUPPORTED_MEDIA_TYPE", "", "UTF-8"},
		{"compressed", newWorkOrder("1"), header("Content-Encoding", "gzip"), 415, "UNSUPPORTED_MEDIA_TYPE", "", "compressed"},
		{"malformed JSON", `{"specversion":`, nil, 400, "INVALID", "", "line 1, column 16"},
		{"a missing attribute", change(`"source":"/fracttal/one",`, ""), nil, 400, "INVALID", "source", "missing"},
		{"an unknown event type", change("work_orders.new", "work_orders.nonsense"), nil, 400, "INVALID", "type", "no event type"},
		{"a record of an unknown type", change(`"work_order_task"`, `"spaceship"`), nil, 400, "INVALID", "data.records.0.type", "spaceship"},
		{"a field of the wrong type", change(`"Jonas Campos"`, `["Jonas"]`), nil, 400, "INVALID", "data.records.0.data.personnel_description", ""},
		{"an id that is endless", newWorkOrder(strings.Repeat("a", 257)), nil, 400, "INVALID", "id", "256"},
		{"a body over the limit", change(`"Check the bearing"`, `"`+strings.Repeat("a", 1<<20)+`"`), nil, 413, "TOO_LARGE", "", "1048576 bytes"},
		{"a body over the limit that does not say so", change(`"Check the bearing"`, `"`+strings.Repeat("a", 1<<20)+`"`),
			func(r *http.Request) { r.ContentLength = -1 }, 413, "TOO_LARGE", "", "1048576 bytes"},
		{"no token", newWorkOrder("1"), header("Authorization", ""), 401, "UNAUTHENTICATED", "", "sign in"},
		{"HTTP Basic", newWorkOrder("1"), header("Authorization", "Basic abc"), 401, "UNAUTHENTICATED", "", "Bearer"},
		{"a forged token", newWorkOrder("1"), header("Authorization", "Bearer "+h.token+"x"), 401, "UNAUTHENTICATED", "", "token"},
		{"a token in the URL", newWorkOrder("1"), func(r *http.Request) {
			r.Header.Del("Authorization")
			r.URL.RawQuery = "access_token=" + h.token
		}, 401, "UNAUTHENTICATED", "", "sign in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := h.publish(c.body, c.change)
			p := problem(t, w)
			path, _ := p["path"].(string)
			if w.Code != c.status || p["code"] != c.code || path != c.path || !strings.Contains(p["detail"].(string), c.detail) {
				t.Errorf("got %d %v\nwant %d %s at %q with %q", w.Code, p, c.status, c.code, c.path, c.detail)
			}
			if c.status == 401 && !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), `Bearer realm="recado"`) {
				t.Errorf("WWW-Authenticate is %q", w.Header().Get("WWW-Authenticate"))
			}
			if given := strings.Contains(w.Header().Get("WWW-Authenticate"), `error="invalid_token"`); c.name == "a forged token" && !given || c.name == "no token" && given {
				t.Errorf("WWW-Authenticate is %q", w.Header().Get("WWW-Authenticate"))
			}
			if c.status == 415 && c.name != "compressed" && w.Header().Get("Accept-Post") != eventType+", "+batchType+", application/json" {
				t.Errorf("it is not said what is accepted: %v", w.Header())
			}
		})
	}
	list, err := h.db.Occurrences(t.Context(), h.admin, hub.OccurrenceFilter{}, hub.Page{})
	if err != nil || len(list.Items) != 0 {
		t.Errorf("something was kept: %v, %v", list.Items, err)
	}
	records, err := h.db.Records(t.Context(), h.admin, "work_order_task", "", hub.Page{})
	if err != nil || len(records.Items) != 0 {
		t.Errorf("records were kept: %v, %v", records.Items, err)
	}
}

func TestWhoMayNotPublishIsToldWhatIsMissing(t *testing.T) {
	t.Parallel()
	h := open(t)
	reader := hubtest.CallerWith(t, h.db, hubtest.May(hubtest.RowWorkOrders, hub.See))
	name := "may only see"
	made, err := h.db.ConsumerCreate(t.Context(), h.admin, hub.ConsumerInput{Name: &name, GroupKey: &reader.Group.Key})
	if err != nil {
		t.Fatal(err)
	}
	h.token = h.signIn(made.Consumer.ClientID, made.Secret)
	w := h.publish(newWorkOrder("1"), nil)
	p := problem(t, w)
	want := []any{map[string]any{"module": "work_management", "submodule": "work_orders", "action": "ADD"}}
	if w.Code != 403 || p["code"] != "FORBIDDEN" || !reflect.DeepEqual(p["needs"], want) || p["group"] != reader.Group.Description || p["asked"] != "POST /events" {
		t.Errorf("got %d %v", w.Code, p)
	}
	if len(h.denied) != 1 || h.denied[0].ConsumerKey != made.Consumer.Key || h.denied[0].Asked != "POST /events" || len(h.denied[0].Needs) != 1 ||
		h.denied[0].Via != (hub.Via{Door: hub.DoorEvents, Address: "192.0.2.1", Request: w.Header().Get("X-Request-Id")}) {
		t.Errorf("the audit log is told %+v", h.denied)
	}
	off := false
	if _, err := h.db.ConsumerUpdate(t.Context(), h.admin, made.Consumer.Key, 0, hub.ConsumerInput{Enabled: &off}); err != nil {
		t.Fatal(err)
	}
	if w := h.publish(newWorkOrder("1"), nil); w.Code != 401 || len(h.denied) != 2 || h.denied[1].Reason != "UNAUTHENTICATED" || h.denied[1].ConsumerKey != made.Consumer.Key {
		t.Errorf("of a consumer that is disabled it is told %+v, %d", h.denied, w.Code)
	}
	h.token = "of nobody"
	if w := h.publish(newWorkOrder("1"), nil); w.Code != 401 || len(h.denied) != 2 {
		t.Errorf("of a token that nobody knows it is told %+v, %d", h.denied, w.Code)
	}
}

func TestWhoMayOnlyPublishIsNotToldOfExecutionsEventsAndFlows(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.rule(t, hub.Terms{Mode: hub.ModeNone})
	_, disabled := h.rule(t, hub.Terms{Mode: hub.ModeNone})
	if _, err := h.engine.FlowDisable(t.Context(), h.admin, disabled.Key, 0); err != nil {
		t.Fatal(err)
	}
	publisher := hubtest.CallerWith(t, h.db, hubtest.May(hubtest.RowWorkOrders, hub.Add))
	name := "may only publish"
	made, err := h.db.ConsumerCreate(t.Context(), h.admin, hub.ConsumerInput{Name: &name, GroupKey: &publisher.Group.Key})
	if err != nil {
		t.Fatal(err)
	}
	h.token = h.signIn(made.Consumer.ClientID, made.Secret)
	for range 2 { // the second is a repeat
		w := h.publish(newWorkOrder("1"), nil)
		a := accepted(t, w)
		if len(a.Matches) != 2 || !a.Matches[0].Fired || len(a.Executions) != 0 || len(a.Matches[0].Executions)+len(a.Matches[1].Executions) != 0 {
			t.Errorf("it is answered with %s", w.Body)
		}
		for _, id := range []string{"evt_", "exe_", "flw_", disabled.Description} {
			if strings.Contains(w.Body.String(), id) {
				t.Errorf("it is told of %q: %s", id, w.Body)
			}
		}
		if !strings.Contains(w.Body.String(), `"code":"FLOW_DISABLED"`) {
			t.Errorf("it is not told why a flow did not run: %s", w.Body)
		}
	}
}

func TestEveryTypeOfEventNeedsTheRowThatGuardsItAndNoOther(t *testing.T) {
	t.Parallel()
	h := open(t)
	cat := catalog.Load()
	// token signs in a consumer who holds what keep lets through of the whole matrix.
	token := func(name string, keep func(hub.Permission) bool) string {
		var perms []hub.Permission
		for _, p := range cat.Matrix().Permissions() {
			if keep(p) {
				perms = append(perms, p)
			}
		}
		group := hubtest.CallerWith(t, h.db, perms...).Group
		made, err := h.db.ConsumerCreate(t.Context(), h.admin, hub.ConsumerInput{Name: &name, GroupKey: &group.Key})
		if err != nil {
			t.Fatal(err)
		}
		return h.signIn(made.Consumer.ClientID, made.Secret)
	}
	tokens := map[hub.Permission][2]string{}
	for i, typ := range cat.EventTypes() {
		need := cat.RecordType(typ.RecordType).Row.Permission(hub.Add)
		pair, known := tokens[need]
		if !known {
			pair = [2]string{token("all but "+need.String(), func(p hub.Permission) bool { return p != need }), token("only "+need.String(), func(p hub.Permission) bool { return p == need })}
			tokens[need] = pair
		}
		body := fmt.Sprintf(`{"specversion":"1.0","id":"e%d","source":"/t","type":%q,"subject":"s"}`, i, typ.Key)
		h.token = pair[0]
		w := h.publish(body, nil)
		p := problem(t, w)
		want := []any{map[string]any{"module": need.Module, "submodule": need.Submodule, "action": string(need.Action)}}
		if w.Code != 403 || p["code"] != "FORBIDDEN" || !reflect.DeepEqual(p["needs"], want) {
			t.Errorf("%s without %s is answered with %d %v", typ.Key, need, w.Code, p)
		}
		h.token = pair[1]
		if w := h.publish(body, nil); w.Code != 202 {
			t.Errorf("%s with %s and nothing else is answered with %d %s", typ.Key, need, w.Code, w.Body)
		}
	}
}

func TestAHubThatShutsDownSaysComeBack(t *testing.T) {
	t.Parallel()
	h := open(t)
	if err := h.engine.Drain(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	w := h.publish(newWorkOrder("1"), nil)
	if p := problem(t, w); w.Code != 503 || p["code"] != "UNAVAILABLE" || w.Header().Get("Retry-After") == "" {
		t.Errorf("got %d %v, Retry-After %q", w.Code, p, w.Header().Get("Retry-After"))
	}
}

// What one request leaves in the buffers that are used again must not show in another.
func TestEventsThatComeAtOnceDoNotMix(t *testing.T) {
	t.Parallel()
	h := open(t)
	var done sync.WaitGroup
	for g := range 8 {
		done.Go(func() {
			for i := range 25 {
				subject := fmt.Sprintf("OT-%d-%s", g, strings.Repeat("x", i))
				w := h.publish(strings.ReplaceAll(newWorkOrder(subject), "OT-1496", subject), nil)
				var a answer
				if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != http.StatusAccepted {
					t.Errorf("%s: got %d %s", subject, w.Code, w.Body)
					return
				}
				_, key, _ := hub.ParseID(a.ID)
				stored, err := h.db.Occurrence(t.Context(), h.admin, key)
				if err != nil || stored.Subject != subject || stored.Name != subject || stored.Records[0].Data["wo_folio"] != subject {
					t.Errorf("%s was stored as %+v, %v", subject, stored, err)
				}
			}
		})
	}
	done.Wait()
}

func TestARefusalIsSaidInTheLanguageOfTheCaller(t *testing.T) {
	t.Parallel()
	h := open(t)
	for locale, want := range map[string]string{
		"pt-BR": `não há tipo de evento "nothing"; eles estão listados em catalog.eventTypes`,
		"fr":    `il n'y a pas de type d'événement "nothing" ; ils sont listés par catalog.eventTypes`,
		"de":    `there is no event type "nothing"; they are listed by catalog.eventTypes`,
	} {
		t.Run(locale, func(t *testing.T) {
			w := h.publish(strings.Replace(newWorkOrder("1"), "work_management.work_orders.new", "nothing", 1), func(r *http.Request) { r.Header.Set("Accept-Language", locale) })
			if p := problem(t, w); p["detail"] != want || p["code"] != "INVALID" {
				t.Errorf("it is answered with %v", p)
			}
		})
	}
}
