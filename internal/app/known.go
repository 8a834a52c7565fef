package app

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/recado-hub/recado/internal/host"
)

// BuiltinConnectors are the names of the connectors that come with the hub, sorted. No third party's connector may have one of them.
func BuiltinConnectors() []string { return slices.Sorted(maps.Keys(builtin)) }

// KnownConnector is a connector that a hub with a certain plugins directory knows, whether or not it can be run.
type KnownConnector struct {
	Name    string
	Builtin bool
	// Path of the executable; of a built-in one it is the hub's own.
	Path string
	// Command runs it; nil if there is a Problem.
	Command []string
	// Problem says why it is not run, and what to do; empty if nothing is wrong with the file.
	Problem string
}

// KnownConnectors are the built-in connectors and the executables of the plugins directory, by their names; without a directory the built-in
// ones alone. It runs none of them. An error says that the directory cannot be read.
func KnownConnectors(plugins string) ([]KnownConnector, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("this program cannot find its own executable, which has the built-in connectors: %w", err)
	}
	var list []KnownConnector
	for _, name := range BuiltinConnectors() {
		list = append(list, KnownConnector{Name: name, Builtin: true, Path: self, Command: []string{self, ConnectorCommand, name}})
	}
	if plugins == "" {
		return list, nil
	}
	entries, err := os.ReadDir(plugins)
	if err != nil {
		return nil, fmt.Errorf("the plugins directory cannot be read: %w", err)
	}
	for _, entry := range entries {
		if k, ok := knownFile(plugins, entry); ok {
			list = append(list, k)
		}
	}
	return list, nil
}

// knownFile is the connector that an entry of the plugins directory is; false for any other file.
func knownFile(plugins string, entry os.DirEntry) (k KnownConnector, ok bool) {
	if k.Name, ok = host.NameOf(entry.Name()); !ok {
		return k, false
	}
	path, err := filepath.Abs(filepath.Join(plugins, entry.Name()))
	if err == nil {
		k.Path = path
		err = host.Judge(path, k.Name, slices.Contains(BuiltinConnectors(), k.Name))
	}
	if err != nil {
		k.Problem = err.Error()
		return k, true
	}
	k.Command = []string{path}
	return k, true
}

// FindConnector says how to run what a person named: the path of an executable, or the name of a built-in connector or of one in the plugins
// directory.
func FindConnector(plugins, what string) (command []string, err error) {
	if info, err := os.Stat(what); err == nil && !info.IsDir() || strings.ContainsRune(what, filepath.Separator) {
		return executable(what, info, err)
	}
	known, err := KnownConnectors(plugins)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, k := range known {
		if k.Name == what && k.Problem != "" {
			return nil, errors.New(k.Problem)
		}
		if k.Name == what {
			return k.Command, nil
		}
		names = append(names, k.Name)
	}
	return nil, fmt.Errorf("there is no file and no connector %q; there is %s. Connectors of your own are found in the directory that --plugins names",
		what, strings.Join(names, ", "))
}

func executable(path string, info fs.FileInfo, err error) ([]string, error) {
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s is a directory; name the executable in it", path)
	case runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return nil, fmt.Errorf("%s is no executable file; make it one with chmod +x", path)
	}
	absolute, err := filepath.Abs(path)
	return []string{absolute}, err
}
