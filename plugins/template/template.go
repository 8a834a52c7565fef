// Package template has the projects that `recado connector new` writes: a whole connector in Go, Node or Python, which builds, runs and passes the
// suite as it is. What lies in node/recado and python/recado is the process and the protocol for those languages, which the
// examples share.
package template

import (
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Names that begin with an underscore are only taken in when they are named.
//
//go:embed go node python python/__main__.py python/recado/__init__.py
var files embed.FS

// Languages are what a project can be written in.
func Languages() []string { return []string{"go", "node", "python"} }

// Project is a connector to be written.
type Project struct {
	// Name is the connector's: lower-case letters, digits and dashes, 40 at most.
	Name string
	// Language is one of Languages.
	Language string
	// Source is for a source, which reads rows; else it is a destination, which sends messages.
	Source bool
	// Version of the module of the SDK that a project in Go requires, such as v1.2.3; empty: SDK says where it is.
	Version string
	// SDK is a checkout of the SDK's module, in place of a released version; for projects in Go.
	SDK string
}

var name = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

func (p Project) check() error {
	switch {
	case !name.MatchString(p.Name):
		return fmt.Errorf("a connector cannot be called %q: a name has lower-case letters, digits and dashes, begins with a letter, and has 40 characters at most", p.Name)
	case !slices.Contains(Languages(), p.Language):
		return fmt.Errorf("there is no template in %q; there is %s", p.Language, strings.Join(Languages(), ", "))
	case p.Language == "go" && p.Version == "" && p.SDK == "":
		return errors.New("it is not known where the SDK is; name a checkout of Recado")
	}
	return nil
}

// Write writes the project into a directory that is not there yet, or is empty. It overwrites nothing.
func (p Project) Write(dir string) error {
	if err := p.check(); err != nil {
		return err
	}
	all, err := p.Files()
	if err != nil {
		return err
	}
	if entries, err := os.ReadDir(dir); len(entries) > 0 {
		return fmt.Errorf("%s is there already and not empty; name another directory", dir)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s cannot be used: %w", dir, err)
	}
	for file, content := range all {
		to := filepath.Join(dir, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Files are the contents of the project's files by their paths, with slashes.
func (p Project) Files() (map[string][]byte, error) {
	fill, all := p.words(), map[string][]byte{}
	add := func(from string) error {
		return fs.WalkDir(files, from, func(file string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && file != from && d.Name() == sourceFolder:
				return fs.SkipDir
			case d.IsDir():
				return nil
			}
			content, err := files.ReadFile(file)
			all[nameOf(strings.TrimPrefix(file, from+"/"))] = []byte(fill.Replace(string(content)))
			return err
		})
	}
	if err := add(p.Language); err != nil {
		return nil, err
	}
	if p.Source {
		if err := add(p.Language + "/" + sourceFolder); err != nil {
			return nil, err
		}
	}
	return all, p.addContract(all)
}

// sourceFolder of a language has what in a source is another file than in a destination.
const sourceFolder = "source"

// words fill the templates.
func (p Project) words() *strings.Replacer {
	version, replace := p.Version, ""
	if p.SDK != "" {
		version, replace = "v0.0.0", "\nreplace github.com/recado-hub/recado => "+p.SDK
	}
	open, send, query := "`open`", "`send`", "`query`"
	if p.Language == "go" {
		open, send, query = "`Open`", "`Send`", "`Query`"
	}
	kind, does, run, example := "destination", "appends each message to a file", "       # one delivery, and what goes over the wire", "delivery"
	parts := "what it needs to send for one integration (" + open + "), and one try to send (" + send + ")"
	if p.Source {
		kind, does, run, example = "source", "reads the lines of a file as rows", " --query     # its rows, and what goes over the wire", "query"
		parts = "and how its rows are read, page by page (" + query + ")"
	}
	return strings.NewReplacer("{{.Name}}", p.Name, "{{.Version}}", version, "{{.Replace}}\n", replace+"\n",
		"{{.Kind}}", kind, "{{.Does}}", does, "{{.Parts}}", parts, "{{.Run}}", run, "{{.Example}}", example)
}

// nameOf undoes what keeps the templates from being taken for parts of this module.
func nameOf(file string) string {
	file = strings.TrimSuffix(file, ".tmpl")
	if path.Base(file) == "gitignore" {
		return path.Join(path.Dir(file), ".gitignore")
	}
	return file
}

// addContract adds the contract, for people and for languages that read it while they run.
func (p Project) addContract(all map[string][]byte) error {
	switch p.Language {
	case "node":
		text, err := json.Marshal(string(sdk.Proto()))
		if err != nil {
			return err
		}
		all["recado/contract.js"] = fmt.Appendf(nil, "\"use strict\";\n\n// The text of connector.proto.\nexports.proto =\n  %s;\n", text)
	case "python":
		set, err := sdk.DescriptorSet()
		if err != nil {
			return err
		}
		all["recado/contract.py"] = fmt.Appendf(nil, "\"\"\"connector.proto as a FileDescriptorSet, in base64.\"\"\"\n\nDESCRIPTOR_SET = \"%s\"\n",
			base64.StdEncoding.EncodeToString(set))
	default:
		return nil
	}
	all["recado/connector.proto"] = sdk.Proto()
	return nil
}
