package whatsapp

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/bits"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// change is one change of a webhook beside messages, and of which account it tells, when.
type change struct {
	field string
	value json.RawMessage
	waba  string
	at    time.Time
}

// notices reads what Meta tells of templates, accounts and numbers. What it does not know is left out and counted: Meta adds fields at
// any time, and an app may subscribe to more than this connector reads.
func (c *connector) notices(ch change) []sdk.Notice {
	var read func(change) ([]sdk.Notice, error)
	switch ch.field {
	case "message_template_status_update", "message_template_components_update", "message_template_quality_update":
		read = c.templateNotices
	case "account_update":
		read = accountNotices
	case "phone_number_quality_update":
		read = numberNotices
	case "user_preferences": // see optOuts
		return nil
	default:
		if n := c.unread.Add(1); bits.OnesCount64(n) == 1 {
			slog.Info("a callback of Meta tells of something that is not read", "field", cut(ch.field, 60), "soFar", n)
		}
		return nil
	}
	list, err := read(ch)
	if err != nil {
		slog.Warn("a change in a signed callback is not understood", "field", ch.field, "error", err)
	}
	return list
}

// ofAccount is a notice for the integrations of the account: Meta has one webhook for all accounts of an app.
func (ch change) ofAccount(kind sdk.NoticeKind, detail map[string]string, found ...sdk.Problem) sdk.Notice {
	settings, _ := json.Marshal(map[string]string{"waba_id": ch.waba}) // a map of strings always marshals
	return sdk.Notice{Kind: kind, At: ch.at, Problems: found, Settings: settings, Detail: detail}
}

// templateNews is what the three fields about templates have.
type templateNews struct {
	Event    string `json:"event"`
	Name     string `json:"message_template_name"`
	Language string `json:"message_template_language"`
	Reason   string `json:"reason"`
	Quality  string `json:"new_quality_score"`
}

// templateNotices forgets the template, in all its languages, and tells what is known by the event alone: to those that use it in this
// language. All others that use the template are told that it changed, so that they are held against it anew: which language they use
// hangs on which of them are approved.
func (c *connector) templateNotices(ch change) ([]sdk.Notice, error) {
	var n templateNews
	if err := json.Unmarshal(ch.value, &n); err != nil {
		return nil, err
	}
	if n.Name == "" {
		return nil, fmt.Errorf("the template has no name")
	}
	c.templates.forget(ch.waba, n.Name)
	detail := with(with(nil, "language", n.Language), "event", n.Event)
	changed := sdk.Problem{Code: "TEMPLATE_CHANGED", Path: "parameters.template", Severity: sdk.SeverityInfo,
		Message: fmt.Sprintf("the template %s (%s) was changed at WhatsApp", n.Name, n.Language), NextStep: "Nothing: it is being looked at."}
	all := ch.ofAccount(sdk.ActionChanged, detail, changed)
	all.Parameters, _ = json.Marshal(map[string]string{"template": n.Name})
	found, known := n.problems()
	if ch.field != "message_template_status_update" || !known {
		return []sdk.Notice{all}, nil
	}
	var out []sdk.Notice
	for _, use := range usesOf(n.Name, n.Language) {
		one := ch.ofAccount(sdk.ActionChanged, detail, found...)
		one.Action, one.Parameters = use.Action, use.Parameters
		out = append(out, one)
	}
	if len(found) == 0 {
		return append([]sdk.Notice{all}, out...), nil // first that it changed, then that it is in order
	}
	return append(out, all), nil
}

// usesOf are the actions, with parameters, that certainly mean a template in a language: those of the language, and that for any
// template where it is named.
func usesOf(name, language string) (uses []sdk.ActionUse) {
	plainly, _ := json.Marshal(map[string]string{"template": name})
	named, _ := json.Marshal(map[string]string{"template": name, "language": language})
	for _, m := range messages {
		if action := messageAction(m.key, language); fixedLanguage[action] == language {
			uses = append(uses, sdk.ActionUse{Action: action, Parameters: plainly})
		}
	}
	return append(uses, sdk.ActionUse{Action: templateAction, Parameters: named})
}

// templateEvents says what an event of a template means. Nothing: it can be sent again. An event that is not here says nothing certain.
var templateEvents = map[string]*sdk.Problem{
	"APPROVED":         nil,
	"REINSTATED":       nil,
	"PAUSED":           {Code: "TEMPLATE_PAUSED", Message: "was paused by WhatsApp because of low quality", NextStep: "Wait until WhatsApp resumes it, or use another one; edit it if that happens again."},
	"DISABLED":         {Code: "TEMPLATE_DISABLED", Message: "was disabled by WhatsApp for good", NextStep: "Create a new template."},
	"REJECTED":         {Code: "TEMPLATE_REJECTED", Message: "was rejected by WhatsApp", NextStep: "Change it in WhatsApp Manager and submit it again, or use another one."},
	"DELETED":          {Code: "TEMPLATE_DELETED", Message: "was deleted", NextStep: "Use another template."},
	"PENDING_DELETION": {Code: "TEMPLATE_DELETED", Message: "is being deleted", NextStep: "Use another template."},
	"ARCHIVED":         {Code: "TEMPLATE_ARCHIVED", Message: "was archived, because it was not used for long", NextStep: "Take it out of the archive in WhatsApp Manager, or use another one."},
	"PENDING":          {Code: "TEMPLATE_PENDING", Message: "is being reviewed by WhatsApp", NextStep: "Wait until WhatsApp approves it."},
	"IN_APPEAL":        {Code: "TEMPLATE_IN_APPEAL", Message: "is not approved, and an appeal is open", NextStep: "Wait until WhatsApp decides, or use another one."},
	"FLAGGED":          {Code: "TEMPLATE_FLAGGED", Severity: sdk.SeverityWarning, Message: "has low quality: WhatsApp may disable it", NextStep: "Send it to fewer people, or write it better."},
	"LOCKED":           {Code: "TEMPLATE_LOCKED", Severity: sdk.SeverityWarning, Message: "is locked: it cannot be edited", NextStep: "Look at it in WhatsApp Manager."},
}

// problems are what the event means for whoever sends the template.
func (n *templateNews) problems() (found []sdk.Problem, known bool) {
	like, known := templateEvents[n.Event]
	if like == nil {
		return nil, known
	}
	p := *like
	p.Path = "parameters.template"
	p.Message = fmt.Sprintf("the template %s (%s) %s", n.Name, n.Language, p.Message)
	if n.Reason != "" && n.Reason != "NONE" {
		p.Message += " (" + cut(n.Reason, 100) + ")"
	}
	return []sdk.Problem{p}, true
}

type accountNews struct {
	Event string `json:"event"`
	Ban   struct {
		State string `json:"waba_ban_state"`
		Date  string `json:"waba_ban_date"`
	} `json:"ban_info"`
	Restrictions []struct {
		Type string `json:"restriction_type"`
	} `json:"restriction_info"`
	Violation struct {
		Type string `json:"violation_type"`
	} `json:"violation_info"`
}

const lookAtAccount = "Look at Account Quality in Meta Business Suite."

// accountNotices tells what became of an account. That one is verified, or the like, is no news here.
func accountNotices(ch change) ([]sdk.Notice, error) {
	var n accountNews
	if err := json.Unmarshal(ch.value, &n); err != nil {
		return nil, err
	}
	p := sdk.Problem{Path: "settings.waba_id", NextStep: lookAtAccount}
	switch n.Event {
	case "DISABLED_UPDATE":
		switch n.Ban.State {
		case "REINSTATE":
			return []sdk.Notice{ch.ofAccount(sdk.IntegrationChanged, with(nil, "event", n.Event))}, nil
		case "SCHEDULE_FOR_DISABLE":
			p.Code, p.Severity, p.Message = "ACCOUNT_AT_RISK", sdk.SeverityWarning, "Meta is going to disable the account"
		default:
			p.Code, p.Message = "ACCOUNT_DISABLED", "Meta has disabled the account"
		}
		if n.Ban.Date != "" {
			p.Message += " (" + cut(n.Ban.Date, 40) + ")"
		}
	case "ACCOUNT_RESTRICTION":
		p.Code, p.Severity, p.Message = "ACCOUNT_RESTRICTED", sdk.SeverityWarning, "Meta restricts the account"
		for _, r := range n.Restrictions {
			if strings.Contains(r.Type, "BIZ_INITIATED_MESSAGING") {
				p.Severity, p.Message = sdk.SeverityError, "Meta lets the account begin no conversations"
			}
		}
	case "ACCOUNT_VIOLATION":
		p.Code, p.Severity, p.Message = "ACCOUNT_VIOLATION", sdk.SeverityWarning, "Meta says that the account broke a rule"
		if n.Violation.Type != "" {
			p.Message += ": " + cut(n.Violation.Type, 100)
		}
	case "ACCOUNT_DELETED":
		p.Code, p.Message, p.NextStep = "ACCOUNT_DELETED", "the account was deleted", "Set up another account."
	default:
		return nil, nil
	}
	return []sdk.Notice{ch.ofAccount(sdk.IntegrationChanged, with(nil, "event", n.Event), p)}, nil
}

// numberNotices tells how a number fares. Meta names it by its digits and not by its id, so that all integrations of the account are
// told; and nothing of it keeps messages from being sent.
func numberNotices(ch change) ([]sdk.Notice, error) {
	var n struct {
		Event  string `json:"event"`
		Number string `json:"display_phone_number"`
		Limit  string `json:"current_limit"`
	}
	if err := json.Unmarshal(ch.value, &n); err != nil {
		return nil, err
	}
	number, detail := masked(cut(n.Number, 30)), with(with(nil, "event", n.Event), "limit", cut(n.Limit, 40))
	p := sdk.Problem{Path: "settings.phone_number_id", Severity: sdk.SeverityWarning, NextStep: "Look at the number's quality in WhatsApp Manager."}
	switch n.Event {
	case "UNFLAGGED":
		return []sdk.Notice{ch.ofAccount(sdk.IntegrationChanged, detail)}, nil
	case "FLAGGED":
		p.Code, p.Message = "NUMBER_FLAGGED", fmt.Sprintf("the quality of the number %s is low: Meta may lower its limit", number)
	case "DOWNGRADE":
		p.Code, p.Message = "NUMBER_LIMITED", fmt.Sprintf("Meta has lowered how many people the number %s may message (%s)", number, cut(n.Limit, 40))
	default:
		return nil, nil
	}
	return []sdk.Notice{ch.ofAccount(sdk.IntegrationChanged, detail, p)}, nil
}
