package conformance

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

func settingsChecks() []Check {
	return []Check{
		{"check/good", "Check finds nothing wrong with settings that work",
			"the hub does not let an integration be used that has a problem of severity ERROR", secContract, checkGood},
		{"check/bad", "Check finds what is wrong with settings that cannot work, and says where and what to do",
			"people put settings right by the path and the next step; what Check does not see, every message finds out", secContract, checkBad},
		{"check/action", "the use of an action that works has no problem, and one of an action that does not exist has one",
			"a flow is enabled, or paused, by this answer", secJudging, checkAction},
	}
}

func previewChecks() []Check {
	return []Check{
		{"preview/nothing-sent", "a preview sends nothing",
			"people preview messages to real recipients", secContract, previewSendsNothing},
		{"preview/tells", "the preview of a message that can be sent has no problem, and one that cannot has one",
			"a preview that says nothing of what is wrong is worse than none", secContract, previewTells},
	}
}

func (t *T) patient() (context.Context, context.CancelFunc) {
	return context.WithTimeout(t, t.options.Patience)
}

func checkGood(t *T) {
	t.without("Check", t.description().Capabilities.Check)
	c, e := t.use()
	ctx, cancel := t.patient()
	defer cancel()
	found, err := c.Check(ctx, e.Integration)
	if err != nil {
		t.stop("the working settings: %v", err)
	}
	for _, p := range found {
		if p.Severity == sdk.SeverityError {
			t.fail("the working settings have a problem: %s at %q: %s", p.Code, p.Path, p.Message)
		}
	}
}

func checkBad(t *T) {
	t.without("Check", t.description().Capabilities.Check)
	c, e := t.use()
	if len(e.Bad) == 0 {
		t.skip("no settings are required, so the suite knows no bad ones: say some in the configuration (badSettings)")
	}
	for _, name := range slices.Sorted(maps.Keys(e.Bad)) {
		t.checkBadOne(c, name, e.Bad[name])
	}
}

func (t *T) checkBadOne(c *sdk.Client, name string, bad sdk.Integration) {
	ctx, cancel := t.patient()
	defer cancel()
	found, err := c.Check(ctx, bad)
	if err != nil {
		t.fail("%s: %v. What is wrong with settings is a problem with a path, not an error", name, err)
		return
	}
	if len(found) == 0 {
		t.fail("%s: no problem was found", name)
	}
	for _, p := range found {
		t.wellFormed(name, &p, "settings", "secrets")
	}
}

// wellFormed is what every problem has to have.
func (t *T) wellFormed(what string, p *sdk.Problem, roots ...string) {
	if p.Code == "" || p.Message == "" || p.NextStep == "" {
		t.fail("%s: a problem needs code, message and next step: %q, %q, %q", what, p.Code, p.Message, p.NextStep)
	}
	for _, root := range roots {
		if strings.HasPrefix(p.Path, root) {
			if why := pathProblem(t.d, &sdk.Delivery{}, p.Path); why != "" {
				t.fail("%s: path %q: %s", what, p.Path, why)
			}
			return
		}
	}
	t.fail("%s: path %q: the path must name what is at fault: %s", what, p.Path, strings.Join(roots, ", "))
}

// useOf is how a flow would use the action of a delivery.
func useOf(d *sdk.Delivery) sdk.ActionUse {
	u := sdk.ActionUse{Action: d.Action, Parameters: d.Parameters}
	for _, v := range d.Values {
		if v.Position > 0 {
			u.Positions++
		} else {
			u.Names = append(u.Names, v.Name)
		}
	}
	return u
}

func checkAction(t *T) {
	can := t.description().Capabilities
	t.without("Check of an action", can.CheckAction)
	if can.Query {
		t.source(func(c *sdk.Client, q sdk.Query) {
			t.checkUse(c, sdk.ActionUse{Action: q.Action, Parameters: q.Parameters})
		})
		if !isDestination(t.d) {
			return
		}
	}
	c, e := t.destination()
	d := e.Delivery(0)
	t.checkUse(c, useOf(&d))
}

// checkUse asks about a use that works, and about one that cannot.
func (t *T) checkUse(c *sdk.Client, use sdk.ActionUse) {
	ctx, cancel := t.patient()
	defer cancel()
	found, err := c.CheckAction(ctx, t.example.Integration, use)
	if err != nil {
		t.stop("the use that works: %v", err)
	}
	for _, p := range found {
		if p.Severity == sdk.SeverityError {
			t.fail("the use that works has a problem: %s at %q: %s", p.Code, p.Path, p.Message)
		}
	}
	use.Action = noSuchAction
	if found, err = c.CheckAction(ctx, t.example.Integration, use); err == nil && !hasError(found) {
		t.fail("the action %q does not exist, but nothing is wrong with its use", noSuchAction)
	}
}

// noSuchAction is declared by nobody.
const noSuchAction = "no_such_action"

func hasError(problems []sdk.Problem) bool {
	return slices.ContainsFunc(problems, func(p sdk.Problem) bool { return p.Severity == sdk.SeverityError || p.Severity == "" })
}

func previewSendsNothing(t *T) {
	t.without("Preview", t.description().Capabilities.Preview)
	sent := t.seeing()
	c, e := t.use()
	ctx, cancel := t.patient()
	defer cancel()
	before := sent()
	for _, d := range t.deliveries(3) {
		if _, err := c.Preview(ctx, e.Integration, d); err != nil {
			t.stop("%v", err)
		}
	}
	if now := sent(); now != before {
		t.fail("3 previews sent %d messages", now-before)
	}
}

func previewTells(t *T) {
	t.without("Preview", t.description().Capabilities.Preview)
	c, e := t.destination()
	ctx, cancel := t.patient()
	defer cancel()
	d := t.delivery()
	p, err := c.Preview(ctx, e.Integration, d)
	if err != nil {
		t.stop("a delivery that can be sent: %v", err)
	}
	for _, one := range p.Problems {
		if one.Severity == sdk.SeverityError {
			t.fail("a delivery that can be sent has a problem: %s at %q: %s", one.Code, one.Path, one.Message)
		}
	}
	d.Action = noSuchAction
	if p, err = c.Preview(ctx, e.Integration, d); err == nil && !hasError(p.Problems) {
		t.fail("the action %q does not exist, but its preview has no problem", noSuchAction)
	}
}
