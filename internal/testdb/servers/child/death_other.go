//go:build unix && !linux

package child

import "syscall"

// Only Linux can tie a child to its parent; elsewhere an orderly Stop has to do.
func endWithParent(*syscall.SysProcAttr, syscall.Signal) {}
