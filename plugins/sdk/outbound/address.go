package outbound

import "net/netip"

// closed are the networks that are not public, by IANA's registries of special-purpose addresses (RFC 6890), and what they are. What
// stands further up wins.
var closed = networks(
	"the metadata service of a cloud", "169.254.169.254/32", "168.63.129.16/32", "100.100.100.200/32", "192.0.0.192/32", "fd00:ec2::254/128",
	"this machine itself", "127.0.0.0/8", "0.0.0.0/8", "::/127",
	"a private address", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10",
	"a link-local address", "169.254.0.0/16", "fe80::/10",
	"a shared address of a provider (CGNAT)", "100.64.0.0/10",
	"a multicast address", "224.0.0.0/4", "ff00::/8",
	"an address for examples or benchmarks", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "2001:db8::/32", "3fff::/20",
	"an address that stands for another one", "192.88.99.0/24", "2001::/32", "2002::/16", "64:ff9b:1::/48",
	"a reserved address", "192.0.0.0/24", "240.0.0.0/4", "2001::/23",
)

var (
	global = netip.MustParsePrefix("2000::/3")     // all public IPv6 addresses there are
	nat64  = netip.MustParsePrefix("64:ff9b::/96") // an IPv4 address behind the translator of an IPv6 network (RFC 6052)
)

type network struct {
	prefix netip.Prefix
	what   string
}

// networks reads a list in which each text that is no network says what the networks after it are.
func networks(list ...string) (out []network) {
	what := ""
	for _, text := range list {
		if p, err := netip.ParsePrefix(text); err == nil {
			out = append(out, network{p, what})
		} else {
			what = text
		}
	}
	return out
}

// plain is the address that is really meant: without zone, and the IPv4 address that an IPv6 one stands for.
func plain(a netip.Addr) netip.Addr {
	a = a.WithZone("").Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		return netip.AddrFrom4([4]byte(b[12:]))
	}
	return a
}

// notPublic says what an address is that is not public; it is empty for a public one.
func notPublic(a netip.Addr) string {
	a = plain(a)
	for _, n := range closed {
		if n.prefix.Contains(a) {
			return n.what
		}
	}
	if !a.IsValid() || a.Is6() && !global.Contains(a) {
		return "a reserved address"
	}
	return ""
}
