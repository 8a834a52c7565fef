package hub

import (
	"crypto/rand"
	"crypto/sha256"
)

// Lengths of generated credentials, in characters of a 62-letter alphabet.
const (
	clientIDLength = 20
	secretLength   = 40 // 238 bits: far beyond guessing, hence a plain hash suffices
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// NewClientID generates the key of a consumer.
func NewClientID() string { return randomText(clientIDLength) }

// NewSecret generates the secret of a consumer.
func NewSecret() string { return randomText(secretLength) }

func randomText(n int) string {
	out := make([]byte, 0, n)
	var buf [64]byte
	for len(out) < n {
		rand.Read(buf[:]) // never fails: it ends the program instead
		for _, b := range buf {
			// 248 is the largest multiple of 62 in a byte: beyond it, the modulus would favour the first letters.
			if b < 248 && len(out) < n {
				out = append(out, alphabet[b%62])
			}
		}
	}
	return string(out)
}

// HashSecret is what is stored of a secret: its SHA-256. A slow password hash would protect secrets that people choose;
// ours are random and long, and the token endpoint stays cheap.
func HashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
