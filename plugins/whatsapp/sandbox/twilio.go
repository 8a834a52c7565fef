package sandbox

import (
	"crypto/subtle"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// twilio answers a request to Twilio's Messages or Content API; false if it is for neither.
func (s *Sandbox) twilio(w http.ResponseWriter, r *http.Request) bool {
	var e *twilioError
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/2010-04-01/Accounts/"):
		e = s.twilioMessages(w, r, strings.Split(path[len("/2010-04-01/Accounts/"):], "/"))
	case path == "/v1/Content" || strings.HasPrefix(path, "/v1/Content/"):
		e = s.twilioContent(w, r, strings.Split(strings.Trim(path[len("/v1/Content"):], "/"), "/"))
	default:
		return false
	}
	if e != nil {
		s.refused.Add(1)
		s.log.refuse(Refusal{Provider: throughTwilio, At: time.Now(), To: e.to, Path: r.URL.Path, Code: e.code, Message: e.message})
		e.write(w)
	}
	return true
}

// twilioAccount finds the account that the request signs in to: with its SID and auth token, or with an API key.
func (s *Sandbox) twilioAccount(r *http.Request) (*twilioAccount, *twilioError) {
	user, password, ok := r.BasicAuth()
	if !ok || s.faults.takeToken(throughTwilio) {
		return nil, twilioCode(20003, "")
	}
	for _, a := range s.world.accounts {
		if user == a.SID && same(password, a.AuthToken) {
			return a, nil
		}
		for _, k := range a.Keys {
			if user == k.SID && same(password, k.Secret) && !k.Revoked {
				return a, nil
			}
		}
	}
	return nil, twilioCode(20003, "")
}

func same(a, b string) bool { return b != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// twilioMessages answers below /2010-04-01/Accounts.
func (s *Sandbox) twilioMessages(w http.ResponseWriter, r *http.Request, path []string) *twilioError {
	a, e := s.twilioAccount(r)
	if e != nil {
		return e
	}
	if path[0] != a.SID {
		return twilioCode(20003, "")
	}
	switch {
	case len(path) == 2 && path[1] == "Messages.json" && r.Method == http.MethodPost:
		return s.twilioSend(w, r, a)
	case len(path) == 2 && path[1] == "Messages.json" && r.Method == http.MethodGet:
		return s.twilioList(w, r, a)
	case len(path) == 3 && path[1] == "Messages" && strings.HasSuffix(path[2], ".json") && r.Method == http.MethodGet:
		m, ok := s.log.find(strings.TrimSuffix(path[2], ".json"))
		if !ok || m.account != a.SID {
			return twilioCode(20404, "The requested resource "+r.URL.Path+" was not found")
		}
		writeJSON(w, http.StatusOK, m.resource())
		return nil
	}
	return twilioCode(20404, "The requested resource "+r.URL.Path+" was not found")
}

// twilioList is GET Messages.json: newest first, narrowed by To and From.
func (s *Sandbox) twilioList(w http.ResponseWriter, r *http.Request, a *twilioAccount) *twilioError {
	q := r.URL.Query()
	size := 50
	if text := q.Get("PageSize"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1000 {
			return twilioCode(20001, "PageSize must be 1 to 1000")
		}
		size = n
	}
	list := []map[string]any{}
	all := s.Messages()
	for i := len(all) - 1; i >= 0 && len(list) < size; i-- {
		m := &all[i]
		if m.account == a.SID && (q.Get("To") == "" || q.Get("To") == "whatsapp:"+m.To) && (q.Get("From") == "" || q.Get("From") == "whatsapp:"+m.From) {
			list = append(list, m.resource())
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"messages": list, "page": 0, "page_size": size, "uri": r.URL.RequestURI(), "next_page_uri": nil})
	return nil
}

// resource is a message as Twilio shows it.
func (m *Message) resource() map[string]any {
	date := m.At.UTC().Format(time.RFC1123Z)
	out := map[string]any{
		"sid": m.ID, "account_sid": m.account, "to": "whatsapp:" + m.To, "from": "whatsapp:" + m.From, "body": m.Text, "status": m.Last(),
		"messaging_service_sid": nil, "error_code": nil, "error_message": nil, "num_segments": "1", "num_media": "0", "price": nil, "price_unit": nil,
		"direction": "outbound-api", "api_version": "2010-04-01", "date_created": date, "date_updated": date, "date_sent": nil,
		"uri": "/2010-04-01/Accounts/" + m.account + "/Messages/" + m.ID + ".json", "subresource_uris": map[string]string{},
	}
	if m.service != "" {
		out["messaging_service_sid"] = m.service
	}
	if len(m.Statuses) == 0 {
		out["status"] = m.initial()
		return out
	}
	last := m.Statuses[len(m.Statuses)-1]
	out["date_updated"] = last.At.UTC().Format(time.RFC1123Z)
	out["date_sent"] = m.Statuses[0].At.UTC().Format(time.RFC1123Z)
	if last.Code != 0 {
		out["error_code"], out["error_message"] = last.Code, twilioCode(last.Code, "").message
	}
	return out
}

// initial is the status before anything happened: a message of a service still waits for its sender.
func (m *Message) initial() string {
	if m.service != "" {
		return "accepted"
	}
	return "queued"
}

// twilioContent answers below /v1/Content.
func (s *Sandbox) twilioContent(w http.ResponseWriter, r *http.Request, path []string) *twilioError {
	a, e := s.twilioAccount(r)
	if e != nil {
		return e
	}
	missing := twilioCode(20404, "The requested resource "+r.URL.Path+" was not found")
	if r.Method != http.MethodGet {
		return missing
	}
	if path[0] == "" {
		list := []map[string]any{}
		for _, sid := range a.sids() {
			if c := a.content(sid); c != nil { // it may have gone meanwhile
				list = append(list, c.node(a.SID))
			}
		}
		writeJSON(w, http.StatusOK, map[string]any{"contents": list, "meta": map[string]any{"page": 0, "page_size": 50, "key": "contents", "next_page_url": nil}})
		return nil
	}
	c := a.content(path[0])
	switch {
	case c != nil && len(path) == 1:
		writeJSON(w, http.StatusOK, c.node(a.SID))
		return nil
	case c != nil && len(path) == 2 && path[1] == "ApprovalRequests":
		writeJSON(w, http.StatusOK, map[string]any{"sid": c.SID, "account_sid": a.SID, "url": r.URL.Path, "whatsapp": map[string]any{
			"type": "whatsapp", "name": c.FriendlyName, "category": c.Category, "content_type": c.kind(), "status": c.Status, "rejection_reason": c.Rejection, "allow_category_change": true,
		}})
		return nil
	}
	return missing
}

func (c *content) kind() string {
	if c.Header != "" || c.Footer != "" {
		return "whatsapp/card"
	}
	return "twilio/text"
}

func (c *content) node(account string) map[string]any {
	body := map[string]any{"body": c.Body}
	if c.kind() == "whatsapp/card" {
		body = map[string]any{"body": c.Body, "header_text": c.Header, "footer": c.Footer, "media": nil, "actions": []any{}}
	}
	url := "https://content.twilio.com/v1/Content/" + c.SID
	return map[string]any{
		"sid": c.SID, "account_sid": account, "friendly_name": c.FriendlyName, "language": c.Language, "variables": c.Variables, "url": url,
		"types": map[string]any{c.kind(): body}, "links": map[string]string{"approval_fetch": url + "/ApprovalRequests"},
	}
}
