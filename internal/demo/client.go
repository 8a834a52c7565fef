package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// client calls the hub as one consumer.
type client struct {
	hub      string // address
	token    string
	language string // asked for with Accept-Language; empty: the hub's choice, English
}

// in is the same client, whose answers come in a language.
func (c *client) in(language string) *client {
	other := *c
	other.language = language
	return &other
}

// maxAnswer is the most of an answer that is read, in bytes.
const maxAnswer = 4 << 20

// signIn gets a token for a consumer (RFC 6749 §4.4).
func signIn(ctx context.Context, hub string, c credentials) (*client, error) {
	form := url.Values{"grant_type": {"client_credentials"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, hub+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(c.Key), url.QueryEscape(c.Secret))
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := exchange(r, http.StatusOK, &answer); err != nil {
		return nil, fmt.Errorf("POST /oauth/token: %w", err)
	}
	return &client{hub: hub, token: answer.AccessToken}, nil
}

// exchange sends a request and reads the JSON of the answer, which must have the status.
func exchange(r *http.Request, status int, into any) error {
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return err
	}
	if answer.StatusCode != status {
		return fmt.Errorf("answered %s: %s", answer.Status, bytes.TrimSpace(body))
	}
	return json.Unmarshal(body, into)
}

// post sends a body with the client's token.
func (c *client) post(ctx context.Context, path, kind string, status int, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.hub+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "Bearer "+c.token)
	if c.language != "" {
		r.Header.Set("Accept-Language", c.language)
	}
	return exchange(r, status, into)
}

// variables are those of a GraphQL operation.
type variables = map[string]any

// ask runs a GraphQL query and reads its data.
func (c *client) ask(ctx context.Context, query string, v variables, into any) error {
	var answer struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	if err := c.post(ctx, "/graphql", "application/json", http.StatusOK, variables{"query": query, "variables": v}, &answer); err != nil {
		return fmt.Errorf("POST /graphql: %w", err)
	}
	if len(answer.Errors) > 0 {
		return fmt.Errorf("GraphQL: %s", answer.Errors[0].Message)
	}
	return json.Unmarshal(answer.Data, into)
}

// userError is one thing that a mutation found wrong with its input.
type userError struct {
	Code    string
	Problem string
	Message string
	Field   []string
}

// refused is a mutation that changed nothing.
type refused []userError

// Error lists what was wrong.
func (r refused) Error() string {
	texts := make([]string, len(r))
	for i, e := range r {
		texts[i] = fmt.Sprintf("%s %s: %s", e.Code, strings.Join(e.Field, "."), e.Message)
	}
	return strings.Join(texts, "; ")
}

// act runs a mutation of one field, whose payload it reads. What its userErrors say comes back as refused.
func (c *client) act(ctx context.Context, mutation string, v variables, payload any) error {
	var data map[string]json.RawMessage
	if err := c.ask(ctx, mutation, v, &data); err != nil {
		return err
	}
	if len(data) != 1 {
		return errors.New("a mutation of this demo has one field")
	}
	for name, raw := range data {
		var wrong struct{ UserErrors refused }
		if err := json.Unmarshal(raw, &wrong); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if len(wrong.UserErrors) > 0 {
			return fmt.Errorf("%s: %w", name, wrong.UserErrors)
		}
		return json.Unmarshal(raw, payload)
	}
	return nil
}

// connectorInfo is what the demo wants to know of a connector.
type connectorInfo struct{ Name, Version, State, Problem string }

func (c *client) connector(ctx context.Context, name string) (*connectorInfo, error) {
	var data struct{ Connector *connectorInfo }
	const query = `query($name: String!) { connector(name: $name) { name version state problem } }`
	if err := c.ask(ctx, query, variables{"name": name}, &data); err != nil {
		return nil, err
	}
	switch {
	case data.Connector == nil:
		return nil, fmt.Errorf("the hub has no connector %q", name)
	case data.Connector.State != "READY":
		return nil, fmt.Errorf("the connector %s is not ready but %s: %s", name, data.Connector.State, data.Connector.Problem)
	}
	return data.Connector, nil
}

// there says whether an id still leads to something.
func (c *client) there(ctx context.Context, id string) (bool, error) {
	if id == "" {
		return false, nil
	}
	var data struct{ Node *struct{ ID string } }
	err := c.ask(ctx, `query($id: ID!) { node(id: $id) { id } }`, variables{"id": id}, &data)
	return data.Node != nil, err
}
