package outbound

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// AllowVariable is the variable of the environment in which a connector finds the operator's list, as [ParseAllowed] reads it.
const AllowVariable = "RECADO_OUTBOUND_ALLOW"

// Allowed is the operator's list: networks that are open though they are not public.
type Allowed []opening

type opening struct {
	prefix netip.Prefix
	port   uint16 // 0: any
}

// ParseAllowed reads a list with commas between: addresses and networks, each of them perhaps with a port, as "10.1.2.3",
// "10.1.0.0/16", "10.1.2.3:8443", "10.1.0.0/16:25", "fd00::/8", "[fd00::1]:443". There are no host names in it: what a name leads to
// is not the operator's to say.
func ParseAllowed(list string) (Allowed, error) {
	var out Allowed
	for entry := range strings.SplitSeq(list, ",") {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		o, ok := parseOpening(entry)
		if !ok {
			return nil, fmt.Errorf("%q is neither an address nor a network; write it as 10.1.2.3, 10.1.0.0/16 or 10.1.2.3:8443", entry)
		}
		out = append(out, o)
	}
	return out, nil
}

func parseOpening(entry string) (opening, bool) {
	if address, err := netip.ParseAddr(entry); err == nil {
		return whole(address, 0)
	}
	if both, err := netip.ParseAddrPort(entry); err == nil {
		return whole(both.Addr(), both.Port())
	}
	address, bits, _ := strings.Cut(entry, "/")
	bits, port, hasPort := strings.Cut(bits, ":")
	prefix, err := netip.ParsePrefix(address + "/" + bits)
	if err != nil {
		return opening{}, false
	}
	o := opening{prefix: prefix.Masked()}
	if hasPort {
		n, err := strconv.ParseUint(port, 10, 16)
		o.port = uint16(n)
		return o, err == nil && n > 0
	}
	return o, true
}

func whole(a netip.Addr, port uint16) (opening, bool) {
	a = plain(a)
	return opening{netip.PrefixFrom(a, a.BitLen()), port}, true
}

func (l Allowed) contains(a netip.AddrPort) bool {
	ip := plain(a.Addr())
	for _, o := range l {
		if o.prefix.Contains(ip) && (o.port == 0 || o.port == a.Port()) {
			return true
		}
	}
	return false
}
