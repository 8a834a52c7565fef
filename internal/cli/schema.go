package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/recado-hub/recado/internal/app"
)

// schema prints the GraphQL schema, or says what of another one, against which a program was written, is not in it.
func schema(args []string, out, errOut io.Writer) error {
	f := flags("schema", errOut)
	against := f.String("against", "", "instead of printing it, say what programs that were written against the schema in this `file` would miss, and exit with 1 if there is anything")
	if err := parseArgs(f, args); err != nil {
		return err
	}
	if *against == "" {
		_, err := io.WriteString(out, app.Schema())
		return err
	}
	old, err := os.ReadFile(*against)
	if err != nil {
		return fmt.Errorf("--against: %w", err)
	}
	broken, err := app.SchemaBreaks(string(old))
	if err != nil {
		return fmt.Errorf("--against %s is no schema: %w", *against, err)
	}
	if len(broken) == 0 {
		_, err = fmt.Fprintln(out, "Everything in that schema is in this version.")
		return err
	}
	for _, b := range broken {
		if _, err := fmt.Fprintln(out, b); err != nil {
			return err
		}
	}
	return errSilent
}
