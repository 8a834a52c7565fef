package host

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/plugins/sdk"
)

// previewTimeout is how long a connector may take to say what it would send, when the caller sets no deadline of its own.
const previewTimeout = 10 * time.Second

// Preview asks a connector what exactly it would send, and has nothing sent. What keeps the message from being sent is among the
// problems, and so are settings that cannot be used. Errors are NOT_FOUND for a connector that offers no preview; UNAVAILABLE when it is
// down, too slow or failed; or ctx's own when that is cancelled.
func (h *Host) Preview(ctx context.Context, in hub.OpenIntegration, d hub.Handover) (*hub.MessagePreview, error) {
	p, ctx, done, err := h.question(ctx, &in, previewTimeout)
	if err != nil {
		return nil, err
	}
	defer done()
	var w batchWriter
	got, err := p.rpc.Preview(ctx, integrationToSDK(&in), w.deliveries([]*flight{{Handover: d}})[0])
	p.c.heard(err)
	var settings *sdk.SettingsError
	switch {
	case errors.Is(err, sdk.ErrUnimplemented):
		return nil, &hub.Error{Code: hub.CodeNotFound, Message: "the connector " + p.c.name + " shows no previews"}
	case errors.As(err, &settings):
		return &hub.MessagePreview{Problems: p.c.told(settings.Problems)}, nil
	case err != nil:
		return nil, p.c.callError(ctx, err)
	}
	return p.c.preview(&got), nil
}

// preview translates what a connector would send, without the secrets that it was given.
func (c *connector) preview(said *sdk.Preview) *hub.MessagePreview {
	p := said.Told(c.redact.text)
	out := &hub.MessagePreview{Text: p.Text, Recipient: p.Recipient, Problems: c.told(p.Problems), HeldCategory: p.HeldCategory}
	if json.Valid(p.Request) {
		out.Request = p.Request
	}
	for _, a := range p.Adjusted {
		out.Adjusted = append(out.Adjusted, hub.Adjustment(a))
	}
	return out
}
