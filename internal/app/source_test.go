//go:build unix

package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// cmms is another system's REST service, with a token server, that tells of three work orders, two in a page.
type cmms struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func newCMMS(t *testing.T) *cmms {
	c := &cmms{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/token" {
			if id, secret, _ := r.BasicAuth(); id != "hub" || secret != "the-secret-of-the-hub" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			_, _ = fmt.Fprint(w, `{"access_token":"the-token-of-the-hub","token_type":"Bearer","expires_in":3600}`)
			return
		}
		c.mu.Lock()
		c.asked = append(c.asked, r.URL.String())
		c.mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer the-token-of-the-hub" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		from, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		rows := []object{}
		for i := from; i < min(from+2, 3); i++ {
			rows = append(rows, object{"number": 100 + i, "title": fmt.Sprint("Task ", i), "order": object{"code": fmt.Sprint("WO-", i)}})
		}
		_ = json.NewEncoder(w).Encode(object{"data": object{"rows": rows}})
	}))
	t.Cleanup(c.Close)
	return c
}

func TestAFlowAsksAnotherSystemAndTellsOfWhatItFinds(t *testing.T) {
	t.Parallel()
	other, h := newCMMS(t), newHook(t)
	hub := serve(t, t.TempDir(), anyPort, reaching)
	r := routed(t, hub, "webhook", object{"url": h.URL}, map[string]string{"signing_secret": hookSecret}, toHook)
	source := integrated(t, r.admin, "http", object{"url": other.URL, "auth": "OAUTH2", "oauth_token_url": other.URL + "/token", "oauth_client_id": "hub"},
		map[string]string{"oauth_client_secret": "the-secret-of-the-hub"})
	if found := checked(t, r.admin, source); len(found) > 0 {
		t.Fatalf("the source has problems: %v", found)
	}
	target := object{"integration": r.integration}
	for name, value := range toHook {
		target[name] = value
	}
	var f, e made
	fetch := object{"integration": source, "action": "read_rows", "parameters": object{"path": "/orders", "rows": "/data/rows", "paging": "OFFSET", "page_size": 2, "query": object{"state": "open"},
		"fields": object{"id_work_orders_tasks": "/number", "description": "/title", "wo_folio": "/order/code"}}}
	r.admin.act(t, `mutation($input: FlowCreateInput!) { flowCreate(input: $input) { flow { id problems { code path message } source { fetch { action parameters integration { id } } } } userErrors { message field } } }`,
		object{"input": object{"description": "What the other system has", "trigger": "MANUAL", "targets": []object{target},
			"source": object{"consumer": r.reader, "action": "query_work_order_tasks", "fetch": fetch}}}, &f)
	r.admin.act(t, `mutation($id: ID!) { flowEnable(id: $id) { flow { enabled } userErrors { message field } } }`, object{"id": f.Flow.ID}, &e)
	var ran struct{ Execution struct{ ID string } }
	r.admin.act(t, `mutation($id: ID!) { flowRun(id: $id, input: {}) { execution { id } userErrors { message field } } }`, object{"id": f.Flow.ID}, &ran)
	eventually(t, "the execution has ended", func() bool { return r.admin.execution(t, ran.Execution.ID).State == "CLOSED" })
	if e := r.admin.execution(t, ran.Execution.ID); e.Outcome != "SUCCEEDED" || len(e.Deliveries) != 3 {
		t.Fatalf("%s %+v, %d deliveries", e.Outcome, e.Reason, len(e.Deliveries))
	}
	got := strings.Join(h.messages(), "\n")
	for i := range 3 {
		if want := fmt.Sprintf(`{"text": "WO-%d: Task %d", "to": "workshop", "number": %d}`, i, i, 100+i); strings.Count(got, want) != 1 {
			t.Errorf("%s is not once in\n%s", want, got)
		}
	}
	other.mu.Lock()
	defer other.mu.Unlock()
	if want := "/orders?limit=2&offset=0&state=open /orders?limit=2&offset=2&state=open"; strings.Join(other.asked, " ") != want {
		t.Errorf("the other system was asked %q", other.asked)
	}
}

// An event's flow asks about what the occurrence is about, and only once that has been accepted.
func TestAnEventHasAnotherSystemAskedAboutItsWorkOrder(t *testing.T) {
	t.Parallel()
	other, h := newCMMS(t), newHook(t)
	hub := serve(t, t.TempDir(), anyPort, reaching)
	r := routed(t, hub, "webhook", object{"url": h.URL}, map[string]string{"signing_secret": hookSecret}, toHook)
	source := integrated(t, r.admin, "http", object{"url": other.URL, "auth": "OAUTH2", "oauth_token_url": other.URL + "/token", "oauth_client_id": "hub"},
		map[string]string{"oauth_client_secret": "the-secret-of-the-hub"})
	target := maps.Clone(toHook)
	target["integration"] = r.integration
	target["mapping"] = []object{{"field": "occurrence.wo_folio", "name": "folio"}, {"field": "description", "name": "task"}, {"field": "id_work_orders_tasks", "name": "number"}}
	flow := r.listen(t, object{"consumer": r.reader, "action": "query_work_order_tasks", "fetch": object{"integration": source, "action": "read_rows",
		"parameters": object{"path": "/orders", "rows": "/data/rows", "paging": "OFFSET", "page_size": 2, "fields": object{"id_work_orders_tasks": "/number", "description": "/title"}},
		"mapping":    []object{{"name": "query.order", "field": "wo_folio"}}}}, target)
	a, err := r.admin.tryPublish(workOrder("OS-9", 9, ""))
	if err != nil || len(a.Executions) != 2 {
		t.Fatalf("POST /events: %v, %+v", err, a)
	}
	for _, e := range a.Executions {
		eventually(t, "the execution has ended", func() bool { return r.admin.execution(t, e.ID).State == "CLOSED" })
		if e := r.admin.execution(t, e.ID); e.Outcome != "SUCCEEDED" {
			t.Fatalf("%s %+v", e.Outcome, e.Reason)
		}
	}
	got := strings.Join(h.messages(), "\n")
	for i := range 3 {
		if want := fmt.Sprintf(`{"text": "OS-9: Task %d", "to": "workshop", "number": %d}`, i, 100+i); strings.Count(got, want) != 1 {
			t.Errorf("%s is not once in\n%s", want, got)
		}
	}
	var preview struct {
		FlowPreview struct {
			Executions []struct {
				Deliveries []struct{ State string }
				Reason     *struct{ Message string }
			}
		}
	}
	r.admin.ask(t, `query($input: FlowPreviewInput!) { flowPreview(input: $input) { executions { deliveries { state } reason { message } } } }`,
		object{"input": object{"flow": flow, "on": object{"occurrence": a.ID}}}, &preview)
	if list := preview.FlowPreview.Executions; len(list) != 1 || len(list[0].Deliveries) != 3 {
		t.Errorf("the preview is %+v", list)
	}
	other.mu.Lock()
	defer other.mu.Unlock()
	if once := "/orders?limit=2&offset=0&order=OS-9 /orders?limit=2&offset=2&order=OS-9"; strings.Join(other.asked, " ") != once+" "+once {
		t.Errorf("the other system was asked %q, want twice %q", other.asked, once)
	}
}

func TestASourceTellsScreensWhatItCanBeAskedFor(t *testing.T) {
	t.Parallel()
	hub := serve(t, t.TempDir(), anyPort)
	admin := signIn(t, hub.url, adminKey, adminSecret)
	var data struct {
		Connector struct {
			Roles   []string
			Actions []object
			Sources []struct {
				Key, Title string
				Parameters struct{ Labels []object }
			}
		}
	}
	admin.ask(t, `{ connector(name: "http") { roles actions { key } sources { key title parameters { labels { name title help } } } } }`, nil, &data)
	c := data.Connector
	if len(c.Roles) != 1 || c.Roles[0] != "SOURCE" || len(c.Actions) != 0 || len(c.Sources) != 1 || c.Sources[0].Key != "read_rows" || len(c.Sources[0].Parameters.Labels) < 10 {
		t.Errorf("%+v", c)
	}
}
