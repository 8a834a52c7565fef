// Command cloudevents-go sends events to a hub with the official SDK of CloudEvents, which knows nothing of it, in all three content
// modes. Each check is one line of JSON on standard output: its name, and what went wrong. Run as: go run . URL, with the client in
// CLIENT_ID and CLIENT_SECRET. It is a module of its own, so that what the SDK needs does not become what Recado needs.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
)

func main() {
	h, err := signIn(os.Args[1], os.Getenv("CLIENT_ID"), os.Getenv("CLIENT_SECRET"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, m := range []mode{{"structured", h.structured}, {"binary", h.binary}, {"batch", h.alone}} {
		h.checks(m)
	}
	h.checkClient()
	h.checkBatch()
}

// hub is where the events go.
type hub struct{ url, token string }

// answer is what the hub says of an event, or of a batch.
type answer struct {
	Status  int
	ID      string
	Repeat  bool
	Matches []any
	Code    string
	Path    string
	Results []answer
}

// mode is a way to send an event.
type mode struct {
	name string
	send func(cloudevents.Event) (answer, error)
}

// check prints what became of a check.
func check(name string, err error) {
	line := map[string]any{"name": name, "error": nil}
	if err != nil {
		line["error"] = err.Error()
	}
	text, _ := json.Marshal(line)
	fmt.Println(string(text))
}

func signIn(at, id, secret string) (*hub, error) {
	r, err := http.NewRequest("POST", at+"/oauth/token", strings.NewReader(url.Values{"grant_type": {"client_credentials"}}.Encode()))
	if err != nil {
		return nil, err
	}
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var got struct {
		Token string `json:"access_token"`
	}
	if _, err := do(r, &got); err != nil {
		return nil, err
	}
	return &hub{at, got.Token}, nil
}

func do(r *http.Request, into any) (status int, err error) {
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return 0, fmt.Errorf("%d %s: %w", res.StatusCode, text, err)
	}
	return res.StatusCode, nil
}

func (h *hub) post(r *http.Request) (a answer, err error) {
	r.Header.Set("Authorization", "Bearer "+h.token)
	status, err := do(r, &a)
	a.Status = status
	return a, err
}

// write sends an event as the SDK writes it, without asking it whether the event is good: the hub is to judge.
func (h *hub) write(ctx context.Context, e cloudevents.Event) (answer, error) {
	r, err := http.NewRequest("POST", h.url+"/events", nil)
	if err != nil {
		return answer{}, err
	}
	if err := cehttp.WriteRequest(ctx, binding.ToMessage(&e), r); err != nil {
		return answer{}, err
	}
	return h.post(r)
}

func (h *hub) structured(e cloudevents.Event) (answer, error) {
	return h.write(binding.WithForceStructured(context.Background()), e)
}

func (h *hub) binary(e cloudevents.Event) (answer, error) {
	return h.write(binding.WithForceBinary(context.Background()), e)
}

// batch sends events as the SDK writes a list of them.
func (h *hub) batch(events ...cloudevents.Event) (answer, error) {
	text, err := json.Marshal(events)
	if err != nil {
		return answer{}, err
	}
	r, err := http.NewRequest("POST", h.url+"/events", bytes.NewReader(text))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Content-Type", cloudevents.ApplicationCloudEventsBatchJSON)
	return h.post(r)
}

// alone sends a batch of one event.
func (h *hub) alone(e cloudevents.Event) (answer, error) {
	a, err := h.batch(e)
	if err == nil && len(a.Results) == 1 {
		return a.Results[0], nil
	}
	return a, err
}

func records(text string) map[string]any {
	return map[string]any{"records": []any{map[string]any{"type": "work_order_task", "key": "884213",
		"data": map[string]any{"wo_folio": "OT-1496", "description": text}}}}
}

// workOrder is an event of a new work order.
func workOrder(id string) cloudevents.Event {
	e := cloudevents.NewEvent()
	e.SetID(id)
	e.SetSource("/clients/go")
	e.SetType("work_management.work_orders.new")
	e.SetSubject("São Paulo 50% €")
	e.SetTime(time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC))
	e.SetExtension("plant", "Évora")
	must(e.SetData(cloudevents.ApplicationJSON, records("Check the bearing")))
	return e
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// same says that two values are not.
func same(what string, got, want any) error {
	if reflect.DeepEqual(got, want) {
		return nil
	}
	return fmt.Errorf("%s: got %v, want %v", what, got, want)
}

// refused says that an event was not refused as it should be.
func (m mode) refused(e cloudevents.Event, status int, code, path string) error {
	a, err := m.send(e)
	return errors.Join(err, same("the answer", []any{a.Status, a.Code, a.Path}, []any{status, code, path}))
}

func (h *hub) checks(m mode) {
	check(m.name+": an event is taken and stored with all that it has", h.stores(m))
	check(m.name+": a repeat has the same answer", m.repeats(workOrder(m.name+" 2"), workOrder(m.name+" 2")))

	bytes := workOrder(m.name + " 3")
	text, err := json.Marshal(records("Check the bearing"))
	must(err)
	must(bytes.SetData(cloudevents.ApplicationJSON, text)) // which the SDK writes in base 64
	check(m.name+": data as bytes is the same event", m.repeats(workOrder(m.name+" 3"), bytes))

	_, err = m.send(workOrder(m.name + " 4"))
	other := workOrder(m.name + " 4")
	must(other.SetData(cloudevents.ApplicationJSON, records("Change the belt")))
	check(m.name+": another content under the same id is a conflict", errors.Join(err, m.refused(other, 409, "CONFLICT", "id")))

	old := cloudevents.NewEvent(cloudevents.VersionV03)
	old.SetID("5")
	old.SetSource("/clients/go")
	old.SetType("work_management.work_orders.new")
	check(m.name+": another version is refused", m.refused(old, 400, "INVALID", "specversion"))

	for _, name := range []string{"id", "source", "type"} {
		e := cloudevents.NewEvent()
		set := map[string]func(string){"id": e.SetID, "source": e.SetSource, "type": e.SetType}
		for other, set := range set {
			if other != name {
				set("something")
			}
		}
		check(m.name+": an event without "+name+" is refused", m.refused(e, 400, "INVALID", name))
	}
}

func (m mode) repeats(e, again cloudevents.Event) error {
	first, err := m.send(e)
	if err != nil {
		return err
	}
	second, err := m.send(again)
	if err != nil {
		return err
	}
	want := first
	want.Repeat = true
	return errors.Join(same("the first status", first.Status, 202), same("first", first.Repeat, false), same("the answer", second, want))
}

// stores publishes an event and reads it back.
func (h *hub) stores(m mode) error {
	a, err := m.send(workOrder(m.name + " 1"))
	if err != nil || a.Status != 202 {
		return fmt.Errorf("got %+v, %w", a, err)
	}
	query, err := json.Marshal(map[string]any{"variables": map[string]any{"id": a.ID},
		"query": "query($id: ID!) { occurrence(id: $id) { source name type subject time extensions records { type key data } } }"})
	if err != nil {
		return err
	}
	r, err := http.NewRequest("POST", h.url+"/graphql", bytes.NewReader(query))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+h.token)
	r.Header.Set("Content-Type", "application/json")
	var got struct {
		Data struct{ Occurrence map[string]any }
	}
	if _, err := do(r, &got); err != nil {
		return err
	}
	o := got.Data.Occurrence
	return errors.Join(
		same("source", o["source"], "/clients/go"), same("name", o["name"], m.name+" 1"), same("type", o["type"], "work_management.work_orders.new"),
		same("subject", o["subject"], "São Paulo 50% €"), same("time", o["time"], "2026-11-22T14:00:00.000Z"),
		same("extensions", o["extensions"], map[string]any{"plant": "Évora"}), same("records", o["records"], records("Check the bearing")["records"]),
	)
}

// checkClient sends with the SDK's own client, as most do.
func (h *hub) checkClient() {
	c, err := cloudevents.NewClientHTTP(cehttp.WithTarget(h.url+"/events"), cehttp.WithHeader("Authorization", "Bearer "+h.token))
	must(err)
	for name, ctx := range map[string]context.Context{
		"structured": cloudevents.WithEncodingStructured(context.Background()), "binary": cloudevents.WithEncodingBinary(context.Background()),
	} {
		result := c.Send(ctx, workOrder("client "+name))
		check("the SDK's client takes a "+name+" event for delivered", isNot(cloudevents.IsACK(result), result))
		bad := workOrder("client " + name)
		bad.SetType("nothing")
		result = c.Send(ctx, bad)
		var status *cehttp.Result
		check("the SDK's client takes a bad "+name+" event for refused", isNot(cloudevents.IsNACK(result) && cloudevents.ResultAs(result, &status) && status.StatusCode == 400, result))
	}
}

func isNot(ok bool, what error) error {
	if ok {
		return nil
	}
	return fmt.Errorf("it is not: %v", what)
}

func (h *hub) checkBatch() {
	wrong := workOrder("batch b")
	wrong.SetType("nothing")
	a, err := h.batch(workOrder("batch a"), wrong, workOrder("batch a"), workOrder("batch c"))
	var statuses, repeats []any
	for _, r := range a.Results {
		statuses, repeats = append(statuses, r.Status), append(repeats, r.Repeat)
	}
	check("batch: each event has a result of its own, in order", errors.Join(err, same("the status", a.Status, 200),
		same("the results", statuses, []any{202, 400, 202, 202}), same("repeats", repeats, []any{false, false, true, false})))
}
