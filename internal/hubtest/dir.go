package hubtest

import (
	"os"
	"testing"
)

// memoryDir is where a machine may keep files in memory, and memoryLeast how many bytes must be free there: containers often have little.
const (
	memoryDir   = "/dev/shm"
	memoryLeast = 1 << 30
)

// Dir is a directory of the test's own, in memory where the machine has room for it: SQLite is the real one there too, and a process that ends
// loses nothing, but nobody waits for a disk. For a benchmark, which is about the disk as well, it is on the disk.
func Dir(t testing.TB) string {
	t.Helper()
	if _, measures := t.(*testing.B); measures || free(memoryDir) < memoryLeast {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(memoryDir, "recado-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
