/**
 * Writes the dashboards of src/ to dashboards/, as classic JSON for Grafana's file provisioning, and to classic/ what
 * backends without native histograms need.
 *
 *   node grafana/generate.ts            writes them
 *   node grafana/generate.ts --check    fails if one is not what src/ makes
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeGenerated } from '../scripts/lib/generated.ts'
import { files, folders } from './files.ts'

const here = (file: string) => join(import.meta.dirname, file)

writeGenerated(
  Object.fromEntries(Object.entries(files).map(([file, text]) => [here(file), text])),
  folders.flatMap((folder) =>
    readdirSync(here(folder))
      // Written by hand, and compared by scripts/pack/kubernetes.test.ts.
      .filter((file) => file !== 'kustomization.yaml')
      .map((file) => here(`${folder}/${file}`)),
  ),
)
