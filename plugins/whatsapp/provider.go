package whatsapp

import (
	"context"

	"github.com/recado-hub/recado/plugins/sdk"
)

// provider is one of the two ways to WhatsApp, set up for one integration.
type provider interface {
	open() sdk.Sender
	// check asks the provider whether the settings would work now.
	check(ctx context.Context) problems
	// checkAction holds a use of an action against the template as the provider has it.
	checkAction(ctx context.Context, use sdk.ActionUse) problems
	preview(ctx context.Context, d sdk.Delivery) sdk.Preview
	// category is that of a delivery's template, as the provider writes it; empty if it is not known now.
	category(ctx context.Context, d *sdk.Delivery) string
	lookup(ctx context.Context, q sdk.LookupQuery) (sdk.Lookup, error)
}

// provider reads an integration's settings, without asking the provider.
func (c *connector) provider(in sdk.Integration) (provider, problems) {
	which, found := chosen(in)
	switch which {
	case throughMeta:
		s, found := parseMeta(in)
		return &metaProvider{c, in, s}, found
	case throughTwilio:
		s, found := parseTwilio(in)
		return &twilioProvider{c, in, s}, found
	}
	return nil, found
}

// Open prepares to send for one integration; it refuses settings that cannot work, without asking the provider.
func (c *connector) Open(_ context.Context, in sdk.Integration) (sdk.Sender, error) {
	p, found := c.provider(in)
	if len(found) > 0 {
		return nil, &sdk.SettingsError{Problems: found}
	}
	return &heldSender{p.open(), p}, nil
}

// Check looks at the settings, and then asks the provider whether they work.
func (c *connector) Check(ctx context.Context, in sdk.Integration) ([]sdk.Problem, error) {
	p, found := c.provider(in)
	if len(found) > 0 {
		return found, nil
	}
	return p.check(ctx), nil
}

// CheckAction looks at the parameters and at the values that a mapping fills, and holds them against the template.
func (c *connector) CheckAction(ctx context.Context, in sdk.Integration, use sdk.ActionUse) ([]sdk.Problem, error) {
	p, found := c.provider(in)
	if len(found) > 0 {
		return found, nil
	}
	if len(use.Names) > 0 && use.Positions > 0 {
		found.add("INVALID", "values", "values go either by position or by name", "Number all values, or name all of them.")
		return found, nil
	}
	return p.checkAction(ctx, use), nil
}

// Preview says what would be sent, with the text as the recipient would read it. Without the template's text, which is then said in
// the problems, Text is empty.
func (c *connector) Preview(ctx context.Context, in sdk.Integration, d sdk.Delivery) (sdk.Preview, error) {
	p, found := c.provider(in)
	if len(found) > 0 {
		return sdk.Preview{Problems: found}, nil
	}
	out := p.preview(ctx, d)
	out.HeldCategory = heldCategory(ctx, p, &d)
	return out, nil
}

// Lookup asks what became of deliveries. Only Twilio can be asked; Meta tells by callbacks alone, for seven days.
func (c *connector) Lookup(ctx context.Context, in sdk.Integration, q sdk.LookupQuery) (sdk.Lookup, error) {
	p, found := c.provider(in)
	if len(found) > 0 {
		return sdk.Lookup{}, &sdk.SettingsError{Problems: found}
	}
	return p.lookup(ctx, q)
}

// Receive verifies and translates one callback.
func (c *connector) Receive(_ context.Context, in sdk.Integration, cb sdk.Callback) (sdk.Reception, error) {
	switch which, found := chosen(in); which {
	case throughMeta:
		return c.receiveMeta(in, cb)
	case throughTwilio:
		return receiveTwilio(in, cb)
	default:
		return sdk.Reception{}, &sdk.SettingsError{Problems: found}
	}
}

// preview completes a preview with a template: what keeps it from being sent, and the text if the values fit.
func (t *template) preview(p *sdk.Preview, values []sdk.Value) {
	unfit := t.fitsValues(values)
	if len(unfit) == 0 {
		p.Text = t.render(values)
		unfit = t.length(values)
	}
	p.Problems = append(append(p.Problems, t.usable()...), unfit...)
}
