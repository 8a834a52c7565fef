package host

import (
	"cmp"
	"strconv"

	"github.com/recado-hub/recado/plugins/sdk"
)

// environment is what a connector process finds in its environment, before what go-plugin adds for the handshake. memory is the most that
// it may use: the Go runtime is told to keep to less, so that it collects garbage before it is over the limit.
func environment(o *Options, memory int64) []string {
	env := sdk.HostEnvironment()
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
	return append(env, o.Environment...)
}
