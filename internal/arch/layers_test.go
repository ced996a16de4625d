package arch

// layers is the order of imports, lowest first. A package may import packages
// of lower layers, and its own subfolders and parents where one entry "x/..."
// names them together. A new package goes as low as its imports allow.
//
// Test files are not held to it: they may need a database or a whole app.
var layers = [][]string{
	{"internal/fault"},
	{"internal/money", "internal/stock", "internal/page", "web"},
	{"schema"},
	{"ent/..."},
	{"internal/store/..."},
	{"internal/job", "internal/audit", "internal/auth", "internal/idempotency"},
	{"internal/command", "internal/group"},
	{"internal/catalog", "internal/warehouse", "internal/fx", "internal/ledger"},
	{"internal/lookup", "internal/snapshot"},
	{"internal/reservation"},
	{"internal/posting"},
	{"internal/document"},
	{"internal/virtual", "internal/planning", "internal/pull", "internal/report", "internal/exchange", "internal/label", "internal/alert", "internal/demo"},
	{
		"internal/threepl", "internal/threepl/amazon", "internal/threepl/goodcang", "internal/threepl/winit",
		"internal/threepl/generic", "internal/threepl/simulator",
		"internal/notify", "internal/schedule", "internal/cache", "internal/live",
	},
	{"graph/..."},
	{"internal/rest"},
	{"internal/httpd/..."},
	{"internal/app"},
	{"cmd/..."},
	// For tests and benchmarks: nothing that ships may import these.
	{"internal/testdb", "internal/testdb/servers/..."},
	{"internal/testdb/withservers", "internal/arch", "bench/..."},
}

// sideways are the arrows within a layer, each with its reason.
var sideways = map[arrow]string{}

type arrow struct{ from, to string }

// narrow names packages that may import less of the project than their layer
// allows.
var narrow = map[string][]string{
	"internal/fault": {},
	"internal/money": {},
	"internal/stock": {},
	// ent/ is made from schema/; any other arrow would close a circle, and
	// ent/ could not be made from nothing.
	"schema": {"internal/money", "internal/stock"},
	// The scheduler knows when, never what, and who may see it.
	"internal/schedule": {"internal/fault", "internal/page", "internal/store", "internal/auth", "ent/..."},
}

// denied are arrows that the order would allow.
var denied = []denial{
	{"internal/threepl/...", "ent/...", "a vendor is HTTP and mapping; package pull owns what is stored"},
	{"internal/threepl/...", "internal/store/...", "a vendor is HTTP and mapping; package pull owns what is stored"},
}

type denial struct{ from, to, why string }

// drivers may be imported only where the dialect is somebody's business;
// everywhere else an error or a type of a driver would tie a domain to it.
var drivers = []string{"github.com/lib/pq", "modernc.org/sqlite", "modernc.org/libc"}

// driverUsers may import a driver.
var driverUsers = []string{"internal/store/...", "internal/ledger", "internal/testdb/...", "bench/..."}
