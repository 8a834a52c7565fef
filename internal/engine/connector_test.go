package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestWhileTheConnectorIsDownMessagesWaitAndThenGoOn(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Down()
		key := started(t, h.Publish(t, team("OT-1")))
		after(time.Hour)
		is(t, h, key, "WAITING CONNECTOR_DOWN: PENDING PENDING")
		q, err := h.Engine.Queue(t.Context(), h.Admin)
		if err != nil || q.Waiting != 1 || len(q.WaitingFor) != 1 || q.WaitingFor[0].Reason != hub.ReasonConnectorDown || q.WaitingFor[0].Count != 1 {
			t.Errorf("the queue is %+v, %v", q, err)
		}
		h.Connector.Up()
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
	})
}

func TestWhatIsQueuedWaitsWhenTheConnectorGoesDown(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.InFlight(1)
		h.Connector.Hold()
		var keys []int64
		for i := range 4 {
			keys = append(keys, started(t, h.Publish(t, forJonas(fmt.Sprintf("OT-%d", i)))))
		}
		settled()
		is(t, h, keys[2], "QUEUED:")
		h.Connector.Crash()
		settled()
		is(t, h, keys[0], "CLOSED UNSETTLED: UNKNOWN")
		is(t, h, keys[1], "CLOSED UNSETTLED: UNKNOWN")
		is(t, h, keys[2], "WAITING CONNECTOR_DOWN: PENDING")
		wantJournal(t, h, keys[3],
			"EXECUTION →QUEUED MATCHED",
			"EXECUTION QUEUED→RUNNING WORKER",
			"DELIVERY →PENDING MATCHED",
			"EXECUTION RUNNING→WAITING CONNECTOR_DOWN")
		h.Connector.Up()
		h.Connector.Release()
		settled()
		is(t, h, keys[2], "CLOSED SUCCEEDED: ACCEPTED")
		is(t, h, keys[3], "CLOSED SUCCEEDED: ACCEPTED")
		after(time.Hour)
		if n := len(h.Connector.Sent()); n != 4 {
			t.Errorf("%d were sent", n)
		}
	})
}

func TestAMessageThatWaitsForAConditionDoesNotWaitForTheTimeOfAnother(t *testing.T) {
	for _, c := range []struct {
		condition string
		begin     func(*testing.T, *hubtest.Hub, *hubtest.Assignment)
		end       func(*testing.T, *hubtest.Hub, *hubtest.Assignment)
	}{
		{"the connector", func(_ *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) { h.Connector.Down() },
			func(_ *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) { h.Connector.Up() }},
		{"the integration", func(_ *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
			h.Connector.Script(martaPhone, hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeIntegration})
		}, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
			if _, problems, err := h.Engine.IntegrationCheck(t.Context(), h.Admin, a.Integration.Key); err != nil || len(problems) > 0 {
				t.Fatal(problems, err)
			}
		}},
		{"the flow", func(_ *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
			h.Connector.Script(martaPhone, hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeFlow})
		}, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
			if _, err := h.Engine.FlowResume(t.Context(), h.Admin, a.Flow.Key, 0); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.condition, func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRetry, RetryAfter: 10 * time.Minute})
				h.Connector.Script(martaPhone, hub.Outcome{Kind: hub.OutcomeRetry, RetryAfter: time.Minute})
				key := started(t, h.Publish(t, team("OT-1")))
				settled()
				c.begin(t, h, a)
				after(2 * time.Minute)
				is(t, h, key, "WAITING RETRY: PENDING PENDING")
				c.end(t, h, a)
				settled()
				is(t, h, key, "WAITING RETRY: PENDING ACCEPTED")
				after(9 * time.Minute)
				is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
			})
		})
	}
}

// flickering goes down, as the engine sees it, between two messages of one execution.
type flickering struct {
	engine.Connectors
	looks int // before it is down
}

// Connector is how it is now.
func (f *flickering) Connector(name string) *hub.Connector {
	c := f.Connectors.Connector(name)
	if f.looks--; f.looks < 0 {
		c.State = hub.ConnectorBackoff
	}
	return c
}

func TestAMessageLooksAgainForWhatCameAboutWhileAnotherOfItsExecutionWasOnItsWay(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Hold()
		h.Engine.Connect(&flickering{h.Connector, 3}) // for how recipients are written, for room, and for the first message
		key := started(t, h.Publish(t, team("OT-1")))
		settled()
		is(t, h, key, "RUNNING: SENDING PENDING")
		_, list := execution(t, h, key)
		if list[1].WaitingFor != hub.ReasonConnectorDown {
			t.Fatalf("the second waits for %s", list[1].WaitingFor)
		}
		h.Engine.Connect(h.Connector)
		h.Connector.Up()
		settled()
		h.Connector.Release()
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED ACCEPTED")
	})
}

func TestTheStatesOfAConnectorAreInTheJournal(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		begin := h.Feed.Last()
		h.Connector.Up()
		h.Connector.Up()
		h.Connector.Down()
		h.Connector.Up()
		changes, err := h.DB.ChangesAfter(t.Context(), begin, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range changes {
			got = append(got, fmt.Sprintf("%s %s %s→%s %s", c.Subject, c.Name, c.From, c.To, c.Cause.Message))
		}
		want := "CONNECTOR whatsapp →READY |CONNECTOR whatsapp READY→BACKOFF exit status 1|CONNECTOR whatsapp BACKOFF→READY "
		if strings.Join(got, "|") != want {
			t.Errorf("the journal says %q", got)
		}
	})
}

func TestSettingsAndSecretsAreHeldAgainstTheConnectorsSchema(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		const secret = "s3cr3t-of-the-test"
		for _, c := range []struct {
			name, connector, settings string
			secrets                   map[string]string
			path, part                string
		}{
			{"an unknown connector", "pigeon", `{}`, nil, "connector", `"pigeon"`},
			{"settings that are no object", "whatsapp", `[]`, nil, "settings", "JSON object"},
			{"a setting that is missing", "whatsapp", `{}`, map[string]string{"access_token": secret}, "settings.phone_number_id", "required"},
			{"a secret that is missing", "whatsapp", `{"phone_number_id":"12345"}`, nil, "secrets.access_token", "the secret access_token is required"},
			{"a setting of the wrong form", "whatsapp", `{"phone_number_id":"x"}`, map[string]string{"access_token": secret}, "settings.phone_number_id", "does not have the form"},
			{"a secret among the settings", "whatsapp", `{"phone_number_id":"12345","access_token":"` + secret + `"}`, nil, "settings.access_token", "secret"},
			{"a secret that there is not", "whatsapp", `{"phone_number_id":"12345"}`, map[string]string{"access_token": secret, "pin": secret}, "secrets.pin", "no secret of this name"},
			{"an unknown setting", "whatsapp", `{"phone_number_id":"12345","color":"blue"}`, map[string]string{"access_token": secret}, "settings.color", "no property of this name"},
		} {
			settings := []byte(c.settings)
			in := hub.IntegrationInput{Connector: &c.connector, Name: ptr("another"), Settings: ptr(jsonOf(settings)), Secrets: c.secrets}
			_, err := h.Engine.IntegrationCreate(t.Context(), h.Admin, in)
			wantError(t, err, hub.CodeInvalid, c.path, c.part)
			if strings.Contains(fmt.Sprintf("%+v", err), secret) {
				t.Errorf("the error shows the secret")
			}
			if t.Failed() {
				t.Fatalf("with %s", c.name)
			}
		}
	})
}

func TestWhereSecretsGoChangesOnlyWithTheSecretsGivenAgain(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		update := func(settings string, secrets map[string]string) error {
			_, err := h.Engine.IntegrationUpdate(t.Context(), h.Admin, a.Integration.Key, 0,
				hub.IntegrationInput{Settings: ptr(jsonOf([]byte(settings))), Secrets: secrets})
			return err
		}
		err := update(`{"phone_number_id":"106540352242922","base_url":"https://evil.example.org"}`, nil)
		wantError(t, err, hub.CodeInvalid, "secrets.access_token", "base_url")
		if err := update(`{"phone_number_id":"106540352242923","base_url":"https://graph.example.org"}`, nil); err != nil {
			t.Errorf("the default, written out, is no change: %v", err)
		}
		if err := update(`{"phone_number_id":"106540352242923","base_url":"https://other.example.org"}`, map[string]string{"access_token": "again"}); err != nil {
			t.Errorf("with the secret given again: %v", err)
		}
		err = update(`{"phone_number_id":"106540352242923"}`, nil)
		wantError(t, err, hub.CodeInvalid, "secrets.access_token", "base_url")
		open, err := h.DB.OpenIntegration(t.Context(), a.Integration.Key)
		if err != nil || open.Secrets["access_token"] != "again" || !strings.Contains(string(open.Settings), "other.example.org") {
			t.Errorf("kept are %s and %v, %v", open.Settings, open.Secrets, err)
		}
	})
}

func TestAConnectorIsGivenTheIntegrationAsItIsNow(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Publish(t, forJonas("OT-1"))
		if _, err := h.Engine.IntegrationUpdate(t.Context(), h.Admin, a.Integration.Key, 0, hub.IntegrationInput{Secrets: map[string]string{"access_token": "new"}}); err != nil {
			t.Fatal(err)
		}
		h.Publish(t, forJonas("OT-2"))
		settled()
		list := h.Connector.Opened()
		if len(list) != 2 || list[0].Secrets["access_token"] != "hubtest-token" || list[1].Secrets["access_token"] != "new" || list[1].Version != list[0].Version+1 ||
			list[1].CallbackURL != "https://hub.example.org/callbacks/"+a.Integration.ID() || list[1].Key != a.Integration.Key {
			t.Errorf("the connector was given %+v", list)
		}
	})
}

func TestTheDoorsToConnectorsNeedTheirRights(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		nobody, ctx := hubtest.CallerWith(t, h.DB), t.Context()
		list, err := h.Engine.Connectors(ctx, nobody)
		if err != nil || len(list) != 1 || list[0].Name != "whatsapp" {
			t.Errorf("any token shows connectors: %v, %v", list, err)
		}
		if c, err := h.Engine.Connector(ctx, nobody, "pigeon"); err != nil || c != nil {
			t.Errorf("a connector that there is not: %v, %v", c, err)
		}
		if _, err := h.Engine.Connectors(ctx, hub.Caller{}); hub.CodeOf(err) != hub.CodeUnauthenticated {
			t.Errorf("without a token: %v", err)
		}
		for name, call := range map[string]func() error{
			"settings/api_connections:ADD": func() error {
				_, err := h.Engine.IntegrationCreate(ctx, nobody, hub.IntegrationInput{})
				return err
			},
			"settings/api_connections:EDIT": func() error {
				_, _, err := h.Engine.IntegrationCheck(ctx, nobody, a.Integration.Key)
				return err
			},
			"settings/api_connections:REMOVE": func() error { return h.Engine.IntegrationDelete(ctx, nobody, a.Integration.Key, 0) },
			"automator/fracttal_hub:ADD":      func() error { _, err := h.Engine.FlowCreate(ctx, nobody, hub.FlowInput{}); return err },
			"automator/fracttal_hub:EDIT":     func() error { _, err := h.Engine.FlowEnable(ctx, nobody, a.Flow.Key, 0); return err },
			"automator/fracttal_hub:REMOVE":   func() error { _, err := h.Engine.FlowArchive(ctx, nobody, a.Flow.Key, 0); return err },
			"automator/fracttal_hub:SEE":      func() error { _, err := h.Engine.Queue(ctx, nobody); return err },
			"automator/events:ADD":            func() error { _, err := h.Engine.EventCreate(ctx, nobody, hub.EventInput{}); return err },
			"automator/events:EDIT":           func() error { _, err := h.Engine.EventEnable(ctx, nobody, a.Event.Key, 0); return err },
			"automator/events:REMOVE":         func() error { _, err := h.Engine.EventArchive(ctx, nobody, a.Event.Key, 0); return err },
			"automator/events:SEE":            func() error { _, err := h.Engine.EventsProblems(ctx, nobody, []*hub.Event{a.Event}); return err },
		} {
			wantError(t, call(), hub.CodeForbidden, "", name)
		}
	})
}
