package sqlite

import (
	"cmp"
	"context"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// AdministratorsGroup is the description of the group that the first start makes.
const AdministratorsGroup = "Administrators"

// MinBootstrapSecret is the fewest characters of a secret that somebody chose: secrets are kept as a plain hash, which
// protects those that cannot be guessed.
const MinBootstrapSecret = 16

// Bootstrap makes, in a database without consumers, the group Administrators, which grants every cell of the permission
// matrix, and one consumer in it, so that somebody can begin. An empty clientID or secret is generated; given ones must be
// printable ASCII (RFC 6749, appendix A), the secret of 16 characters at least. Where there are consumers already, nothing
// is done and created is nil. It asks nobody: there is nobody yet.
func (db *DB) Bootstrap(ctx context.Context, clientID, secret string) (created *hub.ConsumerSecret, err error) {
	clientID, secret = cmp.Or(clientID, hub.NewClientID()), cmp.Or(secret, hub.NewSecret())
	switch {
	case !visible(clientID) || len(clientID) > hub.MaxName:
		return nil, hub.Invalid("bootstrap.key", "the key of the first consumer must be printable ASCII of at most %d characters", hub.MaxName)
	case !visible(secret) || len(secret) < MinBootstrapSecret || len(secret) > hub.MaxDescription:
		return nil, hub.Invalid("bootstrap.secret", "the secret of the first consumer must be printable ASCII of %d to %d characters", MinBootstrapSecret, hub.MaxDescription)
	}
	return write(ctx, db, func(tx *Tx) (*hub.ConsumerSecret, error) {
		n, err := number(tx.each, "SELECT count(*) FROM consumers")
		if err != nil || n > 0 {
			return nil, err
		}
		return tx.administrator(hub.AuditBootstrapped, AdministratorsGroup, "Administrator", "made at the first start", clientID, secret)
	})
}

// Restore makes another group that grants every cell of the permission matrix, and a consumer in it, for whoever has lost
// the last secret that could administer. It asks nobody: who can open the data directory owns what is in it.
func (db *DB) Restore(ctx context.Context) (*hub.ConsumerSecret, error) {
	return write(ctx, db, func(tx *Tx) (*hub.ConsumerSecret, error) {
		return tx.administrator(hub.AuditAdministratorReset, AdministratorsGroup+" (restored)", "Administrator (restored)",
			"made on the machine itself, because access was lost", hub.NewClientID(), hub.NewSecret())
	})
}

// administrator makes a group that grants everything, and a consumer in it, by an act of the given kind.
func (tx *Tx) administrator(kind hub.AuditKind, group, name, description, clientID, secret string) (*hub.ConsumerSecret, error) {
	g := &hub.Group{Key: hub.NewKey(tx.now), Version: 1, Description: group, Grants: tx.db.AllGrants(), CreatedAt: tx.now, UpdatedAt: tx.now}
	if err := tx.groupMade(theMachine, g); err != nil {
		return nil, err
	}
	c := &hub.Consumer{Key: hub.NewKey(tx.now), Version: 1, Name: name, Description: description, GroupKey: g.Key, Enabled: true,
		ClientID: clientID, CreatedAt: tx.now, UpdatedAt: tx.now}
	if err := tx.consumerInsert(c, hub.HashSecret(secret)); err != nil {
		return nil, err
	}
	return &hub.ConsumerSecret{Consumer: c, Secret: secret}, tx.auditConsumer(theMachine, kind, nil, c, hub.AuditSecret("secret", false))
}

// AllGrants grants every cell of the permission matrix.
func (db *DB) AllGrants() hub.Grants {
	all := hub.Grants{}
	for _, row := range db.catalog.PermissionRows() {
		all[row.Row()] = hub.ActionSet(row.Actions...)
	}
	return all
}

// visible says whether text consists of visible ASCII characters.
func visible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
