package engine_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// notice sends a genuine callback with news to an integration.
func notice(t *testing.T, h *hubtest.Hub, integration int64, list ...hub.Notice) {
	t.Helper()
	if got, err := h.Engine.Callback(t.Context(), integration, hubtest.Noticed(list...)); err != nil || got.Status != 200 {
		t.Fatalf("the callback was answered %+v, %v", got, err)
	}
}

var (
	ofTemplate = hub.Notice{Kind: hub.NoticeActionChanged, Parameters: json.RawMessage(`{"template":"wo_assignment"}`)}
	suspended  = hub.Problem{Code: "TEMPLATE_PAUSED", Path: "parameters.template", Message: "the template was paused", NextStep: "wait"}
)

// saying is a notice with problems.
func saying(n hub.Notice, problems ...hub.Problem) hub.Notice {
	n.Problems = problems
	return n
}

func TestAProvidersNewsOfATemplateHoldsItsFlowBackBeforeAMessageFails(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		p := behind(h)
		p.become(func(p *shelf) { p.status = "paused" })
		notice(t, h, a.Integration.Key, saying(ofTemplate, suspended))
		why := pausedBy(t, h, a.Flow.Key)
		if why == nil || why.Code != hub.ReasonMisconfigured || why.Path != "targets.0.parameters.template" || why.By != a.Integration.ID() || why.NextStep != "wait" {
			t.Fatalf("the flow is paused by %+v", why)
		}
		settled()
		wantProblems(t, h, a.Flow.Key, "TEMPLATE_NOT_APPROVED targets.0.parameters.template", "")
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "WAITING FLOW_PAUSED: PENDING")
		p.become(func(p *shelf) { p.status = "" })
		notice(t, h, a.Integration.Key, ofTemplate)
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		wantProblems(t, h, a.Flow.Key, "", "")
		wantLines(t, h, hub.SubjectFlow, a.Flow.Key,
			"PROBLEMS →ERROR NOTICE", "STATE →PAUSED MISCONFIGURED", "PROBLEMS ERROR→ERROR CHECK",
			"PROBLEMS ERROR→ NOTICE", "STATE PAUSED→ NOTICE")
	})
}

func TestNewsOfATemplateConcernTheFlowsThatUseItAlone(t *testing.T) {
	for name, n := range map[string]hub.Notice{
		"another template":    {Kind: hub.NoticeActionChanged, Parameters: json.RawMessage(`{"template":"wo_closed"}`)},
		"another action":      {Kind: hub.NoticeActionChanged, Action: "wo_status", Parameters: ofTemplate.Parameters},
		"another parameter":   {Kind: hub.NoticeActionChanged, Parameters: json.RawMessage(`{"template":"wo_assignment","language":"es"}`)},
		"another account":     {Kind: hub.NoticeActionChanged, Parameters: ofTemplate.Parameters, Settings: json.RawMessage(`{"phone_number_id":"1"}`)},
		"a kind that is new":  {Kind: "WEATHER_CHANGED", Parameters: ofTemplate.Parameters},
		"the integration":     {Kind: hub.NoticeIntegrationChanged, Settings: json.RawMessage(`{"phone_number_id":"1"}`)},
		"a part of no object": {Kind: hub.NoticeActionChanged, Parameters: json.RawMessage(`7`)},
	} {
		t.Run(name, func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				notice(t, h, a.Integration.Key, saying(n, suspended))
				if why := pausedBy(t, h, a.Flow.Key); why != nil {
					t.Errorf("the flow is paused by %+v", why)
				}
				wantProblems(t, h, a.Flow.Key, "", "")
			})
		})
	}
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		n := ofTemplate
		n.Action, n.Settings = hubtest.AssignmentAction, json.RawMessage(`{"phone_number_id": "106540352242922"}`)
		notice(t, h, a.Integration.Key, saying(n, suspended))
		if pausedBy(t, h, a.Flow.Key) == nil {
			t.Error("news with the action and settings of the integration hold nothing back")
		}
	})
}

func TestNewsThatOnlyWarnHoldNothingBack(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Judge(func(hub.ActionUse) ([]hub.Problem, error) { return unread, nil })
		low := hub.Problem{Code: "TEMPLATE_QUALITY", Path: "parameters.template", Message: "its quality is low", Severity: hub.SeverityWarning}
		notice(t, h, a.Integration.Key, saying(ofTemplate, low))
		settled()
		if why := pausedBy(t, h, a.Flow.Key); why != nil {
			t.Errorf("the flow is paused by %+v", why)
		}
		wantProblems(t, h, a.Flow.Key, "", "UNCHECKED targets.0.parameters.template, TEMPLATE_QUALITY targets.0.parameters.template")
	})
}

func TestATemplateThatIsInOrderAgainDoesNotFillItsVariables(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		p := behind(h)
		p.become(func(p *shelf) { p.variables = 8 })
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeFlow, Path: "values", Message: "8 variables, 7 values"})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		wantProblems(t, h, a.Flow.Key, "VALUE_MISSING targets.0.mapping", "")
		notice(t, h, a.Integration.Key, ofTemplate)
		settled()
		is(t, h, key, "WAITING FLOW_PAUSED: PENDING")
		p.become(func(p *shelf) { p.variables = 7 })
		notice(t, h, a.Integration.Key, ofTemplate)
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestAPausedFlowGoesOnWhenACheckFindsWhatPausedItPutRight(t *testing.T) {
	// No news come: as from a provider that tells of nothing.
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		p := behind(h)
		p.become(func(p *shelf) { p.status = "paused" })
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeFlow, Path: "parameters.template"})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "WAITING FLOW_PAUSED: PENDING")
		wantProblems(t, h, a.Flow.Key, "TEMPLATE_NOT_APPROVED targets.0.parameters.template", "")
		p.become(func(p *shelf) { p.down = true })
		after(hub.CheckHeld + time.Minute)
		is(t, h, key, "WAITING FLOW_PAUSED: PENDING")
		wantProblems(t, h, a.Flow.Key, "TEMPLATE_NOT_APPROVED targets.0.parameters.template", "UNCHECKED targets.0.integration")
		p.become(func(p *shelf) { p.down, p.status = false, "" })
		after(hub.CheckAgain + time.Minute)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestWhatNoCheckCanSeeIsLeftToAPerson(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		p := behind(h)
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeFlow, Path: "parameters.template"})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		after(20 * time.Hour)
		is(t, h, key, "WAITING FLOW_PAUSED: PENDING")
		if n := p.times(); n < 3 || n > 8 {
			t.Errorf("the connector was asked %d times in 20 hours", n)
		}
		if _, problems, err := h.Engine.IntegrationCheck(t.Context(), h.Admin, a.Integration.Key); err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestAnIntegrationCheckLeavesAFlowPausedWhoseTemplateIsStillWrong(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		p := behind(h)
		p.become(func(p *shelf) { p.status = "paused" })
		notice(t, h, a.Integration.Key, saying(ofTemplate, suspended))
		settled()
		if _, _, err := h.Engine.IntegrationCheck(t.Context(), h.Admin, a.Integration.Key); err != nil {
			t.Fatal(err)
		}
		if pausedBy(t, h, a.Flow.Key) == nil {
			t.Error("the flow goes on")
		}
	})
}

func TestATemplateThatChangesUnnoticedIsFoundByTheSlowCheck(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		p := behind(h)
		p.become(func(p *shelf) { p.variables = 3 })
		after(hub.CheckEvery + time.Hour)
		if why := pausedBy(t, h, a.Flow.Key); why == nil || why.Path != "targets.0.mapping.3" || why.Provider != "VALUE_UNKNOWN" {
			t.Fatalf("the flow is paused by %+v", why)
		}
		if n := len(h.Connector.Sent()); n != 0 {
			t.Errorf("%d messages were sent", n)
		}
	})
}

func TestAProvidersNewsOfAnAccountHoldTheIntegrationBackUntilACheck(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		n := hub.Notice{Kind: hub.NoticeIntegrationChanged}
		notice(t, h, a.Integration.Key, saying(n, hub.Problem{Code: "ACCOUNT_FLAGGED", Message: "be careful", Severity: hub.SeverityWarning}))
		notice(t, h, a.Integration.Key, saying(n, hub.Problem{Code: "ACCOUNT_LOCKED", Message: "the account is locked", NextStep: "ask"}))
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "WAITING INTEGRATION_PAUSED: PENDING")
		h.Connector.Wrong(hub.Problem{Code: "TOKEN", Path: "secrets.access_token", Message: "and the token has expired"})
		notice(t, h, a.Integration.Key, n)
		settled()
		is(t, h, key, "WAITING INTEGRATION_PAUSED: PENDING")
		h.Connector.Wrong()
		notice(t, h, a.Integration.Key, n)
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		wantLines(t, h, hub.SubjectIntegration, a.Integration.Key,
			"PROBLEMS →WARNING NOTICE", "PROBLEMS →ERROR NOTICE", "STATE READY→PAUSED MISCONFIGURED", "STATE PAUSED→READY NOTICE")
	})
}

func TestNewsThatCameWhileTheConnectorWasDownAreNotLost(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Down()
		notice(t, h, a.Integration.Key, saying(ofTemplate, suspended))
		if pausedBy(t, h, a.Flow.Key) != nil {
			t.Fatal("nobody has read it yet")
		}
		behind(h).become(func(p *shelf) { p.status = "paused" })
		h.Connector.Up()
		settled()
		if pausedBy(t, h, a.Flow.Key) == nil {
			t.Error("the flow is not paused")
		}
	})
}

func TestWhoChecksAnIntegrationIsToldOfAsTheOneWhoLetItsFlowsGoOn(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeFlow, Path: "parameters.template"})
		h.Publish(t, forJonas("OT-1"))
		settled()
		if _, _, err := h.Engine.IntegrationCheck(t.Context(), h.Admin, a.Integration.Key); err != nil {
			t.Fatal(err)
		}
		entries, err := h.DB.AuditLog(t.Context(), h.Admin, hub.AuditFilter{}, hub.Page{})
		if err != nil || len(entries.Items) == 0 || entries.Items[0].Kind != hub.AuditResumed || entries.Items[0].Subject != hub.AuditFlow || entries.Items[0].SubjectKey != a.Flow.Key {
			t.Errorf("the audit log has %+v, %v", entries.Items, err)
		}
	})
}

func TestWhyAProviderHoldsAFlowBackQuotesNoMessage(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Judge(func(hub.ActionUse) ([]hub.Problem, error) { return unread, nil })
		notice(t, h, a.Integration.Key, saying(ofTemplate, suspended))
		c := hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See)) // who may see no record
		f, err := h.DB.Flow(t.Context(), c, a.Flow.Key)
		if err != nil || f.Paused == nil || f.Paused.Message != suspended.Message || len(f.Hidden) > 0 {
			t.Errorf("it is told %+v, %+v, %v", f.Paused, f.Hidden, err)
		}
	})
}

func TestWhatAConnectorSaysOfSettingsIsForThoseWhoMaySeeThem(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Judge(func(hub.ActionUse) ([]hub.Problem, error) {
			return []hub.Problem{{Code: "TOKEN", Path: "secrets.access_token", Message: "the token of Ana expired", NextStep: "ask Ana"}}, nil
		})
		in := hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key)
		f, err := h.Engine.FlowCreate(t.Context(), h.Admin, in)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			caller  hub.Caller
			message string
		}{{h.Admin, "access_token: the token of Ana expired"}, {hubtest.CallerWith(t, h.DB, hubtest.May(hub.RowHub, hub.See)), "the settings of the integration cannot be used"}} {
			list, err := flowProblems(t, h, c.caller, f)
			if err != nil || len(list) != 1 || list[0].Path != "targets.0.integration" || list[0].Message != c.message {
				t.Errorf("%+v, %v", list, err)
			}
		}
		if pausedBy(t, h, f.Key) != nil {
			t.Error("a fault of the integration paused a flow")
		}
	})
}

func TestAFlowStaysPausedWhileNobodyCanSayThatItsValuesFit(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Judge(func(hub.ActionUse) ([]hub.Problem, error) { return unread, nil })
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeMisconfigured, Scope: hub.ScopeFlow, Path: "values"})
		h.Publish(t, forJonas("OT-1"))
		settled()
		notice(t, h, a.Integration.Key, ofTemplate)
		settled()
		if pausedBy(t, h, a.Flow.Key) == nil {
			t.Error("that the template is in order let the flow go on")
		}
		if _, _, err := h.Engine.IntegrationCheck(t.Context(), h.Admin, a.Integration.Key); err != nil {
			t.Fatal(err)
		}
		if pausedBy(t, h, a.Flow.Key) == nil {
			t.Error("a check that could not look let the flow go on")
		}
	})
}

func TestNewsThatComeWhileTheConnectorIsAskedAreNotOverwritten(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		asked, paused := 0, false
		h.Connector.Judge(func(hub.ActionUse) ([]hub.Problem, error) {
			if asked++; asked == 1 { // this look was at the template before it was paused
				time.Sleep(time.Second)
				paused = true
				notice(t, h, a.Integration.Key, saying(ofTemplate, suspended))
				time.Sleep(time.Second)
				return nil, nil
			}
			if paused {
				return []hub.Problem{suspended}, nil
			}
			return nil, nil
		})
		after(hub.CheckEvery + time.Minute)
		if asked < 2 || pausedBy(t, h, a.Flow.Key) == nil {
			t.Errorf("after %d questions the flow is paused by %+v", asked, pausedBy(t, h, a.Flow.Key))
		}
		wantProblems(t, h, a.Flow.Key, "TEMPLATE_PAUSED targets.0.parameters.template", "")
		asked = 0
		paused = false
		_, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 0, hub.FlowInput{Description: ptr("saved meanwhile")})
		if err != nil {
			t.Fatal(err)
		}
		wantProblems(t, h, a.Flow.Key, "TEMPLATE_PAUSED targets.0.parameters.template", "")
		settled()
	})
}
