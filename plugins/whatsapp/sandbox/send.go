package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// sendRequest is the body of POST /{phone-number-id}/messages, as far as template messages go.
type sendRequest struct {
	Product       string `json:"messaging_product"`
	RecipientType string `json:"recipient_type"`
	To            string `json:"to"`
	Type          string `json:"type"`
	Callback      string `json:"biz_opaque_callback_data"`
	Template      struct {
		Name     string `json:"name"`
		Language struct {
			Policy string `json:"policy"`
			Code   string `json:"code"`
		} `json:"language"`
		Components []component `json:"components"`
	} `json:"template"`
}

type component struct {
	Type       string      `json:"type"`
	Parameters []parameter `json:"parameters"`
}

type parameter struct {
	Type string `json:"type"`
	Name string `json:"parameter_name"`
	Text string `json:"text"`
}

// Bounds of a request.
const (
	maxBody         = 1 << 20 // bytes
	maxRendered     = 1024    // code points of a body with its values
	maxCallbackData = 512     // bytes of biz_opaque_callback_data; not stated by Meta, this is what others report
)

var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// send is POST /{phone-number-id}/messages.
func (s *Sandbox) send(w http.ResponseWriter, r *http.Request, n *number) *apiError {
	buf := bodies.Get().(*bytes.Buffer)
	defer bodies.Put(buf)
	buf.Reset()
	if _, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		return codeError(100, "The request body could not be read: "+err.Error())
	}
	var req sendRequest
	if e := decode(buf.Bytes(), &req); e != nil {
		return e
	}
	to, e := recipient(req.To, n)
	if e != nil {
		return e
	}
	m := &Message{Provider: throughMeta, PhoneNumberID: n.ID, To: "+" + to, WaID: waID(to), Callback: req.Callback, At: time.Now()}
	e = s.check(&req, n, to, m)
	if e != nil {
		e.to = m.To
	}
	fault := s.faults.take(m, "")
	if fault == nil {
		if e != nil {
			return e
		}
		s.accept(m, n, nil)
		s.answer(w, req.To, m)
		return nil
	}
	return s.spoiled(w, r, &req, n, m, fault, e)
}

// spoiled answers a send that a fault has hit.
func (s *Sandbox) spoiled(w http.ResponseWriter, r *http.Request, req *sendRequest, n *number, m *Message, f *Fault, e *apiError) *apiError {
	spoils := f.Drop || f.Status != 0 || (f.Code != 0 && !f.Async)
	if e == nil && (f.Accept || !spoils) {
		s.accept(m, n, f)
	}
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
		}
	}
	switch {
	case f.Drop:
		s.spoil(m, f)
		panic(http.ErrAbortHandler) // net/http's way to close the connection without an answer
	case f.Status != 0:
		s.spoil(m, f)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, "<html><body>Sorry, something went wrong.</body></html>")
		return nil
	case f.Code != 0 && !f.Async:
		out := codeError(f.code(), f.Details)
		out.transient, out.to = f.Transient, m.To
		return out
	case e != nil:
		return e
	}
	s.answer(w, req.To, m)
	return nil
}

// accept takes the message over: from here on the phone has it.
func (s *Sandbox) accept(m *Message, n *number, f *Fault) {
	m.ID = s.wamids.next(m.WaID)
	s.log.add(m)
	switch {
	case f != nil:
	case s.absent[m.To[1:]]:
		f = &Fault{Code: 131026, Async: true}
	case s.people.stopped(n.ID, m.To) && n.waba.marketing(m):
		f = &Fault{Code: 131050, Async: true}
	}
	if s.options.Callbacks.Off && (f == nil || !f.Async) {
		return
	}
	if early := s.teller.schedule(m, n, f); early != nil {
		select {
		case <-early:
		case <-s.teller.ctx.Done():
		}
	}
}

func (s *Sandbox) answer(w http.ResponseWriter, input string, m *Message) {
	var raw [512]byte
	b := append(raw[:0], `{"messaging_product":"whatsapp","contacts":[{"input":`...)
	b = appendASCII(b, input)
	b = append(b, `,"wa_id":"`...)
	b = append(b, m.WaID...)
	b = append(b, `"}],"messages":[{"id":"`...)
	b = append(b, m.ID...)
	b = append(b, `","message_status":"accepted"}]}`...)
	w.Header()["Content-Type"] = jsonType
	_, _ = w.Write(b)
}

var jsonType = []string{"application/json; charset=UTF-8"}

// appendASCII writes a JSON string; only for short texts that are nearly always plain.
func appendASCII(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' {
			text, _ := json.Marshal(s) // a string always marshals
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func decode(body []byte, req *sendRequest) *apiError {
	err := json.Unmarshal(body, req)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return &apiError{status: http.StatusBadRequest, code: 100, message: fmt.Sprintf("(#100) Param %s must be a %s.", wrong.Field, wrong.Type)}
	}
	return &apiError{status: http.StatusBadRequest, code: 100, message: "(#100) Invalid parameter", details: "The request body is not valid JSON: " + err.Error()}
}

// recipient is the number in digits that Meta would send to. Without a plus sign it prepends the sender's own country code.
func recipient(to string, n *number) (string, *apiError) {
	if to == "" {
		return "", &apiError{status: http.StatusBadRequest, code: 100, message: "(#100) The parameter to is required."}
	}
	digits := onlyDigits(to)
	if strings.Trim(to, "+0123456789 -()") != "" || len(digits) < 7 {
		return "", codeError(131009, "Parameter 'to' is not a valid WhatsApp phone number")
	}
	if !strings.HasPrefix(to, "+") {
		digits = n.country + digits
	}
	if len(digits) > 15 || digits[0] == '0' {
		return "", codeError(131009, "Parameter 'to' is not a valid WhatsApp phone number")
	}
	return digits, nil
}

// waID is the number as WhatsApp knows it: Brazilian mobile numbers outside the area codes 11 to 28 have no ninth digit there.
func waID(digits string) string {
	if len(digits) == 13 && digits[:2] == "55" && digits[4] == '9' && digits[2:4] > "28" {
		return digits[:4] + digits[5:]
	}
	return digits
}

// check refuses what Meta refuses, and fills in what the phone would show.
func (s *Sandbox) check(req *sendRequest, n *number, to string, m *Message) *apiError {
	switch {
	case req.Product != "whatsapp":
		return &apiError{status: http.StatusBadRequest, code: 100, message: "(#100) The parameter messaging_product is required."}
	case req.RecipientType != "" && req.RecipientType != "individual":
		return codeError(131009, "Parameter 'recipient_type' must be individual")
	case len(req.Callback) > maxCallbackData:
		return codeError(100, fmt.Sprintf("biz_opaque_callback_data must be at most %d characters", maxCallbackData))
	case to == n.digits:
		return codeError(131021, "The recipient's phone number must differ from the sender's")
	case req.Type == "text" || req.Type == "":
		return codeError(131047, "Message failed to send because more than 24 hours have passed since the customer last replied to this number.")
	case req.Type != "template":
		return codeError(131051, "Message type is currently not supported.")
	case req.Template.Name == "":
		return codeError(131008, "Parameter 'template.name' is missing")
	case req.Template.Language.Code == "":
		return codeError(131008, "Parameter 'template.language.code' is missing")
	case req.Template.Language.Policy != "" && req.Template.Language.Policy != "deterministic":
		return codeError(100, "template.language.policy must be deterministic")
	}
	if e := s.limits.take(n.ID, to); e != nil {
		return e
	}
	m.Template, m.Language = req.Template.Name, req.Template.Language.Code
	t, e := n.waba.sendable(m.Template, m.Language)
	if e != nil {
		return e
	}
	if m.Values, e = t.values(req.Template.Components); e != nil {
		return e
	}
	if s.options.Keep > 0 {
		m.Text = t.render(m.Values)
	}
	return nil
}

// sendable finds a template that may be sent.
func (w *waba) sendable(name, language string) (*template, *apiError) {
	if w.banned.Load() {
		return nil, codeError(131031, "Business Account locked")
	}
	t := w.template(name, language)
	if t == nil {
		return nil, codeError(132001, fmt.Sprintf("template name (%s) does not exist in %s", name, language))
	}
	switch t.Status {
	case "APPROVED":
		return t, nil
	case "PAUSED":
		return nil, codeError(132015, "Template is paused due to low quality so it cannot be sent in a template message.")
	case "DISABLED":
		return nil, codeError(132016, "Template has been paused too many times due to low quality and is now permanently disabled.")
	}
	return nil, codeError(132001, fmt.Sprintf("template name (%s) does not exist in %s", name, language))
}

// marketing tells whether a message is of a marketing template.
func (w *waba) marketing(m *Message) bool {
	t := w.template(m.Template, m.Language)
	return t != nil && t.Category == "MARKETING"
}

// values takes the body's values in the order of the template's variables.
func (t *template) values(components []component) ([]string, *apiError) {
	var given []parameter
	for _, c := range components {
		switch strings.ToLower(c.Type) {
		case "body":
			given = append(given, c.Parameters...)
		case "header", "button":
			if len(c.Parameters) > 0 {
				return nil, codeError(132000, fmt.Sprintf("%s: number of localizable_params (%d) does not match the expected number of params (0)", strings.ToLower(c.Type), len(c.Parameters)))
			}
		default:
			return nil, codeError(100, "Invalid component type "+c.Type)
		}
	}
	if len(given) != len(t.vars) {
		return nil, codeError(132000, fmt.Sprintf("body: number of localizable_params (%d) does not match the expected number of params (%d)", len(given), len(t.vars)))
	}
	out := make([]string, len(given))
	length := utf8.RuneCountInString(t.Body)
	for i, p := range given {
		at := i
		if t.Named {
			if at = slices.Index(t.vars, p.Name); at < 0 {
				return nil, &apiError{status: http.StatusBadRequest, code: 100, message: "(#100) Invalid parameter", details: "Parameter name is missing or empty"}
			}
		}
		text, e := p.text()
		if e != nil {
			return nil, e
		}
		out[at] = text
		length += utf8.RuneCountInString(text) - len("{{n}}")
	}
	if length > maxRendered {
		return nil, codeError(132005, fmt.Sprintf("body: translated text has %d characters, at most %d are allowed", length, maxRendered))
	}
	return out, nil
}

func (p *parameter) text() (string, *apiError) {
	switch {
	case p.Type != "text":
		return "", codeError(132012, "Parameter of type "+p.Type+" does not match the type text of the template")
	case p.Text == "":
		return "", codeError(131008, "Parameter of type text is missing text value")
	case strings.ContainsAny(p.Text, "\n\t\r") || strings.Contains(p.Text, "     "):
		return "", codeError(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
	}
	return p.Text, nil
}
