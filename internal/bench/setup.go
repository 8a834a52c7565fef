package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// The names of the ways in the report.
const (
	wayRelay  = "relay"
	wayRecado = "recado"
)

// bench is everything that runs during a measurement.
type bench struct {
	plan      plan
	client    *http.Client
	sink      *sink
	processes []*exec.Cmd
	hubURL    string
	relayURL  string
	token     string
	used      int // event numbers handed out
}

// warmup is how many events go through each way before anything is measured.
const warmup = 3000

func prepare(ctx context.Context, p plan) (*bench, error) {
	b := &bench{plan: p, client: &http.Client{Transport: transport()}}
	var err error
	if b.sink, err = startSink((2*p.rounds+1)*p.events + 2*warmup + int(p.soak.Seconds()*soakMost)); err != nil {
		return nil, err
	}
	hubArgs := []string{hubCommand, "--data", p.data}
	if p.profile != "" {
		hubArgs = append(hubArgs, "--profile", p.profile)
	}
	if b.relayURL, err = b.start(relayCommand, b.sink.url); err == nil {
		if b.hubURL, err = b.start(hubArgs...); err == nil {
			err = b.configure(ctx)
		}
	}
	if err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// start runs this executable as another process and returns the URL that it prints first.
func (b *bench) start(args ...string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	cmd := exec.Command(self, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	b.processes = append(b.processes, cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s did not start: %w", args[0], err)
	}
	go io.Copy(io.Discard, out)
	return strings.TrimSpace(line), nil
}

// close ends the processes and says how much CPU each way used: the relay, and the hub with its connector.
func (b *bench) close() map[string]time.Duration {
	used := map[string]time.Duration{}
	for _, cmd := range b.processes {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		if s := cmd.ProcessState; s != nil {
			used[cmd.Args[1]] = s.UserTime() + s.SystemTime() // with the children that it waited for
		}
	}
	b.processes = nil
	b.sink.server.Close()
	return used
}

// rounds measures the ways in turn, the relay first and last, so that each round of Recado stands between two of the relay.
func (b *bench) rounds(ctx context.Context) ([]result, error) {
	relay := way{wayRelay, b.relayURL, http.Header{"Content-Type": {"application/json"}}, writeEvent}
	recado := b.recado()
	for _, w := range []way{relay, recado} {
		if _, err := b.round(ctx, w, warmup); err != nil {
			return nil, err
		}
	}
	list := make([]result, 0, 2*b.plan.rounds+1)
	for i := range 2*b.plan.rounds + 1 {
		w := relay
		if i%2 == 1 {
			w = recado
		}
		r, err := b.round(ctx, w, b.plan.events)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

func (b *bench) recado() way {
	return way{wayRecado, b.hubURL + "/events", http.Header{"Content-Type": {"application/cloudevents+json"}, "Authorization": {"Bearer " + b.token}}, writeEvent}
}

func (b *bench) round(ctx context.Context, w way, n int) (result, error) {
	from := b.used
	b.used += n
	return b.post(ctx, w, from, n)
}

// Times of the work orders: one that is overdue already would be told of a second time, by the hub itself.
var (
	created = time.Now().UTC().Truncate(time.Second).Format(time.RFC3339)
	planned = time.Now().UTC().Truncate(time.Second).AddDate(0, 0, 7).Format(time.RFC3339)
)

// writeEvent writes the CloudEvent of a new work order: one task row of common size, whose responsible person is known.
func writeEvent(buf *bytes.Buffer, n int) {
	fmt.Fprintf(buf, `{"specversion":"1.0","id":"e%d","source":"/bench/cmms","type":"work_management.work_orders.new","subject":"%s%d","time":"%s",`+
		`"datacontenttype":"application/json","data":{"records":[{"type":"work_order_task","key":"%d","data":{"id_work_orders_tasks":%d,"id_work_order":%d,`+
		`"wo_folio":"%s%d","id_status_work_order":1,"description":"Lubricar rolamentos do motor principal","task_note":"Usar graxa NLGI 2",`+
		`"tasks_log_task_type_main":"Preventiva","id_priorities":2,"code":"MTR-0042","items_log_description":"Motor principal { MTR-0042 }",`+
		`"parent_description":"// Fábrica Norte/ Linha 2/","user_assigned":"Jonas Campos","code_responsible":"P-001","created_by":"Ana Souza",`+
		`"creation_date":"%s","date_maintenance":"%s","duration":5400,"stop_assets":false,"completed_percentage":0}}]}}`,
		n, marker, n, created, n, n, n, marker, n, created, planned)
}

// configure walks the article's four steps through the public API.
func (b *bench) configure(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	var err error
	if b.token, err = b.fetchToken(ctx); err != nil {
		return err
	}
	consumer, err := b.firstConsumer(ctx)
	if err != nil {
		return err
	}
	integration, err := b.mutate(ctx, "integrationCreate", "integration", "IntegrationCreateInput!", map[string]any{
		"connector": "whatsapp", "name": "bench",
		"settings": map[string]any{"phone_number_id": "310654000000003", "waba_id": "210987000000002", "base_url": b.sink.url, "graph_version": "v25.0",
			"rate_per_second": 1e6, "pair_rate_per_second": 1e6}, // the provider's pace is not what is measured
		"secrets": []any{map[string]any{"name": "access_token", "value": "bench"}, map[string]any{"name": "app_secret", "value": "bench"},
			map[string]any{"name": "verify_token", "value": "bench"}}})
	if err != nil {
		return err
	}
	flow, err := b.mutate(ctx, "flowCreate", "flow", "FlowCreateInput!", benchFlow(consumer, integration))
	if err != nil {
		return err
	}
	event, err := b.mutate(ctx, "eventCreate", "event", "EventCreateInput!", map[string]any{"description": "New work order for Jonas",
		"type": "work_management.work_orders.new", "flows": []any{flow},
		"terms": map[string]any{"mode": "ALL", "terms": []any{map[string]any{"field": "responsible", "operation": "EQUAL", "value": "P-001"}}}})
	if err != nil {
		return err
	}
	var ignored json.RawMessage
	return errors.Join(
		b.query(ctx, `mutation($r:[RecordInput!]!){recordsUpsert(input:{records:$r}){userErrors{code message field}}}`, map[string]any{"r": []any{
			map[string]any{"type": "person", "key": "P-001", "data": map[string]any{"code": "P-001", "name": "Jonas Campos", "sms": "5511999990001"}}}}, &ignored),
		b.enable(ctx, "flowEnable", flow), b.enable(ctx, "eventEnable", event))
}

func benchFlow(consumer, integration string) map[string]any {
	var mapping []any
	for i, field := range []string{"user_assigned", "wo_folio", "task_todo_description", "creation_date", "created_by", "user_assigned", "item_description"} {
		mapping = append(mapping, map[string]any{"field": field, "position": i + 1})
	}
	return map[string]any{"description": "WO assignment by WhatsApp",
		"source": map[string]any{"consumer": consumer, "action": "query_work_order_tasks"},
		"targets": []any{map[string]any{"integration": integration, "action": "wo_assignment_pt_BR", "parameters": map[string]any{"template": "wo_assigned"},
			"recipient": map[string]any{"field": "responsible.sms"}, "mapping": mapping}}}
}

func (b *bench) fetchToken(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.hubURL+"/oauth/token", strings.NewReader(url.Values{"grant_type": {"client_credentials"}}.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(benchKey, benchSecret)
	var answer struct {
		Token string `json:"access_token"`
	}
	err = b.answer(req, &answer)
	return answer.Token, err
}

// firstConsumer switches hubEnabled on for the consumer of the first start, with whose rights the flow is to read.
func (b *bench) firstConsumer(ctx context.Context) (string, error) {
	var viewer struct {
		Viewer struct{ Consumer struct{ ID string } }
	}
	if err := b.query(ctx, `{viewer{consumer{id}}}`, nil, &viewer); err != nil {
		return "", err
	}
	id := viewer.Viewer.Consumer.ID
	var ignored json.RawMessage
	return id, b.query(ctx, `mutation($id:ID!){consumerUpdate(id:$id,input:{hubEnabled:true}){userErrors{code message field}}}`, map[string]any{"id": id}, &ignored)
}

func (b *bench) enable(ctx context.Context, mutation, id string) error {
	var ignored json.RawMessage
	return b.query(ctx, `mutation($id:ID!){`+mutation+`(id:$id){userErrors{code message field}}}`, map[string]any{"id": id}, &ignored)
}

// mutate makes something and returns its id.
func (b *bench) mutate(ctx context.Context, mutation, noun, inputType string, input any) (string, error) {
	var data map[string]map[string]json.RawMessage
	err := b.query(ctx, `mutation($in:`+inputType+`){`+mutation+`(input:$in){`+noun+`{id} userErrors{code message field}}}`, map[string]any{"in": input}, &data)
	if err != nil {
		return "", err
	}
	var made struct{ ID string }
	err = json.Unmarshal(data[mutation][noun], &made)
	return made.ID, err
}

// query runs an operation; errors and userErrors are errors.
func (b *bench) query(ctx context.Context, operation string, variables map[string]any, data any) error {
	body, err := json.Marshal(map[string]any{"query": operation, "variables": variables})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.hubURL+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+b.token)
	var answer struct {
		Data   json.RawMessage
		Errors json.RawMessage
	}
	if err := b.answer(req, &answer); err != nil {
		return err
	}
	if len(answer.Errors) > 0 {
		return fmt.Errorf("%s: %s", operation, answer.Errors)
	}
	var payloads map[string]struct {
		UserErrors []json.RawMessage `json:"userErrors"`
	}
	if strings.HasPrefix(operation, "mutation") && json.Unmarshal(answer.Data, &payloads) == nil {
		for name, p := range payloads {
			if len(p.UserErrors) > 0 {
				return fmt.Errorf("%s: %s", name, p.UserErrors[0])
			}
		}
	}
	return json.Unmarshal(answer.Data, data)
}

func (b *bench) answer(req *http.Request, into any) error {
	res, err := b.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s answered %s: %s", req.URL.Path, res.Status, text)
	}
	return nil
}
