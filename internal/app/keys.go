package app

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/recado-hub/recado/internal/sqlite"
)

// SecretsKeyFile is the name of the file in the data directory that holds the key which seals the secrets of integrations,
// in base64. A copy of the database without it gives no secret away; the secrets are lost when it is.
const SecretsKeyFile = "secrets.key"

// secretsKey takes the key from the options, in base64, or else from its file, which is made at the first start.
func secretsKey(dir, given string) ([]byte, error) {
	if given != "" {
		key, err := decodeKey(given)
		if err != nil {
			return nil, fmt.Errorf("RECADO_SECRETS_KEY: %w", err)
		}
		return key, nil
	}
	path := filepath.Join(dir, SecretsKeyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeSecretsKey(dir, path)
	}
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

func decodeKey(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != sqlite.KeySize {
		return nil, fmt.Errorf("this must be %d bytes in base64, such as `openssl rand -base64 %d` prints", sqlite.KeySize, sqlite.KeySize)
	}
	return key, nil
}

// makeSecretsKey makes the key of a new data directory. A database that is there already was sealed with another key: then
// a new one would only hide that it is lost.
func makeSecretsKey(dir, path string) ([]byte, error) {
	if _, err := os.Stat(filepath.Join(dir, sqlite.File)); err == nil {
		return nil, fmt.Errorf("%s is missing, but the directory has a database whose secrets are sealed with it; put it back, or set RECADO_SECRETS_KEY", path)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data directory cannot be made: %w", err)
	}
	key := make([]byte, sqlite.KeySize)
	rand.Read(key)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	return key, errors.Join(err, f.Sync(), f.Close())
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
