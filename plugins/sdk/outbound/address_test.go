package outbound_test

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

func TestOnlyPublicAddressesPass(t *testing.T) {
	t.Parallel()
	g := outbound.New(nil)
	for _, a := range []string{"1.1.1.1", "93.184.215.14", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "192.167.1.1",
		"223.255.255.255", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "2a00:1450:4001:800::200e", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"} {
		if err := g.Judge(netip.AddrPortFrom(netip.MustParseAddr(a), 443)); err != nil {
			t.Errorf("%s is public, and yet: %v", a, err)
		}
	}
	for a, what := range map[string]string{
		"127.0.0.1": "this machine itself", "127.255.0.9": "this machine itself", "0.0.0.0": "this machine itself", "0.1.2.3": "this machine itself",
		"::1": "this machine itself", "::": "this machine itself",
		"::ffff:127.0.0.1": "this machine itself", "64:ff9b::127.0.0.1": "this machine itself", "::127.0.0.1": "a reserved address",
		"10.0.0.1": "a private address", "172.16.0.1": "a private address", "172.31.255.255": "a private address", "192.168.1.1": "a private address",
		"::ffff:10.0.0.1": "a private address", "64:ff9b::a00:1": "a private address", "fc00::1": "a private address", "fd12:3456::1": "a private address", "fec0::1": "a private address",
		"169.254.1.1": "a link-local address", "fe80::1": "a link-local address", "fe80::1%eth0": "a link-local address",
		"100.64.0.1": "a shared address of a provider (CGNAT)", "100.127.255.255": "a shared address of a provider (CGNAT)",
		"224.0.0.1": "a multicast address", "239.255.255.250": "a multicast address", "ff02::1": "a multicast address",
		"169.254.169.254": "the metadata service of a cloud", "::ffff:169.254.169.254": "the metadata service of a cloud", "fd00:ec2::254": "the metadata service of a cloud",
		"168.63.129.16": "the metadata service of a cloud", "100.100.100.200": "the metadata service of a cloud",
		"192.0.2.1": "an address for examples or benchmarks", "198.19.0.1": "an address for examples or benchmarks", "2001:db8::1": "an address for examples or benchmarks",
		"2002:7f00:1::1": "an address that stands for another one", "2001::1": "an address that stands for another one", "64:ff9b:1::7f00:1": "an address that stands for another one",
		"192.0.0.8": "a reserved address", "240.0.0.1": "a reserved address", "255.255.255.255": "a reserved address", "4000::1": "a reserved address", "100::1": "a reserved address",
	} {
		err := g.Judge(netip.AddrPortFrom(netip.MustParseAddr(a), 443))
		var refused *outbound.Refused
		if !errors.As(err, &refused) || refused.What != what {
			t.Errorf("%s: %v, want it refused as %s", a, err, what)
		}
	}
	if g.Judge(netip.AddrPort{}) == nil {
		t.Error("no address at all passes")
	}
}

func TestTheOperatorsListOpensWhatItNamesAndNothingElse(t *testing.T) {
	t.Parallel()
	allowed, err := outbound.ParseAllowed(" 10.1.2.3, 10.2.0.0/16:25 ,fd00::/64, [fd01::1]:8443, 172.16.5.9:80, 192.168.7.7/24,")
	if err != nil {
		t.Fatal(err)
	}
	g := outbound.New(allowed)
	for _, a := range []string{"10.1.2.3:1", "10.2.200.1:25", "[fd00::9]:443", "[fd01::1]:8443", "172.16.5.9:80", "192.168.7.200:5", "[::ffff:10.1.2.3]:99", "[64:ff9b::10.1.2.3]:99"} {
		if err := g.Judge(netip.MustParseAddrPort(a)); err != nil {
			t.Errorf("%s is on the list, and yet: %v", a, err)
		}
	}
	for _, a := range []string{"10.1.2.4:1", "10.2.200.1:26", "10.3.0.1:25", "[fd00:0:0:1::9]:443", "[fd01::1]:443", "172.16.5.9:81", "192.168.8.1:5", "127.0.0.1:80"} {
		if g.Judge(netip.MustParseAddrPort(a)) == nil {
			t.Errorf("%s is not on the list and passes", a)
		}
	}
	for _, list := range []string{"localhost", "10.1.2", "10.0.0.0/33", "10.0.0.0/8:0", "10.0.0.0/8:99999", "10.0.0.0/8:x", "intranet.example:443", "*"} {
		if _, err := outbound.ParseAllowed(list); err == nil {
			t.Errorf("the list %q is taken", list)
		}
	}
}
