package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"time"
)

// instance is a hub in a process of its own, and how it is reached.
type instance struct {
	data    string
	client  *http.Client
	sinkURL string
	cmd     *exec.Cmd
	url     string
	door    string // where its process is profiled
	token   string
	setup
	since time.Time     // when its history began
	span  time.Duration // how long that took
}

// batches is the way of events that come so many at a time.
func (w way) batches(size int) way {
	w.batch, w.header = size, w.header.Clone()
	w.header.Set("Content-Type", "application/cloudevents-batch+json")
	return w
}

// recado is the way through a hub.
func (h *instance) recado(name string, body func(*bytes.Buffer, int)) way {
	return way{name: name, url: h.url + "/events", header: http.Header{"Content-Type": {"application/cloudevents+json"}, "Authorization": {"Bearer " + h.token}}, body: body}
}

// fetchToken signs a consumer in.
func (h *instance) fetchToken(ctx context.Context, key, secret string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url+"/oauth/token", strings.NewReader(url.Values{"grant_type": {"client_credentials"}}.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(key, secret)
	var answer struct {
		Token string `json:"access_token"`
	}
	err = h.answer(req, &answer)
	return answer.Token, err
}

// firstConsumer switches hubEnabled on for the consumer of the first start, with whose rights the flow is to read.
func (h *instance) firstConsumer(ctx context.Context) (string, error) {
	var viewer struct {
		Viewer struct{ Consumer struct{ ID string } }
	}
	if err := h.query(ctx, `{viewer{consumer{id}}}`, nil, &viewer); err != nil {
		return "", err
	}
	id := viewer.Viewer.Consumer.ID
	var ignored json.RawMessage
	return id, h.query(ctx, `mutation($id:ID!){consumerUpdate(id:$id,input:{hubEnabled:true}){userErrors{code message field}}}`, map[string]any{"id": id}, &ignored)
}

func (h *instance) enable(ctx context.Context, mutation, id string) error {
	var ignored json.RawMessage
	return h.query(ctx, `mutation($id:ID!){`+mutation+`(id:$id){userErrors{code message field}}}`, map[string]any{"id": id}, &ignored)
}

// mutate makes something and returns its id.
func (h *instance) mutate(ctx context.Context, mutation, noun, inputType string, input any) (string, error) {
	var data map[string]map[string]json.RawMessage
	err := h.query(ctx, `mutation($in:`+inputType+`){`+mutation+`(input:$in){`+noun+`{id} userErrors{code message field}}}`, map[string]any{"in": input}, &data)
	if err != nil {
		return "", err
	}
	var made struct{ ID string }
	err = json.Unmarshal(data[mutation][noun], &made)
	return made.ID, err
}

// query runs an operation; errors and userErrors are errors.
func (h *instance) query(ctx context.Context, operation string, variables map[string]any, data any) error {
	body, err := json.Marshal(map[string]any{"query": operation, "variables": variables})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+h.token)
	var answer struct {
		Data   json.RawMessage
		Errors json.RawMessage
	}
	if err := h.answer(req, &answer); err != nil {
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

func (h *instance) answer(req *http.Request, into any) error {
	res, err := h.client.Do(req)
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
