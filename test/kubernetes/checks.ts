/** What the API server takes, and what it refuses: server-side dry runs, with its own admission. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { eventually } from '../../scripts/lib/eventually.ts'
import { root } from '../lib/docker.ts'
import type { Cluster } from './cluster.ts'

export interface Check {
  name: string
  /** @returns what was seen. @throws where it is not as it should be */
  run: () => Promise<string>
}

const overlays = readdirSync(join(root, 'kubernetes', 'overlays'))

/** @param crds a folder with CustomResourceDefinitions, of the Prometheus and the OpenTelemetry Operator */
export function checks(cluster: Cluster, crds?: string): Check[] {
  const dryRun = ['apply', '--server-side', '--dry-run=server', '--filename=-']
  const dry = async (text: string) => {
    const output = await cluster.kubectlWith(text, ...dryRun)
    // "Warning: would violate PodSecurity", and of what is deprecated.
    if (/^Warning/m.test(output)) throw new Error(output)
    return `${output.trim().split('\n').length} objects taken`
  }
  const refused = async (text: string, why: RegExp) => {
    const output = await cluster
      .kubectlWith(text, ...dryRun)
      .catch((error: unknown) => (error as Error).message)
    if (!why.test(output)) throw new Error(`not refused for ${why}: ${output.slice(0, 500)}`)
    return 'refused'
  }
  const namespace = async () => {
    await cluster.kubectlWith(
      await cluster.kustomize('kubernetes/namespace'),
      'apply',
      '--server-side',
      '--filename=-',
    )
  }
  const packed = mkdtempSync(join(tmpdir(), 'kubernetes-pack-'))
  execFileSync(process.execPath, [join(root, 'scripts/pack/main.ts'), `--to=${packed}`], { stdio: 'pipe' })
  const pack = (file: string) => readFileSync(join(packed, file), 'utf8')

  return [
    {
      name: 'dry run: namespace',
      async run() {
        await namespace()
        return 'restricted'
      },
    },
    ...overlays.map((overlay) => ({
      name: `dry run: overlays/${overlay}`,
      run: async () => dry(await cluster.kustomize(`kubernetes/overlays/${overlay}`)),
    })),
    { name: 'dry run: dashboards of npm run pack', run: () => dry(pack('kubernetes-dashboards.yaml')) },
    {
      name: 'dry run: refuses a pod that may be root, and warns of such a template',
      async run() {
        const text = await cluster.kustomize('kubernetes/overlays/single')
        const pod = {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'plain', namespace: 'genai-otel' },
          spec: { containers: [{ name: 'x', image: 'x' }] },
        }
        await refused(JSON.stringify(pod), /violates PodSecurity "restricted/)
        const root = text.replace('runAsNonRoot: true', 'runAsNonRoot: false')
        if (root === text) throw new Error('the overlay has no runAsNonRoot')
        return refused(root, /would violate PodSecurity "restricted[^"]*": runAsNonRoot/)
      },
    },
    ...(crds ? withCrds(cluster, crds, { dry, refused, pack }) : []),
  ]
}

interface Helpers {
  dry: (text: string) => Promise<string>
  refused: (text: string, why: RegExp) => Promise<string>
  pack: (file: string) => string
}

/** What the operators take. */
function withCrds(cluster: Cluster, folder: string, { dry, refused, pack }: Helpers): Check[] {
  return [
    {
      name: 'CustomResourceDefinitions',
      async run() {
        const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
        for (const file of files) {
          const text = readFileSync(join(folder, file), 'utf8')
          // Without the operator there is nobody to convert between versions.
          const documents = parseAllDocuments(text).map((document) => {
            const crd = document.toJS() as { spec?: { conversion?: unknown } }
            if (crd.spec) delete crd.spec.conversion
            return JSON.stringify(crd)
          })
          await cluster.kubectlWith(documents.join('\n'), 'apply', '--server-side', '--filename=-')
        }
        await eventually(() =>
          cluster.kubectl('wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s'),
        )
        return `${files.length} files`
      },
    },
    {
      name: 'dry run: kubernetes/monitoring',
      run: async () => dry(await cluster.kustomize('kubernetes/monitoring')),
    },
    {
      name: 'dry run: PrometheusRule of npm run pack',
      run: async () => dry(pack('kubernetes-prometheus-rule.yaml')),
    },
    {
      name: 'dry run: refuses a rule whose duration is wrong',
      run: () =>
        refused(
          pack('kubernetes-prometheus-rule.yaml').replace(/for: \d+m/, 'for: 5 minutes'),
          /should match '\^\(0\|/,
        ),
    },
    {
      name: 'dry run: OpenTelemetryCollector of npm run pack',
      run: async () => dry(pack('kubernetes-opentelemetry-collector.yaml')),
    },
    {
      name: 'dry run: refuses an OpenTelemetryCollector whose mode is wrong',
      run: () =>
        refused(
          pack('kubernetes-opentelemetry-collector.yaml').replace('mode: statefulset', 'mode: statefullset'),
          /mode: Unsupported value/,
        ),
    },
  ]
}
