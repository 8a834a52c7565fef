package whatsapp

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

type metaTemplate struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Status   string `json:"status"`
	Category string `json:"category"`
	Quality  struct {
		Score string `json:"score"`
	} `json:"quality_score"`
	Components []struct {
		Type    string `json:"type"`
		Format  string `json:"format"`
		Text    string `json:"text"`
		Buttons []struct {
			Type string `json:"type"`
			URL  string `json:"url"`
		} `json:"buttons"`
	} `json:"components"`
}

// template is what the connector makes of Meta's template.
func (m *metaTemplate) template() template {
	t := template{name: m.Name, language: m.Language, status: m.Status, category: m.Category, approved: m.Status == "APPROVED", quality: m.Quality.Score}
	for _, c := range m.Components {
		switch strings.ToUpper(c.Type) {
		case "HEADER":
			switch {
			case c.Format != "TEXT" && c.Format != "":
				t.unfillable = append(t.unfillable, "a header with a "+strings.ToLower(c.Format))
			case len(variablesOf(c.Text)) > 0:
				t.unfillable = append(t.unfillable, "a variable in its header")
			}
			t.header = c.Text
		case "BODY":
			t.body, t.variables = c.Text, variablesOf(c.Text)
		case "FOOTER":
			t.footer = c.Text
		case "BUTTONS":
			for _, b := range c.Buttons {
				if strings.Contains(b.URL, "{{") || slices.Contains([]string{"OTP", "COPY_CODE", "FLOW"}, b.Type) {
					t.unfillable = append(t.unfillable, "a button that needs a value")
				}
			}
		}
	}
	return t
}

// metaTemplates reads all languages of a template from Meta, or remembers what was read no longer than holds ago; beside a failure it
// is nil, or what was known before.
func (c *connector) metaTemplates(ctx context.Context, in sdk.Integration, s *metaSettings, name string, holds time.Duration) ([]template, *unread) {
	key := templateKey{integration: in.ID, version: in.Version, address: s.BaseURL, account: s.WABAID, name: name}
	return c.templates.get(ctx, key, holds, func(ctx context.Context) ([]template, *unread) { return c.readMetaTemplates(ctx, s, name) })
}

func (c *connector) readMetaTemplates(ctx context.Context, s *metaSettings, name string) ([]template, *unread) {
	out := []template{} // not nil: that there is none is known, too
	query := url.Values{"name": {name}, "fields": {"name,language,status,category,parameter_format,components,quality_score"}, "limit": {"100"}}
	for range 10 { // a name has at most a few dozen languages; `name` may match parts of names
		var page struct {
			Data   *[]metaTemplate `json:"data"`
			Paging struct {
				Next    string `json:"next"`
				Cursors struct {
					After string `json:"after"`
				} `json:"cursors"`
			} `json:"paging"`
		}
		if u := c.readMeta(ctx, s, query, &page, s.WABAID, "message_templates"); u != nil {
			return nil, u
		}
		if page.Data == nil {
			return nil, strangeRead(metaHouse.strangeAnswer(http.StatusOK, ""))
		}
		for _, t := range *page.Data {
			if t.Name == name {
				out = append(out, t.template())
			}
		}
		if page.Paging.Next == "" || page.Paging.Cursors.After == "" {
			break
		}
		query.Set("after", page.Paging.Cursors.After) // not the URL that the answer gives: the token goes to no address but ours
	}
	return out, nil
}

// readMeta reads one object of the Graph API.
func (c *connector) readMeta(ctx context.Context, s *metaSettings, query url.Values, into any, object ...string) *unread {
	u := s.endpoint(object...)
	u.RawQuery = query.Encode()
	status, header, body, failed := c.get(ctx, &metaHouse, u, s.header(""))
	if failed != nil {
		return failed
	}
	if e := readError(body); e != nil {
		o := judge(e).outcome(e.failure(), 1)
		if o.Kind == sdk.Rejected || judge(e) == &objectVerdict {
			o.Kind, o.Scope, o.Path = sdk.Misconfigured, sdk.ScopeIntegration, "settings.waba_id"
		}
		return &unread{o}
	}
	if status != http.StatusOK || json.Unmarshal(body, into) != nil {
		return strangeRead(metaHouse.strangeAnswer(status, header.Get("Retry-After")))
	}
	return nil
}

// get reads an address. Nothing is sent by it, so that what fails may be tried again.
func (c *connector) get(ctx context.Context, h *house, u *url.URL, header http.Header) (int, http.Header, []byte, *unread) {
	r := (&http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: header}).WithContext(ctx)
	answer, err := c.transport.RoundTrip(r)
	if err != nil {
		return 0, nil, nil, strangeRead(h.transportFailure(err, false, 1))
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return 0, nil, nil, strangeRead(h.transportFailure(err, false, 1))
	}
	return answer.StatusCode, answer.Header, body, nil
}

// strangeRead makes an outcome of sending one of reading: what is unknown there is certainly not sent here.
func strangeRead(o sdk.Outcome) *unread {
	if o.Kind == sdk.Unknown {
		o.Kind, o.RetryAfter, o.NextStep = sdk.Retry, 15*second, "Nothing: it is tried again."
		o.Message = strings.TrimSuffix(o.Message, "; the message may have been sent")
	}
	return &unread{o}
}
