// Package servers starts a private PostgreSQL and a private Redis for one run
// of the tests or benchmarks, and removes every trace of them afterwards.
//
// Tests here run on real databases and never skip, so a fresh machine must get
// them without a manual: the programs are found, or installed where that is
// possible without asking, or the error says what to type. The servers live in
// a temporary folder with their own socket and ports. They neither use nor
// disturb a system server, another run beside this one, or the next run.
//
// The folder is readable by its owner only. The socket trusts whoever can
// reach it; the loopback ports ask for a password made for this run, because
// other accounts of the machine reach those too.
//
// The package knows nothing of Entrepot's schema; package testdb does.
package servers
