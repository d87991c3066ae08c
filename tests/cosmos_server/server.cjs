// Starts the server with connections that stay open, as Azure's do: its command closes each after one answer.
const { createHttpServer } = require("@vercel/cosmosdb-server");

const server = createHttpServer({ keepAlive: true });
// Never closes an idle connection, on which a client might just be sending.
server.keepAliveTimeout = 0;
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
