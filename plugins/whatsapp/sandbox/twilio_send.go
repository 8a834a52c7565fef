package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// twilioSend is POST Messages.json.
func (s *Sandbox) twilioSend(w http.ResponseWriter, r *http.Request, a *twilioAccount) *twilioError {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/x-www-form-urlencoded" {
		return &twilioError{status: http.StatusUnsupportedMediaType, code: 20015, message: "The content type must be application/x-www-form-urlencoded"}
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		return twilioCode(20001, "The request body could not be read: "+err.Error())
	}
	m := &Message{Provider: throughTwilio, account: a.SID, Template: r.PostForm.Get("ContentSid"), StatusCallback: r.PostForm.Get("StatusCallback"), At: time.Now()}
	to, e := twilioRecipient(r.PostForm.Get("To"))
	if e == nil {
		m.To, m.WaID = "+"+to, waID(to)
		e = s.twilioCheck(r.PostForm, a, m)
	}
	if e != nil {
		e.to = m.To
	}
	fault := s.faults.take(m, a.friendlyName(m.Template))
	if fault == nil {
		if e == nil {
			writeJSON(w, http.StatusCreated, s.twilioAccept(m, a, nil))
		}
		return e
	}
	return s.twilioSpoiled(w, r, a, m, fault, e)
}

// twilioSpoiled answers a send that a fault has hit.
func (s *Sandbox) twilioSpoiled(w http.ResponseWriter, r *http.Request, a *twilioAccount, m *Message, fault *Fault, e *twilioError) *twilioError {
	var answer map[string]any
	spoils := fault.Drop || fault.Status != 0 || (fault.Code != 0 && !fault.Async)
	if e == nil && (fault.Accept || !spoils) {
		answer = s.twilioAccept(m, a, fault)
	}
	if fault.Delay > 0 {
		select {
		case <-time.After(fault.Delay):
		case <-r.Context().Done():
		}
	}
	switch {
	case fault.Drop:
		s.spoil(m, fault)
		panic(http.ErrAbortHandler) // net/http's way to close the connection without an answer
	case fault.Status != 0:
		s.spoil(m, fault)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(fault.Status)
		_, _ = io.WriteString(w, "<html><body>Sorry, something went wrong.</body></html>")
		return nil
	case fault.Code != 0 && !fault.Async:
		out := twilioCode(fault.code(), fault.Details)
		out.to = m.To
		return out
	case e == nil:
		writeJSON(w, http.StatusCreated, answer)
	}
	return e
}

// twilioAccept takes the message over. The result is the answer, from before anything happens to the message.
func (s *Sandbox) twilioAccept(m *Message, a *twilioAccount, f *Fault) map[string]any {
	m.ID = twilioSID()
	answer := m.resource()
	s.log.add(m)
	switch {
	case f != nil:
	case s.absent[m.To[1:]]:
		f = &Fault{Code: 63024, Async: true}
	case !s.limits.takePair(m.From, m.To): // Twilio learns of WhatsApp's own rate only afterwards
		f = &Fault{Code: 63018, Async: true}
	}
	if s.options.Callbacks.Off && (f == nil || !f.Async) {
		return answer
	}
	if early := s.teller.schedule(m, &number{account: a}, f); early != nil {
		select {
		case <-early:
		case <-s.teller.ctx.Done():
		}
	}
	return answer
}

// friendlyName is the name of a content; empty if there is none.
func (a *twilioAccount) friendlyName(sid string) string {
	if c := a.content(sid); c != nil {
		return c.FriendlyName
	}
	return ""
}

func twilioRecipient(to string) (string, *twilioError) {
	if to == "" {
		return "", twilioCode(21604, "A 'To' phone number is required.")
	}
	digits, ok := strings.CutPrefix(to, "whatsapp:+")
	if !ok || digits != onlyDigits(digits) || len(digits) < 7 || len(digits) > 15 || digits[0] == '0' {
		return onlyDigits(to), twilioCode(21211, "The 'To' number "+to+" is not a valid phone number.")
	}
	return digits, nil
}

// twilioFields are the fields of a request that this sandbox understands. Twilio ignores others, and a field of the wrong spelling is
// then missing; the sandbox says so instead.
var twilioFields = []string{"To", "From", "MessagingServiceSid", "ContentSid", "ContentVariables", "StatusCallback", "ValidityPeriod", "ContentRetention", "AddressRetention", "RiskCheck", "Body"}

// twilioCheck refuses what Twilio refuses, and fills in what the phone would show.
func (s *Sandbox) twilioCheck(form url.Values, a *twilioAccount, m *Message) *twilioError {
	for field, list := range form {
		if !slices.Contains(twilioFields, field) || len(list) != 1 {
			return twilioCode(20001, "Field "+field+" is not known, or comes twice")
		}
	}
	var e *twilioError
	m.service = form.Get("MessagingServiceSid")
	if m.From, e = a.sender(form.Get("From"), m.service); e != nil {
		return e
	}
	switch {
	case m.To == m.From:
		return twilioCode(63031, "Channel message cannot have same From and To")
	case !s.limits.takeThroughput(m.From):
		return twilioCode(20429, "")
	case m.StatusCallback != "" && !absolute(m.StatusCallback):
		return twilioCode(21609, "The StatusCallback URL "+m.StatusCallback+" is not a valid URL.")
	case m.Template == "" && form.Get("ContentVariables") != "":
		return twilioCode(21654, "ContentVariables was given without ContentSid")
	case m.Template == "" && form.Get("Body") != "":
		return twilioCode(63016, "Failed to send freeform message because you are outside the allowed window.")
	case m.Template == "":
		return twilioCode(21619, "A text message body or media urls must be specified.")
	}
	if s.people.stopped(m.From, m.To) {
		return twilioCode(21610, "")
	}
	c := a.content(m.Template)
	if c == nil {
		return twilioCode(21655, "")
	}
	return s.fill(form, c, m)
}

// fill puts the values into the content. Twilio fills in the sample values of variables that are missing: that goes to a real person.
func (s *Sandbox) fill(form url.Values, c *content, m *Message) *twilioError {
	given := map[string]string{}
	if text, ok := form["ContentVariables"]; ok {
		if json.Unmarshal([]byte(text[0]), &given) != nil || len(given) == 0 {
			return twilioCode(21656, "")
		}
	}
	m.Language = c.Language
	for key, v := range given {
		switch _, known := c.Variables[key]; {
		case !known || v == "" || len(key) > 16 || len(v) > 1600:
			return twilioCode(21656, "")
		case strings.ContainsAny(v, "\n\t\r") || strings.Contains(v, "     "):
			return twilioCode(63013, "Channel policy violation")
		}
	}
	for _, key := range c.template.vars {
		v, ok := given[key]
		if !ok {
			v = c.Variables[key]
			m.Samples = append(m.Samples, key)
		}
		m.Values = append(m.Values, v)
	}
	m.Text = c.template.render(m.Values)
	switch {
	case utf8.RuneCountInString(m.Text) > maxRendered:
		return twilioCode(63021, "Channel invalid content error: more than 1,024 characters")
	case c.Status == "paused":
		return twilioCode(63041, "The template is paused")
	case c.Status == "disabled":
		return twilioCode(63042, "The template is disabled")
	case c.Status == "rejected":
		return twilioCode(63040, "The template was rejected")
	case c.Status != "approved":
		return twilioCode(63016, fmt.Sprintf("The template is %s, and nobody has written within 24 hours", c.Status))
	}
	return nil
}

// absolute is Twilio's idea of a callback URL: absolute, and no underscore in the host.
func absolute(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.Contains(u.Host, "_")
}
