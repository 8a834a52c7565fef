package auth

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"
)

// Rotation says what RotateKey did, by the ids of the keys ("kid").
type Rotation struct {
	Signer   string    // the new key, which signs from the next start on
	Replaced string    // the one that signed until now
	Until    time.Time // how long tokens of the replaced one are accepted: longer than any of them lives
}

// RotateKey makes a new signing key in the data directory, which the caller must have locked. Of the key that signed until
// now the public half stays in KeyFile for MaxTTL, so that no token ends before its time; its private half is gone. Keys whose
// time is over are taken out.
func RotateKey(dir string, now time.Time) (Rotation, error) {
	name := filepath.Join(dir, KeyFile)
	text, err := readPrivate(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Rotation{}, fmt.Errorf("there is no %s, so there is nothing to replace; the next start makes one", name)
	}
	if err != nil {
		return Rotation{}, err
	}
	old, err := parseKeys(text)
	if err != nil {
		return Rotation{}, fmt.Errorf("%s cannot be used: %w", name, err)
	}
	next, err := generateKey()
	if err != nil {
		return Rotation{}, err
	}
	fresh, err := parseKeys(next)
	if err != nil {
		return Rotation{}, err
	}
	done := Rotation{Signer: fresh.kid, Replaced: old.kid, Until: now.Add(MaxTTL).UTC().Truncate(time.Second)}
	old.trust[old.kid].until = done.Until
	for _, t := range old.order {
		if !t.holds(now) {
			continue
		}
		block, err := t.block()
		if err != nil {
			return Rotation{}, err
		}
		next = append(next, block...)
	}
	if err := writePrivate(name, next); err != nil {
		return Rotation{}, fmt.Errorf("the new signing key cannot be written, the old one stays: %w", err)
	}
	return done, nil
}

// block writes the public key in PEM.
func (t *trusted) block() ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(t.key)
	if err != nil {
		return nil, err
	}
	b := &pem.Block{Type: blockPublic, Bytes: der}
	if !t.until.IsZero() {
		b.Headers = map[string]string{trustedUntil: t.until.UTC().Format(time.RFC3339)}
	}
	return pem.EncodeToMemory(b), nil
}
