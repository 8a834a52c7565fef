package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/recado-hub/recado/internal/app"
)

// keys has one thing to do with the keys of a data directory: rotate makes a new one that signs tokens.
func keys(args []string, out, errOut io.Writer) error {
	if len(args) == 0 || args[0] != "rotate" {
		return errors.New("say what to do: recado keys rotate makes a new key that signs tokens")
	}
	f := flags("keys rotate", errOut)
	o := app.Options{SecretsKey: os.Getenv("RECADO_SECRETS_KEY"), SigningKey: []byte(os.Getenv("RECADO_SIGNING_KEY"))}
	f.StringVar(&o.Data, "data", "./data", "data `directory` of the hub, which must be stopped")
	if err := parse(f, args[1:]); err != nil {
		return err
	}
	done, err := app.RotateKeys(context.Background(), o)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "From the next start on, tokens are signed with a new key.\n\n  new  %s\n  old  %s\n\nTokens of the old one are accepted until %s, when none of them lives any more.\n",
		done.Signer, done.Replaced, done.Until.Format(time.RFC3339))
	return err
}
