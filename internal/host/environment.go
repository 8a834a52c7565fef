package host

import (
	"strconv"

	"github.com/recado-hub/recado/plugins/sdk"
)

// environment is what a connector process finds in its environment, before what go-plugin adds for the handshake.
func environment(o *Options) []string {
	env := sdk.HostEnvironment()
	if o.Version != "" {
		env = append(env, "RECADO_VERSION="+o.Version)
	}
	for name, value := range map[string]int64{
		"GOMAXPROCS": int64(o.Runtime.MaxProcs), "GOGC": int64(o.Runtime.GCPercent), "GOMEMLIMIT": o.Runtime.MemoryLimit,
	} {
		if value != 0 {
			env = append(env, name+"="+strconv.FormatInt(value, 10))
		}
	}
	return append(env, o.Environment...)
}
