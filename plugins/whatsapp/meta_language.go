package whatsapp

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// choice is a template by name and the language in which it is wanted.
type choice struct {
	template string
	language string // Meta's code; empty: nobody said
	firm     bool   // the parameter names exactly this one: no other will do
	action   string
}

// choose reads an action's parameters. The language is that of the action, of the parameter, of the delivery or of the integration, in
// this order.
func (s *metaSettings) choose(action, language string, raw json.RawMessage) (choice, problems) {
	p, found := decodeParameters(action, raw)
	if len(found) > 0 {
		return choice{}, found
	}
	checkTemplateName(p.Template, &found)
	c := choice{template: p.Template, action: action}
	switch fixed, ok := fixedLanguage[action]; {
	case ok:
		c.language = fixed
	case p.Language != "":
		c.language, c.firm = p.Language, true
	case metaLanguage(language) != "":
		c.language = metaLanguage(language)
	default:
		c.language = s.DefaultLanguage
	}
	if c.language != "" && !languagePattern.MatchString(c.language) {
		found.add("INVALID", "parameters.language", "is no language code of Meta", "Give the code that the template list in WhatsApp Manager shows, for example pt_BR.")
	}
	return c, found
}

// of picks the template out of its languages: the one that is wanted; else, if it exists in exactly one approved language, that one; else
// the choice is refused with the list. A language that was not wanted is a warning.
func (c choice) of(list []template) (*template, problems) {
	var found problems
	approved := -1
	var usable, all []string
	for i := range list {
		if list[i].language == c.language {
			return &list[i], nil
		}
		all = append(all, list[i].language)
		if list[i].approved {
			approved, usable = i, append(usable, list[i].language)
		}
	}
	switch {
	case len(list) == 0:
		found.add("TEMPLATE_MISSING", "parameters.template", fmt.Sprintf("the account has no template %s", c.template), "Create it in WhatsApp Manager, or correct the name.")
		return nil, found
	case len(usable) == 1 && !c.firm:
		if c.language == "" {
			return &list[approved], nil
		}
		return &list[approved], problems{{Code: "TEMPLATE_LANGUAGE", Path: "parameters.template", Severity: sdk.SeverityWarning,
			Message:  fmt.Sprintf("the template %s is not there in %s: it goes out in %s, the only language in which it is approved", c.template, c.language, list[approved].language),
			NextStep: "Add the language in WhatsApp Manager, if the recipients should read it."}}
	}
	return nil, c.refuse(usable, all)
}

// refuse says in which languages the template can be had.
func (c choice) refuse(usable, all []string) (found problems) {
	where, list := "approved in", usable
	if len(usable) == 0 {
		where, list = "there, but not approved, in", all
	}
	slices.Sort(list)
	there := fmt.Sprintf("%s %s", where, strings.Join(list, ", "))
	if c.action == templateAction {
		path := "parameters.language"
		if c.language == "" {
			found.add("TEMPLATE_LANGUAGE", path, fmt.Sprintf("the template %s is %s: say which language", c.template, there), "Give one of these codes, or set the integration's default language.")
		} else {
			found.add("TEMPLATE_LANGUAGE", path, fmt.Sprintf("the template %s is not there in %s, only %s", c.template, c.language, there), "Give one of these codes, or add the language in WhatsApp Manager.")
		}
		return found
	}
	found.add("TEMPLATE_LANGUAGE", "parameters.template", fmt.Sprintf("the template %s is not there in %s, only %s", c.template, c.language, there),
		"Choose the action of one of these languages, or the action that sends any template; or add the language in WhatsApp Manager.")
	return found
}

// settled is the choice with the language in which the template is sent. It is read once; what does not fit what was read a while ago is
// looked at anew first. A language that is wanted is believed in the end: whether the template is there is Meta's to say, and the list
// takes one more permission than sending does.
func (m *metaSender) settled(ctx context.Context, c choice) (choice, *unread, problems) {
	list, failed := m.connector.metaTemplates(ctx, m.in, m.settings, c.template, templateSent)
	t, found := c.of(list)
	if t == nil && failed == nil {
		list, failed = m.connector.metaTemplates(ctx, m.in, m.settings, c.template, templateJust)
		t, found = c.of(list)
	}
	switch {
	case t != nil:
		c.language = t.language
		return c, nil, nil
	case c.language != "":
		return c, nil, nil
	case failed == nil:
		return c, nil, found
	case failed.Kind == sdk.Retry:
		return c, failed, nil
	}
	found = nil
	found.add("REQUIRED", "parameters.language", "Meta needs the language of the template, and the template cannot be read: "+failed.Message,
		"Give the code that the template list in WhatsApp Manager shows, for example pt_BR, or set the integration's default language.")
	return c, nil, found
}
