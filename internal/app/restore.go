package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// Restore gives access back to whoever can open the data directory: it makes a consumer that may do everything, with a
// secret that is seen this once. The hub must be stopped, since a data directory has one user at a time.
func Restore(ctx context.Context, o Options) (_ *hub.ConsumerSecret, err error) {
	if err := hasData(o.Data); err != nil {
		return nil, err
	}
	db, err := openData(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Restore(ctx)
}

// openData opens the store of a data directory that is there, for a command.
func openData(ctx context.Context, o Options) (*sqlite.DB, error) {
	findKey := func() ([]byte, error) { return secretsKey(ctx, o.Data, o.SecretsKey, slog.New(slog.DiscardHandler)) }
	return sqlite.Open(ctx, o.Data, sqlite.Options{FindKey: findKey, Catalog: catalog.Load()})
}

// hasData refuses a directory in which no hub ever ran.
func hasData(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, sqlite.File)); err != nil {
		return fmt.Errorf("there is no hub's data in %s; name its directory with --data", dir)
	}
	return nil
}
