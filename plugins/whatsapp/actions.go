package whatsapp

import (
	"encoding/json"

	"github.com/recado-hub/recado/plugins/sdk"
)

// messages are the kinds of messages that people know by a name of their own. There is an action for each of them in each
// language, whose key is the kind's and Meta's code of the language: wo_assignment_pt_BR.
var messages = []struct {
	key, category string
	title, help   sdk.Labels
}{
	{"wo_assignment", "work_orders", assignmentTitle, assignmentHelp},
	{"wo_status", "work_orders", statusTitle, statusHelp},
	{"critical_alert", "alerts", alertTitle, alertHelp},
	{"request_update", "requests", requestTitle, requestHelp},
}

// templateAction sends any template.
const templateAction = "template"

// languages are those of the hub by BCP 47 tag, with the code that Meta has for each.
var languages = []struct{ tag, meta string }{
	{"pt-BR", "pt_BR"}, {"pt-PT", "pt_PT"}, {"es", "es"}, {"en", "en"}, {"fr", "fr"}, {"it", "it"},
}

const messageSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "template": {"type": "string", "pattern": "^([a-z0-9_]{1,512}|HX[0-9a-fA-F]{32})$"}
  },
  "required": ["template"],
  "additionalProperties": false
}`

const templateSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "template": {"type": "string", "pattern": "^([a-z0-9_]{1,512}|HX[0-9a-fA-F]{32})$"},
    "language": {"type": "string", "pattern": "^[a-z]{2,3}(_[A-Za-z]{2,4})?$"}
  },
  "required": ["template"],
  "additionalProperties": false
}`

func actions() []sdk.Action {
	var out []sdk.Action
	base := sdk.Action{
		Values:    sdk.ValuesSpec{Positional: true, Named: true, Min: 0, Max: 99, MaxLength: maxValue},
		Recipient: sdk.RecipientSpec{Format: sdk.FormatE164, Parameter: "recipient_phone_number", Title: recipientTitle, Help: recipientHelp},
	}
	for _, m := range messages {
		for _, l := range languages {
			a := base
			a.Key, a.Language, a.Category = messageAction(m.key, l.meta), l.tag, m.category
			a.Title, a.Help = suffixed(m.title, " ("+l.tag+")"), m.help
			a.Parameters = sdk.Schema{JSON: json.RawMessage(messageSchema), Labels: map[string]sdk.FieldLabels{"template": templateLabels}}
			out = append(out, a)
		}
	}
	a := base
	a.Key, a.Category, a.Title, a.Help = templateAction, "template", templateTitle, templateHelp
	a.Parameters = sdk.Schema{JSON: json.RawMessage(templateSchema), Labels: map[string]sdk.FieldLabels{"template": templateLabels, "language": languageLabels}}
	return append(out, a)
}

func messageAction(kind, language string) string { return kind + "_" + language }

// fixedLanguage has Meta's code of the language for each action whose language is settled by the action itself.
var fixedLanguage = func() map[string]string {
	out := make(map[string]string, len(messages)*len(languages))
	for _, m := range messages {
		for _, l := range languages {
			out[messageAction(m.key, l.meta)] = l.meta
		}
	}
	return out
}()

// metaLanguage is Meta's code for a language of the hub.
func metaLanguage(tag string) string {
	for _, l := range languages {
		if l.tag == tag {
			return l.meta
		}
	}
	return ""
}

func suffixed(l sdk.Labels, suffix string) sdk.Labels {
	out := make(sdk.Labels, len(l))
	for tag, text := range l {
		out[tag] = text + suffix
	}
	return out
}
