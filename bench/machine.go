//go:build linux

package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// machine is where the CPU time of the machine went up to a moment.
type machine struct{ busy, idle, own time.Duration }

// machineNow reads it. Own is the time of Entrepot and PostgreSQL, of the other
// servers of the run, of ourselves and of what we started and waited for, such
// as pgbench.
func (b *bench) machineNow(others ...*server) (m machine, err error) {
	if m.own, err = b.db.cpu(); err != nil {
		return m, err
	}
	for _, s := range append(others, b.server) {
		if s == nil {
			continue
		}
		t, err := treeCPU(s.pid)
		if err != nil {
			return m, err
		}
		m.own += t
	}
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			return m, err
		}
		m.own += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	f, err := os.Open("/proc/stat")
	if err != nil {
		return m, err
	}
	defer f.Close()
	line, err := bufio.NewReader(f).ReadString('\n')
	if err != nil {
		return m, err
	}
	// cpu user nice system idle iowait irq softirq steal guest guest_nice; the
	// guests' time is in user and nice already.
	for i, field := range strings.Fields(line)[1:9] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return m, fmt.Errorf("/proc/stat: %w", err)
		}
		if t := time.Duration(n) * tick; i == 3 || i == 4 {
			m.idle += t
		} else {
			m.busy += t
		}
	}
	return m, nil
}

// shares is how the time between two readings was split, in percent of all
// cores: a neighbour who computes takes more from few processes than from many,
// and a ratio measured beside one says less.
type shares struct{ others, idle []float64 }

func (s *shares) add(from, to machine) {
	busy, idle := to.busy-from.busy, to.idle-from.idle
	all := max(float64(busy+idle), 1)
	s.others = append(s.others, max(0, 100*float64(busy-(to.own-from.own))/all))
	s.idle = append(s.idle, 100*float64(idle)/all)
}

// busy says whether neighbours took more than a tenth.
func (s *shares) busy() bool { return median(s.others) > 10 }

func (s *shares) String() string {
	return fmt.Sprintf("%.0f %% to others and %.0f %% to nobody", median(s.others), median(s.idle))
}
