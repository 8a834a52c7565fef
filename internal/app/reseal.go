package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/recado-hub/recado/internal/sqlite"
)

// RotateSecrets seals the secrets of integrations, and whatever else is sealed, with a new key, and wipes what the old one
// opened out of the database's files. The hub must be stopped, since a data directory has one user at a time.
//
// A key in the data directory is replaced by one that is made here. One that Options gives can only be replaced by whoever
// gives it: next is the new one then, in base64, and is empty otherwise.
//
// It can be cut off at any moment: the directory then holds the key that the database has, and the next start finds out which
// of two that is. That nothing of the old ciphertext is left is sure only when it returned without an error.
func RotateSecrets(ctx context.Context, o Options, next string) (sqlite.Resealed, error) {
	return rotateSecrets(ctx, o, next, func(string) {})
}

// rotateSecrets tells at, before each step and at the end, what has been done.
func rotateSecrets(ctx context.Context, o Options, next string, at func(done string)) (done sqlite.Resealed, err error) {
	if err := hasData(o.Data); err != nil {
		return done, err
	}
	given := o.SecretsKey != ""
	switch {
	case given && next == "":
		return done, errors.New("the key of the secrets comes from RECADO_SECRETS_KEY, so its successor must come from you: set RECADO_SECRETS_KEY_NEXT to a new one, such as `openssl rand -base64 32` prints, and run this again")
	case !given && next != "":
		return done, fmt.Errorf("RECADO_SECRETS_KEY_NEXT is set, but RECADO_SECRETS_KEY is not: the key is in %s, and its successor is made by this command; unset RECADO_SECRETS_KEY_NEXT", filepath.Join(o.Data, SecretsKeyFile))
	}
	unlock, err := sqlite.Lock(o.Data)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if given {
		done, err = resealGiven(ctx, o, next, at)
	} else {
		done, err = resealOwn(ctx, o, at)
	}
	if err != nil {
		return done, err
	}
	if err := sqlite.Wipe(ctx, o.Data); err != nil {
		return done, fmt.Errorf("everything is sealed with the new key, but what the old one opens could not be wiped out of the database's files: %w; see to that, and run this again", err)
	}
	at("wiped")
	return done, nil
}

// resealOwn replaces the key in the data directory.
func resealOwn(ctx context.Context, o Options, at func(string)) (done sqlite.Resealed, err error) {
	if _, err := settleKeys(ctx, o.Data); err != nil {
		return done, err
	}
	path, nextPath := filepath.Join(o.Data, SecretsKeyFile), filepath.Join(o.Data, NextSecretsKeyFile)
	from, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		return done, fmt.Errorf("%s is missing; put it back, or set RECADO_SECRETS_KEY", path)
	}
	if err != nil {
		return done, err
	}
	at("begun")
	to, err := writeNewKey(o.Data, nextPath)
	if err != nil {
		return done, fmt.Errorf("the new key cannot be written, the old one stays: %w", err)
	}
	at("key written")
	done, err = sqlite.Reseal(ctx, o.Data, from, to, time.Now(), func() { at("sealed") })
	if err != nil {
		// Whether it was committed is not always known: the database is asked at the next start.
		return done, err
	}
	at("committed")
	if err := adoptKey(o.Data); err != nil {
		return done, err
	}
	at("key in place")
	return done, nil
}

// resealGiven replaces a key that stands in the environment. Where it was done before, and cut off after the commit, there is
// only the rest to do.
func resealGiven(ctx context.Context, o Options, next string, at func(string)) (done sqlite.Resealed, err error) {
	from, err := givenKey("RECADO_SECRETS_KEY", o.SecretsKey)
	if err != nil {
		return done, err
	}
	to, err := givenKey("RECADO_SECRETS_KEY_NEXT", next)
	if err != nil {
		return done, err
	}
	if bytes.Equal(from, to) {
		return done, errors.New("RECADO_SECRETS_KEY_NEXT is the same as RECADO_SECRETS_KEY; set it to a new key, such as `openssl rand -base64 32` prints")
	}
	fits, err := sqlite.KeyFits(ctx, o.Data, from)
	if err != nil {
		return done, err
	}
	if !fits {
		if already, err := sqlite.KeyFits(ctx, o.Data, to); err != nil {
			return done, err
		} else if already {
			from = to
		}
	}
	done, err = sqlite.Reseal(ctx, o.Data, from, to, time.Now(), func() { at("sealed") })
	if err == nil {
		at("committed")
	}
	return done, err
}
