package hubtest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/recado-hub/recado/internal/sqlite"
)

// fresh is an empty database, brought up to date. To migrate one takes a tenth of a second, which thousands of tests would wait for: each begins
// with a copy. What migrations do is tested where nobody has done it before.
var fresh = sync.OnceValues(func() (_ []byte, err error) {
	dir, err := os.MkdirTemp("", "recado-fresh-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	db, err := sqlite.Open(context.Background(), dir, Options(nil))
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, sqlite.File))
})

// begin puts an empty database into a directory that has none.
func begin(t testing.TB, dir string) {
	t.Helper()
	path := filepath.Join(dir, sqlite.File)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return
	}
	empty, err := fresh()
	if err == nil {
		err = errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(path, empty, 0o600))
	}
	if err != nil {
		t.Fatalf("beginning a store in %s: %v", dir, err)
	}
}
