package app

import (
	"context"

	"github.com/recado-hub/recado/internal/sqlite"
)

// RotateSecretsAt is RotateSecrets of a key in the data directory; at is told what has been done.
func RotateSecretsAt(ctx context.Context, dir string, at func(done string)) (sqlite.Resealed, error) {
	return rotateSecrets(ctx, Options{Data: dir}, "", at)
}
