package sdk

import (
	"os"
	"runtime"
)

// passedOn are the variables of a host's environment that a connector gets. Everything else of it stays there: it may hold secrets
// that are none of a connector's business.
var passedOn = []string{
	"PATH", "HOME", "TMPDIR",
	"SSL_CERT_FILE", "SSL_CERT_DIR",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
	"http_proxy", "https_proxy", "no_proxy", "all_proxy",
}

// passedOnWindows are those without which a Windows program cannot open a socket or find its temporary directory.
var passedOnWindows = []string{"SystemRoot", "TEMP", "TMP", "USERPROFILE"}

// HostEnvironment is what of this process's environment a connector may be started with, for hosts. What the handshake needs comes on top.
func HostEnvironment() []string {
	names := passedOn
	if runtime.GOOS == "windows" {
		names = append(names[:len(names):len(names)], passedOnWindows...)
	}
	env := make([]string, 0, len(names))
	for _, name := range names {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}
