package app

import (
	"context"

	"github.com/recado-hub/recado/internal/sqlite"
)

// ConnectorRuntime is how the hub runs connectors.
var ConnectorRuntime = connectorRuntime

// RotateSecretsAt is RotateSecrets of a key in the data directory; at is told what has been done.
func RotateSecretsAt(ctx context.Context, dir string, at func(done string)) (sqlite.Resealed, error) {
	return rotateSecrets(ctx, Options{Data: dir}, "", at)
}
