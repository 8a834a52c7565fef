package sqlite

import (
	"context"
	"encoding/json"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// integrationColumns are what the table keeps of an integration itself, without its secrets.
const integrationColumns = "key, version, connector, name, settings, secrets_set, state, reason, created_at, updated_at, max_in_flight"

var integrations = table[hub.Integration]{
	kind:    hub.KindIntegration,
	name:    "integrations",
	columns: integrationColumns + ", (SELECT pause FROM pauses WHERE subject = integrations.key)",
	key:     func(i *hub.Integration) int64 { return i.Key },
	orders: map[hub.OrderField]sorting[hub.Integration]{
		hub.ByName:      byFolded(func(v *hub.Integration) string { return v.Name }),
		hub.ByUpdatedAt: byUpdate(func(v *hub.Integration) time.Time { return v.UpdatedAt }),
	},
	scan: func(r scanner) (*hub.Integration, error) {
		i := &hub.Integration{}
		return i, scanIntegration(r, i)
	},
}

// scanIntegration reads an integration, and behind it what else was asked for. One that a person holds back is paused for that
// reason, whatever else there is.
func scanIntegration(r scanner, i *hub.Integration, more ...any) error {
	err := r.Scan(append(integrationPlaces(i), more...)...)
	if i.Pause != nil {
		i.State, i.Reason = hub.IntegrationPaused, new(i.Pause.Reason)
	}
	return err
}

func integrationPlaces(i *hub.Integration) []any {
	return []any{&i.Key, &i.Version, &i.Connector, &i.Name, document{&i.Settings}, document{&i.SecretsSet}, text[hub.IntegrationState]{&i.State},
		document{&i.Reason}, millis{&i.CreatedAt}, millis{&i.UpdatedAt}, &i.MaxInFlight, document{&i.Pause}}
}

// Integrations lists integrations: Search looks into the name, Type is the connector. It needs SEE on
// settings/api_connections.
func (db *DB) Integrations(ctx context.Context, c hub.Caller, f hub.ListFilter, p hub.Page) (hub.List[*hub.Integration], error) {
	var none hub.List[*hub.Integration]
	if err := c.Need(hub.RowAPIConnections, hub.See); err != nil {
		return none, err
	}
	var w terms
	if err := w.search(f.Search, "name"); err != nil {
		return none, err
	}
	if f.Type != "" {
		w.and("connector = ?", f.Type)
	}
	l, err := integrations.page(db.reads(ctx), w, p)
	if err != nil {
		return none, err
	}
	return l, disclosing(ctx, c, l.Items, db.DiscloseIntegration)
}

// Integration reads an integration, without its secrets; NOT_FOUND if there is none. It needs SEE on
// settings/api_connections.
func (db *DB) Integration(ctx context.Context, c hub.Caller, key int64) (*hub.Integration, error) {
	if err := c.Need(hub.RowAPIConnections, hub.See); err != nil {
		return nil, err
	}
	return shown(ctx, c, db.DiscloseIntegration)(db.IntegrationNow(ctx, key))
}

// IntegrationNow is Integration for the engine: it asks nobody.
func (db *DB) IntegrationNow(ctx context.Context, key int64) (*hub.Integration, error) {
	return integrations.get(db.reads(ctx), key)
}

// IntegrationsNow is IntegrationNow for many integrations, in the order of the keys: nil where there is none. It asks nobody.
func (db *DB) IntegrationsNow(ctx context.Context, keys []int64) ([]*hub.Integration, error) {
	return integrations.byKey(db.reads(ctx), keys)
}

// IntegrationsByKey reads many integrations in the order of the keys: nil where there is none, or everywhere without SEE
// on settings/api_connections.
func (db *DB) IntegrationsByKey(ctx context.Context, c hub.Caller, keys []int64) ([]*hub.Integration, error) {
	return allShown(ctx, c, db.DiscloseIntegration)(seen(ctx, db, c, hub.RowAPIConnections, integrations, keys))
}

// IntegrationsOf reads the keys of all integrations of a connector, oldest first, for the engine: it asks nobody.
func (db *DB) IntegrationsOf(ctx context.Context, connector string) ([]int64, error) {
	return readAll(db.reads(ctx), scanKey, "SELECT key FROM integrations WHERE connector = ? ORDER BY key", connector)
}

// OpenIntegration is an integration with its secrets in plain text, for the engine to hand to the connector and to nobody
// else; CallbackURL is left empty, since the store does not know where the hub is reached. NOT_FOUND if there is none. It
// asks nobody, so no door may reach it.
func (db *DB) OpenIntegration(ctx context.Context, key int64) (hub.OpenIntegration, error) {
	i, secrets, err := db.integrationSecrets(db.reads(ctx), key)
	if err != nil {
		return hub.OpenIntegration{}, err
	}
	return hub.OpenIntegration{Key: i.Key, Version: i.Version, Connector: i.Connector, Name: i.Name, Settings: i.Settings, Secrets: secrets}, nil
}

// integrationSecrets reads an integration and unseals its secrets.
func (db *DB) integrationSecrets(r reader, key int64) (i *hub.Integration, secrets map[string]string, err error) {
	var sealed []byte
	err = r("SELECT "+integrations.columns+", secrets FROM integrations WHERE key = ?", []any{key}, func(row scanner) error {
		i = &hub.Integration{}
		return scanIntegration(row, i, &sealed)
	})
	switch {
	case err != nil:
		return nil, nil, err
	case i == nil:
		return nil, nil, hub.NotFound(hub.KindIntegration, key)
	}
	plain, err := db.seal.open(sealed, i.ID())
	if err != nil {
		return nil, nil, err
	}
	secrets = map[string]string{}
	return i, secrets, json.Unmarshal(plain, &secrets)
}
