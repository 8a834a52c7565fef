package sandbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TemplateChange changes a template, or makes one if there is none of that name and a body is given: the body of POST
// /sandbox/templates. What is left out stays as it is.
type TemplateChange struct {
	Provider string `json:"provider,omitempty"` // META unless content_sid is given
	Account  string `json:"account,omitempty"`  // WABA id or account SID; the first one if empty
	Name     string `json:"name,omitempty"`
	Language string `json:"language,omitempty"`
	// ContentSID names one of Twilio's instead of name and language.
	ContentSID string `json:"content_sid,omitempty"`

	// Status is one of Meta's events (APPROVED, PAUSED, DISABLED, REJECTED, PENDING, REINSTATED, IN_APPEAL, FLAGGED, LOCKED, ARCHIVED,
	// UNARCHIVED, PENDING_DELETION, DELETED, LIMIT_EXCEEDED) or one of Twilio's statuses (approved, paused, disabled, rejected,
	// pending, received, unsubmitted), in either case.
	Status string `json:"status,omitempty"`
	// Reason is Meta's of a rejection, NONE or INVALID_FORMAT unless set; Twilio's rejection_reason.
	Reason   string  `json:"reason,omitempty"`
	Category string  `json:"category,omitempty"` // UTILITY, MARKETING or AUTHENTICATION
	Header   *string `json:"header,omitempty"`
	Body     *string `json:"body,omitempty"`
	Footer   *string `json:"footer,omitempty"`
	// Variables are Twilio's keys with their sample values; those of the text if left out.
	Variables map[string]string `json:"variables,omitempty"`
}

// ChangeTemplate changes what exists at a provider, from the next request on. Meta tells its webhook; Twilio has none for templates, so
// that nothing is told.
func (s *Sandbox) ChangeTemplate(ctx context.Context, c TemplateChange) ([]Told, error) {
	if c.Provider == "" {
		c.Provider = throughMeta
		if c.ContentSID != "" {
			c.Provider = throughTwilio
		}
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	switch c.Provider {
	case throughMeta:
		return s.changeMeta(ctx, c)
	case throughTwilio:
		return []Told{}, s.changeTwilio(c)
	}
	return nil, errProvider
}

func (c *TemplateChange) check() error {
	if c.Category = strings.ToUpper(c.Category); c.Category != "" && !slices.Contains([]string{"UTILITY", "MARKETING", "AUTHENTICATION"}, c.Category) {
		return fmt.Errorf("category: %q: must be UTILITY, MARKETING or AUTHENTICATION", c.Category)
	}
	if c.Name == "" && c.ContentSID == "" || c.ContentSID == "" && c.Language == "" {
		return errors.New("name and language, or content_sid, must be given")
	}
	if c.Body != nil && *c.Body == "" {
		return errors.New("body: cannot be empty")
	}
	if c.Status+c.Category == "" && c.Header == nil && c.Body == nil && c.Footer == nil && c.Variables == nil {
		return errors.New("nothing is to be changed: give status, category, header, body, footer or variables")
	}
	return nil
}

// afterEvent is the status that a template has after each of Meta's events; empty where it stays as it is.
var afterEvent = map[string]string{
	"APPROVED": "APPROVED", "REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED", "PAUSED": "PAUSED", "DISABLED": "DISABLED", "REJECTED": "REJECTED",
	"PENDING": "PENDING", "IN_APPEAL": "IN_APPEAL", "ARCHIVED": "ARCHIVED", "PENDING_DELETION": "PENDING_DELETION", "DELETED": "DELETED",
	"FLAGGED": "", "LOCKED": "", "LIMIT_EXCEEDED": "",
}

func (s *Sandbox) changeMeta(ctx context.Context, c TemplateChange) ([]Told, error) {
	c.Status = strings.ToUpper(c.Status)
	if _, known := afterEvent[c.Status]; c.Status != "" && !known {
		return nil, fmt.Errorf("status: %q: is no event of Meta's", c.Status)
	}
	w, err := s.wabaOf(c.Account)
	if err != nil {
		return nil, err
	}
	old, now, err := s.replaceMeta(w, c)
	if err != nil {
		return nil, err
	}
	told := []Told{}
	if old != nil && (old.Header != now.Header || old.Body != now.Body || old.Footer != now.Footer) {
		told = append(told, s.tellMeta(ctx, w, "message_template_components_update", now.components()))
	}
	if old != nil && old.Category != now.Category {
		value := now.named()
		value["previous_category"], value["new_category"] = old.Category, now.Category
		told = append(told, s.tellMeta(ctx, w, "template_category_update", value))
	}
	if event := c.Status; event != "" {
		told = append(told, s.tellMeta(ctx, w, "message_template_status_update", now.statusUpdate(event, c.Reason, old)))
	}
	return told, nil
}

// replaceMeta puts the changed template in the place of the old one, which is nil if it is new.
func (s *Sandbox) replaceMeta(w *waba, c TemplateChange) (old, now *template, err error) {
	s.changing.Lock()
	defer s.changing.Unlock()
	list := slices.Clone(w.templates.Load().listed)
	i := slices.IndexFunc(list, func(t *template) bool { return t.Name == c.Name && t.Language == c.Language })
	next := Template{Name: c.Name, Language: c.Language}
	id := w.templateID(int(s.made.Add(1)) + len(w.Templates))
	switch {
	case i >= 0:
		old = list[i]
		next, id = old.Template, old.id
	case c.Body == nil:
		return nil, nil, fmt.Errorf("the account has no template %q in %q; to make it, give its body", c.Name, c.Language)
	}
	c.apply(&next)
	now = newTemplate(next, id)
	switch {
	case i < 0:
		list = append(list, now)
	case next.Status == "DELETED":
		list = slices.Delete(list, i, i+1)
	default:
		list[i] = now
	}
	w.setTemplates(list)
	s.changed()
	return old, now, nil
}

func (c *TemplateChange) apply(t *Template) {
	if status := afterEvent[c.Status]; status != "" {
		t.Status = status
	}
	if c.Category != "" {
		t.Category = c.Category
	}
	for _, part := range []struct{ from, to *string }{{c.Header, &t.Header}, {c.Body, &t.Body}, {c.Footer, &t.Footer}} {
		if part.from != nil {
			*part.to = *part.from
		}
	}
	if c.Body != nil {
		t.Named = hasNames(t.Body)
	}
}

// hasNames tells whether the variables of a text have names rather than numbers.
func hasNames(body string) bool {
	for _, m := range variable.FindAllStringSubmatch(body, -1) {
		if onlyDigits(m[1]) != m[1] {
			return true
		}
	}
	return false
}

// named is what every webhook about a template begins with.
func (t *template) named() map[string]any {
	id, _ := strconv.ParseInt(t.id, 10, 64) // ids of the default world are numbers
	return map[string]any{"message_template_id": id, "message_template_name": t.Name, "message_template_language": t.Language}
}

// components is what message_template_components_update tells.
func (t *template) components() map[string]any {
	value := t.named()
	value["message_template_element"] = t.Body
	if t.Header != "" {
		value["message_template_title"] = t.Header
	}
	if t.Footer != "" {
		value["message_template_footer"] = t.Footer
	}
	return value
}

// statusUpdate is what message_template_status_update tells. Meta's reference gives the language with a hyphen in one example (en-US)
// and with an underscore elsewhere; the sandbox writes it as the template has it. That an unpaused template is told as APPROVED is
// not verified.
func (t *template) statusUpdate(event, reason string, old *template) map[string]any {
	value := t.named()
	value["event"], value["reason"], value["message_template_category"] = event, "NONE", t.Category
	if reason != "" {
		value["reason"] = reason
	}
	other := func(title, description string) {
		value["other_info"] = map[string]any{"title": title, "description": description}
	}
	switch event {
	case "PAUSED":
		other("FIRST_PAUSE", "Your WhatsApp message template has been paused for 3 hours because it received negative feedback.")
	case "APPROVED":
		if old != nil && old.Status == "PAUSED" {
			other("UNPAUSE", "Your WhatsApp message template has been unpaused.")
		}
	case "DISABLED":
		value["disable_info"] = map[string]any{"disable_date": strconv.FormatInt(time.Now().Unix(), 10)}
		other("DISABLED", "Your WhatsApp message template has been disabled.")
	case "PENDING_DELETION":
		value["reason"] = nil
	case "REJECTED":
		if reason == "" || reason == "INVALID_FORMAT" {
			value["reason"] = "INVALID_FORMAT"
			value["rejection_info"] = map[string]any{"reason": "Your template has a format that is not allowed.", "recommendation": "Change it and submit it again."}
		}
	}
	return value
}

// twilioStatus is Twilio's word for each status that can be set.
var twilioStatus = map[string]string{
	"APPROVED": "approved", "REINSTATED": "approved", "PAUSED": "paused", "DISABLED": "disabled", "REJECTED": "rejected", "PENDING": "pending",
	"RECEIVED": "received", "UNSUBMITTED": "unsubmitted", "DELETED": "deleted",
}

func (s *Sandbox) changeTwilio(c TemplateChange) error {
	status, known := twilioStatus[strings.ToUpper(c.Status)]
	if c.Status != "" && !known {
		return fmt.Errorf("status: %q: is no status of Twilio's", c.Status)
	}
	a, err := s.twilioAccountOf(c.Account)
	if err != nil {
		return err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	all := make(map[string]*content, len(*a.contents.Load())+1)
	next := Content{SID: ContentSID(c.Name, c.Language), FriendlyName: c.Name, Language: c.Language}
	found := false
	for sid, one := range *a.contents.Load() {
		all[sid] = one
		if sid == c.ContentSID || c.ContentSID == "" && one.FriendlyName == c.Name && one.Language == c.Language {
			next, found = one.Content, true
		}
	}
	if !found && (c.Body == nil || c.Name == "") {
		return fmt.Errorf("the account has no content %q; to make it, give name, language and body", c.ContentSID+c.Name)
	}
	c.applyTwilio(&next, status)
	if all[next.SID] = newContent(next); status == "deleted" {
		delete(all, next.SID)
	}
	a.contents.Store(&all)
	s.changed()
	return nil
}

func (c *TemplateChange) applyTwilio(next *Content, status string) {
	t := Template{Header: next.Header, Body: next.Body, Footer: next.Footer, Category: next.Category}
	c.apply(&t)
	next.Header, next.Body, next.Footer, next.Category = t.Header, t.Body, t.Footer, t.Category
	if status != "" {
		next.Status, next.Rejection = status, ""
	}
	if status == "rejected" {
		next.Rejection = c.Reason
	}
	if c.Variables != nil {
		next.Variables = c.Variables
	} else if c.Body != nil || next.Variables == nil {
		next.Variables = samples(Template{Body: next.Body, Named: true})
	}
}

// templateView is a template as GET /sandbox/templates shows it.
type templateView struct {
	Provider  string   `json:"provider"`
	Account   string   `json:"account"`
	ID        string   `json:"id"` // at Twilio the Content SID
	Name      string   `json:"name"`
	Language  string   `json:"language"`
	Status    string   `json:"status"`
	Category  string   `json:"category"`
	Header    string   `json:"header,omitempty"`
	Body      string   `json:"body"`
	Footer    string   `json:"footer,omitempty"`
	Variables []string `json:"variables"`
}

func (s *Sandbox) templateViews() []templateView {
	out := []templateView{}
	for _, a := range s.options.World.Apps {
		for _, acc := range a.WABAs {
			for _, t := range s.world.wabas[acc.ID].templates.Load().listed {
				out = append(out, templateView{throughMeta, acc.ID, t.id, t.Name, t.Language, t.Status, t.Category, t.Header, t.Body, t.Footer, t.vars})
			}
		}
	}
	for _, a := range s.options.World.Accounts {
		own := s.world.accounts[a.SID]
		for _, sid := range own.sids() {
			if c := own.content(sid); c != nil {
				out = append(out, templateView{throughTwilio, a.SID, sid, c.FriendlyName, c.Language, c.Status, c.Category, c.Header, c.Body, c.Footer, c.template.vars})
			}
		}
	}
	return out
}
