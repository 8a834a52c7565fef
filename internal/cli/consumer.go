package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/recado-hub/recado/internal/app"
)

// consumer has one thing to do with consumers on the machine itself: reset gives access back when the last secret that could
// administer was lost.
func consumer(args []string, out, errOut io.Writer) error {
	if len(args) == 0 || args[0] != "reset" {
		return errors.New("say what to do: recado consumer reset makes a new administrator when access was lost")
	}
	f := flags("consumer reset", errOut)
	o := app.Options{SecretsKey: os.Getenv("RECADO_SECRETS_KEY")}
	f.StringVar(&o.Data, "data", "./data", "data `directory` of the hub, which must be stopped")
	if err := parse(f, args[1:]); err != nil {
		return err
	}
	made, err := app.Restore(context.Background(), o)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "The consumer %q was made. It may do everything; delete it when you have your access back.\n\n  key     %s\n  secret  %s\n\nThe secret is shown this once and kept as a hash only.\n",
		made.Consumer.Name, made.Consumer.ClientID, made.Secret)
	return err
}
