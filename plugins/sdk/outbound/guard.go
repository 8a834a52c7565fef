package outbound

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"syscall"
	"time"
)

// Guard judges addresses. It is safe for use by many goroutines.
type Guard struct {
	allowed  Allowed
	resolver *net.Resolver // nil: the system's
}

// New makes a guard that lets through what is public, and what the operator allows.
func New(allowed Allowed) *Guard { return &Guard{allowed: allowed} }

// FromEnvironment makes a guard by the operator's list in [AllowVariable]. A list that cannot be read opens nothing, and is logged: the
// hub does not start with one.
func FromEnvironment() *Guard {
	allowed, err := ParseAllowed(os.Getenv(AllowVariable))
	if err != nil {
		slog.Error("the operator's list of addresses cannot be read and opens nothing", "variable", AllowVariable, "error", err)
	}
	return New(allowed)
}

// Refused says that an address is not to be connected to.
type Refused struct {
	// What the address is: "a private address". The address itself is not told: names would be a way to map the network.
	What string
}

// Error says what was refused, and who could allow it.
func (r *Refused) Error() string {
	return "the host leads to " + r.What + ", which the hub's operator does not allow"
}

// NextStep says what a person can do about a refusal.
const NextStep = "Give a public address, or ask the hub's operator to add this one to --outbound-allow."

// Judge refuses an address that is neither public nor allowed.
func (g *Guard) Judge(a netip.AddrPort) error {
	if what := notPublic(a.Addr()); what != "" && !g.allowed.contains(a) {
		return &Refused{what}
	}
	return nil
}

// judgeStrictly refuses every address that the operator does not name.
func (g *Guard) judgeStrictly(a netip.AddrPort) error {
	if g.allowed.contains(a) {
		return nil
	}
	if err := g.Judge(a); err != nil {
		return err
	}
	return &Refused{"an address to which nothing goes unencrypted"}
}

// dialTimeout bounds one connection, all of its host's addresses together.
const dialTimeout = 5 * time.Second

// Dialer makes connections to what the guard lets through. Who puts another Control into it takes the guard away.
func (g *Guard) Dialer() *net.Dialer { return g.dialer(g.Judge) }

// StrictDialer makes connections to nothing but what the operator names: for what goes unencrypted.
func (g *Guard) StrictDialer() *net.Dialer { return g.dialer(g.judgeStrictly) }

func (g *Guard) dialer(judge func(netip.AddrPort) error) *net.Dialer {
	return &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second, Resolver: g.resolver,
		// Called with the address proper, right before the connection: what was resolved earlier does not matter.
		Control: func(_, address string, _ syscall.RawConn) error {
			a, err := netip.ParseAddrPort(address)
			if err != nil {
				return &Refused{"something that is no address"}
			}
			return judge(a)
		}}
}

// JudgeHost judges a name or an address without connecting, for what somebody else will connect to: a proxy. What cannot be resolved
// here is left to the proxy, which may know more names.
func (g *Guard) JudgeHost(ctx context.Context, host string, port uint16) error {
	if a, err := netip.ParseAddr(host); err == nil {
		return g.Judge(netip.AddrPortFrom(a, port))
	}
	list, err := g.resolving().LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil
	}
	for _, a := range list {
		if err := g.Judge(netip.AddrPortFrom(a, port)); err != nil {
			return err
		}
	}
	return nil
}

// JudgeURL judges an address as it is written: its scheme, and its host if that is no name. Names are judged when they are connected to.
func (g *Guard) JudgeURL(u *url.URL) error {
	judge := g.Judge
	if u.Scheme == "http" {
		judge = g.judgeStrictly
	}
	a, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		return nil
	}
	return judge(netip.AddrPortFrom(a, portOf(u)))
}

func (g *Guard) resolving() *net.Resolver {
	if g.resolver != nil {
		return g.resolver
	}
	return net.DefaultResolver
}
