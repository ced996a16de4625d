// Package app puts the house together: it parses the configuration, once, opens
// what the program stands on and hands each package what it needs. The program
// is a type: tests start the same App as the binary does.
//
// Nothing below this package reads the environment, knows a default or writes
// to the terminal.
package app
