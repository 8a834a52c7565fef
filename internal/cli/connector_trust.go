package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/recado-hub/recado/internal/app"
)

const trustHelp = `
recado connector trust PATH      trusts the file of this path, such as a new version before it is put in place
recado connector trust NAME      trusts recado-connector-NAME of the plugins directory
recado connector trust --list    lists what is trusted
recado connector trust --remove  takes back what is trusted of a NAME, or the one file whose SHA-256 begins so

The hub runs an executable of the plugins directory only if its SHA-256 is trusted; one that is changed is shown, and not run. Run this as
the user as whom the hub runs. A hub that runs takes notice within a few seconds.
`

// trustConnector trusts an executable, takes that back, or lists what is trusted.
func trustConnector(args []string, out, errOut io.Writer) error {
	f := flags("connector trust", errOut)
	var o app.Options
	f.StringVar(&o.Data, "data", "./data", "data `directory` of the hub, which may be running")
	f.StringVar(&o.Plugins, "plugins", "", "`directory` of third-party connectors, in which a NAME is looked for")
	list := f.Bool("list", false, "list what is trusted")
	remove := f.String("remove", "", "take back what is trusted: a `name`, or the beginning of a SHA-256")
	what := ""
	if n := len(args); n > 0 && args[n-1] != "" && args[n-1][0] != '-' && (n == 1 || !takesValue(args[n-2])) {
		what, args = args[n-1], args[:n-1]
	}
	if err := parse(f, args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(errOut, trustHelp)
		}
		return err
	}
	switch {
	case *list && what == "" && *remove == "":
		return listTrusted(o, out)
	case *remove != "" && what == "" && !*list:
		gone, err := app.DistrustConnector(o, *remove)
		for _, p := range gone {
			fmt.Fprintf(out, "No longer trusted: %s, SHA-256 %s\n", p.Name, p.SHA256)
		}
		return err
	case what == "" || *list || *remove != "":
		return errors.New("say what to trust: recado connector trust PATH; run `recado connector trust --help` for the rest")
	}
	return trust(o, what, out)
}

// trust tells as well that it made the data directory: before the first start that is as it should be, else it is another one than the hub's.
func trust(o app.Options, what string, out io.Writer) error {
	_, missing := os.Stat(o.Data)
	pin, err := app.TrustConnector(o, what)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Trusted as the connector %s:\n\n  file     %s\n  SHA-256  %s\n", pin.Name, pin.Path, pin.SHA256)
	if errors.Is(missing, fs.ErrNotExist) {
		dir, absErr := filepath.Abs(o.Data)
		if absErr != nil {
			dir = o.Data
		}
		_, err = fmt.Fprintf(out, "\nThere was no data directory %s; it was made. Only a hub that is started with it sees this: if yours has another one, give that with --data.\n", dir)
	}
	return err
}

// takesValue says whether a flag that is written with one word has its value in the next one.
func takesValue(word string) bool {
	switch word {
	case "-data", "--data", "-plugins", "--plugins", "-remove", "--remove":
		return true
	}
	return false
}

func listTrusted(o app.Options, out io.Writer) error {
	pins, err := app.TrustedConnectors(o)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CONNECTOR\tSHA-256\tTRUSTED SINCE\tFILE")
	for _, p := range pins {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.Name, p.SHA256, p.At.Format(time.RFC3339), p.Path)
	}
	return w.Flush()
}
