import { sameUsd, TOOLS } from '../compare.ts'
import { PART_OF } from '../kit.ts'
import { isNothing, KINDS } from '../usage.ts'
import type { Look } from './reason.ts'

/** Calls that have no price have no cost here. */
export const unpriced: Look = (row) => {
  const { unpriced: calls } = row.counted
  if (calls < 0.5 || row.difference.usd <= 0) return undefined
  return {
    name: 'unpriced',
    text: `${Math.round(calls)} calls have no price here (LLMUnpricedModel): update the prices, or give the model one of yours`,
  }
}

/** Sold by commitment, and left out of Anthropic's cost report. */
export const priorityTier: Look = (row) => {
  const used = row.reported.parts.some(({ tier }) => tier === 'priority')
  if (row.provider !== 'anthropic' || !used || row.difference.usd >= 0) return undefined
  return { name: 'priority_tier', text: 'calls of the priority tier, which the cost report leaves out' }
}

/** What no call tells. */
export const tools: Look = (row) => {
  if (row.model !== TOOLS) return undefined
  const what = [...new Set(row.reported.costs.map((cost) => cost.what))].join(', ')
  return {
    name: 'tools',
    text: `the provider’s own tools, of which calls tell their searches at most${what && `: ${what}`}`,
  }
}

/** The tokens agree, and the money does not. */
export const price: Look = (row) => {
  if (!isNothing(row.difference.usage) || sameUsd(row.reported.usd, row.counted.usd)) return undefined
  const text = (share: number, what: string) =>
    `the provider charges ${Number(share.toPrecision(4))} times what the kit computes${what}`
  const parts = KINDS.flatMap((kind) => {
    const theirs = row.reported.costs.filter((cost) => cost.kind && PART_OF[cost.kind] === PART_OF[kind])
    const usd = theirs.reduce((sum, cost) => sum + cost.usd, 0)
    const ours = row.counted.cost[PART_OF[kind]]
    return theirs.length === 0 || ours === 0 || sameUsd(usd, ours)
      ? []
      : [`${PART_OF[kind]} ${Number((usd / ours).toPrecision(4))}`]
  })
  const told = [...new Set(parts)]
  return {
    name: 'price',
    text: `${row.counted.usd > 0 ? text(row.reported.usd / row.counted.usd, told.length > 0 ? ` (${told.join(', ')})` : '') : 'the provider charges for what costs nothing here'}: a price that changed, a discount, or a price of yours`,
  }
}
