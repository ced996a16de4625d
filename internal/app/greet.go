package app

import (
	"fmt"
	"net"

	"entrepot/internal/auth"
)

// Greet tells the person who started the program where its pages are and how
// to sign in: always in dev, elsewhere only at a terminal.
func (a *App) Greet() {
	if a.cfg.Env != EnvDev && !Terminal(a.deps.Out) {
		return
	}
	base := "http://" + visitable(a.Addr())
	fmt.Fprintf(a.deps.Out, `Entrepot %s
  Playground  %[2]s/playground
  GraphQL     %[2]s/graphql
  Health      %[2]s/health
Sign in as %[3]s. The password is ENTREPOT_ADMIN_PASSWORD of the first start, or the one printed then.
A token without a password: entrepot token --user %[3]s
`, Version, base, auth.AdminUsername)
}

// visitable is a listening address as one types it into a browser.
func visitable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && (ip.IsUnspecified() || ip.IsLoopback()) {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
