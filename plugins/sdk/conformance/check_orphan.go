package conformance

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// orphanTime is how long a connector may take to notice that its hub is gone, with nothing to send: it looks every second.
const orphanTime = 5 * time.Second

// processOrphan has a shell start the connector as the hub would, and kills the shell.
func processOrphan(t *T) {
	command := t.executable().Command
	t.client() // says why it cannot be started
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.skip("there is no shell that could be its parent: %v", err)
	}
	pid := t.orphan(shell, command)
	process, err := os.FindProcess(pid)
	if err != nil {
		t.skip("the process cannot be looked at: %v", err)
	}
	for end := time.Now().Add(orphanTime); running(process); pause(t, 50*time.Millisecond) {
		if time.Now().After(end) || t.Err() != nil {
			_ = process.Kill()
			t.stop("its parent ended, and %s later it still runs", orphanTime)
		}
	}
}

// orphan starts the connector below a shell, kills that when the handshake is done, and tells the number of the connector's process.
func (t *T) orphan(shell string, command []string) int {
	ctx, cancel := context.WithTimeout(t, 10*time.Second)
	defer cancel()
	parent := exec.CommandContext(ctx, shell, append([]string{"-c", `"$@" 3>&- & echo "$!" >&3; wait`, "sh"}, command...)...)
	number, told, err := os.Pipe()
	if err != nil {
		t.skip("%v", err)
	}
	defer func() { _ = number.Close() }()
	out, said, err := os.Pipe()
	if err != nil {
		t.skip("%v", err)
	}
	defer func() { _ = out.Close() }()
	parent.Stdout, parent.Stderr, parent.ExtraFiles = said, nil, []*os.File{told}
	parent.Dir, parent.Env = t.place.Directory, append(sdk.HostEnvironment(), handshakeEnvironment(t)...)
	err = parent.Start()
	_, _ = told.Close(), said.Close()
	if err != nil {
		t.skip("the shell cannot be started: %v", err)
	}
	context.AfterFunc(ctx, func() { _, _ = number.SetReadDeadline(time.Now()), out.SetReadDeadline(time.Now()) })
	line, _ := bufio.NewReader(number).ReadString('\n')
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	shaken, _ := bufio.NewReader(out).ReadString('\n')
	_ = parent.Process.Kill()
	_ = parent.Wait()
	if err != nil || shaken == "" {
		t.stop("below a shell it did not start: no handshake came within 10 s")
	}
	return pid
}

// handshakeEnvironment is what a host adds to the environment: the cookie, the versions that it speaks, and its certificate.
func handshakeEnvironment(t *T) []string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.skip("%v", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.skip("%v", err)
	}
	h := sdk.Handshake()
	return []string{
		h.MagicCookieKey + "=" + h.MagicCookieValue,
		fmt.Sprintf("PLUGIN_PROTOCOL_VERSIONS=%d", sdk.ProtocolVersion),
		"PLUGIN_MIN_PORT=10000", "PLUGIN_MAX_PORT=25000",
		"PLUGIN_CLIENT_CERT=" + string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
	}
}

// running tells whether a process of somebody else's is there. One that ended and that nobody has asked after does not count.
func running(p *os.Process) bool {
	if p.Signal(syscall.Signal(0)) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Pid))
	if err != nil {
		return !os.IsNotExist(err) || !onProc()
	}
	_, after, _ := bytes.Cut(stat, []byte(") "))
	return !bytes.HasPrefix(after, []byte("Z"))
}

// onProc tells whether processes can be read in /proc here.
func onProc() bool {
	_, err := os.Stat("/proc/self/stat")
	return err == nil
}
