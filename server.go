// Command recado is the hub that turns maintenance events into messages that provably arrive, and all of its connectors.
package main

import (
	"os"

	"github.com/recado-hub/recado/internal/cli"
)

func main() { os.Exit(cli.Run(os.Args[1:], os.Stdout, os.Stderr)) }
