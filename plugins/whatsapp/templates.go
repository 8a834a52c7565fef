package whatsapp

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/recado-hub/recado/plugins/sdk"
)

// template is a message template in one language, as its provider has it.
type template struct {
	name, language       string
	status, category     string // as the provider writes them
	approved             bool
	quality              string // GREEN, YELLOW or RED; empty or another word if it is not known
	header, body, footer string
	variables            []string // of the body: by number, or else in the order of the text
	unfillable           []string // what needs a value that this connector cannot give
}

var variablePattern = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_]+)\s*\}\}`)

// variablesOf are the different variables of a text: sorted if all are numbers, else in the order of the text.
func variablesOf(text string) []string {
	var out []string
	numbers := true
	for _, m := range variablePattern.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
		_, err := strconv.Atoi(m[1])
		numbers = numbers && err == nil
	}
	if numbers {
		slices.SortFunc(out, func(a, b string) int { x, _ := strconv.Atoi(a); y, _ := strconv.Atoi(b); return x - y })
	}
	return out
}

// numbered tells whether the variables are 1 to n.
func (t *template) numbered() bool {
	for i, v := range t.variables {
		if v != strconv.Itoa(i+1) {
			return false
		}
	}
	return true
}

// usable says what keeps the template from being sent at all.
func (t *template) usable() problems {
	var found problems
	if !t.approved {
		found.add("TEMPLATE_NOT_APPROVED", "parameters.template", fmt.Sprintf("the template %s (%s) is %s, and only approved ones can be sent", t.name, t.language, strings.ToLower(t.status)),
			"Wait until WhatsApp approves it, or choose another template.")
	}
	for _, what := range t.unfillable {
		found.add("TEMPLATE_NOT_FILLABLE", "parameters.template", fmt.Sprintf("the template %s (%s) has %s, which cannot be filled in from here", t.name, t.language, what),
			"Choose a template that has variables in its body only.")
	}
	return found
}

// lowQuality warns of a template that the provider may pause soon.
func (t *template) lowQuality() problems {
	if t.quality != "RED" && t.quality != "YELLOW" {
		return nil
	}
	return problems{{Code: "TEMPLATE_QUALITY", Path: "parameters.template", Severity: sdk.SeverityWarning,
		Message:  fmt.Sprintf("the quality of the template %s (%s) is %s: people block or report its messages", t.name, t.language, map[string]string{"RED": "low", "YELLOW": "medium"}[t.quality]),
		NextStep: "Send it to fewer people, or write it better: WhatsApp pauses templates of low quality."}}
}

// fits says where values, by position or by name, do not match the template's variables.
func (t *template) fits(positions int, names []string) problems {
	var found problems
	given := names
	if positions > 0 {
		if !t.numbered() {
			found.add("NAMES_NEEDED", "values", "the template's variables have names ("+strings.Join(t.variables, ", ")+"), but the values go by position", "Map a value to each name.")
			return found
		}
		given = nil
		for i := range positions {
			given = append(given, strconv.Itoa(i+1))
		}
	}
	path := func(v string) string {
		if t.numbered() {
			return "values[" + v + "]"
		}
		return "values." + v
	}
	counts := fmt.Sprintf("the template %s (%s) has %d variables, and %d are filled", t.name, t.language, len(t.variables), len(given))
	for _, v := range t.variables {
		if !slices.Contains(given, v) {
			found.add("VALUE_MISSING", path(v), counts+": "+v+" is missing", "Map a field to it. Without a value the message cannot be sent.")
		}
	}
	for _, v := range given {
		if !slices.Contains(t.variables, v) {
			found.add("VALUE_UNKNOWN", path(v), counts+": it has no "+v, "Take the value away.")
		}
	}
	return found
}

// changedOutcome is the outcome of a delivery that the provider refused because of its template, with what a look at the template found:
// first what keeps it from being sent at all, then how it differs from the values. t is nil if there is none.
func changedOutcome(o sdk.Outcome, t *template, values []sdk.Value, found problems) sdk.Outcome {
	unfit := false
	if t != nil && len(found) == 0 {
		found = t.fitsValues(values)
		unfit = len(found) > 0
	}
	if len(found) == 0 {
		return o
	}
	what := found[0].Message
	switch {
	case unfit && len(t.variables) != len(values):
		what = fmt.Sprintf("the template changed: it now has %d variables, the flow maps %d", len(t.variables), len(values))
	case unfit:
		what = "the template changed: " + what
	}
	o.Kind, o.Scope, o.RetryAfter = sdk.Misconfigured, sdk.ScopeFlow, 0
	o.Path, o.Message, o.NextStep = found[0].Path, what+" ("+o.Message+")", found[0].NextStep
	return o
}

// fitsValues is fits for a delivery's values.
func (t *template) fitsValues(values []sdk.Value) problems {
	positions := 0
	var names []string
	for _, v := range values {
		if v.Position > 0 {
			positions++
		} else {
			names = append(names, v.Name)
		}
	}
	return t.fits(positions, names)
}

// render is the text as a phone shows it. Values must be sendable and fit.
func (t *template) render(values []sdk.Value) string {
	parts := make([]string, 0, 3)
	if t.header != "" {
		parts = append(parts, t.header)
	}
	parts = append(parts, t.renderBody(values))
	if t.footer != "" {
		parts = append(parts, t.footer)
	}
	return strings.Join(parts, "\n\n")
}

func (t *template) renderBody(values []sdk.Value) string {
	texts := make(map[string]string, len(values))
	for _, v := range values {
		texts[variableOf(v)] = v.Text
	}
	return variablePattern.ReplaceAllStringFunc(t.body, func(placeholder string) string {
		return texts[variablePattern.FindStringSubmatch(placeholder)[1]]
	})
}

// variableOf is the variable that a value fills.
func variableOf(v sdk.Value) string {
	if v.Position > 0 {
		return strconv.Itoa(v.Position)
	}
	return v.Name
}

// length refuses what WhatsApp finds too long once the values are in it.
func (t *template) length(values []sdk.Value) problems {
	var found problems
	if n := utf8.RuneCountInString(t.renderBody(values)); n > maxValue {
		found.add("TOO_LONG", "values", fmt.Sprintf("make the text %d characters long; WhatsApp takes %d", n, maxValue), "Map shorter fields.")
	}
	return found
}
