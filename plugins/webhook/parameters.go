package webhook

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/places"
)

// The actions.
const (
	sendValues   = "send_values"
	sendTemplate = "send_template"
)

const commonProperties = `
    "method": {"type": "string", "enum": ["POST", "PUT", "PATCH"], "default": "POST"},
    "path": {"type": "string", "pattern": "^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?$", "maxLength": 500},
    "headers": {"type": "object", "propertyNames": {"pattern": "^[A-Za-z0-9-]{1,64}$"}, "additionalProperties": {"type": "string", "maxLength": 2000}, "maxProperties": 20}`

const valuesSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "type": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,100}$"},` + commonProperties + `
  },
  "additionalProperties": false
}`

const templateSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "template": {"type": "string", "minLength": 1, "maxLength": 20000},
    "content_type": {"type": "string", "enum": ["application/json", "application/x-www-form-urlencoded", "application/xml", "text/plain"], "default": "application/json"},` + commonProperties + `
  },
  "required": ["template"],
  "additionalProperties": false
}`

// plan is how the deliveries of one action with its parameters are made into requests. It is never changed.
type plan struct {
	envelope    string // the type of the envelope; empty: none
	template    *places.Template
	contentType string
	method      string
	path        string
	headers     map[string]string
}

// parsePlan reads the parameters of an action. All problems are found at once.
func parsePlan(action string, raw json.RawMessage) (*plan, sdk.Problems) {
	in := struct {
		Type        string            `json:"type"`
		Template    string            `json:"template"`
		ContentType string            `json:"content_type"`
		Method      string            `json:"method"`
		Path        string            `json:"path"`
		Headers     map[string]string `json:"headers"`
	}{ContentType: "application/json", Method: http.MethodPost}
	var found sdk.Problems
	if len(raw) > 0 && json.Unmarshal(raw, &in) != nil {
		found.Add("MALFORMED", "parameters", "the parameters are not an object of the declared shape", "Give each parameter the type that the form asks for.")
		return nil, found
	}
	p := &plan{contentType: in.ContentType, method: in.Method, path: in.Path, headers: in.Headers}
	switch action {
	case sendValues:
		p.contentType, p.envelope = "application/json", in.Type
	case sendTemplate:
		p.template = parseTemplate(in.Template, in.ContentType, &found)
	default:
		found.Add("UNKNOWN_ACTION", "action", "the connector has no action "+strconv.Quote(action), "Choose one of the connector's actions.")
	}
	if !slices.Contains([]string{http.MethodPost, http.MethodPut, http.MethodPatch}, in.Method) {
		found.Add("INVALID", "parameters.method", "must be POST, PUT or PATCH", "Leave it empty for POST.")
	}
	if in.Path != "" && !goodPath(in.Path) {
		found.Add("INVALID", "parameters.path", "must be a path such as /orders, without query, escapes and dots that lead upwards", "Put what does not fit into the integration's address.")
	}
	checkHeaders(in.Headers, &found)
	return p, found
}

var pathPattern = regexp.MustCompile(`^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?$`)

func goodPath(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return false
		}
	}
	return pathPattern.MatchString(path)
}

func checkHeaders(headers map[string]string, found *sdk.Problems) {
	for name, value := range headers {
		switch lower := strings.ToLower(name); {
		case !headerName.MatchString(name):
			found.Add("INVALID", "parameters.headers", "a name of a header has characters that no header has", "Use letters, digits and dashes.")
		case slices.Contains(ours, lower) || lower == "authorization" || lower == "cookie":
			found.Add("INVALID", "parameters.headers", fmt.Sprintf("%s is not for flows to set", name), "Take it away; credentials belong to the integration's secrets.")
		case !fieldValue(value):
			found.Add("INVALID", "parameters.headers", fmt.Sprintf("%s must be one line of visible characters", name), "Take away line breaks and spaces at its ends.")
		}
	}
}

// target is where the deliveries of the plan go: below the integration's address, whose query stays.
func (p *plan) target(base *url.URL) *url.URL {
	if p.path == "" {
		return base
	}
	return base.JoinPath(p.path)
}

// contentTypes are those that a template may have.
var contentTypes = []string{string(places.JSON), string(places.Form), string(places.XML), string(places.Text)}

func parseTemplate(text, contentType string, found *sdk.Problems) *places.Template {
	if !slices.Contains(contentTypes, contentType) {
		found.Add("INVALID", "parameters.content_type", "must be "+strings.Join(contentTypes, ", "), "Leave it empty for JSON.")
		return nil
	}
	t, wrong := places.Parse("parameters.template", text, places.Kind(contentType))
	*found = append(*found, wrong...)
	return t
}
