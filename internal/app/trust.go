package app

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/host"
)

// Pin is an executable that an operator trusts.
type Pin = host.Pin

// TrustConnector has the hub of a data directory run an executable, as it is now: another one of that name is not run. what is its path,
// or the name of a connector in the plugins directory. A hub that runs takes notice by itself.
func TrustConnector(o Options, what string) (Pin, error) {
	path, err := executableOf(o.Plugins, what)
	if err != nil {
		return Pin{}, err
	}
	name, ok := host.NameOf(filepath.Base(path))
	if !ok {
		return Pin{}, fmt.Errorf("%s is not the name of a connector's executable; call it %sNAME", filepath.Base(path), host.ExecutablePrefix)
	}
	if err := host.Judge(path, name, slices.Contains(BuiltinConnectors(), name)); err != nil {
		return Pin{}, err
	}
	return host.PinsOf(o.Data).Trust(name, path, time.Now())
}

func executableOf(plugins, what string) (string, error) {
	if strings.ContainsAny(what, `/\`) {
		return what, nil
	}
	if _, err := os.Stat(what); err == nil && strings.HasPrefix(what, host.ExecutablePrefix) {
		return what, nil
	}
	if plugins == "" {
		return "", fmt.Errorf("there is no file %q here; give a path, or say with --plugins in which directory the connector %q lies", what, what)
	}
	path := filepath.Join(plugins, host.ExecutablePrefix+strings.TrimPrefix(what, host.ExecutablePrefix))
	if _, err := os.Stat(path); err != nil {
		if _, err := os.Stat(path + ".exe"); err == nil {
			return path + ".exe", nil
		}
		return "", fmt.Errorf("the plugins directory has no connector %q: %w", what, err)
	}
	return path, nil
}

// DistrustConnector takes trust back: of all executables of a connector, or of the one whose SHA-256 begins so. A hub that runs one of
// them lets it finish what it has begun, and runs it no more.
func DistrustConnector(o Options, what string) ([]Pin, error) {
	gone, err := host.PinsOf(o.Data).Distrust(what)
	if err == nil && len(gone) == 0 {
		err = fmt.Errorf("no executable is trusted that is called %q, or whose SHA-256 begins so", what)
	}
	return gone, err
}

// TrustedConnectors are the executables that are trusted, oldest first.
func TrustedConnectors(o Options) ([]Pin, error) { return host.PinsOf(o.Data).List() }
