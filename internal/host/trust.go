package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// Pin says that an operator trusts exactly these bytes as the executable of a connector.
type Pin struct {
	Name   string    `json:"name"`
	SHA256 string    `json:"sha256"` // in hexadecimal
	Size   int64     `json:"size"`
	Path   string    `json:"path"` // where they were; for people
	At     time.Time `json:"trustedAt"`
}

// Pins are the executables that are trusted, in a file of the data directory that only its owner may read or write. A running hub sees
// what commands beside it change. Several may be trusted for one connector: so the next version can be trusted before it is put in place,
// and the one before can be put back.
type Pins struct{ path string }

// PinsFile is the name of the file.
const PinsFile = "trusted-connectors.json"

// PinsOf are those of a data directory.
func PinsOf(data string) Pins { return Pins{filepath.Join(data, PinsFile)} }

// List reads them, in the order in which they were trusted. No file has none.
func (p Pins) List() ([]Pin, error) {
	text, err := os.ReadFile(p.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%s cannot be read: %w; it must belong to the user as whom the hub runs", p.path, err)
	case err != nil:
		return nil, err
	}
	if info, err := os.Stat(p.path); err == nil && runtime.GOOS != "windows" && info.Mode()&0o022 != 0 {
		return nil, fmt.Errorf("others may write to %s, so that nobody knows who trusts what is in it; look at it, then run chmod 600 on it", p.path)
	}
	var file struct {
		Executables []Pin `json:"executables"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w; trust the connectors anew and take it away", p.path, err)
	}
	return file.Executables, nil
}

// Trust adds an executable, after it has looked at its bytes. One that is trusted already stays as it is.
func (p Pins) Trust(name, path string, now time.Time) (Pin, error) {
	if !connectorName.MatchString(name) {
		return Pin{}, fmt.Errorf("%q is no name of a connector: it has lower-case letters, digits, dashes and underscores, 40 at most", name)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return Pin{}, err
	}
	sum, size, err := hashFile(path)
	if err != nil {
		return Pin{}, err
	}
	pin := Pin{Name: name, SHA256: sum, Size: size, Path: path, At: now.UTC().Truncate(time.Second)}
	return pin, p.change(func(list []Pin) []Pin {
		if i := slices.IndexFunc(list, func(old Pin) bool { return old.Name == name && old.SHA256 == sum }); i >= 0 {
			pin = list[i]
			return list
		}
		return append(list, pin)
	})
}

// Trusted tells whether the bytes of an executable, as they are now, are among those that are trusted under a name.
func Trusted(list []Pin, name, path string) bool {
	sum, _, err := hashFile(path)
	return err == nil && slices.ContainsFunc(list, func(p Pin) bool { return p.Name == name && p.SHA256 == sum })
}

// shortestSum is how much of a SHA-256 is enough to name one by.
const shortestSum = 8

// Distrust takes away all executables of a connector, or the one with a SHA-256 that begins so, and says which these were.
func (p Pins) Distrust(what string) (gone []Pin, err error) {
	if list, err := p.List(); err != nil || len(list) == 0 {
		return nil, err // and no directory is made for nothing
	}
	return gone, p.change(func(list []Pin) []Pin {
		return slices.DeleteFunc(list, func(pin Pin) bool {
			is := pin.Name == what || len(what) >= shortestSum && strings.HasPrefix(pin.SHA256, strings.ToLower(what))
			if is {
				gone = append(gone, pin)
			}
			return is
		})
	})
}

// change writes the file anew: whoever reads meanwhile sees the old one or the new one.
func (p Pins) change(by func([]Pin) []Pin) error {
	if err := os.MkdirAll(filepath.Dir(p.path), 0o700); err != nil {
		return err
	}
	lock := flock.New(p.path+".lock", flock.SetPermissions(0o600))
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("%s cannot be locked: %w", p.path, err)
	}
	defer func() { _ = lock.Unlock() }()
	list, err := p.List()
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(map[string][]Pin{"executables": by(list)}, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(p.path), PinsFile+".*") // with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), p.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
