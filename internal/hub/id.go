package hub

import (
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"time"
)

// Kind names a noun that has an identity. Its value is the prefix of the noun's public ids.
type Kind string

// The kinds and the prefixes of their public ids.
const (
	KindGroup       Kind = "grp"
	KindConsumer    Kind = "cns"
	KindIntegration Kind = "int"
	KindFlow        Kind = "flw"
	KindEvent       Kind = "evt"
	KindRecord      Kind = "rec"
	KindOccurrence  Kind = "occ"
	KindExecution   Kind = "exe"
	KindDelivery    Kind = "dlv"
	KindAudit       Kind = "aud"
	KindSuppression Kind = "sup"
)

// crockford is Douglas Crockford's base 32 alphabet in lower case: no i, l, o, u.
const crockford = "0123456789abcdefghjkmnpqrstvwxyz"

// idDigits is how many base 32 digits hold 63 bits.
const idDigits = 13

// ID writes the public id of a key: "flw_" and 13 digits. Ids of one kind sort like their keys.
func ID(kind Kind, key int64) string {
	var b [4 + idDigits]byte
	copy(b[:], kind)
	b[3] = '_'
	for i := len(b) - 1; i > 3; i-- {
		b[i] = crockford[key&31]
		key >>= 5
	}
	return string(b[:])
}

// ParseID reads a public id back into kind and key. An id of no known shape is a NOT_FOUND-free INVALID error: the caller
// typed something that never was an id. Reading is case-insensitive, as Crockford's base 32 is.
func ParseID(id string) (Kind, int64, error) {
	prefix, digits, ok := strings.Cut(strings.ToLower(id), "_")
	if !ok || len(digits) != idDigits {
		return "", 0, badID(id)
	}
	switch Kind(prefix) {
	case KindGroup, KindConsumer, KindIntegration, KindFlow, KindEvent, KindRecord, KindOccurrence, KindExecution, KindDelivery, KindAudit, KindSuppression:
	default:
		return "", 0, badID(id)
	}
	key, ok := parseCrockford(digits)
	if !ok {
		return "", 0, badID(id)
	}
	return Kind(prefix), key, nil
}

// ParseKey reads a public id that must be of one kind, named in the error with the path at which it stood.
func ParseKey(kind Kind, id, path string) (int64, error) {
	got, key, err := ParseID(id)
	if err != nil || got != kind {
		return 0, &Error{Code: CodeInvalid, Path: path,
			Message: fmt.Sprintf("%q is not an id of the form %s_…; use an id that this API returned", Clip(id, 40), kind)}
	}
	return key, nil
}

func parseCrockford(digits string) (int64, bool) {
	var key uint64
	for i := range len(digits) {
		v := strings.IndexByte(crockford, digits[i])
		if v < 0 {
			return 0, false
		}
		key = key<<5 | uint64(v)
	}
	// 13 digits carry 65 bits; only 63 of them may be used.
	if strings.IndexByte(crockford, digits[0]) > 7 {
		return 0, false
	}
	return int64(key), true
}

func badID(id string) error {
	return &Error{Code: CodeInvalid, Path: "id", Message: fmt.Sprintf("%q is not an id; use an id that this API returned", Clip(id, 40))}
}

// A key is, from the top: 42 bits of milliseconds since 1970 (until the year 2109), 5 bits of node number, 16 bits of
// counter. One machine is node 0; the bits are there so that a second one never makes the same key.
const (
	keyCounterBits = 16
	keyNodeBits    = 5
	keyTimeShift   = keyCounterBits + keyNodeBits
)

var lastKey atomic.Int64

// NewKey returns a key that is larger than every key that this process made before and carries the time now. A clock
// that goes back does not make keys go back: they go on from the last one.
func NewKey(now time.Time) int64 {
	for {
		last := lastKey.Load()
		next := now.UnixMilli() << keyTimeShift
		if next <= last {
			next = last + 1
			if next&(1<<keyTimeShift-1) >= 1<<keyCounterBits {
				// The counter of this millisecond is used up: borrow the next one instead of another node's numbers.
				next = (next>>keyTimeShift + 1) << keyTimeShift
			}
		}
		if lastKey.CompareAndSwap(last, next) {
			return next
		}
	}
}

// SeedKeys makes sure that keys made from here on are larger than seen: the store calls it at start with its largest key,
// so that a clock set back between two starts does not reuse keys.
func SeedKeys(seen int64) {
	for {
		last := lastKey.Load()
		if seen <= last || lastKey.CompareAndSwap(last, seen) {
			return
		}
	}
}

// KeyAt is the smallest key that a time can have, so that a range of times is a range of keys. It is 0 for times before 1970.
func KeyAt(t time.Time) int64 {
	switch ms := t.UnixMilli(); {
	case ms < 0:
		return 0
	case ms > math.MaxInt64>>keyTimeShift:
		return math.MaxInt64
	default:
		return ms << keyTimeShift
	}
}

// KeyTime is the time that a key carries.
func KeyTime(key int64) time.Time { return time.UnixMilli(key >> keyTimeShift).UTC() }

// Clip shortens text for a message to at most n runes, with an ellipsis where something was cut off.
func Clip(s string, n int) string {
	count := 0
	for i := range s {
		if count == n {
			return s[:i] + "…"
		}
		count++
	}
	return s
}
