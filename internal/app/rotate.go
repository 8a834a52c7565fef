package app

import (
	"errors"
	"time"

	"github.com/recado-hub/recado/internal/auth"
	"github.com/recado-hub/recado/internal/sqlite"
)

// RotateKeys gives a data directory a new key that signs tokens; those that were given out stay valid until they expire. The
// hub must be stopped, since a data directory has one user at a time.
func RotateKeys(o Options) (_ auth.Rotation, err error) {
	if err := hasData(o.Data); err != nil {
		return auth.Rotation{}, err
	}
	if len(o.SigningKey) > 0 {
		return auth.Rotation{}, errors.New("the signing key comes from RECADO_SIGNING_KEY and is replaced there: put the new private key first, and the public half of the old one behind it")
	}
	unlock, err := sqlite.Lock(o.Data)
	if err != nil {
		return auth.Rotation{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return auth.RotateKey(o.Data, time.Now())
}
