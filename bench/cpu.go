//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// stat is what we need of /proc/PID/stat.
type stat struct {
	parent   int
	own      time.Duration
	children time.Duration // of those that ended and were waited for
}

// tick is the unit of times in /proc, USER_HZ, which is 100 on every Linux.
const tick = time.Second / 100

func readStat(pid int) (stat, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, err
	}
	// The second field is the name in parentheses and may hold anything.
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	if len(fields) < 15 {
		return stat{}, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	number := func(i int) int {
		n, _ := strconv.Atoi(fields[i])
		return n
	}
	return stat{
		parent:   number(1),
		own:      time.Duration(number(11)+number(12)) * tick,
		children: time.Duration(number(13)+number(14)) * tick,
	}, nil
}

// processCPU is user and system time of all threads of a process. The clock of
// the process counts nanoseconds, /proc hundredths of a second: too coarse for
// a backend that works for milliseconds.
func processCPU(pid int) (time.Duration, error) {
	const schedClock = 2 // CPUCLOCK_SCHED in the kernel's numbering of clocks
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|schedClock), &ts); err == nil {
		return time.Duration(ts.Nano()), nil
	}
	st, err := readStat(pid)
	return st.own, err
}

// cpu is what all processes of PostgreSQL have used since it started, those
// that ended included.
func (d *database) cpu() (time.Duration, error) {
	for range 100 {
		before, err := readStat(d.postmaster)
		if err != nil {
			return 0, err
		}
		sum, err := treeCPU(d.postmaster)
		after, errAfter := readStat(d.postmaster)
		if err == nil && errAfter == nil && before.children == after.children {
			return sum + after.children, nil
		}
		time.Sleep(5 * time.Millisecond) // connections are being closed
	}
	return 0, errors.New("the processes of PostgreSQL come and go too fast to be measured")
}

// treeCPU is the time of a process and its living children.
func treeCPU(parent int) (time.Duration, error) {
	sum, err := processCPU(parent)
	if err != nil {
		return 0, err
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		st, err := readStat(pid)
		if gone(err) || err == nil && st.parent != parent {
			continue
		}
		if err != nil {
			return 0, err
		}
		t, err := processCPU(pid)
		if err != nil {
			return 0, err
		}
		sum += t
	}
	return sum, nil
}

func gone(err error) bool {
	return errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH)
}

// memory is what a process holds now and held at most, in bytes.
func memory(pid int) (now, peak int64, err error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kib, _ := strconv.ParseInt(f[1], 10, 64)
		switch f[0] {
		case "VmRSS:":
			now = kib << 10
		case "VmHWM:":
			peak = kib << 10
		}
	}
	return now, peak, nil
}
