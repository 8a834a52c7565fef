package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// KeyFile is the name of the file in the data directory that holds the signing keys: PEM blocks, of which the first is the
// private key (PKCS #8, curve P-256) that signs. Blocks after it, private or public, are keys whose tokens are
// still accepted: until the time in their header Trusted-Until (RFC 3339), or for good if they have none.
const KeyFile = "signing-key.pem"

const (
	blockPrivate = "PRIVATE KEY"
	blockPublic  = "PUBLIC KEY"

	trustedUntil = "Trusted-Until" // header of a PEM block
)

// keySet is the key that signs and those, itself included, whose signatures hold.
type keySet struct {
	signer *ecdsa.PrivateKey
	kid    string // of the signer
	trust  map[string]*trusted
	order  []*trusted // the signer's first
}

// trusted is a key whose signatures hold.
type trusted struct {
	key    *ecdsa.PublicKey
	public jwk
	until  time.Time // zero: for good
}

func (t *trusted) holds(now time.Time) bool { return t.until.IsZero() || now.Before(t.until) }

// openKeys reads the keys from the given PEM, or else from KeyFile, which is made if it is missing.
func openKeys(dir string, given []byte) (*keySet, error) {
	if len(given) > 0 {
		keys, err := parseKeys(given)
		if err != nil {
			return nil, fmt.Errorf("the given signing key cannot be used: %w", err)
		}
		return keys, nil
	}
	name := filepath.Join(dir, KeyFile)
	text, err := readPrivate(name)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = makeKey(name)
	}
	if err != nil {
		return nil, err
	}
	keys, err := parseKeys(text)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be used: %w", name, err)
	}
	return keys, nil
}

// readPrivate reads a file that only its owner may read.
func readPrivate(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", name)
	}
	// Windows has no such modes; there the directory's access list protects the file.
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("%s has mode %#o, so others can use it to sign tokens; run chmod 600 on it, or delete it to get a new one", name, mode)
	}
	return os.ReadFile(name)
}

// generateKey makes a private key in PEM.
func generateKey() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: blockPrivate, Bytes: der}), nil
}

// makeKey generates a key and writes it. The file appears complete or not at all: a crash leaves no half of a key behind.
func makeKey(name string) ([]byte, error) {
	text, err := generateKey()
	if err != nil {
		return nil, err
	}
	if err := writePrivate(name, text); err != nil {
		return nil, fmt.Errorf("the signing key cannot be written: %w", err)
	}
	return text, nil
}

func writePrivate(name string, text []byte) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(name), KeyFile+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(temp.Name())
		}
	}()
	_, err = temp.Write(text)
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	if err = os.Rename(temp.Name(), name); err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

// syncDir makes a rename in the directory survive a loss of power. Where directories cannot be synced there is nothing
// to do.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && runtime.GOOS != "windows" {
		return err
	}
	return nil
}

// parseKeys reads PEM blocks into a key set.
func parseKeys(text []byte) (*keySet, error) {
	keys := &keySet{trust: map[string]*trusted{}}
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		private, public, err := parseBlock(block)
		if err != nil {
			return nil, err
		}
		shown, err := newJWK(public)
		if err != nil {
			return nil, err
		}
		t := &trusted{key: public, public: shown}
		if private != nil && keys.signer == nil {
			keys.signer, keys.kid = private, shown.ID
		} else if t.until, err = untilOf(block); err != nil {
			return nil, err
		}
		if keys.trust[shown.ID] == nil {
			keys.trust[shown.ID] = t
			keys.order = append(keys.order, t)
		}
	}
	if keys.signer == nil {
		return nil, errors.New("it holds no PEM block of type PRIVATE KEY (PKCS #8)")
	}
	return keys, nil
}

// untilOf reads until when a key that does not sign is trusted; zero if the block does not say.
func untilOf(block *pem.Block) (time.Time, error) {
	text, ok := block.Headers[trustedUntil]
	if !ok {
		return time.Time{}, nil
	}
	until, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("the header %s of a PEM block must be a time such as 2026-11-22T14:00:00Z (RFC 3339)", trustedUntil)
	}
	return until, nil
}

// parseBlock reads one PEM block; private is nil for a public key.
func parseBlock(block *pem.Block) (private *ecdsa.PrivateKey, public *ecdsa.PublicKey, err error) {
	var key any
	switch block.Type {
	case blockPrivate:
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case blockPublic:
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	default:
		return nil, nil, fmt.Errorf("a PEM block of type %q is not wanted; convert the key with openssl pkcs8 -topk8 -nocrypt", block.Type)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("a PEM block of type %q cannot be read: %w", block.Type, err)
	}
	switch key := key.(type) {
	case *ecdsa.PrivateKey:
		private, public = key, &key.PublicKey
	case *ecdsa.PublicKey:
		public = key
	}
	if public == nil || public.Curve != elliptic.P256() {
		return nil, nil, errors.New("a key is not of the curve P-256, which ES256 signs with")
	}
	return private, public, nil
}
