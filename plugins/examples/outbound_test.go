//go:build unix

package examples_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk/outbound"
	"github.com/recado-hub/recado/plugins/template"
)

// addresses are those by which the guards of the runtimes are held against that of the SDK.
var addresses = []string{
	"1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "223.255.255.255", "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
	"::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "127.0.0.1", "127.255.0.9", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::1", "::127.0.0.1",
	"10.0.0.1", "172.16.0.1", "192.168.1.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fc00::1", "fec0::1", "169.254.1.1", "fe80::1", "fe80::1%eth0", "100.64.0.1",
	"224.0.0.1", "ff02::1", "169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "168.63.129.16", "100.100.100.200", "192.0.2.1", "198.19.0.1",
	"2001:db8::1", "2002:7f00:1::1", "2001::1", "64:ff9b:1::7f00:1", "192.0.0.8", "240.0.0.1", "255.255.255.255", "4000::1", "100::1",
	"10.1.2.3", "10.1.2.4", "10.2.200.1", "10.3.0.1", "fd00::9", "fd00:0:0:1::9", "fd01::1", "172.16.5.9", "192.168.7.200", "192.168.8.1", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3",
}

const (
	operatorsList = " 10.1.2.3, 10.2.0.0/16:25 ,fd00::/64, [fd01::1]:8443, 172.16.5.9:80, 192.168.7.7/24,"
	judgeInNode   = `const { judge } = require("./recado/outbound");
console.log(JSON.stringify(JSON.parse(process.argv[1]).flatMap((a) => [25, 80, 443, 8443].map((port) => {
	try { judge(a, port); return ""; } catch (error) { return error.what ?? String(error); }
}))));`
	judgeInPython = `import json, sys
from recado.outbound import judge
def what(a, port):
	try: judge(a, port)
	except OSError as error: return error.what
	return ""
print(json.dumps([what(a, port) for a in json.loads(sys.argv[1]) for port in (25, 80, 443, 8443)]))`
)

func TestTheGuardsOfTheRuntimesJudgeAsThatOfTheSDK(t *testing.T) {
	t.Parallel()
	list, err := json.Marshal(addresses)
	if err != nil {
		t.Fatal(err)
	}
	for language, command := range map[string]func(*testing.T) []string{
		"node":   func(t *testing.T) []string { needNode(t); return []string{"node", "-e", judgeInNode, string(list)} },
		"python": func(t *testing.T) []string { return []string{pythonWithPackages(t), "-c", judgeInPython, string(list)} },
	} {
		for _, operator := range []string{"", operatorsList} {
			t.Run(fmt.Sprintf("%s %q", language, operator), func(t *testing.T) {
				t.Parallel()
				words := command(t)
				dir := filepath.Join(t.TempDir(), "notes")
				if err := (template.Project{Name: "notes", Language: language}).Write(dir); err != nil {
					t.Fatal(err)
				}
				cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
				cmd.Dir, cmd.Env = dir, append(os.Environ(), outbound.AllowVariable+"="+operator)
				out, err := cmd.Output()
				if err != nil {
					t.Fatalf("%v\n%s", err, errors.Join(err, fmt.Errorf("%s", cmd.Stderr)))
				}
				compare(t, operator, out)
			})
		}
	}
}

// compare holds what another guard found, for each address at four ports, against the SDK's.
func compare(t *testing.T, operator string, out []byte) {
	t.Helper()
	allowed, err := outbound.ParseAllowed(operator)
	if err != nil {
		t.Fatal(err)
	}
	guard := outbound.New(allowed)
	var found []string
	if err := json.Unmarshal(out, &found); err != nil || len(found) != 4*len(addresses) {
		t.Fatalf("%v: %s", err, out)
	}
	for i, a := range addresses {
		for j, port := range []uint16{25, 80, 443, 8443} {
			want := ""
			var refused *outbound.Refused
			if errors.As(guard.Judge(netip.AddrPortFrom(netip.MustParseAddr(a), port)), &refused) {
				want = refused.What
			}
			if got := found[4*i+j]; got != want {
				t.Errorf("%s at port %d is %q, want %q", a, port, got, want)
			}
		}
	}
}
