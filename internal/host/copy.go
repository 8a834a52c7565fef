package host

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// errChanging says that a file was written to while it was read.
var errChanging = errors.New("it is being written")

// hashFile is the SHA-256 of a file, and its size.
func hashFile(path string) (sum string, size int64, err error) { return copyFile(io.Discard, path) }

// copyFile copies a file and says what the SHA-256 of the copied bytes is.
func copyFile(to io.Writer, path string) (sum string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	before, err := f.Stat()
	if err != nil {
		return "", 0, err
	}
	if !before.Mode().IsRegular() {
		return "", 0, fmt.Errorf("%s is no file", path)
	}
	h := sha256.New()
	if size, err = io.Copy(io.MultiWriter(to, h), f); err != nil {
		return "", 0, err
	}
	if after, err := f.Stat(); err != nil || after.Size() != size || !after.ModTime().Equal(before.ModTime()) {
		return "", 0, errors.Join(errChanging, err)
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}

// copies are the bytes that are run: of every trusted executable one of the hub's own, in the data directory, where nobody else writes. What
// was hashed is what is run, whatever becomes of the file in the plugins directory meanwhile, and after a crash it can be run again.
type copies struct{ dir string }

// copyName is the directory of a copy, whose file has the name of the original.
func copyName(sum string) string { return sum[:min(32, len(sum))] }

// of gives the path of the copy of an executable, and makes it if need be; its bytes are those of sum for certain.
func (c copies) of(path, sum string) (string, error) {
	dir := filepath.Join(c.dir, copyName(sum))
	own := filepath.Join(dir, filepath.Base(path))
	if got, _, err := hashFile(own); err == nil && got == sum {
		return own, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return own, c.write(path, own, sum)
}

func (c copies) write(path, own, sum string) error {
	// A process that is started while the copy is open for writing would inherit it for a moment, in which it cannot be run.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	f, err := os.CreateTemp(filepath.Dir(own), "new-*")
	if err != nil {
		return err
	}
	got, _, err := copyFile(f, path)
	if err == nil && got != sum {
		err = errChanging
	}
	if err = errors.Join(err, f.Chmod(0o500), f.Close()); err == nil {
		err = os.Rename(f.Name(), own)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// sweep takes away all copies but some. What cannot go does no harm.
func (c copies) sweep(keep map[string]bool) {
	entries, _ := os.ReadDir(c.dir)
	for _, e := range entries {
		if !keep[e.Name()] {
			_ = os.RemoveAll(filepath.Join(c.dir, e.Name()))
		}
	}
}
