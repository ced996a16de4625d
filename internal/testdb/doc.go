// Package testdb gives each test a database of its own: real, migrated and
// empty, on SQLite and on PostgreSQL, and a Redis database beside it.
//
// Migrating takes longer than most tests, so each test binary migrates one
// template per dialect and every test gets a copy of it: a file on SQLite, a
// CREATE DATABASE … TEMPLATE on PostgreSQL. The template belongs to the binary
// and not to the server, because only the binary knows which migrations it
// was built with.
//
// PostgreSQL and Redis come from the environment that the command withservers
// sets up. Without it tests fail and say so; they never skip, since a suite
// that skips its databases proves nothing.
package testdb
