package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/recado-hub/recado/internal/app"
	"github.com/recado-hub/recado/plugins/sdk"
)

// describeTime is what a connector has to describe itself.
const describeTime = 5 * time.Second

// listed is one connector of `recado connector list`.
type listed struct {
	Name    string     `json:"name"`
	Version string     `json:"version,omitempty"`
	Roles   []sdk.Role `json:"roles,omitempty"`
	Builtin bool       `json:"builtin"`
	Path    string     `json:"path"`
	Problem string     `json:"problem,omitempty"`
}

// connectorList shows the connectors that a hub with these directories has, and what is wrong with those that it has not. It starts none that is not
// trusted.
func connectorList(args []string, out, errOut io.Writer) error {
	f := flags("connector list", errOut)
	var o app.Options
	f.StringVar(&o.Plugins, "plugins", "", "`directory` of third-party connectors, as for serve")
	f.StringVar(&o.Data, "data", "./data", "data `directory` of the hub, which may be running: it says which executables are trusted")
	f.BoolVar(&o.TrustPlugins, "trust-plugins", false, "start also what is not trusted, to have it describe itself")
	asJSON := f.Bool("json", false, "print JSON")
	if _, err := parseWords(f, args, 0); err != nil {
		return err
	}
	known, err := app.KnownConnectors(o)
	if err != nil {
		return err
	}
	list := []listed{}
	for _, k := range known {
		list = append(list, listOne(k))
	}
	if *asJSON {
		return printJSON(out, list)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CONNECTOR\tVERSION\tROLES\tPATH\tPROBLEM")
	for _, l := range list {
		path := l.Path
		if l.Builtin {
			path = "(built in)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.Name, cmp.Or(l.Version, "-"), cmp.Or(rolesText(l.Roles), "-"), path, l.Problem)
	}
	return w.Flush()
}

// listOne starts the connector to have it describe itself, as a hub would.
func listOne(k app.KnownConnector) listed {
	l := listed{Name: k.Name, Builtin: k.Builtin, Path: k.Path, Problem: k.Problem}
	if k.Problem != "" {
		return l
	}
	running, err := sdk.Program{Command: k.Command}.Start()
	if err != nil {
		l.Problem = "it could not be started: " + err.Error()
		return l
	}
	defer running.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), describeTime)
	defer cancel()
	d, err := running.Describe(ctx)
	if err != nil {
		l.Problem = "it could not describe itself: " + err.Error()
		return l
	}
	l.Version, l.Roles = d.Version, d.Roles
	if err := app.JudgeDescription(k.Name, d); err != nil {
		l.Problem = err.Error()
	}
	return l
}

func rolesText(roles []sdk.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = strings.ToLower(string(r))
	}
	return strings.Join(words, ", ")
}
