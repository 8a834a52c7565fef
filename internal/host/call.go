package host

import (
	"context"
	"errors"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/plugins/sdk"
)

// How long a connector may take when the caller sets no deadline of its own.
const (
	checkTimeout   = 30 * time.Second
	receiveTimeout = 10 * time.Second
)

// mostQuestions is how many calls other than deliveries a connector has at once. One that does not answer keeps no more waiting than these.
const mostQuestions = 64

// question takes a place for a call to the connector of an integration, and bounds it in time. done gives the place back.
func (h *Host) question(ctx context.Context, in *hub.OpenIntegration, timeout time.Duration) (p *process, bounded context.Context, done func(), err error) {
	if p, err = h.process(in.Connector); err != nil {
		return nil, nil, nil, err
	}
	if p.c.questions.Add(1) > mostQuestions {
		p.c.questions.Add(-1)
		return nil, nil, nil, unavailable("the connector %s has %d questions that it has not answered; try again later", p.c.name, mostQuestions)
	}
	bounded, cancel := context.WithTimeout(ctx, timeout)
	p.c.redact.learn(in)
	return p, bounded, func() {
		p.c.questions.Add(-1)
		cancel()
	}, nil
}

// heard counts answers that did not come in time, until one does.
func (c *connector) heard(err error) {
	if errors.Is(err, context.DeadlineExceeded) {
		c.missed.Add(1)
	} else {
		c.missed.Store(0)
	}
}

// Check asks a connector whether the settings of an integration, saved or not, would work now. It may ask the provider. No problems:
// they would, as far as the connector can tell; one that offers no check finds none. Warnings are among the problems, and so are settings
// that cannot be used. Errors are UNAVAILABLE, or ctx's own when that is cancelled.
func (h *Host) Check(ctx context.Context, in hub.OpenIntegration) ([]hub.Problem, error) {
	p, ctx, done, err := h.question(ctx, &in, checkTimeout)
	if err != nil {
		return nil, err
	}
	defer done()
	problems, err := p.rpc.Check(ctx, integrationToSDK(&in))
	p.c.heard(err)
	return p.c.checked(ctx, problems, err)
}

// checked is the answer to a check: settings that cannot be used are problems like others, and who offers no check finds none.
func (c *connector) checked(ctx context.Context, problems []sdk.Problem, err error) ([]hub.Problem, error) {
	var settings *sdk.SettingsError
	switch {
	case errors.Is(err, sdk.ErrUnimplemented):
		return nil, nil
	case errors.As(err, &settings):
		problems = settings.Problems
	case err != nil:
		return nil, c.callError(ctx, err)
	}
	return c.told(problems), nil
}

// Receive has a raw callback verified and translated by the integration's connector. Whether it was genuine is Reception.Verified,
// and no error. Errors are NOT_FOUND for a connector that takes no callbacks; UNAVAILABLE when it is down, too slow, failed, or cannot
// use the integration's settings (then with Problems); or ctx's own when that is cancelled.
func (h *Host) Receive(ctx context.Context, in hub.OpenIntegration, cb hub.Callback) (*hub.Reception, error) {
	p, ctx, done, err := h.question(ctx, &in, receiveTimeout)
	if err != nil {
		return nil, err
	}
	defer done()
	r, err := p.rpc.Receive(ctx, integrationToSDK(&in), callbackToSDK(&cb))
	p.c.heard(err)
	var settings *sdk.SettingsError
	switch {
	case errors.Is(err, sdk.ErrUnimplemented):
		return nil, &hub.Error{Code: hub.CodeNotFound, Message: "the connector " + p.c.name + " takes no callbacks"}
	case errors.As(err, &settings):
		e := unavailable("the connector %s cannot use the settings of this integration; check it", p.c.name)
		e.Problems = p.c.told(settings.Problems)
		return nil, e
	case err != nil:
		return nil, p.c.callError(ctx, err)
	}
	return p.c.reception(&r, cb.ReceivedAt), nil
}

func (c *connector) callError(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return unavailable("the connector %s did not answer in time; try again later", c.name)
	case errors.Is(err, sdk.ErrUnavailable):
		return unavailable("the connector %s stopped before it answered; try again in a moment", c.name)
	default:
		return unavailable("the connector %s failed: %s", c.name, hub.Clip(c.redact.text(err.Error()), 300))
	}
}
