/** In a pod: applications under load from the start on, until POST /stop, which answers with what they made. */
import { createServer } from 'node:http'
import { Load } from '../drills/lib/load.ts'

const load = Load.start(process.env['HTTP_URL']!, process.env['GRPC_URL']!, {
  name: process.env['LOAD_NAME']!,
})

createServer((request, response) => {
  if (request.method !== 'POST') {
    response.end('running\n')
    return
  }
  void load.stop().then((made) => response.end(JSON.stringify(made)))
}).listen(8080)
