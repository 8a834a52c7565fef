package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// The names of what the story makes.
const (
	groupName       = "Fracttal Hub"
	consumerName    = "Fracttal integration"
	integrationName = "whatsapp nt"
)

// walk makes what the four steps of the product's own instructions make, as far as it is not there yet.
func (s *stage) walk(ctx context.Context) error {
	for _, step := range []func(context.Context) error{s.makeGroup, s.makeConsumer, s.connect, s.makeFlows, s.makeEvents} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// known says whether something that the memory names is still there, and tells of it.
func (s *stage) known(ctx context.Context, name, id string) (bool, error) {
	there, err := s.admin.there(ctx, id)
	if there {
		s.screen.line("   %q is there already: %s", name, id)
	}
	return there, err
}

func (s *stage) makeGroup(ctx context.Context) error {
	s.screen.chapter("Step 1 of 4: the permission group")
	if there, err := s.known(ctx, groupName, s.memory.Group); there || err != nil {
		return err
	}
	const mutation = `mutation($input: GroupCreateInput!) { groupCreate(input: $input) {
		group { id description grants { module submodule actions } } userErrors { code field message } } }`
	grant := func(module, submodule string, actions ...string) variables {
		return variables{"module": module, "submodule": submodule, "actions": actions}
	}
	input := variables{"description": groupName, "note": "What an integration needs to report what happens, and to follow what becomes of it.",
		"grants": []variables{
			grant("work_management", "work_orders", "SEE", "ADD", "EDIT"),
			grant("inhouse_personnel", "general", "SEE", "ADD", "EDIT"),
			grant("monitoring", "meters", "SEE", "ADD", "EDIT"),
			grant("monitoring", "meter_readings", "SEE", "ADD", "EDIT"),
			grant("work_requests", "administration", "SEE", "ADD", "EDIT"),
			grant("automator", "events", "SEE"),
			grant("automator", "fracttal_hub", "SEE"),
		}}
	var made struct {
		Group struct {
			ID     string
			Grants []struct {
				Module, Submodule string
				Actions           []string
			}
		}
	}
	if err := s.admin.act(ctx, mutation, variables{"input": input}, &made); err != nil {
		return err
	}
	s.screen.fact("groupCreate", "%q  %s", groupName, made.Group.ID)
	for _, g := range made.Group.Grants {
		s.screen.fact("", "%-32s %s", g.Module+" / "+g.Submodule, strings.Join(g.Actions, " "))
	}
	s.memory.Group = made.Group.ID
	return s.memory.save()
}

func (s *stage) makeConsumer(ctx context.Context) error {
	s.screen.chapter("Step 2 of 4: the API consumer, and the connection")
	there, err := s.known(ctx, consumerName, s.memory.ConsumerID)
	if err != nil {
		return err
	}
	if !there {
		if err := s.createConsumer(ctx); err != nil {
			return err
		}
	}
	if s.consumer, err = signIn(ctx, s.hub.Local, s.memory.Consumer); err != nil {
		return err
	}
	s.screen.fact("/oauth/token", "by client credentials: a token of %d characters for it", len(s.consumer.token))
	return nil
}

func (s *stage) createConsumer(ctx context.Context) error {
	const mutation = `mutation($input: ConsumerCreateInput!) { consumerCreate(input: $input) {
		consumer { id clientId } secret userErrors { code field message } } }`
	input := variables{"name": consumerName, "description": "Reports what happens; flows read with its rights.", "group": s.memory.Group, "hubEnabled": true}
	var made struct {
		Consumer struct{ ID, ClientID string }
		Secret   string
	}
	if err := s.admin.act(ctx, mutation, variables{"input": input}, &made); err != nil {
		return err
	}
	s.screen.fact("consumerCreate", "%q  %s  hubEnabled", consumerName, made.Consumer.ID)
	s.screen.fact("", "key %s, secret, shown this once: %s…", made.Consumer.ClientID, made.Secret[:4])
	s.memory.ConsumerID = made.Consumer.ID
	s.memory.Consumer = credentials{made.Consumer.ClientID, made.Secret}
	return s.memory.save()
}

// connect sets the connector up for the sandbox, which has another address at every start, and has the sandbox call the
// hub back.
func (s *stage) connect(ctx context.Context) error {
	there, err := s.known(ctx, integrationName, s.memory.Integration)
	if err != nil {
		return err
	}
	if err := s.saveIntegration(ctx, there); err != nil {
		return err
	}
	if err := s.checkIntegration(ctx); err != nil {
		return err
	}
	callback := s.hub.URL + "/callbacks/" + s.memory.Integration
	if err := s.subscribeWebhook(ctx, callback); err != nil {
		return err
	}
	s.screen.fact("webhook", "the provider called %s and got its hub.challenge back", callback)
	return nil
}

// integrationInput is what Meta's dashboard would give. The access token goes to the base URL, so a change of it needs
// the secrets again.
func (s *stage) integrationInput() variables {
	secret := func(name, value string) variables { return variables{"name": name, "value": value} }
	return variables{
		"name": integrationName,
		"settings": variables{"phone_number_id": sandbox.DefaultPhoneNumberID, "waba_id": sandbox.DefaultWABAID,
			"default_language": "pt_BR", "base_url": s.sandbox.URL()},
		"secrets": []variables{secret("access_token", sandbox.DefaultAccessToken), secret("app_secret", sandbox.DefaultAppSecret),
			secret("verify_token", sandbox.DefaultVerifyToken)},
	}
}

func (s *stage) saveIntegration(ctx context.Context, there bool) error {
	var made struct {
		Integration struct {
			ID         string
			SecretsSet []string
		}
	}
	const fields = `{ integration { id secretsSet } userErrors { code field message } }`
	input := s.integrationInput()
	mutation := `mutation($id: ID!, $input: IntegrationUpdateInput!) { integrationUpdate(id: $id, input: $input) ` + fields + ` }`
	if !there {
		input["connector"] = "whatsapp"
		mutation = `mutation($input: IntegrationCreateInput!) { integrationCreate(input: $input) ` + fields + ` }`
	}
	v := variables{"input": input}
	if there {
		v["id"] = s.memory.Integration
	}
	if err := s.admin.act(ctx, mutation, v, &made); err != nil {
		return err
	}
	s.screen.fact("integration", "%q  %s, secrets sealed: %s", integrationName, made.Integration.ID, strings.Join(made.Integration.SecretsSet, ", "))
	s.memory.Integration = made.Integration.ID
	return s.memory.save()
}

func (s *stage) checkIntegration(ctx context.Context) error {
	const mutation = `mutation($id: ID!) { integrationCheck(id: $id) {
		integration { state } problems { code message } userErrors { code field message } } }`
	var made struct {
		Integration struct{ State string }
		Problems    []struct{ Code, Message string }
	}
	if err := s.admin.act(ctx, mutation, variables{"id": s.memory.Integration}, &made); err != nil {
		return err
	}
	if len(made.Problems) > 0 {
		return fmt.Errorf("integrationCheck: %s: %s", made.Problems[0].Code, made.Problems[0].Message)
	}
	s.screen.fact("  check", "the connector asked the provider: no problem, %s", made.Integration.State)
	return nil
}

// subscribeWebhook does what Meta's dashboard does for an app: the provider verifies the callback URL before it answers.
func (s *stage) subscribeWebhook(ctx context.Context, callback string) error {
	form := url.Values{"object": {"whatsapp_business_account"}, "fields": {"messages"}, "callback_url": {callback},
		"verify_token": {sandbox.DefaultVerifyToken}, "access_token": {sandbox.DefaultAppID + "|" + sandbox.DefaultAppSecret}}
	address := s.sandbox.URL() + "/v25.0/" + sandbox.DefaultAppID + "/subscriptions"
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var answer struct{ Success bool }
	if err := exchange(r, http.StatusOK, &answer); err != nil {
		return fmt.Errorf("the webhook subscription: %w", err)
	}
	if !answer.Success {
		return errors.New("the sandbox did not take the webhook subscription")
	}
	return nil
}
