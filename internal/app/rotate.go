package app

import (
	"context"
	"errors"
	"time"

	"github.com/recado-hub/recado/internal/auth"
)

// RotateKeys gives a data directory a new key that signs tokens, and says so in the audit log; those that were given out stay valid until they expire. The
// hub must be stopped, since a data directory has one user at a time.
func RotateKeys(ctx context.Context, o Options) (_ auth.Rotation, err error) {
	if err := hasData(o.Data); err != nil {
		return auth.Rotation{}, err
	}
	if len(o.SigningKey) > 0 {
		return auth.Rotation{}, errors.New("the signing key comes from RECADO_SIGNING_KEY and is replaced there: put the new private key first, and the public half of the old one behind it")
	}
	db, err := openData(ctx, o)
	if err != nil {
		return auth.Rotation{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var done auth.Rotation
	err = db.KeysRotated(ctx, func() (err error) {
		done, err = auth.RotateKey(o.Data, time.Now())
		return err
	})
	return done, err
}
