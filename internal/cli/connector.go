package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/recado-hub/recado/internal/app"
)

// connectorCommands are the commands below `recado connector`, for authors and operators. Their names can be no built-in connector's.
func connectorCommands() []command {
	return []command{
		{"new", "write the project of a new connector, in Go, Node or Python", connectorNew},
		{"inspect", "show what a connector declares", connectorInspect},
		{"list", "list the built-in connectors and those of a plugins directory", connectorList},
		{"run", "give a connector one delivery from a file, or ask it something, and show everything that goes over the wire", connectorRun},
		{"test", "run the conformance suite against an executable, whatever its language", connectorTest},
		{"trust", "run an executable in the plugins directory, and no other one of its name", trustConnector},
	}
}

// connector runs a command of connectorCommands, or serves the built-in connector of that name to the hub that started this process.
func connector(args []string, out, errOut io.Writer) error {
	if len(args) == 0 {
		return errors.New("say what to do; run `recado connector --help` for the list")
	}
	switch args[0] {
	case "help", "--help", "-h":
		for _, c := range connectorCommands() {
			fmt.Fprintf(out, "  recado connector %-8s %s\n", c.name, c.summary)
		}
		_, err := fmt.Fprintf(out, "\n`recado connector COMMAND --help` lists the flags of a command. The hub starts the built-in connectors itself: recado connector NAME.\n")
		return err
	}
	for _, c := range connectorCommands() {
		if c.name == args[0] {
			return c.run(args[1:], plainWriter{out}, plainWriter{errOut})
		}
	}
	if len(args) != 1 || !slices.Contains(app.BuiltinConnectors(), args[0]) {
		return fmt.Errorf("there is neither a command nor a built-in connector %q; run `recado connector --help` for the list", args[0])
	}
	return app.ServeConnector(args[0])
}
