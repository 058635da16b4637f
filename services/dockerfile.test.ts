import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

test('the image installs the dependencies of every service', async () => {
  const dockerfile = await readFile(join(import.meta.dirname, 'Dockerfile'), 'utf8')
  const folders = await readdir(import.meta.dirname, { withFileTypes: true })
  const services = folders.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
  const missing = services.filter(
    ({ name }) => !dockerfile.includes(`COPY services/${name}/package.json services/${name}/\n`),
  )
  expect(missing.map(({ name }) => name)).toEqual([])
})

test('the services say their own version', async () => {
  const compose = await readFile(join(import.meta.dirname, '..', 'docker-compose.yml'), 'utf8')
  const told = [...compose.matchAll(/service\.version=(\S+)/g)].map(([, version]) => version)
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
    version: string
  }
  expect(told).toEqual([version])
})
