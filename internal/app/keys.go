package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/recado-hub/recado/internal/sqlite"
)

// SecretsKeyFile is the name of the file in the data directory that holds the key which seals the secrets of integrations,
// in base64. A copy of the database without it gives no secret away; the secrets are lost when it is.
const SecretsKeyFile = "secrets.key"

// NextSecretsKeyFile holds the key that RotateSecrets is about to put in the place of the one in SecretsKeyFile. One that is left over
// is dealt with at the next start.
const NextSecretsKeyFile = SecretsKeyFile + ".next"

// secretsKey takes the key from the options, in base64, or else from its file, which is made at the first start. The
// directory must be locked.
func secretsKey(ctx context.Context, dir, given string, log *slog.Logger) ([]byte, error) {
	if given != "" {
		return givenKey("RECADO_SECRETS_KEY", given)
	}
	if adopted, err := settleKeys(ctx, dir); err != nil {
		return nil, err
	} else if adopted {
		log.Warn("recado secrets rotate was cut off after the new key held; run it again, so that nothing which the old key opens is left in the database's files")
	}
	path := filepath.Join(dir, SecretsKeyFile)
	key, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeSecretsKey(dir, path)
	}
	return key, err
}

// givenKey reads a key from a variable of the environment.
func givenKey(name, text string) ([]byte, error) {
	key, err := decodeKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return key, nil
}

// readKey reads a key from its file.
func readKey(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := private(path); err != nil {
		return nil, err
	}
	key, err := decodeKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// errNoKey says that a text is no key.
var errNoKey = fmt.Errorf("this must be %d bytes in base64, such as `openssl rand -base64 %d` prints", sqlite.KeySize, sqlite.KeySize)

func decodeKey(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != sqlite.KeySize {
		return nil, errNoKey
	}
	return key, nil
}

// settleKeys ends a rotation that was cut off: the database knows whether it was committed. adopted says that it was, and that the
// new key is now in its place.
func settleKeys(ctx context.Context, dir string) (adopted bool, err error) {
	current, next := filepath.Join(dir, SecretsKeyFile), filepath.Join(dir, NextSecretsKeyFile)
	fits, err := keyFits(ctx, dir, next)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case errors.Is(err, errNoKey):
		// It was cut off while this was written, and so before anything else. With the other key missing it may be all there is.
	case err != nil:
		return false, err
	case fits:
		return true, adoptKey(dir)
	}
	switch fits, err := keyFits(ctx, dir, current); {
	case err != nil:
		return false, fmt.Errorf("a rotation of the secrets' key was cut off, and %s does not hold the key of this database: %w", next, err)
	case !fits:
		return false, fmt.Errorf("a rotation of the secrets' key was cut off, and neither %s nor %s holds the key of this database; put the right one back", current, next)
	}
	return false, os.Remove(next)
}

// keyFits says whether the key in a file is the database's.
func keyFits(ctx context.Context, dir, path string) (bool, error) {
	key, err := readKey(path)
	if err != nil {
		return false, err
	}
	return sqlite.KeyFits(ctx, dir, key)
}

// adoptKey puts the next key in the place of the current one.
func adoptKey(dir string) error {
	if err := os.Rename(filepath.Join(dir, NextSecretsKeyFile), filepath.Join(dir, SecretsKeyFile)); err != nil {
		return err
	}
	return syncDir(dir)
}

// makeSecretsKey makes the key of a new data directory. A database that is there already was sealed with another key: then
// a new one would only hide that it is lost.
func makeSecretsKey(dir, path string) ([]byte, error) {
	if _, err := os.Stat(filepath.Join(dir, sqlite.File)); err == nil {
		return nil, fmt.Errorf("%s is missing, but the directory has a database whose secrets are sealed with it; put it back, or set RECADO_SECRETS_KEY", path)
	}
	return writeNewKey(dir, path)
}

// writeNewKey makes a key and the file that holds it, which must not be there. When it returns, the key survives a loss of power.
func writeNewKey(dir, path string) ([]byte, error) {
	key := make([]byte, sqlite.KeySize)
	rand.Read(key)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	return key, errors.Join(err, f.Sync(), f.Close(), syncDir(dir))
}

// syncDir makes what was made or renamed in a directory survive a loss of power. Where directories cannot be synced there is
// nothing to do.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if runtime.GOOS == "windows" {
		err = nil
	}
	return errors.Join(err, d.Close())
}

// private refuses a key that others on this machine can read.
func private(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s can be read by others (mode %04o); make it private with chmod 600", path, info.Mode().Perm())
	}
	return nil
}
