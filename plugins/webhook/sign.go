package webhook

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// key signs messages in one of the two schemes of Standard Webhooks.
type key struct {
	shared  []byte             // v1: HMAC-SHA256
	private ed25519.PrivateKey // v1a: Ed25519
}

// Bounds of a shared secret in bytes. The standard says 24 to 64; shorter ones that others have made are not refused, as long as they
// cannot be guessed.
const (
	minSecret = 16
	maxSecret = 512
)

// parseKey reads whsec_ and a shared secret, or whsk_ and a private key (its seed, or seed and public key), in base64.
func parseKey(text string) (key, bool) {
	if shared, ok := strings.CutPrefix(text, "whsec_"); ok {
		b, ok := decode(shared)
		return key{shared: b}, ok && len(b) >= minSecret && len(b) <= maxSecret
	}
	private, ok := strings.CutPrefix(text, "whsk_")
	b, decoded := decode(private)
	if !ok || !decoded || len(b) != ed25519.SeedSize && len(b) != ed25519.PrivateKeySize {
		return key{}, false
	}
	k := ed25519.NewKeyFromSeed(b[:ed25519.SeedSize])
	return key{private: k}, len(b) == ed25519.SeedSize || string(b) == string(k)
}

// decode reads base64 with its padding or without.
func decode(text string) ([]byte, bool) {
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	return b, err == nil
}

// sign makes the values of webhook-timestamp and webhook-signature: one signature for each key, the present one's first.
func sign(keys []key, id string, at time.Time, body []byte) (timestamp, signatures string) {
	timestamp = strconv.FormatInt(at.Unix(), 10)
	signed := append([]byte(id+"."+timestamp+"."), body...)
	list := make([]string, len(keys))
	for i, k := range keys {
		list[i] = k.sign(signed)
	}
	return timestamp, strings.Join(list, " ")
}

func (k key) sign(message []byte) string {
	if k.private != nil {
		return "v1a," + base64.StdEncoding.EncodeToString(ed25519.Sign(k.private, message))
	}
	m := hmac.New(sha256.New, k.shared)
	m.Write(message)
	return "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
}
