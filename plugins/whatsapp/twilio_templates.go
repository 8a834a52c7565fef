package whatsapp

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

type twilioContent struct {
	SID       string                     `json:"sid"`
	Name      string                     `json:"friendly_name"`
	Language  string                     `json:"language"`
	Variables map[string]json.RawMessage `json:"variables"`
	Types     map[string]contentType     `json:"types"`
}

// contentType holds what the types of content that can be sent as text have.
type contentType struct {
	Body    string            `json:"body"`
	Header  string            `json:"header_text"`
	Title   string            `json:"title"`
	Footer  string            `json:"footer"`
	Sub     string            `json:"subtitle"`
	Media   json.RawMessage   `json:"media"`
	Actions []json.RawMessage `json:"actions"`
}

// template is what the connector makes of a content and its approval.
func (c *twilioContent) template(status, category string) template {
	t := template{name: c.Name, language: c.Language, status: status, category: category, approved: status == "approved"}
	body, ok := contentType{}, false
	for _, kind := range []string{"whatsapp/card", "twilio/card", "twilio/quick-reply", "twilio/call-to-action", "twilio/text"} {
		if body, ok = c.Types[kind]; ok {
			break
		}
	}
	if !ok {
		t.unfillable = append(t.unfillable, "content of another kind than text ("+strings.Join(slices.Sorted(maps.Keys(c.Types)), ", ")+")")
	}
	t.header, t.body, t.footer = body.Header+body.Title, body.Body, body.Footer+body.Sub
	if t.body == "" { // twilio/card has its text in the title
		t.header, t.body = "", body.Title
	}
	// The keys that the content declares, in the order of the text: header, buttons and media may have some of them, too.
	t.variables = variablesOf(t.body)
	for _, v := range slices.Sorted(maps.Keys(c.Variables)) {
		if !slices.Contains(t.variables, v) {
			t.variables = append(t.variables, v)
		}
	}
	if all := strings.Join(t.variables, ""); strings.Trim(all, "0123456789") == "" {
		t.variables = variablesOf("{{" + strings.Join(t.variables, "}}{{") + "}}") // sorted by number
	}
	return t
}

func (s *twilioSettings) templateKey(in sdk.Integration, sid string) templateKey {
	return templateKey{integration: in.ID, version: in.Version, address: s.URL, account: s.AccountSID, name: sid}
}

// twilioTemplate reads one content from Twilio, or remembers what was read no longer than holds ago; beside a failure it is nil, or
// what was known before.
func (c *connector) twilioTemplate(ctx context.Context, in sdk.Integration, s *twilioSettings, sid string, holds time.Duration) (*template, *unread) {
	list, failed := c.templates.get(ctx, s.templateKey(in, sid), holds, func(ctx context.Context) ([]template, *unread) {
		var content twilioContent
		if u := c.readTwilio(ctx, s, under(s.content, "/v1/Content/"+sid), &content); u != nil {
			return nil, u
		}
		var approval struct {
			WhatsApp struct {
				Status   string `json:"status"`
				Category string `json:"category"`
			} `json:"whatsapp"`
		}
		if u := c.readTwilio(ctx, s, under(s.content, "/v1/Content/"+sid+"/ApprovalRequests"), &approval); u != nil {
			return nil, u
		}
		return []template{content.template(approval.WhatsApp.Status, approval.WhatsApp.Category)}, nil
	})
	if len(list) == 0 {
		return nil, failed
	}
	return &list[0], failed
}
