//go:build unix

package servers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	folderPrefix = "entrepot-servers-"
	ownerFile    = "owner.lock"
	// maxFolder keeps "<folder>/.s.PGSQL.65535.lock" below the 104 bytes that
	// the stingiest system allows for the path of a unix socket.
	maxFolder = 80
)

// folder is the temporary home of both servers, only readable by their account.
type folder struct {
	path    string
	account account
	lock    *os.File // held while we live
}

// newFolder makes a folder, and takes the occasion to remove those whose
// owner was killed before it could.
func newFolder(acct account) (_ *folder, err error) {
	parent, err := acct.parent()
	if err != nil {
		return nil, err
	}
	removeAbandoned(parent)
	path, err := os.MkdirTemp(parent, folderPrefix)
	if err != nil {
		return nil, err
	}
	f := &folder{path: path, account: acct}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.remove())
		}
	}()
	if f.lock, err = lockOwner(path, os.O_CREATE); err != nil {
		return nil, err
	}
	return f, acct.own(path)
}

// write puts a file into the folder that the servers' account can read.
func (f *folder) write(name, content string) (string, error) {
	path := filepath.Join(f.path, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		return "", err
	}
	return path, f.account.own(path)
}

func (f *folder) remove() error {
	err := os.RemoveAll(f.path)
	if f.lock != nil {
		err = errors.Join(err, f.lock.Close())
	}
	return err
}

// parent is where the folder goes: the usual place for temporary files unless
// its path is too long for a socket or closed to the account.
func (a account) parent() (string, error) {
	for _, dir := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		if len(dir) <= maxFolder-len(folderPrefix)-12 && a.canReach(dir) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("neither %s nor /tmp nor /var/tmp can hold the servers: the path must be short and open to the user postgres", os.TempDir())
}

// canReach tells whether every folder from the root down to dir lets others in.
func (a account) canReach(dir string) bool {
	if a.credential == nil {
		return true
	}
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
		dir = filepath.Dir(dir)
	}
}

// removeAbandoned removes folders that nobody holds. The kernel drops the lock
// of a killed owner, and its servers ended with it. Young folders are left
// alone: their owner may be about to take the lock.
func removeAbandoned(parent string) {
	paths, _ := filepath.Glob(filepath.Join(parent, folderPrefix+"*"))
	for _, path := range paths {
		info, err := os.Lstat(path)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < time.Minute {
			continue
		}
		lock, err := lockOwner(path, 0)
		if err != nil {
			continue // alive, or somebody else's
		}
		_ = os.RemoveAll(path)
		_ = lock.Close()
	}
}

func lockOwner(path string, flag int) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(path, ownerFile), os.O_RDWR|flag, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
