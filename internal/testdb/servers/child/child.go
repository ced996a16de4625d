//go:build unix

// Package child starts programs that must not outlive this one.
//
// A database server that survives a killed test run keeps its memory and its
// folder until somebody finds it, so the kernel is asked to end the child with
// us (Linux; elsewhere only an orderly Stop ends it). The request is bound to
// the thread that forked, not to the process, which is why every child has a
// goroutine that keeps its thread until the child is gone.
package child

import (
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Child is a running program and the goroutine that waits for it.
type Child struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// Start starts cmd and returns once it runs. The child gets onParentDeath when
// this process ends in any way, SIGKILL included. When cmd leads a process
// group, what is left of the group is killed once the leader has ended.
func Start(cmd *exec.Cmd, onParentDeath syscall.Signal) (*Child, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	endWithParent(cmd.SysProcAttr, onParentDeath)

	c := &Child{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		c.err = cmd.Wait()
		if cmd.SysProcAttr.Setpgid {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what it left behind
		}
		close(c.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

// Done is closed when the child has ended.
func (c *Child) Done() <-chan struct{} { return c.done }

// Ended tells whether the child has ended already.
func (c *Child) Ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// Wait waits for the child and returns what exec.Cmd.Wait said.
func (c *Child) Wait() error {
	<-c.done
	return c.err
}

// State says how the child ended, once it has.
func (c *Child) State() string {
	<-c.done
	return c.cmd.ProcessState.String()
}

// Signal sends sig to the child, or to its whole process group when it was
// started as the leader of one. A child that has ended is left alone, because
// its number may belong to somebody else by now.
func (c *Child) Signal(sig syscall.Signal) {
	if c.Ended() {
		return
	}
	pid := c.cmd.Process.Pid
	if c.cmd.SysProcAttr.Setpgid {
		pid = -pid
	}
	_ = syscall.Kill(pid, sig)
}

// Stop sends each signal in turn, the gentle ones first, and waits up to grace
// for the child after each; the last resort is SIGKILL.
func (c *Child) Stop(grace time.Duration, gentle ...syscall.Signal) {
	for _, sig := range gentle {
		c.Signal(sig)
		select {
		case <-c.done:
			return
		case <-time.After(grace):
		}
	}
	c.Signal(syscall.SIGKILL)
	<-c.done
}
