package email

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/places"
)

// The actions.
const (
	sendText   = "send"
	sendValues = "send_values"
)

const commonProperties = `
    "reply_to": {"type": "string", "minLength": 3, "maxLength": 500},
    "cc": {"type": "array", "items": {"type": "string", "minLength": 3, "maxLength": 500}, "maxItems": 10},
    "bcc": {"type": "array", "items": {"type": "string", "minLength": 3, "maxLength": 500}, "maxItems": 10},
    "list_unsubscribe": {"type": "string", "pattern": "^(https|mailto):[^\\s<>]+$", "maxLength": 1000}`

const textSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "subject": {"type": "string", "minLength": 1, "maxLength": 500},
    "text": {"type": "string", "maxLength": 50000},
    "html": {"type": "string", "maxLength": 200000},` + commonProperties + `
  },
  "required": ["subject"],
  "anyOf": [{"required": ["text"]}, {"required": ["html"]}],
  "additionalProperties": false
}`

const valuesSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "subject": {"type": "string", "minLength": 1, "maxLength": 500},
    "intro": {"type": "string", "maxLength": 50000},` + commonProperties + `
  },
  "required": ["subject"],
  "additionalProperties": false
}`

// plan is how the deliveries of one action with its parameters are made into messages. It is never changed.
type plan struct {
	list                       bool // the values follow the text
	subject, text, html, intro *places.Template
	replyTo                    mailbox
	cc, bcc                    []mailbox
	unsubscribe                string
}

type parameters struct {
	Subject     string   `json:"subject"`
	Text        string   `json:"text"`
	HTML        string   `json:"html"`
	Intro       string   `json:"intro"`
	ReplyTo     string   `json:"reply_to"`
	CC          []string `json:"cc"`
	BCC         []string `json:"bcc"`
	Unsubscribe string   `json:"list_unsubscribe"`
}

// parsePlan reads the parameters of an action. All problems are found at once.
func parsePlan(action string, raw json.RawMessage) (*plan, sdk.Problems) {
	var in parameters
	var found sdk.Problems
	if len(raw) > 0 && json.Unmarshal(raw, &in) != nil {
		found.Add("MALFORMED", "parameters", "the parameters are not an object of the declared shape", "Give each parameter the type that the form asks for.")
		return nil, found
	}
	p := &plan{unsubscribe: in.Unsubscribe}
	switch action {
	case sendText:
		p.subject = template("subject", in.Subject, places.Text, &found)
		if in.HTML != "" {
			p.html = template("html", in.HTML, places.HTML, &found)
		}
		if in.Text != "" || in.HTML == "" {
			p.text = template("text", in.Text, places.Text, &found)
		}
	case sendValues:
		p.list = true
		p.subject = template("subject", in.Subject, places.Text, &found)
		if in.Intro != "" {
			p.intro = template("intro", in.Intro, places.Text, &found)
		}
	default:
		found.Add("UNKNOWN_ACTION", "action", "the connector has no action "+strconv.Quote(action), "Choose one of the connector's actions.")
	}
	if in.ReplyTo != "" {
		p.replyTo = people("parameters.reply_to", []string{in.ReplyTo}, &found)[0]
	}
	p.cc, p.bcc = people("parameters.cc", in.CC, &found), people("parameters.bcc", in.BCC, &found)
	if u, err := url.Parse(in.Unsubscribe); in.Unsubscribe != "" && (err != nil || u.Scheme != "https" && u.Scheme != "mailto" || oneLine(in.Unsubscribe) != in.Unsubscribe) {
		found.Add("INVALID", "parameters.list_unsubscribe", "must be an address that starts with https:// or mailto:", "Leave it empty if people cannot unsubscribe.")
	}
	return p, found
}

func template(name, text string, kind places.Kind, found *sdk.Problems) *places.Template {
	t, wrong := places.Parse("parameters."+name, text, kind)
	*found = append(*found, wrong...)
	return t
}

func people(path string, list []string, found *sdk.Problems) []mailbox {
	out := make([]mailbox, len(list))
	for i, text := range list {
		var ok bool
		if out[i], ok = parseMailbox(text); !ok {
			found.Add("INVALID", path, fmt.Sprintf("has something in place %d that is no e-mail address", i+1), "Write addresses as ana@example.com or Ana Prado <ana@example.com>.")
		}
	}
	return out
}
