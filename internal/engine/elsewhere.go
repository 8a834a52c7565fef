package engine

import (
	"context"

	"github.com/recado-hub/recado/internal/hub"
)

// told is what a callback says of an integration.
type told struct {
	integration int64
	notices     []hub.Notice
}

// told is what a genuine callback says, of the integration to which it came and of others of the same connector: a provider may have one
// address for all. Each of those is asked with its own secrets, so that nobody speaks for another's account. An error says that the
// connector cannot be asked now.
func (e *Engine) told(ctx context.Context, in *integration, cb hub.Callback, got *hub.Reception) (list []told, err error) {
	if len(got.Notices) > 0 {
		list = append(list, told{in.Key, got.Notices})
	}
	if !got.Elsewhere {
		return list, nil
	}
	keys, err := e.db.IntegrationsOf(ctx, in.Connector)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		other, err := e.integration(ctx, e.now(), key)
		if err != nil {
			return nil, err
		}
		if other == nil || key == in.Key {
			continue
		}
		said, err := e.connectors.Receive(ctx, other.open, cb)
		switch {
		case hub.CodeOf(err) == hub.CodeUnavailable:
			return nil, err
		case err == nil && said.Verified && len(said.Notices) > 0: // else it is not of that one's account
			list = append(list, told{key, said.Notices})
		}
	}
	return list, nil
}
