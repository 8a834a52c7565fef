package cli

import (
	"errors"
	"flag"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/app"
)

// doorFlags are the flags of serve by which its doors can be left open: how much a caller may ask for, and in which ways.
type doorFlags struct {
	set           *flag.FlagSet
	doors         *app.Doors
	introspection bool
	graphiql      bool
	origins       string
}

func newDoorFlags(f *flag.FlagSet, doors *app.Doors) *doorFlags {
	d := &doorFlags{set: f, doors: doors}
	f.IntVar(&doors.MaxCost, "max-cost", 100_000, "`most` that a GraphQL operation may cost; its answer says in extensions.cost what it did")
	f.IntVar(&doors.MaxDepth, "max-depth", 12, "`most` levels of fields in a GraphQL operation")
	f.IntVar(&doors.MaxRoot, "max-root-fields", 30, "`most` fields at the top of a GraphQL operation")
	f.IntVar(&doors.MaxAliases, "max-aliases", 100, "`most` aliases in the text of a GraphQL operation")
	f.IntVar(&doors.MaxDirectives, "max-directives", 100, "`most` directives in the text of a GraphQL operation")
	f.IntVar(&doors.MaxTokens, "max-tokens", 5_000, "`most` tokens in the text of a GraphQL operation")
	f.IntVar(&doors.AtOnce, "max-at-once", 4*runtime.GOMAXPROCS(0), "`most` queries of one consumer that run at the same time, while its others wait")
	f.DurationVar(&doors.QueryTimeout, "query-timeout", 30*time.Second, "`time` that a query or mutation may take; what it reads then is interrupted")
	f.IntVar(&doors.Requests, "rate-limit", 0, "`most` requests of one consumer in a minute, at /events and /graphql together, if it has no number of its own; 0: no limit")
	f.IntVar(&doors.Cost, "cost-budget", 0, "`most` that the GraphQL operations of one consumer may cost in a minute, if it has no number of its own; 0: no limit")
	f.StringVar(&doors.Trusted, "trusted-documents", "", "`path` of a file or directory of GraphQL documents: no other is answered")
	f.StringVar(&d.origins, "cors-origins", "", "`origins` of the pages that may ask from a browser, such as https://screens.example.org, with commas between; * for all")
	f.BoolVar(&d.introspection, "introspection", true, "tell the schema by introspection, and what may have been meant by a wrong name")
	f.BoolVar(&d.graphiql, "graphiql", true, "serve GraphiQL, in which queries are written and run, to browsers at /graphql")
	return d
}

// finish hands on what was read, and refuses what makes no sense. A limit that is switched off by 0 would only look as if it were one.
func (d *doorFlags) finish() (err error) {
	d.doors.NoIntrospection, d.doors.NoGraphiQL = !d.introspection, !d.graphiql
	if d.doors.Origins, err = origins(d.origins); err != nil {
		return err
	}
	d.set.VisitAll(func(f *flag.Flag) {
		if n, ok := f.Value.(flag.Getter).Get().(int); ok && n < 1 && strings.HasPrefix(f.Name, "max-") {
			err = fmt.Errorf("--%s: %d is too little; it is 1 at least", f.Name, n)
		}
	})
	switch {
	case d.doors.Requests < 0 || d.doors.Cost < 0:
		err = errors.New("--rate-limit and --cost-budget are 0 for no limit, or more")
	case d.doors.Cost > 0 && d.doors.Cost < d.doors.MaxCost:
		err = fmt.Errorf("--cost-budget: %d is less than what one operation may cost, %d (--max-cost)", d.doors.Cost, d.doors.MaxCost)
	}
	if d.doors.QueryTimeout < time.Second {
		err = fmt.Errorf("--query-timeout: %s is too short; it is 1s at least", d.doors.QueryTimeout)
	}
	return err
}

// origins reads a list of origins: a scheme and a host, perhaps with a port, and nothing behind it.
func origins(list string) (out []string, err error) {
	for o := range strings.SplitSeq(list, ",") {
		o = strings.TrimSuffix(strings.TrimSpace(o), "/")
		if o == "" {
			continue
		}
		u, err := url.Parse(o)
		if o != "*" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || o != u.Scheme+"://"+u.Host) {
			return nil, fmt.Errorf("--cors-origins: %q is no origin; write it as https://screens.example.org", o)
		}
		out = append(out, o)
	}
	return out, nil
}
