//go:build unix

package host_test

import (
	"os"
	"strconv"
	"syscall"
	"time"
)

// stopSelf freezes the process, and returns when it is continued.
func stopSelf() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	time.Sleep(100 * time.Millisecond) // the signal reaches all threads within this, and it goes on after the freeze
}

// openMany opens files until it may not.
func openMany(most int) map[string]string {
	var core syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &core); err != nil {
		return map[string]string{"error": err.Error()}
	}
	said := map[string]string{"core": strconv.FormatUint(core.Max, 10)}
	var files []*os.File
	for len(files) < most {
		f, err := os.Open(os.DevNull)
		if err != nil {
			said["error"] = err.Error()
			break
		}
		files = append(files, f)
	}
	said["opened"] = strconv.Itoa(len(files))
	for _, f := range files {
		_ = f.Close()
	}
	return said
}

// eat holds memory, outside of the heap, of which the race detector would make several times as much.
func eat(mebibytes int) {
	memory, err := syscall.Mmap(-1, 0, mebibytes<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(err)
	}
	for i := 0; i < len(memory); i += 4096 {
		memory[i] = 1
	}
}
