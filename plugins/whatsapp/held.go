package whatsapp

import (
	"context"
	"slices"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// heldSender sends unless the recipient is to be left alone for messages of the template's category. That is asked for the few
// recipients of whom it is so, and templates are remembered: for the others nothing is read.
type heldSender struct {
	sdk.Sender
	provider provider
}

// Send sends one delivery with one request, or holds it back without any.
func (h *heldSender) Send(ctx context.Context, d sdk.Delivery) sdk.Outcome {
	if category := heldCategory(ctx, h.provider, &d); category != "" {
		return sdk.Outcome{
			Kind: sdk.Rejected, Scope: sdk.ScopeRecipient, Path: "recipient", HeldCategory: category,
			Message:  "the template is of the category " + category + ", and the recipient is not to get messages of it",
			NextStep: "Use a template of another category, or respect it.",
		}
	}
	return h.Sender.Send(ctx, d)
}

// heldCategory is the category because of which a delivery must not be sent; empty if there is none, or if the provider cannot tell
// the template's category now: then it judges by itself what it lets through.
func heldCategory(ctx context.Context, p provider, d *sdk.Delivery) string {
	if len(d.HeldCategories) == 0 {
		return ""
	}
	if category := strings.ToLower(p.category(ctx, d)); category != "" && slices.Contains(d.HeldCategories, category) {
		return category
	}
	return ""
}

// category is that of the template, as Meta writes it.
func (p *metaProvider) category(ctx context.Context, d *sdk.Delivery) string {
	c, found := p.settings.choose(d.Action, d.Language, d.Parameters)
	if len(found) > 0 {
		return ""
	}
	if t, _ := p.template(ctx, c, templateSent); t != nil {
		return t.category
	}
	return ""
}

// category is that under which WhatsApp approved the content.
func (p *twilioProvider) category(ctx context.Context, d *sdk.Delivery) string {
	sid, found := readContentSID(d.Action, d.Parameters)
	if len(found) > 0 {
		return ""
	}
	if t, _ := p.connector.twilioTemplate(ctx, p.in, p.settings, sid, templateSent); t != nil {
		return t.category
	}
	return ""
}
