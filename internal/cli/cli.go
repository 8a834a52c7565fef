// Package cli is the commands of the one binary: it reads flags and environment, and hands their values on.
//
// The flags of serve can also be set by the environment: --public-url by RECADO_PUBLIC_URL; a flag that is given wins. Those of the
// sandbox are RECADO_SANDBOX_PAIR_RATE and so on: its address is not the hub's. A command that cannot do its work says why in one line on
// standard error and exits with 1.
package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/recado-hub/recado/internal/app"
)

// command is one command of the binary.
type command struct {
	name    string
	summary string
	run     func(args []string, out, errOut io.Writer) error
}

func commands() []command {
	return []command{
		{"serve", "run the hub (the default)", serve},
		{"demo", "walk the main job end to end: a work order becomes a WhatsApp message that provably arrived", runDemo},
		{"sandbox", "whatsapp: run providers that behave as the real ones do, to develop against without an account", sandboxes},
		{"consumer", "reset: make a new administrator when the last secret was lost", consumer},
		{"keys", "rotate: make a new key that signs tokens; those of the old one live on", keys},
		{"secrets", "rotate: seal the secrets of integrations with a new key", secrets},
		{"schema", "print the GraphQL schema, or with --against FILE what of an older one is not in it", schema},
		{app.ConnectorCommand, "new, inspect, run, test, list, trust: write a connector, try it, install it", connector},
		{"version", "print the version", version},
	}
}

// Run runs the command that the arguments name and returns the exit code of the program.
func Run(args []string, out, errOut io.Writer) int {
	name := "serve"
	switch {
	case len(args) > 0 && (args[0] == "help" || args[0] == "--help" || args[0] == "-h"):
		usage(out)
		return 0
	case len(args) > 0 && !strings.HasPrefix(args[0], "-"):
		name, args = args[0], args[1:]
	}
	for _, c := range commands() {
		if c.name == name {
			return exit(c.run(args, out, errOut), errOut)
		}
	}
	return exit(fmt.Errorf("there is no command %q; run `recado help` for the list", name), errOut)
}

func exit(err error, errOut io.Writer) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errSilent):
		return 1
	}
	fmt.Fprintln(errOut, "recado: "+plain(strings.ReplaceAll(err.Error(), "\n", "; ")))
	return 1
}

// errSilent ends a command with exit code 1 that has said why already.
var errSilent = errors.New("")

func usage(out io.Writer) {
	fmt.Fprintf(out, "recado %s: the hub that turns maintenance events into messages that provably arrive\n\n", app.Version)
	for _, c := range commands() {
		fmt.Fprintf(out, "  recado %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprintf(out, "\n`recado COMMAND --help` lists the flags of a command; those of serve can also be set by RECADO_… in the environment, those of sandbox by RECADO_SANDBOX_….\n")
}

func version(_ []string, out, _ io.Writer) error {
	_, err := fmt.Fprintln(out, "recado", app.Version)
	return err
}

// flags makes the flag set of a command. Flags that are not given are read from the environment after parsing.
func flags(name string, errOut io.Writer) *flag.FlagSet {
	f := flag.NewFlagSet("recado "+name, flag.ContinueOnError)
	f.SetOutput(errOut)
	f.Usage = func() {} // package flag would also write it for a wrong flag, which is answered in one line
	return f
}

// parse reads the arguments, then the environment for every flag that they do not set.
func parse(f *flag.FlagSet, args []string) error { return parseWith(f, args, "RECADO_") }

// parseWith is parse with another beginning of the names in the environment.
func parseWith(f *flag.FlagSet, args []string, prefix string) error {
	if err := parseArgs(f, args); err != nil {
		return err
	}
	return fromEnvironment(f, prefix)
}

// fromEnvironment sets every flag that was not given and is in the environment.
func fromEnvironment(f *flag.FlagSet, prefix string) error {
	given := map[string]bool{}
	f.Visit(func(fl *flag.Flag) { given[fl.Name] = true })
	var err error
	f.VisitAll(func(fl *flag.Flag) {
		name := prefix + strings.ToUpper(strings.ReplaceAll(fl.Name, "-", "_"))
		if value, ok := os.LookupEnv(name); ok && !given[fl.Name] && err == nil {
			if e := fl.Value.Set(value); e != nil {
				err = fmt.Errorf("%s: %w", name, e)
			}
		}
	})
	return err
}

// parseArgs reads the arguments alone, which are flags.
func parseArgs(f *flag.FlagSet, args []string) error {
	if err := parseFlags(f, args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("%q is one word too many; run `%s --help` for the flags", f.Arg(0), f.Name())
	}
	return nil
}

// parseFlags reads flags up to the first word that is none. A wrong one is answered in one line; --help with all flags.
func parseFlags(f *flag.FlagSet, args []string) error {
	errOut := f.Output()
	f.SetOutput(io.Discard)
	err := f.Parse(args)
	f.SetOutput(errOut)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(errOut, f.Name())
		f.PrintDefaults()
		return err
	case err != nil:
		return fmt.Errorf("%w; run `%s --help` for the flags", err, f.Name())
	}
	return nil
}

// parseWords reads flags and words in any order, since `new NAME --lang node` is what people write; there may be most words. What a flag does
// not set is read from the environment.
func parseWords(f *flag.FlagSet, args []string, most int) (words []string, err error) {
	for {
		if err := parseFlags(f, args); err != nil {
			return nil, err
		}
		if f.NArg() == 0 {
			return words, fromEnvironment(f, "RECADO_")
		}
		if words = append(words, f.Arg(0)); len(words) > most {
			return nil, fmt.Errorf("%q is one word too many; run `%s --help` for the flags", f.Arg(0), f.Name())
		}
		args = f.Args()[1:]
	}
}
