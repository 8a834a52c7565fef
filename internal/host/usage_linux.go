package host

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// ticks of the CPU times in /proc, a second. The kernel shows all programs 100, whatever its own clock does.
const ticks = 100

// measureGroups adds up what the processes of some groups use, which are given by the process ids of their leaders.
func measureGroups(groups map[int]*usage) {
	dir, err := os.Open("/proc")
	if err != nil {
		return
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1) // what could be read is better than nothing
	page := int64(os.Getpagesize())
	for _, name := range names {
		if name[0] < '0' || name[0] > '9' {
			continue
		}
		group, cpu, pages, ok := readStat(filepath.Join("/proc", name, "stat"))
		u := groups[group]
		if !ok || u == nil {
			continue
		}
		u.memory += pages * page
		u.cpu += cpu
		u.files += openFiles(name)
	}
}

// readStat reads a process's group, its CPU time and its resident pages (proc_pid_stat(5)).
func readStat(path string) (group int, cpu time.Duration, pages int64, ok bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, 0, 0, false
	}
	// The name stands in parentheses and may have any character; the fields behind it are counted from the third on.
	f := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(f) < 22 {
		return 0, 0, 0, false
	}
	number := func(field int) int64 { n, _ := strconv.ParseInt(string(f[field-3]), 10, 64); return n }
	return int(number(5)), time.Duration(number(14)+number(15)) * time.Second / ticks, number(24), true
}

func openFiles(pid string) int {
	dir, err := os.Open(filepath.Join("/proc", pid, "fd"))
	if err != nil {
		return 0
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	return len(names)
}

// proportional is the memory of a group when pages that several of its processes share count once. It is asked only when that matters,
// since the kernel has to look at each page; otherwise is the answer if the kernel does not say.
func proportional(group int, otherwise int64) int64 {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	sum := int64(0)
	for _, dir := range dirs {
		if of, _, _, ok := readStat(filepath.Join(dir, "stat")); !ok || of != group {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, "smaps_rollup"))
		if err != nil {
			return otherwise
		}
		_, rest, _ := bytes.Cut(text, []byte("\nPss:"))
		if f := bytes.Fields(rest); len(f) > 0 {
			kib, _ := strconv.ParseInt(string(f[0]), 10, 64)
			sum += kib << 10
		}
	}
	if sum == 0 {
		return otherwise
	}
	return sum
}

// confine bounds how many files a process may have open, and keeps it from leaving its memory, which has secrets, on the disk when it
// crashes. Both hold for what it starts, too. That it has just ended is no error.
func confine(pid, files int) {
	_ = unix.Prlimit(pid, unix.RLIMIT_CORE, &unix.Rlimit{}, nil)
	if files <= 0 {
		return
	}
	var has unix.Rlimit
	if unix.Prlimit(pid, unix.RLIMIT_NOFILE, nil, &has) != nil {
		return
	}
	most := min(uint64(files), has.Max)
	_ = unix.Prlimit(pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: most, Max: most}, nil)
}
