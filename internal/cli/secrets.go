package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/recado-hub/recado/internal/app"
)

const secretsHelp = `
Seals the secrets of integrations, and the callbacks that wait for their connector, with a new key, and wipes what the old
key opens out of the database's files. The hub must be stopped. That takes as much free room as the
database has, both in the data directory and in the one for temporary files (TMPDIR).

A key in the data directory is replaced by a new one. A key that the hub gets from RECADO_SECRETS_KEY is replaced by the one in
RECADO_SECRETS_KEY_NEXT, which the hub is to be given as RECADO_SECRETS_KEY from then on.
`

// secrets has one thing to do with what is sealed in a data directory: rotate seals it with a new key.
func secrets(args []string, out, errOut io.Writer) error {
	if len(args) == 0 || args[0] != "rotate" {
		return errors.New("say what to do: recado secrets rotate seals the secrets of integrations with a new key")
	}
	f := flags("secrets rotate", errOut)
	o := app.Options{SecretsKey: os.Getenv("RECADO_SECRETS_KEY")}
	f.StringVar(&o.Data, "data", "./data", "data `directory` of the hub, which must be stopped")
	if err := parse(f, args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(errOut, secretsHelp)
		}
		return err
	}
	done, err := app.RotateSecrets(context.Background(), o, os.Getenv("RECADO_SECRETS_KEY_NEXT"))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Everything is sealed with a new key (integrations: %d, callbacks that wait for their connector: %d), and nothing that the old key opens is left in the database's files.\n\n",
		done.Integrations, done.Callbacks)
	if o.SecretsKey != "" {
		fmt.Fprint(out, "Before the next start, set RECADO_SECRETS_KEY to the value that RECADO_SECRETS_KEY_NEXT has now, and unset RECADO_SECRETS_KEY_NEXT.\n")
	} else {
		fmt.Fprintf(out, "The new key is in %s.\n", filepath.Join(o.Data, app.SecretsKeyFile))
	}
	_, err = fmt.Fprint(out, "A copy of the database from before still needs the old key, and opens with it: where both may have leaked, replace the secrets themselves.\n")
	return err
}
