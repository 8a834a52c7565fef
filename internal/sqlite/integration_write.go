package sqlite

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

// IntegrationCreate makes an integration, READY, with its secrets sealed; an empty secret is one that is not set. Key,
// version, state and times are given here. A name that is taken is INVALID. It needs ADD on settings/api_connections;
// whether the connector can use the settings is the engine's to judge before.
func (db *DB) IntegrationCreate(ctx context.Context, c hub.Caller, in *hub.Integration, secrets map[string]string, once ...*hub.Once) (*hub.Integration, error) {
	if err := c.Need(hub.RowAPIConnections, hub.Add); err != nil {
		return nil, err
	}
	return makingIntegrations.once(ctx, db, c, hub.OnceOf(once), func(tx *Tx) (*hub.Integration, error) {
		i := &hub.Integration{Key: hub.NewKey(tx.now), Version: 1, Connector: in.Connector, Name: in.Name, Settings: in.Settings, MaxInFlight: in.MaxInFlight,
			State: hub.IntegrationReady, CreatedAt: tx.now, UpdatedAt: tx.now}
		sealed, err := tx.integrationPrepare(i, secrets)
		if err != nil {
			return nil, err
		}
		tx.configured()
		if err := tx.exec("INSERT INTO integrations ("+integrationColumns+", secrets, folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			i.Key, i.Version, i.Connector, i.Name, string(i.Settings), doc(i.SecretsSet), string(i.State), reason(i.Reason), ms(i.CreatedAt), ms(i.UpdatedAt), i.MaxInFlight, sealed, hub.Filed(i.Name)); err != nil {
			return nil, err
		}
		return i, tx.auditIntegration(c, hub.AuditCreated, nil, i, hub.AuditSecrets(nil, secrets))
	})
}

// IntegrationUpdate changes an integration: change is given it as it is, with its secrets in plain text, and alters name,
// settings, their bound and secrets in place; an empty secret takes one away. Everything else, the connector above all, stays as it was.
// change runs inside the transaction, perhaps twice: it must be quick and begin anew each time. An expectedVersion other
// than 0 that is not the current one is a CONFLICT. It needs EDIT on settings/api_connections.
func (db *DB) IntegrationUpdate(ctx context.Context, c hub.Caller, key int64, expectedVersion int,
	change func(i *hub.Integration, secrets map[string]string) error,
) (*hub.Integration, error) {
	if err := c.Need(hub.RowAPIConnections, hub.Edit); err != nil {
		return nil, err
	}
	return shown(ctx, c, db.DiscloseIntegration)(write(ctx, db, func(tx *Tx) (*hub.Integration, error) {
		i, secrets, err := db.integrationSecrets(tx.each, key)
		if err != nil {
			return nil, err
		}
		if err := fresh(expectedVersion, i.Version); err != nil {
			return nil, err
		}
		before, had, changed := *i, maps.Clone(secrets), *i
		if err := change(&changed, secrets); err != nil {
			return nil, err
		}
		i.Name, i.Settings, i.MaxInFlight = changed.Name, changed.Settings, changed.MaxInFlight
		i.Version, i.UpdatedAt = i.Version+1, tx.now
		sealed, err := tx.integrationPrepare(i, secrets)
		if err != nil {
			return nil, err
		}
		tx.configured()
		if err := tx.exec("UPDATE integrations SET version = ?, name = ?, folded = ?, settings = ?, secrets = ?, secrets_set = ?, max_in_flight = ?, updated_at = ? WHERE key = ?",
			i.Version, i.Name, hub.Filed(i.Name), string(i.Settings), sealed, doc(i.SecretsSet), i.MaxInFlight, ms(i.UpdatedAt), key); err != nil {
			return nil, err
		}
		if err := tx.exec("UPDATE flow_checks SET due_at = ? WHERE integration = ? AND due_at < ?", ms(hub.AtOnce), key, ms(hub.Never)); err != nil {
			return nil, err
		}
		kind, replaced := hub.AuditChanged, hub.AuditSecrets(had, secrets)
		if len(replaced) > 0 {
			kind = hub.AuditSecretsChanged
		}
		return i, tx.auditIntegration(c, kind, &before, i, replaced)
	}))
}

// integrationPrepare judges what only the store knows, notes which secrets are set, and seals them.
func (tx *Tx) integrationPrepare(i *hub.Integration, secrets map[string]string) (sealed []byte, err error) {
	taken, err := number(tx.each, "SELECT count(*) FROM integrations WHERE name = ? AND key <> ?", i.Name, i.Key)
	if err != nil {
		return nil, err
	}
	if taken > 0 {
		return nil, hub.Invalid("name", "there is already an integration named %s; choose another name", quoted(i.Name))
	}
	if len(i.Settings) == 0 {
		i.Settings = json.RawMessage("{}")
	}
	if !json.Valid(i.Settings) {
		return nil, hub.Invalid("settings", "the settings are no JSON")
	}
	set := maps.Clone(secrets)
	maps.DeleteFunc(set, func(_, secret string) bool { return secret == "" })
	i.SecretsSet = slices.AppendSeq([]string{}, maps.Keys(set))
	slices.Sort(i.SecretsSet)
	plain, err := json.Marshal(set)
	if err != nil {
		return nil, err
	}
	return tx.db.seal.seal(plain, i.ID()), nil
}

// IntegrationDelete takes an integration away, with its suppressions and the callbacks that were kept for it. It needs REMOVE on
// settings/api_connections. An integration that flows send through, or through which messages are still on their way, is
// IN_USE.
func (db *DB) IntegrationDelete(ctx context.Context, c hub.Caller, key int64, expectedVersion int) error {
	if err := c.Need(hub.RowAPIConnections, hub.Remove); err != nil {
		return err
	}
	return db.Write(ctx, func(tx *Tx) error {
		i, err := integrations.get(tx.each, key)
		if err != nil {
			return err
		}
		if err := fresh(expectedVersion, i.Version); err != nil {
			return err
		}
		if err := flowsUsing("integration", "the integration "+quoted(i.Name)).refuse(tx.each, c, key); err != nil {
			return err
		}
		if err := tx.noneOnTheWay(i); err != nil {
			return err
		}
		tx.configured()
		if err := tx.exec("DELETE FROM callbacks WHERE integration = ?", key); err != nil {
			return err
		}
		if err := tx.exec("DELETE FROM suppressions WHERE integration = ?", key); err != nil {
			return err
		}
		if err := tx.exec("DELETE FROM pauses WHERE subject = ?", key); err != nil {
			return err
		}
		if err := tx.exec("DELETE FROM integrations WHERE key = ?", key); err != nil {
			return err
		}
		return tx.auditIntegration(c, hub.AuditDeleted, i, nil, nil)
	})
}

// noneOnTheWay refuses while messages are to go out, or are going out, through an integration: without it nobody could
// say what became of them.
func (tx *Tx) noneOnTheWay(i *hub.Integration) error {
	const open = "SELECT 1 FROM deliveries WHERE state = ? AND " + troubleStates + " AND integration = ? LIMIT 1"
	for _, state := range []hub.DeliveryState{hub.Pending, hub.Sending} {
		n, err := number(tx.each, open, string(state), i.Key)
		if err != nil {
			return err
		}
		if n > 0 {
			return &hub.Error{Code: hub.CodeInUse, Path: "id",
				Message: "messages are still on their way through the integration " + quoted(i.Name) + "; wait for them, or cancel their executions first"}
		}
	}
	return nil
}

// IntegrationPause holds back what goes out through an integration until somebody mends it, and says so in the journal. A
// paused one stays as it is, with its first reason; one that is gone needs no pause.
func (tx *Tx) IntegrationPause(key int64, r hub.Reason) error {
	paused, err := tx.one("UPDATE integrations SET state = 'PAUSED', reason = ?, updated_at = ? WHERE key = ? AND state = 'READY'", doc(r), ms(tx.now), key)
	if err != nil || !paused {
		return err
	}
	held, err := tx.held(key)
	if err != nil {
		return err
	}
	tx.integrationMoved(key, stateIf(held), hub.IntegrationPaused, r)
	return nil
}

// IntegrationResume ends what [Tx.IntegrationPause] began, wakes the executions that waited for it ([Tx.Wake]) and says so in
// the journal and, as the act of a person, in the audit log. One that is not paused so stays as it is, and one that a person
// holds back stays held.
func (tx *Tx) IntegrationResume(c hub.Caller, key int64, cause hub.Reason) error {
	before, err := tx.integrationResume(key, cause)
	if err != nil || before == nil {
		return err
	}
	after, err := integrations.get(tx.each, key)
	if err != nil {
		return err
	}
	return tx.auditIntegration(c, hub.AuditResumed, before, after, nil)
}

// IntegrationResumed is [Tx.IntegrationResume] when no person did it: the provider told that it is in order again.
func (tx *Tx) IntegrationResumed(key int64, cause hub.Reason) error {
	_, err := tx.integrationResume(key, cause)
	return err
}

// integrationResume gives the integration as it was while the hub itself held it back; nil if it did not.
func (tx *Tx) integrationResume(key int64, cause hub.Reason) (*hub.Integration, error) {
	before, err := integrations.get(tx.each, key)
	if hub.CodeOf(err) == hub.CodeNotFound {
		return nil, nil
	}
	if err != nil || before.State != hub.IntegrationPaused {
		return nil, err
	}
	resumed, err := tx.one("UPDATE integrations SET state = 'READY', reason = NULL, updated_at = ? WHERE key = ? AND state = 'PAUSED'", ms(tx.now), key)
	if err != nil || !resumed {
		return nil, err
	}
	_, err = tx.integrationFreed(key, cause)
	return before, err
}

func (tx *Tx) integrationMoved(key int64, from, to hub.IntegrationState, cause hub.Reason) {
	tx.configured()
	tx.Change(hub.Change{Subject: hub.SubjectIntegration, Key: key, From: string(from), To: string(to), Cause: cause})
}
