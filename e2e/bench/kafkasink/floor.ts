import { createServer } from 'node:http';

/** What Node's own HTTP server costs: the body is read, and nothing is done with it. */
const server = createServer((request, response) => {
  request.on('data', () => undefined);
  request.on('end', () => {
    response.writeHead(202, { 'content-length': 0 });
    response.end();
  });
});

server.listen(Number(process.env['PORT']), '127.0.0.1');
