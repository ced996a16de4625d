// PostGraphile over the tables of Entrepot, as its makers recommend it for
// production: a process for each core, no explaining, no watching, answers
// written as text, prepared statements over a pool that is kept open.
//
// DATABASE_URL and ADDR say where; /health is good once every process listens, or
// one of them would get all connections.
import cluster from "node:cluster";
import { createServer } from "node:http";
import { availableParallelism } from "node:os";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { jsonPgSmartTags } from "postgraphile/utils";

const connections = 32; // of all processes, as Entrepot has for reading

async function work() {
  const processes = availableParallelism();
  const gateway = postgraphile({
    extends: [PostGraphileAmberPreset],
    // It knows unique constraints, not unique indexes, and needs one to follow a SKU.
    plugins: [jsonPgSmartTags({ version: 1, config: { class: { products: { tags: { unique: "sku" } } } } })],
    pgServices: [makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ["public"],
      poolConfig: { max: Math.ceil(connections / processes), idleTimeoutMillis: 0 },
    })],
    grafserv: { graphiql: false, watch: false, websockets: false, outputDataAsString: true },
    grafast: { explain: false },
  });
  await gateway.getSchema();
  let ready = false;
  process.on("message", () => { ready = true; });
  const server = createServer((req, res) => {
    if (req.url === "/health") res.writeHead(ready ? 200 : 503).end();
    else answer(req, res);
  });
  const answer = gateway.createServ(grafserv).createHandler();
  server.keepAliveTimeout = 600_000; // the other side has its turn meanwhile
  const [host, port] = process.env.ADDR.split(":");
  server.listen(Number(port), host);
}

if (cluster.isPrimary) {
  let waiting = availableParallelism();
  for (let i = waiting; i > 0; i--) cluster.fork();
  cluster.on("listening", () => {
    if (--waiting === 0) for (const worker of Object.values(cluster.workers)) worker.send("ready");
  });
  cluster.on("exit", () => process.exit(1));
  process.on("SIGTERM", () => process.exit(0));
} else {
  await work();
}
