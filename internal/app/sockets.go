package app

import (
	"os"
	"path/filepath"
)

// maxSocketDir leaves room for the rest of a socket's path, which may have about 100 bytes in all.
const maxSocketDir = 60

// socketDir is where the connectors' sockets lie: in the data directory, from which what a killed hub left behind is taken
// away at the next start. Where that path is too long it is empty: the system's directory for temporary files.
func socketDir(data string) string {
	dir, err := filepath.Abs(filepath.Join(data, "sockets"))
	if err != nil || len(dir) > maxSocketDir || os.MkdirAll(dir, 0o700) != nil {
		return ""
	}
	// The lock of the data directory is held, so these belong to nobody. The pattern is go-plugin's name for them.
	left, _ := filepath.Glob(filepath.Join(dir, "plugin-dir*"))
	for _, path := range left {
		_ = os.RemoveAll(path) // what cannot go does no harm
	}
	return dir
}
