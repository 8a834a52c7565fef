package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// strictJSON refuses fields that the target does not have.
func strictJSON(text []byte, into any) error {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// hook is an app's webhook.
type hook struct {
	url    string
	fields []string
}

// hooks is changed by whoever subscribes and read for every callback.
type hooks = atomic.Pointer[hook]

func (a *app) subscription() *hook { return a.hook.Load() }

// wants tells whether a webhook is there and told of a field.
func (h *hook) wants(field string) bool { return h != nil && slices.Contains(h.fields, field) }

// Subscribe sets an app's webhook, as POST /{app-id}/subscriptions does: the URL is first asked to echo a challenge, with the verify
// token in the query. The webhook is told of the fields, and of all if none are given.
func (s *Sandbox) Subscribe(ctx context.Context, appID, callbackURL, verifyToken string, fields ...string) error {
	a, ok := s.world.apps[appID]
	if !ok {
		return fmt.Errorf("the sandbox has no app %q", appID)
	}
	if err := verify(ctx, s.teller.client, callbackURL, verifyToken); err != nil {
		return err
	}
	if len(fields) == 0 {
		fields = webhookFields
	}
	a.hook.Store(&hook{url: callbackURL, fields: fields})
	s.changed()
	return nil
}

// verify is the handshake by which a webhook proves that it knows the verify token.
func verify(ctx context.Context, client *http.Client, callbackURL, token string) error {
	u, err := url.Parse(callbackURL)
	if err != nil || u.Host == "" {
		return fmt.Errorf("the callback URL %q is not absolute", callbackURL)
	}
	challenge := strconv.FormatUint(uint64(time.Now().UnixNano()), 10) + rand.Text()[:6]
	q := u.Query()
	q.Set("hub.mode", "subscribe")
	q.Set("hub.challenge", challenge)
	q.Set("hub.verify_token", token)
	u.RawQuery = q.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("the callback URL could not be validated: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if answer.StatusCode != http.StatusOK || string(body) != challenge {
		return fmt.Errorf("the callback URL could not be validated: it answered %d and not the challenge", answer.StatusCode)
	}
	return nil
}

// subscriptions is GET, POST and DELETE /{app-id}/subscriptions, with an app access token (`id|secret`).
func (s *Sandbox) subscriptions(w http.ResponseWriter, r *http.Request, a *app) *apiError {
	if err := r.ParseForm(); err != nil {
		return codeError(100, err.Error())
	}
	token := r.Form.Get("access_token")
	if token == "" {
		token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	if token != a.ID+"|"+a.Secret {
		return &apiError{status: http.StatusBadRequest, code: 15, message: "(#15) This method must be called with an app access_token."}
	}
	switch r.Method {
	case http.MethodGet:
		writeJSON(w, http.StatusOK, map[string]any{"data": a.subscribed()})
	case http.MethodDelete:
		a.hook.Store(nil)
		s.changed()
		writeJSON(w, http.StatusOK, map[string]bool{"success": true})
	case http.MethodPost:
		if r.Form.Get("object") != "whatsapp_business_account" {
			return codeError(100, "object must be whatsapp_business_account")
		}
		if err := s.Subscribe(r.Context(), a.ID, r.Form.Get("callback_url"), r.Form.Get("verify_token"), fieldsOf(r.Form.Get("fields"))...); err != nil {
			return &apiError{status: http.StatusBadRequest, code: 2200, message: "(#2200) Callback verification failed with the following errors: " + err.Error()}
		}
		writeJSON(w, http.StatusOK, map[string]bool{"success": true})
	default:
		return noObject(r.Method, a.ID)
	}
	return nil
}

// fieldsOf reads a list such as messages,account_update.
func fieldsOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

func (a *app) subscribed() []map[string]any {
	h := a.subscription()
	if h == nil {
		return []map[string]any{}
	}
	return []map[string]any{{"object": "whatsapp_business_account", "callback_url": h.url, "active": true, "fields": h.fields}}
}

// writeFields writes the fields of a node that were asked for; its id always comes along.
func writeFields(w http.ResponseWriter, r *http.Request, node map[string]any, usual ...string) {
	writeJSON(w, http.StatusOK, selected(r, node, usual...))
}

func selected(r *http.Request, node map[string]any, usual ...string) map[string]any {
	fields := usual
	if text := r.URL.Query().Get("fields"); text != "" {
		fields = strings.Split(text, ",")
	}
	out := map[string]any{"id": node["id"]}
	for _, f := range fields {
		if v, ok := node[strings.TrimSpace(f)]; ok {
			out[strings.TrimSpace(f)] = v
		}
	}
	return out
}

func (n *number) node() map[string]any {
	quality := "GREEN"
	if q := n.quality.Load(); q != nil {
		quality = *q
	}
	return map[string]any{
		"id": n.ID, "display_phone_number": "+" + n.Display, "verified_name": n.VerifiedName, "quality_rating": quality,
		"code_verification_status": "VERIFIED", "platform_type": "CLOUD_API", "throughput": map[string]string{"level": "STANDARD"},
		"name_status": "APPROVED", "account_mode": "LIVE", "status": "CONNECTED",
	}
}

var numberFields = []string{"verified_name", "code_verification_status", "display_phone_number", "quality_rating", "platform_type", "throughput"}

// phoneNumber is GET /{phone-number-id}.
func (s *Sandbox) phoneNumber(w http.ResponseWriter, r *http.Request, n *number) *apiError {
	writeFields(w, r, n.node(), numberFields...)
	return nil
}

// phoneNumbers is GET /{waba-id}/phone_numbers.
func (s *Sandbox) phoneNumbers(w http.ResponseWriter, r *http.Request, acc *waba) *apiError {
	list := make([]map[string]any, 0, len(acc.Numbers))
	for _, n := range acc.Numbers {
		list = append(list, selected(r, s.world.numbers[n.ID].node(), numberFields...))
	}
	return s.page(w, r, list)
}

// account is GET /{waba-id}.
func (s *Sandbox) account(w http.ResponseWriter, r *http.Request, acc *waba) *apiError {
	writeFields(w, r, map[string]any{"id": acc.ID, "name": acc.Name, "timezone_id": "25", "message_template_namespace": "sandbox_" + acc.ID}, "name", "timezone_id", "message_template_namespace")
	return nil
}

func (t *template) node() map[string]any {
	var components []map[string]any
	if t.Header != "" {
		components = append(components, map[string]any{"type": "HEADER", "format": "TEXT", "text": t.Header})
	}
	components = append(components, map[string]any{"type": "BODY", "text": t.Body})
	if t.Footer != "" {
		components = append(components, map[string]any{"type": "FOOTER", "text": t.Footer})
	}
	format := "POSITIONAL"
	if t.Named {
		format = "NAMED"
	}
	return map[string]any{
		"id": t.id, "name": t.Name, "language": t.Language, "status": t.Status, "category": t.Category, "parameter_format": format, "components": components,
	}
}

// messageTemplates is GET /{waba-id}/message_templates. `name` matches a part of the name; language, status and category match exactly.
func (s *Sandbox) messageTemplates(w http.ResponseWriter, r *http.Request, acc *waba) *apiError {
	q := r.URL.Query()
	wanted := func(key, value string) bool { return q.Get(key) == "" || q.Get(key) == value }
	all := acc.templates.Load().listed
	list := make([]map[string]any, 0, len(all))
	for _, t := range all {
		if strings.Contains(t.Name, q.Get("name")) && wanted("language", t.Language) && wanted("status", t.Status) && wanted("category", t.Category) {
			list = append(list, selected(r, t.node(), "name", "parameter_format", "components", "language", "status", "category"))
		}
	}
	return s.page(w, r, list)
}

// page writes a part of a list in the Graph API's paging envelope. `limit` is 25 unless given; `after` is a cursor of an earlier page.
func (s *Sandbox) page(w http.ResponseWriter, r *http.Request, list []map[string]any) *apiError {
	q := r.URL.Query()
	limit := 25
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return codeError(100, "limit must be a positive number")
		}
		limit = n
	}
	start := 0
	if after := q.Get("after"); after != "" {
		n, err := strconv.Atoi(uncursor(after))
		if err != nil || n < 0 || n >= len(list) {
			return codeError(100, "Invalid cursors values")
		}
		start = n + 1
	}
	end := min(len(list), start+limit)
	out := map[string]any{"data": list[start:end]}
	if end > start {
		paging := map[string]any{"cursors": map[string]string{"before": cursor(start), "after": cursor(end - 1)}}
		if end < len(list) {
			next := *r.URL
			q.Set("after", cursor(end-1))
			q.Set("limit", strconv.Itoa(limit))
			q.Del("access_token")
			next.Scheme, next.Host, next.RawQuery = "http", r.Host, q.Encode()
			paging["next"] = next.String()
		}
		out["paging"] = paging
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

func cursor(n int) string { return base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(n))) }

func uncursor(c string) string {
	text, err := base64.StdEncoding.DecodeString(c)
	if err != nil || slices.Contains(text, 0) {
		return ""
	}
	return string(text)
}
