package hub

import "time"

// OnceFor is how long the key of a call that makes something is remembered.
const OnceFor = 24 * time.Hour

// Once is what a call that makes something is known by, so that the same call again, whose first answer was lost, makes nothing twice. Functions
// that make something take one at most, as their last argument.
type Once struct {
	Key    string // the caller's own, 256 bytes at most; empty: every call makes something
	Act    string // what is to be done; the keys of different acts have nothing to do with each other
	Input  []byte // everything else that was asked for, as text: other input under the same key is a CONFLICT
	Repeat bool   // is set: it was made before, and is answered as it is now
}

// OnceOf is the one of a list, or one without a key.
func OnceOf(list []*Once) *Once {
	if len(list) > 0 && list[0] != nil {
		return list[0]
	}
	return &Once{}
}

// Check judges the key.
func (o *Once) Check() error {
	switch {
	case len(o.Key) > MaxAttribute:
		return Invalid("idempotencyKey", "an idempotency key can have at most %d bytes", MaxAttribute)
	case !Printable(o.Key):
		return Invalid("idempotencyKey", "an idempotency key can hold neither control characters nor bytes that are not text")
	}
	return nil
}
