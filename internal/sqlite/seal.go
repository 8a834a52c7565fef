package sqlite

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
)

// sealer encrypts what must not be readable in a copy of the database file: AES-256-GCM with a random nonce in front
// (NIST SP 800-38D). The first byte says in which way, so that the way can be changed later. There is one key at a time: Reseal changes it
// for everything at once.
type sealer struct {
	aead cipher.AEAD
	mac  []byte // the key of fingerprints
}

// KeySize is how many bytes Options.Key has.
const KeySize = 32

const sealedByGCM = 1

func newSealer(key []byte) (*sealer, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("the key that seals secrets must have %d bytes, it has %d", KeySize, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("recado: fingerprints"))
	return &sealer{aead, mac.Sum(nil)}, err
}

// seal encrypts plain; place binds it to where it is stored, so that it cannot be copied to another row.
func (s *sealer) seal(plain []byte, place string) []byte {
	return s.aead.Seal([]byte{sealedByGCM}, nil, plain, []byte(place))
}

// fingerprint is the same for the same text and another one for any other, and tells nothing of it to who does not have the key.
func (s *sealer) fingerprint(text []byte) []byte {
	mac := hmac.New(sha256.New, s.mac)
	mac.Write(text)
	return mac.Sum(nil)
}

// errSealed is what opening says when the key or the place is wrong, or the data was changed.
var errSealed = errors.New("sealed data cannot be opened: it was sealed with another key; start with the key that belongs to this data directory")

func (s *sealer) open(sealed []byte, place string) ([]byte, error) {
	if len(sealed) < 1 || sealed[0] != sealedByGCM {
		return nil, errSealed
	}
	plain, err := s.aead.Open(nil, nil, sealed[1:], []byte(place))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}
