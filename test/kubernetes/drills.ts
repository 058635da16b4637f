/** The overlays in pods, under load, while something happens to them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { record, settled } from '../drills/lib/verdict.ts'
import type { Verdict } from '../drills/lib/verdict.ts'
import type { Check } from './checks.ts'
import type { Cluster } from './cluster.ts'
import { Site } from './site.ts'

interface Drill {
  name: string
  overlay: string
  trouble: (site: Site) => Promise<unknown>
  /** Where the counters may be short: what is in memory when a Collector is killed. */
  mayBeShort?: boolean
}

const CALM = 10_000

const rollingUpdate = async (site: Site) => {
  await site.collectors('rollout', 'restart', 'statefulset/collector')
  await site.settled()
}

const DRILLS: Drill[] = [
  { name: 'single: steady', overlay: 'single', trouble: () => sleep(CALM) },
  {
    name: 'single: rolling update',
    overlay: 'single',
    trouble: rollingUpdate,
  },
  {
    name: 'replicas: rolling update',
    overlay: 'replicas',
    trouble: rollingUpdate,
  },
  {
    name: 'replicas: pod deleted',
    overlay: 'replicas',
    async trouble(site) {
      await site.collectors('delete', 'pod', 'collector-1')
      await site.settled()
    },
  },
  {
    name: 'replicas: killed',
    overlay: 'replicas',
    async trouble(site) {
      await site.kill('collector-1')
      await sleep(5000)
      await site.settled()
    },
    mayBeShort: true,
  },
  {
    name: 'replicas: scaled up and down',
    overlay: 'replicas',
    async trouble(site) {
      for (const replicas of [3, 2]) {
        await site.collectors('scale', 'statefulset/collector', `--replicas=${replicas}`)
        await site.settled()
        await sleep(CALM)
      }
    },
  },
]

const short = ({ calls, input, output, cost }: Verdict['counters']) =>
  `calls ${calls}, input ${input}, output ${output}, cost ${cost.toFixed(6)}`

/** @throws where something is lost, or counted wrongly. */
export const drills = (cluster: Cluster): Check[] =>
  DRILLS.map(({ name, overlay, trouble, mayBeShort }) => ({
    name,
    async run() {
      const site = await Site.start(cluster, overlay)
      await site.startLoad(name.replaceAll(/\W+/g, '-'))
      await sleep(CALM)
      const began = Date.now()
      await trouble(site)
      const seconds = Math.round((Date.now() - began) / 1000)
      await sleep(CALM)
      const made = await site.stopLoad()
      const verdict = await settled(site, made, mayBeShort ? 30_000 : 120_000)
      await record(`kubernetes, ${name}`, { ...verdict, seconds })
      const { lost, twice, counters } = verdict
      const off = Object.values(counters).some((quantity) => (mayBeShort ? quantity > 0 : quantity !== 0))
      const text = `${verdict.acknowledged} spans acknowledged, ${lost} lost, ${twice} twice; off by ${short(counters)}`
      if (lost > 0 || off) throw new Error(text)
      return text
    },
  }))
