package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// setup is what stands in a hub's data directory, noted there for a later run.
type setup struct {
	Consumer    string   `json:"consumer"`
	Integration string   `json:"integration"`
	Flows       []string `json:"flows"`   // those of the history
	History     int      `json:"history"` // executions that a history has
	From        int      `json:"from"`    // the number of its first event

	Staff *staff `json:"staff,omitempty"` // who looks at its screens, and what is there to look at; nil if nobody ever did
}

// The notes of this benchmark: in the directory of a hub, and in that of all of them.
const (
	setUpFile = "bench-setup.json"
	usedFile  = "bench-used.json"
)

func (h *instance) note() error {
	return writeJSON(filepath.Join(h.data, setUpFile), h.setup)
}

func writeJSON(path string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

func readJSON(path string, v any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

// usedBefore is up to which number earlier runs on a directory gave events.
func usedBefore(dir string) (n int) {
	if readJSON(filepath.Join(dir, usedFile), &n) != nil {
		return 0
	}
	return n
}

func noteUsed(dir string, n int) error {
	return errors.Join(os.MkdirAll(dir, 0o700), writeJSON(filepath.Join(dir, usedFile), n))
}

// setUp sets a new hub up. One that was has the sink of an earlier run, so it is told of this one.
func (h *instance) setUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := readJSON(filepath.Join(h.data, setUpFile), &h.setup); err != nil {
		return errors.Join(h.configure(ctx), h.note())
	}
	var ignored json.RawMessage
	return h.query(ctx, `mutation($id:ID!,$in:IntegrationUpdateInput!){integrationUpdate(id:$id,input:$in){userErrors{code message field}}}`,
		map[string]any{"id": h.Integration, "in": map[string]any{"settings": h.settings(), "secrets": benchSecrets}}, &ignored)
}

// settings are those of the integration. The provider's pace is not what is measured.
func (h *instance) settings() map[string]any {
	return map[string]any{"phone_number_id": "310654000000003", "waba_id": "210987000000002", "base_url": h.sinkURL, "graph_version": "v25.0",
		"rate_per_second": 1e6, "pair_rate_per_second": 1e6}
}

var benchSecrets = []any{map[string]any{"name": "access_token", "value": "bench"}, map[string]any{"name": "app_secret", "value": "bench"},
	map[string]any{"name": "verify_token", "value": "bench"}}

// configure walks the article's four steps through the public API.
func (h *instance) configure(ctx context.Context) (err error) {
	if h.Consumer, err = h.firstConsumer(ctx); err != nil {
		return err
	}
	h.Integration, err = h.mutate(ctx, "integrationCreate", "integration", "IntegrationCreateInput!", map[string]any{
		"connector": "whatsapp", "name": "bench", "settings": h.settings(), "secrets": benchSecrets})
	if err != nil {
		return err
	}
	_, err = h.assignment(ctx, "New work order for Jonas", hotType, "P-001")
	return err
}

// assignment sets up that persons are told of events of a type which name them: the persons, a flow, and the event that runs it.
func (h *instance) assignment(ctx context.Context, description, event string, persons ...string) (flow string, err error) {
	var records, terms []any
	for _, p := range persons {
		records = append(records, map[string]any{"type": "person", "key": p, "data": map[string]any{"code": p, "name": "Jonas Campos", "sms": phone(p)[1:]}})
		terms = append(terms, map[string]any{"field": "responsible", "operation": "EQUAL", "value": p})
	}
	var ignored json.RawMessage
	if err := h.query(ctx, `mutation($r:[RecordInput!]!){recordsUpsert(input:{records:$r}){userErrors{code message field}}}`, map[string]any{"r": records}, &ignored); err != nil {
		return "", err
	}
	if flow, err = h.mutate(ctx, "flowCreate", "flow", "FlowCreateInput!", benchFlow(description, h.Consumer, h.Integration)); err != nil {
		return "", err
	}
	mode := "ALL"
	if len(terms) > 1 {
		mode = "ANY"
	}
	made, err := h.mutate(ctx, "eventCreate", "event", "EventCreateInput!", map[string]any{"description": description, "type": event, "flows": []any{flow},
		"terms": map[string]any{"mode": mode, "terms": terms}})
	if err != nil {
		return "", err
	}
	return flow, errors.Join(h.enable(ctx, "flowEnable", flow), h.enable(ctx, "eventEnable", made))
}

// phone is the number of a person P-NNN.
func phone(person string) string { return fmt.Sprint("+5511999990", person[2:]) }

func benchFlow(description, consumer, integration string) map[string]any {
	var mapping []any
	for i, field := range []string{"user_assigned", "wo_folio", "task_todo_description", "creation_date", "created_by", "user_assigned", "item_description"} {
		mapping = append(mapping, map[string]any{"field": field, "position": i + 1})
	}
	return map[string]any{"description": description,
		"source": map[string]any{"consumer": consumer, "action": "query_work_order_tasks"},
		"targets": []any{map[string]any{"integration": integration, "action": "wo_assignment_pt_BR", "parameters": map[string]any{"template": "wo_assigned"},
			"recipient": map[string]any{"field": "responsible.sms"}, "mapping": mapping}}}
}
