package host

import (
	"cmp"
	"os"
	"runtime"
	"strconv"
)

// passedOn are the variables of the hub's environment that a connector gets. Everything else of it stays here: it may hold secrets
// that are none of a connector's business.
var passedOn = []string{
	"PATH", "HOME", "TMPDIR",
	"SSL_CERT_FILE", "SSL_CERT_DIR",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
	"http_proxy", "https_proxy", "no_proxy", "all_proxy",
}

// passedOnWindows are those without which a Windows program cannot open a socket or find its temporary directory.
var passedOnWindows = []string{"SystemRoot", "TEMP", "TMP", "USERPROFILE"}

// environment is what a connector process finds in its environment, before what go-plugin adds for the handshake. memory is the most that
// it may use: the Go runtime is told to keep to less, so that it collects garbage before it is over the limit.
func environment(o *Options, memory int64) []string {
	names := passedOn
	if runtime.GOOS == "windows" {
		names = append(names[:len(names):len(names)], passedOnWindows...)
	}
	env := make([]string, 0, len(names)+4)
	for _, name := range names {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	if o.Version != "" {
		env = append(env, "RECADO_VERSION="+o.Version)
	}
	for name, value := range map[string]int64{
		"GOMAXPROCS": int64(o.Runtime.MaxProcs), "GOGC": int64(o.Runtime.GCPercent), "GOMEMLIMIT": cmp.Or(o.Runtime.MemoryLimit, memory/4*3),
	} {
		if value != 0 {
			env = append(env, name+"="+strconv.FormatInt(value, 10))
		}
	}
	return env
}
