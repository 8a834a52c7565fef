package engine

import (
	"context"
	"crypto/subtle"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// kinship is an integration and the version of its connector, whose description says which secrets verify callbacks.
type kinship struct {
	integration int64
	version     string
}

// siblings are the integrations about whose deliveries, and on whose behalf, a callback at one of them may speak: that one itself, first,
// and those of the same connector with the same secret to verify callbacks with. A provider may call back at one integration only, once for
// an app or an account that several of them use. None if the integration is gone.
//
// It is for transactions but reads beside them: what is remembered must have been committed.
func (e *Engine) siblings(_ *sqlite.Tx, integration int64) ([]int64, error) {
	ctx, rules := context.Background(), e.now()
	in, err := e.integration(ctx, rules, integration)
	if err != nil || in == nil {
		return nil, err
	}
	connector := e.connectors.Connector(in.Connector)
	if connector == nil { // it never described itself, so nothing verified its callbacks
		return []int64{integration}, nil
	}
	return remember(rules, rules.siblings, kinship{integration, connector.Version}, func() ([]int64, error) {
		return e.findSiblings(ctx, rules, in, connector)
	})
}

func (e *Engine) findSiblings(ctx context.Context, rules *rules, in *integration, connector *hub.Connector) ([]int64, error) {
	list := []int64{in.Key}
	properties, err := propertiesOf(connector.Settings)
	if err != nil {
		return nil, err
	}
	others, err := e.db.IntegrationsOf(ctx, in.Connector)
	if err != nil {
		return nil, err
	}
	for _, key := range others {
		other, err := e.integration(ctx, rules, key)
		if err != nil {
			return nil, err
		}
		if other != nil && key != in.Key && shareCallbackSecret(properties, in.open.Secrets, other.open.Secrets) {
			list = append(list, key)
		}
	}
	return list, nil
}

// shareCallbackSecret says whether two integrations have the same secret to verify callbacks with. One that is not set proves nothing.
func shareCallbackSecret(properties map[string]schemaProperty, a, b map[string]string) bool {
	shared := 0
	for name, p := range properties {
		if p.WriteOnly && p.Callback && a[name] != "" {
			shared |= subtle.ConstantTimeCompare([]byte(a[name]), []byte(b[name]))
		}
	}
	return shared == 1
}
