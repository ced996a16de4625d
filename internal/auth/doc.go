// Package auth owns who is asking and what they may do: the principal of a
// request, permissions and the built-in roles, passwords, sign-in, and the
// access tokens that prove it afterwards.
//
// Commands ask Require in their first line; nothing else in the house decides
// about permissions. A principal is the user, never the device or the session,
// because idempotency keys belong to it and a retry may come from elsewhere.
//
// Users and their roles are read through a cache of at most five seconds, so
// archiving a user, changing the roles of one or ending the sessions of one
// takes effect within five seconds everywhere, and at once in the process that
// calls Service.Forget after its commit.
package auth
