package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/app"
	"github.com/recado-hub/recado/plugins/template"
)

// sdkModule has the SDK for connectors in Go.
const sdkModule = "github.com/recado-hub/recado"

// connectorNew writes the project of a new connector.
func connectorNew(args []string, out, errOut io.Writer) error {
	f := flags("connector new", errOut)
	language := f.String("lang", "go", "`language` of the project: "+strings.Join(template.Languages(), ", "))
	dir := f.String("dir", "", "`directory` to write it to, which must not exist or be empty; default ./recado-connector-NAME")
	isSource := f.Bool("source", false, "a source, which reads rows, instead of a destination, which sends messages")
	sdk := f.String("sdk", "", "`checkout` of Recado that a project in Go is built with; default: the released version that this program is, or else the checkout that it was built from")
	words, err := parseWords(f, args, 1)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return errors.New("say how the connector is to be called: recado connector new NAME")
	}
	p := template.Project{Name: words[0], Language: *language, Source: *isSource}
	if slices.Contains(app.BuiltinConnectors(), p.Name) {
		return fmt.Errorf("%q is the name of a connector that comes with Recado; choose another one", p.Name)
	}
	if p.Language == "go" {
		if p.Version, p.SDK, err = findSDK(*sdk); err != nil {
			return err
		}
	}
	if *dir == "" {
		*dir = "recado-connector-" + p.Name
	}
	if err := p.Write(*dir); err != nil {
		return err
	}
	if p.Language == "go" {
		tidy(*dir, errOut)
	}
	return nextSteps(out, p, *dir)
}

var released = regexp.MustCompile(`^v\d+\.\d+\.\d+$`)

// findSDK says by which version, or else in which directory, the SDK is found: where it was said, the release that this program is, the
// sources that it was built from, or the checkout that this was called in.
func findSDK(said string) (version, source string, err error) {
	if said != "" {
		if source, err = filepath.Abs(said); err == nil && !isSDK(source) {
			err = fmt.Errorf("--sdk: %s is no checkout of Recado: its go.mod does not say module %s", said, sdkModule)
		}
		return "", source, err
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Path == sdkModule && released.MatchString(info.Main.Version) {
		return info.Main.Version, "", nil
	}
	places := []string{}
	if _, file, _, ok := runtime.Caller(0); ok { // internal/cli/connector_new.go
		places = append(places, filepath.Dir(filepath.Dir(filepath.Dir(file))))
	}
	if here, err := os.Getwd(); err == nil {
		for dir := here; ; dir = filepath.Dir(dir) {
			places = append(places, dir)
			if filepath.Dir(dir) == dir {
				break
			}
		}
	}
	for _, dir := range places {
		if isSDK(dir) {
			return "", dir, nil
		}
	}
	return "", "", errors.New("this program is no released version, and its sources are not here: say with --sdk where a checkout of Recado is")
}

func isSDK(dir string) bool {
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	return err == nil && bytes.HasPrefix(mod, []byte("module "+sdkModule+"\n"))
}

// tidy has the go command fill in what else the project needs. Where it cannot, the author does it later.
func tidy(dir string, errOut io.Writer) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "mod", "tidy", "-e")
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(errOut, "go mod tidy did not work, so run it in %s before you build: %v\n%s", dir, err, said)
	}
}

func nextSteps(out io.Writer, p template.Project, dir string) error {
	build := map[string][]string{
		"go":   {"go test ./...", "go build -o recado-connector-" + p.Name + " ."},
		"node": {"npm ci", "npm test", "npm run build"},
		"python": {"python3 -m venv .venv && .venv/bin/pip install -r requirements.txt", ".venv/bin/python -m unittest",
			".venv/bin/python build.py"},
	}[p.Language]
	code := map[string]string{"go": "main.go", "node": "connector.js", "python": "connector.py"}[p.Language]
	exe := "./recado-connector-" + p.Name
	does, run := "appends messages to a file", " suite.json"
	if p.Source {
		does, run = "reads the lines of a file as rows", " suite.json --query"
	}
	fmt.Fprintf(out, "The connector %s is in %s: a whole one, which %s. Your code goes into %s.\n\n", p.Name, dir, does, code)
	for _, line := range append(append([]string{"cd " + dir}, build...),
		"recado connector run "+exe+run, "recado connector test "+exe+" --config suite.json") {
		fmt.Fprintln(out, "  "+line)
	}
	_, err := fmt.Fprintln(out, "\nplugins/README.md of Recado goes on from there.")
	return err
}
